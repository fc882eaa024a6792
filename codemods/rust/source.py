"""One Rust file (or Markdown page with Rust examples), immutable: bytes, lines, trees."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.errors import CodemodError
from codemods.rust.comments import Comment, comments, comments_of
from codemods.rust.docs import DocExample, doc_examples
from codemods.rust.grammar import new_parser
from codemods.rust.items import cfg_attributes, enclosing_body, enclosing_item
from codemods.rust.keep import KEEP_MARK, CommentLines, comment_lines
from codemods.rust.nested import NestedReader
from codemods.rust.reserved import masked
from codemods.rust.spans import Span
from codemods.rust.trees import SyntaxTree, TreeKind, path_to

if TYPE_CHECKING:
    from tree_sitter import Node

BOM = b"\xef\xbb\xbf"
MAX_BYTES = 8_000_000
# Where documentation may stand, and where else the file's own tree does not say all.
_COMMENTED = frozenset({"line_comment", "block_comment", "ERROR"})
_OPAQUE = _COMMENTED | {"token_tree", "token_tree_pattern"}


class SourceError(CodemodError):
    """A file that cannot be read as Rust source."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place for people and editors: both count from 1, columns in characters."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True, eq=False)
class Source:
    """One file: its path in the repository, its bytes, and the edition it is compiled in.

    Raises:
        SourceError: the content is not UTF-8, or larger than 8 MB.
    """

    path: PurePosixPath
    content: bytes = field(repr=False)
    edition: str = "2021"

    def __post_init__(self) -> None:
        if len(self.content) > MAX_BYTES:
            raise SourceError(
                f"the file has {len(self.content)} bytes; more than {MAX_BYTES} are not read",
                where=str(self.path),
                hint="Leave it out with `--exclude`.",
            )
        try:
            self.content.decode()
        except UnicodeDecodeError as error:
            line = self.content.count(b"\n", 0, error.start) + 1
            raise SourceError(
                "the file is not UTF-8",
                where=f"{self.path}:{line}",
                hint="rustc reads UTF-8 only; convert the file or leave it out with `--exclude`.",
            ) from None

    @property
    def is_markdown(self) -> bool:
        """Whether this is a Markdown page: it has no tree of its own, only examples."""
        return self.path.suffix.lower() in (".md", ".markdown")

    @property
    def is_manifest(self) -> bool:
        """Whether this is a `Cargo.toml`: it has a tree of its own that is empty."""
        return self.path.name == "Cargo.toml"

    @cached_property
    def manifest_tree(self) -> SyntaxTree:
        """The empty tree that the sites of a manifest stand in."""
        root = new_parser().parse(b"").root_node
        return SyntaxTree(TreeKind.MANIFEST, root, Span(0, len(self.content)), self)

    @cached_property
    def trees(self) -> tuple[SyntaxTree, ...]:
        """The file's own tree, then all nested ones by position, outer before inner."""
        return self.trees_containing(())

    def trees_containing(self, needles: Sequence[bytes]) -> tuple[SyntaxTree, ...]:
        """Return the file's tree and those nested ones that hold any of `needles`.

        So do the arguments of a macro whose name, with its `!` and bracket, holds one. Without
        needles, all trees. Whoever knows what to look for saves most of the work.
        """
        key = tuple(sorted(set(needles)))
        if key not in self._read:
            examples = self.doc_examples if self._may_document(key) else ()
            self._read[key] = self._trees(examples, lambda span: not key or self._holds(span, key))
        return self._read[key]

    def trees_at(self, span: Span) -> tuple[SyntaxTree, ...]:
        """Return the trees that hold `span`, outermost first: the file's, then nested ones."""
        if span not in self._read_at:  # asked several times of each site
            self._read_at[span] = self._trees_at(span)
        return self._read_at[span]

    def _trees_at(self, span: Span) -> tuple[SyntaxTree, ...]:
        tree = self.file_tree
        kinds = _kinds_at(tree.root, span.start) if tree is not None else _OPAQUE
        if tree is not None and kinds.isdisjoint(_OPAQUE):
            return (tree,)
        examples = () if kinds.isdisjoint(_COMMENTED) else self.doc_examples
        examples = tuple(example for example in examples if span in example.span)
        found = self._trees(examples, lambda wanted: span in wanted, span)
        return tuple(tree for tree in found if span in tree.span)

    @cached_property
    def file_tree(self) -> SyntaxTree | None:
        """The file's own tree; None for what is no Rust."""
        if self.is_markdown or self.is_manifest:
            return None
        root = new_parser().parse(self._shadow).root_node
        whole = Span(0, len(self.content))
        return SyntaxTree(TreeKind.FILE, root, whole, self, exact=not root.has_error)

    @cached_property
    def doc_examples(self) -> tuple[DocExample, ...]:
        """The code blocks in the file's documentation, by position; also those that are not Rust."""
        return doc_examples(self)

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """The comments of the file, those in macro arguments too; none for Markdown."""
        if self.file_tree is None:
            return ()
        root = self.file_tree.root
        return tuple(comments(self.content) if root.has_error else comments_of(root, self.content))

    @property
    def has_errors(self) -> bool:
        """Whether the grammar could not parse all of the file itself."""
        return self.file_tree is not None and not self.file_tree.exact

    def text(self, span: Span) -> str:
        """Return the original text at `span`."""
        return span.of(self.content).decode()

    def position(self, offset: int) -> Position:
        """Return line and column of the byte `offset`; a byte order mark is no column."""
        line = self._line(offset)
        start = self._line_starts[line - 1]
        return Position(line, len(self.content[start:offset].decode(errors="ignore")) + 1)

    def offset(self, line: int, column: int) -> int:
        """Return the byte offset of a position; a column past the line's end is its end.

        Raises:
            ValueError: the file has no such line, or a number is below 1.
        """
        if not 1 <= line <= len(self._line_starts) or column < 1:
            raise ValueError(f"{self.path} has no position {line}:{column}")
        start = self._line_starts[line - 1]
        text = self.text(Span(start, max(start, self.line_span(start).end)))
        return start + len(text[: column - 1].encode())

    def line_span(self, offset: int) -> Span:
        """Return the line that holds `offset`, without its line break."""
        start = self._line_starts[self._line(offset) - 1]
        end = self.content.find(b"\n", max(start, offset))
        end = len(self.content) if end < 0 else end
        return Span(start, end - 1 if end > start and self.content[end - 1 : end] == b"\r" else end)

    @cached_property
    def newline(self) -> str:
        """The line break that the file uses most."""
        crlf = self.content.count(b"\r\n")
        return "\r\n" if 2 * crlf > self.content.count(b"\n") else "\n"

    def kept(self, span: Span, recipe_id: str) -> str | None:
        """Return why a comment asks to leave the site at `span` alone; None if none does.

        The comment is `// codemod: keep` or `// codemod: keep(recipe): why`, on the site's first or last
        line, or above it with nothing but comments and attributes between.
        """
        if KEEP_MARK not in self.content:
            return None
        example = next((example for example in self.doc_examples if span in example.span), None)
        if example is not None:
            lines = comment_lines(self.content, example.code_ranges, self._line)
        else:
            lines = self._comment_lines
        return lines.reason(self._line(span.start), self._line(max(span.start, span.end - 1)), recipe_id)

    def enclosing_item(self, span: Span) -> str:
        """Return the path of the items around `span`: `mod tests/impl Foo/fn bar`; "" at the top."""
        return enclosing_item(self.trees_at(span), span)

    def enclosing_body(self, span: Span) -> Span | None:
        """Return the innermost function, constant or macro definition around `span`."""
        return enclosing_body(self.trees_at(span), span)

    def in_attribute_cfg(self, span: Span) -> tuple[str, ...]:
        """Return the `#[cfg(…)]` and `#![cfg(…)]` attributes in force at `span`, outermost first."""
        return cfg_attributes(self.trees_at(span), span)

    @cached_property
    def _comment_lines(self) -> CommentLines:
        return comment_lines(self.content, [Span(0, len(self.content))], self._line)

    def _line(self, offset: int) -> int:
        return bisect_right(self._line_starts, offset) or 1

    def _trees(
        self, examples: Sequence[DocExample], is_wanted: Callable[[Span], bool], window: Span | None = None
    ) -> tuple[SyntaxTree, ...]:
        own = self.file_tree
        nested = self._reader.read(own, examples, is_wanted, window)
        return (own, *nested) if own is not None else nested

    def _may_document(self, needles: Sequence[bytes]) -> bool:
        """Whether a needle can be in documentation: a cheap look that saves reading all comments."""
        if not needles or self.is_markdown or b"/**" in self.content or b"/*!" in self.content:
            return True
        return any(
            re.search(rb"//[/!][^\n]*" + re.escape(needle), self.content) is not None for needle in needles
        )

    def _holds(self, span: Span, needles: Sequence[bytes]) -> bool:
        return any(self.content.find(needle, span.start, span.end) >= 0 for needle in needles)

    @cached_property
    def _reader(self) -> NestedReader:
        return NestedReader(self, self._shadow)

    @cached_property
    def _shadow(self) -> bytes:
        return masked(self.content, self.edition)

    @cached_property
    def _read(self) -> dict[tuple[bytes, ...], tuple[SyntaxTree, ...]]:
        return {}

    @cached_property
    def _read_at(self) -> dict[Span, tuple[SyntaxTree, ...]]:
        return {}

    @cached_property
    def _line_starts(self) -> list[int]:
        # A byte order mark is no column, so the first line starts after it.
        first = len(BOM) if self.content.startswith(BOM) else 0
        return [first, *(line_break.end() for line_break in re.finditer(b"\n", self.content))]


def _kinds_at(root: Node, offset: int) -> frozenset[str]:
    """Return the kinds of the nodes that hold the byte at `offset`."""
    return frozenset(node.type for node in path_to(root, Span(offset, offset + 1)))
