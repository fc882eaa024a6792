"""Format strings that print an error other than by a plain `{}`.

anyhow prints the whole chain for `{:#}`, where failure printed what it prints for `{}`. It ignores width and
precision, which failure handed on to a message.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from codemods.recipe import (
    Capture,
    Edit,
    FormatStringError,
    Match,
    Placeholder,
    Query,
    Site,
    Source,
    Span,
    is_string_literal,
    macro_calls,
    parse_format_string,
)

from .arguments import arguments_of
from .rewrites import Left, Outcome, Rewrite

SPECIAL = rb"\{[^{}\"]*:[^{}?\"]*[#\d<>^.*$][^{}?\"]*\}"
"""What a file holds that has a placeholder of interest, as a regular expression."""

FORWARDED = "forwarded"  # the kind of the capture `call` of a `fmt`
_OPERANDS = {"assert": 1, "assert_eq": 2, "assert_ne": 2}  # arguments before the message
_FORWARDED = Query(
    """
    [
      (call_expression
        function: (scoped_identifier path: (_) @trait name: (identifier) @name)
        arguments: (arguments . (_) @value . (_) @formatter .)) @site
      (call_expression
        function: (field_expression value: (_) @value field: (field_identifier) @name)
        arguments: (arguments . (_) @formatter .)) @site
    ]
    """
)


@dataclass(frozen=True, slots=True)
class Printed:
    """A placeholder that formats by `Display` with more than `{}`: its place, and its argument's.

    `argument` is None where the string at `literal` itself names the value: `name`.
    """

    span: Span
    placeholder: Placeholder
    argument: Span | None
    literal: Span
    name: str | None = None


def printed_specially(source: Source) -> Iterator[Printed]:
    """Yield them, of all macro calls of the file that look like formatting ones."""
    for call in macro_calls(source.content, Span(0, len(source.content))):
        spans = arguments_of(source, call.args).spans
        first = _OPERANDS.get(source.text(call.name_span).removeprefix("debug_"), 0)
        literals = (at for at, span in enumerate(spans) if is_string_literal(source.text(span)))
        at = next((at for at in literals if at >= first), None)
        if at is not None:
            yield from _placeholders(source, spans[at], spans[at + 1 :])


def _placeholders(source: Source, literal: Span, arguments: tuple[Span, ...]) -> Iterator[Printed]:
    try:
        parsed = parse_format_string(source.text(literal))
        numbered = parsed.numbered()
    except FormatStringError:
        return
    named = {name: value for span in arguments if (found := _named(source, span)) for name, value in [found]}
    start = literal.start + len(parsed.opening)
    for piece, resolved in zip(parsed.pieces, numbered.pieces, strict=True):
        end = start + len(str(piece).encode())
        if isinstance(piece, Placeholder) and isinstance(resolved, Placeholder) and _is_special(piece):
            argument = resolved.argument
            if isinstance(argument, int):
                value = arguments[argument] if argument < len(arguments) else None
                yield Printed(Span(start, end), piece, value, literal)
            else:
                value, name = named.get(str(argument)), None if argument is None else str(argument)
                yield Printed(Span(start, end), piece, value, literal, name)
        start = end


def _named(source: Source, span: Span) -> tuple[str, Span] | None:
    """Return name and value of an argument `name = value`."""
    name, equals, value = source.text(span).partition("=")
    if not equals or value.startswith("=") or not name.strip().isidentifier():
        return None
    inner = len(value) - len(value.lstrip())
    return name.strip(), Span(span.start + len((name + equals + value[:inner]).encode()), span.end)


def _is_special(placeholder: Placeholder) -> bool:
    return placeholder.type == "" and not placeholder.is_plain


def forwarded(source: Source) -> Iterator[Match]:
    """Yield each call that prints a value by the `Display` and the flags of what is printed itself.

    Captures are `value` (without references) and `formatter`.
    """
    for match in _FORWARDED.find(source):
        if match.captures["name"].text == "fmt" and _is_display(match):
            value = match.captures["value"].nodes[0]
            while value.type == "reference_expression":
                value = value.named_children[-1]
            span = Span(value.start_byte, value.end_byte)
            captured = Capture(span, source.text(span), value.type, (value,))
            yield replace(match, captures={**match.captures, "value": captured})


def _is_display(match: Match) -> bool:
    """Whether the call names `Display`, or stands in an implementation of it."""
    if "trait" in match.captures:
        return match.captures["trait"].text.split("::")[-1] == "Display"
    node = match.node.parent
    while node is not None and node.type != "impl_item":
        node = node.parent
    trait = node.child_by_field_name("trait") if node is not None else None
    return trait is not None and trait.text is not None and trait.text.split(b"::")[-1] == b"Display"


def rewrite_forwarded(site: Site) -> Outcome:
    """Return what prints the same text as `fmt` did: of failure's errors, no flag asked for the causes."""
    text = f'write!({site["argument"].text}, "{{}}", {site["receiver"].text})'
    return Rewrite((Edit(site["call"].span, text),))


def rewrite_printed(span: Span, text: str) -> Outcome:
    """Return what becomes of the placeholder `text` at `span`, which prints an error of failure's."""
    argument, _, spec = text.strip("{}").partition(":")
    if spec.strip() == "#":
        return Rewrite((Edit(span, f"{{{argument}}}"),))
    return Left("format-width", f"`{text}` prints an error with a width or precision, which anyhow ignores")
