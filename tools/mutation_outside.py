"""Mutators outside of function bodies: constants, statics, signatures, attributes, impls, imports."""

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
    named,
    nodes,
    pairs,
    removed,
    replaced,
    swapped,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_LITERALS = ("integer_literal", "string_literal", "char_literal", "boolean_literal")


def _constant(file: File, node: Node) -> Iterator[Rewrite]:
    """Another value of a `const` or `static`."""
    value = node.child_by_field_name("value")
    for found in nodes(value) if value is not None else ():
        text = file.text(found)
        if found.type == "integer_literal" and re.fullmatch(r"\d+", text):
            yield replaced(found, str(int(text) + 1))
        elif found.type == "boolean_literal":
            yield replaced(found, "false" if text == "true" else "true")
        elif found.type == "string_literal" and not text.startswith("b"):
            yield replaced(found, text[:-1] + 'x"')


def _static_for_const(_file: File, node: Node) -> Iterator[Rewrite]:
    keyword = next((child for child in node.children if child.type in ("const", "static")), None)
    in_module = node.parent is not None and node.parent.type == "source_file"
    if keyword is not None and in_module:
        yield replaced(keyword, "static" if keyword.type == "const" else "const")


def _function_attribute(text: str) -> Mutator:
    def attribute(_file: File, node: Node) -> Iterator[Rewrite]:
        yield around(node, text + " ", "")[:1]

    return attribute


def _parameters_swapped(file: File, node: Node) -> Iterator[Rewrite]:
    """Exchange the names of two parameters: the body is the same text and means another thing."""
    parameters = node.child_by_field_name("parameters")
    found = [each for each in named(parameters) if each.type == "parameter"] if parameters is not None else []
    for first, second in pairs(found):
        names = [each.child_by_field_name("pattern") for each in (first, second)]
        types = {file.text(each.child_by_field_name("type") or each) for each in (first, second)}
        if names[0] is None or names[1] is None or len(types) > 1:
            continue
        if file.text(names[0]) != file.text(names[1]):
            yield swapped(file, names[0], names[1])


def _parameter_type(file: File, node: Node) -> Iterator[Rewrite]:
    for found in nodes(node.child_by_field_name("parameters") or node):
        if found.type == "primitive_type" and file.text(found) in ("u32", "u64", "i32", "usize", "u8"):
            yield replaced(found, "u64" if file.text(found) != "u64" else "u32")


def _modifier(file: File, node: Node) -> Iterator[Rewrite]:
    keyword = next((child for child in node.children if child.type == "fn"), None)
    modifiers = next((child for child in node.children if child.type == "function_modifiers"), None)
    if keyword is None:
        return
    if modifiers is None:
        for text in ("unsafe ", 'extern "C" ', "const ", "async "):
            yield around(keyword, text, "")[:1]
    elif file.text(modifiers) in ("unsafe", "const"):
        yield removed(modifiers.start_byte, keyword.start_byte)


def _visibility(file: File, node: Node) -> Iterator[Rewrite]:
    yield replaced(node, "pub(crate)" if file.text(node) == "pub" else "pub")


def _attribute_dropped(_file: File, node: Node) -> Iterator[Rewrite]:
    yield removed(node.start_byte, node.end_byte)


def _variants_swapped(file: File, node: Node) -> Iterator[Rewrite]:
    variants = [each for each in named(node) if each.type == "enum_variant"]
    for first, second in pairs(variants):
        if first.child_by_field_name("value") is None and second.child_by_field_name("value") is None:
            yield swapped(file, first, second)


def _fields_swapped(file: File, node: Node) -> Iterator[Rewrite]:
    """Exchange two fields: the order in which they are dropped."""
    for first, second in pairs(each for each in named(node) if each.type == "field_declaration"):
        yield swapped(file, first, second)


def _representation(_file: File, node: Node) -> Iterator[Rewrite]:
    for text in ("#[repr(C)] ", "#[repr(align(64))] "):
        yield around(node, text, "")[:1]


def _method_dropped(_file: File, node: Node) -> Iterator[Rewrite]:
    """Take a method out of a trait's impl: the default one runs."""
    body = node.child_by_field_name("body")
    if node.child_by_field_name("trait") is not None and body is not None:
        for method in named(body):
            if method.type == "function_item":
                yield removed(method.start_byte, method.end_byte)


def _impl_added(file: File, node: Node) -> Iterator[Rewrite]:
    name = node.child_by_field_name("name")
    if name is not None and node.child_by_field_name("type_parameters") is None:
        text = f" impl Drop for {file.text(name)} {{ fn drop(&mut self) {{ ::std::process::abort() }} }}"
        yield around(node, "", text)[1:]


def _import(file: File, node: Node) -> Iterator[Rewrite]:
    """Make a name mean another thing."""
    for found in nodes(node):
        text = file.text(found)
        other = {"HashMap": "BTreeMap as HashMap", "Rc": "Arc as Rc", "Result": "Result as Result"}
        if found.type == "identifier" and text in other and text != "Result" and _ends_path(found):
            yield replaced(found, other[text])


def _ends_path(node: Node) -> bool:
    following = node.parent.next_sibling if node.parent is not None else None
    return following is None or following.type in (";", ",", "}")


def _inner_attribute(_file: File, node: Node) -> Iterator[Rewrite]:
    first = next((child for child in node.children if child.type not in _PREAMBLE), None)
    if first is not None:
        yield (Edit(Span(first.start_byte, first.start_byte), _NEAR_MACRO),)


_PREAMBLE = ("inner_attribute_item", "line_comment", "block_comment", "shebang")
_NEAR_MACRO = (
    "#[allow(unused_macros)] macro_rules! matches { ($($t:tt)*) => { true } } "
    "#[allow(unused_macros)] macro_rules! format { ($($t:tt)*) => { ::std::string::String::new() } } "
)

OUTSIDE: dict[str, dict[str, Mutator]] = {
    "const_item": {"constant": _constant, "const or static": _static_for_const},
    "static_item": {"constant": _constant, "const or static": _static_for_const},
    "function_item": {
        "track_caller": _function_attribute("#[track_caller]"),
        "inline": _function_attribute("#[inline(never)]"),
        "no_mangle": _function_attribute("#[no_mangle]"),
        "cfg": _function_attribute("#[cfg(any())]"),
        "parameter names swapped": _parameters_swapped,
        "parameter type": _parameter_type,
        "function modifier": _modifier,
    },
    "visibility_modifier": {"visibility": _visibility},
    "attribute_item": {"attribute dropped": _attribute_dropped},
    "enum_variant_list": {"variants swapped": _variants_swapped},
    "field_declaration_list": {"fields swapped": _fields_swapped},
    "struct_item": {"representation": _representation, "Drop added": _impl_added},
    "impl_item": {"method dropped": _method_dropped},
    "use_declaration": {"import": _import},
    "source_file": {"macro shadowed": _inner_attribute},
}
