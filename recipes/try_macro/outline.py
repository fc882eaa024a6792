"""A file or doc example as tokens and groups: what stands around a place, whatever parses there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from codemods.recipe import Outline as TokenOutline
from codemods.recipe import Span, SyntaxTree, TreeKind, imports_in

from .spelling import STD_ROOTS, spellings

_STD_PATHS = tuple((root.decode(),) for root in STD_ROOTS)
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


class Outline(TokenOutline):
    """The tokens of one file or doc example, at the offsets of the file, and the macros in it."""

    def __init__(self, tree: SyntaxTree) -> None:
        super().__init__(tree)
        self.original = tree.source.content
        self.content = visible(tree)

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
            if self.text(opening - 1) == b"!" and self.is_word(opening - 2):
                name = self.code[opening - 2]
                macros.setdefault(name.text, []).append(name.span.start)
        return macros

    @cached_property
    def imported(self) -> frozenset[str]:
        """The names that the file imports from elsewhere than std."""
        found = [each for each in imports_in(self) if not each.is_extern_crate]
        return frozenset(each.name for each in found if each.name and each.path[:1] not in _STD_PATHS)

    def groups_around(self, index: int) -> Iterator[Group]:
        """Yield the groups around the code token at `index`, innermost first."""
        yield from map(self.group, self.openings_around(index))

    def group(self, opening: int) -> Group:
        """Return the group that the delimiter at `opening` opens."""
        closing = self.partners.get(opening, len(self.code))
        before, second, third = (self.text(opening - step) for step in (1, 2, 3))
        if before == b"!" and self.is_word(opening - 2) and second != b"macro_rules":
            first = self._path_start(opening - 2)
            name = second.decode().removeprefix("r#")
            return Group(GroupKind.CALL, opening, closing, first, name, first < opening - 2)
        if second == b"!" and third == b"macro_rules" and self.is_word(opening - 1):
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

    def _path_start(self, last: int) -> int:
        """Return the index of the first token of the path that ends in the word at `last`."""
        start = last
        while self.text(start - 1) == b"::":
            start -= 1
            if not self.is_word(start - 1):
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
