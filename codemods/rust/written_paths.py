"""Paths as they stand in code, read from tokens: `a::b::C`, where it stands, and whether it is one at all."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from codemods.rust.keywords import is_keyword
from codemods.rust.outlines import Outline
from codemods.rust.spans import Span
from codemods.rust.tokens import TokenKind

_DEFINES = frozenset(
    {b"fn", b"struct", b"enum", b"union", b"trait", b"type", b"mod", b"const", b"static", b"let", b"macro"}
)
_GENERIC_ITEMS = frozenset(
    {
        "function_item",
        "function_signature_item",
        "impl_item",
        "struct_item",
        "enum_item",
        "union_item",
        "trait_item",
        "type_item",
        "associated_type",
    }
)
_BINDING_NODES = frozenset({"field_identifier", "shorthand_field_identifier", "lifetime", "metavariable"})


@dataclass(frozen=True, slots=True)
class WrittenPath:
    """A path by token index, without generic arguments.

    `attribute` is None outside of attributes, "attribute" for what names one, "derive" for an entry of
    a derive, "argument" for anything else in there.
    """

    first: int
    last: int
    span: Span
    segments: tuple[Span, ...]
    text: str
    is_macro: bool
    attribute: str | None


def path_at(outline: Outline, index: int) -> WrittenPath | None:
    """Return the path that the word at `index` is part of; None for a member, or what follows generics."""
    first = index
    while outline.text(first - 1) == b"::" and _is_segment(outline, first - 2):
        first -= 2
    before = outline.text(first - 1)
    is_global = before == b"::"
    if before in (b".", b"$") or (is_global and _ends_type(outline, first - 2)):
        return None
    last = first
    while outline.text(last + 1) == b"::" and outline.is_word(last + 2):
        last += 2
    words = range(first, last + 1, 2)
    start = first - is_global
    return WrittenPath(
        start,
        last,
        outline.bytes_of(start, last),
        tuple(outline.code[word].span for word in words),
        "::" * is_global + "::".join(outline.name(word) for word in words),
        _is_macro(outline, last),
        _attribute(outline, start),
    )


def is_name_only(outline: Outline, path: WrittenPath, node: Node | None) -> bool:
    """Whether a single word is no path: it names a new item, a field, a binding or an argument."""
    if path.attribute == "argument":
        return len(path.segments) == 1
    if len(path.segments) > 1 or path.first != path.last:
        return False
    before, after = outline.text(path.first - 1), outline.text(path.last + 1)
    if before in _DEFINES or (before == b"mut" and outline.text(path.first - 2) not in (b"*", b"&")):
        return True
    if after == b"=" and before in (b"<", b","):  # `Item = u8` in `Iterator<Item = u8>`
        return True
    if node is not None:
        return _is_binding(node)
    return after == b":" and before in (b"(", b",", b"{", b"|", b"ref")


def is_shadowed(outline: Outline, path: WrittenPath, node: Node) -> bool:
    """Whether a generic parameter or a variable of the function has the name of a single word."""
    if path.is_macro or path.attribute is not None:
        return False
    if any(path.text in _parameters(each, outline) for each in _generic_items(node)):
        return True
    return outline.text(path.last + 1) != b"(" and _is_variable(outline, path)


def _is_segment(outline: Outline, index: int) -> bool:
    """Whether the token at `index` is a name before `::`, not a keyword before a path that `::` begins."""
    return outline.is_word(index) and not is_keyword(outline.text(index).decode(), outline.edition)


def _ends_type(outline: Outline, index: int) -> bool:
    """Whether the `>` at `index` ends a type that a path goes on from: not that of `impl<T> ::a::B for C`."""
    if outline.text(index) not in (b">", b">>"):
        return False
    depth, at = 0, index
    while at >= 0:
        text = outline.text(at)
        if text in (b">", b">>", b"<", b"<<"):
            depth += len(text) if text[:1] == b">" else -len(text)
        if depth <= 0:
            return outline.text(at - 1) not in (b"impl", b"for")
        if text in (b";", b"{"):
            break
        at = outline.openings.get(at, at) - 1
    return True


def _is_macro(outline: Outline, last: int) -> bool:
    following = outline.code[last + 2] if last + 2 < len(outline.code) else None
    return outline.text(last + 1) == b"!" and following is not None and following.kind is TokenKind.OPEN


def _attribute(outline: Outline, start: int) -> str | None:
    opening = outline.parents[start]
    around = opening
    while around >= 0 and not _is_attribute(outline, around):
        around = outline.parents[around]
    if around < 0:
        return None
    if opening == around:
        return "attribute" if start == opening + 1 else "argument"
    if outline.text(opening - 1) == b"derive":
        return "derive"
    is_conditional = outline.text(opening - 1) == b"cfg_attr" and outline.text(start - 1) == b","
    return "attribute" if is_conditional else "argument"


def _is_attribute(outline: Outline, opening: int) -> bool:
    before = outline.text(opening - 1)
    is_inner = before == b"!" and outline.text(opening - 2) == b"#"
    return outline.text(opening) == b"[" and (before == b"#" or is_inner)


def _is_binding(largest: Node) -> bool:
    node = largest.descendant_for_byte_range(largest.start_byte, largest.end_byte) or largest
    if node.type in _BINDING_NODES:
        return True
    parent = node.parent
    if parent is None:
        return False
    if parent.type in ("enum_variant", "const_parameter", "type_binding", "field_declaration"):
        return parent.child_by_field_name("name") == node
    if parent.type in ("parameter", "let_declaration", "for_expression"):
        return parent.child_by_field_name("pattern") == node and node.type == "identifier"
    return parent.type in ("closure_parameters", "captured_pattern") and node.type == "identifier"


def _generic_items(node: Node | None) -> list[Node]:
    found = []
    while node is not None:
        if node.type in _GENERIC_ITEMS:
            found.append(node)
        node = node.parent
    return found


def _parameters(item: Node, outline: Outline) -> list[str]:
    listed = item.child_by_field_name("type_parameters")
    names: list[str] = []
    for parameter in listed.named_children if listed is not None else ():
        named = parameter.child_by_field_name("name") or parameter
        names.append(outline.source.text(Span(named.start_byte, named.end_byte)))
    return names


def _is_variable(outline: Outline, path: WrittenPath) -> bool:
    """Whether the outermost function around binds the name: a `let`, a parameter, a closure's."""
    body = next(
        (each for each in [*outline.openings_around(path.first)][::-1] if _is_body(outline, each)), None
    )
    if body is None:
        return False
    name = outline.text(path.first)
    closing = outline.partners.get(body, len(outline.code))
    first = body
    while first > 0 and outline.text(first) != b"fn":
        first -= 1
    for index in range(first, closing):
        if outline.text(index) == name:
            before, after = outline.text(index - 1), outline.text(index + 1)
            if before in (b"let", b"mut", b"ref", b"|") or (after == b":" and before in (b"(", b",", b"|")):
                return True
    return False


def _is_body(outline: Outline, opening: int) -> bool:
    at = opening - 1
    while at >= 0 and outline.text(at) not in (b";", b"{", b"}", b"fn"):
        at = outline.openings.get(at, at) - 1
    return outline.text(opening) == b"{" and outline.text(at) == b"fn"
