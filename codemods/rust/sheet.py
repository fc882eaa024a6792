"""The masked bytes of one file, which parts of are parsed where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from tree_sitter import Node, Point, Range

from codemods.rust.grammar import new_parser
from codemods.rust.metavariables import Replacement
from codemods.rust.reserved import masked
from codemods.rust.spans import Span

# Ends a statement whose own `;` is missing; the line break ends a comment before it.
_SENTINEL = b"\n;"


class Sheet:
    """Two views of a file's bytes, both as long as the file.

    `code` is what is lexed: the original. What is parsed has also words, metavariables and the
    like masked, and lends bytes beside a piece for the time of a parse.
    """

    def __init__(self, content: bytes, shadow: bytes) -> None:
        self.code = bytearray(content)
        self._buffer = bytearray(shadow + _SENTINEL)
        self._parser = new_parser()

    def parse_between(self, inner: Span, lent: bytes | None) -> Node:
        """Parse `inner` with the bytes beside it, read as the brackets `lent` where given."""
        whole = Span(inner.start - 1, inner.end + 1)
        if lent is None:
            return self._parse(whole)
        with self._lent(inner.start - 1, lent[0]), self._lent(inner.end, lent[1]):
            return self._parse(whole)

    def parse_statements(self, span: Span) -> Node:
        """Parse `span` as statements; the byte behind it is read as the `;` that may lack."""
        if span.end >= len(self.code):
            return self._parse(span)
        with self._lent(span.end, ord(";")):
            return self._parse(Span(span.start, span.end + 1))

    def mask(self, span: Span, edition: str, replacements: Iterable[Replacement] = ()) -> None:
        """Mask the original bytes at `span` anew: old words, then these `replacements`."""
        self._buffer[span.start : span.end] = masked(self.code[span.start : span.end], edition)
        for offset, text in replacements:
            self._buffer[offset : offset + len(text)] = text

    def masked_at(self, span: Span) -> bytes:
        """Return the bytes at `span` as they are parsed."""
        return bytes(self._buffer[span.start : span.end])

    def blank_between(self, ranges: Sequence[Span]) -> None:
        """Make spaces of what stands before the code of each line: `/// `, and the mark of hidden lines."""
        for line, following in pairwise(ranges):
            gap = slice(line.end, following.start)
            self.code[gap] = self._buffer[gap] = b" " * (following.start - line.end)

    @contextmanager
    def _lent(self, offset: int, byte: int) -> Iterator[None]:
        kept = self._buffer[offset]
        self._buffer[offset] = byte
        try:
            yield
        finally:
            self._buffer[offset] = kept

    def _parse(self, span: Span) -> Node:
        end = len(self.code)
        self._parser.included_ranges = [_range(span.start, span.end), _range(end, end + len(_SENTINEL))]
        return self._parser.parse(self._buffer).root_node


def _range(start: int, end: int) -> Range:
    # Only bytes matter here: points are never read.
    return Range(Point(0, start), Point(0, end), start, end)
