"""Closures that take an error which they do not look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.recipe import Edit, Source, Span, TokenKind, tokens

if TYPE_CHECKING:
    from tree_sitter import Node


def without_parameter(source: Source, closure: Node) -> Edit | None:
    """Return the edit that takes the one parameter of `closure` away; None where it is used, or none."""
    if closure.type != "closure_expression":
        return None
    parameters, body = closure.child_by_field_name("parameters"), closure.child_by_field_name("body")
    if parameters is None or body is None:
        return None
    span = Span(parameters.start_byte, parameters.end_byte)
    pattern = source.text(Span(span.start + 1, span.end - 1)).partition(":")[0].strip().rstrip(",").strip()
    if pattern == "_" or (pattern.isidentifier() and not _is_named(source, pattern, body)):
        return Edit(span, "||")
    return None


def _is_named(source: Source, name: str, body: Node) -> bool:
    """Whether `name` stands in `body`, also as an inline argument of a format string."""
    for token in tokens(source.content, Span(body.start_byte, body.end_byte)):
        if token.kind is TokenKind.WORD and token.text.decode() == name:
            return True
        if token.kind is TokenKind.STRING and name.encode() in token.text and b"{" in token.text:
            return True
    return False
