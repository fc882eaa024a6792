"""A `struct` or `enum` as it is written: its attributes, variants and fields, read from the tokens.

Read from tokens, because it may stand in a `macro_rules!` body or in a macro's arguments, where names are
metavariables (`$name`) and variants are repeated (`$( … )*`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from codemods.recipe import Span, SyntaxTree, Token, TokenKind, matching, tokens

_VISIBILITY = (b"pub", b"crate")
_KEYWORDS = (b"struct", b"enum", b"union")


class Code:
    """The tokens of one tree without comments, at the offsets of the file."""

    def __init__(self, tree: SyntaxTree) -> None:
        self.tree = tree
        self.content = tree.source.content
        self.tokens: tuple[Token, ...] = tuple(
            token for token in tokens(_visible(tree), tree.span) if token.kind is not TokenKind.COMMENT
        )
        self.partners = matching(self.tokens)

    @cached_property
    def openings(self) -> dict[int, int]:
        """The index of each closing delimiter's opening one."""
        return {closing: opening for opening, closing in self.partners.items()}

    @cached_property
    def _starts(self) -> list[int]:
        return [token.span.start for token in self.tokens]

    def text(self, index: int) -> bytes:
        """Return the token's text; nothing beyond the last one."""
        return self.tokens[index].text if 0 <= index < len(self.tokens) else b""

    def span(self, start: int, end: int) -> Span:
        """Return the span of the tokens `start..end`; there is at least one."""
        return Span(self.tokens[start].span.start, self.tokens[end - 1].span.end)

    def words(self, start: int, end: int) -> str:
        """Return the tokens `start..end` as text without the space between them."""
        return b"".join(token.text for token in self.tokens[start:end]).decode()

    def at(self, offset: int) -> int:
        """Return the index of the token that holds `offset`, or of the last one before it."""
        return bisect_right(self._starts, offset) - 1

    def after(self, index: int) -> int:
        """Return the index behind the token, or behind the whole group that it opens."""
        return self.partners.get(index, index) + 1

    def split(self, start: int, end: int, *, angles: bool = False) -> Iterator[tuple[int, int]]:
        """Yield the parts of `start..end` between commas outside of brackets (and `< >`, on demand)."""
        begin, at, depth = start, start, 0
        while at < end:
            text = self.text(at)
            depth += (text == b"<") - (text == b">") if angles else 0
            if text == b"," and depth == 0:
                if at > begin:
                    yield begin, at
                begin = at + 1
            at = self.after(at)
        if end > begin:
            yield begin, end


@dataclass(frozen=True, slots=True)
class Meta:
    """One attribute's content, or one of those that a `cfg_attr` holds: tokens `start..end`.

    `name` is its path; `inner` are the tokens between its delimiters, None where it has none.
    """

    name: str
    start: int
    end: int
    inner: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Attribute:
    """`#[…]`: tokens `start..end`. `metas` is its content; of a `cfg_attr` what that adds."""

    start: int
    end: int
    metas: tuple[Meta, ...]
    is_conditional: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field: tokens `start..end`, its type `type_start..end`; `name` is None in a tuple."""

    start: int
    end: int
    name: str | None
    name_start: int
    type_start: int
    attributes: tuple[Attribute, ...]
    visibility: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant, or the one that a struct is. `is_tuple`: fields have no names.

    `is_repeated` says that a macro repeats some of its fields, so that their positions are not known.
    """

    name: str
    attributes: tuple[Attribute, ...]
    fields: tuple[Field, ...]
    is_tuple: bool = False
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Declaration:
    """A type: `keyword` is "struct" or "enum"; tokens `start..end` with its attributes.

    `keyword_at` is the index of the keyword, `body` the tokens between the enum's braces or the struct's
    delimiters; for an enum `attributes` are its own, a struct has them at its only variant, too.
    """

    code: Code
    keyword: str
    name: str
    start: int
    end: int
    keyword_at: int
    attributes: tuple[Attribute, ...]
    variants: tuple[Variant, ...]
    visibility: str = ""
    is_generic: bool = False

    @property
    def span(self) -> Span:
        """The whole item with its attributes."""
        return self.code.span(self.start, self.end)

    @property
    def fields(self) -> tuple[Field, ...]:
        """All fields of all variants."""
        return tuple(field for variant in self.variants for field in variant.fields)


def declaration_at(code: Code, offset: int) -> Declaration | None:
    """Return the type that the attribute around `offset` belongs to; None where none is written there."""
    start = _first_attribute(code, code.at(offset))
    if start is None:
        return None
    attributes, at = attributes_from(code, start)
    visibility, at = _visibility(code, at)
    if code.text(at) not in _KEYWORDS or code.text(at) == b"union":
        return None
    return _declaration(code, start, at, attributes, visibility)


