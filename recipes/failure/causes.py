"""`fn cause` of an `impl Fail` as `fn source` of std's trait: what it hands out, and by which type.

Which edit a field needs depends on its type, which has to stand in the same file: an own error, a box, or
failure's `Error`, whose `cause` was the error itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from codemods.recipe import Edit, Mention, MentionKind, Span

from .declarations import Declaration, Field, declaration_named
from .implementations import Implementation, Method
from .own_types import Refusal
from .types import FAIL

STD_ERROR = "std::error::Error"
_ASKING = (b"cause", b"as_fail")
_OTHER_METHODS = frozenset(
    [b"iter_chain", b"iter_causes", b"causes", b"find_root_cause", b"root_cause", b"context", b"compat"]
)


class Cause:
    """`fn cause` as `fn source`."""

    def __init__(self, written: Implementation, method: Method, mentions: Sequence[Mention]) -> None:
        self.code = written.code
        self.written = written
        self.method = method
        self.inside = [
            mention
            for mention in mentions
            if mention.span in self.code.span(method.start, method.end) and len(mention.path) > 1
        ]
        self.mentions = mentions
        self.covers: list[Span] = []

    def edits(self) -> list[Edit]:
        """Return the edits of the method.

        Raises:
            Refusal: it does more than hand out what the type holds.
        """
        edits = [Edit(self.code.tokens[self.method.name_at].span, "source")]
        for mention in self.inside:
            edits.append(self._trait_object(mention))
            self.covers.append(mention.span)
        edits += self._body()
        return edits

    @property
    def _span(self) -> Span:
        return self.code.span(self.method.start, self.method.end)

    def _refusal(self, reason: str, at: Span | None = None) -> Refusal:
        return Refusal("cause-body", reason, at or self._span)

    def _trait_object(self, mention: Mention) -> Edit:
        """Return the edit of `&Fail`, `&dyn Fail`, `&(dyn Fail)`: in the result, or behind `as`."""
        if mention.path not in FAIL or mention.kind is not MentionKind.PATH:
            raise self._refusal("its body names something of `failure`", mention.span)
        first, last = self.code.at(mention.span.start), self.code.at(mention.span.end - 1)
        first -= self.code.text(first - 1) == b"dyn"
        if self.code.text(first - 1) == b"(" and self.code.partners.get(first - 1) == last + 1:
            first, last = first - 1, last + 1
        if self.code.text(first - 1) != b"&":
            raise self._refusal("its body uses `Fail` other than as `&dyn Fail`", mention.span)
        return Edit(self.code.span(first, last + 1), f"(dyn {STD_ERROR} + 'static)")

    def _body(self) -> Iterator[Edit]:
        at = self.method.opening
        while at < self.method.end:
            if self.code.text(at) == b"." and self.code.text(at + 2) == b"(":
                name = self.code.text(at + 1)
                if name in _OTHER_METHODS:
                    raise self._refusal(f"it calls `{name.decode()}`", self.code.tokens[at + 1].span)
                if name in _ASKING:
                    yield self._asked(at)
            elif (held := self._held(at)) is not None:
                yield held
            at += 1

    def _asked(self, dot: int) -> Edit:
        """Return the edit of `self.field.cause()`, or `as_fail()`; or of what a pattern binds."""
        name, end = self.code.text(dot + 1), self.code.after(dot + 2)
        is_own = self.code.text(dot - 3) == b"self" and self.code.text(dot - 2) == b"."
        start = dot - 3 if is_own else dot - 1
        kind = self._kind(dot - 1) if is_own else self._bound_kind(dot - 1)
        place = self.code.words(start, dot)
        value, reference = (place, f"&{place}") if is_own else (f"*{place}", place)
        span = self.code.span(start, end)
        match (name, kind):
            case (b"as_fail", "Error" | "Fail") | (b"cause", "Error"):
                return Edit(span, f"&*{value}")
            case (b"cause", "Fail"):
                return Edit(span, f"{place}.source()")
            case (b"cause", "std"):
                return Edit(span, f"{STD_ERROR}::source({reference})")
        raise self._refusal(f"it calls `{name.decode()}` on what is not known here", span)

    def _held(self, at: int) -> Edit | None:
        """Return the edit of `&self.field` or `Some(bound)`, where that is a box of an error."""
        code = self.code
        if code.text(at) == b"&" and code.text(at + 1) == b"self" and code.text(at + 2) == b".":
            if code.text(at + 4) not in (b".", b"(") and self._kind(at + 3) in ("Error", "Fail"):
                return Edit(Span(code.tokens[at].span.end, code.tokens[at].span.end), "*")
            return None
        is_some = code.text(at) == b"Some" and code.text(at + 1) == b"("
        if is_some and code.partners[at + 1] == at + 3 and self._bound_kind(at + 2) in ("Error", "Fail"):
            return Edit(Span(code.tokens[at + 2].span.start, code.tokens[at + 2].span.start), "&**")
        return None

    def _kind(self, at: int) -> str:
        """Return what the struct's field named at `at` is: see `_kind_of`."""
        field = self.code.text(at).decode()
        declaration = self._declaration
        if declaration is None or declaration.keyword != "struct":
            return ""
        for position, each in enumerate(declaration.fields):
            if field == (each.name or str(position)):
                return self._kind_of(each)
        return ""

    def _bound_kind(self, at: int) -> str:
        """Return what the field is that a `match` binds to the name at `at`: see `_kind_of`."""
        arm = self._arm(at)
        if arm is None or self._declaration is None or self._declaration.keyword != "enum":
            return ""
        opening = self.code.openings.get(arm[1] - 1, -1)
        name = self.code.text(opening - 1).decode()
        variant = next((each for each in self._declaration.variants if each.name == name), None)
        if opening < arm[0] or variant is None:
            return ""
        parts = [self._part(*part) for part in self.code.split(opening + 1, arm[1] - 1)]
        if ("", "..") in parts[:-1] or variant.is_repeated:
            return ""
        bound = {field or str(position): name for position, (field, name) in enumerate(parts)}
        for position, each in enumerate(variant.fields):
            if bound.get(each.name or str(position)) == self.code.text(at).decode():
                return self._kind_of(each)
        return ""

    def _part(self, start: int, end: int) -> tuple[str, str]:
        """Return the field ("" in a tuple) and the name of one part of a pattern."""
        words = [self.code.text(at).decode() for at in range(start, end) if self.code.text(at) != b"ref"]
        match words:
            case [name]:
                return (name, name) if self._in_braces(start) else ("", name)
            case [field, ":", name]:
                return field, name
        return "?", ""

    def _in_braces(self, at: int) -> bool:
        around = max((each for each, end in self.code.partners.items() if each < at < end), default=0)
        return self.code.text(around) == b"{"

    def _arm(self, at: int) -> tuple[int, int] | None:
        """Return the tokens of the pattern whose arm's value the token `at` stands in."""
        code, end = self.code, at
        while end > self.method.opening and code.text(end) != b"=>":
            end = code.openings.get(end, end) - 1
            if code.text(end) in (b",", b";"):
                return None
        start = end
        while start - 1 > self.method.opening and code.text(start - 1) not in (b",", b"|", b"{"):
            closing = start - 1
            start = code.openings.get(closing, closing)
            if code.text(start) == b"{" and closing != end - 1:
                return closing + 1, end  # the block of the arm before
        is_one = code.text(end) == b"=>" and code.text(start - 1) != b"|"
        return (start, end) if is_one else None

    @cached_property
    def _declaration(self) -> Declaration | None:
        return declaration_named(self.code, self.written.type_name)

    def _kind_of(self, field: Field) -> str:
        """Return "Error" (failure's), "Fail" (a box), "std" (nothing of failure), "": not known."""
        named = _items_in(self.code.span(field.type_start, field.end), self.mentions)
        return "std" if not named else named[0] if len(named) == 1 else ""


def _items_in(span: Span, mentions: Sequence[Mention]) -> list[str]:
    return [each.path[1] for each in mentions if each.span in span and len(each.path) > 1]
