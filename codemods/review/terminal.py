"""What a person reads in the terminal: a dry run, the end of a run, a branch under review.

Each `show_*` prints one report. They fit 80 columns, need no colour, and stay short for
thousands of sites; `verbose` shows everything.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from rich.console import Console
from rich.text import Text

from codemods.engine.document import Evidence, Outcome, RunDocument
from codemods.review.console import grade_style, line, outcome_style, print_lines, prose, verbatim
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
    applied_changes,
    baseline_notes,
    change_views,
    check_counts,
    commit_counts,
    file_counts,
    grade_counts,
    left_alone,
    plural,
)

_CHANGES_IN_PLAN = 40
_CHANGES_IN_REVIEW = 200
_GROUPS = 12
_PLACES = 6
_FILES = 20
_MESSAGE_LINES = 14


def show_plan(console: Console, document: RunDocument, *, verbose: bool = False) -> None:
    """Print a dry run: the diff by file, what is left alone and why, notes, totals."""
    print_lines(console, plan_lines(document, console.width, verbose=verbose))


def show_summary(console: Console, document: RunDocument, *, verbose: bool = False) -> None:
    """Print the end of a run: totals, branch, what is left alone; how to read, push, undo it."""
    print_lines(console, summary_lines(document, console.width, verbose=verbose))


def show_review(console: Console, document: RunDocument, *, verbose: bool = False) -> None:
    """Print every change with diff, grade and evidence, and everything not on the branch."""
    print_lines(console, review_lines(document, console.width, verbose=verbose))


def plan_lines(document: RunDocument, width: int, *, verbose: bool) -> Iterator[Text]:
    """Yield the lines of `show_plan`."""
    views = applied_changes(document)
    yield from _diffs_by_file(views, None if verbose else _CHANGES_IN_PLAN, verbose=verbose)
    yield from _outcome(document, width, verbose=verbose)
    yield Text()
    yield line(("Dry run: nothing was written.", "title"))


def summary_lines(document: RunDocument, width: int, *, verbose: bool) -> Iterator[Text]:
    """Yield the lines of `show_summary`."""
    yield from _outcome(document, width, verbose=verbose)
    yield Text()
    if document.branch is None:
        yield line(("No branch was written: nothing was applied.", "title"))
        return
    yield from _branch(document, verbose=verbose)
    yield Text()
    yield from _next_steps(document, document.branch)


def review_lines(document: RunDocument, width: int, *, verbose: bool) -> Iterator[Text]:
    """Yield the lines of `show_review`."""
    yield from _identity(document, width)
    shared = _shared_evidence(document)
    if shared:
        yield from _heading("Shown for every applied site")
        yield from evidence_lines(shared, width)
    yield from _changes(document, width, shared, verbose=verbose)
    yield from _rejections(document, width, verbose=verbose)
    yield from _left_alone(_without_tried(document), width, verbose=verbose)
    yield from _surroundings(document, width, verbose=verbose)
    yield from _totals(document)


def _outcome(document: RunDocument, width: int, *, verbose: bool) -> Iterator[Text]:
    if verbose:
        yield from _rejections(document, width, verbose=True)
    yield from _left_alone(document, width, verbose=verbose)
    yield from _surroundings(document, width, verbose=verbose)
    yield from _totals(document)


def _heading(text: str, detail: str = "") -> Iterator[Text]:
    yield Text()
    yield line((text, "title"), (f": {detail}" if detail else "", "quiet"))


def _diffs_by_file(views: tuple[ChangeView, ...], limit: int | None, *, verbose: bool) -> Iterator[Text]:
    for path, group in groupby(views[:limit], key=attrgetter("path")):
        yield line((path, "title"))
        for view in group:
            yield _plan_heading(view)
            yield from diff_lines(view.change.diff, context=None if verbose else 1, own_path=path)
            yield from _warnings(view)
        yield Text()
    yield from _more_files(views[len(views) if limit is None else limit :])


def _plan_heading(view: ChangeView) -> Text:
    grade = view.change.grade
    word = f"{grade.value} {GRADE_WORDS[grade]}" if grade else "no grade"
    lines = ", ".join(dict.fromkeys(str(site.line) for site in view.sites[:8]))
    more = f" and {len(view.sites) - 8} more" if len(view.sites) > 8 else ""
    where = f"{'line' if len(view.sites) == 1 else 'lines'} {lines}{more}"
    return line(where, "  ", (word, grade_style(grade)), (f"  {view.change.recipe}", "quiet"), indent=2)


def _more_files(views: tuple[ChangeView, ...]) -> Iterator[Text]:
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


def _changes(
    document: RunDocument, width: int, shared: tuple[Evidence, ...], *, verbose: bool
) -> Iterator[Text]:
    views = applied_changes(document)
    limit = None if verbose else _CHANGES_IN_REVIEW
    if views:
        yield from _heading("Changes", plural(len(views), "change"))
    for view in views[:limit]:
        yield Text()
        yield change_heading(view)
        yield from diff_lines(view.change.diff, context=None, own_path=view.path)
        own = [found for site in view.sites for found in site.evidence if found not in shared]
        yield from evidence_lines(own, width)
        for reason in dict.fromkeys(site.reason for site in view.sites if site.reason):
            yield from prose(reason, width, indent=2)
        yield from _warnings(view)
    if limit is not None and len(views) > limit:
        yield Text()
        yield from _more_files(views[limit:])


def _warnings(view: ChangeView) -> Iterator[Text]:
    for warning in view.change.warnings:
        yield line(("new warning", "warning"), indent=2)
        yield from verbatim(warning, indent=4)


def _rejections(document: RunDocument, width: int, *, verbose: bool) -> Iterator[Text]:
    views = [view for view in change_views(document) if view.outcome not in (Outcome.APPLIED, None)]
    limit = None if verbose else _CHANGES_IN_PLAN
    if views:
        yield from _heading("Tried, not on the branch", plural(len(views), "change"))
    for view in views[:limit]:
        yield Text()
        yield change_heading(view)
        yield from diff_lines(view.change.diff, context=None if verbose else 1, own_path=view.path)
        yield from rejection_lines(view, limit=None if verbose else _MESSAGE_LINES)
        yield from evidence_lines((found for site in view.sites for found in site.evidence), width)
    if limit is not None and len(views) > limit:
        yield line((f"… and {plural(len(views) - limit, 'more change')} (-v shows them)", "quiet"))


def _left_alone(document: RunDocument, width: int, *, verbose: bool) -> Iterator[Text]:
    groups = left_alone(document)
    if groups:
        yield from _heading("Left alone", plural(sum(len(group.sites) for group in groups), "site"))
        yield from reason_lines(
            groups,
            width,
            groups_limit=None if verbose else _GROUPS,
            places_limit=None if verbose else _PLACES,
        )
    if document.questions:
        yield from _heading("To decide", plural(len(document.questions), "question"))
        sites = {site.id: site for site in document.sites}
        yield from question_lines(document.questions, sites, width, limit=None if verbose else _GROUPS)


def _surroundings(document: RunDocument, width: int, *, verbose: bool) -> Iterator[Text]:
    notes = [*document.notes, *baseline_notes(document)]
    if notes:
        yield from _heading("Notes")
    for note in notes:
        yield from prose(note, width, indent=2, label="- ")
    if verbose:
        yield from _verified_with(document, width)


def _without_tried(document: RunDocument) -> RunDocument:
    tried = {site for change in document.changes for site in change.sites}
    return replace(document, sites=tuple(site for site in document.sites if site.id not in tried))


def _verified_with(document: RunDocument, width: int) -> Iterator[Text]:
    yield from _heading("Verified with")
    yield line(f"{document.tool.rustc}, {document.tool.cargo}, codemod {document.tool.codemod}", indent=2)
    for configuration in document.configurations:
        features = ", ".join(configuration.features) or "default features"
        yield from prose(
            f"{configuration.target}, {features}; reaches {plural(configuration.covers, 'site')}",
            width,
            indent=2,
            label=f"{configuration.id}: ",
        )
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
    yield from prose(document.sandbox, width, indent=2, label="sandbox: ")


def _totals(document: RunDocument) -> Iterator[Text]:
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
        word = f"{grade.value} {GRADE_WORDS[grade]}"
        yield line(
            f"{count:>7,}  ", (word, grade_style(grade)), (f": {GRADE_MEANINGS[grade]}", "quiet"), indent=4
        )


def _branch(document: RunDocument, *, verbose: bool) -> Iterator[Text]:
    commits = commit_counts(document)
    yield line(
        ("Branch ", "title"),
        (document.branch or "", "command"),
        (f"  {plural(len(commits), 'commit')}", "quiet"),
    )
    limit = None if verbose else _FILES
    for commit in commits[:limit]:
        yield line(
            (commit.commit[:10], "command"),
            "  " + ", ".join(commit.recipes),
            f": {plural(commit.sites, 'site')} in {plural(commit.files, 'file')}",
            indent=2,
        )
    if limit is not None and len(commits) > limit:
        yield line((f"… and {plural(len(commits) - limit, 'more commit')}", "quiet"), indent=2)


def _next_steps(document: RunDocument, branch: str) -> Iterator[Text]:
    name = shlex.quote(branch)
    steps = [
        ("Read", f"git log -p {shlex.quote(f'{document.base[:10]}..{branch}')}"),
        ("", f"codemod review {name}"),
        ("Push", f"git push origin {name} refs/notes/codemod"),
        ("Undo", f"git branch -D {name}"),
    ]
    for word, command in steps:
        yield line((f"{word:<6}", "title"), (command, "command"))


def _identity(document: RunDocument, width: int) -> Iterator[Text]:
    name = document.branch or "dry run"
    tip = f" at {document.tip[:10]}" if document.tip else ""
    yield line((name, "title"), f"{tip}, made from {document.base[:10]} by codemod {document.tool.codemod}")
    yield from prose(f"{', '.join(document.recipes)}; {document.tool.rustc}", width, style="quiet")


def _shared_evidence(document: RunDocument) -> tuple[Evidence, ...]:
    applied = [site.evidence for site in document.sites if site.outcome is Outcome.APPLIED]
    if len(applied) < 2:
        return ()
    common = set(applied[0]).intersection(*applied[1:])
    return tuple(found for found in applied[0] if found in common)
