"""Run a recipe on test cases: one function knows how.

CASES = [
    rewritten("plain call", "s.trim_left();", "s.trim_start();"),
    untouched("has an argument", "s.trim_left(2);"),
]

@pytest.mark.parametrize("case", CASES, ids=str)
def test_trim_start_end(case: Case) -> None:
    check(trim_start_end, case)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from codemods.recipe.cases import (
    OWN,
    STD,
    UNKNOWN,
    Answers,
    Case,
    cases_of_docstring,
    cases_of_folder,
    rewritten,
    untouched,
)
from codemods.recipe.facts import Answer, Fact, Facts, Known, Unknown
from codemods.recipe.guesses import guesses
from codemods.recipe.proposals import Ambiguous, Change, Edited, Form, Proposal, Skipped
from codemods.recipe.recipe import Recipe
from codemods.recipe.site import Site, find_sites, is_ruled_out
from codemods.rust.edits import apply_edits
from codemods.rust.source import Source

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

__all__ = [
    "OWN",
    "STD",
    "UNKNOWN",
    "Case",
    "Failure",
    "cases_of_docstring",
    "cases_of_folder",
    "check",
    "failure_of",
    "load_recipe",
    "parameters",
    "rewritten",
    "untouched",
]


@dataclass(frozen=True, slots=True)
class Failure:
    """What was wrong with a case: a sentence, and the expected and real text where they differ."""

    message: str
    expected: str = ""
    actual: str = ""

    def __str__(self) -> str:
        lines = unified_diff(
            self.expected.splitlines(), self.actual.splitlines(), "expected", "actual", lineterm=""
        )
        return "\n".join([self.message, *lines])


@dataclass(frozen=True, slots=True)
class _Outcome:
    source: Source
    sites: tuple[Site, ...]
    proposals: tuple[Proposal, ...]
    content: bytes


def check(recipe: Recipe, case: Case) -> None:
    """Assert that `recipe` does with `case` what it says.

    Compares bytes; parses the result, which may have no new errors; runs the recipe again
    on its own result, which may not change any more; and takes away what the compiler says, where
    the recipe may not guess.
    """
    failure = failure_of(recipe, case)
    assert failure is None, f"{case.name}: {failure}"
    guessed = [] if case.is_unfinished else list(guesses_in(recipe, case))
    assert not guessed, f"{case.name}: {guessed[0]}"


def failure_of(recipe: Recipe, case: Case) -> Failure | None:
    """Return what is wrong when `recipe` runs on `case`; None if nothing is."""
    first = _run(recipe, case, case.before)
    expected, actual = file_of(case, case.after), first.content.decode()
    if actual != expected:
        return Failure(_why(first, case), expected, actual)
    if case.code is not None:
        codes = {getattr(proposal, "code", None) for proposal in first.proposals}
        if codes != {case.code}:
            return Failure(f"expected every site to be left with {case.code!r}; got {_told(first)}")
    if case.is_negative:
        return None
    after = Source(first.source.path, first.content, case.edition)
    if after.has_errors and not first.source.has_errors:
        return Failure("the result does not parse", actual="\n" + actual)
    again = _run_on(recipe, case, after)
    if again.content != first.content:
        return Failure("a second run changes its own result again", actual, again.content.decode())
    return None


def guesses_in(recipe: Recipe, case: Case) -> Iterator[str]:
    """Yield a sentence for each site of `case` that the recipe changes on an answer it does not have."""
    if not recipe.facts:
        return
    source = Source(PurePosixPath(case.path), file_of(case, case.before).encode(), case.edition)
    sites = find_sites(recipe, source)
    yield from guesses(recipe, sites, _asker(case.answers), case.settings)


def parameters(cases: Iterable[Case]) -> list[ParameterSet]:
    """Return `cases` for `pytest.mark.parametrize`; one that is UNFINISHED is expected to fail."""
    import pytest  # noqa: PLC0415 - `codemod recipe test` runs cases without it

    unfinished = pytest.mark.xfail(reason="UNFINISHED: fill in this fixture", strict=True)
    return [
        pytest.param(case, id=case.name, marks=[unfinished] if case.is_unfinished else []) for case in cases
    ]


def file_of(case: Case, code: str) -> str:
    """Return the whole file that `code` of `case` stands in."""
    if case.is_file or not _is_statements(case):
        return f"{case.given}\n{code}" if case.given else code
    return f"{case.given}\nfn case() {{\n{code}\n}}\n"


def load_recipe(path: Path) -> Recipe:
    """Return the recipe of a module that is in no package, such as a workspace's own, for its tests.

    This runs the module.

    Raises:
        MetadataError: it is no recipe, or fails when it is loaded.
    """
    from codemods.recipe.discover import run_file  # noqa: PLC0415
    from codemods.recipe.metadata import read_metadata  # noqa: PLC0415

    return run_file(read_metadata(path, "workspace"))


def facts_for(recipe: Recipe, sites: tuple[Site, ...], answers: Answers) -> Facts:
    """Return the facts that `recipe` would get if the compiler answered so."""
    ask = _asker(answers)
    is_given = isinstance(answers, Mapping)
    found: dict[tuple[str, Fact], Answer] = {}
    for site in sites:
        for condition in site.conditions:
            found[site.id, condition.fact] = _of_type(ask(site, condition.fact), is_given=is_given)
        found |= {(site.id, fact): ask(site, fact) for fact in recipe.facts}
    return Facts(found)


def _of_type(answer: Answer, *, is_given: bool) -> Answer:
    """Return the answer to a type in a pattern: as it says, unless a test says `OWN`, or nothing."""
    match answer:
        case Known("yes" | "no"):
            return answer
        case Known("own"):
            return Known("no", answer.evidence)
        case Unknown() if not is_given:
            return answer
    return Known("yes", "assumed by the test")


def _asker(answers: Answers) -> Callable[[Site, Fact], Answer]:
    if isinstance(answers, Mapping):
        return lambda _site, fact: answers.get(fact, Unknown("the test does not answer this"))
    if callable(answers):
        return answers
    return lambda _site, _fact: answers


def _run(recipe: Recipe, case: Case, code: str) -> _Outcome:
    content = file_of(case, code).encode()
    return _run_on(recipe, case, Source(PurePosixPath(case.path), content, case.edition))


def _run_on(recipe: Recipe, case: Case, source: Source) -> _Outcome:
    assert not case.before or recipe.may_match(source.content) or not find_sites(recipe, source), (
        "the byte search before parsing misses a site"
    )
    found = find_sites(recipe, source)
    facts = facts_for(recipe, found, case.answers)
    sites = tuple(site for site in found if not is_ruled_out(site, facts))
    proposals = recipe.plan(sites, facts, case.settings, case.packages)
    edits = [
        edit
        for proposal in proposals
        if isinstance(proposal, Change)
        for file in _form(proposal, case.form).files
        if isinstance(file, Edited) and file.path == source.path
        for edit in file.edits
    ]
    return _Outcome(source, sites, proposals, apply_edits(source.content, edits))


def _form(change: Change, name: str | None) -> Form:
    if name is None:
        return change.forms[0]
    forms = {form.name: form for form in change.forms}
    assert name in forms, f"there is no form {name!r}, only {', '.join(forms)}"
    return forms[name]


def _is_statements(case: Case) -> bool:
    """Whether the code stands in a function body rather than at the top of a file."""
    tree = Source(PurePosixPath(case.path), case.before.encode(), case.edition).file_tree
    if tree is None:
        return False
    code = [child for child in tree.root.children if not child.type.endswith("comment")]
    return tree.root.has_error or any(child.type in _STATEMENTS for child in code)


_STATEMENTS = frozenset({"expression_statement", "let_declaration", "macro_invocation", "empty_statement"})


def _why(outcome: _Outcome, case: Case) -> str:
    if not outcome.sites:
        return "no site was found"
    if case.is_negative:
        return f"changed what must stay: {_told(outcome)}"
    return f"not what was expected: {_told(outcome)}"


def _told(outcome: _Outcome) -> str:
    """Return what was proposed, in one line."""
    told = [
        f"{getattr(proposal, 'code', None) or 'change'}" + _reason(proposal) for proposal in outcome.proposals
    ]
    return "; ".join(told) or "no site"


def _reason(proposal: Proposal) -> str:
    return f" ({proposal.reason})" if isinstance(proposal, Skipped | Ambiguous) else ""
