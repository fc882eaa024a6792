"""Words that the grammar reserves but the edition of a file does not (and one token it lacks).

tree-sitter knows one Rust: `try`, `async`, `await`, `dyn` and `gen` are keywords wherever they
could be. In older code they are names. Before parsing, such words are replaced by names of equal
length, so that every offset stays; text is always read from the original bytes.

Words inside strings and comments are replaced too: a tree does not depend on what stands
there, and the examples in doc comments are parsed from the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

EDITIONS = ("2015", "2018", "2021", "2024")

_GAP = rb"(?:\s|//[^\n]*\n|/\*.*?\*/)*"
_BANG = re.compile(_GAP + rb"!(?!=)", re.DOTALL)
_ASYNC_KEYWORD = re.compile(_GAP + rb"(?:fn|move|unsafe|extern)\b", re.DOTALL)
# What may follow `dyn` in a 2015 type for it to be the keyword: a lifetime, `?Sized`, `for<'a>`, the
# first word of a path, or a parenthesised bound. `::` and `<` continue a path named `dyn`.
_DYN_KEYWORD = re.compile(
    _GAP + rb"(?:'[A-Za-z_]\w*(?!')|\?\s*[A-Za-z_\x80-\xff]|for\s*<|~\s*const\b"
    rb"|(?!(?:as|in|if|else|where|for|is)\b)(?:r\#)?[A-Za-z_$\x80-\xff])"
    rb"|\s+\(",
    re.DOTALL,
)
# An associated type may be called like a primitive one (`AnyWrite<str=S>`); the grammar says no.
_PRIMITIVE_NAME = re.compile(rb"(?<=[<,])\s*(bool|char|str|[iu](?:8|16|32|64|size)|f32|f64)\s*=(?!=)")


def masked(content: bytes | bytearray, edition: str) -> bytes:
    """Return `content` with names that the grammar reserves replaced, byte for byte as long."""
    return with_replaced(content, replacements(content, edition))


def with_replaced(content: bytes | bytearray, found: Iterator[tuple[int, bytes]]) -> bytes:
    """Return `content` with each `(offset, bytes)` written over it."""
    result: bytearray | None = None
    for offset, text in found:
        if result is None:
            result = bytearray(content)
        result[offset : offset + len(text)] = text
    return bytes(content if result is None else result)


def replacements(content: bytes | bytearray, edition: str) -> Iterator[tuple[int, bytes]]:
    """Yield `(offset, replacement)` for each word of `content` that is a name in `edition`."""
    for offset in _words(content, b"try"):
        if edition == "2015" or _BANG.match(content, offset + 3):
            yield offset, b"tr_"
    for match in _PRIMITIVE_NAME.finditer(content):
        yield match.start(1), match[1][:-1] + b"_"
    at = content.find(b"~")
    while at >= 0:
        # A token that only macros take and the grammar lacks; `@` is in no expression either.
        yield at, b"@"
        at = content.find(b"~", at + 1)
    if edition < "2024":
        yield from ((offset, b"ge_") for offset in _words(content, b"gen"))
    if edition == "2015":
        yield from ((offset, b"awai_") for offset in _words(content, b"await"))
        for offset in _words(content, b"async"):
            if not _ASYNC_KEYWORD.match(content, offset + 5):
                yield offset, b"asyn_"
        for offset in _words(content, b"dyn"):
            if not _DYN_KEYWORD.match(content, offset + 3):
                yield offset, b"dy_"


def _words(content: bytes | bytearray, word: bytes) -> Iterator[int]:
    """Yield where `word` stands as a whole word."""
    at = content.find(word)
    while at >= 0:
        end = at + len(word)
        if not _continues_word(bytes(content[at - 1 : at])) and not _continues_word(
            bytes(content[end : end + 1])
        ):
            yield at
        at = content.find(word, end)


def _continues_word(byte: bytes) -> bool:
    return byte == b"_" or byte.isalnum() or byte >= b"\x80"
