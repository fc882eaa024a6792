"""The trait `Fail` where it stands in a type or a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.recipe import Edit, Mention, Source, Span

from .rewrites import Left, Outcome, Rewrite

if TYPE_CHECKING:
    from tree_sitter import Node

STD_ERROR = "std::error::Error"
BOUND = f"{STD_ERROR} + Send + Sync + 'static"
_OWNED = f"dyn {STD_ERROR} + Send + Sync"
_BORROWED = f"(dyn {STD_ERROR} + 'static)"
_OWNERS = ("Box", "Arc", "Rc")


def rewrite_fail(source: Source, mention: Mention) -> Outcome:
    """Return what becomes of `Fail` in `dyn Fail`, `impl Fail`, `E: Fail`, or in `&Fail` of old."""
    parent = mention.node.parent
    if not mention.tree.exact or parent is None:
        return Left("unparsed", "`Fail` stands among tokens that are no Rust syntax")
    if parent.type == "trait_bounds":
        return Rewrite((Edit(mention.span, BOUND),))
    if parent.type == "abstract_type":
        is_behind = parent.parent is not None and parent.parent.type == "reference_type"
        return _implementing(parent) if is_behind else Rewrite((Edit(mention.span, BOUND),))
    if parent.type == "dynamic_type":
        return _trait_object(source, parent, parent.parent)
    return _trait_object(source, mention.node, parent)


def _implementing(node: Node) -> Rewrite:
    return Rewrite((Edit(Span(node.start_byte, node.end_byte), f"(impl {BOUND})"),))


def _trait_object(source: Source, node: Node, parent: Node | None) -> Outcome:
    span = Span(node.start_byte, node.end_byte)
    if parent is not None and parent.type == "reference_type":
        return Rewrite((Edit(span, _BORROWED),))
    if parent is not None and parent.type == "type_arguments" and _owner(source, parent) in _OWNERS:
        return Rewrite((Edit(span, _OWNED),))
    return Left("fail-trait", "`Fail` stands where its lifetime and bounds are not clear")


def _owner(source: Source, arguments: Node) -> str:
    """Return the last name of the type that has these arguments."""
    name = arguments.parent.child_by_field_name("type") if arguments.parent is not None else None
    text = "" if name is None else source.text(Span(name.start_byte, name.end_byte))
    return text.rpartition("::")[2]
