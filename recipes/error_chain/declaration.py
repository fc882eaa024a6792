"""What one `error_chain! { … }` declares, read from its tokens as the macro reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from codemods.recipe import Source, Span, Token, TokenKind, matching, tokens

SECTIONS = ("types", "links", "foreign_links", "errors")


class DeclarationError(Exception):
    """The input is not in a form that the macro takes, or that is understood here."""


class Shape(StrEnum):
    """How a variant holds its fields."""

    UNIT = "unit"
    TUPLE = "tuple"
    STRUCT = "struct"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a variant: the name that its clauses use, and its type as written."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Clause:
    """`display(…)`, `display(self_) -> (…)` or `description(…)`.

    `arguments` are the spans between the commas of what is printed; `receiver` is the name that stands
    for the kind in the second form.
    """

    arguments: tuple[Span, ...]
    receiver: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant of the kind that `errors` declares.

    `leading` are the attributes before it and all comments before and inside of it, in order; `trailing`
    is the comment behind it on its last line.
    """

    name: str
    shape: Shape = Shape.UNIT
    fields: tuple[Field, ...] = ()
    attributes: tuple[str, ...] = ()
    display: Clause | None = None
    description: Clause | None = None
    leading: tuple[str, ...] = ()
    trailing: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """`Io(::std::io::Error) #[cfg(…)];`, or with a second path, of the other kind, in `links`.

    `leading` are the comments before and inside of it, then its attributes.
    """

    name: str
    error: str
    kind: str = ""
    attributes: tuple[str, ...] = ()
    leading: tuple[str, ...] = ()
    trailing: str = ""


