"""Which code of a changed item must be run for its changes to count as run.

What is entered together is a strand: one statement of a block, the value of a match arm or of a closure, a
right operand of `&&`. That a statement is begun tells nothing of the strands inside of it, so each
strand with something new is a place of its own; so is each `?` in it, which may leave before the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tree_sitter import Node

from codemods.engine.changed_items import ChangedItem
from codemods.engine.execution import EditedPlace
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.tracers import is_branch
from codemods.rust.trees import path_to, path_within, span_of

_COMMENTS = ("line_comment", "block_comment")


@dataclass(frozen=True, slots=True)
class _Strand:
    """Code that is entered together; `is_value`: an expression that is a branch of another."""

    span: Span
    is_value: bool = False


def item_places(item: ChangedItem) -> Iterator[EditedPlace]:
    """Yield one place for each strand with something new: the smallest node that holds all of that."""
    source = item.source
    if source is None:
        return
    strands: dict[_Strand, Span] = {}
    for piece in item.pieces:
        for strand, own in () if piece.is_layout else _strands(source, piece.new):
            known = strands.get(strand, own)
            strands[strand] = Span(min(known.start, own.start), max(known.end, own.end))
    for strand, own in strands.items():
        is_whole = strand.is_value or not len(own)
        yield EditedPlace(item.id, item.path, strand.span if is_whole else _smallest_node(source, own))


def _strands(source: Source, span: Span) -> Iterator[tuple[_Strand, Span]]:
    """Yield what `span` touches: each strand with the part of `span` that is its own."""
    trees = source.trees_at(span)
    path = path_within(trees[-1].root, span) if trees else []
    if not path:
        yield _Strand(span), span
    elif not len(span):
        yield _gap(path, span)
    else:
        yield from _within(path[-1], _strand_around(path), span)


def _gap(path: list[Node], span: Span) -> tuple[_Strand, Span]:
    """Return the place where something is gone: between two statements, or in the node around it."""
    if path[-1].type == "block":
        return _Strand(span), span
    return _strand_around(path), span_of(path[-1])


def _strand_around(path: list[Node]) -> _Strand:
    strand = _Strand(span_of(path[0]))
    for parent, node in pairwise(path):
        if parent.type == "block":
            strand = _Strand(span_of(node))
        elif is_branch(parent, node):
            strand = _Strand(span_of(node), is_value=True)
    return strand


def _within(node: Node, strand: _Strand, span: Span) -> Iterator[tuple[_Strand, Span]]:
    """Yield the strands below `node`, which is part of `strand`; a stack, because chains are deep."""
    stack = [(node, strand)]
    while stack:
        node, strand = stack.pop()
        inside = [child for child in node.children if _overlap(child, span) and child.type not in _COMMENTS]
        if node.type == "try_expression":
            yield _Strand(span_of(node)), span_of(node)
        if node.type == "block":
            statements = [child for child in inside if child.is_named]
            stack += [(child, _Strand(span_of(child))) for child in statements]
            if not statements:
                empty = Span(node.start_byte + 1, node.start_byte + 1)
                yield _Strand(empty), empty
            continue
        if not node.children:
            yield strand, Span(max(node.start_byte, span.start), min(node.end_byte, span.end))
        for child in inside:
            is_own = is_branch(node, child) and child.type != "block"
            stack.append((child, _Strand(span_of(child), is_value=True) if is_own else strand))


def _overlap(node: Node, span: Span) -> bool:
    return node.start_byte < span.end and span.start < node.end_byte


def _smallest_node(source: Source, span: Span) -> Span:
    trees = source.trees_at(span)
    path = path_to(trees[-1].root, span) if trees else []
    return span_of(path[-1]) if path else span
