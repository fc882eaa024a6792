"""Where quick-error stands: invocations of its macro, imports, paths, `.context(…)` calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from codemods.recipe import (
    Capture,
    Condition,
    Match,
    Mention,
    MentionKind,
    Names,
    Query,
    Resolves,
    Source,
    Span,
    SyntaxTree,
    TokenKind,
    TreeKind,
    matching,
    mentions_of,
    tokens,
)

PACKAGE = "quick-error"
CRATE = "quick_error"
NEEDLE = b"quick_error"
KIND = "kind"  # the capture that says how a site names quick-error
PATH = "path"  # the capture that spells out what is named
CONTEXT_CALL = "context call"

_EXPORTS = {PACKAGE: ("quick_error", "ResultExt", "Context")}
_SHOWN = frozenset(MentionKind) - {MentionKind.DOC_LINK}
_CONTEXT = Query(
    """
    (call_expression
      function: (field_expression field: (field_identifier) @_name (#eq? @_name "context"))
      arguments: (arguments . (_) .)) @site
    """,
    needles=(b"context",),
)
_IS_OURS = Condition(Resolves("", (CRATE,)), or_unknown=True)


def find_quick_error(source: Source) -> Iterator[Match]:
    """Yield each place that names an item of quick-error, or may call its method."""
    if source.is_manifest:
        return
    found = mentions_in(source)
    for mention in found:
        yield _match(source, mention)
    if any(mention.path[-1:] == ("ResultExt",) or _is_glob(mention) for mention in found):
        for match in _CONTEXT.find(source):
            yield replace(match, captures=_kind(match.place, CONTEXT_CALL), conditions=(_IS_OURS,))


@lru_cache(maxsize=64)
def mentions_in(source: Source) -> tuple[Mention, ...]:
    """Return where `source` names an item of quick-error, by position."""
    names = Names(source, {CRATE: PACKAGE}, macro_uses=(PACKAGE,), exports=_EXPORTS)
    return tuple(each for each in mentions_of(names, PACKAGE) if each.kind in _SHOWN)


def invocation_at(source: Source, span: Span) -> tuple[Span, Span] | None:
    """Return the inside of the braces of the macro call whose path is at `span`, and all of the call.

    With the `;` where one follows. None where it is not called there.
    """
    code = [
        token
        for token in tokens(source.content, Span(span.end, len(source.content)))
        if token.kind is not TokenKind.COMMENT
    ]
    partners = matching(code)
    if len(code) < 2 or code[0].text != b"!" or 1 not in partners:
        return None
    last = partners[1]
    inside = Span(code[1].span.end, code[last].span.start)
    if last + 1 < len(code) and code[last + 1].text == b";" and code[1].text != b"{":
        last += 1
    return inside, Span(span.start, code[last].span.end)


def stands_in(tree: SyntaxTree, kind: TreeKind) -> bool:
    """Whether the tree is of that kind, or one around it is."""
    return any(each.kind is kind for each in (tree, *tree.ancestors()))


def _match(source: Source, mention: Mention) -> Match:
    span, node = mention.span, mention.node
    if mention.kind is MentionKind.MACRO and (found := invocation_at(source, span)) is not None:
        _, span = found
        while node.parent is not None and node.type != "macro_invocation" and node.end_byte <= span.end:
            node = node.parent
    captures = _kind(mention.span, mention.kind.value)
    captures[PATH] = Capture(mention.span, "::".join(mention.path), "word")
    return Match(mention.tree, node, captures, span=span)


def _kind(span: Span, kind: str) -> dict[str, Capture]:
    return {KIND: Capture(span, kind, "word")}


def _is_glob(mention: Mention) -> bool:
    return mention.kind is MentionKind.USE and mention.origin is not None and mention.origin.is_glob