@dataclass(frozen=True, slots=True)
class Declaration:
    """All that one invocation declares. `result` is empty where `types` leaves the alias out."""

    error: str = "Error"
    kind: str = "ErrorKind"
    extension: str = "ResultExt"
    result: str = "Result"
    has_message: bool = True
    links: tuple[Link, ...] = ()
    foreign_links: tuple[Link, ...] = ()
    variants: tuple[Variant, ...] = ()
    comments: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names that it declares in its module."""
        found = (self.error, self.kind, self.extension, self.result)
        return tuple(name for name in found if name)


def read_declaration(source: Source, inside: Span) -> Declaration:
    """Return what the input `inside` the braces of an invocation declares.

    Raises:
        DeclarationError: see there.
    """
    return _Reader(source, inside).declaration()


_Placed = tuple[int, str]  # where a text begins, and the text


class _Reader:
    """Reads the input token by token; comments wait until something they belong to comes."""

    def __init__(self, source: Source, inside: Span) -> None:
        self.source = source
        found = list(tokens(source.content, inside))
        # A doc comment is an attribute to the macro.
        self.code = [token for token in found if token.kind is not TokenKind.COMMENT or _is_doc(token)]
        self.partners = matching(self.code)
        self.waiting = [token for token in found if token.kind is TokenKind.COMMENT and not _is_doc(token)]

    def declaration(self) -> Declaration:
        sections: dict[str, tuple[int, int]] = {}
        has_message, at = True, 0
        while at < len(self.code):
            name = self._word(at)
            if name == "skip_msg_variant":
                has_message, at = False, at + 1
                continue
            end = self.partners.get(at + 1)
            if name not in SECTIONS or name in sections or end is None:
                raise DeclarationError(f"`{self._text(at)}` is not what the macro takes here")
            sections[name] = (at + 2, end)
            at = end + 1
        error, kind, extension, result = self._types(*sections.get("types", (0, 0)))
        return Declaration(
            error,
            kind,
            extension,
            result,
            has_message,
            tuple(self._links(*sections.get("links", (0, 0)), paths=2)),
            tuple(self._links(*sections.get("foreign_links", (0, 0)), paths=1)),
            tuple(self._variants(*sections.get("errors", (0, 0)))),
            tuple(self.source.text(token.span) for token in self.waiting),
        )

    def _types(self, start: int, end: int) -> tuple[str, str, str, str]:
        if start == end:
            return "Error", "ErrorKind", "ResultExt", "Result"
        words = [self._text(at) for at in range(start, end)]
        names, separators = words[::2], words[1::2]
        if len(names) not in (3, 4) or separators != [","] * (len(names) - 1) + [";"]:
            raise DeclarationError("`types` is not a list of three or four names with a `;`")
        return names[0], names[1], names[2], names[3] if len(names) == 4 else ""

    def _links(self, start: int, end: int, paths: int) -> Iterator[Link]:
        at, floor = start, self._floor(start)
        while at < end:
            name, close = self._word(at), self.partners.get(at + 1)
            if not name or close is None or self._text(at + 1) != "(":
                raise DeclarationError(f"`{self._text(at)}` is no link")
            listed = self._split(at + 2, close)
            if len(listed) != paths:
                raise DeclarationError(f"the link `{name}` does not name {paths} paths")
            at, attributes = self._attributes(close + 1)
            if at >= end or self._text(at) != ";":
                raise DeclarationError(f"the link `{name}` does not end in `;`")
            texts = [self.source.text(span) for span in listed]
            comments, trailing = self._comments(floor, at)
            floor = self.code[at].span.end
            leading = (*(text for _, text in comments), *(text for _, text in attributes))
            kind = texts[1] if paths == 2 else ""
            yield Link(name, texts[0], kind, _texts(attributes), leading, trailing)
            at += 1

    def _variants(self, start: int, end: int) -> Iterator[Variant]:
        at, floor = start, self._floor(start)
        while at < end:
            at, attributes = self._attributes(at)
            name = self._word(at) if at < end else ""
            if not name:
                raise DeclarationError("`errors` holds something that is no variant")
            at, shape, fields = self._fields(at + 1, end)
            display = description = None
            if at < end and self._text(at) == "{":
                display, description = self._clauses(at + 1, self.partners[at])
                at = self.partners[at] + 1
            comments, trailing = self._comments(floor, at - 1)
            floor = self.code[at - 1].span.end
            leading = _texts(sorted([*attributes, *comments]))
            yield Variant(name, shape, fields, _texts(attributes), display, description, leading, trailing)

    def _fields(self, at: int, end: int) -> tuple[int, Shape, tuple[Field, ...]]:
        close = self.partners.get(at) if at < end else None
        if close is None:
            return at, Shape.UNIT, ()
        is_tuple = self._text(at) == "("
        if not is_tuple and not self._is_struct(at, close):
            return at, Shape.UNIT, ()
        listed = self._split(at + 1, close)
        fields = tuple(self._field(span) for span in listed)
        return close + 1, Shape.TUPLE if is_tuple else Shape.STRUCT, fields

    def _is_struct(self, at: int, close: int) -> bool:
        """Whether the braces hold fields, not clauses: `{ name: Type }`."""
        return close > at + 2 and bool(self._word(at + 1)) and self._text(at + 2) == ":"

    def _field(self, span: Span) -> Field:
        found = [each for each in tokens(self.source.content, span) if each.kind is not TokenKind.COMMENT]
        if len(found) < 3 or found[0].kind is not TokenKind.WORD or found[1].text != b":":
            raise DeclarationError(f"`{self.source.text(span)}` is no field")
        whole = Span(found[2].span.start, found[-1].span.end)
        return Field(found[0].text.decode(), self.source.text(whole))

    def _clauses(self, start: int, end: int) -> tuple[Clause | None, Clause | None]:
        """Return the first display and description clause: the macro takes no notice of others."""
        found: dict[str, Clause] = {}
        at = start
        while at < end:
            name, close = self._word(at), self.partners.get(at + 1)
            if name not in ("display", "description") or close is None or self._text(at + 1) != "(":
                raise DeclarationError(f"`{self._text(at)}` is no display or description")
            clause, at = self._clause(at + 2, close)
            found.setdefault(name, clause)
            at += at < end and self._text(at) == ","
        return found.get("display"), found.get("description")

    def _clause(self, start: int, close: int) -> tuple[Clause, int]:
        if close + 2 < len(self.code) and self._text(close + 1) == "->" and self._text(close + 2) == "(":
            end = self.partners[close + 2]
            return Clause(self._split(close + 3, end), self._text(start)), end + 1
        return Clause(self._split(start, close)), close + 1

    def _attributes(self, at: int) -> tuple[int, list[_Placed]]:
        """Return the token behind the attributes and doc comments at `at`, and these with their places."""
        found: list[_Placed] = []
        while at < len(self.code):
            token = self.code[at]
            is_attribute = token.text == b"#" and self.partners.get(at + 1) is not None
            if not is_attribute and token.kind is not TokenKind.COMMENT:
                break
            end = self.partners[at + 1] if is_attribute else at
            span = Span(token.span.start, self.code[end].span.end)
            found.append((span.start, self.source.text(span).rstrip()))
            at = end + 1
        return at, found

    def _floor(self, start: int) -> int:
        """Return the byte from which comments belong to the section whose contents begin at `start`."""
        return self.code[start - 3].span.end if start >= 3 else 0

    def _comments(self, floor: int, last: int) -> tuple[list[_Placed], str]:
        """Return the comments that wait between `floor` and the token `last`, and the one behind it."""
        end = self.code[last].span.end
        line_end = self.source.line_span(end).end
        follows = last + 1 < len(self.code) and self.code[last + 1].span.start < line_end
        inner = [token for token in self.waiting if floor <= token.span.start < end]
        behind = [token for token in self.waiting if end <= token.span.start < line_end and not follows][:1]
        self.waiting = [token for token in self.waiting if token not in inner + behind]
        trailing = self._comment(behind[0]) if behind else ""
        return [(token.span.start, self._comment(token)) for token in inner], trailing

    def _comment(self, token: Token) -> str:
        return self.source.text(token.span).rstrip()

    def _split(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the spans between the commas among the tokens from `start` to `end`.

        Angle brackets count: in a type they hold commas. In an expression a lone `<` is no bracket.
        """
        cuts = [start - 1, *self._commas(start, end), end]
        spans = [
            Span(self.code[first + 1].span.start, self.code[last - 1].span.end)
            for first, last in pairwise(cuts)
            if last - 1 > first
        ]
        return tuple(spans)

    def _commas(self, start: int, end: int) -> Iterator[int]:
        at, depth = start, 0
        while at < end:
            if at in self.partners:
                at = self.partners[at]
            elif self._text(at) == "<" and self._closes(at, end):
                depth += 1
            elif self._text(at) == ">" and depth:
                depth -= 1
            elif self._text(at) == "," and not depth:
                yield at
            at += 1

    def _closes(self, at: int, end: int) -> bool:
        """Whether the `<` at `at` opens generic arguments: behind a path, with its `>` in sight."""
        before = self.code[at - 1]
        is_path = before.kind is TokenKind.WORD or before.text == b"::" or at == 0 or before.text == b"<"
        texts = [self._text(index) for index in range(at, end)]
        return is_path and ">" in texts and not {"&&", "||"} & set(texts[: texts.index(">")])

    def _word(self, at: int) -> str:
        token = self.code[at] if at < len(self.code) else None
        return token.text.decode() if token is not None and token.kind is TokenKind.WORD else ""

    def _text(self, at: int) -> str:
        return self.code[at].text.decode() if at < len(self.code) else ""


def _texts(placed: Sequence[_Placed]) -> tuple[str, ...]:
    return tuple(text for _, text in placed)


def _is_doc(token: Token) -> bool:
    text = token.text
    if text.startswith(b"///"):
        return not text.startswith(b"////")
    return text.startswith(b"/**") and not text.startswith((b"/***", b"/**/"))
