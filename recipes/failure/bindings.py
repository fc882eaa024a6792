"""Where a name that is used at some place is bound: a `let`, a parameter, a pattern."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.recipe import Source, Span

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMES = ("identifier", "shorthand_field_identifier")
_TYPES_AND_VALUES = ("type", "condition")  # fields within a pattern or parameter that bind nothing


def binding_of(source: Source, name: str, at: Span) -> Node | None:
    """Return the identifier that binds `name` for the code at `at`; None where it is not seen.

    Looks through the trees of macro arguments too, from the innermost one outwards, as far as the
    function around.
    """
    for tree in reversed(source.trees_at(at)):
        node = tree.root.descendant_for_byte_range(at.start, at.end)
        while node is not None and node.type != "function_item":
            parent = node.parent
            for pattern in _patterns_for(node, parent) if parent is not None else ():
                found = next((each for each in _bound(pattern) if each.text == name.encode()), None)
                if found is not None:
                    return found
            node = parent
        if node is not None:
            return None
    return None


def _patterns_for(node: Node, parent: Node) -> Iterator[Node]:
    """Yield what `parent` holds that binds names for its child `node`, the nearest first."""
    match parent.type:
        case "block" | "source_file":
            before = [each for each in parent.named_children if each.end_byte <= node.start_byte]
            yield from _fields(
                reversed([each for each in before if each.type == "let_declaration"]), "pattern"
            )
        case "for_expression" | "match_arm":
            if node != parent.child_by_field_name("pattern"):
                yield from _fields((parent,), "pattern")
        case "closure_expression" | "function_item":
            yield from _fields((parent,), "parameters")
        case "if_expression" | "while_expression":
            condition = parent.child_by_field_name("condition")
            is_body = node in (parent.child_by_field_name("consequence"), parent.child_by_field_name("body"))
            if condition is not None and is_body:
                yield from _fields(reversed(_let_conditions(condition)), "pattern")


def _fields(nodes: Iterator[Node] | tuple[Node, ...], name: str) -> Iterator[Node]:
    for node in nodes:
        found = node.child_by_field_name(name)
        if found is not None:
            yield found


def _let_conditions(condition: Node) -> list[Node]:
    if condition.type == "let_condition":
        return [condition]
    return [each for each in condition.named_children if each.type == "let_condition"]


def _bound(pattern: Node) -> Iterator[Node]:
    if pattern.type in _NAMES:
        yield pattern
    for index, child in enumerate(pattern.children):
        if child.is_named and pattern.field_name_for_child(index) not in _TYPES_AND_VALUES:
            yield from _bound(child)
