"""Where canaries go for a stretch of new code: that every part of it is compiled, not only some.

Each item needs one, and each part with a cfg of its own: a statement, an arm, a field, a parameter.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from codemods.rust.items import attributes_of
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.trees import path_to, span_of

_ITEM_LISTS = ("source_file", "declaration_list")
_ATTRIBUTES = ("attribute_item", "inner_attribute_item")
_COMMENTS = ("line_comment", "block_comment", "shebang")


def canary_spans(source: Source, span: Span) -> Iterator[Span]:
    """Yield the spans to ask of, so that all code in `span` is compiled if all of these are.

    None where there is no item: comments, or what stands before all code.
    """
    trees = source.trees_at(span)
    path = path_to(trees[-1].root, span) if trees else []
    if not path:
        yield span
        return
    top = path[-1]
    touched = [child for child in top.named_children if _overlap(child, span)]
    is_list = top.type in _ITEM_LISTS and trees[-1].macro is None
    items = dict.fromkeys(span_of(item) for item in map(_described, touched) if item is not None)
    yield from (items if is_list else (span,))
    for node in _parts(top, span):
        if any(b"cfg" in span_of(each).of(source.content) for each in attributes_of(node)):
            yield span_of(node)


def _parts(top: Node, span: Span) -> Iterator[Node]:
    """Yield what `span` touches below `top`, attributes as what they are of."""
    stack = [top]
    while stack:
        for child in stack.pop().named_children:
            if _overlap(child, span):
                part = _described(child)
                if part is not None:
                    yield part
                stack.append(child)


def _described(node: Node) -> Node | None:
    """Return the node, or what it stands before, if it is an attribute or comment; None if nothing."""
    found: Node | None = node
    while found is not None and (found.type in _ATTRIBUTES or found.type in _COMMENTS):
        found = found.next_named_sibling
    return found


def _overlap(node: Node, span: Span) -> bool:
    return node.start_byte < span.end and span.start < node.end_byte
