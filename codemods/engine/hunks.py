"""One change as a unified diff, made from its edits (no search for differences is needed)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import PurePosixPath

from codemods.recipe.proposals import Created, Deleted, Edited, Form
from codemods.rust.edits import Edit, apply_edits, ordered
from codemods.rust.spans import Span

CONTEXT = 3  # lines around a hunk, as `git diff` has it
_HUNK_HEADER = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@")
NO_NEWLINE = "\\ No newline at end of file\n"


def form_diff(form: Form, read: Callable[[PurePosixPath], bytes]) -> str:
    """Return the diff of `form` alone against the files that `read` shows: code, manifests, the lock file."""
    return "".join(_file_diff(file, read) for file in sorted(form.files, key=_in_order))


def _in_order(file: Edited | Created | Deleted) -> tuple[int, PurePosixPath]:
    return {"Cargo.toml": 1, "Cargo.lock": 2}.get(file.path.name, 0), file.path


def _file_diff(file: Edited | Created | Deleted, read: Callable[[PurePosixPath], bytes]) -> str:
    match file:
        case Edited(path, edits):
            header = f"--- a/{path}\n+++ b/{path}\n"
            return header + "".join(_hunks(read(path), ordered(edits)))
        case Created(path, content):
            lines = lines_of(content)
            return f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(lines)} @@\n" + _marked("+", lines)
        case Deleted(path):
            lines = lines_of(read(path))
            return f"--- a/{path}\n+++ /dev/null\n@@ -1,{len(lines)} +0,0 @@\n" + _marked("-", lines)


@dataclass(frozen=True, slots=True)
class _Block:
    """Neighbouring changed lines `first` up to, not including, `last` (0-based)."""

    first: int
    last: int
    new: list[bytes]


def _hunks(content: bytes, edits: Sequence[Edit]) -> Iterator[str]:
    lines, starts = _lined(content)
    shift = 0
    for blocks in _hunk_blocks(list(_blocks(lines, starts, edits))):
        top = max(0, blocks[0].first - CONTEXT)
        bottom = min(len(lines), blocks[-1].last + CONTEXT)
        body, at = "", top
        for block in blocks:
            body += _marked(" ", lines[at : block.first])
            body += _marked("-", lines[block.first : block.last]) + _marked("+", block.new)
            at = block.last
        body += _marked(" ", lines[at:bottom])
        grown = sum(len(block.new) - (block.last - block.first) for block in blocks)
        yield f"@@ -{top + 1},{bottom - top} +{top + 1 + shift},{bottom - top + grown} @@\n{body}"
        shift += grown


@lru_cache(maxsize=8)  # asked for once a change, and changes come file by file
def _lined(content: bytes) -> tuple[list[bytes], list[int]]:
    """Return the lines of `content`, and where each of them begins; at last where it ends."""
    lines = lines_of(content) or [b""]
    return lines, list(accumulate(map(len, lines), initial=0))


def _blocks(lines: Sequence[bytes], starts: Sequence[int], edits: Sequence[Edit]) -> Iterator[_Block]:
    """Yield the runs of lines that `edits` (ordered) touch, with what becomes of them."""
    group: list[Edit] = []
    first = last = 0
    for edit in (*edits, None):
        begin = _line_of(starts, edit.span.start) if edit else len(lines)
        if group and begin >= last:
            base = starts[first]
            moved = [Edit(Span(e.span.start - base, e.span.end - base), e.text) for e in group]
            new = lines_of(apply_edits(b"".join(lines[first:last]), moved))
            yield _Block(first, last, new)
            group = []
        if edit:
            first = first if group else begin
            last = max(last if group else 0, _end_line(starts, edit))
            group.append(edit)


def _end_line(starts: Sequence[int], edit: Edit) -> int:
    """Return the line after the last one that `edit` touches; whole replaced lines touch no other."""
    end = _line_of(starts, edit.span.end)
    is_whole = edit.span.start < edit.span.end == starts[end]
    if is_whole and (edit.text.endswith("\n") or (not edit.text and edit.span.start in starts)):
        return end
    return end + 1


def _hunk_blocks(blocks: Sequence[_Block]) -> Iterator[list[_Block]]:
    """Yield the blocks that one hunk shows: those whose contexts meet."""
    hunk: list[_Block] = []
    for block in blocks:
        if hunk and block.first - hunk[-1].last > 2 * CONTEXT:
            yield hunk
            hunk = []
        hunk.append(block)
    if hunk:
        yield hunk


def lines_of(content: bytes) -> list[bytes]:
    """Return the lines with their ends; only a newline ends one, as in git."""
    return re.findall(rb"[^\n]*\n|[^\n]+", content)


def _line_of(starts: Sequence[int], offset: int) -> int:
    return min(bisect_right(starts, offset) - 1, len(starts) - 2)


def _marked(mark: str, lines: Sequence[bytes]) -> str:
    text = ""
    for line in lines:
        shown = line.decode(errors="replace")
        text += mark + shown if shown.endswith("\n") else f"{mark}{shown}\n{NO_NEWLINE}"
    return text


def changed_lines(diff: str) -> frozenset[tuple[str, int]]:
    """Return which lines a unified diff replaces or puts something in front of, as path and number before.

    Of a new file that is line 0. Text that is no diff changes nothing.
    """
    found: set[tuple[str, int]] = set()
    path, number, left, removing = "", 0, [0, 0], False
    for line in diff.split("\n"):
        header = _HUNK_HEADER.match(line)
        if left == [0, 0] and header is not None:
            number, left = int(header[1]), [int(header[2] or 1), int(header[3] or 1)]
            removing = False
        elif left == [0, 0]:
            if line.startswith(("--- a/", "+++ b/")):
                path = line[6:].rstrip("\r")
        elif line.startswith("-"):
            found.add((path, number))
            number, left[0], removing = number + 1, max(0, left[0] - 1), True
        elif line.startswith("+"):
            if not removing:
                found.add((path, number))
            left[1] = max(0, left[1] - 1)
        elif not line.startswith("\\"):
            number, left, removing = number + 1, [max(0, left[0] - 1), max(0, left[1] - 1)], False
    return frozenset(found)