def declaration_named(code: Code, name: str) -> Declaration | None:
    """Return the type of that name; None where there is none, or several."""
    found = [
        at
        for at in range(len(code.tokens) - 1)
        if code.text(at) in (b"struct", b"enum") and _name(code, at + 1)[0] == name
    ]
    return _declaration_around(code, found[0]) if len(found) == 1 else None


def declaration_of(code: Code, at: int) -> Declaration | None:
    """Return the innermost type whose tokens `at` is among."""
    for keyword in range(at, -1, -1):
        if code.text(keyword) in (b"struct", b"enum"):
            found = _declaration_around(code, keyword)
            if found is not None and found.start <= at < found.end:
                return found
    return None


def _declaration_around(code: Code, keyword: int) -> Declaration | None:
    """Return the type with this keyword, with the attributes and visibility before it."""
    start = _visibility_before(code, keyword)
    while True:
        opening = code.openings.get(start - 1)
        if opening is None or not _opens_attribute(code, opening):
            break
        start = opening - 1
    attributes, at = attributes_from(code, start)
    visibility, at = _visibility(code, at)
    return _declaration(code, start, keyword, attributes, visibility) if at == keyword else None


def attributes_from(code: Code, at: int) -> tuple[tuple[Attribute, ...], int]:
    """Return the attributes from the token `at` on, and where they end.

    Repeated ones (`$(#[$attr])*`) of a macro are stepped over.
    """
    found: list[Attribute] = []
    while True:
        if code.text(at) == b"#" and code.text(at + 1) == b"[" and at + 1 in code.partners:
            end = code.after(at + 1)
            metas, conditional = _metas(code, at + 2, end - 1)
            found.append(Attribute(at, end, metas, conditional))
            at = end
        elif _repeats(code, at) and code.text(at + 2) == b"#":
            at = _after_repetition(code, at)
        else:
            return tuple(found), at


def _declaration(
    code: Code, start: int, keyword: int, attributes: tuple[Attribute, ...], visibility: str
) -> Declaration | None:
    name, at = _name(code, keyword + 1)
    is_generic = code.text(at) == b"<"
    is_enum = code.text(keyword) == b"enum"
    at = _body(code, at)
    variants: tuple[Variant, ...]
    if is_enum:
        if code.text(at) != b"{" or at not in code.partners:
            return None
        variants = tuple(_variants(code, at + 1, code.partners[at]))
        end = code.after(at)
    else:
        fields, is_tuple, is_repeated, at = _fields(code, at)
        variants = (Variant(name, attributes, fields, is_tuple, is_repeated),)
        end = at
        while is_tuple and code.text(end - 1) != b";" and end < len(code.tokens):
            end = code.after(end)  # a `where` stands behind the fields of a tuple
    kind = "enum" if is_enum else "struct"
    return Declaration(code, kind, name, start, end, keyword, attributes, variants, visibility, is_generic)


def _body(code: Code, at: int) -> int:
    """Return where the body begins behind a name: `{`, `(` or `;`. `Fn(u8)` in a bound is none."""
    depth = 0
    ends: tuple[bytes, ...] = (b"{", b";", b"(")
    while at < len(code.tokens) and not (depth == 0 and code.text(at) in ends):
        text = code.text(at)
        depth += (text == b"<") - (text == b">")
        ends = (b"{", b";") if text == b"where" else ends
        at = code.after(at)
    return at


def _variants(code: Code, start: int, end: int) -> Iterator[Variant]:
    for begin, stop in _parts(code, start, end):
        attributes, at = attributes_from(code, begin)
        name, at = _name(code, at)
        if not name:
            continue
        fields, is_tuple, is_repeated, _ = _fields(code, at) if at < stop else ((), False, False, at)
        yield Variant(name, attributes, fields, is_tuple, is_repeated)


def _fields(code: Code, at: int) -> tuple[tuple[Field, ...], bool, bool, int]:
    """Return the fields of the group at `at`, whether it is a tuple, is repeated; and where it ends."""
    if code.text(at) not in (b"{", b"(") or at not in code.partners:
        return (), False, False, at + 1
    is_tuple, closing = code.text(at) == b"(", code.partners[at]
    is_repeated = any(_repeats(code, index) for index in range(at + 1, closing))
    fields = [_field(code, begin, end, is_tuple) for begin, end in _parts(code, at + 1, closing, angles=True)]
    return tuple(field for field in fields if field is not None), is_tuple, is_repeated, closing + 1


def _field(code: Code, start: int, end: int, is_tuple: bool) -> Field | None:
    attributes, at = attributes_from(code, start)
    visibility, at = _visibility(code, at)
    if is_tuple:
        return Field(start, end, None, at, at, attributes, visibility) if at < end else None
    name, colon = _name(code, at)
    if not name or code.text(colon) != b":":
        return None
    return Field(start, end, name, at, colon + 1, attributes, visibility)


