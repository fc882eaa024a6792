"""Where the doc examples stand that rustdoc names `src/lib.rs - item (line 12)`.

Rustdoc joins all doc comments and attributes of an item and counts lines in the joined text from the
line of its first piece. Anything between the pieces (a blank line, `#[inline]`, a doc string of
several lines, an included README) moves the number away from the line in the file. Measured with 1.95.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

_NAME = re.compile(
    r"(?P<path>.+?) - (?P<item>.*?) ?\(line (?P<line>\d+)\)( - (compile fail|compile|should panic))?"
)
_DOC = re.compile(r"\bdoc\s*=")
_STRING = re.compile(r'doc\s*=\s*"((?:[^"\\]|\\.)*)"', re.DOTALL)
_RAW_STRING = re.compile(r'doc\s*=\s*r(#*)"(.*?)"\1', re.DOTALL)
_ANY_STRING = re.compile(r'r(#+)".*?"\1|"(?:[^"\\]|\\.)*"', re.DOTALL)
_INCLUDE = re.compile(r'doc\s*=\s*include_str!\s*\(\s*"([^"\\]+)"\s*\)')
# `doc_comment::doctest!("../README.md");` and macros like it.
_PAGE_MACRO = re.compile(
    r'(?:\w+::)*(?:doctest|doc_comment)!\s*[({\[]\s*(?:include_str!\s*\(\s*)?"([^"\\]+)"'
)
_BLOCK = re.compile(r"/\*\*(?![*/])|/\*!")


@dataclass(frozen=True, slots=True)
class ExampleName:
    """One of rustdoc's names, taken apart; `path` as rustdoc prints it, `line` as it counts."""

    path: str
    item: str
    line: int


@dataclass(frozen=True, slots=True)
class DocLine:
    """One line of the documentation: the 1-based `line` of the file, or of the file it includes.

    `opens_file`: it belongs to the inner documentation that the file begins with.
    """

    line: int
    text: str
    included: str | None = None  # the path in `include_str!`, relative to the file
    opens_file: bool = False


def parse_name(name: str) -> ExampleName | None:
    """Return the parts of `src/lib.rs - item (line 12) - should panic`; `None` if it is none."""
    match = _NAME.fullmatch(name.strip())
    return None if match is None else ExampleName(match["path"], match["item"], int(match["line"]))


def example_lines(content: str, read: Callable[[str], str | None]) -> Mapping[int, tuple[DocLine, ...]]:
    """Return what stands at each line number that rustdoc may use for examples of a file.

    Only lines that can begin an example are in it. Two items may share a number (an included file
    is longer than the line that includes it), hence a tuple. `read` gives the text of an included file.
    """
    found: dict[int, tuple[DocLine, ...]] = {}
    for block in _Blocks(content, read).read():
        for index, line in enumerate(block.lines):
            if _may_begin_example(line.text):
                number = block.first + index
                placed = replace(line, opens_file=block.opens_file)
                found[number] = (*found.get(number, ()), placed)
    return found


def _may_begin_example(text: str) -> bool:
    stripped = text.lstrip(" \t*")
    return stripped.startswith(("```", "~~~")) or text.startswith(("    ", "\t"))


@dataclass(slots=True)
class _Block:
    """The documentation of one item; `first` is the line where its first piece begins."""

    first: int
    opens_file: bool = False
    lines: list[DocLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Piece:
    """`taken` lines of the file: doc lines, then perhaps code. Neither: nothing that matters here.

    `skipped` lines come before the documentation, in an attribute of several lines.
    """

    taken: int
    lines: list[DocLine] = field(default_factory=list)
    inner: bool = False
    code: str = ""
    skipped: int = 0


class _Blocks:
    """Reads a file line by line. Code between two pieces ends a block, but for the head of a module,
    whose inner comments rustdoc joins to the outer ones.
    """

    def __init__(self, content: str, read: Callable[[str], str | None]) -> None:
        self._lines = content.removeprefix("\ufeff").splitlines()
        self._read_file = read
        self._block: _Block | None = None
        self._inner = False
        self._code = ""  # since the last piece
        self._seen_code = False

    def read(self) -> Iterator[_Block]:
        """Yield the blocks in order."""
        number = 0
        while number < len(self._lines):
            piece = self._piece(number)
            if piece.lines:
                if self._block is not None and not self._continues(piece.inner):
                    yield self._block
                    self._block = None
                if self._block is None:
                    opens_file = piece.inner and not self._seen_code
                    self._block = _Block(number + 1 + piece.skipped, opens_file)
                self._block.lines += piece.lines
                self._inner, self._code = piece.inner, ""
            self._code += piece.code.strip()
            self._seen_code |= bool(self._code)
            number += piece.taken
        if self._block is not None:
            yield self._block

    def _continues(self, inner: bool) -> bool:
        if not self._code:
            return inner == self._inner
        head_only = self._code.endswith("{") and not any(c in self._code[:-1] for c in "{};")
        return inner and not self._inner and head_only

    def _piece(self, index: int) -> _Piece:
        text = self._lines[index].strip()
        if text.startswith("//!") or (text.startswith("///") and not text.startswith("////")):
            return _Piece(1, [DocLine(index + 1, text[3:].removeprefix(" "))], text[2] == "!")
        if _BLOCK.match(text):
            return self._comment(index)
        if text.startswith(("#[", "#![")):
            return self._attribute(index)
        page = _PAGE_MACRO.match(text)
        if page is not None:
            return _Piece(1, self._included(page[1]), code=text)
        return _Piece(1, code="" if text.startswith("//") else text)

    def _comment(self, index: int) -> _Piece:
        """Read a block comment. An empty first or last line is not counted by rustdoc."""
        end = index
        while end + 1 < len(self._lines) and "*/" not in self._lines[end]:
            end += 1
        texts = self._lines[index : end + 1]
        inner = texts[0].strip()[2] == "!"
        texts[0] = texts[0].strip()[3:]
        texts[-1], _, code = texts[-1].partition("*/")
        lines = [DocLine(index + 1 + offset, text.removeprefix(" ")) for offset, text in enumerate(texts)]
        if len(lines) > 1 and not lines[0].text.strip(" *"):
            del lines[0]
        if len(lines) > 1 and not lines[-1].text.strip(" *"):
            del lines[-1]
        return _Piece(end + 1 - index, lines, inner, code)

    def _attribute(self, index: int) -> _Piece:
        text = ""
        for taken, line in enumerate(self._lines[index:], start=1):
            text += line + "\n"
            bare = _ANY_STRING.sub("", text)
            if '"' not in bare and bare.count("[") <= bare.count("]"):
                code = bare.rpartition("]")[2].partition("//")[0]
                before = _DOC.split(text, maxsplit=1)[0].count("\n")
                return _Piece(
                    taken, self._attribute_lines(index, text), text.lstrip()[1] == "!", code, before
                )
        return _Piece(1, code=self._lines[index])

    def _attribute_lines(self, index: int, attribute: str) -> list[DocLine]:
        included, raw = _INCLUDE.search(attribute), _RAW_STRING.search(attribute)
        if included is not None:
            return self._included(included[1])
        if raw is not None:
            text = raw[2]
        else:
            string = _STRING.search(attribute)
            if string is None:
                return []
            text = string[1].replace("\\n", "\n")
        return [DocLine(index + 1, "") for _ in text.splitlines() or [""]]

    def _included(self, path: str) -> list[DocLine]:
        content = self._read_file(path) or ""
        lines = content.splitlines()
        return [DocLine(number, text, path) for number, text in enumerate(lines, start=1)]
