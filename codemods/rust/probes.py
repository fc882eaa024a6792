"""Where a statement can be put into a copy of a source, to ask the compiler about a place in it."""

from __future__ import annotations

from tree_sitter import Node

from codemods.rust.items import attributes_before
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.trees import TreeKind, path_to

# A variable that is bound in one of these is known in that field's block.
_SCOPES = {
    "for_expression": ("pattern", "body"),
    "closure_expression": ("parameters", "body"),
    "function_item": ("parameters", "body"),
    "match_arm": ("pattern", "value"),
}
_LEAVING = frozenset(
    {
        "await_expression",
        "break_expression",
        "continue_expression",
        "macro_invocation",
        "return_expression",
        "try_expression",
        "yield_expression",
    }
)


def place_of_probe(source: Source, span: Span) -> int | None:
    """Return the byte where a statement about what stands at `span` can be inserted; None for nowhere.

    For an expression that is before the statement around it, for a variable that is bound after its
    `let`, or at the start of the block in which it is known. What a macro's body says is not asked about:
    a copy of it would be expanded more than once.
    """
    trees = source.trees_at(span)
    if any(tree.kind in (TreeKind.MACRO_BODY, TreeKind.DOC_EXAMPLE) for tree in trees):
        return None
    for tree in reversed(trees):
        if not tree.is_sound(span):
            return None
        path = path_to(tree.root, span)
        bound, at = _after_binding(path)
        if bound:
            return at
        at = _before_statement(path)
        if at is not None:
            return at
    return None


def leaves(node: Node) -> bool:
    """Whether evaluating `node` may leave the body that it stands in (`?`, `return`, a macro, …)."""
    return node.type in _LEAVING or any(map(leaves, node.named_children))


def _after_binding(path: list[Node]) -> tuple[bool, int | None]:
    """Return whether the path ends in a pattern, and where what it binds is known."""
    for parent, child in zip(reversed(path[:-1]), reversed(path[1:]), strict=True):
        if parent.type == "let_declaration":
            return (
                (True, parent.end_byte) if parent.child_by_field_name("pattern") == child else (False, None)
            )
        fields = _SCOPES.get(parent.type)
        if fields is not None:
            if parent.child_by_field_name(fields[0]) != child:
                return False, None
            return True, _start_of(parent.child_by_field_name(fields[1]))
        if parent.type in ("block", "let_condition"):
            return parent.type == "let_condition" and parent.child_by_field_name("pattern") == child, None
    return False, None


def _start_of(block: Node | None) -> int | None:
    return block.children[0].end_byte if block is not None and block.type == "block" else None


def _before_statement(path: list[Node]) -> int | None:
    for parent, child in zip(reversed(path[:-1]), reversed(path[1:]), strict=True):
        if parent.type == "block" and child.type not in ("{", "}"):
            attributes = attributes_before(child)
            return attributes[0].start_byte if attributes else child.start_byte
    return None
