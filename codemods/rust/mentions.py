"""Where a file names the items of a crate: imports, paths, macros, derives, attributes, links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tree_sitter import Node

from codemods.rust.comments import Comment
from codemods.rust.imports import Import, declarations, outlines
from codemods.rust.names import Meaning, Names, Path, all_meanings
from codemods.rust.outlines import Outline
from codemods.rust.scopes import Namespace
from codemods.rust.spans import Span
from codemods.rust.trees import SyntaxTree, covers
from codemods.rust.written_paths import WrittenPath, is_name_only, is_shadowed, path_at


class MentionKind(StrEnum):
    """How a crate's item is named."""

    EXTERN_CRATE = "extern-crate"
    USE = "use"
    REEXPORT = "reexport"  # a `use` with a visibility
    PATH = "path"
    MACRO = "macro"
    DERIVE = "derive"
    ATTRIBUTE = "attribute"
    DOC_LINK = "doc-link"


@dataclass(frozen=True, eq=False, slots=True)
class Mention:
    """One place that names an item of the crate.

    `span` is the path as written, without generics and without a macro's `!`; of an import its leaf.
    `path` is what it spells out to. `segments` are the written names; `path` ends with their meaning.
    `tree` is the innermost tree around; where it is not `exact`, only tokens were read. `node` is the
    largest node there that is no longer than `span`, or the smallest around it. `origin` is the import
    itself, or the one in scope that gave the path its meaning.
    """

    kind: MentionKind
    span: Span
    path: Path
    segments: tuple[Span, ...]
    tree: SyntaxTree
    node: Node
    origin: Import | None


def mentions_of(names: Names, package: str) -> Iterator[Mention]:
    """Yield each place of the file that names an item of `package`, by position.

    Macro input, macro bodies and examples count. Names that come through a glob or an import of
    another file are not known here, nor are methods, and derive helpers (`#[cause]`).
    """
    found = [*_Finder(names, package).all()]
    found.sort(key=lambda mention: (mention.span, mention.kind is MentionKind.DOC_LINK))
    yield from found


