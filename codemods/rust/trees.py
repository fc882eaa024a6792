"""Syntax trees of one source: its own, and those nested in macros and documentation.

All trees of a source share its byte offsets. Text is read through `Source.text`, never from
`Node.text`, which shows masked bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from tree_sitter import Node

from codemods.rust.metavariables import splits_repetition
from codemods.rust.spans import Span

if TYPE_CHECKING:
    from codemods.rust.docs import DocExample
    from codemods.rust.source import Source

# An error in one of their items says nothing about the others.
_ITEM_LISTS = frozenset(
    {"source_file", "mod_item", "impl_item", "trait_item", "foreign_mod_item", "declaration_list"}
)


class TreeKind(StrEnum):
    """Where a tree comes from."""

    FILE = "file"
    MACRO_ARGUMENT = "macro argument"
    MACRO_BODY = "macro body"
    DOC_EXAMPLE = "doc example"
    MANIFEST = "manifest"  # a Cargo.toml: no Rust, its root is an empty file


@dataclass(frozen=True, slots=True)
class MacroCall:
    """The macro invocation that a tree is an argument of, or the definition it is a body of.

    `name` is the path as written without whitespace: "println", "std::vec", "$crate::fail";
    for a body, the name that is defined. `args` is the token tree with its delimiters: of the
    call, or of the body. `arm` is the matcher that a body belongs to.
    """

    name: str
    name_span: Span
    path_span: Span
    args: Span
    span: Span
    delimiter: str
    arm: Span | None = None

    @property
    def last_name(self) -> str:
        """The last segment of the path, without `r#`."""
        return self.name.rpartition("::")[2].removeprefix("r#")


@dataclass(frozen=True, eq=False)
class SyntaxTree:
    """One parsed stretch of a source.

    `root` is the expression itself where the tree is one expression; else the node that holds the
    statements or items, and may end behind `span`. Its `parent` means nothing. `span` is everything
    between the delimiters or separators, comments included. `exact` says that all of it parsed;
    where it did not, only its tokens can be trusted (see `tokens.macro_calls`).
    """

    kind: TreeKind
    root: Node = field(repr=False)
    span: Span
    source: Source = field(repr=False)
    parent: SyntaxTree | None = field(default=None, repr=False)
    macro: MacroCall | None = None
    example: DocExample | None = None
    exact: bool = True

    def ancestors(self) -> Iterator[SyntaxTree]:
        """Yield the trees around this one, innermost first."""
        tree = self.parent
        while tree is not None:
            yield tree
            tree = tree.parent

    @property
    def is_trusted(self) -> bool:
        """Whether this tree parsed, and the trees around it did where they hold this one."""
        return self.exact and self._is_held()

    def is_sound(self, span: Span) -> bool:
        """Whether the item around `span` parsed without errors, here and in the trees around.

        A file may have an error elsewhere. In a macro body, a part of a repetition is not sound.
        """
        if not self.exact and not (self.kind is TreeKind.FILE and _item_parsed(self.root, span)):
            return False
        body = next((tree for tree in (self, *self.ancestors()) if tree.kind is TreeKind.MACRO_BODY), None)
        if body is not None and splits_repetition(self.source.content, body.span, span):
            return False
        return self._is_held()

    def _is_held(self) -> bool:
        held = self.macro.span if self.macro is not None else self.span
        return self.parent is None or self.example is not None or self.parent.is_sound(held)


def _item_parsed(root: Node, span: Span) -> bool:
    node = root
    while node.type in _ITEM_LISTS:
        child = next((child for child in node.children if covers(child, span)), None)
        if child is None:
            return not node.has_error
        node = child
    return not node.has_error


def path_to(root: Node, span: Span) -> list[Node]:
    """Return the nodes from `root` down that cover `span`, outermost first."""
    if not covers(root, span):
        return []
    node = root.descendant_for_byte_range(span.start, span.end)
    path: list[Node] = []
    while node is not None:
        path.append(node)
        if node == root:
            break
        node = node.parent
    return path[::-1]


def path_within(root: Node, span: Span) -> list[Node]:
    """Return the same; of an empty `span` without the nodes that only end or begin there."""
    path = path_to(root, span)
    while not len(span) and len(path) > 1 and not path[-1].start_byte < span.start < path[-1].end_byte:
        path.pop()
    return path


def covers(node: Node, span: Span) -> bool:
    """Whether `node` spans all of `span`."""
    return node.start_byte <= span.start and span.end <= node.end_byte


def span_of(node: Node) -> Span:
    """Return the span of `node`."""
    return Span(node.start_byte, node.end_byte)
