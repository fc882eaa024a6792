"""Where `try!` stands: in code, in macro arguments, bodies and matchers, in doc examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from codemods.recipe import Match, Source, Span, SyntaxTree, macro_calls

from .outline import root_of, visible
from .spelling import invocations, spellings

NEEDLE = b"try"
# `try!`, perhaps with a comment before the `!`, or an import of it under another name. What it really is,
# is seen later. It begins with a plain word: what searches every byte for it costs more than the parsing.
CONFIRM = rb"try(?<!\wtry)\s*(?:[!/]|as\b)"

_COMMENTS_AND_STRINGS = frozenset(
    [
        "line_comment",
        "block_comment",
        "doc_comment",
        "string_content",
        "string_literal",
        "raw_string_literal",
        "char_literal",
        "escape_sequence",
    ]
)


def find_try(source: Source) -> Iterator[Match]:
    """Yield every invocation of `try!`, whatever its path, and of what the file imports it as."""
    wanted = spellings(source.content)
    for place, _ in invocations(source.content):
        # In plain code no other tree holds it: most files need not be read any deeper.
        found = _invocation(source.file_tree, place) if source.file_tree is not None else None
        found = found or _match_at(source.trees_containing(wanted), place)
        if found is not None:
            yield found


def _match_at(trees: Iterable[SyntaxTree], place: int) -> Match | None:
    """Return the invocation whose name stands at `place`, in the innermost tree that holds it."""
    around = [tree for tree in trees if tree.span.start <= place < tree.span.end]
    if not around:
        return None
    tree = min(around, key=lambda tree: len(tree.span))
    leaf = tree.root.descendant_for_byte_range(place, place + 1)
    if leaf is None or leaf.type in _COMMENTS_AND_STRINGS:
        return None
    return _invocation(tree, place) or _match_among_tokens(tree, place)


def _invocation(tree: SyntaxTree, place: int) -> Match | None:
    """Return the macro invocation of `tree` whose path holds `place`."""
    node = tree.root.descendant_for_byte_range(place, place + 1)
    while node is not None and node.parent is not None and node.type in ("identifier", "scoped_identifier"):
        node = node.parent
    path = node.child_by_field_name("macro") if node is not None and node.type == "macro_invocation" else None
    if node is None or path is None or not path.start_byte <= place < path.end_byte:
        return None
    return Match(tree, node)


def _match_among_tokens(tree: SyntaxTree, place: int) -> Match | None:
    """Return the invocation at `place` where only tokens can be trusted."""
    for call in macro_calls(visible(root_of(tree)), tree.span):
        if call.name_span.start == place:
            node = tree.root.descendant_for_byte_range(call.span.start, call.span.end)
            return Match(tree, node or tree.root, span=Span(call.span.start, call.span.end))
    return None
