"""Values of error types that can be written down without knowing the crate: each variant, simple fields.

What a test happens to reach is one thing; a variant with a text and a number in it can be built anywhere,
so that what it says is compared although no test comes by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from codemods.rust.items import attributes_before, item_name
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.trees import SyntaxTree, span_of

# Braces show whether a text is taken for a format; numbers show whether fields change places.
_TEXT = '"value {$N}"'
_VALUES = {
    "String": f"$S::string::String::from({_TEXT})",
    "str": f"*{_TEXT}",
    "bool": "true",
    "char": "'c'",
    "()": "()",
    "f32": "$N.5",
    "f64": "$N.5",
    "PathBuf": '$S::path::PathBuf::from("some/path-$N")',
    "OsString": f"$S::ffi::OsString::from({_TEXT})",
    "io::Error": f"$S::io::Error::new($S::io::ErrorKind::Other, {_TEXT})",
    "io::ErrorKind": "$S::io::ErrorKind::NotFound",
    "fmt::Error": "$S::fmt::Error",
    "ParseIntError": '"x".parse::<i32>().unwrap_err()',
    "ParseFloatError": '"x".parse::<f32>().unwrap_err()',
    "ParseBoolError": '"x".parse::<bool>().unwrap_err()',
    "Utf8Error": "$S::str::from_utf8(&[b'a', 255]).unwrap_err()",
    "FromUtf8Error": "$S::string::String::from_utf8($S::vec::Vec::from(&[255u8][..])).unwrap_err()",
    "Duration": "$S::time::Duration::from_secs($N)",
} | dict.fromkeys(
    ("u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize"), "$N"
)
_WRAPPERS = {
    "Box": "$S::boxed::Box::new({0})",
    "Option": "$S::option::Option::Some({0})",
    "Arc": "$S::sync::Arc::new({0})",
    "Rc": "$S::rc::Rc::new({0})",
    "Vec": "$S::vec::Vec::from([{0}])",
}
_BORROWED = re.compile(r"&(?:'\w+ )?(?:mut )?(.+)")
_WRAPPED = re.compile(r"(?:\w+::)*(\w+)<(.+)>")
_COW = re.compile(r"(?:\w+::)*Cow<'\w+, ?str>")
_FROM = re.compile(r"^impl (?:[\w:]*::)?From<(.+)> for (\w+)$")
_FROM_FIELD = re.compile(r"\( ?#\[from\] ?([^,]+?),? ?\)")


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """One value: `label` for people ("Error::Io"), the expression with `$S` for the path of std.

    `modules` are the names of the inline modules around the type. `head` is where the type stands, with its
    attributes, up to its variants or fields; `own` where the variant stands (of a struct: all of it). `made`
    is the type that a conversion makes of it.
    """

    label: str
    expression: str
    modules: tuple[str, ...]
    head: Span
    own: Span
    type: str
    made: str = ""


def error_values(source: Source, is_wanted: Callable[[Span], bool]) -> tuple[ErrorValue, ...]:
    """Return a value of each variant and struct with simple fields, of the types that are wanted.

    Those are for whose span, or for that of one of whose `impl`s in the file, `is_wanted` holds. A value
    is also given to each `impl From<Type> for Other` of the file; other conversions are given simple values.
    """
    tree = source.file_tree
    if tree is None:
        return ()
    impls = [node for node in tree.root.named_children if node.type == "impl_item"]
    names = {_implementer(tree, node) for node in impls if is_wanted(span_of(node))}
    found = [
        value
        for node, modules in _types(tree)
        if is_wanted(_whole(node)) or (not modules and _name(tree, node) in names)
        for value in _values(tree, node, modules)
    ]
    return (*found, *_converted(tree, found, is_wanted))


def impl_spans(source: Source) -> dict[str, tuple[Span, ...]]:
    """Return where the `impl`s of each type stand in the file itself, outside of modules."""
    tree = source.file_tree
    if tree is None:
        return {}
    impls = [node for node in tree.root.named_children if node.type == "impl_item"]
    return _spans((_implementer(tree, node), span_of(node)) for node in impls)


def type_spans(source: Source) -> dict[str, tuple[Span, ...]]:
    """Return where each struct and enum stands in the file, with its attributes."""
    tree = source.file_tree
    return {} if tree is None else _spans((_name(tree, node), _whole(node)) for node, _ in _types(tree))


def _spans(named: Iterable[tuple[str, Span]]) -> dict[str, tuple[Span, ...]]:
    found: dict[str, tuple[Span, ...]] = {}
    for name, span in named:
        found[name] = (*found.get(name, ()), span)
    return found


def module_end(source: Source, modules: Sequence[str]) -> int | None:
    """Return where items can be added to the module of these names: before its `}`, or at the end."""
    tree = source.file_tree
    if tree is None:
        return None
    node: Node | None = tree.root
    for name in modules:
        body = node.child_by_field_name("body") if node is not None and node != tree.root else node
        children = body.named_children if body is not None else []
        node = next((c for c in children if c.type == "mod_item" and _name(tree, c) == name), None)
    if node is None:
        return None
    if node == tree.root:
        return len(source.content)
    body = node.child_by_field_name("body")
    return body.end_byte - 1 if body is not None else None


def _types(tree: SyntaxTree) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Yield the structs and enums of the file and of its inline modules, with the names of these."""
    waiting: list[tuple[Node, tuple[str, ...]]] = [(tree.root, ())]
    while waiting:
        node, modules = waiting.pop(0)
        for child in node.named_children:
            body = child.child_by_field_name("body")
            if child.type in ("enum_item", "struct_item"):
                yield child, modules
            elif child.type == "mod_item" and body is not None:
                waiting.append((body, (*modules, _name(tree, child))))


