"""Code blocks of a Markdown text: just enough of CommonMark's block structure to find them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from codemods.rust.spans import Span

Line = Span  # one line of the text with its line break

_FENCE = re.compile(rb"(`{3,})([^`]*)$|(~{3,})(.*)$", re.DOTALL)
_LIST_ITEM = re.compile(rb"([-*+]|\d{1,9}[.)])(\s+|$)")
_BREAK = re.compile(rb"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_HEADING = re.compile(rb"\#{1,6}(?:\s|$)|=+$")
_QUOTE = re.compile(rb" {0,3}> ?")
_VERBATIM = rb"(?:script|pre|style|textarea)"
_HTML_BLOCK = (
    rb"</?(?:address|article|aside|blockquote|body|center|details|dialog|dd|div|dl|dt|fieldset|figure|footer"
    rb"|form|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|nav|ol|optgroup|option|p|section"
    rb"|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)(?:[\s/>]|$)"
)
# How a block of HTML starts, and what ends it; None is a blank line.
_HTML = (
    (re.compile(rb"<" + _VERBATIM + rb"(?:[\s>]|$)", re.I), re.compile(rb"</" + _VERBATIM + rb">", re.I)),
    (re.compile(rb"<!--"), re.compile(rb"-->")),
    (re.compile(_HTML_BLOCK, re.I), None),
)


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A code block: what stands after the opening fence ("" if indented), and its lines."""

    info: str
    lines: tuple[Line, ...]


def code_blocks(content: bytes, lines: Sequence[Line]) -> list[CodeBlock]:
    """Return the code blocks of the text that `lines` of `content` make up."""
    reader = _Reader(content)
    for line in lines:
        reader.take(line)
    reader.close()
    return reader.blocks


@dataclass(slots=True)
class _Open:
    """A code block being read. `fence` is None for an indented one."""

    info: str
    fence: bytes | None
    indent: int
    quotes: int
    lines: list[Line] = field(default_factory=list)


class _Reader:
    def __init__(self, content: bytes) -> None:
        self.blocks: list[CodeBlock] = []
        self._content = content
        self._open: _Open | None = None
        self._html_end: re.Pattern[bytes] | None = None
        self._in_html = False
        self._in_paragraph = False
        self._items: list[int] = []  # the columns where the text of open list items starts

    def take(self, line: Line) -> None:
        """Read one more line."""
        line, quotes = self._unquoted(line)
        text = line.of(self._content)
        indent = _indent(text)
        stripped = text.strip()
        if self._open is not None and self._continues(self._open, line, stripped, indent, quotes):
            return
        if not stripped:
            self._in_paragraph = False
            self._in_html = self._in_html and self._html_end is not None
        elif self._in_html:
            self._end_html(stripped)
        else:
            self._start(line, stripped, indent, quotes)

    def close(self) -> None:
        """End the block that is open."""
        if self._open is None:
            return
        lines = self._open.lines
        if self._open.fence is None:
            while lines and not lines[-1].of(self._content).strip():
                lines.pop()
        self.blocks.append(CodeBlock(self._open.info, tuple(lines)))
        self._open = None

    def _unquoted(self, line: Line) -> tuple[Line, int]:
        limit = self._open.quotes if self._open is not None and self._open.fence is not None else 9
        quotes = 0
        while quotes < limit and (match := _QUOTE.match(self._content, line.start, line.end)):
            line, quotes = Span(match.end(), line.end), quotes + 1
        return line, quotes

    def _continues(self, block: _Open, line: Line, stripped: bytes, indent: int, quotes: int) -> bool:
        """Whether the line belongs to the open code block, or ends it with its fence."""
        if quotes == block.quotes and (not stripped or indent >= block.indent):
            if block.fence is not None and self._is_closing(block, block.fence, stripped, indent):
                self.close()
                return True
            block.lines.append(line)
            return True
        self.close()
        return False

    def _is_closing(self, block: _Open, fence: bytes, stripped: bytes, indent: int) -> bool:
        is_fence = stripped.startswith(fence) and not stripped.strip(fence[:1])
        return is_fence and indent - block.indent <= 3

    def _start(self, line: Line, stripped: bytes, indent: int, quotes: int) -> None:
        while self._items and indent < self._items[-1]:
            self._items.pop()
        base = self._items[-1] if self._items else 0
        if indent - base >= 4:
            if not self._in_paragraph:
                self._open = _Open("", None, base + 4, quotes, [line])
            return
        fence = _FENCE.match(stripped)
        if fence is not None:
            info = (fence[2] if fence[1] else fence[4]).decode().strip()
            self._open, self._in_paragraph = _Open(info, fence[1] or fence[3], base, quotes), False
        elif _BREAK.match(stripped) or _HEADING.match(stripped):
            self._in_paragraph = False
        elif (item := self._list_item(stripped)) is not None:
            self._start_item(line, item, indent, quotes)
        else:
            self._in_paragraph = not self._starts_html(stripped)

    def _list_item(self, stripped: bytes) -> re.Match[bytes] | None:
        item = _LIST_ITEM.match(stripped)
        if item is None or not self._in_paragraph:
            return item
        # In the middle of a paragraph only a bullet or the number 1 starts a list.
        is_list = item[2] and (not item[1][:1].isdigit() or item[1][:-1] == b"1" or bool(self._items))
        return item if is_list else None

    def _start_item(self, line: Line, item: re.Match[bytes], indent: int, quotes: int) -> None:
        gap = _indent(item[2])
        self._items.append(indent + len(item[1]) + (gap if 1 <= gap <= 4 else 1))
        self._in_paragraph = False
        rest = item.string[item.end() :]
        if rest:
            column = indent + len(item[1]) + gap
            self._start(
                Span(line.end - len(line.of(self._content).lstrip()) + item.end(), line.end),
                rest,
                column,
                quotes,
            )

    def _starts_html(self, stripped: bytes) -> bool:
        for start, end in _HTML:
            if start.match(stripped):
                self._in_html, self._html_end = True, end
                self._end_html(stripped)
                return True
        return False

    def _end_html(self, stripped: bytes) -> None:
        if self._html_end is not None and self._html_end.search(stripped):
            self._in_html = False


def _indent(text: bytes) -> int:
    """Return the column of the first character that is no whitespace; tabs stop at every fourth."""
    column = 0
    for byte in text:
        if byte == 0x20:
            column += 1
        elif byte == 0x09:
            column += 4 - column % 4
        else:
            break
    return column
