"""What `use` statements import, read from tokens: `use a::{b, c::d as e};` has the leaves b and e."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from codemods.recipe import Span, Token, TokenKind

STD_ROOTS = (b"std", b"core", b"alloc")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One imported path, the name it gets, and where it stands, all without `r#`; by token index."""

    path: tuple[bytes, ...]
    name: bytes
    span: Span
    statement: Span  # from `use` up to and with the `;`

    @property
    def is_std_try(self) -> bool:
        """Whether it is the macro `try` of std."""
        return len(self.path) == 2 and self.path[0] in STD_ROOTS[:2] and self.path[1] == b"try"


def leaves_in(code: Sequence[Token], partners: Mapping[int, int]) -> Iterator[Leaf]:
    """Yield the leaves of the `use` statements in `code`, which has no comments."""
    for index, token in enumerate(code):
        if token.text == b"use" and token.kind is TokenKind.WORD and _begins_tree(code, index + 1):
            yield from _Statement(code, partners, index).leaves()


class _Statement:
    def __init__(self, code: Sequence[Token], partners: Mapping[int, int], use: int) -> None:
        self.code = code
        self.partners = partners
        self.use = use
        self.end = use
        while self.end < len(code) and code[self.end].text != b";":
            self.end = partners.get(self.end, self.end) + 1

    def leaves(self) -> Iterator[Leaf]:
        yield from self._leaves(self.use + 1, self.end, ())

    def _leaves(self, at: int, end: int, path: tuple[bytes, ...]) -> Iterator[Leaf]:
        while at < end:
            start, segments = at, path
            while at < end and self.code[at].text not in (b",", b"{", b"as"):
                segments += (self._name(at),) if self.code[at].text != b"::" else ()
                at += 1
            if at < end and self.code[at].text == b"{":
                closing = self.partners.get(at, end)
                yield from self._leaves(at + 1, closing, segments)
                at = closing + 1
            elif segments:
                is_renamed = at + 1 < end and self.code[at].text == b"as"
                at += 2 * is_renamed
                name = self._name(at - 1) if is_renamed else _last(segments)
                yield Leaf(segments, name, Span(start, at), Span(self.use, self.end + 1))
            while at < end and self.code[at].text != b",":
                at += 1
            at += 1

    def _name(self, index: int) -> bytes:
        return self.code[index].text.removeprefix(b"r#")


def _begins_tree(code: Sequence[Token], index: int) -> bool:
    if index >= len(code):
        return False
    return code[index].kind is TokenKind.WORD or code[index].text in (b"::", b"{")


def _last(path: tuple[bytes, ...]) -> bytes:
    return path[-2] if path[-1] == b"self" and len(path) > 1 else path[-1]
