"""What every way to look for sites has in common: matches, and a byte search before parsing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from codemods.rust.spans import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.recipe.constraints import Condition
    from codemods.recipe.matcher import Capture
    from codemods.rust.source import Source
    from codemods.rust.trees import SyntaxTree

Needles = tuple[frozenset[bytes], ...]
"""Groups of byte strings: a file can have a match only if one of each group occurs in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """One place that fits: the node, what the metavariables stand for there.

    `span` covers the whole idiom where that is not just the node. `conditions` are what the compiler has
    to say of it. A `damaged` match has code
    around or inside of it that the parser does not understand; its site is left alone.
    """

    tree: SyntaxTree
    node: Node
    captures: Mapping[str, Capture] = field(default_factory=dict)
    span: Span | None = None
    damaged: bool = False
    conditions: tuple[Condition, ...] = ()

    @property
    def place(self) -> Span:
        """The bytes of the idiom."""
        return self.span or Span(self.node.start_byte, self.node.end_byte)


class Search(Protocol):
    """A way to look for sites: `Pattern`, `Query` or `Finder`."""

    def may_match(self, content: bytes) -> bool:
        """Whether a file with this content can have a match: a byte search, no parsing."""

    def find(self, source: Source) -> Iterable[Match]:
        """Yield the matches in `source`."""


def reads_manifests(search: Search) -> bool:
    """Whether `search` looks into manifests and into nothing else: its class has `reads_manifests = True`."""
    return bool(getattr(search, "reads_manifests", False))


def holds_each(content: bytes, needles: Needles) -> bool:
    """Whether `content` holds one byte string of each group."""
    for group in needles:  # plain loops: this is asked of every file
        for needle in group:
            if needle in content:
                break
        else:
            return False
    return True


def trees_to_search(source: Source, needles: Needles) -> tuple[SyntaxTree, ...]:
    """Return the trees of `source` that can have a match."""
    if not needles:
        return source.trees
    # The group with the longest words is the rarest, as a guess that costs nothing.
    rarest = max(needles, key=lambda group: min(map(len, group), default=0))
    return source.trees_containing(tuple(sorted(rarest)))
