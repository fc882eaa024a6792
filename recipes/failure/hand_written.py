"""`impl Fail for X` as `impl std::error::Error for X`.

`cause` becomes `source`. What only `Fail` had goes away: `backtrace`, `name`. A `cause` that does more than
hand out what the type holds is refused, unless it asks a field whose type stands in the same file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codemods.recipe import Edit, Mention, MentionKind, Names, Span, TokenKind, TreeKind, tokens

from .backtraces import Backtraces, element_removal, is_backtrace, why_kept
from .declarations import Code, Declaration, declaration_named
from .implementations import GONE, Implementation, Method, implementation_at
from .own_types import OwnType, Refusal, TypeRefused, TypeRewrite
from .types import FAIL, all_mentions, lost_backtrace, speaks_in

STD_ERROR = "std::error::Error"
_ASKING = (b"cause", b"as_fail")
_OTHER_METHODS = frozenset(
    [b"iter_chain", b"iter_causes", b"causes", b"find_root_cause", b"root_cause", b"context", b"compat"]
)


def hand_written_types(
    names: Names,
    mentions: Sequence[Mention] | None = None,
    claimed: Sequence[Span] = (),
    backtraces: Backtraces | None = None,
) -> Iterator[OwnType]:
    """Yield what becomes of each `impl Fail for …` of the file, by position, but for those in `claimed`.

    `mentions` are those of `failure` and `failure_derive` in the file, where the caller has them.
    `backtraces` are those of the package: without, a type that has any is refused.
    """
    found = list(mentions) if mentions is not None else all_mentions(names)
    for mention in found:
        if mention.kind is MentionKind.PATH and mention.path in FAIL:
            code = Code(mention.tree)
            written = implementation_at(code, mention)
            if written is not None and not any(written.span in span for span in claimed):
                yield _rewritten(written, found, backtraces)


def removal(code: Code, start: int, end: int) -> Span:
    """Return what to delete for the tokens `start..end` of a block: with the space and comments before.

    A comment on the line of what stands before stays.
    """
    before = code.tokens[start - 1].span.end
    line_end = code.tree.source.line_span(before).end
    for token in tokens(code.content, Span(before, code.tokens[start].span.start)):
        if token.kind is TokenKind.COMMENT and token.span.start < line_end:
            before = token.span.end
    return Span(before, code.tokens[end - 1].span.end)


def _rewritten(
    written: Implementation, mentions: Sequence[Mention], backtraces: Backtraces | None
) -> OwnType:
    code, name = written.code, written.type_name
    gone = [code.span(method.start, method.end) for method in written.methods if method.name in GONE]
    covers = [written.mention.span, *gone]
    try:
        edits = [Edit(written.mention.span, STD_ERROR)]
        for method in written.methods:
            if method.name == "cause":
                cause = _Cause(written, method, mentions)
                edits += cause.edits()
                covers += cause.covers
            elif method.name not in GONE:
                span = code.span(method.start, method.end)
                raise Refusal("fail-method", "it has something that `Fail` does not have", span)
        edits += _removals(written)
        dropped = list(_backtraces(written, mentions, backtraces))
    except Refusal as refusal:
        at = refusal.at or written.mention.span
        return TypeRefused(name, written.span, tuple(covers), refusal.code, refusal.reason, at)
    speaks = (*speaks_in(written.span, mentions, covers), *(span for span, _ in dropped))
    covers += [span for span, _ in dropped]
    edits += [edit for _, edit in dropped]
    notes = (*_notes(written), *([lost_backtrace(name)] if dropped else []))
    return TypeRewrite(name, written.span, tuple(edits), tuple(covers), speaks, frozenset(), notes)


def _backtraces(
    written: Implementation, mentions: Sequence[Mention], backtraces: Backtraces | None
) -> Iterator[tuple[Span, Edit]]:
    """Yield the type and the removal of each backtrace that the type holds, where its file declares it."""
    declaration = declaration_named(written.code, written.type_name)
    for field in declaration.fields if declaration is not None else ():
        if is_backtrace(written.code, field, mentions):
            span = written.code.span(field.start, field.end)
            reason = why_kept(backtraces, written.code.tree.source.path, span)
            if reason is not None:
                raise Refusal("backtrace-field", f"it holds a backtrace: {reason}", span)
            removed = Edit(element_removal(written.code, field.start, field.end), "")
            yield written.code.span(field.type_start, field.end), removed


def _removals(written: Implementation) -> list[Edit]:
    code = written.code
    gone = [method for method in written.methods if method.name in GONE]
    if gone and len(gone) == len(written.methods):
        return [Edit(code.span(written.opening, written.closing + 1), "{}")]
    return [Edit(removal(code, method.start, method.end), "") for method in gone]


def _notes(written: Implementation) -> tuple[str, ...]:
    if any(method.name == "name" for method in written.methods):
        return (f"`{written.type_name}` no longer has a `name()` of its own.",)
    return ()


class _Cause:
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
        edits = [Edit(self.code.tokens[self.method.name_at].span, "source")]
        for mention in self.inside:
            edits.append(self._trait_object(mention))
            self.covers.append(mention.span)
        edits += self._body()
        if self.code.tree.kind is TreeKind.DOC_EXAMPLE and len(self.code.tree.source.text(self._span)) > 2000:
            raise self._refusal("it stands in a long example")
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
            elif self.code.text(at) == b"&" and (start := self._held(at)) is not None:
                yield Edit(Span(start, start), "*")
            at += 1

    def _asked(self, dot: int) -> Edit:
        """Return the edit of `self.field.cause()` or `self.field.as_fail()`."""
        name, end = self.code.text(dot + 1), self.code.after(dot + 2)
        start, field = self._field_before(dot)
        place = self.code.words(start, dot)
        span = self.code.span(start, end)
        match (name, self._kind(field)):
            case (b"as_fail", "Error" | "Fail") | (b"cause", "Error"):
                return Edit(span, f"&*{place}")
            case (b"cause", "Fail"):
                return Edit(span, f"{place}.source()")
            case (b"cause", "std"):
                return Edit(span, f"{STD_ERROR}::source(&{place})")
        raise self._refusal(f"it calls `{name.decode()}` on what is not known here", span)

    def _held(self, at: int) -> int | None:
        """Return where `*` belongs into `&self.field`, for a field that is a box of an error."""
        end = at + 4
        if self.code.text(at + 1) != b"self" or self.code.text(at + 2) != b"." or end > self.method.end:
            return None
        if self.code.text(end) in (b".", b"("):
            return None
        field = self.code.text(at + 3).decode()
        return self.code.tokens[at].span.end if self._kind(field) in ("Error", "Fail") else None

    def _field_before(self, dot: int) -> tuple[int, str]:
        """Return where `self.field` begins that ends before `dot`, and the field."""
        if self.code.text(dot - 3) == b"self" and self.code.text(dot - 2) == b".":
            return dot - 3, self.code.text(dot - 1).decode()
        raise self._refusal(
            "it asks something other than a field for its cause", self.code.tokens[dot + 1].span
        )

    def _kind(self, field: str) -> str:
        """Return what the struct's field is: "Error", "Fail" (boxed), "std", "" where that is not known."""
        declaration = declaration_named(self.code, self.written.type_name)
        if declaration is None or declaration.keyword != "struct":
            return ""
        for position, each in enumerate(declaration.fields):
            if field == (each.name or str(position)):
                named = _items_in(declaration, each.type_start, each.end, self.mentions)
                return "std" if not named else named[0] if len(named) == 1 else ""
        return ""


def _items_in(declaration: Declaration, start: int, end: int, mentions: Sequence[Mention]) -> list[str]:
    span = declaration.code.span(start, end)
    return [each.path[1] for each in mentions if each.span in span and len(each.path) > 1]
