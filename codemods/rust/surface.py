"""What a file shows to other crates, as far as its own text tells: public items and their signatures.

Syntax alone: whether a module is public all the way up, and what a glob re-export brings, is
decided elsewhere. So this says "may be seen", never "is seen".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tree_sitter import Node

from codemods.rust.items import attributes_before, item_name
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.tokens import TokenKind, tokens
from codemods.rust.trees import SyntaxTree, span_of

_PUBLIC_BY_PLACE = frozenset({"trait_item"})  # what is in it is as public as it
# Attributes that are part of what a user of the item sees.
_MEANINGFUL = (b"derive", b"non_exhaustive", b"must_use", b"repr", b"deprecated", b"macro_export", b"cfg")
_WITH_BODY = {"function_item": "body", "const_item": "value", "static_item": "value"}


def public_items(source: Source) -> Mapping[str, str]:
    """Return the signatures (tokens, one blank between) of all items that may be public, by their paths.

    Bodies, values, private fields and comments are not part of a signature.
    """
    tree = source.file_tree
    if tree is None:
        return {}
    found: dict[str, str] = {}
    for path, signature in _items(tree, tree.root, "", is_public=False):
        known = found.get(path)  # the same item under another `cfg`
        found[path] = signature if known is None else f"{known} | {signature}"
    return found


def _items(tree: SyntaxTree, parent: Node, above: str, *, is_public: bool) -> Iterator[tuple[str, str]]:
    for node in parent.named_children:
        name = item_name(node, tree)
        path = f"{above}/{name}".strip("/")
        if node.type == "impl_item":
            is_trait = node.child_by_field_name("trait") is not None
            if is_trait:
                yield path, _signature(tree, node, _body(node))
            yield from _children(tree, node, path, is_public=is_trait)
        elif node.type == "use_declaration" and _is_pub(node):
            text = _signature(tree, node, None)
            yield f"{above}/{text}".strip("/"), text
        elif node.type == "macro_definition":
            if any(b"macro_export" in (a.text or b"") for a in attributes_before(node)):
                yield path, _signature(tree, node, None)
        elif name and (is_public or _is_pub(node)):
            yield path, _signature(tree, node, _body(node))
            if node.type in ("mod_item", *_PUBLIC_BY_PLACE):
                yield from _children(tree, node, path, is_public=node.type in _PUBLIC_BY_PLACE)


def _children(tree: SyntaxTree, node: Node, path: str, *, is_public: bool) -> Iterator[tuple[str, str]]:
    body = node.child_by_field_name("body")
    if body is not None:
        yield from _items(tree, body, path, is_public=is_public)


def _is_pub(node: Node) -> bool:
    """Whether it says `pub` without a limit (`pub(crate)` is no one else's business)."""
    mark = next((child for child in node.children if child.type == "visibility_modifier"), None)
    return mark is not None and mark.text == b"pub"


def _body(node: Node) -> Node | None:
    """Return what of an item nobody outside sees: a function's block, a constant's value."""
    if node.type in ("struct_item", "enum_item", "union_item", "macro_definition"):
        return None
    return node.child_by_field_name(_WITH_BODY.get(node.type, "body"))


def _signature(tree: SyntaxTree, node: Node, body: Node | None) -> str:
    content = tree.source.content
    hidden = [span_of(field) for field in _private_fields(node)]
    end = body.start_byte if body is not None else node.end_byte
    attributes = [
        a for a in attributes_before(node) if (a.text or b"").lstrip(b"#[ ").startswith(_MEANINGFUL)
    ]
    spans = [*(span_of(attribute) for attribute in attributes), Span(node.start_byte, end)]
    parts = [
        token.text.decode(errors="replace")
        for span in spans
        for token in tokens(content, span)
        if token.kind is not TokenKind.COMMENT and not any(token.span in private for private in hidden)
    ]
    text = " ".join(parts).removesuffix(" =")
    return text if node.type == "macro_definition" else _without_empty(text)


def _without_empty(text: str) -> str:
    """Return the text of tokens without the commas that private fields leave, or that end a list."""
    text = re.sub(r"(?:, )+(?=[)}\]>])", "", text)
    return re.sub(r"(?<=[({]) (?:, )+|(?<=,) (?:, )+", " ", text)


def _is_meaningful(attribute: Node) -> bool:
    return (attribute.text or b"").lstrip(b"#[ ").startswith(_MEANINGFUL)


def _private_fields(node: Node) -> Iterator[Node]:
    if node.type not in ("struct_item", "union_item"):
        return
    body = node.child_by_field_name("body")
    for field in body.named_children if body is not None else ():
        if field.type == "field_declaration" and not _is_pub(field):
            yield field
