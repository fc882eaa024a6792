"""Sections that the terminal reports share: what is left alone, notes, totals."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from rich.text import Text

from codemods.engine.document import CompiledRecord, Outcome, RunDocument
from codemods.review.console import grade_style, line, outcome_style, prose, verbatim
from codemods.review.drawing import (
    change_heading,
    diff_lines,
    evidence_lines,
    question_lines,
    reason_lines,
    rejection_lines,
)
from codemods.review.groups import (
    GRADE_MEANINGS,
    GRADE_WORDS,
    ChangeView,
    baseline_notes,
    change_views,
    check_counts,
    file_counts,
    grade_counts,
    left_alone,
    plural,
)
from codemods.review.needs import configuration_text, dropped_notes

_CHANGES = 40
_GROUPS = 12
_PLACES = 6
_FILES = 20
_MESSAGE_LINES = 14


def heading(text: str, detail: str = "") -> Iterator[Text]:
    """Yield a blank line and a heading."""
    yield Text()
    yield line((text, "title"), (f": {detail}" if detail else "", "quiet"))


def doubt_lines(document: RunDocument, width: int) -> Iterator[Text]:
    """Yield why the document is only a claim, and how to find out."""
    if not document.doubts:
        return
    yield from heading("Only a claim")
    for doubt in document.doubts:
        yield from prose(f"{doubt}.", width, indent=2, label="- ")
    branch = f" {shlex.quote(document.branch)}" if document.branch else ""
    yield line("codemod review --verify", branch, ("  builds and grades it here", "quiet"), indent=2)


def warnings(view: ChangeView) -> Iterator[Text]:
    """Yield the new warnings of a change, as rustc draws them."""
    for warning in view.change.warnings:
        yield line(("new warning", "warning"), indent=2)
        yield from verbatim(warning, indent=4)


def more_files(views: tuple[ChangeView, ...]) -> Iterator[Text]:
    """Yield how many changes of which files are not shown."""
    if not views:
        return
    files = [(path, len(list(group))) for path, group in groupby(views, key=attrgetter("path"))]
    yield line(
        f"… and {plural(len(views), 'more change')} in {plural(len(files), 'file')}",
        (" (-v shows them)", "quiet"),
    )
    for path, count in files[:_FILES]:
        yield line((f"{count:>7,}  ", "quiet"), path)
    if len(files) > _FILES:
        yield line((f"         and {plural(len(files) - _FILES, 'more file')}", "quiet"))


def rejections(document: RunDocument, width: int, *, verbose: bool) -> Iterator[Text]:
    """Yield the changes that were tried and are not on the branch, with what rustc said."""
    views = [view for view in change_views(document) if view.outcome not in (Outcome.APPLIED, None)]
    limit = None if verbose else _CHANGES
    if views:
        yield from heading("Tried, not on the branch", plural(len(views), "change"))
    for view in views[:limit]:
        yield Text()
        yield change_heading(view)
        yield from diff_lines(view, context=None if verbose else 1)
        yield from rejection_lines(view, limit=None if verbose else _MESSAGE_LINES)
        yield from evidence_lines(view.evidence, width)
    if limit is not None and len(views) > limit:
        yield line((f"… and {plural(len(views) - limit, 'more change')} (-v shows them)", "quiet"))


def left_alone_lines(document: RunDocument, width: int, *, verbose: bool) -> Iterator[Text]:
    """Yield the sites that are not on the branch by reason, and what a person must decide."""
    groups = left_alone(document)
    if groups:
        yield from heading("Left alone", plural(sum(len(group.sites) for group in groups), "site"))
        yield from reason_lines(
            groups,
            width,
            groups_limit=None if verbose else _GROUPS,
            places_limit=None if verbose else _PLACES,
        )
    if document.questions:
        yield from heading("To decide", plural(len(document.questions), "question"))
        sites = {site.id: site for site in document.sites}
        yield from question_lines(document.questions, sites, width, limit=None if verbose else _GROUPS)


def surroundings(document: RunDocument, width: int, *, verbose: bool) -> Iterator[Text]:
    """Yield notes, and with `verbose` what everything was verified with."""
    notes = [*document.notes, *baseline_notes(document), *dropped_notes(document)]
    if notes:
        yield from heading("Notes")
    for note in notes:
        yield from prose(note, width, indent=2, label="- ")
    if verbose:
        yield from _verified_with(document, width)


def totals_lines(document: RunDocument) -> Iterator[Text]:
    """Yield how many sites came to which outcome and grade."""
    totals, recipes = document.totals, ", ".join(document.recipes)
    yield Text()
    if totals.found == 0:
        yield line((f"Nothing to do: no site of {recipes} was found.", "title"))
        return
    changed = sum(1 for count in file_counts(document) if count.applied)
    yield line((f"{recipes}: {plural(totals.found, 'site')} found", "title"))
    for outcome, count in (
        (Outcome.APPLIED, totals.applied),
        (Outcome.REFUSED, totals.refused),
        (Outcome.REJECTED, totals.rejected),
        (Outcome.UNVERIFIED, totals.unverified),
    ):
        if count or outcome is Outcome.APPLIED:
            where = f"  in {plural(changed, 'file')}" if outcome is Outcome.APPLIED and count else ""
            yield line(f"{count:>7,}  ", (str(outcome), outcome_style(outcome)), (where, "quiet"))
        if outcome is Outcome.APPLIED:
            yield from _grades(document)
    yield line(
        (f"         {plural(document.compiles, 'compile')}, {document.seconds.total:.1f} s in total", "quiet")
    )


def _grades(document: RunDocument) -> Iterator[Text]:
    for grade, count in grade_counts(document):
        word = f"{grade.value} {GRADE_WORDS[grade]}" + (" (claimed)" if document.doubts else "")
        yield line(
            f"{count:>7,}  ", (word, grade_style(grade)), (f": {GRADE_MEANINGS[grade]}", "quiet"), indent=4
        )


def _verified_with(document: RunDocument, width: int) -> Iterator[Text]:
    yield from heading("Verified with")
    yield line(
        f"rustc {document.tool.rustc}, {document.tool.cargo}, codemod {document.tool.codemod}", indent=2
    )
    for configuration in document.configurations:
        text = configuration_text(configuration)
        yield from prose(text, width, indent=2, label=f"{configuration.id}: ")
    for check in check_counts(document):
        parts = [("passed", check.passed), ("failed", check.failed), ("skipped", check.skipped)]
        text = ", ".join(f"{word} {count:,}" for word, count in parts if count)
        yield line(f"{check.check}: {text}", indent=2)
    seconds = document.seconds
    yield line(
        f"scan {seconds.scan:.1f} s, baseline {seconds.baseline:.1f} s, trial {seconds.trial:.1f} s,"
        f" {plural(document.compiles, 'compile')}",
        indent=2,
    )
    if document.compiled is not None:
        yield from prose(_compiled(document.compiled), width, indent=2, label="compiled: ")
    yield from prose(document.sandbox, width, indent=2, label="sandbox: ")


def _compiled(compiled: CompiledRecord) -> str:
    """Return what was compiled, what was not again, and what it takes to try each change by itself."""
    parts = [
        (compiled.trees, "the whole tree {}"),
        (compiled.commits, "to show that commits build by themselves {}"),
        (compiled.parts, "single crates, examples or tests {}"),
    ]
    done = [text.format(_times(count)) for count, text in parts if count] or ["nothing"]
    saved = [f"{plural(compiled.kept, 'answer')} kept from earlier runs"] if compiled.kept else []
    if compiled.one_by_one:
        saved.append(f"one change at a time takes the whole tree {_times(compiled.one_by_one)}")
    return "; ".join([", ".join(done), *saved])


def _times(count: int) -> str:
    """Return how often, in words."""
    return "once" if count == 1 else "twice" if count == 2 else f"{count:,} times"
