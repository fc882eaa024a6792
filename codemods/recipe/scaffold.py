"""The files of a new recipe: module, fixtures, test. A function from a name to texts."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template

from codemods.errors import UsageError

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the recipes of a project or workspace live, below `root`."""

    root: Path
    recipes: Path
    fixtures: Path
    tests: Path
    is_built_in: bool = False


def project_place(root: Path) -> Place:
    """Return where this project keeps its recipes."""
    return Place(
        root, root / "recipes", root / "tests" / "fixtures", root / "tests" / "recipes", is_built_in=True
    )


def workspace_place(root: Path) -> Place:
    """Return where a Cargo workspace keeps its own recipes."""
    own = root / "codemod"
    return Place(root, own / "recipes", own / "fixtures", own / "tests")


def new_recipe(name: str, place: Place, summary: str | None = None, epoch: str = "2021") -> dict[Path, str]:
    """Return the files of a new recipe by path: complete, with one fixture left to fill in.

    Raises:
        UsageError: the name is no recipe id, the summary is no summary, or a file is there already.
    """
    _refuse_wrong_name(name)
    if summary is not None and (not summary.strip() or "\n" in summary or summary.strip().endswith(".")):
        raise UsageError("a summary is one line without a full stop")
    texts = _texts(
        name=name,
        summary=summary or "Replace `old_name` with `new_name`",
        epoch=epoch,
        place=place,
    )
    for path in texts:
        if path.exists():
            raise UsageError(
                "this file is there already; nothing was written",
                where=str(path),
                hint="Choose another name, or remove it first.",
            )
    return texts


def _refuse_wrong_name(name: str) -> None:
    module = name.replace("-", "_")
    if _NAME.fullmatch(name) is None or keyword.iskeyword(module):
        suggestion = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        hint = "Words in lower case with dashes between them"
        usable = _NAME.fullmatch(suggestion) is not None and not keyword.iskeyword(suggestion)
        raise UsageError(
            f"not a recipe's name: {name}",
            hint=f"{hint}: {suggestion}" if usable else f"{hint}: trim-start-end",
        )


def _texts(name: str, summary: str, epoch: str, place: Place) -> dict[Path, str]:
    module = name.replace("-", "_")
    values = {
        "name": name,
        "module": module,
        "summary": _python_text(summary),
        "epoch": _python_text(epoch),
    }
    load, imports = (_BUILT_IN_LOAD, _IMPORTS) if place.is_built_in else (_WORKSPACE_LOAD, _WORKSPACE_IMPORTS)
    values |= {"load": Template(load).substitute(values), "imports": imports}
    # Import sorters set a project's own modules apart from those it has installed.
    values["between"] = "\n" if place.is_built_in else ""
    files = {
        path: Template(template).substitute(values) for path, template in _templates(module, name, place)
    }
    return {path: _formatted(text) if path.suffix == ".py" else text for path, text in files.items()}


def _templates(module: str, name: str, place: Place) -> Iterator[tuple[Path, str]]:
    yield place.recipes / f"{module}.py", _MODULE
    yield place.tests / f"test_{module}.py", _TEST
    fixtures = place.fixtures / name
    yield fixtures / "first" / "before.rs", _UNFINISHED_BEFORE
    yield fixtures / "first" / "after.rs", _UNFINISHED_AFTER
    yield fixtures / "defined-elsewhere" / "before.rs", _NEGATIVE


def _python_text(text: str) -> str:
    """Return a Python string literal as a formatter writes it: double quotes, unless these need escapes."""
    import libcst  # noqa: PLC0415

    quote = "'" if '"' in text and "'" not in text else '"'
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    literal = libcst.SimpleString(f"{quote}{escaped}{quote}")
    assert literal.evaluated_value == text
    return literal.value


def _formatted(text: str) -> str:
    """Return a Python module after parsing it: no file is written that Python does not read."""
    import libcst  # noqa: PLC0415

    return libcst.parse_module(text).with_changes(has_trailing_newline=True).code


_MODULE = '''\
"""Call `new_name` instead of `old_name`.

Say here why the old idiom is worth replacing: what it costs, what it hides.

    let value = old_name(1);
    ->
    let value = new_name(1);

Left alone: methods and paths of the same name.
"""

from codemods.recipe import Applicability, Edit, Pattern, Site, recipe


@recipe(
    summary=$summary,
    epoch=$epoch,
    min_rust="1.56",
    # MACHINE_APPLICABLE claims that nothing but the idiom changes: then it is proved.
    applicability=Applicability.MAYBE_INCORRECT,
    pattern=Pattern("$$function($$$$$$arguments)", function="old_name"),
)
def $module(site: Site) -> list[Edit]:
    """Rename the function alone: the smallest edit keeps comments and composes with others."""
    return [Edit(site["function"].span, "new_name")]
'''

_BUILT_IN_LOAD = "from codemods.recipes.$module import $module\n"
_WORKSPACE_LOAD = """\

$module = load_recipe(Path(__file__).parent.parent / "recipes" / "$module.py")
"""

_IMPORTS = "Case, cases_of_folder, check, parameters, rewritten, untouched"
_WORKSPACE_IMPORTS = """(
    Case,
    cases_of_folder,
    check,
    load_recipe,
    parameters,
    rewritten,
    untouched,
)"""

_TEST = '''\
"""Cases of `$name`."""

from __future__ import annotations

from pathlib import Path

import pytest
${between}from codemods.recipe.testkit import $imports
$load
FIXTURES = Path(__file__).parent.parent / "fixtures" / "$name"

CASES = [
    rewritten("call", "old_name(1);", "new_name(1);"),
    rewritten("comment kept", "old_name(/* why */ 1);", "new_name(/* why */ 1);"),
    rewritten("macro argument", "log!(old_name(1));", "log!(new_name(1));"),
    untouched("method of that name", "it.old_name(1);"),
    untouched("path", "other::old_name(1);"),
    *cases_of_folder(FIXTURES),
]


@pytest.mark.parametrize("case", parameters(CASES))
def test_$module(case: Case) -> None:
    check($module, case)
'''

_UNFINISHED_BEFORE = """\
// UNFINISHED: write here what real code looks like before, in after.rs what it becomes;
// then replace this comment with what the case shows.

fn first() {
    old_name(1);
}
"""

_UNFINISHED_AFTER = """\
// UNFINISHED

fn first() {}
"""

_NEGATIVE = """\
// A method of the same name is somebody else's: without an after.rs nothing may change.

fn negative(it: Thing) {
    it.old_name(1);
}
"""
