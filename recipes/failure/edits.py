"""Edits of several sites of one file, put together."""

from __future__ import annotations

from collections.abc import Iterable

from codemods.recipe import Edit, Span, ordered


def combined(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Return `edits` by position; what several insert at one place stands in the order in which it is given.

    An insertion where another edit begins goes in front of its text.

    Raises:
        EditConflict: two edits overlap.
    """
    inserted: dict[int, str] = {}
    others: list[Edit] = []
    for edit in edits:
        if len(edit.span):
            others.append(edit)
        else:
            inserted[edit.span.start] = inserted.get(edit.span.start, "") + edit.text
    merged = [_with_insertion(edit, inserted) for edit in others]
    merged += [Edit(_empty(at), text) for at, text in inserted.items()]
    return ordered(merged)


def _with_insertion(edit: Edit, inserted: dict[int, str]) -> Edit:
    text = inserted.pop(edit.span.start, "")
    return Edit(edit.span, text + edit.text)


def _empty(at: int) -> Span:
    return Span(at, at)
