"""Masks that make the body of a `macro_rules!` arm parse as plain Rust.

`$name` becomes a name of equal length (or what its fragment stands for: a lifetime, a block,
nothing for a visibility), the marks of a repetition become spaces. A repetition that only
splices tokens (`$($t)*`) becomes one long name, so that it is one operand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from codemods.rust.spans import Span
from codemods.rust.tokens import Buffer, Token, TokenKind, matching, tokens

Replacement = tuple[int, bytes]

_FRAGMENT = re.compile(rb"\$\s*((?:r#)?[\w\x80-\xff]+)\s*:\s*([a-z_0-9]+)")
_KLEENE = frozenset({b"*", b"+", b"?"})
_LIST_SEPARATORS = frozenset({b",", b";"})


class Splice(Enum):
    """What a repetition of bare tokens is masked as."""

    NAME = "one name"
    CONTENT = "its content"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Repetition:
    """`$( content ) separator? operator`; `start`, `close` and `end` (the operator) index tokens.

    `is_list` says that its content ends an element or statement each time round.
    """

    start: int
    close: int
    end: int
    separator: bytes | None
    span: Span
    is_list: bool


def repetitions(content: Buffer, span: Span) -> Iterator[Repetition]:
    """Yield the repetitions inside `span`, outer ones before inner ones."""
    if content.find(b"$", span.start, span.end) < 0:
        return
    code = [token for token in tokens(content, span) if token.kind is not TokenKind.COMMENT]
    partners = matching(code)
    for index in range(len(code)):
        repetition = _repetition(code, partners, index)
        if repetition is not None:
            yield repetition


def splits_repetition(content: Buffer, around: Span, span: Span) -> bool:
    """Whether `span` holds a part only of a repetition inside `around`: such code cannot be moved alone."""
    return any(
        each.span.overlaps(span) and each.span not in span and span not in each.span
        for each in repetitions(content, around)
    )


def body_masks(content: Buffer, matcher: Span, body: Span) -> Iterator[tuple[Replacement, ...]]:
    """Yield ways to mask the arm's `body`, the most faithful first."""
    fragments = dict(_FRAGMENT.findall(content, matcher.start, matcher.end))
    code = [token for token in tokens(content, body) if token.kind is not TokenKind.COMMENT]
    seen: set[tuple[Replacement, ...]] = set()
    for splice in Splice:
        masks = tuple(_Masker(code, fragments, splice).masks())
        if masks not in seen:
            seen.add(masks)
            yield masks


class _Masker:
    def __init__(
        self,
        code: Sequence[Token],
        fragments: dict[bytes, bytes],
        splice: Splice,
    ) -> None:
        self._code = code
        self._fragments = fragments
        self._splice = splice
        self._partners = matching(code)

    def masks(self) -> Iterator[Replacement]:
        yield from self._between(0, len(self._code))

    def _between(self, index: int, end: int) -> Iterator[Replacement]:
        while index < end:
            repetition = _repetition(self._code, self._partners, index)
            if repetition is not None:
                yield from self._repeated(repetition)
                index = repetition.end + 1
                continue
            if self._is_variable(index):
                yield self._variable(index)
                index += 1
            index += 1

    def _is_variable(self, index: int) -> bool:
        if self._code[index].text != b"$" or index + 1 >= len(self._code):
            return False
        name = self._code[index + 1]
        return name.kind is TokenKind.WORD and name.span.start == self._code[index].span.end

    def _variable(self, index: int) -> Replacement:
        start, end = self._code[index].span.start, self._code[index + 1].span.end
        name, length = self._code[index + 1].text, end - start
        match self._fragments.get(name):
            case b"lifetime":
                return start, b"'" + name
            case b"block":
                return start, b"{" + b" " * (length - 2) + b"}"
            case b"vis":
                return start, b" " * length
            case b"item":
                return start, b";" + b" " * (length - 1)
            case _:
                return start, b"_" + name.replace(b"#", b"_")

    def _repeated(self, repetition: Repetition) -> Iterator[Replacement]:
        code = self._code
        whole = repetition.span
        if self._splice is not Splice.CONTENT and self._is_splice(repetition):
            is_name = self._splice is Splice.NAME
            yield whole.start, b"_" * (len(whole) - 1) + b"x" if is_name else b" " * len(whole)
            return
        yield whole.start, b" " * (code[repetition.start + 1].span.end - whole.start)
        yield from self._between(repetition.start + 2, repetition.close)
        closing = code[repetition.close].span.start
        yield closing, b" " * (whole.end - closing)

    def _is_splice(self, repetition: Repetition) -> bool:
        if repetition.separator in _LIST_SEPARATORS:
            return False
        inside = range(repetition.start + 2, repetition.close)
        return all(self._is_variable(index) or self._is_variable(index - 1) for index in inside)


def _repetition(code: Sequence[Token], partners: dict[int, int], index: int) -> Repetition | None:
    close = partners.get(index + 1)
    if code[index].text != b"$" or close is None or code[index + 1].text != b"(":
        return None
    for end in (close + 1, close + 2):
        if end < len(code) and code[end].text in _KLEENE:
            separator = code[close + 1].text if end == close + 2 else None
            is_list = not _LIST_SEPARATORS.isdisjoint({separator, code[close - 1].text})
            return Repetition(
                index, close, end, separator, Span(code[index].span.start, code[end].span.end), is_list
            )
    return None
