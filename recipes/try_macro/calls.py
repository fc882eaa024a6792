"""One `try!(operand)`, taken apart: its delimiters, its operand, and how the operand is built."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from codemods.recipe import Site, Span, SyntaxTree, Token, TokenKind

from .outline import Group, Outline

# Kinds of tree-sitter to which `?` can be added as they are: nothing binds tighter.
_COMPLETE = frozenset(
    [
        "identifier",
        "scoped_identifier",
        "self",
        "metavariable",
        "call_expression",
        "generic_function",
        "field_expression",
        "index_expression",
        "tuple_expression",
        "unit_expression",
        "array_expression",
        "parenthesized_expression",
        "try_expression",
        "await_expression",
        "macro_invocation",
        "struct_expression",
        "integer_literal",
        "float_literal",
        "string_literal",
        "raw_string_literal",
        "char_literal",
        "boolean_literal",
    ]
)
# One letter a token: w word, k keyword, l literal, p `::`, G () group, B [] group, C {} group.
_CHAIN = re.compile(r"p?w(pw)*(!?[GB]|!C)?(\.[wl]|[GB?])*|[lGB](\.[wl]|[GB?])*")
_LETTERS = {b"(": "G", b"[": "B", b"{": "C", b"::": "p"}
_KEYWORDS = frozenset(
    b"as break const continue else enum extern fn for if impl in let loop match mod move mut pub ref return"
    b" static struct trait type unsafe use where while box yield".split()
)
_DIVERGING = (b"return", b"break", b"continue", b"yield")


@dataclass(frozen=True, eq=False)
class Call:
    """A `try!` site by token index: `first` of its path, its delimiters, `start..end` of its operand."""

    site: Site
    outline: Outline
    first: int
    opening: int
    closing: int
    start: int
    end: int

    @property
    def is_braced(self) -> bool:
        """Whether it is written `try! { … }`."""
        return self.outline.text(self.opening) == b"{"

    @property
    def path(self) -> str:
        """The macro's path as written, without spaces: "std::try"."""
        return b"".join(token.text for token in self.outline.code[self.first : self.opening - 1]).decode()

    @property
    def operand(self) -> tuple[Token, ...]:
        """The operand's code tokens."""
        return self.outline.code[self.start : self.end]

    @cached_property
    def tree(self) -> SyntaxTree | None:
        """The operand as a tree; None where it does not parse as one expression."""
        args = Span(self.outline.code[self.opening].span.start, self.outline.code[self.closing].span.end)
        trees = self.outline.arguments.get(args, ())
        return trees[0] if len(trees) == 1 and trees[0].exact else None

    @cached_property
    def shape(self) -> str:
        """The operand's tokens outside of brackets, a letter each."""
        return shape_of(self.outline, self.start, self.end)

    @property
    def is_expression(self) -> bool:
        """Whether the operand is one expression."""
        if self.start >= self.end or ";" in self.shape or "=>" in self.shape:
            return False
        if self.tree is None:
            return "," not in self.shape
        return bool(self.tree.root.end_byte >= self.operand[-1].span.end)

    @property
    def diverges(self) -> bool:
        """Whether the operand never has a value: `try!(return x)`."""
        return self.outline.text(self.start) in _DIVERGING

    @property
    def binds_loosely(self) -> bool:
        """Whether `?` after the operand would take only its last part."""
        if _CHAIN.fullmatch(self.shape):
            return False
        if self.tree is None or "$G" in self.shape:
            return True
        return self.tree.root.type not in _COMPLETE

    @property
    def is_guessed(self) -> bool:
        """Whether nothing shows how the operand is built, so that parentheses only may be right."""
        return self.tree is None and not _CHAIN.fullmatch(self.shape) and "$" not in self.shape

    @property
    def shows_braces(self) -> bool:
        """Whether a `{ }` of the operand, not a macro's, stands outside of brackets."""
        return re.search(r"(?<!!)C", self.shape) is not None


def call_at(site: Site, outline: Outline, first: int) -> Call:
    """Return the call whose path begins at the token `first`; its operand goes without a trailing comma."""
    opening = first
    while outline.code[opening].text != b"!":
        opening += 1
    opening += 1
    closing = outline.partners[opening]
    end = closing - 1 if closing - 1 > opening and outline.text(closing - 1) == b"," else closing
    return Call(site, outline, first, opening, closing, opening + 1, end)


def shape_of(outline: Outline, start: int, end: int) -> str:
    """Return a letter (or the text, for punctuation) for each token of `start..end` outside of brackets."""
    letters: list[str] = []
    at = start
    while at < end:
        letters.append(_letter(outline, at))
        at = outline.partners.get(at, at) + 1
    return "".join(letters).replace("$w", "w")


def _letter(outline: Outline, index: int) -> str:
    token = outline.code[index]
    match token.kind:
        case TokenKind.WORD:
            return "k" if token.text in _KEYWORDS else "w"
        case TokenKind.STRING | TokenKind.CHAR | TokenKind.NUMBER:
            return "l"
        case TokenKind.LIFETIME:
            return "'"
    return _LETTERS.get(token.text, token.text.decode(errors="replace"))


def stands_in_head(outline: Outline, first: int, gone: frozenset[int]) -> bool:
    """Whether a struct literal at the token `first` would be read as a block.

    That is so in the head of `if`, `while`, `match` and `for … in`, outside of all brackets; those
    of another `try!` go away. Says yes where it is not sure: parentheses never hurt.
    """
    index, parent = first - 1, outline.parents[first]
    while index > parent:
        text = outline.text(index)
        if text in (b"if", b"while", b"match", b"in"):
            return True
        if text in (b";", b"=>") or (text == b"}" and _begins_statement(outline, index + 1, first)):
            return False
        index = outline.openings.get(index, index) - 1
    group = outline.group(parent) if parent >= 0 else None
    if group is None or not is_transparent(group, gone):
        return False
    return stands_in_head(outline, group.first, gone)


def is_transparent(group: Group, gone: frozenset[int]) -> bool:
    """Whether the group's delimiters go away with a `try!`: `gone` are the opening ones of such."""
    return group.opening in gone


def _begins_statement(outline: Outline, index: int, first: int) -> bool:
    """Whether a new statement begins at `index`, after a `}`."""
    return index == first or (
        outline.code[index].kind is TokenKind.WORD and outline.text(index) not in (b"else", b"as")
    )
