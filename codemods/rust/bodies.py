"""Whose body a place is in: the code of a function, of a macro definition, or of neither.

Only what stands inside of a function's block is known to be that function's alone: a signature, an
attribute, a constant or an item in the block is seen by others too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tree_sitter import Node

from codemods.rust.items import item_name
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.trees import SyntaxTree, TreeKind, path_to, span_of

_ATTRIBUTES = frozenset({"attribute_item", "inner_attribute_item"})
_WORDS = {
    "use_declaration": "use",
    "extern_crate_declaration": "extern crate",
    "attribute_item": "attribute",
    "inner_attribute_item": "attribute",
}
_WITHOUT_OWNER = frozenset({"use_declaration", "extern_crate_declaration", "macro_definition"})


class OwnerKind(StrEnum):
    """What kind of code owns a place."""

    FUNCTION = "function"  # inside of its block
    MACRO = "macro"  # the body of a macro_rules! definition
    ITEM = "item"  # anything else: signatures, types, constants, attributes, imports
    EXAMPLE = "example"  # a documentation example


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of a place: its kind, its path (`impl Foo/fn bar`), and the bytes that are its."""

    kind: OwnerKind
    path: str
    span: Span


def owner_of(source: Source, span: Span) -> Owner:
    """Return the innermost function body, macro or item that holds all of `span`."""
    trees = source.trees_at(span)
    path = source.enclosing_item(span)
    if any(tree.kind is TreeKind.DOC_EXAMPLE for tree in trees):
        return Owner(OwnerKind.EXAMPLE, path, span)
    if any(tree.kind is TreeKind.MACRO_BODY for tree in trees):
        return Owner(OwnerKind.MACRO, path, span)
    body = _function_block(trees, span)
    if body is not None:
        return Owner(OwnerKind.FUNCTION, path, body)
    return Owner(OwnerKind.ITEM, path, span)


def items_inside(source: Source, span: Span) -> tuple[str, ...]:
    """Return the items that stand in `span` as a whole, outermost ones only: "fn read", "use", "impl Foo"."""
    tree = source.file_tree
    if tree is None:
        return ()
    around = path_to(tree.root, span)
    nodes = around[-1].named_children if around else tree.root.named_children
    inside = (node for node in nodes if span_of(node) in span and _is_item(node))
    return tuple(dict.fromkeys(item_name(node, tree) or _WORDS.get(node.type, node.type) for node in inside))


def _function_block(trees: Sequence[SyntaxTree], span: Span) -> Span | None:
    """Return the block of the innermost function around `span`, if nothing else owns `span` in there."""
    for tree in reversed(trees):
        nodes = path_to(tree.root, span)
        for node in reversed(nodes):
            if node.type in _ATTRIBUTES:
                return None
            if node.type == "function_item":
                return _block_around(node, span)
            if _is_item(node):
                return None
    return None


def _block_around(function: Node, span: Span) -> Span | None:
    block = function.child_by_field_name("body")
    if block is None:
        return None
    whole = span_of(block)
    inside = Span(whole.start + 1, max(whole.start + 1, whole.end - 1))  # without the braces
    return whole if span in inside else None


def _is_item(node: Node) -> bool:
    return node.type.endswith("_item") or node.type in _WITHOUT_OWNER
