"""What a mutation is: a wrong edit with its kind and its place; and what mutators work with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.rust.edits import Edit, apply_edits
from codemods.rust.source import Source
from codemods.rust.spans import Span

if TYPE_CHECKING:
    from tree_sitter import Node


class Where(StrEnum):
    """What a mutation stands in: that decides what a prover can say of it."""

    BODY = "function body"
    MACRO = "macro definition"
    OUTSIDE = "outside of bodies"


@dataclass(frozen=True, slots=True)
class Mutation:
    """One wrong edit of one file. `within` is the whole item around it: two in one item would mix."""

    kind: str
    path: PurePosixPath
    edits: tuple[Edit, ...]
    where: Where
    within: Span
    line: int
    owner: str = ""  # the name of the function around

    @property
    def id(self) -> str:
        """A name that no other mutation of the same tree has."""
        edits = "; ".join(f"{edit.span.start}-{edit.span.end} {edit.text!r}" for edit in self.edits)
        return f"{self.kind} {self.path}:{self.line} {edits}"


@dataclass(frozen=True)
class File:
    """One source while it is searched, with the names that stand in it."""

    source: Source
    fields: tuple[str, ...] = field(default=(), repr=False)
    variants: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)  # by enum

    def text(self, node: Node) -> str:
        """Return the text of a node, as it stands in the file."""
        return self.source.content[node.start_byte : node.end_byte].decode()

    @cached_property
    def locals(self) -> dict[int, tuple[tuple[str, int], ...]]:
        """Return a memo: by the start of a function, the names it binds and where."""
        return {}


Rewrite = tuple[Edit, ...]
Mutator = Callable[["File", "Node"], Iterator[Rewrite]]


def replaced(node: Node, text: str) -> Rewrite:
    """Return the rewrite that puts `text` in place of `node`."""
    return (Edit(Span(node.start_byte, node.end_byte), text),)


def swapped(file: File, first: Node, second: Node) -> Rewrite:
    """Return the rewrite that exchanges two nodes."""
    return replaced(first, file.text(second)) + replaced(second, file.text(first))


def removed(start: int, end: int) -> Rewrite:
    """Return the rewrite that deletes some bytes."""
    return (Edit(Span(start, end), ""),)


def around(node: Node, before: str, after: str) -> Rewrite:
    """Return the rewrite that puts something before and behind `node`."""
    return (
        Edit(Span(node.start_byte, node.start_byte), before),
        Edit(Span(node.end_byte, node.end_byte), after),
    )


_NOISE = re.compile(r"//[^\n]*|/\*.*?\*/|[\w<>]+::|r#|[\s(){},_]", re.DOTALL)


_WHOLE = ("_expression", "_declaration", "_statement", "block", "match_arm")


def widened(edits: Rewrite, root: Node, before: bytes) -> Rewrite:
    """Return the same change of the text as one edit of the whole expression or statement around.

    What a person's diff looks like; and no edit stands where nothing of a dump begins or ends.
    The braces of functions stay out of it.
    """
    after = apply_edits(before, edits)
    span = Span(min(edit.span.start for edit in edits), max(edit.span.end for edit in edits))
    node = root.descendant_for_byte_range(span.start, span.end)
    while node is not None and (
        not node.type.endswith(_WHOLE) or Span(node.start_byte, node.end_byte) == span
    ):
        node = node.parent
    if node is None:
        return edits
    is_body = node.parent is not None and node.parent.type == "function_item"
    whole = Span(node.start_byte + is_body, node.end_byte - is_body)
    tail = len(before) - whole.end
    return (Edit(whole, after[whole.start : len(after) - tail].decode()),)


def surely_differ(first: str, second: str) -> bool:
    """Whether two texts cannot be the same typed tree: not when layout, paths or brackets alone differ."""
    return _core(first) != _core(second)


def _core(text: str) -> str:
    return _NOISE.sub("", text)


def nodes(root: Node) -> Iterator[Node]:
    """Yield `root` and everything below it, outer before inner, by position; no tokens of macros."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        if node.type not in ("token_tree", "macro_definition"):
            stack.extend(reversed(node.children))


def named(node: Node) -> list[Node]:
    """Return the named children that are no comments and no attributes."""
    skipped = ("line_comment", "block_comment", "attribute_item", "inner_attribute_item")
    return [child for child in node.named_children if child.type not in skipped]


def pairs(items: Iterable[Node]) -> Iterator[tuple[Node, Node]]:
    """Yield each node with the one behind it."""
    yield from pairwise(items)


def bindings(file: File, node: Node) -> tuple[tuple[str, int], ...]:
    """Return the names that the function around `node` binds, and where."""
    function: Node | None = node
    while function is not None and function.type != "function_item":
        function = function.parent
    if function is None:
        return ()
    if function.start_byte not in file.locals:
        file.locals[function.start_byte] = tuple(_bindings_in(file, function))
    return file.locals[function.start_byte]


_BINDING = ("parameter", "let_declaration", "for_expression", "let_condition", "match_arm")
_NAME = ("identifier", "shorthand_field_identifier")


def _bindings_in(file: File, function: Node) -> Iterator[tuple[str, int]]:
    for found in nodes(function):
        patterns = found.children if found.type == "closure_parameters" else ()
        if found.type in _BINDING:
            patterns = [found.child_by_field_name("pattern") or found.children[0]]
        for inner in (inner for pattern in patterns for inner in nodes(pattern)):
            if inner.type in _NAME and file.text(inner)[:1].islower():
                yield file.text(inner), inner.start_byte
