"""A file or doc example as tokens and groups: what stands around a place, whatever parses there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from codemods.rust.source import BOM, Source
from codemods.rust.spans import Span
from codemods.rust.tokens import Token, TokenKind, matching, tokens
from codemods.rust.trees import SyntaxTree, TreeKind


class TokenGroups:
    """Code tokens (no comments) and how their delimiters nest; tokens are named by their index."""

    def __init__(self, code: Sequence[Token]) -> None:
        self.code = tuple(code)
        self.partners = matching(self.code)

    @cached_property
    def openings(self) -> dict[int, int]:
        """The index of the opening delimiter for that of each closing one."""
        return {closing: opening for opening, closing in self.partners.items()}

    @cached_property
    def parents(self) -> tuple[int, ...]:
        """For each token the index of the delimiter that opens the innermost group around it, or -1."""
        parents: list[int] = []
        open_groups = [-1]
        for index, token in enumerate(self.code):
            if token.kind is TokenKind.CLOSE and self.openings.get(index) == open_groups[-1]:
                open_groups.pop()
            parents.append(open_groups[-1])
            if index in self.partners:
                open_groups.append(index)
        return tuple(parents)

    def text(self, index: int) -> bytes:
        """Return the text of the token at `index`, nothing where there is none."""
        return self.code[index].text if 0 <= index < len(self.code) else b""

    def is_word(self, index: int) -> bool:
        """Whether the token at `index` is a name or a keyword."""
        return 0 <= index < len(self.code) and self.code[index].kind is TokenKind.WORD

    def name(self, index: int) -> str:
        """Return the text of the word at `index` without `r#`."""
        return self.text(index).decode(errors="replace").removeprefix("r#")

    def openings_around(self, index: int) -> Iterator[int]:
        """Yield the opening delimiters of the groups around the token at `index`, innermost first."""
        opening = self.parents[index]
        while opening >= 0:
            yield opening
            opening = self.parents[opening]

    def bytes_of(self, first: int, last: int) -> Span:
        """Return the bytes from the token at `first` to that at `last`, both included."""
        return Span(self.code[first].span.start, self.code[last].span.end)


class Outline(TokenGroups):
    """The tokens of one file or doc example, at the offsets of the file.

    What is not code of the example (the `///`, other documentation) is read as spaces.
    """

    def __init__(self, tree: SyntaxTree) -> None:
        self.tree = tree
        self.source = tree.source
        self.span = _code_span(tree)
        self.tokens = tuple(_tokens(tree, self.span))
        super().__init__([token for token in self.tokens if token.kind is not TokenKind.COMMENT])

    @property
    def edition(self) -> str:
        """The edition that the code is compiled in."""
        return self.tree.example.edition if self.tree.example else self.source.edition

    def index_at(self, offset: int) -> int:
        """Return the index of the first code token that starts at or after `offset`."""
        return bisect_left(self._starts, offset)

    def group_at(self, offset: int) -> int:
        """Return the index of the delimiter that opens the innermost group around `offset`, or -1."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0:
            return -1
        if self.partners.get(index) is not None and self.code[index].span.end <= offset:
            return index
        return self.parents[index]

    def inside(self, opening: int) -> Span:
        """Return the bytes between the delimiter at `opening` and its partner; of -1, all."""
        if opening < 0:
            return self.span
        closing = self.partners.get(opening)
        end = self.span.end if closing is None else self.code[closing].span.start
        return Span(self.code[opening].span.end, end)

    def between(self, start: int, end: int) -> tuple[Token, ...]:
        """Return the tokens, comments too, that start in `start..end`."""
        first = bisect_left(self._all_starts, start)
        return self.tokens[first : bisect_left(self._all_starts, end)]

    @cached_property
    def _starts(self) -> list[int]:
        return [token.span.start for token in self.code]

    @cached_property
    def _all_starts(self) -> list[int]:
        return [token.span.start for token in self.tokens]


def outlines_of(source: Source) -> tuple[Outline, ...]:
    """Return the outline of the file itself and those of its Rust examples, by position of their end."""
    own = source.file_tree
    nested = () if not source.doc_examples else source.trees
    examples = [tree for tree in nested if tree.kind is TreeKind.DOC_EXAMPLE]
    return tuple(Outline(tree) for tree in [*([own] if own is not None else []), *examples])


def _code_span(tree: SyntaxTree) -> Span:
    start = len(BOM) if tree.span.start == 0 and tree.source.content.startswith(BOM) else tree.span.start
    return Span(start, tree.span.end)


def _tokens(tree: SyntaxTree, span: Span) -> Iterator[Token]:
    content = tree.source.content
    if tree.example is None:
        yield from tokens(content, span)
        return
    visible = bytearray(span.of(content))
    for line, following in pairwise(tree.example.code_ranges):
        gap = slice(line.end - span.start, following.start - span.start)
        visible[gap] = b" " * (following.start - line.end)
    for token in tokens(visible):
        moved = Span(token.span.start + span.start, token.span.end + span.start)
        yield Token(token.kind, moved, token.text)
