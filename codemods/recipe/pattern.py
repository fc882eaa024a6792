"""Patterns: what a recipe looks for, written as Rust with metavariables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from tree_sitter import QueryCursor

from codemods.recipe.constraints import Condition, Constraint, Test, allowed_texts, as_test, conditions
from codemods.recipe.matcher import Matcher
from codemods.recipe.search import Match, Needles, holds_each, trees_to_search
from codemods.recipe.templates import (
    Branch,
    Leaf,
    PatternError,
    Reading,
    hole_names,
    readings,
    significant,
    words,
)
from codemods.rust.grammar import query
from codemods.rust.spans import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.rust.source import Source
    from codemods.rust.trees import SyntaxTree


class Pattern:
    """Rust with metavariables: `$x` is one node, `$$$args` any number of siblings.

    The same name twice means the same text. `$_` and `$$$` take anything. Layout, comments
    and trailing commas do not count. Matches expressions, statements (several in a row too),
    items, types and patterns, also in arguments of macros, in macro bodies and in doc examples.

    Keyword arguments constrain a metavariable: see `codemods.recipe.constraints`.

    Raises:
        PatternError: (when first used) the text is not Rust, matches everything, or a
            constraint names no metavariable.
    """

    def __init__(self, text: str, /, **constraints: Constraint) -> None:
        self.text = text
        self.constraints = constraints

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"

    @cached_property
    def literals(self) -> tuple[bytes, ...]:
        """Byte strings all of which occur in every file with a match; sorted, longest first."""
        common = frozenset.intersection(*(words(reading) for reading in self._readings))
        return tuple(sorted(common, key=lambda word: (-len(word), word)))

    @cached_property
    def needles(self) -> Needles:
        """Groups of byte strings: of each group, one must occur in a file with a match."""
        groups = [frozenset({literal}) for literal in self.literals]
        for constraint in self.constraints.values():
            texts = allowed_texts(constraint)
            # A text with a line break in it may be laid out differently.
            if texts is not None and all(text.isidentifier() for text in texts):
                groups.append(frozenset(text.encode() for text in texts))
        return tuple(groups)

    def may_match(self, content: bytes) -> bool:
        """Whether a file with this content can have a match: a byte search, no parsing."""
        return holds_each(content, self.needles)

    def find(self, source: Source) -> Iterator[Match]:
        """Yield the matches in all trees of `source`; outer ones before those inside of them."""
        matcher = Matcher(source, self._tests)
        for tree in trees_to_search(source, self.needles):
            for reading in self._readings:
                find = _single if len(reading) == 1 else _rows
                for match in find(reading, tree, matcher):
                    yield replace(match, conditions=self._conditions) if self._conditions else match

    @cached_property
    def _readings(self) -> tuple[Reading, ...]:
        return readings(self.text)

    @cached_property
    def _conditions(self) -> tuple[Condition, ...]:
        return conditions(self.constraints)

    @cached_property
    def _tests(self) -> dict[str, Test]:
        names = frozenset.union(*(hole_names(reading) for reading in self._readings))
        for name in self.constraints:
            if name not in names:
                raise PatternError(f"there is no ${name} in the pattern {self.text}")
        return {name: as_test(name, constraint) for name, constraint in self.constraints.items()}


def _single(reading: Reading, tree: SyntaxTree, matcher: Matcher) -> Iterator[Match]:
    (template,) = reading
    assert isinstance(template, Branch | Leaf), "a lone hole is refused when the pattern is read"
    for node in _nodes_of_kind(tree, template.kind):
        captures = matcher.match_node(template, node)
        if captures is not None:
            damaged = node.has_error or not tree.is_sound(Span(node.start_byte, node.end_byte))
            yield Match(tree, node, captures, damaged=damaged)


def _rows(reading: Reading, tree: SyntaxTree, matcher: Matcher) -> Iterator[Match]:
    """Statements that follow each other, in blocks and at the top of macro arguments and examples."""
    for parent in [tree.root, *_nodes_of_kind(tree, "block")]:
        children = significant(parent)
        for start, node in enumerate(children):
            found = matcher.match_row(reading, children[start:])
            if found is not None:
                captures, count = found
                nodes = children[start : start + count]
                span = Span(node.start_byte, nodes[-1].end_byte)
                damaged = any(each.has_error for each in nodes) or not tree.is_sound(span)
                yield Match(tree, node, captures, span, damaged)


def _nodes_of_kind(tree: SyntaxTree, kind: str) -> list[Node]:
    return QueryCursor(query(f"({kind}) @node")).captures(tree.root).get("node", [])
