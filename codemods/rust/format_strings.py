"""Rust's format strings, taken apart and written back: `"{0:>1$} of {total}\\n"`.

The grammar is that of `std::fmt`, as rustc 1.95 reads it. A literal is kept as it is written: its escapes and
its doubled braces are text. What stays untouched is written back byte for byte.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from codemods.errors import CodemodError

_STRING = re.compile(r'(?P<opening>"|r(?P<hashes>#*)")(?P<body>.*)"(?P<closing>#*)', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x[0-7][0-9a-fA-F]|u\{[0-9a-fA-F][0-9a-fA-F_]*\}|\r?\n[ \t\r\n]*|[nrt\\0'\"])")
_NAME = r"[^\W\d]\w*"
_ARGUMENT = re.compile(rf"\{{(?P<before>\s*)(?:(?P<index>\d+)|(?P<name>{_NAME}))?(?P<after>\s*)")
_SPEC = re.compile(
    r"(?:(?P<fill>.)?(?P<align>[<^>]))?(?P<flags>[+-]?#?(?:0(?!\$))?)"
    rf"(?P<width>\d+\$?|{_NAME}\$)?(?:\.(?P<precision>\*|\d+\$?|{_NAME}\$))?"
    rf"(?P<type>[xX]?\?|{_NAME}|)",
    re.DOTALL,
)
_SIMPLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "0": "\0", "'": "'", '"': '"'}

# What a placeholder takes: the argument at an index, the one of a name, or (None) the next one.
Argument = int | str | None


class FormatStringError(CodemodError):
    """A literal is no format string that is understood here; `offset` counts characters from its start."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Text:
    """Text between placeholders, as it stands in the literal: with its escapes, braces doubled."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Count:
    """A width or precision: a number written there, or the value of an argument (`0$`, `name$`, `.*`).

    For `.*` (`is_star`) the argument is the next one, and is taken before the placeholder's own.
    """

    number: int | None = None
    argument: Argument = None
    is_star: bool = False

    @property
    def takes_argument(self) -> bool:
        """Whether its value is an argument."""
        return self.number is None

    def __str__(self) -> str:
        if self.is_star:
            return "*"
        return str(self.number) if self.number is not None else f"{self.argument}$"


@dataclass(frozen=True, slots=True)
class Spec:
    """What stands behind the colon; `type` is "" for `Display`, "?" for `Debug`, "x", "x?", …."""

    fill: str = ""
    align: str = ""
    flags: str = ""
    width: Count | None = None
    precision: Count | None = None
    type: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it says nothing but the trait: `{}`, `{:?}`, `{:x}`."""
        return str(self) == self.type

    def __str__(self) -> str:
        precision = f".{self.precision}" if self.precision is not None else ""
        width = str(self.width) if self.width is not None else ""
        return f"{self.fill}{self.align}{self.flags}{width}{precision}{self.type}"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`{argument:spec}`; `spec` is None without a colon. The spaces are those that the string has."""

    argument: Argument = None
    spec: Spec | None = None
    spaces: tuple[str, str] = ("", "")

    @property
    def type(self) -> str:
        """Its formatting type: "" for `Display`, "?" for `Debug`."""
        return self.spec.type if self.spec is not None else ""

    @property
    def is_plain(self) -> bool:
        """Whether it formats without width, precision, fill or flags."""
        return self.spec is None or self.spec.is_plain

    @property
    def counts(self) -> tuple[Count, ...]:
        """Its width and precision where these are arguments, in the order in which they are written."""
        both = (self.spec.width, self.spec.precision) if self.spec is not None else ()
        return tuple(count for count in both if count is not None and count.takes_argument)

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """All that it takes, in the order in which "the next" is counted: `.*` before its own value."""
        stars = [count.argument for count in self.counts if count.is_star]
        others = [count.argument for count in self.counts if not count.is_star]
        return (*stars, self.argument, *others)

    def __str__(self) -> str:
        argument = "" if self.argument is None else str(self.argument)
        spec = "" if self.spec is None else f":{self.spec}"
        return f"{{{argument}{self.spaces[0]}{spec}{self.spaces[1]}}}"


Piece = Text | Placeholder


@dataclass(frozen=True, slots=True)
class FormatString:
    """A literal in pieces. `opening` and `closing` are its quotes: `"`, `r#"`."""

    pieces: tuple[Piece, ...]
    opening: str = '"'
    closing: str = '"'

    @property
    def is_raw(self) -> bool:
        """Whether it is a raw string, in which a backslash is a backslash."""
        return self.opening.startswith("r")

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """Its placeholders, in order."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Placeholder))

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """Everything that its placeholders take, in order; also for widths and precisions."""
        return tuple(argument for each in self.placeholders for argument in each.arguments)

    def numbered(self) -> FormatString:
        """Return the same with the index of each "next" argument written: `{} {:.*}` is `{0} {2:.1$}`."""
        taken = iter(range(len(self.arguments)))
        return replace(self, pieces=tuple(_numbered(piece, taken) for piece in self.pieces))

    def mapped(self, rename: Callable[[int | str], int | str]) -> FormatString:
        """Return the same with other indices and names of arguments: `rename` is asked for each.

        "Next" arguments are numbered before.
        """
        pieces = self.numbered().pieces
        return replace(self, pieces=tuple(_mapped(piece, rename) for piece in pieces))

    def __str__(self) -> str:
        return self.opening + "".join(map(str, self.pieces)) + self.closing


