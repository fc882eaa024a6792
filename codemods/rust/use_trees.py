"""The tree of one `use`: `use a::{b, c::d as e};` is the node `a::` over the nodes `b` and `c::d as e`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codemods.rust.outlines import TokenGroups
from codemods.rust.tokens import TokenKind


@dataclass(frozen=True, slots=True)
class UseNode:
    """A part of a `use` between commas or braces: what is written there, by token index.

    `path` is the part's own segments without `r#`, `first` and `last` are its outermost tokens.
    """

    path: tuple[str, ...]
    first: int
    last: int
    rename: str | None = None
    is_global: bool = False  # begins with `::`
    is_glob: bool = False
    opening: int | None = None  # of its braces
    children: tuple[UseNode, ...] = ()

    @property
    def is_group(self) -> bool:
        """Whether it has braces."""
        return self.opening is not None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One imported path: all its segments without `r#`, a last `self` left out, and the name it gets."""

    path: tuple[str, ...]
    name: str | None  # None: a glob
    is_global: bool
    node: UseNode
    parents: tuple[UseNode, ...]  # outermost first


@dataclass(frozen=True, slots=True)
class UseStatement:
    """A `use` from its keyword up to and with its `;`, by token index."""

    first: int
    last: int
    tree: UseNode

    def leaves(self) -> Iterator[Leaf]:
        """Yield what it imports; an empty group imports nothing, as `_`."""
        yield from _leaves(self.tree, (), (), self.tree.is_global)


def use_statements(code: TokenGroups) -> Iterator[UseStatement]:
    """Yield the `use` statements of `code` that are complete, by position."""
    for index, token in enumerate(code.code):
        if token.text == b"use" and token.kind is TokenKind.WORD:
            statement = _statement(code, index)
            if statement is not None:
                yield statement


def _statement(code: TokenGroups, use: int) -> UseStatement | None:
    if code.text(use + 1) == b"<":  # `use<'a>` captures lifetimes
        return None
    node = _node(code, use + 1)
    if node is None or code.text(node.last + 1) != b";":
        return None
    return UseStatement(use, node.last + 1, node)


def _node(code: TokenGroups, first: int) -> UseNode | None:
    """Return the part that begins at the token `first`; None if it is none."""
    at, path = first, []
    is_global = code.text(at) == b"::"
    at += is_global
    while code.is_word(at):
        path.append(code.name(at))
        if code.text(at + 1) != b"::":
            return _named(code, first, at, tuple(path), is_global)
        at += 2
    if code.text(at) == b"*":
        return UseNode(tuple(path), first, at, is_global=is_global, is_glob=True)
    if code.text(at) == b"{" and at in code.partners:
        return _group(code, first, at, tuple(path), is_global)
    return None


def _named(code: TokenGroups, first: int, at: int, path: tuple[str, ...], is_global: bool) -> UseNode:
    rename = None
    if code.text(at + 1) == b"as" and code.is_word(at + 2):
        at += 2
        rename = code.name(at)
    return UseNode(path, first, at, rename, is_global)


def _group(
    code: TokenGroups, first: int, opening: int, path: tuple[str, ...], is_global: bool
) -> UseNode | None:
    closing = code.partners[opening]
    children: list[UseNode] = []
    at = opening + 1
    while at < closing:
        child = _node(code, at)
        if child is None or code.text(child.last + 1) not in (b",", b"}"):
            return None
        children.append(child)
        at = child.last + 2
    return UseNode(path, first, closing, is_global=is_global, opening=opening, children=tuple(children))


def _leaves(
    node: UseNode, parents: tuple[UseNode, ...], before: tuple[str, ...], is_global: bool
) -> Iterator[Leaf]:
    path = before + node.path
    is_global = is_global or node.is_global
    for child in node.children:
        yield from _leaves(child, (*parents, node), path, is_global)
    if node.is_group and not node.children:
        yield Leaf(path, "_", is_global, node, parents)
    if not node.is_group:
        if len(path) > 1 and path[-1] == "self":
            path = path[:-1]
        name = None if node.is_glob else node.rename or (path[-1] if path else "_")
        yield Leaf(path, name, is_global, node, parents)
