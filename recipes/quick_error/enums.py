"""The enum itself, and the struct around it where there is one."""

from __future__ import annotations

from codemods.recipe import Source, Span

from .declarations import Shape
from .designs import Design, Part
from .expressions import code_tokens, rewritten
from .layout import (
    Dialect,
    block,
    braced,
    dedented,
    is_spaced,
    macro_call,
    plain_comments,
    stacked,
    with_list,
)
from .messages import DEBUG

_DERIVE = "thiserror::Error"


def enum_lines(source: Source, inside: Span, design: Design, dialect: Dialect) -> list[str]:
    """Return the lines of the enum declared at `inside` of the macro, behind the struct that wraps it."""
    return _Enum(source, inside, design, dialect).lines()


def text_of(source: Source, span: Span) -> str:
    """Return the code at `span` on one line, without comments."""
    return rewritten(source.content, code_tokens(source.content, span), {}, is_attribute=False) or ""


class _Enum:
    def __init__(self, source: Source, inside: Span, design: Design, dialect: Dialect) -> None:
        self.source = source
        self.design = design
        self.declaration = design.declaration
        self.dialect = dialect
        self.comments = plain_comments(source, inside)

    def lines(self) -> list[str]:
        attributes = self._attributes()
        enum = block(self._head(), self._variants())
        debug = [f"#[error({DEBUG})]"] if self._says_debug_once() else []
        if self.declaration.inner is None:
            return [*attributes, *debug, *enum]
        inner = [*self.dialect.conditions, *self._attributes(with_comments=False), *debug, *enum]
        return [*attributes, *self._wrapper(), "", *inner]

    def _head(self) -> str:
        has_inner = self.declaration.inner is not None
        visibility = self.declaration.inner_visibility if has_inner else self.declaration.visibility
        return f"{visibility} enum {self.declaration.enum}".lstrip()

    def _wrapper(self) -> list[str]:
        """Return the public struct: it prints, and points at, what the enum does."""
        head = f"{self.declaration.visibility} struct {self.declaration.name}".lstrip()
        if self.design.derives:
            link = "#[from] " if self.design.says_from else ""
            return ["#[error(transparent)]", f"{head}({link}{self.declaration.enum});"]
        return [f"{head}({self.declaration.enum});"]

    def _attributes(self, with_comments: bool = True) -> list[str]:
        """Return what stands before the enum, with the derive."""
        spans = list(self.declaration.attributes)
        derives = [span for span in spans if "".join(self.source.text(span).split()).startswith("#[derive(")]
        texts = {}
        if self.design.derives and derives:
            texts[derives[-1]] = _with_derive("\n".join(dedented(self.source, derives[-1])))
        if with_comments:
            spans += [comment for comment in self.comments if comment.start < self.declaration.keyword]
        lines = stacked(self.source, spans, texts)
        return lines if texts or not self.design.derives else [*lines, f"#[derive({_DERIVE})]"]

    def _says_debug_once(self) -> bool:
        return self.design.displays and self.design.is_debug_throughout

    def _variants(self) -> list[str]:
        lines: list[str] = []
        before = self.declaration.body.start + 1
        for part in self.design.parts:
            variant = part.variant
            first = min((span.start for span in variant.attributes), default=variant.span.start)
            between = [each for each in self.comments if before <= each.start < variant.span.start]
            lines = self._with_trailing(lines, before, between)
            start = min([first, *(each.start for each in between)])
            if lines and is_spaced(self.source, before, start):
                lines.append("")
            lines += stacked(self.source, [*variant.attributes, *between])
            lines += self._variant(part)
            before = variant.span.end
        rest = [each for each in self.comments if before <= each.start < self.declaration.body.end]
        lines = self._with_trailing(lines, before, rest)
        if lines and rest and is_spaced(self.source, before, rest[0].start):
            lines.append("")
        return lines + stacked(self.source, rest)

    def _with_trailing(self, lines: list[str], before: int, comments: list[Span]) -> list[str]:
        """Return the lines with a comment that follows the last variant on its line; it leaves `comments`."""
        while lines and comments and b"\n" not in self.source.content[before : comments[0].start]:
            comment = comments.pop(0)
            lines = [*lines[:-1], f"{lines[-1]} {' '.join(self.source.text(comment).split())}"]
            before = comment.end
        return lines

    def _variant(self, part: Part) -> list[str]:
        variant = part.variant
        inner = [each for each in self.comments if each in variant.span]
        lines = [line for each in inner for line in dedented(self.source, each)]
        if self.design.displays and not self._says_debug_once():
            assert part.message.attribute is not None, "else `Display` is written out"
            lines += macro_call("#[error(", part.message.attribute, ")]", 4)
        fields = [self._field(part, index) for index in range(len(variant.fields))]
        match variant.shape:
            case Shape.UNIT:
                return [*lines, f"{variant.name},"]
            case Shape.TUPLE:
                return [*lines, *with_list(f"{variant.name}(", fields, "),", 4)]
            case Shape.STRUCT:
                return [*lines, *braced(variant.name, fields, ",", 4, is_variant=True)]

    def _field(self, part: Part, index: int) -> str:
        field = part.variant.fields[index]
        name = f"{field.name}: " if part.variant.shape is Shape.STRUCT else ""
        return f"{self._link(part, index)}{name}{text_of(self.source, field.type)}"

    def _link(self, part: Part, index: int) -> str:
        if part.has_from:
            return "#[from] "
        is_source = self.design.derives and part.link is not None and part.link.field == index
        return "#[source] " if is_source else ""


def _with_derive(attribute: str) -> str:
    """Return `#[derive(…)]` with one more at its end."""
    opening, closing = attribute.index("("), attribute.rindex(")")
    listed = attribute[opening + 1 : closing].rstrip()
    separator = "" if not listed else " " if listed.endswith(",") else ", "
    return f"{attribute[: opening + 1]}{listed}{separator}{_DERIVE}{attribute[closing:]}"
