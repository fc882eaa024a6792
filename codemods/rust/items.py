"""What stands around a place: the path of its items, its function, the cfg in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tree_sitter import Node

from codemods.rust.spans import Span
from codemods.rust.trees import SyntaxTree, TreeKind, path_to, span_of

_KEYWORDS = {
    "mod_item": "mod",
    "function_item": "fn",
    "function_signature_item": "fn",
    "trait_item": "trait",
    "struct_item": "struct",
    "enum_item": "enum",
    "union_item": "union",
    "const_item": "const",
    "static_item": "static",
    "type_item": "type",
    "associated_type": "type",
    "macro_definition": "macro_rules!",
}
_BODIES = frozenset({"function_item", "const_item", "static_item", "macro_definition", "enum_item"})
_COMMENTS = frozenset({"line_comment", "block_comment"})
# These hold their attributes; everything else has them as siblings before it.
_OWN_ATTRIBUTES = frozenset({"match_arm", "field_initializer", "shorthand_field_initializer"})


def enclosing_item(trees: Sequence[SyntaxTree], span: Span) -> str:
    """Return the path of the items around `span`: `mod tests/impl Foo/fn bar`; "" at the top."""
    names: list[str] = []
    for tree in trees:
        if tree.kind is TreeKind.DOC_EXAMPLE:
            names.append("example")
        names += [
            name
            for node in path_to(tree.root, span)
            if span_of(node) != span and (name := item_name(node, tree))
        ]
    return "/".join(names)


def enclosing_body(trees: Sequence[SyntaxTree], span: Span) -> Span | None:
    """Return the innermost function, constant or macro definition around `span`."""
    for tree in reversed(trees):
        for node in reversed(path_to(tree.root, span)):
            if node.type in _BODIES:
                return span_of(node)
    return None


def cfg_attributes(trees: Sequence[SyntaxTree], span: Span) -> tuple[str, ...]:
    """Return the `#[cfg(…)]` and `#![cfg(…)]` attributes in force at `span`, outermost first."""
    found: list[str] = []
    for tree in trees:
        for node in path_to(tree.root, span):
            cfgs = filter(_is_cfg, attributes_of(node))
            found += [tree.source.text(span_of(attribute)) for attribute in cfgs]
    return tuple(found)


def attributes_before(node: Node) -> list[Node]:
    """Return the outer attributes written before `node`, in order."""
    found: list[Node] = []
    before = node.prev_named_sibling
    while before is not None and (before.type == "attribute_item" or before.type in _COMMENTS):
        found += [before] if before.type == "attribute_item" else []
        before = before.prev_named_sibling
    return found[::-1]


def attributes_of(node: Node) -> Iterator[Node]:
    """Yield the attributes in force on `node`: those before it, its own, and the inner ones in it."""
    yield from attributes_before(node)
    if node.type in _OWN_ATTRIBUTES:
        yield from (child for child in node.named_children if child.type == "attribute_item")
    yield from (child for child in node.named_children if child.type == "inner_attribute_item")


def _is_cfg(attribute: Node) -> bool:
    inner = next((child for child in attribute.named_children if child.type == "attribute"), None)
    path = inner.named_children[0] if inner is not None and inner.named_children else None
    return path is not None and path.end_byte - path.start_byte == 3 and path.text == b"cfg"


def item_name(node: Node, tree: SyntaxTree) -> str:
    """Return what an item is called in paths: "fn read", "impl Read for Foo"; "" where it has no name."""
    if node.type == "impl_item":
        trait, of = node.child_by_field_name("trait"), node.child_by_field_name("type")
        return " ".join(["impl", *([_text(trait, tree), "for"] if trait else []), _text(of, tree)])
    if node.type in _KEYWORDS:
        return f"{_KEYWORDS[node.type]} {_text(node.child_by_field_name('name'), tree)}"
    return ""


def _text(node: Node | None, tree: SyntaxTree) -> str:
    return " ".join(tree.source.text(span_of(node)).split()) if node is not None else "?"
