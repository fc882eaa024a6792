"""What is said of one item in rustdoc's JSON: attributes, plain items, headers of implementations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from codemods.cargo.api_lifetimes import needless
from codemods.cargo.api_text import Json, UnknownShapeError, Writer


def attributes(item: Json, *, hides: bool = False) -> str:
    """Return the attributes that are part of what others see, each with a blank behind it.

    Who must not name each variant can't be exhaustive: a hidden one (`hides`) says the same.
    """
    found = item["attrs"]
    is_open = hides or any("non_exhaustive" in str(attribute) for attribute in found)
    shown = ["#[non_exhaustive]"] if is_open else []
    shown += sorted(text for attribute in found if (text := _repr(attribute)))
    return "".join(f"{text} " for text in shown)


def _repr(attribute: Any) -> str:
    if isinstance(attribute, str):
        return attribute if attribute.startswith("#[repr") else ""
    layout = attribute.get("repr") if isinstance(attribute, Mapping) else None
    if layout is None:
        return ""
    kind = {"rust": "", "c": "C"}.get(layout["kind"], layout["kind"])
    numbers = [f"{word}({layout[word]})" for word in ("align", "packed") if layout[word] is not None]
    return f"#[repr({', '.join(filter(None, [kind, layout['int'], *numbers]))})]"


def plain_text(writer: Writer, kind: str, name: str, inner: Any) -> str:
    """Return an item that has no items of its own."""
    text: str
    match kind:
        case "function":
            text = writer.signature(inner, name=name)
        case "type_alias":
            angle, where = writer.generics(inner["generics"])
            text = f"type {name}{angle} = {writer.type(inner['type'])}{where}"
        case "constant" | "assoc_const":
            text = f"const {name}: {writer.type(inner['type'])}"
        case "static":
            text = f"static {'mut ' if inner['is_mutable'] else ''}{name}: {writer.type(inner['type'])}"
        case "macro":
            text = str(inner)
        case "extern_crate":
            # Rustdoc 1.95 has the two names the other way round; ours is the one that is not the crate's.
            crate = next(
                (each for each in (inner["name"], inner["rename"]) if each not in (None, name)), name
            )
            text = f"pub extern crate {crate}" + (f" as {name}" if name != crate else "")
        case "proc_macro":
            text = f"{inner['kind']} macro {name}"
        case "extern_type":
            text = f"extern type {name}"
        case _:
            raise UnknownShapeError(f"rustdoc knows a sort of item that is not known here: {kind}")
    return text


def header(writer: Writer, inner: Json, inside: str = "") -> str:
    """Return what an implementation begins with; `inside` are its associated types."""
    writer = writer.without(_needless(writer, inner, inside))
    angle, where = writer.generics(inner["generics"])
    trait = f"{writer.trait(inner['trait'])} for " if inner["trait"] is not None else ""
    unsafe = "unsafe " if inner["is_unsafe"] and not inner["is_synthetic"] else ""
    return f"{unsafe}impl{angle} {trait}{writer.type(inner['for'])}{where}"


def _needless(writer: Writer, inner: Json, inside: str) -> frozenset[str]:
    """Return the lifetimes that the header could leave out; `inside` are the associated types."""
    types = [writer.type(inner["for"])]
    types += [writer.trait(inner["trait"])] if inner["trait"] is not None else []
    return needless(inner["generics"], types, "", " ".join([inside, *writer.bounds_of(inner["generics"])]))


def named_in(inner: Json) -> Iterator[str]:
    """Yield the ids of the trait and of the type that it is implemented for."""
    yield str(inner["trait"]["id"])
    type = inner["for"]
    while isinstance(type, Mapping) and "borrowed_ref" in type:
        type = type["borrowed_ref"]["type"]
    if isinstance(type, Mapping) and "resolved_path" in type:
        yield str(type["resolved_path"]["id"])
