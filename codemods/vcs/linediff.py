"""The least difference of two lists of lines (Myers 1986).

`difflib` is no help here: it either misses least differences (it ignores frequent lines such as
`}`) or takes minutes on a long file (it does not).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# Time and memory grow with the square of the differences. Beyond this many lines nobody reads
# the diff, so it need not be the least one.
_MAXIMAL_DIFFERENCES = 2000

Tag = Literal["equal", "change"]


@dataclass(frozen=True, slots=True)
class Opcode:
    """Lines `old` up to `old_end` of the one become `new` up to `new_end` of the other."""

    tag: Tag
    old: int
    old_end: int
    new: int
    new_end: int


def opcodes(old: Sequence[bytes], new: Sequence[bytes]) -> tuple[Opcode, ...]:
    """Return how `old` becomes `new`: equal and changed runs, in turn, that cover both."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    middle = _runs(old[head : len(old) - tail], new[head : len(new) - tail])
    runs = [(0, 0, head), *((a + head, b + head, size) for a, b, size in middle)]
    runs += [(len(old) - tail, len(new) - tail, tail), (len(old), len(new), 0)]
    return tuple(_between(_joined(runs)))


def _common(old: Sequence[bytes], new: Sequence[bytes]) -> int:
    for index, (first, second) in enumerate(zip(old, new, strict=False)):
        if first != second:
            return index
    return min(len(old), len(new))


def _runs(old: Sequence[bytes], new: Sequence[bytes]) -> list[tuple[int, int, int]]:
    """Return the equal runs as (place in old, place in new, length)."""
    if not old or not new:
        return []
    trace = _trace(old, new)
    if trace is None:
        return [(a, b, size) for a, b, size in SequenceMatcher(None, old, new).get_matching_blocks() if size]
    return list(_back(trace, len(old), len(new)))[::-1]


def _trace(old: Sequence[bytes], new: Sequence[bytes]) -> list[list[int]] | None:
    """Return, for 0, 1, 2, … differences, how far each diagonal gets; None where there are too many.

    Row `d` holds the diagonals -d, -d+2, …, d: diagonal `k` at index `(k + d) // 2`.
    """
    trace: list[list[int]] = []
    for differences in range(min(len(old) + len(new), _MAXIMAL_DIFFERENCES) + 1):
        row = []
        for diagonal in range(-differences, differences + 1, 2):
            x = _step(trace, differences, diagonal)
            y = x - diagonal
            while x < len(old) and y < len(new) and old[x] == new[y]:
                x, y = x + 1, y + 1
            row.append(x)
            if x >= len(old) and y >= len(new):
                trace.append(row)
                return trace
        trace.append(row)
    return None


def _step(trace: Sequence[Sequence[int]], differences: int, diagonal: int) -> int:
    """Return where the walk on `diagonal` starts after one more difference."""
    if differences == 0:
        return 0
    before = trace[differences - 1]
    index = (diagonal + differences) // 2  # in `before`: diagonal-1 is index-1, diagonal+1 is index
    if diagonal == -differences:
        return before[0]
    if diagonal == differences:
        return before[-1] + 1
    return max(before[index], before[index - 1] + 1)


def _back(trace: Sequence[Sequence[int]], x: int, y: int) -> Iterator[tuple[int, int, int]]:
    """Yield the equal runs of the walk that ends in (x, y), last one first."""
    for differences in range(len(trace) - 1, -1, -1):
        diagonal = x - y
        start = _step(trace, differences, diagonal)
        if x > start:
            yield start, start - diagonal, x - start
        if differences == 0:
            return
        before = trace[differences - 1]
        index = (diagonal + differences) // 2
        inserted = diagonal == -differences or (
            diagonal != differences and before[index] >= before[index - 1] + 1
        )
        x, y = (start, start - diagonal - 1) if inserted else (start - 1, start - diagonal)


def _joined(runs: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield `runs` with touching ones made one, and empty ones (but the last) left out."""
    start_old, start_new, size = 0, 0, 0
    for old, new, length in runs[:-1]:
        if old == start_old + size and new == start_new + size:
            size += length
        elif length:
            yield start_old, start_new, size
            start_old, start_new, size = old, new, length
    yield start_old, start_new, size
    yield runs[-1]


def _between(runs: Iterator[tuple[int, int, int]]) -> Iterator[Opcode]:
    old = new = 0
    for start_old, start_new, size in runs:
        if (old, new) != (start_old, start_new):
            yield Opcode("change", old, start_old, new, start_new)
        old, new = start_old + size, start_new + size
        if size:
            yield Opcode("equal", start_old, old, start_new, new)
