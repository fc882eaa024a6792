"""`impl Fail for X` as `impl std::error::Error for X`.

`cause` becomes `source`. What only `Fail` had goes away: `backtrace`, `name`. A `cause` that does more than
hand out what the type holds is refused, unless it asks a field whose type stands in the same file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from codemods.recipe import Edit, Mention, MentionKind, Names, Span, TokenKind, tokens

from .backtraces import Backtraces, element_removal, is_backtrace, why_kept
from .causes import STD_ERROR, Cause
from .declarations import Code, declaration_named
from .implementations import GONE, Implementation, implementation_at
from .own_types import OwnType, Refusal, TypeRefused, TypeRewrite
from .types import FAIL, all_mentions, lost_backtrace, speaks_in

_BLANK_LINES = re.compile(rb"(?:[ \t]*\r?\n(?=[ \t]*\r?\n))+")


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
    after = code.tokens[end - 1].span.end
    blank = _BLANK_LINES.match(code.content, after)
    if blank is not None and code.tokens[start - 1].kind is TokenKind.OPEN:
        after = blank.end()  # no block begins with an empty line
    return Span(before, after)


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
                cause = Cause(written, method, mentions)
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
