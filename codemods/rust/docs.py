"""Code examples in documentation, found the way rustdoc finds them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import TYPE_CHECKING

from codemods.rust.comments import Comment
from codemods.rust.markdown import CodeBlock, Line, code_blocks
from codemods.rust.spans import Span
from codemods.rust.tokens import TokenKind, in_attributes, tokens

if TYPE_CHECKING:
    from codemods.rust.source import Source

_TAG = re.compile(r"[^\s,{}()]+|\{[^}]*\}|\([^)]*\)")
_ERROR_CODE = re.compile(r"E\d{4}")
_EDITION = re.compile(r"edition(\d{4})")
_TEST_TAGS = frozenset(
    {"should_panic", "no_run", "ignore", "test_harness", "compile_fail", "standalone_crate"}
)


@dataclass(frozen=True, slots=True)
class DocExample:
    """One fenced or indented code block of a doc comment or a Markdown page.

    `code_ranges` holds the code, a range a line with its line break, without the comment's
    prefix and without the marker of hidden lines. `span` runs from the first to the last of
    them. `attributes` are the words of the info string ("no_run", "edition2018"), `language` the first
    that is none of rustdoc's own. `first_line` is the file's line of the first code line, from 1.
    """

    span: Span
    code_ranges: tuple[Span, ...]
    language: str
    attributes: frozenset[str]
    edition: str
    first_line: int
    is_rust: bool

    @property
    def is_compiled(self) -> bool:
        """Whether rustdoc compiles it and expects that to succeed."""
        return self.is_rust and not self.attributes & {"ignore", "compile_fail"}


def doc_examples(source: Source) -> tuple[DocExample, ...]:
    """Return all code blocks in the documentation of `source`, also those that are not Rust."""
    texts = [_page_lines(source)] if source.is_markdown else _comment_texts(source)
    found = [
        _example(source, block)
        for lines in texts
        for block in code_blocks(source.content, lines)
        if block.lines
    ]
    return tuple(sorted(found, key=lambda example: example.span))


def _example(source: Source, block: CodeBlock) -> DocExample:
    tags = _TAG.findall(block.info)
    editions = [match[1] for tag in tags if (match := _EDITION.fullmatch(tag))]
    is_rust = _is_rust(tags)
    ranges = tuple(_code(source.content, line) if is_rust else line for line in block.lines)
    return DocExample(
        span=Span(ranges[0].start, ranges[-1].end),
        code_ranges=ranges,
        language=next((tag for tag in tags if not _is_own(tag)), ""),
        attributes=frozenset(tags),
        edition=editions[-1] if editions else source.edition,
        first_line=source.position(block.lines[0].start).line,
        is_rust=is_rust,
    )


def _is_rust(tags: Sequence[str]) -> bool:
    """Whether rustdoc takes a block with these tags for Rust: the rules of its `LangString`."""
    rust_seen = other_seen = False
    for tag in tags:
        if tag == "rust":
            rust_seen = True
        elif tag == "custom" or tag.startswith("{"):
            return False
        elif _is_own(tag):
            # Without `rust`, a tag of rustdoc's own counts only before a foreign one.
            if not _EDITION.fullmatch(tag) and not tag.startswith("("):
                rust_seen = rust_seen or not other_seen
        else:
            other_seen = True
    return rust_seen or not other_seen


def _is_own(tag: str) -> bool:
    return (
        tag in _TEST_TAGS
        or tag == "rust"
        or tag.startswith(("ignore-", "("))
        or _EDITION.fullmatch(tag) is not None
        or _ERROR_CODE.fullmatch(tag) is not None
    )


def _code(content: bytes, line: Span) -> Span:
    """Return `line` without the marker that hides it (`# `) or that escapes a `#` (`##`)."""
    text = line.of(content)
    trimmed = text.strip()
    if trimmed == b"#" or trimmed.startswith((b"# ", b"##")):
        return Span(line.start + text.index(b"#") + 1, line.end)
    return line


def _page_lines(source: Source) -> list[Line]:
    return _lines(
        source.content, Span(3 if source.content.startswith(b"\xef\xbb\xbf") else 0, len(source.content))
    )


def _comment_texts(source: Source) -> Iterator[list[Line]]:
    """Yield the lines of each run of doc comments that belong to one item.

    Where a `#[doc = …]` stands between them, it may open or close a fence: such a run is left out.
    """
    run: list[Comment] = []
    is_whole = True
    for comment in (comment for comment in source.comments if comment.kind.is_doc):
        gap = _gap(source.content, run[-1], comment) if run else _Gap.ITEM
        if gap is _Gap.ITEM:
            if run and is_whole:
                yield _text_lines(source.content, run)
            run, is_whole = [], True
        is_whole = is_whole and gap is not _Gap.DOC_ATTRIBUTE
        run.append(comment)
    if run and is_whole:
        yield _text_lines(source.content, run)


class _Gap(Enum):
    """What stands between two doc comments."""

    NOTHING = "at most attributes and plain comments"
    DOC_ATTRIBUTE = "an attribute that is documentation itself"
    ITEM = "code: they document different items"


def _gap(content: bytes, first: Comment, second: Comment) -> _Gap:
    between = content[first.span.end : second.span.start]
    if first.kind.is_inner != second.kind.is_inner:
        return _Gap.ITEM
    text = between.strip()
    if not text.startswith((b"#", b"//", b"/*")):
        return _Gap.ITEM if text else _Gap.NOTHING
    code = [token for token in tokens(between) if token.kind is not TokenKind.COMMENT]
    if len(in_attributes(code)) < len(code):
        return _Gap.ITEM
    return _Gap.DOC_ATTRIBUTE if any(token.text == b"doc" for token in code) else _Gap.NOTHING


def _text_lines(content: bytes, run: Sequence[Comment]) -> list[Line]:
    lines: list[Line] = []
    for is_block, group in groupby(run, key=lambda comment: comment.kind.is_block):
        for comment in group:
            if is_block:
                lines += _block_lines(content, comment)
            else:
                lines.append(_with_break(content, Span(comment.span.start + 3, comment.span.end)))
    return _unindented(content, lines)


def _block_lines(content: bytes, comment: Comment) -> list[Line]:
    """Return the lines of `/** … */` without a column of leading stars."""
    lines = _lines(content, Span(comment.span.start + 3, max(comment.span.start + 3, comment.span.end - 2)))
    column = _star_column(content, lines)
    if column is None:
        return lines
    return [_without_star(content, line, column) for line in lines]


def _star_column(content: bytes, lines: Sequence[Line]) -> int | None:
    starred = [line.of(content).rstrip() for line in lines[1:]]
    starred = [text for text in starred if text]
    columns = {len(text) - len(text.lstrip()) if text.lstrip()[:1] == b"*" else -1 for text in starred}
    column = columns.pop() if len(columns) == 1 else -1
    return column if column >= 0 else None


def _without_star(content: bytes, line: Line, column: int) -> Line:
    text = line.of(content)
    if text[:column].strip() == b"" and text[column : column + 1] == b"*":
        return Span(line.start + column + 1, line.end)
    return line


def _unindented(content: bytes, lines: list[Line]) -> list[Line]:
    """Return `lines` without the indentation that all lines with text share."""
    indents = [len(text) - len(text.lstrip(b" \t")) for line in lines if (text := line.of(content)).strip()]
    least = min(indents, default=0)
    return [
        Span(min(line.start + least, line.end), line.end) if line.of(content).strip() else line
        for line in lines
    ]


def _lines(content: bytes, span: Span) -> list[Line]:
    lines: list[Line] = []
    start = span.start
    while start < span.end:
        end = content.find(b"\n", start, span.end) + 1 or span.end
        lines.append(Span(start, end))
        start = end
    return lines


def _with_break(content: bytes, line: Line) -> Line:
    if content.startswith(b"\r\n", line.end):
        return Span(line.start, line.end + 2)
    return Span(line.start, line.end + content.startswith(b"\n", line.end))
