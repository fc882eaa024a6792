"""Rust's tokens, read from the bytes alone.

The fallback for what the grammar cannot parse: the input of macros that take tokens rather
than expressions. It needs no tree, so it also works in code with errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from codemods.rust.spans import Span


class TokenKind(StrEnum):
    """What a token is."""

    COMMENT = "comment"
    STRING = "string"
    CHAR = "char"
    LIFETIME = "lifetime"
    NUMBER = "number"
    WORD = "word"  # identifiers and keywords, raw ones with their `r#`
    OPEN = "open"
    CLOSE = "close"
    PUNCTUATION = "punctuation"


@dataclass(frozen=True, slots=True)
class Token:
    """One token and where it stands."""

    kind: TokenKind
    span: Span
    text: bytes


@dataclass(frozen=True, slots=True)
class TokenMacroCall:
    """`path ! tree`, found among tokens. `args` is the tree with its delimiters."""

    name_span: Span  # the last segment of the path
    path_span: Span
    args: Span

    @property
    def span(self) -> Span:
        """The whole invocation."""
        return Span(self.path_span.start, self.args.end)


_WORD = rb"[A-Za-z_\x80-\xff][0-9A-Za-z_\x80-\xff]*"
_TOKEN = re.compile(
    rb"\s*+(?:(?P<comment>//[^\n]*|/\*)"
    rb'|(?P<string>[bc]?r(?P<hashes>\#*)".*?"(?P=hashes)|[bc]?"(?:[^"\\]|\\.)*")'
    rb"|(?P<char>b?'(?:\\(?:u\{[^}]*\}|x..|.)|[^\\'\x80-\xff]|[\xc0-\xff][\x80-\xbf]*)')"
    rb"|(?P<lifetime>'(?:r\#)?" + _WORD + rb")"
    rb"|(?P<word>(?:r\#)?" + _WORD + rb")"
    rb"|(?P<number>[0-9][0-9A-Za-z_]*(?:\.[0-9][0-9A-Za-z_]*)?)"
    rb"|(?P<open>[(\[{])"
    rb"|(?P<close>[)\]}])"
    rb"|(?P<punctuation>=>|->|::|\.\.=|\.\.\.?|&&|\|\||==|!=|<=|>=|.))",
    re.DOTALL,
)
_KINDS = {kind.value: kind for kind in TokenKind}  # by group of `_TOKEN`
_COMMENT_MARK = re.compile(rb"/\*|\*/")


Buffer = bytes | bytearray


def tokens(content: Buffer, span: Span | None = None) -> Iterator[Token]:
    """Yield the tokens of `content` inside `span`, comments included, whitespace not.

    `span` must not start inside a string or comment. Never fails: a byte that starts no
    token is punctuation.
    """
    at, end = (span.start, span.end) if span is not None else (0, len(content))
    while at < end:
        match = _TOKEN.match(content, at, end)
        if match is None:  # nothing but whitespace is left
            return
        group = match.lastgroup
        assert group is not None, "a token is one of the groups"
        start, at = match.span(group)
        kind = _KINDS[group]
        if kind is TokenKind.COMMENT and content.startswith(b"/*", start):
            at = _block_comment_end(content, start, end)
        yield Token(kind, Span(start, at), bytes(content[start:at]))


def macro_calls(content: Buffer, span: Span) -> Iterator[TokenMacroCall]:
    """Yield every `path ! tree` inside `span`, outer ones before inner ones.

    A `macro_rules! name { … }` definition is not a call; calls inside of it are found.
    """
    code = [token for token in tokens(content, span) if token.kind is not TokenKind.COMMENT]
    partners = matching(code)
    for index, token in enumerate(code):
        if token.text != b"!" or index + 1 not in partners or index == 0:
            continue
        name = code[index - 1]
        if name.kind is not TokenKind.WORD or name.text == b"macro_rules":
            continue
        path_start = code[_path_start(code, index - 1)].span.start
        args = Span(code[index + 1].span.start, code[partners[index + 1]].span.end)
        yield TokenMacroCall(name.span, Span(path_start, name.span.end), args)


def matching(code: Sequence[Token]) -> dict[int, int]:
    """Return for each opening delimiter's index the index of its closing one."""
    partners: dict[int, int] = {}
    open_indices: list[int] = []
    for index, token in enumerate(code):
        if token.kind is TokenKind.OPEN:
            open_indices.append(index)
        elif token.kind is TokenKind.CLOSE and open_indices:
            partners[open_indices.pop()] = index
    return partners


def in_attributes(found: Sequence[Token]) -> frozenset[int]:
    """Return the indices of the tokens that make up `#[…]` and `#![…]`."""
    partners = matching(found)
    inside: set[int] = set()
    for index, token in enumerate(found):
        if token.text != b"#":
            continue
        bracket = index + 1 + (index + 1 < len(found) and found[index + 1].text == b"!")
        if bracket in partners and found[bracket].text == b"[":
            inside.update(range(index, partners[bracket] + 1))
    return frozenset(inside)


def split(content: Buffer, inner: Span, separators: frozenset[bytes]) -> Iterator[Span]:
    """Yield the spans between top-level `separators` inside `inner`; those without code are left out."""
    start, depth, has_code = inner.start, 0, False
    for token in tokens(content, inner):
        if token.kind is TokenKind.COMMENT:
            continue
        depth += (token.kind is TokenKind.OPEN) - (token.kind is TokenKind.CLOSE)
        if depth == 0 and token.text in separators:
            if has_code:
                yield Span(start, token.span.start)
            start, has_code = token.span.end, False
        else:
            has_code = True
    if has_code:
        yield Span(start, inner.end)


def _path_start(code: Sequence[Token], last: int) -> int:
    """Return the index of the first token of the path that ends in the word at `last`."""
    start = last
    while start >= 1 and code[start - 1].text == b"::":
        start -= 1
        before = code[start - 1] if start else None
        if before is None or before.kind is not TokenKind.WORD:
            break
        start -= 1
    if start >= 1 and code[start].text == b"crate" and code[start - 1].text == b"$":
        start -= 1
    return start


def _block_comment_end(content: Buffer, start: int, end: int) -> int:
    """Return where the block comment at `start` ends; they nest. An open one runs to `end`."""
    depth = 0
    for mark in _COMMENT_MARK.finditer(content, start, end):
        depth += 1 if mark.group() == b"/*" else -1
        if depth == 0:
            return mark.end()
    return end
