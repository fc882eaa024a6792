"""Tracers: edits of a throw-away copy by which code tells that it was run, and goes on as before.

A tracer stands *behind* what it watches, in the same expression: `(value, { … }).0`. So it tells that
the value was really there, not only that its line was begun; and a tuple ends no temporary, as
a block would. Behind the operand of a `?` it tells of errors too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from codemods.rust.edits import Edit
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.statements import StatementRole, statement_role
from codemods.rust.trees import SyntaxTree, path_to, path_within, span_of

# Expressions whose value is a new one; a tuple around a place would copy it.
_VALUES = frozenset(
    {
        "array_expression",
        "await_expression",
        "binary_expression",
        "call_expression",
        "macro_invocation",
        "struct_expression",
        "tuple_expression",
    }
)
_NO_STATEMENTS = frozenset({"line_comment", "block_comment", "inner_attribute_item", "label"})
_ITEMS = ("_item", "_definition", "_declaration")
_INERT = {
    "use_declaration": "an import runs nothing by itself",
    "extern_crate_declaration": "an import runs nothing by itself",
    "attribute_item": "an attribute runs nothing by itself",
    "inner_attribute_item": "an attribute runs nothing by itself",
}
_NO_VALUES = frozenset(
    {
        "block",
        "break_expression",
        "continue_expression",
        "let_condition",
        "return_expression",
        "yield_expression",
    }
)
# What may leave a statement before its end, or pass over a part of it.
_DETOURS = frozenset(
    {
        "async_block",
        "break_expression",
        "closure_expression",
        "continue_expression",
        "for_expression",
        "if_expression",
        "loop_expression",
        "macro_invocation",
        "match_expression",
        "return_expression",
        "token_tree",
        "try_expression",
        "while_expression",
        "yield_expression",
    }
)
_HEADS = {
    "binary_expression": "left",
    "for_expression": "value",
    "if_expression": "condition",
    "match_expression": "value",
    "while_expression": "condition",
}


@dataclass(frozen=True, slots=True)
class Tracer:
    """A place to watch: behind the value at `span`, or, where it is empty, before a statement."""

    span: Span


@dataclass(frozen=True, slots=True)
class Untraceable:
    """Why a place cannot be watched, as the end of "not measured: …"."""

    reason: str


def place_tracer(source: Source, span: Span) -> Tracer | Untraceable:
    """Return the place that tells most exactly whether the code at `span` of `source` is run."""
    span = _inked(source.content, span)
    trees = source.trees_at(span)
    if not trees:
        return Untraceable("the code is in a form that the parser does not understand")
    constant = next((reason for tree in trees if (reason := _constant(path_to(tree.root, span)))), None)
    if constant is not None:
        return Untraceable(constant)
    tree = trees[-1]
    if not tree.is_sound(span):
        return Untraceable("the code is in a form that the parser does not understand")
    path = path_within(tree.root, span)
    if not len(span) and path and path[-1].type == "block":
        return _in_gap(path[-1], span.start) or _why_not(path)
    return _behind_value(tree, path, span) or _before_statement(path, span) or _why_not(path)


def is_branch(parent: Node, child: Node) -> bool:
    """Whether `child` may stay unrun although `parent` is begun: of an arm, a closure, `&&`."""
    match parent.type:
        case "match_arm":
            return child == parent.child_by_field_name("value")
        case "match_pattern":
            return child == parent.child_by_field_name("condition")
        case "closure_expression":
            return child == parent.child_by_field_name("body")
        case "binary_expression":
            operator = parent.child_by_field_name("operator")
            is_lazy = operator is not None and operator.type in ("&&", "||")
            return is_lazy and child == parent.child_by_field_name("right")
        case "let_chain":
            return child.is_named and child != parent.named_children[0]
    return False


def tracer_edits(tracers: Mapping[int, Tracer], code: Callable[[int], str]) -> tuple[Edit, ...]:
    """Return the edits that put `code(number)`, a block's content without value, at each tracer.

    Tracers may be nested in one another. Lines do not move.
    """
    pieces: dict[int, list[tuple[int, int, str]]] = {}  # by offset: closings first, inner before outer
    for number, tracer in tracers.items():
        start, end = tracer.span.start, tracer.span.end
        note = f"{{ {code(number)} }}"
        if start == end:
            pieces.setdefault(start, []).append((1, 0, f"{note} "))
            continue
        pieces.setdefault(end, []).append((0, -start, f", {note}).0"))
        pieces.setdefault(start, []).append((2, -end, "("))
    return tuple(
        Edit(Span(offset, offset), "".join(text for _, _, text in sorted(here)))
        for offset, here in sorted(pieces.items())
    )


def _behind_value(tree: SyntaxTree, path: Sequence[Node], span: Span) -> Tracer | None:
    node = _only_node(path, span)
    if node is None:
        return None
    if node.type == "try_expression":
        return Tracer(span_of(node.children[0]))
    is_value = node.type in _VALUES or (node.parent is not None and _may_be_wrapped(node, node.parent))
    if not is_value:
        return None
    # As a statement a macro may be more than a value: a `let`, several statements.
    is_statement = node.type == "macro_invocation" and statement_role(node, tree) is not StatementRole.PART
    return None if is_statement else Tracer(span_of(node))


def _may_be_wrapped(node: Node, parent: Node) -> bool:
    """Whether `node` is a branch whose value is given away, so that a tuple around it copies nothing."""
    return is_branch(parent, node) and node.type not in _NO_VALUES


def _in_gap(block: Node, at: int) -> Tracer | None:
    """Return a place between two statements, or at the end of a block without a value."""
    statements = [node for node in block.named_children if node.type not in _NO_STATEMENTS]
    following = next((node for node in statements if node.start_byte >= at), None)
    if following is not None:
        return _at(following)
    if statements and not _is_ended(statements[-1]):
        return None
    end = block.end_byte - 1
    return Tracer(Span(end, end))


def _is_ended(statement: Node) -> bool:
    return statement.type in ("let_declaration", "empty_statement") or (
        statement.type == "expression_statement" and statement.children[-1].type == ";"
    )


def _inked(content: bytes, span: Span) -> Span:
    """Return `span` without the blanks at its ends, which an edit may have left."""
    text = span.of(content)
    if not text.strip():
        return span
    return Span(span.end - len(text.lstrip()), span.start + len(text.rstrip()))


def _only_node(path: Sequence[Node], span: Span) -> Node | None:
    """Return the node that is all of `span`, but for comments beside it."""
    if not path or span_of(path[-1]) == span:
        return path[-1] if path else None
    touched = [child for child in path[-1].children if span_of(child).overlaps(span)]
    if not all(span_of(child) in span for child in touched):
        return None
    code = [child for child in touched if child.type not in ("line_comment", "block_comment")]
    return code[0] if len(code) == 1 and code[0].is_named else None


def _before_statement(path: Sequence[Node], span: Span) -> Tracer | None:
    """Return a place before the first statement in `span`, or before the one that surely runs all of it."""
    block = next((node for node in reversed(path) if node.type == "block"), None)
    if block is None:
        return None
    statements = [node for node in block.named_children if node.type not in _NO_STATEMENTS]
    first = next((node for node in statements if span.start <= node.start_byte < span.end), None)
    if first is not None:
        return _at(first)
    around = next((node for node in statements if node.start_byte <= span.start < node.end_byte), None)
    if around is None or around.type in ("attribute_item", "empty_statement"):
        return None
    return _at(around) if not _has_detour(around, span) else None


def _at(statement: Node) -> Tracer | None:
    # The tail of a block takes no statement before it where it is a declaration of its own.
    if statement.type == "attribute_item" or statement.type.endswith(_ITEMS[:2]):
        return None
    before = statement.prev_named_sibling
    if before is not None and before.type == "attribute_item":
        return None  # between an attribute and what it is for
    return Tracer(Span(statement.start_byte, statement.start_byte))


def _has_detour(statement: Node, span: Span) -> bool:
    """Whether some way through the statement does not come to `span`."""
    return any(
        (node.type in _DETOURS or any(child.type in ("&&", "||") for child in node.children))
        and not _is_in_head(node, span)
        for node in _nodes_before(statement, span.end)
    )


def _is_in_head(node: Node, span: Span) -> bool:
    """Whether `span` is in what `node` evaluates first of all: the condition, the left operand."""
    name = _HEADS.get(node.type)
    head = node.child_by_field_name(name) if name is not None else None
    return head is not None and span in span_of(head)


def _nodes_before(node: Node, end: int) -> Iterable[Node]:
    yield node
    for child in node.named_children:
        if child.start_byte < end:
            yield from _nodes_before(child, end)


def _constant(path: Sequence[Node]) -> str | None:
    for node in reversed(path):
        match node.type:
            case "const_item" | "static_item" | "const_block" | "enum_variant" | "array_type":
                return "the compiler itself evaluates this constant"
            case "function_item" if _is_const(node):
                return "a `const fn` can note nothing"
            case "function_item" | "closure_expression":
                return None
    return None


def _is_const(function: Node) -> bool:
    modifiers = next((child for child in function.children if child.type == "function_modifiers"), None)
    return modifiers is not None and any(child.type == "const" for child in modifiers.children)


def _why_not(path: Sequence[Node]) -> Untraceable:
    inert = next((reason for node in reversed(path) if (reason := _INERT.get(node.type))), None)
    return Untraceable(inert or "no note can be put where exactly this code is run")
