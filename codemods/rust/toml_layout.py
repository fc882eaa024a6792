"""Where everything stands in a TOML file: sections, keys and values with their bytes. Nothing is evaluated.

It reads TOML 1.1 (line breaks in inline tables), which cargo does since 1.94. What is no TOML is
refused where the layout is in doubt; whether a key stands there twice is for cargo to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from codemods.errors import CodemodError
from codemods.rust.spans import Span

_T = TypeVar("_T")
_BOM = b"\xef\xbb\xbf"
_BLANK = re.compile(rb"[ \t]*")
_GAP = re.compile(rb"(?:[ \t\n]|\r\n|#[^\n]*)*")
_LINE_END = re.compile(rb"[ \t]*(?:#[^\n]*)?(?:\n|\r\n|\Z)")
_BARE_KEY = re.compile(rb"[A-Za-z0-9_-]+")
_SCALAR = re.compile(rb"\d{4}-\d\d-\d\d \d\d[^\s,\]}#]*|[^\s,\]}\[{#\"'=]+")
_STRING = re.compile(
    rb'"""(?P<lines>(?:[^"\\]|\\(?s:.)|"{1,2}(?!"))*"{0,2})"""'
    rb"|'''(?P<raw_lines>(?:[^']|'{1,2}(?!'))*'{0,2})'''"
    rb'|"(?P<basic>(?:[^"\\\n]|\\[^\n])*)"'
    rb"|'(?P<raw>[^'\n]*)'"
)
_ESCAPE = re.compile(
    r"\\(?:u(?P<u>[0-9A-Fa-f]{4})|U(?P<U>[0-9A-Fa-f]{8})|x(?P<x>[0-9A-Fa-f]{2})"
    r"|(?P<line>[ \t\r]*\n\s*)|(?P<one>.))"
)
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


class TomlError(CodemodError):
    """This is no TOML. `where` ends with the line."""


class ValueKind(StrEnum):
    """What a value is, as far as its layout goes."""

    STRING = "string"
    ARRAY = "array"
    TABLE = "inline table"
    OTHER = "other"  # a boolean, a number, a date


@dataclass(frozen=True, slots=True)
class Key:
    """One part of a key, without quotes."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Value:
    """One value. `text` is a string's meaning, or what is written of a boolean, number or date."""

    kind: ValueKind
    span: Span
    text: str = ""
    items: tuple[Value, ...] = ()
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """One `key.key = value`."""

    keys: tuple[Key, ...]
    value: Value

    @property
    def span(self) -> Span:
        """All of it, from the first key to the end of the value."""
        return Span(self.keys[0].span.start, self.value.span.end)


@dataclass(frozen=True, slots=True)
class Section:
    """A header and what stands below it, up to the next one; what stands above the first has no header.

    `header` is `[…]` alone, `span` begins with it, and ends where the next header begins.
    """

    keys: tuple[Key, ...]
    header: Span | None
    pairs: tuple[Pair, ...]
    span: Span
    is_array: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The table's name, part by part."""
        return tuple(key.name for key in self.keys)


def read_layout(content: bytes, where: str = "Cargo.toml") -> tuple[Section, ...]:
    """Return the sections of the file; the first is what stands above all headers.

    Raises:
        TomlError: this is no TOML, or no UTF-8.
    """
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise _error(content, error.start, "not UTF-8", where) from None
    return tuple(_Reader(content, where).sections())


class _Reader:
    """Reads from left to right; `at` is the next byte."""

    def __init__(self, content: bytes, where: str) -> None:
        self.content = content
        self.where = where
        self.at = len(_BOM) if content.startswith(_BOM) else 0

    def sections(self) -> Iterator[Section]:
        start, header, is_array = self.at, None, False
        keys: tuple[Key, ...] = ()
        while True:
            pairs = tuple(self._pairs_below())
            yield Section(keys, header, pairs, Span(start, self.at), is_array)
            if self.at >= len(self.content):
                return
            start = self.at
            keys, is_array = self._header()
            header = Span(start, self.at)
            self._expect(_LINE_END, "the end of the line")

    def _pairs_below(self) -> Iterator[Pair]:
        """Read up to the next header."""
        self._skip(_GAP)
        while self.at < len(self.content) and not self._sees(b"["):
            yield self._pair()
            self._expect(_LINE_END, "the end of the line")
            self._skip(_GAP)

    def _header(self) -> tuple[tuple[Key, ...], bool]:
        is_array = self._sees(b"[[")
        self.at += 2 if is_array else 1
        keys = self._keys()
        self._take(b"]]" if is_array else b"]")
        return keys, is_array

    def _pair(self) -> Pair:
        keys = self._keys()
        self._take(b"=")
        self._skip(_BLANK)
        return Pair(keys, self._value())

    def _keys(self) -> tuple[Key, ...]:
        keys = [self._key()]
        while self._sees(b"."):
            self.at += 1
            keys.append(self._key())
        return tuple(keys)

    def _key(self) -> Key:
        self._skip(_BLANK)
        start = self.at
        if found := _BARE_KEY.match(self.content, start):
            name, self.at = found[0].decode(), found.end()
        elif self._sees(b'"""') or self._sees(b"'''") or not (found := _STRING.match(self.content, start)):
            raise self._wrong("a key")
        else:
            name, self.at = _meaning(found), found.end()
        key = Key(name, Span(start, self.at))
        self._skip(_BLANK)
        return key

    def _value(self) -> Value:
        start = self.at
        if self._sees(b"["):
            items = tuple(self._listed(b"]", self._value))
            return Value(ValueKind.ARRAY, Span(start, self.at), items=items)
        if self._sees(b"{"):
            pairs = tuple(self._listed(b"}", self._pair))
            return Value(ValueKind.TABLE, Span(start, self.at), pairs=pairs)
        if found := _STRING.match(self.content, start):
            self.at = found.end()
            return Value(ValueKind.STRING, Span(start, self.at), _meaning(found))
        written = self._expect(_SCALAR, "a value")
        return Value(ValueKind.OTHER, Span(start, self.at), written.decode())

    def _listed(self, close: bytes, read: Callable[[], _T]) -> Iterator[_T]:
        """Read what stands between commas, up to `close`."""
        self.at += 1
        self._skip(_GAP)
        while not self._sees(close):
            yield read()
            self._skip(_GAP)
            if not self._sees(close):
                self._take(b",")
                self._skip(_GAP)
        self.at += 1

    def _sees(self, text: bytes) -> bool:
        return self.content.startswith(text, self.at)

    def _skip(self, gap: re.Pattern[bytes]) -> None:
        found = gap.match(self.content, self.at)
        self.at = found.end() if found else self.at

    def _take(self, text: bytes) -> None:
        if not self._sees(text):
            raise self._wrong(f"`{text.decode()}`")
        self.at += len(text)

    def _expect(self, pattern: re.Pattern[bytes], name: str) -> bytes:
        found = pattern.match(self.content, self.at)
        if found is None:
            raise self._wrong(name)
        self.at = found.end()
        return found[0]

    def _wrong(self, expected: str) -> TomlError:
        return _error(self.content, self.at, f"{expected} is missing", self.where)


def _error(content: bytes, at: int, message: str, where: str) -> TomlError:
    line = content.count(b"\n", 0, at) + 1
    return TomlError(f"this is no TOML: {message}", where=f"{where}:{line}", hint="Correct the file first.")


def _meaning(string: re.Match[bytes]) -> str:
    """Return what a string means, escapes and the first line break of a long one resolved."""
    kind = string.lastgroup or ""
    text = string[kind].decode()
    if kind.endswith("lines"):
        text = text.removeprefix("\r\n") if text.startswith("\r\n") else text.removeprefix("\n")
    return text if kind.startswith("raw") else _ESCAPE.sub(_unescaped, text)


def _unescaped(escape: re.Match[str]) -> str:
    number = escape["u"] or escape["U"] or escape["x"]
    if number is not None:
        code = int(number, 16)
        return chr(code) if code < 0x110000 else escape[0]
    if escape["line"] is not None:
        return ""
    return _ESCAPED.get(escape["one"], escape["one"])
