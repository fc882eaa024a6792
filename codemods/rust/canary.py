"""Canaries: edits of a throw-away copy that make rustc say which sites it really compiles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tree_sitter import Node

from codemods.rust.edits import Edit
from codemods.rust.items import attributes_before, attributes_of
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.statements import StatementRole, statement_role
from codemods.rust.trees import SyntaxTree, TreeKind, path_to, span_of

# The field of a node that holds an expression; None where every child does.
_EXPRESSION_FIELDS: dict[str, tuple[str, ...] | None] = {
    "arguments": None,
    "array_expression": None,
    "assignment_expression": None,
    "await_expression": None,
    "binary_expression": None,
    "block": None,
    "break_expression": None,
    "call_expression": ("function",),
    "closure_expression": ("body",),
    "compound_assignment_expr": None,
    "const_item": ("value",),
    "expression_statement": None,
    "field_expression": ("value",),
    "field_initializer": ("value",),
    "for_expression": ("value",),
    "if_expression": ("condition",),
    "index_expression": None,
    "let_condition": ("value",),
    "let_declaration": ("value",),
    "match_arm": ("value",),
    "match_expression": ("value",),
    "match_pattern": ("condition",),
    "parenthesized_expression": None,
    "range_expression": None,
    "reference_expression": ("value",),
    "return_expression": None,
    "static_item": ("value",),
    "try_expression": None,
    "tuple_expression": None,
    "type_cast_expression": ("value",),
    "unary_expression": None,
    "while_expression": ("condition",),
    "yield_expression": None,
}
_NO_EXPRESSIONS = (
    "_item",
    "_declaration",
    "_statement",
    "_definition",
    "_literal",
    "_pattern",
    "_type",
    "_comment",
)
_CFG = re.compile(r"#\s*\[\s*cfg\s*\(")
_ITEM_LISTS = frozenset({"source_file", "declaration_list"})
# What may stand beside an element of such a list, under the same cfg; `{}` is an expression, or a type.
_ELEMENTS = {
    "enum_variant_list": "__Codemod = {}, ",
    "field_declaration_list": "__codemod: {}, ",
    "field_initializer_list": "__codemod: {}, ",
    "ordered_field_declaration_list": "{}, ",
    "parameters": "_: {}, ",
}


def canary_edits(source: Source, span: Span, text: str) -> tuple[Edit, ...]:
    """Return edits after which rustc reports `text` as an error iff it compiles what is at `span`.

    Lines do not move, and the canaries of nested sites do not conflict. Empty where none can be
    placed with certainty: in tokens that are no Rust syntax, or where the grammar failed.
    """
    error = f"compile_error!({_literal(text)});"
    for tree in reversed(source.trees_at(span)):
        if not tree.is_sound(span):
            return ()
        path = path_to(tree.root, span)
        edits = _in_expression(tree, path, span, error)
        if not edits:
            gated = _under_gate(tree, path, error)
            edits = (_in_block(path, error) or _at_item(tree, path, error)) if gated is None else gated
        if edits or tree.kind is TreeKind.DOC_EXAMPLE:
            return edits
    return ()


def _in_expression(tree: SyntaxTree, path: Sequence[Node], span: Span, error: str) -> tuple[Edit, ...]:
    node = next((node for node in path if span_of(node) == span), None)
    if node is None or not _is_expression(node, tree):
        return ()
    if node.type == "macro_invocation" and statement_role(node, tree) is StatementRole.BARE:
        return (Edit(Span(span.start, span.start), error + " "),)
    return _wrapped(span, error)


def _is_expression(node: Node, tree: SyntaxTree) -> bool:
    if not node.is_named or node.type.endswith(_NO_EXPRESSIONS) or node.type in ("attribute", "block"):
        return False
    if node == tree.root:
        return tree.kind is not TreeKind.FILE and node.type != "source_file"
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "source_file":
        return tree.kind is not TreeKind.FILE
    # A call among items makes items: `quick_main!(run);` at the top of a file.
    if parent.type not in _EXPRESSION_FIELDS or _is_item_statement(parent, tree):
        return False
    fields = _EXPRESSION_FIELDS[parent.type]
    return fields is None or any(parent.child_by_field_name(name) == node for name in fields)


def _is_item_statement(node: Node, tree: SyntaxTree) -> bool:
    around = node.parent
    is_list = around is not None and around.type in _ITEM_LISTS
    is_statement = node.type == "expression_statement"
    return is_statement and is_list and (around != tree.root or tree.kind is TreeKind.FILE)


def _under_gate(tree: SyntaxTree, path: Sequence[Node], error: str) -> tuple[Edit, ...] | None:
    """Return edits for a part of a function, type or match that may have a cfg of its own; None: it has none.

    Empty where it has one, and nothing can be put beside it.
    """
    for parent, node in reversed(list(pairwise(path))):
        if node.type == "block":
            return None
        if parent.type == "match_arm":
            value = parent.child_by_field_name("value")
            return () if value is None else _wrapped(span_of(value), error, "{}")
        attributes = [each for each in attributes_of(node) if each.type == "attribute_item"]
        cfgs = _cfgs(tree, attributes)
        if not cfgs:
            continue
        at = Span(attributes[0].start_byte, attributes[0].start_byte)
        if parent.type == "block" or parent.type in _ITEM_LISTS:
            return (Edit(at, " ".join([*cfgs, error, ""])),)
        if parent.type not in _ELEMENTS:
            return ()
        return (Edit(at, " ".join([*cfgs, _ELEMENTS[parent.type].format(error.removesuffix(";"))])),)
    return None


def _wrapped(span: Span, error: str, brackets: str = "({})") -> tuple[Edit, ...]:
    """Put a block around `span`; an arm's value takes no parentheses where no comma is behind it."""
    opening, closing = brackets[: len(brackets) // 2], brackets[len(brackets) // 2 :]
    return (
        Edit(Span(span.start, span.start), f"{opening} {error} "),
        Edit(Span(span.end, span.end), f" {closing}"),
    )


def _cfgs(tree: SyntaxTree, attributes: Sequence[Node]) -> list[str]:
    texts = [tree.source.text(span_of(attribute)) for attribute in attributes]
    return [" ".join(text.split()) for text in texts if _CFG.match(text)]


def _in_block(path: Sequence[Node], error: str) -> tuple[Edit, ...]:
    """Return an insertion at the start of the innermost block of `path`."""
    for node in reversed(path):
        if node.type == "block":
            inner = [child for child in node.named_children if child.type == "inner_attribute_item"]
            at = inner[-1].end_byte if inner else node.children[0].end_byte
            return (Edit(Span(at, at), f" {error}"),)
    return ()


def _at_item(tree: SyntaxTree, path: Sequence[Node], error: str) -> tuple[Edit, ...]:
    """Return an insertion before the innermost item of `path`, under the same cfg attributes."""
    for node in reversed(path):
        if node.parent is None or node.parent.type not in _ITEM_LISTS or node == tree.root:
            continue
        attributes = attributes_before(node)
        at = attributes[0].start_byte if attributes else node.start_byte
        return (Edit(Span(at, at), " ".join([*_cfgs(tree, attributes), error, ""])),)
    return ()


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
