"""The changes in the Markdown report: those that need eyes one by one, the others a line a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from codemods.engine.document import Evidence, RunDocument
from codemods.review.escape import html, markdown_code, markdown_inline
from codemods.review.groups import ChangeView, plural
from codemods.review.needs import (
    NEED_MEANINGS,
    NeedGroup,
    built_in,
    common,
    line_numbers,
    need_groups,
    not_checked,
    shown,
    words,
)

_FILES = 20
_LINES = 12
_EXCERPT_LINES = 6
_TEXT_CHARACTERS = 400
_SHORT_CHARACTERS = 200
_GROUP_CHARACTERS = 6000


def change_lines(document: RunDocument) -> Iterator[str]:
    """Yield the changes on the branch by what they rest on, what needs eyes first."""
    groups = need_groups(document)
    if not groups:
        return
    yield "### The changes, what needs eyes first"
    for group in groups:
        title = f"{group.title}{', as claimed' if document.doubts else ''}: {NEED_MEANINGS[group.need]}"
        yield ""
        if group.is_calm:
            yield from details(html(title), _folded(group.views))
        else:
            yield from (f"**{title}**", "", *_group(group))


def details(title: str, body: Iterator[str]) -> Iterator[str]:
    """Yield a folded section; `title` is HTML."""
    yield f"<details><summary>{title}</summary>"
    yield ""  # Markdown begins again after a blank line
    yield from body
    yield ""
    yield "</details>"


def cut(text: str, limit: int = _TEXT_CHARACTERS) -> str:
    """Return `text`, or its first `limit` characters."""
    return text if len(text) <= limit else text[:limit].rstrip() + " …"


def _group(group: NeedGroup) -> Iterator[str]:
    """Yield what holds for all, then each change with what is its own, as long as there is room."""
    built, shared = common(group.views)
    if built is not None or shared:
        yield f"- for all of them{_built(built)}"
        yield from _evidence(shared)
    room, left = _GROUP_CHARACTERS, list(group.views)
    while left and room > 0:
        own = tuple(found for found in left[0].evidence if found not in shared)
        if built is not None and not own and not left[0].reasons:
            break  # nothing but places from here on, mostly
        lines = tuple(_change(left.pop(0), own, built))
        room -= sum(map(len, lines))
        yield from lines
    yield from _folded(left)


def _change(view: ChangeView, own: Sequence[Evidence], built: str | None) -> Iterator[str]:
    place = f"{view.first.path}:{view.first.line}" if view.first else view.path
    yield f"- {markdown_code(cut(place))}{_built(built_in(view)) if built is None else ''}"
    for reason in view.reasons:
        yield f"  - {markdown_inline(cut(reason, _SHORT_CHARACTERS))}"
    yield from _evidence(own)


def _evidence(evidence: Sequence[Evidence]) -> Iterator[str]:
    for found in (*shown(evidence), *not_checked(evidence)):
        yield f"  - {markdown_inline(cut(': '.join(words(found)), _SHORT_CHARACTERS))}"
        rows = found.excerpt.rstrip("\n").split("\n") if found.excerpt else []
        for row in rows[:_EXCERPT_LINES]:
            yield f"    - {markdown_code(cut(row.strip(), _SHORT_CHARACTERS))}"


def _built(built: str | None) -> str:
    return f", built in {markdown_inline(cut(built, _SHORT_CHARACTERS))}" if built else ""


def _folded(views: Sequence[ChangeView]) -> Iterator[str]:
    files = [(path, list(group)) for path, group in groupby(views, key=attrgetter("path"))]
    for path, group in files[:_FILES]:
        where = markdown_code(cut(path))
        yield f"- {where}: {plural(len(group), 'change')}, {line_numbers(group, _LINES)}"
    if len(files) > _FILES:
        yield f"- and {plural(len(files) - _FILES, 'more file')}"
