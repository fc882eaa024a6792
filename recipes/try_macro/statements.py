"""Whether a `try!` is a statement by its braces alone: then it needs a `;` when they are gone."""

from __future__ import annotations

from enum import Enum, auto

from codemods.recipe import TokenKind

from .calls import Call, is_transparent
from .definitions import EVALUATING
from .outline import Group, GroupKind, Outline

# What may stand behind an expression in braces without making a new statement of what follows.
_ENDS = (b"", b";", b",", b".", b"?", b"}", b")", b"]", b"=>")
# Behind a macro in braces these go on with its expression: no statement begins with them.
_CONTINUES = (b"+", b"/", b"%", b"^", b"=", b"==", b"!=", b"<=", b">=", b">", b"as", b"else", b"in")
_REPEATS = (b"*", b"+", b"?")


class Place(Enum):
    """What begins at a token, as far as the tokens around it tell."""

    STATEMENT = auto()
    EXPRESSION = auto()
    UNKNOWN = auto()  # the macro around it decides


def place_of(outline: Outline, first: int, gone: frozenset[int]) -> Place:
    """Return what begins at the token `first`, when the delimiters `gone` are."""
    parent = outline.parents[first]
    if parent == first - 1 and parent in gone:
        return place_of(outline, outline.group(parent).first, gone)
    start = _before_attributes(outline, first)
    if start - 1 != parent and not _may_end_statement(outline, start - 1):
        return Place.EXPRESSION
    if start - 1 != parent and outline.text(start - 1) not in (b";", b"}"):
        return Place.UNKNOWN
    if parent < 0:
        return Place.UNKNOWN if outline.tree.example is None else Place.STATEMENT
    return _inside(outline, outline.group(parent))


def begins_statement(outline: Outline, first: int, gone: frozenset[int]) -> bool:
    """Whether the token `first` begins a statement, or may do so."""
    return place_of(outline, first, gone) is not Place.EXPRESSION


def lacks_semicolon(call: Call, gone: frozenset[int]) -> bool:
    """Whether `try! { x }` is a statement by its braces alone, with another one behind it."""
    if not call.is_braced or _is_operand(call, gone) or _follows(call) in _ENDS:
        return False
    place = place_of(call.outline, call.first, gone)
    return place is Place.STATEMENT or (place is Place.UNKNOWN and _begins_new(call))


def is_unclear_statement(call: Call, gone: frozenset[int]) -> bool:
    """Whether only a macro knows if what follows the braces belongs to the same expression."""
    if not call.is_braced or _is_operand(call, gone) or _follows(call) in (*_ENDS, *_CONTINUES):
        return False
    return place_of(call.outline, call.first, gone) is Place.UNKNOWN and not _begins_new(call)


def is_repeated_statement(call: Call, gone: frozenset[int]) -> bool:
    """Whether the call ends `$( … try! { … } )*`: each turn ends a statement, the last perhaps a value."""
    outline = call.outline
    parent = outline.parents[call.first]
    if not call.is_braced or parent < 0 or parent in gone:
        return False
    group = outline.group(parent)
    if group.kind is not GroupKind.REPETITION or group.closing != call.closing + 1:
        return False
    is_separated = outline.text(group.closing + 1) not in _REPEATS
    return not is_separated and begins_statement(outline, call.first, gone)


def _inside(outline: Outline, group: Group) -> Place:
    """Return what begins where a statement could, directly inside of `group`."""
    if group.kind is GroupKind.CALL:
        is_known = not group.is_qualified and group.name in EVALUATING
        return Place.EXPRESSION if is_known else Place.UNKNOWN
    if group.kind is GroupKind.REPETITION:
        return Place.EXPRESSION if outline.text(group.closing + 1) == b"," else Place.UNKNOWN
    if _is_transcriber(outline, group):
        return Place.UNKNOWN
    is_block = group.kind in (GroupKind.PLAIN, GroupKind.TRY_BLOCK) and outline.text(group.opening) == b"{"
    return Place.STATEMENT if is_block else Place.EXPRESSION


def _is_transcriber(outline: Outline, group: Group) -> bool:
    """Whether `group` is what a `macro_rules!` rule makes: statements or an expression, as it is used."""
    parent = outline.parents[group.opening]
    return (
        parent >= 0
        and outline.text(group.opening - 1) == b"=>"
        and outline.group(parent).kind is GroupKind.DEFINITION
    )


def _may_end_statement(outline: Outline, index: int) -> bool:
    """Whether a statement may end with the token at `index`; in a macro, with what that stands for."""
    text = outline.text(index)
    if text in (b";", b"}"):
        return True
    if outline.text(index - 1) == b"$":
        return True
    if text not in _REPEATS:
        return False
    closing = index - 1 if index - 1 in outline.openings else index - 2
    return closing in outline.openings and outline.text(outline.openings[closing] - 1) == b"$"


def _before_attributes(outline: Outline, first: int) -> int:
    """Return where the attributes in front of the token `first` begin."""
    while outline.text(first - 1) == b"]":
        group = outline.group(outline.openings[first - 1])
        if group.kind is not GroupKind.ATTRIBUTE:
            break
        first = group.first if outline.text(group.first) == b"#" else group.first - 1
    return first


def _begins_new(call: Call) -> bool:
    """Whether what follows the braces can only be something new: no operator is like that."""
    outline, following = call.outline, _follows(call)
    if following in _CONTINUES:
        return False
    kind = outline.code[call.closing + 1].kind
    is_operand = kind not in (TokenKind.OPEN, TokenKind.CLOSE, TokenKind.PUNCTUATION)
    return is_operand or following in (b"#", b"!", b"::")


def _follows(call: Call) -> bytes:
    return call.outline.text(call.closing + 1)


def _is_operand(call: Call, gone: frozenset[int]) -> bool:
    """Whether the call begins the operand of another `try!`."""
    parent = call.outline.parents[call.first]
    return parent == call.first - 1 and parent >= 0 and is_transparent(call.outline.group(parent), gone)
