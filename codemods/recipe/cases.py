"""Test cases of recipes, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from codemods.errors import CodemodError
from codemods.recipe.documentation import parse_documentation
from codemods.recipe.facts import Answer, Fact, Known, Unknown
from codemods.recipe.packages import Packages
from codemods.recipe.site import Site

Answers = Answer | Mapping[Fact, Answer] | Callable[[Site, Fact], Answer]
"""What the compiler answers in a test: the same to everything, by fact, or by site and fact."""

STD = Known("std", "assumed by the test")
OWN = Known("own", "assumed by the test")
UNKNOWN = Unknown("assumed by the test")

UNFINISHED = "UNFINISHED"
"""In the first comment of a fixture: it was only started, and is expected to fail."""


class CaseError(CodemodError):
    """A folder of fixtures is not what it should be."""


@dataclass(frozen=True, slots=True)
class Case:
    """Code before and after a recipe. Statements are put into a function; see `is_file`.

    `given` is other code of the same file, in front. `code` is what every site must be skipped
    with, or asked about, where nothing may change. `form` picks a later form by its name. `packages` are
    those of the workspace that the file is in (None: one that the recipe gets no answer about).
    """

    name: str
    before: str
    after: str
    given: str = ""
    edition: str = "2021"
    answers: Answers = STD
    code: str | None = None
    form: str | None = None
    path: str = "src/lib.rs"
    is_file: bool = False
    settings: Mapping[str, object] | None = None
    is_unfinished: bool = False
    packages: Packages | None = None

    @property
    def is_negative(self) -> bool:
        """Whether nothing may change."""
        return self.before == self.after


def rewritten(
    name: str,
    before: str,
    after: str,
    *,
    given: str = "",
    edition: str = "2021",
    answers: Answers = STD,
    form: str | None = None,
    path: str = "src/lib.rs",
    is_file: bool = False,
    settings: Mapping[str, object] | None = None,
    packages: Packages | None = None,
) -> Case:
    """Return the case that `before` becomes `after`."""
    return Case(
        name,
        before,
        after,
        given,
        edition,
        answers,
        form=form,
        path=path,
        is_file=is_file,
        settings=settings,
        packages=packages,
    )


def untouched(
    name: str,
    source: str,
    *,
    given: str = "",
    edition: str = "2021",
    answers: Answers = STD,
    code: str | None = None,
    path: str = "src/lib.rs",
    is_file: bool = False,
    settings: Mapping[str, object] | None = None,
    packages: Packages | None = None,
) -> Case:
    """Return the case that nothing changes: with `code`, because every site is skipped so."""
    return Case(
        name,
        source,
        source,
        given,
        edition,
        answers,
        code,
        path=path,
        is_file=is_file,
        settings=settings,
        packages=packages,
    )


def cases_of_docstring(docstring: str, edition: str = "2021") -> tuple[Case, ...]:
    """Return the examples of a recipe's docstring as cases."""
    examples = parse_documentation(docstring).examples
    return tuple(
        Case(f"docstring example {number}", example.before, example.after, edition=edition)
        for number, example in enumerate(examples, 1)
    )


def cases_of_folder(folder: Path, edition: str = "2021") -> tuple[Case, ...]:
    """Return the fixtures below `folder`, one of each folder with a `before.rs`, by name.

    Where there is no `after.rs`, nothing may change. A first comment says what a case shows; it
    may name the edition: `// edition: 2015`.

    Raises:
        CaseError: a case has an `after.rs` alone, or a file is not UTF-8.
    """
    if not folder.is_dir():
        return ()
    return tuple(_cases(folder, edition))


def _cases(folder: Path, edition: str) -> Iterator[Case]:
    for case_folder in sorted({path.parent for path in folder.rglob("*.rs")}):
        before, after = case_folder / "before.rs", case_folder / "after.rs"
        if before.is_file():
            yield _case(case_folder.relative_to(folder).as_posix(), before, after, edition)
        elif after.is_file():
            raise CaseError("this case has an after.rs but no before.rs", where=str(case_folder))


def _case(name: str, before: Path, after: Path, edition: str) -> Case:
    text = _read(before)
    comments = [line for line in text.splitlines()[:5] if line.lstrip("\ufeff").startswith("//")]
    for line in comments:
        if line.startswith("// edition:"):
            edition = line.partition(":")[2].strip()
    return Case(
        name,
        text,
        _read(after) if after.is_file() else text,
        edition=edition,
        is_file=True,
        is_unfinished=any(UNFINISHED in line for line in comments),
    )


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise CaseError("this fixture is not UTF-8", where=str(path)) from error
