"""The comments of a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tree_sitter import Node, QueryCursor

from codemods.rust.grammar import query
from codemods.rust.spans import Span
from codemods.rust.tokens import TokenKind, tokens


class CommentKind(StrEnum):
    """How a comment is written, and whether it is documentation."""

    LINE = "line"
    BLOCK = "block"
    OUTER_DOC_LINE = "outer doc line"  # ///
    INNER_DOC_LINE = "inner doc line"  # //!
    OUTER_DOC_BLOCK = "outer doc block"  # /** */
    INNER_DOC_BLOCK = "inner doc block"  # /*! */

    @property
    def is_doc(self) -> bool:
        """Whether rustdoc reads it."""
        return "doc" in self.value

    @property
    def is_inner(self) -> bool:
        """Whether it documents what it stands in."""
        return "inner" in self.value

    @property
    def is_block(self) -> bool:
        """Whether it is delimited by `/*` and `*/`."""
        return "block" in self.value


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment, without the line break after it."""

    span: Span
    kind: CommentKind


def comments(content: bytes) -> Iterator[Comment]:
    """Yield the comments of `content` in order, those inside macro arguments too."""
    for token in tokens(content):
        if token.kind is TokenKind.COMMENT:
            yield _comment(token.text, token.span.start)


def comments_of(root: Node, content: bytes) -> Iterator[Comment]:
    """Yield the comments below `root`: much faster than lexing, where the file parsed."""
    nodes = QueryCursor(query("[(line_comment) (block_comment)] @comment")).captures(root).get("comment", [])
    for start, end in sorted((node.start_byte, node.end_byte) for node in nodes):
        yield _comment(content[start:end], start)


def _comment(text: bytes, start: int) -> Comment:
    text = text.rstrip(b"\r\n")  # the grammar takes the line break into a doc comment
    return Comment(Span(start, start + len(text)), _kind(text))


def _kind(text: bytes) -> CommentKind:
    if text.startswith(b"//"):
        if text.startswith(b"//!"):
            return CommentKind.INNER_DOC_LINE
        is_doc = text.startswith(b"///") and not text.startswith(b"////")
        return CommentKind.OUTER_DOC_LINE if is_doc else CommentKind.LINE
    if text.startswith(b"/*!"):
        return CommentKind.INNER_DOC_BLOCK
    is_doc = text.startswith(b"/**") and not text.startswith((b"/***", b"/**/"))
    return CommentKind.OUTER_DOC_BLOCK if is_doc else CommentKind.BLOCK