def parse_format_string(literal: str) -> FormatString:
    """Return the pieces of `literal`, a string literal with its quotes.

    Raises:
        FormatStringError: it is no string literal, a brace is not closed or not doubled, a placeholder
            holds an escape, or a brace is written as an escape.
    """
    opening, body, closing = _quotes(literal)
    pieces: list[Piece] = []
    text, at, escapes = "", 0, not opening.startswith("r")
    while at < len(body):
        piece, end = _read(body, at, escapes, len(opening))
        if isinstance(piece, str):
            text += piece
        else:
            pieces += [Text(text), piece] if text else [piece]
            text = ""
        at = end
    return FormatString((*pieces, *([Text(text)] if text else [])), opening, closing)


def is_string_literal(text: str) -> bool:
    """Whether `text` is one plain or raw string literal, with nothing around it."""
    try:
        _quotes(text)
    except FormatStringError:
        return False
    return True


def without_formatting(literal: str) -> str:
    """Return the literal that, used as a format string, prints what `literal` says: braces doubled.

    Raises:
        FormatStringError: it is no string literal, or a brace is written as an escape.
    """
    opening, body, closing = _quotes(literal)
    return opening + "".join(_doubled(body, not opening.startswith("r"), len(opening))) + closing


def string_value(literal: str) -> str:
    """Return the text that a string literal stands for.

    Raises:
        FormatStringError: it is no string literal, or has an escape that Rust does not know.
    """
    opening, body, _ = _quotes(literal)
    body = body.replace("\r\n", "\n")  # rustc reads no other line break
    if opening.startswith("r"):
        return body
    value, at = "", 0
    while at < len(body):
        if body[at] == "\\":
            escape = _escape(body, at, len(opening))
            value += _unescaped(escape)
            at += len(escape)
        else:
            value += body[at]
            at += 1
    return value


def string_literal(text: str) -> str:
    """Return a plain string literal that stands for `text`, readable characters as they are."""
    escaped = "".join(_written(character) for character in text)
    return f'"{escaped}"'


def _quotes(literal: str) -> tuple[str, str, str]:
    match = _STRING.fullmatch(literal)
    hashes = (match["hashes"] or "") if match else ""
    if match is None or match["closing"] != hashes:
        raise FormatStringError(f"`{literal}` is no string literal", 0)
    body = match["body"]
    plain = not match["opening"].startswith("r")
    ends = re.search(r'(?<!\\)(?:\\\\)*"', body) if plain else ('"' + hashes) in body
    if ends or (plain and len(body) - len(body.rstrip("\\")) & 1):
        raise FormatStringError(f"`{literal}` is more than one string literal", 0)
    return match["opening"], body, '"' + hashes


