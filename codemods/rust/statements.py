"""What an expression is to the block around it: a statement, its value, or part of another."""

from __future__ import annotations

from enum import StrEnum

from tree_sitter import Node

from codemods.rust.trees import SyntaxTree, TreeKind

_COMMENTS = frozenset({"line_comment", "block_comment"})


class StatementRole(StrEnum):
    """What an expression is to the block around it."""

    PART = "part of another expression, or not in a block"
    TERMINATED = "a statement with its `;`"
    BARE = "a statement without `;`, and more follows"
    TAIL = "the value of its block"


def statement_role(node: Node, tree: SyntaxTree) -> StatementRole:
    """Return what `node` is to its block. Macros at item level are no statements."""
    parent = node.parent
    if node == tree.root:
        return StatementRole.TAIL if tree.kind is TreeKind.MACRO_BODY else StatementRole.PART
    if parent is None:
        return StatementRole.PART
    statement = node
    if parent.type == "expression_statement":
        if _has_own_semicolon(parent, tree):
            return StatementRole.TERMINATED
        statement, parent = parent, parent.parent or parent
    if parent.type != "block" and (parent.type != "source_file" or tree.kind is TreeKind.FILE):
        return StatementRole.PART
    return StatementRole.BARE if _has_code_after(statement, tree) else StatementRole.TAIL


def _has_own_semicolon(statement: Node, tree: SyntaxTree) -> bool:
    """Whether the statement ends in a `;` of the file, not in one that was only lent to the parser."""
    last = statement.children[-1]
    return last.type == ";" and last.start_byte < tree.span.end


def _has_code_after(statement: Node, tree: SyntaxTree) -> bool:
    following = statement.next_named_sibling
    while following is not None and following.type in _COMMENTS:
        following = following.next_named_sibling
    return following is not None and following.start_byte < tree.span.end
