"""`#[derive(Fail)]` as `#[derive(thiserror::Error)]`: the same messages, the same causes.

The derive is written with its path, so that a type called `Error` or an imported `Error` is no clash. Types
of fields and bounds that name the old crate are the caller's to rewrite.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from codemods.recipe import (
    Edit,
    FormatStringError,
    Mention,
    MentionKind,
    Names,
    Span,
    TokenKind,
    TreeKind,
    mentions_of,
    parse_format_string,
    tokens,
)

from .backtraces import Backtraces, element_removal, is_backtrace, why_kept
from .declarations import Attribute, Code, Declaration, Field, Meta, Variant, declaration_at
from .display import Display, display_of, error_arguments, is_display
from .own_types import OwnType, Refusal, TypeRefused, TypeRewrite

FAIL = (("failure", "Fail"), ("failure_derive", "Fail"))
_OWN_ATTRIBUTES = frozenset({"error", "source", "from", "backtrace"})
_WIDTH = 100


def derived_types(
    names: Names,
    mentions: Sequence[Mention] | None = None,
    thiserror: str = "thiserror",
    backtraces: Backtraces | None = None,
) -> Iterator[OwnType]:
    """Yield what becomes of each type of the file that derives `Fail`, by position.

    `mentions` are those of `failure` and `failure_derive` in the file, where the caller has them;
    `thiserror` is the crate's name in code. `backtraces` are those of the package: without, types that have
    any are refused.
    """
    found = list(mentions) if mentions is not None else all_mentions(names)
    for mention in found:
        if mention.kind is MentionKind.DERIVE and mention.path in FAIL:
            yield derived_type(mention, found, thiserror, backtraces)


def all_mentions(names: Names) -> list[Mention]:
    """Return where the file names items of `failure` or `failure_derive`, by position."""
    found = [*mentions_of(names, "failure"), *mentions_of(names, "failure_derive")]
    return sorted(found, key=lambda mention: mention.span)


def derived_type(
    mention: Mention,
    mentions: Sequence[Mention],
    thiserror: str = "thiserror",
    backtraces: Backtraces | None = None,
) -> OwnType:
    """Return what becomes of the type whose derive list has the entry `mention`."""
    code = Code(mention.tree)
    declaration = declaration_at(code, mention.span.start)
    if declaration is None:
        reason = "no `struct` or `enum` is understood behind the derive"
        return TypeRefused("", mention.span, (mention.span,), "unknown-type", reason, mention.span)
    covers = (mention.span, *(code.span(meta.start, meta.end) for meta in _fail_metas(declaration)))
    derived = Derived(declaration, mentions, backtraces)
    try:
        edits = derived.edits()
    except Refusal as refusal:
        at = refusal.at or mention.span
        return TypeRefused(declaration.name, declaration.span, covers, refusal.code, refusal.reason, at)
    covers = (*covers, *derived.dropped)
    return TypeRewrite(
        declaration.name,
        declaration.span,
        (Edit(mention.span, f"{thiserror}::Error"), *edits),
        covers,
        (*speaks_in(declaration.span, mentions, covers), *derived.dropped),
        frozenset({"thiserror"}),
        derived.notes,
    )


def lost_backtrace(name: str) -> str:
    """Return the note on a type that loses its backtrace."""
    return f"`{name}` no longer holds a backtrace, nor shows one by `{{:?}}`."


def speaks_in(span: Span, mentions: Sequence[Mention], covered: Sequence[Span]) -> tuple[Span, ...]:
    """Return the mentions inside of `span` that are not `covered`."""
    return tuple(
        each.span
        for each in mentions
        if each.span in span
        and each.kind is not MentionKind.DOC_LINK
        and not any(each.span in cover for cover in covered)
    )


class Derived:
    """The edits of one declaration, but for its derive list."""

    def __init__(
        self, declaration: Declaration, mentions: Sequence[Mention], backtraces: Backtraces | None = None
    ) -> None:
        self.declaration = declaration
        self.code = declaration.code
        self.mentions = mentions
        self.backtraces = backtraces
        self.dropped: list[Span] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader of the change should know."""
        if not self.dropped:
            return ()
        return (lost_backtrace(self.declaration.name),)

    def edits(self) -> list[Edit]:
        """Return them.

        Raises:
            Refusal: the type cannot say the same with `thiserror`.
        """
        self._check_attributes()
        edits: list[Edit] = []
        for variant in self.declaration.variants:
            edits += self._variant(variant)
        if any("\n" in self._text(edit.span) for edit in edits) and self._is_example:
            raise Refusal("comment-inside", "an attribute of an example runs over several lines")
        return edits

    @property
    def _is_example(self) -> bool:
        return self.code.tree.kind is TreeKind.DOC_EXAMPLE

    def _text(self, span: Span) -> str:
        return self.code.tree.source.text(span)

    def _check_attributes(self) -> None:
        if self.declaration.keyword == "enum":
            for meta in _metas(self.declaration.attributes):
                if meta.name == "fail":
                    raise Refusal("enum-display", "the enum itself has a `fail` attribute", self._span(meta))
        for meta in _all_metas(self.declaration):
            if meta.name in _OWN_ATTRIBUTES and not (meta.name == "from" and meta.inner is not None):
                reason = f"`thiserror` would take the attribute `{meta.name}` for its own"
                raise Refusal("attribute-clash", reason, self._span(meta))

    def _variant(self, variant: Variant) -> Iterator[Edit]:
        spelled: dict[int, str | None] = {}
        for position, field in enumerate(variant.fields):
            if self._goes(field):
                spelled[position] = None
                self.dropped.append(self.code.span(field.type_start, field.end))
                yield Edit(element_removal(self.code, field.start, field.end), "")
            elif field.name is None and None in spelled.values():
                spelled[position] = str(position - list(spelled.values()).count(None))
        causes = [each for field in variant.fields for each in self._causes(field)]
        yield from self._sources(causes)
        source = next((at for at, field in enumerate(variant.fields) if field.name == "source"), None)
        if source is not None and not causes and source not in spelled:
            spelled[source] = "r#source"  # opts out: any other field of that name is the source
            field = variant.fields[source]
            yield Edit(self.code.tokens[field.name_start].span, "r#source")
        for meta in _metas(variant.attributes):
            if meta.name == "fail":
                yield self._display(meta, variant, spelled)

    def _display(self, meta: Meta, variant: Variant, spelled: Mapping[int, str | None]) -> Edit:
        span = self._span(meta)
        if not is_display(self.code, meta):
            is_macro = meta.inner is not None and self.code.text(meta.inner[0]) == b"$"
            code = "macro-message" if is_macro else "fail-attribute"
            raise Refusal(code, f"`{self._text(span)}` is not understood", span)
        self._refuse_comments(span)
        try:
            display = display_of(self.code, meta, variant)
            self._check_texts(display, variant)
            text = f"error({error_arguments(display, variant, spelled)})"
        except Refusal as refusal:
            raise Refusal(refusal.code, refusal.reason, refusal.at or span) from None
        return Edit(span, self._laid_out(span, text))

    def _laid_out(self, span: Span, text: str) -> str:
        """Return the attribute on one line where that fits, else as it was: the message on its own line."""
        line = self.code.tree.source.line_span(span.start)
        column = span.start - line.start
        if "\n" not in self._text(span) or column + len(text) + 1 <= _WIDTH or "\n" in text:
            return text
        newline = self.code.tree.source.newline
        before = self._text(line)
        indent = before[: len(before) - len(before.lstrip())]
        inner = text.removeprefix("error(").removesuffix(")")
        return f"error({newline}{indent}    {inner}{newline}{indent})"

    def _check_texts(self, display: Display, variant: Variant) -> None:
        """Refuse where the message prints an error of the old crate other than by a plain `{}`."""
        try:
            message = parse_format_string(display.message).numbered()
        except FormatStringError:
            return  # said where the message is translated
        for placeholder in message.placeholders:
            argument = placeholder.argument
            if (placeholder.type == "" and placeholder.is_plain) or not isinstance(argument, int):
                continue
            if argument < len(display.fields):
                field = variant.fields[display.fields[argument]]
                if any(name in ("Error", "Context") for name in self._failure_names(field)):
                    reason = (
                        f"it prints a `failure` error by `{placeholder}`, which reads differently afterwards"
                    )
                    raise Refusal("debug-text", reason)

    def _goes(self, field: Field) -> bool:
        """Whether the field is a backtrace, which goes.

        Raises:
            Refusal: it cannot go, or the field has a type that cannot be written otherwise.
        """
        span = self.code.span(field.start, field.end)
        if "Context" in self._failure_names(field):
            raise Refusal("context-value", "a field is a `Context`", span)
        if not is_backtrace(self.code, field, self.mentions):
            return False
        reason = why_kept(self.backtraces, self.code.tree.source.path, span)
        if reason is not None:
            raise Refusal("backtrace-field", f"it holds a backtrace: {reason}", span)
        return True

    def _failure_names(self, field: Field) -> tuple[str, ...]:
        """Return the items of the old crate that the field's type names."""
        if field.type_start >= field.end:
            return ()
        span = self.code.span(field.type_start, field.end)
        return tuple(each.path[1] for each in self.mentions if each.span in span and len(each.path) > 1)

    def _causes(self, field: Field) -> Iterator[tuple[Attribute, Meta]]:
        for attribute in field.attributes:
            for meta in attribute.metas:
                if meta.name == "cause" and meta.inner is None:
                    yield attribute, meta
                elif meta.name == "fail":
                    if meta.inner is None or self.code.text(meta.inner[0]) != b"cause":
                        reason = "a `fail` attribute of a field is not understood"
                        raise Refusal("fail-attribute", reason, self._span(meta))
                    yield attribute, meta

    def _sources(self, causes: Sequence[tuple[Attribute, Meta]]) -> Iterator[Edit]:
        """Yield `source` for the first cause; others never were one, and `thiserror` takes one only."""
        if len(causes) > 1 and any(attribute.is_conditional for attribute, _ in causes):
            span = self._span(causes[1][1])
            raise Refusal("fail-attribute", "several causes, some under a condition", span)
        for number, (attribute, meta) in enumerate(causes):
            span = self._span(meta) if number == 0 else self._attribute_and_space(attribute)
            self._refuse_comments(span)
            yield Edit(span, "source" if number == 0 else "")

    def _attribute_and_space(self, attribute: Attribute) -> Span:
        return Span(self.code.tokens[attribute.start].span.start, self.code.tokens[attribute.end].span.start)

    def _refuse_comments(self, span: Span) -> None:
        if not self._is_example and any(
            token.kind is TokenKind.COMMENT for token in tokens(self.code.content, span)
        ):
            raise Refusal("comment-inside", "a comment stands in an attribute that is replaced", span)

    def _span(self, meta: Meta) -> Span:
        return self.code.span(meta.start, meta.end)


def _metas(attributes: Sequence[Attribute]) -> Iterator[Meta]:
    for attribute in attributes:
        yield from attribute.metas


def _all_metas(declaration: Declaration) -> Iterator[Meta]:
    if declaration.keyword == "enum":
        yield from _metas(declaration.attributes)
    for variant in declaration.variants:
        yield from _metas(variant.attributes)
        for field in variant.fields:
            yield from _metas(field.attributes)


def _fail_metas(declaration: Declaration) -> Iterator[Meta]:
    """Yield the attributes of `failure`: `fail(…)` and `cause`."""
    for meta in _all_metas(declaration):
        if meta.name in ("fail", "cause"):
            yield meta
