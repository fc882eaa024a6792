"""The changes of the web page: by need, then by file; each with its diff and what was shown of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from codemods.engine.document import Evidence, Outcome, RunDocument
from codemods.review.diffs import Hunk, Kind, Line, parse_diff
from codemods.review.escape import html
from codemods.review.groups import GRADE_WORDS, ChangeView, change_views, plural
from codemods.review.needs import (
    NEED_MEANINGS,
    built_in,
    need_groups,
    not_checked,
    shown,
    words,
)

_CLASSES = {Kind.SAME: "same", Kind.ADDED: "added", Kind.REMOVED: "removed", Kind.OTHER: "other"}
_OPEN_FILES = 20  # a page with more files begins folded


def change_parts(document: RunDocument) -> Iterator[str]:
    """Yield the changes on the branch, what needs eyes first, then those that were tried in vain."""
    is_claim = bool(document.doubts)
    for group in need_groups(document):
        yield f"<h2>{html(group.title)}{', as claimed' if is_claim else ''}</h2>"
        yield f"<p>{html(NEED_MEANINGS[group.need])}</p>"
        yield from _files(group.views, is_claim=is_claim, is_open=not group.is_calm)
    tried = [view for view in change_views(document) if view.outcome not in (Outcome.APPLIED, None)]
    if tried:
        yield f"<h2>Tried, not on the branch: {plural(len(tried), 'change')}</h2>"
        yield from _files(tried, is_claim=is_claim, is_open=True)


def badge(kind: str, word: str) -> str:
    """Return a word in a frame, coloured by `kind`: a grade's letter or an outcome."""
    return f'<span class="badge {html(kind)}">{html(word)}</span>'


def _files(views: Sequence[ChangeView], *, is_claim: bool, is_open: bool) -> Iterator[str]:
    files = [(path, list(group)) for path, group in groupby(views, key=attrgetter("path"))]
    opened = " open" if is_open and len(files) <= _OPEN_FILES else ""
    for path, group in files:
        yield f"<details{opened}>"
        yield f"<summary><code>{html(path)}</code> {plural(len(group), 'change')}</summary>"
        for view in group:
            yield from _change(view, is_claim=is_claim)
        yield "</details>"


def _change(view: ChangeView, *, is_claim: bool) -> Iterator[str]:
    change = view.change
    lines = ", ".join(str(site.line) for site in view.sites)
    where = f"{'line' if len(view.sites) == 1 else 'lines'} {lines}"
    word = f"{change.grade.value} {GRADE_WORDS[change.grade]}" if change.grade else view.outcome or "no grade"
    claimed = "claimed " if is_claim else ""
    yield "<article>"
    mark = badge(change.grade or view.outcome or "", f"{claimed}{word}")
    yield f"<h3>{where} {mark} <small>{html(_origin(view))}</small></h3>"
    yield from _diff(view)
    for reason in view.reasons:
        yield f'<pre class="message">{html(reason)}</pre>'
    for warning in change.warnings:
        yield f'<p>new warning</p><pre class="message">{html(warning)}</pre>'
    yield from _evidence(view)
    yield "</article>"


def _origin(view: ChangeView) -> str:
    change = view.change
    commit = f", commit {change.commit[:10]}" if change.commit else ""
    return f"{change.recipe}, by {change.origin}, {change.form} form{commit}"


def _diff(view: ChangeView) -> Iterator[str]:
    for file in parse_diff(view.change.diff):
        if file.in_short is not None:
            yield f"<p><code>{html(str(file.path))}</code> <small>{html(file.in_short)}</small></p>"
            continue
        if file.path is not None and not view.is_local:
            yield f"<p><code>{html(file.path)}</code></p>"
        if file.crlf:
            yield "<p><small>lines end in CR LF</small></p>"
        for hunk in file.hunks:
            yield f'<div class="diff"><table>{"".join(_rows(hunk))}</table></div>'


def _rows(hunk: Hunk) -> Iterator[str]:
    number = hunk.line
    for line in hunk.lines:
        numbered = line.kind in (Kind.SAME, Kind.REMOVED)
        yield _row(line, str(number) if numbered and number else "")
        number += numbered


def _row(line: Line, number: str) -> str:
    marker = " " if line.kind is Kind.OTHER else line.kind.value
    return f'<tr class="{_CLASSES[line.kind]}"><th>{number}</th><td>{marker} {html(line.text)}</td></tr>'


def _evidence(view: ChangeView) -> Iterator[str]:
    built = built_in(view)
    lines = [f"<li>built in: {html(built)}</li>"] if built is not None else []
    lines += _checks((*shown(view.evidence), *not_checked(view.evidence)))
    if lines:
        yield f'<ul class="evidence">{"".join(lines)}</ul>'


def _checks(evidence: Iterable[Evidence]) -> Iterator[str]:
    for found in evidence:
        excerpt = f'<pre class="excerpt">{html(found.excerpt)}</pre>' if found.excerpt else ""
        yield f'<li class="{html(found.status)}">{html(": ".join(words(found)))}{excerpt}</li>'
