"""Syntax nodes by their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.recipe import Source, Span, SyntaxTree

if TYPE_CHECKING:
    from tree_sitter import Node


def expression_at(source: Source, span: Span) -> tuple[SyntaxTree, Node] | None:
    """Return the sound node that is exactly at `span`, in the innermost tree that has one, and that tree."""
    for tree in reversed(source.trees_at(span)):
        node = tree.root.descendant_for_byte_range(span.start, span.end)
        while node is not None and node.start_byte == span.start:
            if node.end_byte == span.end and node.type != "source_file" and not node.has_error:
                return tree, node
            node = node.parent
    return None
