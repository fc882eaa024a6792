"""Edits of one file: an ordered, disjoint set of replaced byte ranges."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from codemods.errors import CodemodError
from codemods.rust.spans import Span


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the bytes at `span` with `text`; an empty span inserts, an empty text deletes."""

    span: Span
    text: str


class EditConflict(CodemodError):
    """Two edits of one file overlap, or insert at the same place."""

    def __init__(self, first: Edit, second: Edit) -> None:
        super().__init__(
            f"two edits overlap: bytes {first.span.start}..{first.span.end} -> {first.text!r}"
            f" and {second.span.start}..{second.span.end} -> {second.text!r}"
        )
        self.first = first
        self.second = second


def ordered(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Return `edits` by position; identical ones count once.

    Raises:
        EditConflict: two edits overlap, or two different ones insert at the same place.
    """
    result = tuple(sorted(dict.fromkeys(edits), key=attrgetter("span")))
    for first, second in pairwise(result):
        if first.span == second.span or second.span.start < first.span.end:
            raise EditConflict(first, second)
    return result


def apply_edits(source: bytes, edits: Iterable[Edit]) -> bytes:
    """Return `source` with `edits` made; all other bytes are kept as they are.

    Raises:
        EditConflict: see `ordered`.
        ValueError: an edit lies outside `source`.
    """
    pieces: list[bytes] = []
    done = 0
    for edit in ordered(edits):
        if edit.span.end > len(source):
            raise ValueError(f"edit at {edit.span} lies outside of {len(source)} bytes")
        pieces += [source[done : edit.span.start], edit.text.encode()]
        done = edit.span.end
    return b"".join([*pieces, source[done:]])


class EditMap:
    """Translate byte offsets between a file before and after `edits`."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        self._edits = ordered(edits)
        self._new_starts: list[int] = []
        shift = 0
        for edit in self._edits:
            self._new_starts.append(edit.span.start + shift)
            shift += len(edit.text.encode()) - len(edit.span)

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits by position."""
        return self._edits

    def new_span(self, edit: Edit) -> Span:
        """Return where the text of `edit` stands afterwards.

        Raises:
            ValueError: it is none of the edits.
        """
        index = bisect_left(self._edits, edit.span, key=attrgetter("span"))
        if self._edits[index : index + 1] != (edit,):
            raise ValueError(f"{edit} is not made here")
        start = self._new_starts[index]
        return Span(start, start + len(edit.text.encode()))

    def to_old(self, offset: int) -> int:
        """Return the old offset of the new `offset`; inside an edit's text, the edit's start."""
        index = bisect_right(self._new_starts, offset) - 1
        if index < 0:
            return offset
        edit = self._edits[index]
        beyond = offset - self._new_starts[index] - len(edit.text.encode())
        return edit.span.start if beyond < 0 else edit.span.end + beyond

    def to_new(self, offset: int) -> int:
        """Return the new offset of the old `offset`; inside an edit's span, its text's start."""
        shift = 0
        for edit, start in zip(self._edits, self._new_starts, strict=True):
            if offset < edit.span.end:
                return start if offset >= edit.span.start else offset + shift
            shift = start + len(edit.text.encode()) - edit.span.end
        return offset + shift
