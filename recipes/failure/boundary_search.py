"""Where errors of other crates may come in: calls that return them, and what converts them into ours.

Nothing here knows which crates those are. What a call returns, and where it is defined, is the compiler's
answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from codemods.recipe import Capture, Condition, HasType, Match, Query, Source, Span

if TYPE_CHECKING:
    from tree_sitter import Node


class BoundaryKind(StrEnum):
    """What a place does with an error: each is the name of its sites."""

    TRY = "?"
    RETURNED = "a call"
    INTO = "into()"
    FROM = "from(…)"
    MAPPED = "map_err(…)"


# What the function may be called that takes errors apart.
FUNCTIONS = ("from_failure", "from_failure_error", "anyhow_from_failure")

_EMPTY = Capture(Span(0, 0), "", "nodes")
_CONSTRUCTORS = ("Ok(", "Err(", "Some(", "Box::new(")  # of std: no dependency makes their errors
# Methods of results that hand an error on. Others, such as `ok` and `unwrap_or`, end it.
_HANDING_ON = frozenset({"and", "and_then", "map", "map_err", "or_else", "map_or_else"})
_HOLDERS = frozenset({"return_expression", "closure_expression", "arguments", "field_initializer"})
# What binds or takes apart a value, with the patterns by which nobody looks at the error.
_UNREAD: dict[str, tuple[str, ...]] = {
    "match_arm": (),
    "match_expression": (),
    "let_declaration": ("_",),
    "let_condition": ("Ok(",),
}
_CANDIDATES = Query("[(call_expression) (try_expression)] @site")
_RESULT = "std::result::Result<_, {}>"
_ERROR = "failure::Error"


def _condition(*patterns: str) -> Condition:
    return Condition(HasType("call", patterns), or_unknown=True, is_unlikely=True)


_IS_RESULT = _condition(_RESULT.format("_"))
_RETURNS = _condition(_RESULT.format(_ERROR), _ERROR)
_IS_ERROR = _condition(_ERROR)
_MAPS = _condition(_RESULT.format(_ERROR))


def find_boundaries(source: Source) -> Iterator[Match]:
    """Yield each place where an error of a crate that stays with failure may meet one that does not."""
    if source.is_manifest:
        return
    for match in _CANDIDATES.find(source):
        if match.node.type == "try_expression":
            yield from _of_try(source, match)
        elif not source.text(_span(match.node)).startswith(_CONSTRUCTORS):
            yield from _of_call(source, match)


def _of_try(source: Source, match: Match) -> Iterator[Match]:
    operand = match.node.named_children[0] if match.node.named_children else None
    if operand is not None and "comment" not in operand.type:
        call = _capture(source, operand)
        yield replace(match, captures=_captures(call, BoundaryKind.TRY), conditions=(_IS_RESULT,))


def _of_call(source: Source, match: Match) -> Iterator[Match]:
    node = match.node
    call = _capture(source, node)
    conversion = _conversion(source, node, call)
    if conversion is not None:
        captures, condition = conversion
        yield replace(match, captures=captures, conditions=(condition,))
    elif _hands_on(source, node) and not _is_taken_apart(source, node):
        yield replace(match, captures=_captures(call, BoundaryKind.RETURNED), conditions=(_RETURNS,))


def _conversion(source: Source, node: Node, call: Capture) -> tuple[dict[str, Capture], Condition] | None:
    """Return the captures of a call that may convert an error into failure's, and what shows that it does."""
    function, listed = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or listed is None:
        return None
    arguments = [each for each in listed.named_children if "comment" not in each.type]
    match function.type, _last_name(source, function), arguments:
        case "field_expression", "into", []:
            receiver = _capture(source, function.named_children[0])
            return _captures(call, BoundaryKind.INTO, receiver=receiver), _IS_ERROR
        case "field_expression", "map_err", [argument] if argument.type != "closure_expression":
            receiver = _capture(source, function.named_children[0])
            return _captures(call, BoundaryKind.MAPPED, receiver=receiver), _MAPS
        case "scoped_identifier", "from", [argument]:
            return _captures(call, BoundaryKind.FROM, argument=_capture(source, argument)), _IS_ERROR
    return None


def _hands_on(source: Source, node: Node) -> bool:
    """Whether the error of the call `node` leaves what it was made in, or is looked into."""
    parent = node.parent
    if parent is None or parent.type in _HOLDERS:
        return parent is not None
    if parent.type == "block":
        return parent.named_children[-1] == node
    if parent.type == "field_expression":
        return _last_name(source, parent) in _HANDING_ON
    is_value = parent.child_by_field_name("value") == node
    unread = _UNREAD.get(parent.type)
    return is_value and unread is not None and not _pattern(source, parent).startswith(unread)


def _is_taken_apart(source: Source, node: Node) -> bool:
    """Whether the value goes to the function that takes errors apart, as an earlier run wrote it."""
    parent = node.parent
    call = parent.parent if parent is not None else None
    if parent is None or call is None or call.type != "call_expression":
        return False
    part = "arguments" if parent.type == "field_expression" else "function"
    other = call.child_by_field_name(part)
    text = "" if other is None else source.text(_span(other)).strip("()")
    return text.rpartition("::")[2] in FUNCTIONS


def _pattern(source: Source, node: Node) -> str:
    pattern = node.child_by_field_name("pattern")
    return "" if pattern is None else source.text(_span(pattern))


def _last_name(source: Source, function: Node) -> str:
    name = function.child_by_field_name("field") or function.child_by_field_name("name")
    return "" if name is None else source.text(_span(name))


def _captures(call: Capture, name: str, **given: Capture) -> dict[str, Capture]:
    """Return captures under all names that facts are about."""
    named = Capture(call.span, name, "nodes")
    return {"call": call, "receiver": _EMPTY, "argument": _EMPTY, "name": named, **given}


def _capture(source: Source, node: Node) -> Capture:
    return Capture(_span(node), source.text(_span(node)), node.type, (node,))


def _span(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)
