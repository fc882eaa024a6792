"""What holds for every recipe; a new one is complete when nothing is found here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from codemods.errors import CodemodError
from codemods.recipe import pages
from codemods.recipe.cases import UNKNOWN, Case, cases_of_docstring
from codemods.recipe.metadata import RecipeInfo
from codemods.recipe.recipe import Recipe
from codemods.recipe.site import find_sites, is_ruled_out
from codemods.recipe.testkit import facts_for, failure_of, file_of, guesses_in
from codemods.rust.source import Source

LIFTED_CODES = frozenset({"kept", "unparsed", "unknown-type"})  # given to sites of every recipe


@dataclass(frozen=True, slots=True)
class Subject:
    """A recipe with what belongs to it. `page` is its documentation page; None: it has none."""

    info: RecipeInfo
    recipe: Recipe
    cases: tuple[Case, ...]
    page: Path | None = None

    @property
    def examples(self) -> tuple[Case, ...]:
        """The docstring's examples."""
        return cases_of_docstring(self.info.docstring)

    @property
    def finished(self) -> tuple[Case, ...]:
        """The examples and cases, without those that were only started."""
        return tuple(case for case in (*self.examples, *self.cases) if not case.is_unfinished)


def summary_is_one_line(subject: Subject) -> Iterator[str]:
    """The summary is one line without a full stop."""
    summary = subject.info.summary
    if not summary.strip() or "\n" in summary or summary.rstrip().endswith("."):
        yield f"the summary is not one line without a full stop: {summary!r}"


def declaration_is_readable(subject: Subject) -> Iterator[str]:
    """What is read without importing is what the module says when it runs."""
    info, recipe = subject.info, subject.recipe
    for name in ("id", "summary", "epoch", "min_rust", "after"):
        if getattr(info, name) != getattr(recipe, name):
            yield f"its {name} reads {getattr(info, name)!r} but runs as {getattr(recipe, name)!r}"
    if info.applicability != recipe.applicability.value:
        yield f"its applicability reads {info.applicability!r} but runs as {recipe.applicability.value!r}"
    if len(info.needs) != len(recipe.facts):
        yield "its facts are not written out in the decorator"


def codes_are_explained(subject: Subject) -> Iterator[str]:
    """Every reason code that a case shows is explained in the decorator's `codes`."""
    known = {code for code, _ in subject.info.codes} | LIFTED_CODES
    for case in subject.finished:
        if case.code is not None and case.code not in known:
            yield f"{case.name}: the reason code {case.code} is not explained in `codes`"


def docstring_is_complete(subject: Subject) -> Iterator[str]:
    """The docstring has a title, an example and says what is left alone."""
    documentation = subject.info.documentation
    if not documentation.title.endswith("."):
        yield "the docstring does not begin with a sentence on a line of its own"
    if not documentation.examples:
        yield "the docstring has no example: an indented block with a line `->` in it"
    if not documentation.left_alone:
        yield 'the docstring does not say what is "Left alone:"'


def examples_do_what_they_say(subject: Subject) -> Iterator[str]:
    """The docstring's examples are what the recipe does."""
    for case in subject.examples:
        failure = failure_of(subject.recipe, case)
        if failure is not None:
            yield f"{case.name}: {failure}"


def negative_case_exists(subject: Subject) -> Iterator[str]:
    """Some case shows code that looks right and must stay."""
    if not any(case.is_negative for case in subject.cases):
        yield "no case shows code that looks right and must stay: untouched(...), or a before.rs alone"


def page_is_current(subject: Subject) -> Iterator[str]:
    """The documentation page is what the docstring and metadata make."""
    if subject.page is None:
        return
    current = subject.page.read_text("utf-8") if subject.page.is_file() else None
    if current != pages.page(subject.info):
        yield f"docs/recipes/{subject.page.name} is not current; `{pages.COMMAND}` writes it"


def unknown_facts_are_handled(subject: Subject) -> Iterator[str]:
    """A fact that the compiler does not know raises nothing, in no case."""
    if not subject.recipe.facts:
        return
    for case in subject.finished:
        try:
            _plan(subject.recipe, replace(case, answers=UNKNOWN))
        except CodemodError as error:
            yield f"{case.name}: with unknown facts: {error.message}"


def nothing_rests_on_unknown_facts(subject: Subject) -> Iterator[str]:
    """Where the compiler does not know, no change is made that would be right for one answer only."""
    for case in subject.finished:
        for guess in guesses_in(subject.recipe, case):
            yield f"{case.name}: {guess}"


def plans_are_repeatable(subject: Subject) -> Iterator[str]:
    """The same source and facts give the same sites and proposals."""
    for case in subject.finished:
        if _plan(subject.recipe, case) != _plan(subject.recipe, case):
            yield f"{case.name}: two runs on the same source differ"


def line_ends_do_not_matter(subject: Subject) -> Iterator[str]:
    """With CRLF line ends, and after a byte order mark, the examples come out the same, with these."""
    for case in subject.examples:
        for name, prefix, newline in (("CRLF", "", "\r\n"), ("a byte order mark", "\ufeff", "\n")):
            other = _laid_out(case, prefix, newline)
            failure = failure_of(subject.recipe, other)
            if failure is not None:
                yield f"{case.name} with {name}: {failure}"


def kept_sites_stay(subject: Subject) -> Iterator[str]:
    """`// codemod: keep` leaves every site of the examples alone."""
    for case in subject.examples:
        source = Source(PurePosixPath(case.path), file_of(case, case.before).encode(), case.edition)
        lines = source.content.decode().split("\n")
        marks = {site.position.line for site in find_sites(subject.recipe, source)}
        kept = "\n".join(
            f"// codemod: keep\n{line}" if number in marks else line for number, line in enumerate(lines, 1)
        )
        failure = failure_of(
            subject.recipe, replace(case, before=kept, after=kept, is_file=True, code="kept")
        )
        if failure is not None and marks:
            yield f"{case.name} with `codemod: keep`: {failure}"


Property = Callable[[Subject], Iterator[str]]

PROPERTIES: tuple[Property, ...] = (
    summary_is_one_line,
    declaration_is_readable,
    codes_are_explained,
    docstring_is_complete,
    examples_do_what_they_say,
    negative_case_exists,
    page_is_current,
    unknown_facts_are_handled,
    nothing_rests_on_unknown_facts,
    plans_are_repeatable,
    line_ends_do_not_matter,
    kept_sites_stay,
)


def problems(subject: Subject, properties: Iterable[Property] = PROPERTIES) -> tuple[str, ...]:
    """Return a sentence for everything that a complete recipe would not have."""
    return tuple(problem for check in properties for problem in check(subject))


def _plan(recipe: Recipe, case: Case) -> tuple[object, ...]:
    source = Source(PurePosixPath(case.path), file_of(case, case.before).encode(), case.edition)
    found = find_sites(recipe, source)
    facts = facts_for(recipe, found, case.answers)
    sites = tuple(site for site in found if not is_ruled_out(site, facts))
    settings: Mapping[str, object] | None = case.settings
    return recipe.plan(sites, facts, settings)


def _laid_out(case: Case, prefix: str, newline: str) -> Case:
    before, after = (
        prefix + file_of(case, code).replace("\n", newline) for code in (case.before, case.after)
    )
    return replace(case, before=before, after=after, given="", is_file=True)
