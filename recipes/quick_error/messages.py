"""What a variant prints: as `#[error(…)]` where thiserror prints the same, and as an arm of a `match`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codemods.recipe import (
    FormatString,
    FormatStringError,
    Placeholder,
    Source,
    Token,
    TokenKind,
    is_string_literal,
    parse_format_string,
    string_literal,
    without_formatting,
)

from .declarations import Clause, Shape, Variant
from .expressions import code_tokens, names_in, rewritten, split_arguments

DEBUG = '"{self:?}"'


@dataclass(frozen=True, slots=True)
class Message:
    """What a variant prints.

    `attribute` are the arguments of `#[error(…)]`, None where that would not print the same. `arguments` are
    those of `write!(f, …)`, which mention `fields` by their names, and the error itself as `own` ("": not).
    """

    attribute: tuple[str, ...] | None
    arguments: tuple[str, ...]
    fields: tuple[str, ...]
    own: str = ""

    @property
    def is_debug(self) -> bool:
        """Whether it is what `{:?}` prints."""
        return self.attribute == (DEBUG,)


def message_of(source: Source, variant: Variant, prints_description: bool) -> Message:
    """Return what `variant` prints; without `display` its Debug text, or its description."""
    display = variant.clause("display")
    if display is not None:
        return _Display(source, variant, display).message()
    if not prints_description:
        return Message((DEBUG,), ('"{:?}"', "self"), ())
    description = variant.clause("description")
    if description is None:
        literal = string_literal(variant.name.removeprefix("r#"))
        return Message((literal,), (literal,), ())
    return _described(source, variant, description)


def _described(source: Source, variant: Variant, clause: Clause) -> Message:
    code = code_tokens(source.content, clause.input)
    if len(code) == 1 and is_string_literal(code[0].text.decode()):
        try:
            literal = without_formatting(code[0].text.decode())
        except FormatStringError:
            pass  # a brace as an escape: printed as a value
        else:
            return Message((literal,), (literal,), ())
    attribute = rewritten(source.content, code, _references(variant), is_attribute=True)
    plain = rewritten(source.content, code, {}, is_attribute=False) or ""
    used = names_in(code, [field.name for field in variant.fields])
    return Message(None if attribute is None else ('"{}"', attribute), ('"{}"', plain), used)


class _Display:
    """A `display(…)` clause: a format string and its arguments."""

    def __init__(self, source: Source, variant: Variant, clause: Clause) -> None:
        self.content = source.content
        self.variant = variant
        self.own = _own_name(source, clause)
        code = code_tokens(source.content, clause.output or clause.input)
        parts = split_arguments(code)
        self.code = code
        self.format: Sequence[Token] = parts[0] if parts else ()
        self.arguments: Sequence[Sequence[Token]] = parts[1:]

    def message(self) -> Message:
        names = [field.name for field in self.variant.fields]
        fields = names_in(self.code, names)
        plain = self._written({})
        renamed = self._written({self.own: "self"}) if self.own else plain
        own = self.own if None in renamed else ""
        arguments = plain if own else renamed
        return Message(self._attribute(), tuple(each or "" for each in arguments), fields, own)

    def _written(self, names: Mapping[str, str]) -> tuple[str | None, ...]:
        """Return the arguments of `write!`, in which the fields keep their names."""
        parts = (self.format, *self.arguments)
        return tuple(rewritten(self.content, part, names, is_attribute=False) for part in parts)

    def _attribute(self) -> tuple[str, ...] | None:
        literal = self._literal()
        inlined = self._inlined(literal) if literal is not None else None
        if inlined is not None:
            return (str(inlined),)
        arguments = self._rewritten(literal)
        if arguments is None:
            return None
        is_indexed = literal is not None and any(map(_is_indexed, literal.placeholders))
        if literal is not None and not (is_indexed and self.variant.shape is Shape.TUPLE):
            return (str(literal), *arguments)
        # thiserror takes no other format strings, and the index of a tuple for a field.
        text = rewritten(self.content, self.format, {}, is_attribute=False) or ""
        return ('"{}"', f"format_args!({', '.join((text, *arguments))})")

    def _literal(self) -> FormatString | None:
        if len(self.format) != 1 or self.format[0].kind is not TokenKind.STRING:
            return None
        try:
            return parse_format_string(self.format[0].text.decode())
        except FormatStringError:
            return None

    def _inlined(self, literal: FormatString) -> FormatString | None:
        """Return the literal with fields in the place of arguments, where these are nothing but fields."""
        numbered = literal.numbered()
        known = self._known()
        if any(each is None for each in known.values()):
            return None
        members = {key: value for key, value in known.items() if value is not None}
        captured = [each for each in literal.arguments if isinstance(each, str) and each not in members]
        for name in captured:
            member = self._member(name)
            if member is None:
                return None  # a constant, or the error itself
            members[name] = member
        if any(map(_is_pointer, numbered.placeholders)):
            return None  # thiserror 2 prints where a field points, not where it stands
        is_tuple = self.variant.shape is Shape.TUPLE
        if is_tuple and any(each.counts for each in numbered.placeholders):
            return None  # thiserror takes `1$` for an argument, not for a field
        return literal.mapped(lambda argument: members[argument])

    def _known(self) -> dict[int | str, int | str | None]:
        """Return for each argument the field that it is, None where it is something else."""
        known: dict[int | str, int | str | None] = {}
        for index, part in enumerate(self.arguments):
            is_named = len(part) > 2 and part[0].kind is TokenKind.WORD and part[1].text == b"="
            value = part[2:] if is_named else part
            key = part[0].text.decode() if is_named else index
            known[key] = self._member(value[0].text.decode()) if len(value) == 1 else None
        return known

    def _member(self, name: str) -> int | str | None:
        """Return how thiserror calls the field in a format string; None where it has no such."""
        position = self.variant.position(name)
        if position is None or name.startswith("r#"):  # 1.x and 2.x call keywords differently
            return None
        return position if self.variant.shape is Shape.TUPLE else name

    def _rewritten(self, literal: FormatString | None) -> tuple[str, ...] | None:
        """Return the arguments, with fields as thiserror calls them."""
        names = _references(self.variant) | ({self.own: "self"} if self.own else {})
        values = []
        for part in self.arguments:
            start = 2 if len(part) > 2 and part[1].text == b"=" else 0
            value = rewritten(self.content, part[start:], names, is_attribute=True)
            if value is None:
                return None
            values.append(f"{part[0].text.decode()} = {value}" if start else value)
        if literal is None:
            return tuple(values) if not names_in(self.format, tuple(names)) else None
        return self._with_captured(literal, values, names)

    def _with_captured(
        self, literal: FormatString, values: list[str], names: Mapping[str, str]
    ) -> tuple[str, ...]:
        """Return the arguments, with a named one for each field that the string names by itself."""
        given = {part[0].text.decode() for part in self.arguments if len(part) > 1 and part[1].text == b"="}
        captured = dict.fromkeys(each for each in literal.arguments if isinstance(each, str))
        pointed = {each.argument for each in literal.placeholders if _is_pointer(each)}
        for name in captured:
            if name in given or name not in names:
                continue
            is_field = (
                self.variant.shape is Shape.STRUCT and not name.startswith("r#") and name not in pointed
            )
            if not is_field or name == self.own:
                values.append(f"{name} = {names[name]}")
        return tuple(values)


def _own_name(source: Source, clause: Clause) -> str:
    """Return the name that `display(x) -> (…)` gives to the error itself."""
    if clause.output is None:
        return ""
    return source.text(clause.input).strip()


def _references(variant: Variant) -> dict[str, str]:
    """Return how thiserror calls the fields in expressions."""
    if variant.shape is Shape.TUPLE:
        return {field.name: f".{index}" for index, field in enumerate(variant.fields)}
    return {field.name: f".{field.name}" for field in variant.fields}


def _is_pointer(placeholder: Placeholder) -> bool:
    return placeholder.type == "p"


def _is_indexed(placeholder: Placeholder) -> bool:
    return isinstance(placeholder.argument, int)
