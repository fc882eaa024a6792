"""How rustc prints a condition that a macro took as an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.recipe import Source, Span

from .nodes import expression_at

if TYPE_CHECKING:
    from tree_sitter import Node

# Printed as they stand where they stand on one line, laid out as rustfmt does it.
_PLAIN = frozenset(
    [
        "identifier",
        "self",
        "field_identifier",
        "field_expression",
        "scoped_identifier",
        "call_expression",
        "arguments",
        "unary_expression",
        "binary_expression",
        "reference_expression",
        "parenthesized_expression",
        "index_expression",
        "integer_literal",
        "boolean_literal",
        "string_literal",
        "string_content",
        "char_literal",
        "crate",
        "super",
    ]
)
_SPACED = frozenset(["==", "!=", "<", ">", "<=", ">=", "&&", "||", "+", "-", "*", "/", "%", "&", "|", "^"])


def stringified(source: Source, condition: Span) -> str | None:
    """Return the tokens to give to `stringify!` so that it prints what rustc prints for the expression.

    None where the layout is not certainly the one that rustc chooses.
    """
    text = source.text(condition)
    if any(sign in text for sign in ("\n", "//", "/*", "  ", "$")):
        return None
    found = expression_at(source, condition)
    return text if found is not None and _is_plain(source, found[1]) else None


def _is_plain(source: Source, node: Node) -> bool:
    if node.is_named and node.type not in _PLAIN:
        return False
    if node.type in ("string_literal", "char_literal"):
        return True
    if node.type == "binary_expression" and not _is_spaced(source, node):
        return False
    if node.type in ("arguments", "index_expression") and not _is_tight(source, node):
        return False
    return all(_is_plain(source, child) for child in node.children)


def _is_spaced(source: Source, node: Node) -> bool:
    operator = node.child_by_field_name("operator")
    if operator is None or operator.type not in _SPACED:
        return False
    around = source.content[operator.start_byte - 1 : operator.end_byte + 1]
    return around == b" " + operator.type.encode() + b" "


def _is_tight(source: Source, node: Node) -> bool:
    """Whether a list has no space inside of its delimiters, one behind commas, and no last comma."""
    text = source.content[node.start_byte : node.end_byte]
    is_open = text.startswith((b"( ", b"[ ")) or text.endswith((b" )", b" ]", b",)", b",]"))
    commas = [child for child in node.children if child.type == ","]
    spaced = all(source.content[each.end_byte : each.end_byte + 1] == b" " for each in commas)
    return not is_open and spaced
