"""What a variant prints: as an `#[error(…)]` attribute of thiserror, or as an arm of a `match`.

The macro prints the first `display` clause; without one the `description`, without both the variant's
name. An attribute that would print anything else is not written: then all of `Display` is written out,
where the clauses stand as they did.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from codemods.recipe import (
    FormatString,
    FormatStringError,
    Source,
    Span,
    Token,
    TokenKind,
    is_string_literal,
    parse_format_string,
    string_literal,
    tokens,
    without_formatting,
)

from .declaration import Clause, Shape, Variant

# Behind these thiserror reads `.0` and `.name` as a field of the variant.
_BEFORE_EXPRESSION = frozenset(b", & && * + - / % ! ^ = == != < > <= >= | || ;".split())
_CAPTURE = re.compile(r"\w+(?=\s*[:}$])")  # `{name}`, `{name:?}`, `{:name$}`
# Code that may bind names of its own.
_BINDING = frozenset([b"|", b"||", b"let", b"match"])
_SHORT, _LONG = 60, 92
LINE_BREAK = "\ue000"
"""Stands for a line break within a string, so that nobody indents what follows it."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes what the variants of one kind print; `source` is the file that holds their clauses."""

    source: Source
    kind: str

    def attribute(self, variant: Variant) -> str | None:
        """Return the `#[error(…)]` that prints the same, None where none is known to."""
        content = self._content(variant)
        return _call("#[error", content, _LONG) + "]" if content is not None else None

    def display_arm(self, variant: Variant, formatter: str) -> str:
        """Return the arm that writes the variant to the variable `formatter`."""
        clause = variant.display
        if clause is None:
            text = self._description(variant)
            return self._arm(variant, variant.description, f'write!({formatter}, "{{}}", {text})')
        value = _call("write!", [formatter, *map(self._text, clause.arguments)])
        if clause.receiver:
            value = f"{{\n    let {clause.receiver} = self;\n    {value}\n}}"
            return self._arm(variant, clause, value).removesuffix(",")
        return self._arm(variant, clause, value)

    def description_arm(self, variant: Variant) -> str:
        """Return the arm that gives the variant's description."""
        return self._arm(variant, variant.description, self._description(variant))

    def _text(self, span: Span) -> str:
        """Return the text of code, with the line breaks of its strings marked."""
        pieces, done = [], span.start
        for token in tokens(self.source.content, span):
            if token.kind is TokenKind.STRING or token.text.startswith(b"/*"):
                pieces.append(self.source.text(Span(done, token.span.start)))
                pieces.append(_marked(self.source.text(token.span)))
                done = token.span.end
        return "".join([*pieces, self.source.text(Span(done, span.end))])

    def _content(self, variant: Variant) -> list[str] | None:
        """Return the format string and its arguments."""
        if variant.display is None:
            return self._described(variant)
        if variant.display.receiver or not variant.display.arguments:
            return None
        first, *arguments = map(self.source.text, variant.display.arguments)
        try:
            parsed = parse_format_string(first)
        except FormatStringError:
            return None
        if any(each.type == "p" for each in parsed.placeholders):
            return None  # the address of a reference
        inlined = _inlined(parsed, arguments, variant)
        return [inlined] if inlined is not None else self._listed(parsed, variant)

    def _described(self, variant: Variant) -> list[str] | None:
        clause = variant.description
        if clause is None:
            return [string_literal(variant.name)]
        if len(clause.arguments) != 1:
            return None
        text = self.source.text(clause.arguments[0])
        if is_string_literal(text):
            try:
                return [_marked(without_formatting(text))]
            except FormatStringError:
                return None
        expression = self._expression(clause.arguments[0], variant)
        return ['"{}"', expression] if expression is not None else None

    def _listed(self, parsed: FormatString, variant: Variant) -> list[str] | None:
        """Return the format string with its arguments behind it, as thiserror names the fields there."""
        assert variant.display is not None
        spans = variant.display.arguments[1:]
        named = {halves[0] for span in spans if (halves := _halves(self.source.text(span)))}
        taken = {argument for argument in parsed.arguments if isinstance(argument, str)}
        if taken - named:
            return None  # a variable captured by the string itself
        expressions = [self._expression(span, variant) for span in spans]
        if None in expressions:
            return None
        return [_marked(str(parsed)), *(each for each in expressions if each is not None)]

    def _expression(self, span: Span, variant: Variant) -> str | None:
        """Return the expression with fields named as thiserror names them; None where that is not clear."""
        code = list(tokens(self.source.content, span))
        if any(token.text in _BINDING or token.kind is TokenKind.COMMENT for token in code):
            return None
        if not _is_plain(code):
            return None
        pieces, done = [], span.start
        for index, token in enumerate(code):
            if _captures(token, variant):
                return None
            name = _field_name(token, variant)
            if name is None or _is_other(code, index):
                continue
            if index and not _begins_expression(code[index - 1]):
                return None
            pieces += [self._text(Span(done, token.span.start)), f".{name}"]
            done = token.span.end
        return "".join([*pieces, self._text(Span(done, span.end))])

    def _description(self, variant: Variant) -> str:
        clause = variant.description
        if clause is None:
            return string_literal(variant.name)
        return ", ".join(map(self._text, clause.arguments))

    def _arm(self, variant: Variant, clause: Clause | None, value: str) -> str:
        return f"{self._arm_pattern(variant, clause)} => {value},"

    def _arm_pattern(self, variant: Variant, clause: Clause | None) -> str:
        used = self._used(variant, clause)
        path = f"{self.kind}::{variant.name}"
        names = [field.name for field in variant.fields]
        if variant.shape is Shape.TUPLE:
            listed = [name if name in used else "_" for name in names]
            return path + ("(..)" if not used and len(listed) > 1 else f"({', '.join(listed)})")
        if variant.shape is Shape.STRUCT:
            listed = [name for name in names if name in used]
            listed += [".."] if len(listed) < len(names) else []
            return f"{path} {{ {', '.join(listed)} }}"
        return path

    def _used(self, variant: Variant, clause: Clause | None) -> frozenset[str]:
        """Return the fields that the clause mentions, also those that a string captures."""
        used: set[str] = set()
        for span in clause.arguments if clause is not None else ():
            for token in tokens(self.source.content, span):
                text = token.text.decode()
                if token.kind is TokenKind.STRING:
                    used.update(_CAPTURE.findall(text))
                used.add(text)
        return frozenset(used) & {field.name for field in variant.fields}


