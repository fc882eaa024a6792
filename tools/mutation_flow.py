"""Mutators of statements, scopes, drops, arms, loops, closures and error handling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.rust.edits import Edit
from codemods.rust.spans import Span
from tools.mutation_values import (
    File,
    Mutator,
    Rewrite,
    around,
    bindings,
    named,
    nodes,
    pairs,
    removed,
    replaced,
    surely_differ,
    swapped,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_STATEMENTS = ("expression_statement", "let_declaration")


def _statement_dropped(_file: File, node: Node) -> Iterator[Rewrite]:
    """Drop a statement; not a macro's, which may stand for nothing."""
    if _has_effect(node):
        yield removed(node.start_byte, node.end_byte)


def _has_effect(node: Node) -> bool:
    inner = node.named_children[0] if node.named_children else None
    return inner is not None and inner.type not in ("macro_invocation", "tuple_expression", "unit_expression")


def _statement_twice(file: File, node: Node) -> Iterator[Rewrite]:
    if _has_effect(node) and node.named_children[0].type not in ("return_expression", "break_expression"):
        yield around(node, "", " " + file.text(node))[1:]


def _statements_swapped(file: File, node: Node) -> Iterator[Rewrite]:
    """Exchange neighbours: the order of effects, or of drops."""
    for first, second in pairs(child for child in named(node)):
        if first.type not in _STATEMENTS or second.type not in _STATEMENTS:
            continue
        if first.children[-1].type != ";" or second.children[-1].type != ";":
            continue  # blocks as statements and a tail: the `;` would be at the wrong place
        if not (_has_effect(first) and _has_effect(second)):
            continue
        if surely_differ(_what_runs(file, first), _what_runs(file, second)):
            yield swapped(file, first, second)


def _what_runs(file: File, statement: Node) -> str:
    value = statement.child_by_field_name("value")
    return file.text(value if value is not None else statement)


def _scope_opened(_file: File, node: Node) -> Iterator[Rewrite]:
    """Put a statement in a block of its own: what it binds or holds dies earlier."""
    if node.children[-1].type == ";":
        yield around(node, "{ ", " }")


def _scope_flattened(_file: File, node: Node) -> Iterator[Rewrite]:
    """Take the braces of a block statement away: what it holds lives on (a guard, say)."""
    parent = node.parent
    if parent is None or parent.type not in ("block", "expression_statement") or not named(node):
        return
    if node.children[0].type == "{" and node.children[-1].type == "}":
        first, last = node.children[0], node.children[-1]
        yield (Edit(_span(first), ""), Edit(_span(last), "" if _ends_statement(node) else ";"))


def _ends_statement(node: Node) -> bool:
    return named(node)[-1].type in (*_STATEMENTS, "empty_statement")


def _span(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)


def _bound_for_longer(_file: File, node: Node) -> Iterator[Rewrite]:
    """Keep what a statement throws away: `f();` becomes `let _kept = f();`."""
    inner = node.named_children[0] if node.named_children else None
    if (
        inner is not None
        and inner.type in ("call_expression", "try_expression")
        and node.children[-1].type == ";"
    ):
        yield around(inner, "let _kept = ", "")[:1]
        yield around(inner, "let _ = ", "")[:1]


def _underscore(file: File, node: Node) -> Iterator[Rewrite]:
    """`let _ =` drops at once, `let _x =` at the end of the scope."""
    pattern = node.children[1] if len(node.children) > 1 else None
    if pattern is not None and pattern.type == "_":
        yield replaced(pattern, "_kept")
    elif pattern is not None and file.text(pattern).startswith("_") and pattern.type == "identifier":
        yield replaced(pattern, "_")


def _initializer_scoped(_file: File, node: Node) -> Iterator[Rewrite]:
    """`let x = f(g());` becomes `let x = { let value = f(g()); value };`: temporaries die earlier."""
    value = node.child_by_field_name("value")
    if value is not None and value.type in ("call_expression", "method_call_expression", "try_expression"):
        yield around(value, "{ let value = ", "; value }")


def _dropped_early(file: File, node: Node) -> Iterator[Rewrite]:
    pattern = node.child_by_field_name("pattern")
    if pattern is not None and pattern.type == "identifier" and file.text(node).endswith(";"):
        name = file.text(pattern)
        yield around(node, "", f" drop({name});")[1:]
        yield around(node, "", f" let {name} = {{ let _moved = {name}; _moved }};")[1:]


def _shadowed(file: File, node: Node) -> Iterator[Rewrite]:
    pattern = node.child_by_field_name("pattern")
    if pattern is not None and pattern.type == "identifier" and file.text(node).endswith(";"):
        yield around(node, "", f" let {file.text(pattern)} = Default::default();")[1:]


def _arms_swapped(file: File, node: Node) -> Iterator[Rewrite]:
    arms = [child for child in named(node) if child.type == "match_arm"]
    for first, second in pairs(arms):
        if file.text(first).rstrip()[-1:] in ",}" and file.text(second).rstrip()[-1:] in ",}":
            yield swapped(file, first, second)


