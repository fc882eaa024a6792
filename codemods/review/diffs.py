"""The unified diff of a change, read back into values that can be drawn."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a line of a diff is."""

    SAME = " "
    ADDED = "+"
    REMOVED = "-"
    OTHER = "\\"  # "\ No newline at end of file", or a line that is no diff at all


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its marker and line end."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that stand together; `line` is where they begin before the change (0: unknown)."""

    line: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class FileDiff:
    """The hunks of one file. `path` is `None` where the text names none.

    `crlf`: all lines end in CR LF. The CR is left off then; elsewhere it stays in the text,
    so that a changed line end is seen.
    """

    path: str | None
    hunks: tuple[Hunk, ...]
    crlf: bool = False

    @property
    def in_short(self) -> str | None:
        """What to say instead of showing it: of a lock file, which cargo writes. None: show it."""
        if self.path is None or self.path.rpartition("/")[2] != "Cargo.lock":
            return None
        kinds = [line.kind for hunk in self.hunks for line in hunk.lines]
        return f"written by cargo: {kinds.count(Kind.REMOVED)} lines out, {kinds.count(Kind.ADDED)} in"


_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@")


def parse_diff(text: str) -> tuple[FileDiff, ...]:
    """Return the files of a unified diff, in order. Nothing is raised and no line is lost:
    what cannot be read as a diff is kept as `Kind.OTHER`."""  # fmt: skip
    reader = _Reader()
    lines = text.split("\n")  # not splitlines: form feeds and the like are part of a line
    for line in lines[:-1] if lines[-1] == "" else lines:
        reader.read(line)
    return reader.files()


def counts(diff: FileDiff) -> tuple[int, int]:
    """Return how many lines were added and removed."""
    kinds = [line.kind for hunk in diff.hunks for line in hunk.lines]
    return kinds.count(Kind.ADDED), kinds.count(Kind.REMOVED)


class _Reader:
    """Collects lines; counts a hunk's lines, so that a removed `-- x` is no file header."""

    def __init__(self) -> None:
        self._files: list[tuple[str | None, list[tuple[int, list[Line]]]]] = []
        self._old = self._new = 0
        self._pending: str | None = None

    def read(self, line: str) -> None:
        if self._old > 0 or self._new > 0:
            self._body(line)
        elif match := _HUNK.match(line):
            self._old, self._new = int(match[2] or 1), int(match[3] or 1)
            self._hunks().append((int(match[1]), []))
        elif line.startswith("--- "):
            self._pending = _path(line)
        elif line.startswith("+++ "):
            self._files.append((_path(line) or self._pending, []))
        elif not line.startswith(("diff --git ", "index ")):
            self._add(Line(Kind.OTHER, line.removeprefix("\\")))  # the last lines of a hunk have it too

    def files(self) -> tuple[FileDiff, ...]:
        return tuple(_file(path, hunks) for path, hunks in self._files)

    def _body(self, line: str) -> None:
        kind = Kind(line[0]) if line[:1] in set(" +-\\") and line else Kind.SAME
        self._old -= kind in (Kind.SAME, Kind.REMOVED)
        self._new -= kind in (Kind.SAME, Kind.ADDED)
        self._add(Line(kind, line[1:]))

    def _hunks(self) -> list[tuple[int, list[Line]]]:
        if not self._files:
            self._files.append((None, []))
        return self._files[-1][1]

    def _add(self, line: Line) -> None:
        hunks = self._hunks()
        if not hunks:
            hunks.append((0, []))
        hunks[-1][1].append(line)


def _path(header: str) -> str | None:
    name = header[4:].split("\t", maxsplit=1)[0].rstrip("\r")
    return None if name == "/dev/null" else re.sub(r"^[ab]/", "", name)


def _file(path: str | None, hunks: list[tuple[int, list[Line]]]) -> FileDiff:
    code = [line for _, lines in hunks for line in lines if line.kind is not Kind.OTHER]
    crlf = bool(code) and all(line.text.endswith("\r") for line in code)
    return FileDiff(
        path,
        tuple(
            Hunk(start, tuple(_without_cr(line) if crlf else line for line in lines))
            for start, lines in hunks
        ),
        crlf,
    )


def _without_cr(line: Line) -> Line:
    return Line(line.kind, line.text.removesuffix("\r"))
