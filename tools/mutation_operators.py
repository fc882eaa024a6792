"""Mutators of operators and literals: the operand, the sign, the number, the text, the suffix."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tools.mutation_values import File, Mutator, Rewrite, around, removed, replaced, surely_differ, swapped

if TYPE_CHECKING:
    from tree_sitter import Node

_OTHER = {
    "+": "-", "-": "+", "*": "+", "/": "*", "%": "/",
    "&": "|", "|": "^", "^": "&", "<<": ">>", ">>": "<<",
    "+=": "-=", "-=": "+=", "*=": "+=", "/=": "*=", "%=": "/=",
    "&=": "|=", "|=": "^=", "^=": "&=", "<<=": ">>=", ">>=": "<<=",
}  # fmt: skip
_COMPARED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_LOGIC = {"&&": "||", "||": "&&"}
_STRICT = {"&&": "&", "||": "|"}  # evaluates both sides
_WIDER = {
    "u8": "u16", "u16": "u32", "u32": "u64", "u64": "u32", "u128": "u64", "usize": "u64",
    "i8": "i16", "i16": "i32", "i32": "i64", "i64": "i32", "i128": "i64", "isize": "i64",
    "f32": "f64", "f64": "f32", "char": "u32",
}  # fmt: skip
_NUMBER = re.compile(r"(0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|\d[\d_]*)([iu](?:8|16|32|64|128|size))?$")


def _operator(table: dict[str, str]) -> Mutator:
    def other(file: File, node: Node) -> Iterator[Rewrite]:
        operator = node.child_by_field_name("operator")
        if operator is not None and file.text(operator) in table:
            yield replaced(operator, table[file.text(operator)])

    return other


def _operands(file: File, node: Node) -> Iterator[Rewrite]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is not None and right is not None and surely_differ(file.text(left), file.text(right)):
        yield swapped(file, left, right)


def _plain_assignment(_file: File, node: Node) -> Iterator[Rewrite]:
    operator = node.child_by_field_name("operator")
    if operator is not None:
        yield replaced(operator, "=")


def _sign_removed(file: File, node: Node) -> Iterator[Rewrite]:
    sign = node.children[0]
    if file.text(sign) in "!-":
        yield removed(sign.start_byte, sign.end_byte)


def _negated(_file: File, node: Node) -> Iterator[Rewrite]:
    condition = node.child_by_field_name("condition")
    if condition is not None and condition.type not in ("let_condition", "let_chain"):
        yield around(condition, "!(", ")")


def _forced(value: str) -> Mutator:
    def forced(_file: File, node: Node) -> Iterator[Rewrite]:
        condition = node.child_by_field_name("condition")
        if condition is not None and condition.type not in ("let_condition", "let_chain", "boolean_literal"):
            yield replaced(condition, value)

    return forced


def _integer(file: File, node: Node) -> Iterator[Rewrite]:
    match = _NUMBER.match(file.text(node))
    if match is not None:
        value = int(match[1].replace("_", ""), 0 if match[1][1:2].isalpha() else 10)
        yield replaced(node, f"{value + 1}{match[2] or ''}")
        if value > 1:
            yield replaced(node, f"{value - 1}{match[2] or ''}")


def _suffix(file: File, node: Node) -> Iterator[Rewrite]:
    match = _NUMBER.match(file.text(node))
    if match is not None and match[2]:
        yield replaced(node, match[1] + _WIDER[match[2]])


def _float(file: File, node: Node) -> Iterator[Rewrite]:
    text = file.text(node)
    if re.fullmatch(r"[\d_]+\.[\d_]+", text):
        yield replaced(node, text + "5")


def _boolean(file: File, node: Node) -> Iterator[Rewrite]:
    yield replaced(node, "false" if file.text(node) == "true" else "true")


def _string(file: File, node: Node) -> Iterator[Rewrite]:
    text = file.text(node)
    if text.endswith('"') and not text.startswith("r"):
        yield replaced(node, text[:-1] + 'x"')


def _string_emptied(file: File, node: Node) -> Iterator[Rewrite]:
    text = file.text(node)
    content = text[text.index('"') + 1 : -1] if '"' in text else ""
    if content and text.endswith('"') and "{" not in content:
        yield replaced(node, text[: text.index('"')] + '""')


def _raw_string(file: File, node: Node) -> Iterator[Rewrite]:
    text = file.text(node)
    quote = text.index('"') + 1
    yield replaced(node, text[:quote] + "x" + text[quote:])


def _escape(file: File, node: Node) -> Iterator[Rewrite]:
    other = {"\\n": "\\r", "\\r": "\\n", "\\t": " ", "\\0": "\\n", '\\"': "'", "\\\\": "/"}
    text = file.text(node)
    if text in other:
        yield replaced(node, other[text])


def _character(file: File, node: Node) -> Iterator[Rewrite]:
    text = file.text(node)
    yield replaced(node, ("b" if text.startswith("b") else "") + ("'q'" if "'z'" in text else "'z'"))


def _cast(file: File, node: Node) -> Iterator[Rewrite]:
    kind = node.child_by_field_name("type")
    if kind is not None and file.text(kind) in _WIDER:
        yield replaced(kind, _WIDER[file.text(kind)])


def _double_cast(_file: File, node: Node) -> Iterator[Rewrite]:
    """Cut bits off on the way: `x as u8 as u32`."""
    value = node.child_by_field_name("value")
    if value is not None:
        yield (*around(value, "(", ") as u8"),)


def _range(_file: File, node: Node) -> Iterator[Rewrite]:
    operator = next((child for child in node.children if child.type in ("..", "..=")), None)
    if operator is not None and node.children[-1] is not operator:
        yield replaced(operator, "..=" if operator.type == ".." else "..")


def _range_cut(_file: File, node: Node) -> Iterator[Rewrite]:
    if len(node.children) == 3 and node.children[1].type == "..":
        yield removed(node.children[0].start_byte, node.children[0].end_byte)
        yield removed(node.children[2].start_byte, node.children[2].end_byte)


OPERATORS: dict[str, dict[str, Mutator]] = {
    "binary_expression": {
        "other operator": _operator(_OTHER),
        "other comparison": _operator(_COMPARED),
        "comparison turned": _operator(_TURNED),
        "and for or": _operator(_LOGIC),
        "both sides evaluated": _operator(_STRICT),
        "operands swapped": _operands,
    },
    "compound_assignment_expr": {
        "other assignment": _operator(_OTHER),
        "assignment without operator": _plain_assignment,
    },
    "unary_expression": {"! or - removed": _sign_removed},
    "if_expression": {
        "condition negated": _negated,
        "condition true": _forced("true"),
        "condition false": _forced("false"),
    },
    "while_expression": {"condition negated": _negated},
    "integer_literal": {"integer": _integer, "integer suffix": _suffix},
    "float_literal": {"float": _float},
    "boolean_literal": {"boolean": _boolean},
    "string_literal": {"string": _string, "string emptied": _string_emptied},
    "raw_string_literal": {"string": _raw_string},
    "escape_sequence": {"escape": _escape},
    "char_literal": {"character": _character},
    "type_cast_expression": {"cast": _cast, "cast through u8": _double_cast},
    "range_expression": {"range end": _range, "range cut": _range_cut},
    "range_pattern": {"range pattern": _range},
}
