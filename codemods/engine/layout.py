"""Layout that is a value: white space between two tokens that a macro is given, and the lines of code.

A macro sees whether two tokens touch: `stringify!(a+b)` is another text than that of `a + b`. How much stands
between them, blanks, line breaks or comments, it does not see.
"""

from __future__ import annotations

from tree_sitter import Node

from codemods.engine.expansion import has_attribute_macro, is_built_in
from codemods.engine.prove_edits import EVALUATING
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.trees import path_within, span_of


def is_seen_by_macros(before: Source, old: Span, after: Source, new: Span) -> bool:
    """Whether tokens of a macro's input touch on one side only, where the layout `old` became `new`."""
    if _is_gap(before.content, old) == _is_gap(after.content, new):
        return False
    return _is_input(before, old) or _is_input(after, new)


def moves_code(old: bytes, replaced: Span, new: bytes, by: Span) -> bool:
    """Whether what stands behind the layout is on another line or in another column for it."""
    if replaced.of(old).count(b"\n") != by.of(new).count(b"\n"):
        return True
    if new[by.end : by.end + 1] in (b"\n", b"\r", b""):
        return False
    return _column(old, replaced.end) != _column(new, by.end)


def _column(content: bytes, offset: int) -> int:
    return offset - content.rfind(b"\n", 0, offset)


def _is_gap(content: bytes, span: Span) -> bool:
    behind, ahead = content[max(0, span.start - 2) : span.start], content[span.end : span.end + 2]
    is_beside_layout = (
        behind[-1:].isspace() or ahead[:1].isspace() or behind == b"*/" or ahead in (b"//", b"/*")
    )
    return len(span) > 0 or not behind or not ahead or is_beside_layout


def _is_input(source: Source, span: Span) -> bool:
    tree = source.file_tree
    if tree is None:
        return False
    nodes = path_within(tree.root, span)
    if any(node.type == "macro_definition" for node in nodes):
        return True
    trees = [node for node in nodes if node.type == "token_tree"]
    return any(_is_looked_at(node, source.content) for node in trees) or has_attribute_macro(tree, span)


def _is_looked_at(tokens: Node, content: bytes) -> bool:
    """Whether what stands before the brackets is a macro, or an attribute, that may look at its tokens."""
    if tokens.parent is not None and tokens.parent.type == "attribute":
        return not is_built_in(span_of(tokens.parent.children[0]).of(content))
    named = tokens.prev_sibling
    if named is None or named.type != "!" or named.prev_sibling is None:
        return False
    path = span_of(named.prev_sibling).of(content)
    return path.rpartition(b":")[2].strip() not in EVALUATING
