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

from codemods.engine.document import RunDocument
from codemods.review.api import api_lines
from codemods.review.by_need import changes_by_need
from codemods.review.console import grade_style, line, print_lines, prose
from codemods.review.drawing import diff_lines
from codemods.review.groups import GRADE_WORDS, ChangeView, applied_changes, commit_counts, plural
from codemods.review.needs import need_groups
from codemods.review.sections import (
    doubt_lines,
    left_alone_lines,
    more_files,
    rejections,
    surroundings,
    totals_lines,
    warnings,
)

_CHANGES_IN_PLAN = 40
_FILES = 20


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
        yield from _explanations(document)
        return
    yield from _branch(document, verbose=verbose)
    yield Text()
    yield from _next_steps(document, document.branch)


def review_lines(document: RunDocument, width: int, *, verbose: bool) -> Iterator[Text]:
    """Yield the lines of `show_review`."""
    yield from _identity(document, width)
    yield from doubt_lines(document, width)
    yield from changes_by_need(document, width, verbose=verbose)
    yield from rejections(document, width, verbose=verbose)
    yield from left_alone_lines(_without_tried(document), width, verbose=verbose)
    yield from api_lines(document, width, verbose=verbose)
    yield from surroundings(document, width, verbose=verbose)
    yield from totals_lines(document)
    yield from _by_hand(document)


def _by_hand(document: RunDocument) -> Iterator[Text]:
    """Yield how to see the first change with one's own eyes."""
    first = next((view.first for group in need_groups(document) for view in group.views), None)
    if first is not None and document.tip is not None and document.branch is not None:
        command = (
            f"codemod review {shlex.quote(document.branch)} --how {shlex.quote(f'{first.path}:{first.line}')}"
        )
        yield Text()
        yield line(("By hand  ", "title"), (command, "command"))


def _outcome(document: RunDocument, width: int, *, verbose: bool) -> Iterator[Text]:
    if verbose:
        yield from rejections(document, width, verbose=True)
    yield from left_alone_lines(document, width, verbose=verbose)
    yield from api_lines(document, width, verbose=verbose)
    yield from surroundings(document, width, verbose=verbose)
    yield from totals_lines(document)


def _diffs_by_file(views: tuple[ChangeView, ...], limit: int | None, *, verbose: bool) -> Iterator[Text]:
    for path, group in groupby(views[:limit], key=attrgetter("path")):
        yield line((path, "title"))
        for view in group:
            yield _plan_heading(view)
            yield from diff_lines(view, context=None if verbose else 1)
            yield from warnings(view)
        yield Text()
    yield from more_files(views[len(views) if limit is None else limit :])


def _plan_heading(view: ChangeView) -> Text:
    grade = view.change.grade
    word = f"{grade.value} {GRADE_WORDS[grade]}" if grade else "no grade"
    lines = ", ".join(dict.fromkeys(str(site.line) for site in view.sites[:8]))
    more = f" and {len(view.sites) - 8} more" if len(view.sites) > 8 else ""
    where = f"{'line' if len(view.sites) == 1 else 'lines'} {lines}{more}"
    return line(where, "  ", (word, grade_style(grade)), (f"  {view.change.recipe}", "quiet"), indent=2)


def _without_tried(document: RunDocument) -> RunDocument:
    tried = {site for change in document.changes for site in change.sites}
    return replace(document, sites=tuple(site for site in document.sites if site.id not in tried))


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


def _explanations(document: RunDocument) -> Iterator[Text]:
    codes = dict.fromkeys(site.code for site in document.sites if site.code is not None)
    for number, code in enumerate(codes):
        word = "" if number else "Why"
        yield line((f"{word:<6}", "title"), (f"codemod explain {shlex.quote(code)}", "command"))


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
    yield from prose(f"{', '.join(document.recipes)}; rustc {document.tool.rustc}", width, style="quiet")
