"""Raw tree-sitter queries, and plain functions, for what a pattern cannot say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import tree_sitter
from tree_sitter import QueryCursor, QueryError

from codemods.recipe.matcher import Capture
from codemods.recipe.search import Match, Needles, holds_each, trees_to_search
from codemods.recipe.templates import PatternError
from codemods.rust import grammar
from codemods.rust.spans import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.rust.source import Source
    from codemods.rust.trees import SyntaxTree

# tree-sitter would compare the text it parsed, in which words that the grammar reserves are
# masked; under another name these predicates are ours and see the file's own text.
_TEXT_PREDICATE = re.compile(r"#(not-)?(eq|match|any-of)\?")


class Query:
    """A tree-sitter query: `Query('(call_expression function: (identifier) @name) @site')`.

    `@site` is the site's node; without one, the first capture is. Captures whose names
    begin with `_` are only for predicates (`#eq?`, `#match?`, `#any-of?` and their `#not-` forms).
    `needles` are byte strings that all occur in every file with a match.

    Raises:
        PatternError: (when first used) the query is not valid.
    """

    def __init__(self, text: str, needles: Iterable[bytes] = ()) -> None:
        self.text = text
        self.needles: Needles = tuple(frozenset({needle}) for needle in needles)

    def __repr__(self) -> str:
        return f"Query({self.text!r})"

    def may_match(self, content: bytes) -> bool:
        """Whether a file with this content can have a match: a byte search, no parsing."""
        return holds_each(content, self.needles)

    def find(self, source: Source) -> Iterator[Match]:
        """Yield the matches in all trees of `source`."""
        holds = _Predicates(source)
        for tree in trees_to_search(source, self.needles):
            for _, captures in QueryCursor(self._query).matches(tree.root, holds):
                yield _match(source, tree, captures)

    @cached_property
    def _query(self) -> tree_sitter.Query:
        try:
            query = grammar.query(_TEXT_PREDICATE.sub(r"#\1text-\2?", self.text))
        except QueryError as error:
            raise PatternError(f"this is not a tree-sitter query: {error}", where=self.text) from error
        if query.capture_count == 0:
            raise PatternError(
                "this query captures nothing", where=self.text, hint="Mark the site with @site."
            )
        return query


class Finder:
    """A pure function that finds matches, as the last resort.

    `needles` are byte strings that all occur in every file with a match; `confirm` is a
    regular expression over the file's bytes, tried where they do, before anything is parsed: one
    that begins with a plain word is much faster.
    """

    def __init__(
        self,
        function: Callable[[Source], Iterable[Match]],
        needles: Iterable[bytes],
        confirm: bytes | None = None,
    ) -> None:
        self.function = function
        self.needles: Needles = tuple(frozenset({needle}) for needle in needles)
        self._confirm = re.compile(confirm) if confirm is not None else None

    def __repr__(self) -> str:
        return f"Finder({self.function.__name__})"

    def may_match(self, content: bytes) -> bool:
        """Whether a file with this content can have a match: a byte search, no parsing."""
        return holds_each(content, self.needles) and (
            self._confirm is None or self._confirm.search(content) is not None
        )

    def find(self, source: Source) -> Iterable[Match]:
        """Return the matches in `source`."""
        return self.function(source)


def _match(source: Source, tree: SyntaxTree, captured: dict[str, list[Node]]) -> Match:
    named = {name: nodes for name, nodes in captured.items() if nodes}
    node = (
        named["site"][0]
        if "site" in named
        else min((nodes[0] for nodes in named.values()), key=lambda each: (each.start_byte, -each.end_byte))
    )
    captures = {
        name: _capture(source, nodes)
        for name, nodes in named.items()
        if name != "site" and not name.startswith("_")
    }
    damaged = node.has_error or not tree.is_sound(Span(node.start_byte, node.end_byte))
    return Match(tree, node, captures, damaged=damaged)


def _capture(source: Source, nodes: list[Node]) -> Capture:
    span = Span(nodes[0].start_byte, nodes[-1].end_byte)
    return Capture(span, source.text(span), nodes[0].type if len(nodes) == 1 else "nodes", tuple(nodes))


class _Predicates:
    """Evaluates the text predicates on the file's own bytes."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def __call__(
        self,
        predicate: str,
        args: list[tuple[str, Literal["capture", "string"]]],
        pattern_index: int,  # noqa: ARG002 - the parameters are those that tree-sitter passes
        captures: dict[str, list[Node]],
    ) -> bool:
        positive = not predicate.startswith("not-")
        operation = predicate.removeprefix("not-").removeprefix("text-").removesuffix("?")
        (subject, _), *operands = args
        texts = self._texts(captures.get(subject, []))
        expected = [text for value, kind in operands for text in self._values(kind, value, captures)]
        return all(_holds(operation, text, expected) is positive for text in texts)

    def _values(self, kind: str, value: str, captures: dict[str, list[Node]]) -> list[str]:
        return self._texts(captures.get(value, [])) if kind == "capture" else [value]

    def _texts(self, nodes: list[Node]) -> list[str]:
        return [self.source.text(Span(node.start_byte, node.end_byte)) for node in nodes]


def _holds(operation: str, text: str, expected: list[str]) -> bool:
    match operation:
        case "eq" | "any-of":
            return text in expected
        case "match":
            return any(re.search(pattern, text) for pattern in expected)
    raise PatternError(
        f"unknown predicate #{operation}?", hint="Use #eq?, #match?, #any-of? or their #not- forms."
    )
