"""Mutators of names: another variable, field, method, variant, argument; more or less of a call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tools.mutation_values import (
    File,
    Mutator,
    Rewrite,
    around,
    bindings,
    named,
    pairs,
    removed,
    replaced,
    surely_differ,
    swapped,
)

if TYPE_CHECKING:
    from tree_sitter import Node

# One of a line for another.
_METHODS = """\
iter into_iter iter_mut
min max
is_some is_none
is_ok is_err
wrapping_add wrapping_sub saturating_add
first last
starts_with ends_with
skip take
any all
push push_front push_back insert
and_then or_else
find rfind position
to_lowercase to_uppercase to_ascii_lowercase to_ascii_uppercase
len capacity
trim trim_start trim_end
as_ref as_mut
ok err
unwrap unwrap_or_default expect_err
checked_add checked_sub checked_mul
to_owned clone to_string into
chars bytes
next next_back last
split_at split_at_mut
keys values
read read_exact read_to_end
write write_all
flush by_ref
leading_zeros trailing_zeros count_ones count_zeros
swap_remove remove
lock try_lock
borrow borrow_mut
get get_mut
is_empty is_ascii
load into_inner
fetch_add fetch_sub
map filter_map
max_value min_value
read_u8 read_i8
read_u16 read_i16
read_u32 read_i32
read_u64 read_i64
write_u8 write_i8
to_le to_be swap_bytes
pow wrapping_pow
rotate_left rotate_right
"""
_OTHER_METHODS = {
    name: [other for other in group.split() if other != name]
    for group in _METHODS.splitlines()
    for name in group.split()
}
_VARIANTS = {
    "Ok": "Err", "Err": "Ok", "Less": "Greater", "Greater": "Less", "Equal": "Less", "SeqCst": "Relaxed",
    "Acquire": "SeqCst", "Release": "SeqCst", "Relaxed": "SeqCst", "InvalidInput": "InvalidData",
    "InvalidData": "InvalidInput", "UnexpectedEof": "Other", "Other": "InvalidData", "Start": "Current",
    "MAX": "MIN", "MIN": "MAX", "max_value": "min_value", "min_value": "max_value",
    "BigEndian": "LittleEndian", "LittleEndian": "BigEndian",
}  # fmt: skip


def _other_variable(file: File, node: Node) -> Iterator[Rewrite]:
    """Use another binding of this function, made earlier, in place of one that is read."""
    if not _is_read(node):
        return
    name = file.text(node)
    known = [other for other, at in bindings(file, node) if at < node.start_byte]
    if name not in known:
        return
    others = list(dict.fromkeys(other for other in reversed(known) if other != name))
    for other in others[:3]:
        yield replaced(node, other)


def _is_read(node: Node) -> bool:
    """Whether an identifier is an expression: no pattern, no callee, no name of a thing."""
    parent = node.parent
    if parent is None or parent.type in (
        "scoped_identifier",
        "macro_invocation",
        "generic_function",
        "label",
    ):
        return False
    if parent.type in (
        "arguments",
        "return_expression",
        "expression_statement",
        "block",
        "reference_expression",
    ):
        return True
    fields = ("left", "right", "value", "condition", "argument")
    return any(parent.child_by_field_name(name) == node for name in fields)


def _other_field(file: File, node: Node) -> Iterator[Rewrite]:
    name = node.child_by_field_name("field")
    if name is None or (node.parent is not None and node.parent.child_by_field_name("function") == node):
        return
    if name.type == "integer_literal":
        yield replaced(name, str((int(file.text(name)) + 1) % 2))
        return
    for other in file.fields:
        if other != file.text(name):
            yield replaced(name, other)


def _other_method(file: File, node: Node) -> Iterator[Rewrite]:
    function = node.child_by_field_name("function")
    if function is None or function.type != "field_expression":
        return
    name = function.child_by_field_name("field")
    if name is not None:
        for other in _OTHER_METHODS.get(file.text(name), ()):
            yield replaced(name, other)


def _call_dropped(_file: File, node: Node) -> Iterator[Rewrite]:
    """`x.f(…)` becomes `x`: one link of a chain is gone."""
    function = node.child_by_field_name("function")
    if function is not None and function.type == "field_expression":
        receiver = function.child_by_field_name("value")
        if receiver is not None:
            yield removed(receiver.end_byte, node.end_byte)


def _appended(text: str) -> Mutator:
    def appended(_file: File, node: Node) -> Iterator[Rewrite]:
        yield around(node, "", text)[1:]

    return appended


def _negated(_file: File, node: Node) -> Iterator[Rewrite]:
    yield around(node, "!", "")[:1]


def _arguments(file: File, node: Node) -> Iterator[Rewrite]:
    for first, second in pairs(named(node)):
        if surely_differ(file.text(first), file.text(second)):
            yield swapped(file, first, second)


def _other_variant(file: File, node: Node) -> Iterator[Rewrite]:
    text = file.text(node)
    if node.parent is not None and node.parent.type in (
        "macro_invocation",
        "use_declaration",
        "scoped_use_list",
    ):
        return
    if node.type == "scoped_identifier":
        path, name = node.child_by_field_name("path"), node.child_by_field_name("name")
        if path is None or name is None:
            return
        last = file.text(path).rpartition("::")[2]
        for other in file.variants.get(last, ()):
            if other != file.text(name):
                yield replaced(name, other)
        if file.text(name) in _VARIANTS:
            yield replaced(name, _VARIANTS[file.text(name)])
    elif text in ("Ok", "Err") or (text in _VARIANTS and text[:1].isupper()):
        yield replaced(node, _VARIANTS[text])


def _field_values(file: File, node: Node) -> Iterator[Rewrite]:
    values = [each.child_by_field_name("value") for each in named(node) if each.type == "field_initializer"]
    for first, second in pairs(value for value in values if value is not None):
        if surely_differ(file.text(first), file.text(second)):
            yield swapped(file, first, second)


def _field_shorthand(file: File, node: Node) -> Iterator[Rewrite]:
    known = [name for name, at in bindings(file, node) if at < node.start_byte]
    for other in dict.fromkeys(known):
        if other != file.text(node):
            yield around(node, "", f": {other}")[1:]


def _index(_file: File, node: Node) -> Iterator[Rewrite]:
    children = named(node)
    if len(children) == 2 and children[1].type != "range_expression":
        yield around(children[1], "(", ") + 1")
        yield around(children[1], "(", ") ^ 1")


def _borrow(file: File, node: Node) -> Iterator[Rewrite]:
    value = node.child_by_field_name("value")
    if value is None or file.text(value).startswith("raw "):
        return
    mutable = next((child for child in node.children if child.type == "mutable_specifier"), None)
    if mutable is not None:
        yield removed(mutable.start_byte, value.start_byte)
    else:
        yield (*around(value, "mut ", "")[:1],)
    yield around(value, "", ".clone()")[1:]


def _turbofish(file: File, node: Node) -> Iterator[Rewrite]:
    text = file.text(node)
    match = re.fullmatch(r"(::)?<(u8|u16|u32|u64|usize|i32|i64|BigEndian|LittleEndian|f32|f64)>", text)
    other = {"BigEndian": "LittleEndian", "LittleEndian": "BigEndian", "u8": "u16", "f32": "f64"}
    if match is not None:
        yield replaced(node, f"{match[1] or ''}<{other.get(match[2], 'u8')}>")


NAMES: dict[str, dict[str, Mutator]] = {
    "identifier": {"other variable": _other_variable, "other variant": _other_variant},
    "self": {},
    "scoped_identifier": {"other variant": _other_variant},
    "field_expression": {"other field": _other_field},
    "call_expression": {
        "other method": _other_method,
        "call dropped": _call_dropped,
        "clone added": _appended(".clone()"),
        "into added": _appended(".into()"),
        "negated result": _negated,
    },
    "arguments": {"arguments swapped": _arguments},
    "field_initializer_list": {"field values swapped": _field_values},
    "shorthand_field_initializer": {"field from another variable": _field_shorthand},
    "index_expression": {"other index": _index},
    "reference_expression": {"other borrow": _borrow},
    "type_arguments": {"type argument": _turbofish},
}
