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
    """`$( content ) separator? operator` by token index; `end` is the operator's index."""

    start: int
    close: int
    end: int
    separator: bytes | None


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
            repetition = self._repetition(index)
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

    def _repetition(self, index: int) -> Repetition | None:
        code = self._code
        if code[index].text != b"$" or index + 1 >= len(code) or code[index + 1].text != b"(":
            return None
        close = self._partners.get(index + 1)
        if close is None or close + 1 >= len(code):
            return None
        if code[close + 1].text in _KLEENE:
            return Repetition(index, close, close + 1, None)
        if close + 2 < len(code) and code[close + 2].text in _KLEENE:
            return Repetition(index, close, close + 2, code[close + 1].text)
        return None

    def _repeated(self, repetition: Repetition) -> Iterator[Replacement]:
        code = self._code
        whole = Span(code[repetition.start].span.start, code[repetition.end].span.end)
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