def _implementer(tree: SyntaxTree, node: Node) -> str:
    """Return the name of the type that an `impl` is for, without its generics."""
    of = node.child_by_field_name("type")
    return _text(tree, of).partition("<")[0].strip() if of is not None else ""


def _whole(node: Node) -> Span:
    """Return the span of an item with its attributes."""
    return Span(min(each.start_byte for each in (node, *attributes_before(node))), node.end_byte)


def _head(node: Node) -> Span:
    """Return the span of an item with its attributes, without its body."""
    body = node.child_by_field_name("body")
    return Span(_whole(node).start, body.start_byte if body is not None else node.end_byte)


def _values(tree: SyntaxTree, node: Node, modules: tuple[str, ...]) -> Iterator[ErrorValue]:
    if node.has_error:
        return
    name, body = _name(tree, node), node.child_by_field_name("body")
    variants = [(name, node)]
    if node.type == "enum_item":
        children = body.named_children if body is not None else []
        variants = [(f"{name}::{_name(tree, c)}", c) for c in children if c.type == "enum_variant"]
    for path, variant in variants:
        fields = _fields(tree, variant.child_by_field_name("body"))
        if fields is not None:
            yield ErrorValue(path, path + fields, modules, _head(node), _whole(variant), name)
        wrapped = _FROM_FIELD.fullmatch(_body(tree, variant))
        if wrapped is not None:  # what `derive(thiserror::Error)` makes an `impl From` of
            yield from _from_simple(name, wrapped[1], modules, _head(node), _whole(variant))


def _fields(tree: SyntaxTree, body: Node | None) -> str | None:
    """Return what follows the name of a variant or struct to build it; None where a field is not simple."""
    if body is None:
        return ""
    if body.type == "ordered_field_declaration_list":
        types = body.children_by_field_name("type")
        made = [_value(_text(tree, each), number) for number, each in enumerate(types, 1)]
        simple = [each for each in made if each is not None]
        return f"({', '.join(simple)})" if len(simple) == len(made) else None
    named: list[str] = []
    for number, field in enumerate((c for c in body.named_children if c.type == "field_declaration"), 1):
        type_node = field.child_by_field_name("type")
        value = _value(_text(tree, type_node), number) if type_node is not None else None
        if value is None:
            return None
        named.append(f"{_name(tree, field)}: {value}")
    return f" {{ {', '.join(named)} }}"


def _value(type_text: str, number: int) -> str | None:
    """Return an expression of the type, the `number`th of its value; None where none is known."""
    text = type_text.removeprefix("::")
    if _COW.fullmatch(text):
        return f"$S::borrow::Cow::Borrowed({_numbered(_TEXT, number)})"
    borrowed = _BORROWED.fullmatch(text)
    if borrowed is not None:
        inner = _value(borrowed[1], number)
        return None if inner is None else (inner[1:] if inner.startswith("*") else f"&{inner}")
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped is not None and wrapped[1] in _WRAPPERS:
        inner = _value(wrapped[2], number)
        return None if inner is None or inner.startswith("*") else _WRAPPERS[wrapped[1]].format(inner)
    segments = text.split("::")
    # `Error` alone may be anybody's.
    found = _VALUES.get("::".join(segments[-2:])) or _VALUES.get(segments[-1])
    return None if found is None else _numbered(found, number)


def _numbered(expression: str, number: int) -> str:
    return expression.replace("$N", str(number))


def _converted(
    tree: SyntaxTree, values: Sequence[ErrorValue], is_wanted: Callable[[Span], bool]
) -> Iterator[ErrorValue]:
    """Yield what conversions of the file make of `values`, and those that are wanted of simple values."""
    types = {value.type for value in values}
    for node in (child for child in tree.root.named_children if child.type == "impl_item"):
        found = _FROM.match(item_name(node, tree))
        if found is None:
            continue
        source, made = found[1], found[2]
        for value in values:
            if value.type == source and not (value.modules or value.made):
                label = f"{made}::from({value.label})"
                text = f"{made}::from({value.expression})"
                yield ErrorValue(label, text, (), value.head, value.own, value.type, made)
        if source not in types and (is_wanted(span_of(node)) or made in types):
            yield from _from_simple(made, source, (), span_of(node), span_of(node))


def _from_simple(
    made: str, source: str, modules: tuple[str, ...], head: Span, own: Span
) -> Iterator[ErrorValue]:
    """Yield what a conversion makes of a simple value of the type `source`."""
    value = _value(source, 1)
    if value is not None and not value.startswith("*"):
        yield ErrorValue(f"{made}::from({source})", f"{made}::from({value})", modules, head, own, made)


def _name(tree: SyntaxTree, node: Node) -> str:
    name = node.child_by_field_name("name")
    return _text(tree, name) if name is not None else ""


def _body(tree: SyntaxTree, node: Node) -> str:
    body = node.child_by_field_name("body")
    return _text(tree, body) if body is not None else ""


def _text(tree: SyntaxTree, node: Node) -> str:
    return " ".join(tree.source.text(span_of(node)).split())