def _read(body: str, at: int, escapes: bool, before: int) -> tuple[Placeholder | str, int]:
    """Return what begins at `at`: a placeholder, or a bit of text; and where it ends."""
    if body.startswith(("{{", "}}"), at):
        return body[at : at + 2], at + 2
    if body[at] == "{":
        return _placeholder(body, at, escapes, before)
    if body[at] == "}":
        raise FormatStringError("a `}` is neither doubled nor closes a placeholder", before + at)
    if body[at] == "\\" and escapes:
        escape = _escape(body, at, before)
        if _unescaped(escape) in ("{", "}"):
            raise FormatStringError("a brace is written as an escape", before + at)
        return escape, at + len(escape)
    return body[at], at + 1


def _placeholder(body: str, at: int, escapes: bool, before: int) -> tuple[Placeholder, int]:
    head = _ARGUMENT.match(body, at)
    assert head is not None
    argument: Argument = int(head["index"]) if head["index"] else head["name"]
    if argument is not None and head["before"]:
        raise FormatStringError("a space stands before the name of an argument", before + at)
    end, spec, spaces = head.end(), None, (head["before"] + head["after"], "")
    if body.startswith(":", end):
        match = _SPEC.match(body, end + 1)
        assert match is not None
        end, spec = match.end(), _spec(match)
        blank = re.compile(r"\s*").match(body, end)
        spaces = (spaces[0], blank.group() if blank else "")
        end += len(spaces[1])
    if not body.startswith("}", end):
        raise FormatStringError("a placeholder is not understood, or not closed", before + at)
    if escapes and "\\" in body[at:end]:
        raise FormatStringError("a placeholder holds an escape", before + at)
    return Placeholder(argument, spec, spaces), end + 1


def _spec(match: re.Match[str]) -> Spec:
    return Spec(
        match["fill"] or "",
        match["align"] or "",
        match["flags"],
        _count(match["width"]),
        _count(match["precision"]),
        match["type"],
    )


def _count(text: str | None) -> Count | None:
    if not text:
        return None
    if text == "*":
        return Count(is_star=True)
    if text.endswith("$"):
        return Count(argument=int(text[:-1]) if text[:-1].isdigit() else text[:-1])
    return Count(int(text))


def _numbered(piece: Piece, taken: Iterator[int]) -> Piece:
    if isinstance(piece, Text):
        return piece
    spec = piece.spec
    if spec is not None and spec.precision is not None and spec.precision.is_star:
        spec = replace(spec, precision=Count(argument=next(taken)))
    argument = next(taken) if piece.argument is None else piece.argument
    return replace(piece, argument=argument, spec=spec)


def _mapped(piece: Piece, rename: Callable[[int | str], int | str]) -> Piece:
    if isinstance(piece, Text) or piece.argument is None:
        return piece
    spec = piece.spec
    if spec is not None:
        spec = replace(spec, width=_renamed(spec.width, rename), precision=_renamed(spec.precision, rename))
    return replace(piece, argument=rename(piece.argument), spec=spec)


def _renamed(count: Count | None, rename: Callable[[int | str], int | str]) -> Count | None:
    if count is None or count.argument is None:
        return count
    return replace(count, argument=rename(count.argument))


def _doubled(body: str, escapes: bool, before: int) -> Iterator[str]:
    at = 0
    while at < len(body):
        if body[at] == "\\" and escapes:
            escape = _escape(body, at, before)
            value = _unescaped(escape)
            yield escape * 2 if value in ("{", "}") else escape
            at += len(escape)
        else:
            yield body[at] * 2 if body[at] in "{}" else body[at]
            at += 1


def _escape(body: str, at: int, before: int) -> str:
    match = _ESCAPE.match(body, at)
    if match is None or (match.group()[1] == "u" and _code_point(match.group()) > sys.maxunicode):
        raise FormatStringError("an escape is not one of Rust's", before + at)
    return match.group()


def _unescaped(escape: str) -> str:
    kind = escape[1]
    if kind == "x":
        return chr(int(escape[2:], 16))
    if kind == "u":
        return chr(_code_point(escape))
    return _SIMPLE_ESCAPES.get(kind, "")


def _code_point(escape: str) -> int:
    return int(escape[3:-1].replace("_", ""), 16)


def _written(character: str) -> str:
    for letter, value in _SIMPLE_ESCAPES.items():
        if character == value and character != "'":
            return "\\" + letter
    return character if character.isprintable() else f"\\u{{{ord(character):x}}}"