def _marked(literal: str) -> str:
    return literal.replace("\r\n", "\n").replace("\n", LINE_BREAK)


def _call(name: str, arguments: Sequence[str], width: int = _SHORT) -> str:
    """Return a call in one line, or where that is long with its arguments below each other."""
    short = f"{name}({', '.join(arguments)})"
    if (len(short) <= width and "\n" not in short) or len(arguments) == 1:
        return short
    return "\n".join([f"{name}(", *(f"    {argument}," for argument in arguments), ")"])


def _is_plain(code: Sequence[Token]) -> bool:
    """Whether all braces are those of an `if`, whose branches thiserror reads as well."""
    words = [token.text for token in code]
    return b"{" not in words or b"if" in words[:1] or (words[1:2] == [b"="] and words[2:3] == [b"if"])


def _inlined(parsed: FormatString, arguments: Sequence[str], variant: Variant) -> str | None:
    """Return the format string with the fields named in it, where each argument is a field."""
    # In a format string each version of thiserror writes a raw name in another way.
    fields = {name: field for name, field in _fields(variant).items() if not str(field).startswith("r#")}
    named = dict(halves for each in arguments if (halves := _halves(each)))
    values = [each for each in arguments if _halves(each) is None]
    if any(placeholder.counts for placeholder in parsed.placeholders) and variant.shape is Shape.TUPLE:
        return None
    if any(value not in fields for value in (*values, *named.values())):
        return None
    used = {argument for argument in parsed.numbered().arguments if argument is not None}
    known: dict[int | str, str] = dict(enumerate(values))
    known.update(named)
    if set(known) - used:
        return None  # rustc refuses an argument that is not printed
    if any(each not in known and each not in fields for each in used):
        return None
    return _marked(str(parsed.mapped(lambda each: fields[known.get(each, str(each))])))


def _fields(variant: Variant) -> dict[str, int | str]:
    """Return what thiserror calls each field."""
    if variant.shape is Shape.TUPLE:
        return {field.name: index for index, field in enumerate(variant.fields)}
    return {field.name: field.name for field in variant.fields}


def _field_name(token: Token, variant: Variant) -> int | str | None:
    return _fields(variant).get(token.text.decode()) if token.kind is TokenKind.WORD else None


def _begins_expression(before: Token) -> bool:
    return before.kind is TokenKind.OPEN or before.text in _BEFORE_EXPRESSION


def _is_other(code: Sequence[Token], index: int) -> bool:
    """Whether the word is no variable: a method, a segment of a path, a macro, the name of an argument."""
    before = code[index - 1].text if index else b""
    after = code[index + 1].text if index + 1 < len(code) else b""
    return before in (b".", b"::") or after in (b"::", b"!") or (index == 0 and after == b"=")


def _captures(token: Token, variant: Variant) -> bool:
    """Whether a string inside of an argument may take a field by its name."""
    if token.kind is not TokenKind.STRING:
        return False
    text = token.text.decode()
    return any(re.search(rf"[{{]\s*{re.escape(field.name)}\b", text) for field in variant.fields)


def _halves(argument: str) -> tuple[str, str] | None:
    """Return name and value of a named argument, None of another."""
    match = re.match(r"(\w+)\s*=(?!=)\s*(.*)", argument, re.DOTALL)
    return (match[1], match[2].strip()) if match else None
