"""What stands inside of `quick_error! { … }`, as values.

Read as the macro of quick-error 1.x and 2.x reads it: one enum, its variants without commas, after each of
them its clauses in braces. What the macro would not take is no declaration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from codemods.recipe import Source, Span, Token, TokenKind, matching, tokens

_CLAUSES = frozenset([b"display", b"description", b"cause", b"source", b"from", b"context"])


class DeclarationError(Exception):
    """The input is not what the macro takes, or in a form that is not understood here."""


class Shape(StrEnum):
    """What a variant looks like."""

    UNIT = "unit"
    TUPLE = "tuple"
    STRUCT = "struct"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: every one has a name in the macro, those of tuples too."""

    name: str
    type: Span


@dataclass(frozen=True, slots=True)
class Clause:
    """`display("…", err)`, `from(e: T) -> (e)`: what its parentheses hold, and what the arrow leads to."""

    kind: str
    span: Span
    input: Span
    output: Span | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant. `span` goes from its name to the end of its clauses."""

    name: str
    shape: Shape
    attributes: tuple[Span, ...]
    fields: tuple[Field, ...]
    clauses: tuple[Clause, ...]
    span: Span

    def clause(self, *kinds: str) -> Clause | None:
        """Return the first clause of these kinds: the macro, too, takes the first and forgets the others."""
        return next((clause for clause in self.clauses if clause.kind in kinds), None)

    def all_of(self, kind: str) -> tuple[Clause, ...]:
        """Return all clauses of that kind."""
        return tuple(clause for clause in self.clauses if clause.kind == kind)

    def position(self, name: str) -> int | None:
        """Return which field has that name."""
        names = [field.name for field in self.fields]
        return names.index(name) if name in names else None


@dataclass(frozen=True, slots=True)
class Declaration:
    """`#[…] pub enum Name wraps Inner { … }`; `attributes` are those in the macro, documentation too."""

    attributes: tuple[Span, ...]
    visibility: str
    name: str
    inner: str | None  # of `wraps`: the name of the enum inside
    inner_visibility: str
    variants: tuple[Variant, ...]
    keyword: int  # the byte where `pub` or `enum` stands
    body: Span  # with its braces

    @property
    def enum(self) -> str:
        """The name of the enum itself."""
        return self.inner or self.name


def read_declaration(source: Source, inside: Span) -> Declaration:
    """Return what the macro's input at `inside` (without delimiters) declares.

    Raises:
        DeclarationError: it is not what the macro takes.
    """
    return _Reader(source, inside).declaration()


class _Reader:
    def __init__(self, source: Source, inside: Span) -> None:
        self.code: Sequence[Token] = [
            token for token in tokens(source.content, inside) if not _is_plain_comment(token)
        ]
        self.partners = matching(self.code)
        self.at = 0

    def declaration(self) -> Declaration:
        attributes = self._attributes()
        keyword = self._token().span.start
        visibility = self._visibility()
        self._expect(b"enum")
        name, inner, inner_visibility = self._word(), None, ""
        if self._text() == b"wraps":
            self.at += 1
            inner_visibility = self._visibility()
            inner = self._word()
        start, end = self._group(b"{")
        if self.at != len(self.code):
            raise DeclarationError("more follows the enum")
        body = Span(self.code[start].span.start, self.code[end].span.end)
        variants = self._variants(start + 1, end)
        return Declaration(attributes, visibility, name, inner, inner_visibility, variants, keyword, body)

    def _variants(self, start: int, end: int) -> tuple[Variant, ...]:
        self.at, variants = start, []
        while self.at < end:
            variants.append(self._variant(end))
        return tuple(variants)

    def _variant(self, end: int) -> Variant:
        attributes = self._attributes()
        first = self._token().span.start
        name = self._word()
        shape, fields = self._fields(end)
        clauses: tuple[Clause, ...] = ()
        if self.at < end and self._text() == b"{":
            opening, closing = self._group(b"{")
            clauses = self._clauses(opening + 1, closing)
        span = Span(first, self.code[self.at - 1].span.end)
        return Variant(name, shape, attributes, fields, clauses, span)

    def _fields(self, end: int) -> tuple[Shape, tuple[Field, ...]]:
        if self.at >= end or self._text() not in (b"(", b"{"):
            return Shape.UNIT, ()
        closing = self.partners.get(self.at, self.at)
        if self._text() == b"(":
            fields = self._listed(self.at + 1, closing)
            self.at = closing + 1
            return Shape.TUPLE, fields
        if self._text(self.at + 2) != b":" or self.code[self.at + 1].kind is not TokenKind.WORD:
            return Shape.UNIT, ()  # these braces hold clauses
        fields = self._listed(self.at + 1, closing)
        self.at = closing + 1
        return Shape.STRUCT, fields

    def _listed(self, start: int, end: int) -> tuple[Field, ...]:
        """Return the `name: type` between the tokens `start` and `end`."""
        fields = []
        for first, last in self._split(start, end):
            if (
                last - first < 3
                or self.code[first].kind is not TokenKind.WORD
                or self._text(first + 1) != b":"
            ):
                raise DeclarationError("a field is not written `name: Type`")
            fields.append(Field(_decoded(self.code[first]), self._span(first + 2, last)))
        if not fields:
            raise DeclarationError("a variant has an empty list of fields")
        return tuple(fields)

    def _clauses(self, start: int, end: int) -> tuple[Clause, ...]:
        self.at, clauses = start, []
        while self.at < end:
            clauses.append(self._clause())
        self.at = end + 1
        return tuple(clauses)

    def _clause(self) -> Clause:
        first = self.at
        if self._text() not in _CLAUSES:
            raise DeclarationError(f"`{self._text().decode()}` is no clause of quick-error")
        kind = self._word()
        opening, closing = self._group(b"(")
        output = None
        if self._text() == b"->":
            self.at += 1
            into, out_of = self._group(self._text())
            output = self._between(into, out_of)
        if kind == "context" and output is None:
            raise DeclarationError("a context leads to nothing")
        return Clause(kind, self._span(first, self.at), self._between(opening, closing), output)

    def _split(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the parts between top-level commas, by token index; angle brackets count as brackets."""
        parts, first, depth, at = [], start, 0, start
        while at < end:
            text = self._text(at)
            depth += (text == b"<") - (text == b">")
            if text == b"," and depth == 0:
                parts.append((first, at))
                first = at + 1
            at = self.partners.get(at, at) + 1
        return [*parts, (first, end)] if first < end else parts

    def _attributes(self) -> tuple[Span, ...]:
        """Return the attributes and documentation comments from here on."""
        found = []
        while self.at < len(self.code):
            if self._token().kind is TokenKind.COMMENT:
                found.append(self._token().span)
                self.at += 1
            elif self._text() == b"#" and self._text(self.at + 1) == b"[":
                first = self.at
                self.at = self.partners.get(self.at + 1, self.at + 1) + 1
                found.append(self._span(first, self.at))
            else:
                break
        return tuple(found)

    def _visibility(self) -> str:
        if self._text() != b"pub":
            return ""
        self.at += 1
        return "pub"

    def _group(self, opening: bytes) -> tuple[int, int]:
        """Return the delimiters of the group that begins here, and go behind it."""
        first = self.at
        if self._text() != opening or first not in self.partners:
            raise DeclarationError(f"`{opening.decode()}` is missing")
        self.at = self.partners[first] + 1
        return first, self.partners[first]

    def _expect(self, text: bytes) -> None:
        if self._text() != text:
            raise DeclarationError(f"`{text.decode()}` is missing")
        self.at += 1

    def _word(self) -> str:
        token = self._token()
        if token.kind is not TokenKind.WORD:
            raise DeclarationError(f"`{token.text.decode()}` stands where a name is expected")
        self.at += 1
        return _decoded(token)

    def _token(self) -> Token:
        if self.at >= len(self.code):
            raise DeclarationError("it ends too early")
        return self.code[self.at]

    def _text(self, at: int | None = None) -> bytes:
        index = self.at if at is None else at
        return self.code[index].text if index < len(self.code) else b""

    def _span(self, first: int, end: int) -> Span:
        return Span(self.code[first].span.start, self.code[end - 1].span.end)

    def _between(self, opening: int, closing: int) -> Span:
        """Return what the delimiters hold, from its first token to its last; empty without any."""
        if closing == opening + 1:
            return Span(self.code[opening].span.end, self.code[opening].span.end)
        return self._span(opening + 1, closing)


def is_documentation(text: bytes) -> bool:
    """Whether a comment is documentation: an attribute, written in another way."""
    if text.startswith(b"///"):
        return not text.startswith(b"////")
    return text.startswith(b"/**") and not text.startswith((b"/***", b"/**/"))


def _is_plain_comment(token: Token) -> bool:
    return token.kind is TokenKind.COMMENT and not is_documentation(token.text)


def _decoded(token: Token) -> str:
    return token.text.decode()