class _Finder:
    def __init__(self, names: Names, package: str) -> None:
        self.names = names
        self.source = names.source
        self.package = package

    def all(self) -> Iterator[Mention]:
        wanted = self._interesting()
        if not any(name.encode() in self.source.content for name in wanted):
            return
        self.trees = self.source.trees_containing([name.encode() for name in sorted(wanted)])
        for outline in outlines(self.source):
            yield from self._imports(outline)
            yield from self._paths(outline, wanted)
        yield from self._links(wanted)

    def _interesting(self) -> frozenset[str]:
        """Return the names of which one is part of any path into the package."""
        names = {name for name, package in self.names.crates.items() if package == self.package}
        imported = [
            each
            for outline in outlines(self.source)
            for declaration in declarations(outline)
            for each in declaration.imports
        ]
        names |= {each.name for each in imported if each.name is not None and self._lead(each) is not None}
        takes_all = any(each.is_glob or each.macro_use is not None for each in imported)
        if takes_all or self.package in self.names.macro_uses:
            names |= set(self.names.exports.get(self.package, ()))
            names |= {macro for each in imported for macro in each.macro_use or ()}
        return frozenset(names - {"_", "self", "crate", "super"})

    def _lead(self, found: Import) -> Meaning | None:
        return self._into_package(self.names.import_meanings(found))

    def _into_package(self, meanings: Sequence[Meaning]) -> Meaning | None:
        leading = (each for each in meanings if self.names.mentions_package(each.path, self.package))
        return next(leading, None)

    def _imports(self, outline: Outline) -> Iterator[Mention]:
        for declaration in declarations(outline):
            for each in declaration.imports:
                meaning = self._lead(each)
                if meaning is not None:
                    kind = _import_kind(each)
                    yield self._mention(kind, each.leaf, meaning.path, (each.leaf,), outline, each)

    def _paths(self, outline: Outline, wanted: frozenset[str]) -> Iterator[Mention]:
        importing = declarations(outline)
        skipped = frozenset(index for each in importing for index in range(each.keyword, each.last + 1))
        texts = {text for name in wanted for text in (name.encode(), b"r#" + name.encode())}
        done = -1
        for index, token in enumerate(outline.code):
            if token.text not in texts or index <= done or index in skipped:
                continue
            path = path_at(outline, index)
            if path is None:
                continue
            done = path.last
            found = self._path(outline, path)
            if found is not None:
                yield found

    def _path(self, outline: Outline, path: WrittenPath) -> Mention | None:
        kind = _kind(path)
        tree, node = self._place(outline, path.span)
        if kind is MentionKind.PATH and is_name_only(outline, path, node if tree.exact else None):
            return None
        if len(path.segments) == 1 and is_shadowed(outline, path, node):
            return None
        spaces = [Namespace.MACRO] if kind is not MentionKind.PATH else [Namespace.TYPE, Namespace.VALUE]
        found = [each for space in spaces for each in self.names.meanings(path.text, path.span.start, space)]
        meaning = self._into_package(found)
        if meaning is None or (kind is MentionKind.PATH and len(meaning.path) == 1):
            return None
        return Mention(kind, path.span, meaning.path, path.segments, tree, node, meaning.origin)

    def _links(self, wanted: frozenset[str]) -> Iterator[Mention]:
        outline = next((each for each in outlines(self.source) if each.tree.example is None), None)
        if outline is None:
            return
        for comment in self.source.comments:
            if comment.kind.is_doc:
                yield from self._links_in(outline, comment, wanted)

    def _links_in(self, outline: Outline, comment: Comment, wanted: frozenset[str]) -> Iterator[Mention]:
        for span in link_targets(self.source.text(comment.span), comment.span.start):
            text = self.source.text(span)
            if wanted.isdisjoint(text.split("::")) or self._is_example(span):
                continue
            meaning = self._into_package(tuple(all_meanings(self.names, text, comment.span.start)))
            if meaning is not None:
                yield self._mention(
                    MentionKind.DOC_LINK, span, meaning.path, (span,), outline, meaning.origin
                )

    def _is_example(self, span: Span) -> bool:
        return any(span in example.span for example in self.source.doc_examples)

    def _mention(
        self,
        kind: MentionKind,
        span: Span,
        path: Path,
        segments: tuple[Span, ...],
        outline: Outline,
        origin: Import | None,
    ) -> Mention:
        tree, node = self._place(outline, span)
        return Mention(kind, span, path, segments, tree, node, origin)

    def _place(self, outline: Outline, span: Span) -> tuple[SyntaxTree, Node]:
        """Return the innermost tree around `span`, and the largest node there that is no longer."""
        tree = outline.tree
        for each in self.trees:
            if each.span.start > span.start:
                break
            if span in each.span and covers(each.root, span) and each.span in tree.span:
                tree = each
        node = tree.root.descendant_for_byte_range(span.start, span.end) or tree.root
        while node != tree.root and node.parent is not None and _is_same(node, node.parent):
            node = node.parent
        return tree, node


def _is_same(node: Node, parent: Node) -> bool:
    return (node.start_byte, node.end_byte) == (parent.start_byte, parent.end_byte)


def _import_kind(found: Import) -> MentionKind:
    if found.is_extern_crate:
        return MentionKind.EXTERN_CRATE
    return MentionKind.REEXPORT if found.visibility else MentionKind.USE


def _kind(path: WrittenPath) -> MentionKind:
    if path.is_macro:
        return MentionKind.MACRO
    if path.attribute is not None:
        return MentionKind(path.attribute) if path.attribute != "argument" else MentionKind.PATH
    return MentionKind.PATH


_PATH = r"(?:::)?[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*"
_LINKS = re.compile(
    rf"\[`?(?:[a-z]+@)?(?P<shortcut>{_PATH})(?:\(\)|!)?`?\](?![(:])"
    rf"|\]\(`?(?:[a-z]+@)?(?P<inline>{_PATH})(?:\(\)|!)?(?:\#[^)\s]*)?`?\)"
    rf"|\]:[ \t]*(?:[a-z]+@)?(?P<reference>{_PATH})(?:\(\)|!)?(?:\#\S*)?(?=\s|$)"
)


def link_targets(text: str, start: int) -> Iterator[Span]:
    """Yield where the Markdown `text`, which begins at the byte `start`, links to a path of code."""
    for match in _LINKS.finditer(text):
        first, last = match.span(match.lastgroup or 0)
        offset = start + len(text[:first].encode())
        yield Span(offset, offset + len(text[first:last].encode()))
