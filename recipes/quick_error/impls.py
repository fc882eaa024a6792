"""The implementations that nobody derives: `Display`, `Error`, `From`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codemods.recipe import Source, Span

from .declarations import Declaration, Shape, Variant
from .designs import Design, Part
from .enums import text_of
from .expressions import code_tokens, names_in, split_arguments
from .layout import INDENT, Dialect, block, braced, dedented, fits, macro_call, with_list
from .messages import Message

_ARM = 12  # how far to the right an arm stands


def impl_items(source: Source, design: Design, dialect: Dialect) -> list[list[str]]:
    """Return the lines of each implementation that has to be written."""
    return list(_Impls(source, design, dialect).items())


class _Impls:
    def __init__(self, source: Source, design: Design, dialect: Dialect) -> None:
        self.source = source
        self.design = design
        self.declaration: Declaration = design.declaration
        self.dialect = dialect

    def items(self) -> Iterator[list[str]]:
        """Yield them in the order of the macro."""
        if self.declaration.inner is not None:
            yield from self._of_wrapper()
        if not self.design.displays:
            yield self._display()
        if not self.design.derives:
            yield self._error()
        for part in self.design.parts:
            yield from self._froms(part)

    # Display

    def _display(self) -> list[str]:
        messages = [part.message for part in self.design.parts]
        if self.design.is_debug_throughout:
            return self._display_of(self.declaration.enum, [_call("f", messages[0])], "f")
        names = {name for message in messages for name in (*message.fields, message.own)}
        formatter = "formatter" if "f" in names else "f"
        arms = [line for part in self.design.parts for line in self._arm(part, formatter)]
        return self._display_of(self.declaration.enum, block("match self", arms), formatter)

    def _display_of(self, name: str, body: list[str], formatter: str) -> list[str]:
        fmt = self.dialect.fmt
        head = f"fn fmt(&self, {formatter}: &mut {fmt}::Formatter<'_>) -> {fmt}::Result"
        return self._impl(f"impl {fmt}::Display for {name}", block(head, body))

    def _arm(self, part: Part, formatter: str) -> list[str]:
        message = part.message
        pattern = _pattern(part.variant, message.fields)
        call = _call(formatter, message)
        if message.own:
            body = [f"let {message.own} = self;", call]
            return [*conditions_of(self.source, part.variant), *block(f"{pattern} =>", body)]
        if fits(f"{pattern} => {call},", _ARM):
            lines = [f"{pattern} => {call},"]
        elif fits(call, _ARM + len(INDENT)):
            lines = block(f"{pattern} =>", [call])
        else:
            lines = macro_call(f"{pattern} => write!(", (formatter, *message.arguments), "),", _ARM)
        return [*conditions_of(self.source, part.variant), *lines]

    # Error

    def _error(self) -> list[str]:
        head = f"impl std::error::Error for {self.declaration.enum}"
        body: list[str] = []
        if self.design.describes:
            body += self._description()
        if any(part.link is not None for part in self.design.parts):
            body += ([""] if body else []) + self._source()
        return self._impl(head, body) if body else [*self.dialect.conditions, f"{head} {{}}"]

    def _source(self) -> list[str]:
        arms: list[str] = []
        for part in self.design.parts:
            if part.link is not None:
                pattern = _pattern(part.variant, part.link.fields)
                arms += [
                    *conditions_of(self.source, part.variant),
                    f"{pattern} => Some({part.link.expression}),",
                ]
        if any(part.link is None for part in self.design.parts):
            arms.append("_ => None,")
        return block(self._source_head(), block("match self", arms))

    def _source_head(self) -> str:
        return "fn source(&self) -> Option<&(dyn std::error::Error + 'static)>"

    def _description(self) -> list[str]:
        arms: list[str] = []
        for part in self.design.parts:
            clause = part.variant.clause("description")
            text = f'"{part.variant.name.removeprefix("r#")}"'
            fields: tuple[str, ...] = ()
            if clause is not None:
                text = text_of(self.source, clause.input)
                code = code_tokens(self.source.content, clause.input)
                fields = names_in(code, [field.name for field in part.variant.fields])
            arms += [
                *conditions_of(self.source, part.variant),
                f"{_pattern(part.variant, fields)} => {text},",
            ]
        return ["#[allow(deprecated)]", *block("fn description(&self) -> &str", block("match self", arms))]

    def _of_wrapper(self) -> Iterator[list[str]]:
        name, inner = self.declaration.name, self.declaration.enum
        made = block(f"fn from(err: {inner}) -> Self", ["Self(err)"])
        if not self.design.says_from:
            yield self._impl(f"impl From<{inner}> for {name}", made)
        if self.design.derives:
            return
        yield self._display_of(name, [f"{self.dialect.fmt}::Display::fmt(&self.0, f)"], "f")
        body = block(self._source_head(), ["self.0.source()"])
        if self.design.describes:
            described = block("fn description(&self) -> &str", ["self.0.description()"])
            body = ["#[allow(deprecated)]", *described, "", *body]
        yield self._impl(f"impl std::error::Error for {name}", body)

    # From

    def _froms(self, part: Part) -> Iterator[list[str]]:
        variant = part.variant
        for clause in variant.all_of("from"):
            if clause.output is not None:
                parameter, _, given = text_of(self.source, clause.input).partition(":")
                made = made_of(self.source, variant, clause.output)
                yield self._from(variant, given.strip(), parameter.strip(), made)
            elif len(clause.input) and variant.shape is Shape.UNIT:
                yield self._from(variant, text_of(self.source, clause.input), "_", [f"Self::{variant.name}"])
            elif not len(clause.input) and len(variant.fields) == 1 and not part.has_from:
                field = variant.fields[0]
                made = [f"Self::{variant.name}({field.name})"]
                yield self._from(variant, text_of(self.source, field.type), field.name, made)

    def _from(self, variant: Variant, given: str, parameter: str, made: list[str]) -> list[str]:
        head = f"impl From<{given}> for {self.declaration.enum}"
        body = block(f"fn from({parameter}: {given}) -> Self", made)
        return [*conditions_of(self.source, variant), *self._impl(head, body)]

    # All

    def _impl(self, head: str, body: Sequence[str]) -> list[str]:
        return [*self.dialect.conditions, *block(head, body)]


def _call(formatter: str, message: Message) -> str:
    return f"write!({', '.join((formatter, *message.arguments))})"


def _pattern(variant: Variant, used: Sequence[str]) -> str:
    name = f"Self::{variant.name}"
    names = [field.name for field in variant.fields]
    if variant.shape is Shape.UNIT:
        return name
    if variant.shape is Shape.TUPLE:
        bound = ", ".join(each if each in used else "_" for each in names)
        return f"{name}({bound})" if used else f"{name}(..)"
    bound = ", ".join(
        [*(each for each in names if each in used), *([".."] if set(names) - set(used) else [])]
    )
    return f"{name} {{ {bound} }}"


def made_of(source: Source, variant: Variant, output: Span) -> list[str]:
    """Return the expression that makes the variant, of what the arrow of a clause leads to."""
    parts = split_arguments(code_tokens(source.content, output))
    items = [text_of(source, Span(part[0].span.start, part[-1].span.end)) for part in parts]
    if variant.shape is Shape.STRUCT:
        return braced(f"Self::{variant.name}", items, "", 8)
    return with_list(f"Self::{variant.name}(", items, ")", 8)


def conditions_of(source: Source, variant: Variant) -> list[str]:
    """Return the attributes of the variant that say when it exists."""
    spans = [span for span in variant.attributes if _is_condition(source.text(span))]
    return [line for span in spans for line in dedented(source, span)]


def _is_condition(attribute: str) -> bool:
    return "".join(attribute.split()).startswith("#[cfg(")
