"""A file or doc example as tokens and groups: what stands around a place, whatever parses there."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from codemods.recipe import Span, SyntaxTree, Token, TokenKind, TreeKind, matching, tokens

from .spelling import spellings
from .use_trees import STD_ROOTS, leaves_in

_BOM = b"\xef\xbb\xbf"
_NOT_A_LINE_BREAK = re.compile(rb"[^\n]")


class GroupKind(Enum):
    """What a pair of delimiters is."""

    PLAIN = auto()
    CALL = auto()  # the arguments of a macro
    DEFINITION = auto()  # the rules of a `macro_rules!`
    ATTRIBUTE = auto()
    TRY_BLOCK = auto()
    REPETITION = auto()  # `$( … )` in a macro


@dataclass(frozen=True, slots=True)
class Group:
    """A pair of delimiters by token index; `name` is the macro's, `first` where its path begins."""

    kind: GroupKind
    opening: int
    closing: int
    first: int
    name: str = ""
    is_qualified: bool = False


class Outline:
    """The tokens of one file or doc example, at the offsets of the file.

    What is not code of the example (the `///`, other documentation) is read as spaces.
    """

    def __init__(self, tree: SyntaxTree) -> None:
        self.tree = tree
        self.original = tree.source.content
        self.content = visible(tree)
        self.edition = tree.example.edition if tree.example else tree.source.edition
        start = len(_BOM) if self.content.startswith(_BOM) else 0
        self.tokens = tuple(tokens(self.content, Span(max(start, tree.span.start), tree.span.end)))
        self.code = tuple(token for token in self.tokens if token.kind is not TokenKind.COMMENT)
        self.partners = matching(self.code)

    @cached_property
    def openings(self) -> dict[int, int]:
        """The index of the opening delimiter for that of each closing one."""
        return {closing: opening for opening, closing in self.partners.items()}

    @cached_property
    def parents(self) -> tuple[int, ...]:
        """For each token the index of the delimiter that opens the innermost group around it, or -1."""
        parents: list[int] = []
        open_groups = [-1]
        for index, token in enumerate(self.code):
            if token.kind is TokenKind.CLOSE and self.openings.get(index) == open_groups[-1]:
                open_groups.pop()
            parents.append(open_groups[-1])
            if index in self.partners:
                open_groups.append(index)
        return tuple(parents)

    @cached_property
    def arguments(self) -> dict[Span, list[SyntaxTree]]:
        """The parsed arguments of the file's `try!` calls, by where these have their delimiters."""
        arguments: dict[Span, list[SyntaxTree]] = {}
        for tree in self.tree.source.trees_containing(spellings(self.original)):
            if tree.kind is TreeKind.MACRO_ARGUMENT and tree.macro is not None:
                arguments.setdefault(tree.macro.args, []).append(tree)
        return arguments

    @cached_property
    def macros(self) -> dict[bytes, list[int]]:
        """Where macros are called, by name: the offsets of the names."""
        macros: dict[bytes, list[int]] = {}
        for opening in self.partners:
            if self.text(opening - 1) == b"!" and self._is_word(opening - 2):
                name = self.code[opening - 2]
                macros.setdefault(name.text, []).append(name.span.start)
        return macros

    @cached_property
    def imported(self) -> frozenset[str]:
        """The names that the file imports from elsewhere than std."""
        leaves = leaves_in(self.code, self.partners)
        return frozenset(
            leaf.name.decode(errors="replace") for leaf in leaves if leaf.path[0] not in STD_ROOTS
        )

    def index_at(self, offset: int) -> int:
        """Return the index of the first code token that starts at or after `offset`."""
        return bisect_left(self._starts, offset)

    def text(self, index: int) -> bytes:
        """Return the text of the code token at `index`, nothing where there is none."""
        return self.code[index].text if 0 <= index < len(self.code) else b""

    def between(self, start: int, end: int) -> tuple[Token, ...]:
        """Return the tokens, comments too, that start in `start..end`."""
        first = bisect_left(self._all_starts, start)
        return self.tokens[first : bisect_left(self._all_starts, end)]

    def groups_around(self, index: int) -> Iterator[Group]:
        """Yield the groups around the code token at `index`, innermost first."""
        opening = self.parents[index]
        while opening >= 0:
            yield self.group(opening)
            opening = self.parents[opening]

    def group(self, opening: int) -> Group:
        """Return the group that the delimiter at `opening` opens."""
        closing = self.partners.get(opening, len(self.code))
        before, second, third = (self.text(opening - step) for step in (1, 2, 3))
        if before == b"!" and self._is_word(opening - 2) and second != b"macro_rules":
            first = self._path_start(opening - 2)
            name = second.decode().removeprefix("r#")
            return Group(GroupKind.CALL, opening, closing, first, name, first < opening - 2)
        if second == b"!" and third == b"macro_rules" and self._is_word(opening - 1):
            name = before.decode().removeprefix("r#")
            return Group(GroupKind.DEFINITION, opening, closing, opening - 3, name)
        if before == b"#" or (before == b"!" and second == b"#"):
            return Group(GroupKind.ATTRIBUTE, opening, closing, opening - 1)
        if before == b"try" and self.text(opening) == b"{" and self.edition != "2015":
            return Group(GroupKind.TRY_BLOCK, opening, closing, opening - 1)
        kind = GroupKind.REPETITION if before == b"$" else GroupKind.PLAIN
        return Group(kind, opening, closing, opening)

    def definitions(self) -> Iterator[Group]:
        """Yield every `macro_rules!` definition."""
        for opening in self.partners:
            if self.text(opening - 2) == b"!" and self.text(opening - 3) == b"macro_rules":
                yield self.group(opening)

    def is_code(self, span: Span) -> bool:
        """Whether all of `span` is code: a doc example does not own what stands before its lines."""
        example = self.tree.example
        return example is None or any(span in code for code in example.code_ranges)

    @cached_property
    def _starts(self) -> list[int]:
        return [token.span.start for token in self.code]

    @cached_property
    def _all_starts(self) -> list[int]:
        return [token.span.start for token in self.tokens]

    def _is_word(self, index: int) -> bool:
        return 0 <= index < len(self.code) and self.code[index].kind is TokenKind.WORD

    def _path_start(self, last: int) -> int:
        """Return the index of the first token of the path that ends in the word at `last`."""
        start = last
        while self.text(start - 1) == b"::":
            start -= 1
            if not self._is_word(start - 1):
                break
            start -= 1
        return start - 1 if self.text(start - 1) == b"$" else start


def root_of(tree: SyntaxTree) -> SyntaxTree:
    """Return the file's tree or the doc example's that `tree` belongs to."""
    while tree.parent is not None and tree.kind is not TreeKind.DOC_EXAMPLE:
        tree = tree.parent
    return tree


def visible(tree: SyntaxTree) -> bytes:
    """Return the content, with spaces for what is not code where `tree` is a doc example."""
    if tree.example is None:
        return tree.source.content
    content = tree.source.content
    shown = bytearray(_NOT_A_LINE_BREAK.sub(b" ", content))
    for code in tree.example.code_ranges:
        shown[code.start : code.end] = content[code.start : code.end]
    return bytes(shown)
