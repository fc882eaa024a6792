"""Which code of a changed item must be run for its changes to count as run."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.engine.changed_items import ChangedItem
from codemods.engine.execution import EditedPlace
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.trees import path_to, span_of

_BLOCKS = ("block", "source_file")


def item_places(item: ChangedItem) -> Iterator[EditedPlace]:
    """Yield one place for each changed statement: the smallest node that holds all that is new in it."""
    if item.source is None:
        return
    statements: dict[Span | None, Span] = {}
    for piece in item.pieces:
        if piece.is_layout:
            continue
        statement = _statement(item.source, piece.new)
        known = statements.get(statement, piece.new)
        joined = Span(min(known.start, piece.new.start), max(known.end, piece.new.end))
        statements[statement if statement is not None else piece.new] = joined
    for changed in statements.values():
        yield EditedPlace(item.id, item.path, _smallest_node(item.source, changed))


def _statement(source: Source, span: Span) -> Span | None:
    """Return the innermost statement that holds all of `span`."""
    for tree in reversed(source.trees_at(span)):
        path = path_to(tree.root, span)
        for parent, node in zip(reversed(path[:-1]), reversed(path[1:]), strict=True):
            if parent.type in _BLOCKS:
                return span_of(node)
    return None


def _smallest_node(source: Source, span: Span) -> Span:
    trees = source.trees_at(span)
    path = path_to(trees[-1].root, span) if trees else []
    return span_of(path[-1]) if path else span
