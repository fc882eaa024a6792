"""`#[fail(display = "…", fields…)]` as `#[error("…")]`: the same text, from the same fields.

`failure` hands its list of fields to `write!`, so a placeholder counts in that list. In `thiserror` a number
or name in a placeholder is a field. Where a width or precision is a field, or a field's name cannot stand in
a placeholder, the fields follow as arguments (`.0`, `.name`), never both ways in one string: the two major
versions disagree about that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from codemods.recipe import (
    FormatString,
    FormatStringError,
    Placeholder,
    is_string_literal,
    parse_format_string,
)

from .declarations import Code, Meta, Variant
from .own_types import Refusal

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INDEX = re.compile(r"_?(\d+)")


@dataclass(frozen=True, slots=True)
class Display:
    """A display attribute: the message as written, and the positions of the fields in its list."""

    message: str
    fields: tuple[int, ...]


def is_display(code: Code, meta: Meta) -> bool:
    """Whether an attribute is `fail(display = …)`."""
    if meta.name != "fail" or meta.inner is None:
        return False
    start = meta.inner[0]
    return code.text(start) == b"display" and code.text(start + 1) == b"="


def display_of(code: Code, meta: Meta, variant: Variant) -> Display:
    """Return what a display attribute of `variant` says.

    Raises:
        Refusal: it names a field that is not there, or has a form that `failure` does not take.
    """
    assert meta.inner is not None, "a display attribute has arguments"
    message, *arguments = code.split(*meta.inner)
    fields = tuple(_field(code.words(*argument), variant) for argument in arguments)
    return Display(code.words(message[0] + 2, message[1]), fields)


def error_arguments(display: Display, variant: Variant, spelled: Mapping[int, str | None]) -> str:
    """Return what stands in `#[error(…)]` for it: `"{0} of {total}"`.

    `spelled` are fields, by position, that have another name or position afterwards; None: they go away.

    Raises:
        Refusal: no arguments of `thiserror` print the same.
    """
    names = [_name(variant, field, spelled) for field in display.fields]
    if not is_string_literal(display.message):
        return _unseen(display.message, names)
    try:
        message = parse_format_string(display.message).numbered()
    except FormatStringError as error:
        raise Refusal("format-string", f"its message is not understood: {error}") from None
    _check(message, names)
    if _fits_inline(message, names):
        return str(message.mapped(lambda argument: _inline(names[int(argument)])))
    return _with_list(message, names)


def _field(text: str, variant: Variant) -> int:
    """Return the position of the field that an argument names: `0`, `_0` or its name."""
    index = _INDEX.fullmatch(text)
    if index is not None and int(index[1]) < len(variant.fields) and not variant.is_repeated:
        return int(index[1])
    for position, field in enumerate(variant.fields):
        if field.name == text:
            return position
    if variant.is_repeated:
        raise Refusal("macro-fields", f"a macro repeats the fields, so `{text}` has no known place")
    raise Refusal("display-argument", f"`{text}` is no field of `{variant.name}`")


def _name(variant: Variant, position: int, spelled: Mapping[int, str | None]) -> str:
    """Return what a field is called after the change: its name, or its position in a tuple."""
    name = spelled.get(position, variant.fields[position].name or str(position))
    if name is None:
        raise Refusal("backtrace-shown", "the message prints the backtrace")
    return name


def _unseen(message: str, names: Sequence[str]) -> str:
    """Return the arguments for a message that a macro's caller writes: fields as a list only."""
    if not message.startswith("$") or names:
        raise Refusal(
            "macro-message", "the text of the message is not written here, so its braces are unknown"
        )
    return message


def _check(message: FormatString, names: Sequence[str]) -> None:
    for argument in message.arguments:
        if isinstance(argument, str):
            raise Refusal(
                "captured-name", f"`{{{argument}}}` in the message is a name of the surrounding code"
            )
        if argument is None or argument >= len(names):
            raise Refusal("display-argument", "the message takes more fields than are given")
    if any(placeholder.type == "p" for placeholder in message.placeholders):
        raise Refusal("pointer-format", "the message prints an address, which moves")


def _fits_inline(message: FormatString, names: Sequence[str]) -> bool:
    """Whether each placeholder can name its field itself."""
    if any(placeholder.counts for placeholder in message.placeholders):
        return False
    used = {names[argument] for argument in message.arguments if isinstance(argument, int)}
    return all(name.isdigit() or _NAME.fullmatch(name) for name in used)


def _inline(name: str) -> int | str:
    return int(name) if name.isdigit() else name


def _with_list(message: FormatString, names: Sequence[str]) -> str:
    """Return the string with `{}` for every placeholder, and the fields as a list behind it.

    The values come first, in the order of the placeholders; then widths and precisions, by index.
    """
    values = [names[_position(placeholder)] for placeholder in message.placeholders]
    counts: list[str] = []
    pieces = tuple(
        _listed(piece, names, counts, len(values)) if isinstance(piece, Placeholder) else piece
        for piece in message.pieces
    )
    arguments = ", ".join(f".{name}" for name in [*values, *counts])
    return f"{replace(message, pieces=pieces)}, {arguments}"


def _listed(placeholder: Placeholder, names: Sequence[str], counts: list[str], first: int) -> Placeholder:
    def place(argument: int | str) -> int:
        name = names[int(argument)]
        if name not in counts:
            counts.append(name)
        return first + counts.index(name)

    if placeholder.spec is None:
        return replace(placeholder, argument=None)
    width, precision = placeholder.spec.width, placeholder.spec.precision
    if width is not None and width.argument is not None:
        width = replace(width, argument=place(width.argument))
    if precision is not None and precision.argument is not None:
        precision = replace(precision, argument=place(precision.argument))
    return replace(
        placeholder, argument=None, spec=replace(placeholder.spec, width=width, precision=precision)
    )


def _position(placeholder: Placeholder) -> int:
    assert isinstance(placeholder.argument, int), "placeholders are numbered, and none has a name"
    return placeholder.argument