def _arm_values_swapped(file: File, node: Node) -> Iterator[Rewrite]:
    arms = [child for child in named(node) if child.type == "match_arm"]
    for first, second in pairs(arms):
        values = first.child_by_field_name("value"), second.child_by_field_name("value")
        if values[0] is not None and values[1] is not None:
            texts = file.text(values[0]), file.text(values[1])
            if surely_differ(*texts) and (texts[0][-1:] == "}") == (texts[1][-1:] == "}"):
                yield swapped(file, values[0], values[1])


def _guard(_file: File, node: Node) -> Iterator[Rewrite]:
    condition = node.child_by_field_name("condition")
    if condition is not None and condition.type not in ("let_condition", "let_chain"):
        keyword = condition.prev_sibling
        yield around(condition, "!(", ")")
        if keyword is not None and keyword.type == "if":
            yield removed(keyword.start_byte, condition.end_byte)


def _guard_added(_file: File, node: Node) -> Iterator[Rewrite]:
    pattern = node.child_by_field_name("pattern")
    if pattern is not None and pattern.child_by_field_name("condition") is None:
        yield around(pattern, "", " if true")[1:]


def _alternative(_file: File, node: Node) -> Iterator[Rewrite]:
    """`a | b` loses one side."""
    if len(node.children) == 3:
        yield removed(node.children[0].start_byte, node.children[1].end_byte)
        yield removed(node.children[1].start_byte, node.children[2].end_byte)


def _branches_swapped(file: File, node: Node) -> Iterator[Rewrite]:
    consequence, alternative = (
        node.child_by_field_name("consequence"),
        node.child_by_field_name("alternative"),
    )
    if consequence is None or alternative is None:
        return
    other = named(alternative)[0]
    if other.type == "block" and surely_differ(file.text(consequence), file.text(other)):
        yield swapped(file, consequence, other)


def _else_dropped(_file: File, node: Node) -> Iterator[Rewrite]:
    yield removed(node.start_byte, node.end_byte)


def _jump(other: str) -> Mutator:
    def jump(_file: File, node: Node) -> Iterator[Rewrite]:
        if len(node.children) == 1:
            yield replaced(node, other)

    return jump


def _label_dropped(file: File, node: Node) -> Iterator[Rewrite]:
    """Jump out of the innermost loop instead; not where the label names that one."""
    label = next((child for child in node.children if child.type == "label"), None)
    loop = node.parent
    while loop is not None and loop.type not in _LOOPS:
        loop = loop.parent
    if label is not None and loop is not None and not file.text(loop).startswith(file.text(label)):
        yield removed(label.start_byte, label.end_byte)


_LOOPS = ("loop_expression", "while_expression", "for_expression", "closure_expression", "function_item")


def _loop_once(_file: File, node: Node) -> Iterator[Rewrite]:
    body = node.child_by_field_name("body")
    if body is not None and named(body):
        yield around(body.children[-1], "; break; ", "")[:1]


def _move(file: File, node: Node) -> Iterator[Rewrite]:
    """Capture by value or by reference; only where the body borrows or changes what is captured."""
    first = node.children[0]
    if not _borrows_captured(file, node):
        return
    if first.type == "move":
        yield removed(first.start_byte, node.children[1].start_byte)
    elif first.type == "closure_parameters":
        yield around(node, "move ", "")[:1]


def _borrows_captured(file: File, closure: Node) -> bool:
    inside = range(closure.start_byte, closure.end_byte)
    bound = list(bindings(file, closure))
    captured = {name for name, at in bound if at < closure.start_byte}
    captured -= {name for name, at in bound if at in inside}
    body = closure.child_by_field_name("body")
    used = (
        found.child_by_field_name("left" if found.type in _ASSIGNMENTS else "value")
        for found in (nodes(body) if body is not None else ())
        if found.type == "reference_expression" or found.type in _ASSIGNMENTS
    )
    return any(place is not None and file.text(place) in captured for place in used)


_ASSIGNMENTS = ("assignment_expression", "compound_assignment_expr")


def _closure_body(_file: File, node: Node) -> Iterator[Rewrite]:
    body = node.child_by_field_name("body")
    if body is not None and body.type != "block":
        yield around(body, "{ let value = ", "; value }")


def _return_value(file: File, node: Node) -> Iterator[Rewrite]:
    """Turn what is returned: `return x` into `return Ok(Default::default())` and the like."""
    inner = named(node)
    text = file.text(inner[0]) if inner else ""
    if text.startswith("Err("):
        yield replaced(inner[0], "Ok(Default::default())")
    elif text.startswith("Ok("):
        yield replaced(inner[0], "Err(Default::default())")
    elif text.startswith("Some("):
        yield replaced(inner[0], "None")


