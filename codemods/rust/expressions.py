"""What the grammar knows about an expression that is to be written elsewhere or with a `?` behind."""

from __future__ import annotations

from collections.abc import Iterator, Set
from enum import StrEnum

from tree_sitter import Node

from codemods.rust.trees import SyntaxTree, TreeKind, path_to, span_of

BLOCK_LIKE = frozenset(
    {
        "block",
        "if_expression",
        "match_expression",
        "loop_expression",
        "while_expression",
        "for_expression",
        "unsafe_block",
        "async_block",
        "const_block",
        "try_block",
        "gen_block",
    }
)
DIVERGING = frozenset({"return_expression", "break_expression", "continue_expression", "yield_expression"})
_POSTFIX_COMPLETE = frozenset(
    {
        "identifier",
        "scoped_identifier",
        "self",
        "super",
        "crate",
        "metavariable",
        "generic_function",
        "integer_literal",
        "float_literal",
        "string_literal",
        "raw_string_literal",
        "char_literal",
        "boolean_literal",
        "call_expression",
        "field_expression",
        "index_expression",
        "tuple_expression",
        "unit_expression",
        "array_expression",
        "parenthesized_expression",
        "try_expression",
        "await_expression",
        "macro_invocation",
        "struct_expression",
    }
)
# Inside of these a struct literal is never mistaken for a block.
_BRACKETS = frozenset(
    {
        "parenthesized_expression",
        "tuple_expression",
        "array_expression",
        "unit_expression",
        "arguments",
        "block",
        "match_block",
        "macro_invocation",
        "token_tree",
        "type_arguments",
        "field_initializer_list",
        "closure_parameters",
        "match_pattern",
    }
)
_COMMENTS = frozenset({"line_comment", "block_comment"})
_HEADS = {
    "if_expression": "condition",
    "while_expression": "condition",
    "match_expression": "value",
    "for_expression": "value",
}


class StatementRole(StrEnum):
    """What an expression is to the block around it."""

    PART = "part of another expression, or not in a block"
    TERMINATED = "a statement with its `;`"
    BARE = "a statement without `;`, and more follows"
    TAIL = "the value of its block"


def needs_parentheses(node: Node, tree: SyntaxTree) -> bool:
    """Whether `node` must be parenthesised before a `?`, `.` or `(` can be written behind it.

    Block-like expressions count as such: rustc would take most of them, readers and other
    parsers would not. A repetition `$($t)*` may be anything, so it does too.
    """
    if node.type not in _POSTFIX_COMPLETE:
        return True
    return tree.source.content[node.start_byte :].startswith(b"$") and _is_repetition(node, tree)


def begins_with_block(node: Node) -> bool:
    """Whether the first token of `node` opens a block-like expression: `match x { … }.f()`.

    Where a statement or match arm starts, such an expression may end at its `}`.
    """
    while node.type not in BLOCK_LIKE:
        if not node.children or node.children[0].type in _BRACKETS - BLOCK_LIKE:
            return False
        node = node.children[0]
    return True


def exposes_struct_literal(node: Node) -> bool:
    """Whether `node` holds a struct literal outside of any bracket, as `S { a: 1 }.f()` does."""
    if node.type == "struct_expression":
        return True
    if node.type in _BRACKETS:
        return False
    children = node.children[:1] if node.type == "index_expression" else node.children
    return any(exposes_struct_literal(child) for child in children if child.is_named)


def in_no_struct_position(node: Node, tree: SyntaxTree, transparent: Set[str] = frozenset({"try"})) -> bool:
    """Whether `node` stands, outside of any bracket, in the head of an `if`, `while`, `match` or `for`.

    The delimiters of the macros named in `transparent` do not count as brackets: they will be gone.
    """
    for child, parent in _upwards(node, tree, transparent):
        head = _HEADS.get(parent.type)
        if head is not None:
            return parent.child_by_field_name(head) == child
        if parent.type in _BRACKETS or (parent.type == "index_expression" and parent.children[0] != child):
            return False
    return False


def starts_statement(node: Node, tree: SyntaxTree, transparent: Set[str] = frozenset({"try"})) -> bool:
    """Whether a statement, or the value of a match arm, begins with `node`."""
    start = node.start_byte
    for child, parent in _upwards(node, tree, transparent):
        if parent.type in ("block", "source_file", "expression_statement"):
            return True
        if parent.type == "match_arm":
            return parent.child_by_field_name("value") == child
        if parent.start_byte != child.start_byte and child.start_byte >= start:
            return False
        start = parent.start_byte
    return False


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


def invocation_of(tree: SyntaxTree) -> Node | None:
    """Return the macro invocation in the tree around `tree` that `tree` is an argument of."""
    if tree.kind is not TreeKind.MACRO_ARGUMENT or tree.parent is None or tree.macro is None:
        return None
    for node in path_to(tree.parent.root, tree.macro.span):
        if node.type == "macro_invocation" and span_of(node) == tree.macro.span:
            return node
    return None


def _upwards(node: Node, tree: SyntaxTree, transparent: Set[str]) -> Iterator[tuple[Node, Node]]:
    """Yield (child, parent) from `node` up, leaving the arguments of transparent macros."""
    while True:
        while node != tree.root and (parent := node.parent) is not None:
            yield node, parent
            node = parent
        outer = invocation_of(tree)
        if (
            outer is None
            or tree.parent is None
            or tree.macro is None
            or tree.macro.last_name not in transparent
        ):
            return
        node, tree = outer, tree.parent


def _is_repetition(node: Node, tree: SyntaxTree) -> bool:
    text = tree.source.content[node.start_byte + 1 : node.end_byte].lstrip()
    return text.startswith(b"(") and node.type == "identifier"


def _has_own_semicolon(statement: Node, tree: SyntaxTree) -> bool:
    """Whether the statement ends in a `;` of the file, not in one that was only lent to the parser."""
    last = statement.children[-1]
    return last.type == ";" and last.start_byte < tree.span.end


def _has_code_after(statement: Node, tree: SyntaxTree) -> bool:
    following = statement.next_named_sibling
    while following is not None and following.type in _COMMENTS:
        following = following.next_named_sibling
    return following is not None and following.start_byte < tree.span.end