def _parts(code: Code, start: int, end: int, *, angles: bool = False) -> Iterator[tuple[int, int]]:
    """Yield the parts between commas; those of a macro's repetition as if they stood outside of it."""
    for begin, stop in code.split(start, end, angles=angles):
        if _repeats(code, begin) and not _is_attributes(code, begin):
            yield from _parts(code, begin + 2, code.partners[begin + 1], angles=angles)
            rest = _after_repetition(code, begin)
            if rest < stop:
                yield from _parts(code, rest, stop, angles=angles)
        else:
            yield begin, stop


def _repeats(code: Code, at: int) -> bool:
    return code.text(at) == b"$" and code.text(at + 1) == b"(" and at + 1 in code.partners


def _is_attributes(code: Code, at: int) -> bool:
    """Whether a repetition holds attributes only: `$(#[$attr])*`."""
    return attributes_from(code, at + 2)[1] == code.partners[at + 1]


def _after_repetition(code: Code, at: int) -> int:
    """Return the index behind the operator of the repetition at `at`."""
    at = code.after(at + 1)
    return at + 1 if code.text(at) in (b"*", b"+", b"?") else at + 2


def _name(code: Code, at: int) -> tuple[str, int]:
    """Return the name at `at`, or metavariable; and where it ends."""
    if code.text(at) == b"$" and at + 1 < len(code.tokens):
        return "$" + code.text(at + 1).decode(), at + 2
    if at < len(code.tokens) and code.tokens[at].kind is TokenKind.WORD:
        return code.text(at).decode(), at + 1
    return "", at


def _visibility(code: Code, at: int) -> tuple[str, int]:
    start = at
    if code.text(at) == b"$" and code.text(at + 2) in (*_KEYWORDS, b"$") and code.text(at + 1) != b"(":
        return f"${code.text(at + 1).decode()}", at + 2
    if code.text(at) in _VISIBILITY and code.text(at + 1) != b"::":
        at += 1
        if code.text(start) == b"pub" and code.text(at) == b"(" and _restricts(code, at):
            at = code.after(at)
    return code.words(start, at), at


def _visibility_before(code: Code, at: int) -> int:
    """Return where the visibility begins that ends before `at`; `at` where there is none."""
    if code.text(at - 1) in _VISIBILITY:
        return at - 1
    opening = code.openings.get(at - 1)
    if opening is not None and code.text(opening - 1) == b"pub":
        return opening - 1
    return at - 2 if code.text(at - 2) == b"$" else at


def _restricts(code: Code, at: int) -> bool:
    """Whether the parentheses behind `pub` belong to it, and are no tuple type."""
    return code.text(at + 1) in (b"crate", b"super", b"self", b"in")


def _metas(code: Code, start: int, end: int) -> tuple[tuple[Meta, ...], bool]:
    whole = _meta(code, start, end)
    if whole.name != "cfg_attr" or whole.inner is None:
        return (whole,), False
    parts = list(code.split(*whole.inner))[1:]
    return tuple(meta for part in parts for meta in _metas(code, *part)[0]), True


def _meta(code: Code, start: int, end: int) -> Meta:
    at = start
    while at < end and code.text(at) not in (b"(", b"[", b"{", b"="):
        at += 1
    inner = (at + 1, code.partners[at]) if at < end and at in code.partners else None
    return Meta(code.words(start, at), start, end, inner)


def _first_attribute(code: Code, at: int) -> int | None:
    """Return where the attributes begin that the one around the token `at` is among."""
    while at >= 0 and not _opens_attribute(code, at):
        at -= 1
    if at < 0:
        return None
    start = at - 1
    while True:
        opening = code.openings.get(start - 1)
        if opening is not None and _opens_attribute(code, opening):
            start = opening - 1
        elif (before := _repeated_attributes_before(code, start)) is not None:
            start = before
        else:
            return start


def _opens_attribute(code: Code, at: int) -> bool:
    return code.text(at) == b"[" and code.text(at - 1) == b"#" and at in code.partners


def _repeated_attributes_before(code: Code, start: int) -> int | None:
    """Return where `$(#[$attr])*` begins that ends before the token `start`."""
    opening = code.openings.get(start - 2) if code.text(start - 1) in (b"*", b"+", b"?") else None
    if opening is None or code.text(opening - 1) != b"$" or not _is_attributes(code, opening - 1):
        return None
    return opening - 1


def _visible(tree: SyntaxTree) -> bytes:
    """Return the content with spaces for what is not code of an example: `///` and prose."""
    content = tree.source.content
    if tree.example is None:
        return content
    shown = bytearray(b" " * len(content))
    for part in tree.example.code_ranges:
        shown[part.start : part.end] = content[part.start : part.end]
    return bytes(shown)