def _wrong_question(file: File, node: Node) -> Iterator[Rewrite]:
    """Use `?` in another place, or something like it."""
    operand = node.children[0]
    mark = node.children[-1]
    for text in _WRAPPED:
        yield (*around(operand, *text)[:1], Edit(_span(mark), text[1]))
    yield from _moved_question(file, operand, (Edit(_span(mark), ""),))


def _wrong_try(file: File, node: Node) -> Iterator[Rewrite]:
    """Upgrade a `try!` wrongly: the `?` in another place, or something that is nearly one."""
    name = node.child_by_field_name("macro")
    tree = node.children[-1]
    if name is None or file.text(name) not in ("try", "r#try") or tree.type != "token_tree":
        return
    inside = file.text(tree)[1:-1].strip().rstrip(",")
    if not inside or "#" in inside:
        return
    for before, after in _WRAPPED:
        yield replaced(
            node, before + f"({inside})" + after if _binds_loosely(inside) else before + inside + after
        )
    yield from _question_within(node, inside)


def _question_within(node: Node, inside: str) -> Iterator[Rewrite]:
    call = re.fullmatch(r"([\w:.]+)\((.+)\)", inside, re.DOTALL)
    if call is not None and call[2].count("(") == call[2].count(")") and "," not in call[2]:
        yield replaced(node, f"{call[1]}({call[2]}?)")
    for dot in [match.start() for match in re.finditer(r"\.(?=\w+\()", inside)]:
        yield replaced(node, f"{inside[:dot]}?{inside[dot:]}")
    for operator in re.finditer(r" [-+*/&|^] ", inside):
        if _depth(inside[: operator.start()]) == 0:
            yield replaced(node, f"{inside[: operator.start()]}?{inside[operator.start() :]}")
            yield replaced(node, inside + "?")


def _depth(text: str) -> int:
    return sum(text.count(opening) for opening in "([{") - sum(text.count(closing) for closing in ")]}")


_WRAPPED = (
    ("", ".unwrap()"),
    ("", ".map_err(::std::convert::From::from)?"),
    ("", ".map_err(::std::convert::Into::into)?"),
    ("", ".or_else(|e| Err(e))?"),
    ("{ ", " }?"),
    ("{ let value = ", "; value }?"),
    ("", "?.clone()"),
    ("", ".unwrap_or_default()"),
    ("", ".ok().unwrap()"),
    ("match ", " { Ok(v) => v, Err(e) => return Err(e) }"),
    ("match ", " { Ok(v) => v, Err(e) => return Err(e.into()) }"),
    ("match ", " { Ok(v) => v, Err(_) => return Err(Default::default()) }"),
    ("if let Ok(v) = ", " { v } else { return Ok(Default::default()) }"),
)


def _binds_loosely(text: str) -> bool:
    return re.search(r"[-+*/&|^<>=]| as |\bmatch\b|\bif\b", text) is not None


def _moved_question(_file: File, operand: Node, without: Rewrite) -> Iterator[Rewrite]:
    if operand.type != "call_expression":
        return
    function, arguments = (operand.child_by_field_name(name) for name in ("function", "arguments"))
    if arguments is not None:
        for argument in named(arguments):
            yield (*around(argument, "", "?")[1:], *without)
    if function is not None and function.type == "field_expression":
        receiver = function.child_by_field_name("value")
        if receiver is not None:
            yield (*around(receiver, "", "?")[1:], *without)


FLOW: dict[str, dict[str, Mutator]] = {
    "expression_statement": {
        "statement dropped": _statement_dropped,
        "statement twice": _statement_twice,
        "scope opened": _scope_opened,
        "kept for longer": _bound_for_longer,
    },
    "block": {"statements swapped": _statements_swapped, "scope flattened": _scope_flattened},
    "let_declaration": {
        "_ or _x": _underscore,
        "initializer scoped": _initializer_scoped,
        "dropped early": _dropped_early,
        "shadowed": _shadowed,
    },
    "match_block": {"arms swapped": _arms_swapped, "arm values swapped": _arm_values_swapped},
    "match_pattern": {"guard": _guard},
    "match_arm": {"guard added": _guard_added},
    "or_pattern": {"alternative dropped": _alternative},
    "if_expression": {"branches swapped": _branches_swapped},
    "else_clause": {"else dropped": _else_dropped},
    "break_expression": {"break or continue": _jump("continue"), "label dropped": _label_dropped},
    "continue_expression": {"break or continue": _jump("break"), "label dropped": _label_dropped},
    "for_expression": {"loop once": _loop_once},
    "while_expression": {"loop once": _loop_once},
    "loop_expression": {"loop once": _loop_once},
    "closure_expression": {"closure move": _move, "closure body scoped": _closure_body},
    "return_expression": {"other return": _return_value},
    "try_expression": {"wrong question mark": _wrong_question},
    "macro_invocation": {"wrong upgrade": _wrong_try},
}
