"""Read the dumps of `-Zunpretty=thir-flat`: split them into bodies, and bodies into nodes.

The text is what `#[derive(Debug)]` makes of rustc's typed tree (`{:#?}`), so nothing of it is left out:
one item a line, four spaces a level, a comma after each. Anything else is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_HEAD = re.compile(rb"^DefId\(0:\d+ ~ ([^\n]*)\):\n", re.MULTILINE)
_KEY = re.compile(rb"([a-z_][a-z_0-9]*): ")
_CLOSING = {b"{": b"}", b"(": b")", b"[": b"]"}


class UnknownShapeError(Exception):
    """The dump is not as the compilers that were tested write it."""


@dataclass(slots=True)
class Node:
    """A struct, tuple or list: `kind` is its bracket, `items` are (field name or empty, value)."""

    name: bytes
    kind: bytes
    items: list[tuple[bytes, Value]] = field(default_factory=list)

    def get(self, key: bytes) -> Value | None:
        """Return the field `key`, or None."""
        return next((value for name, value in self.items if name == key), None)


Value = Node | bytes


def split_bodies(dump: bytes) -> dict[bytes, bytes]:
    """Return the text of each body by the path of its definition.

    Raises:
        UnknownShapeError: two bodies of one path, or text before the first.
    """
    heads = list(_HEAD.finditer(dump))
    if dump[: heads[0].start() if heads else len(dump)].strip():
        raise UnknownShapeError("the dump does not begin with a definition")
    bodies: dict[bytes, bytes] = {}
    for at, head in enumerate(heads):
        end = heads[at + 1].start() if at + 1 < len(heads) else len(dump)
        bodies[head[1]] = dump[head.end() : end]
    if len(bodies) != len(heads):
        raise UnknownShapeError("two bodies have the same path")
    return bodies


def parse_body(text: bytes) -> Node:
    """Return the node that `text` prints.

    Raises:
        UnknownShapeError: a line is not what it must be at its place.
    """
    lines = text.rstrip(b"\n").split(b"\n")
    if len(lines) < 2 or lines[0] != b"Thir {" or lines[-1] != b"}":
        raise UnknownShapeError(f"a body begins with `{_shown(lines[0])}`")
    root = Node(b"Thir", b"{")
    _fill(root, lines[1:-1])
    return root


def inline(value: Value) -> bytes:
    """Return `value` as `{:?}` prints it, on one line: how a type stands within another."""
    if isinstance(value, bytes):
        return value
    items = b", ".join(key + b": " + inline(inner) if key else inline(inner) for key, inner in value.items)
    if value.kind == b"{":
        return value.name + b" { " + items + b" }"
    return value.name + value.kind + items + _CLOSING[value.kind]


def _fill(root: Node, lines: Sequence[bytes]) -> None:
    open_nodes = [root]
    for line in lines:
        text = line.lstrip(b" ")
        depth = (len(line) - len(text)) >> 2
        inner = open_nodes[-1]
        if text[:1] in b"})]" and text:
            if depth != len(open_nodes) - 1 or text != _CLOSING[inner.kind] + b"," or len(open_nodes) == 1:
                raise UnknownShapeError(f"`{_shown(line)}` closes nothing")
            open_nodes.pop()
            continue
        if depth != len(open_nodes) or (len(line) - len(text)) & 3:
            raise UnknownShapeError(f"`{_shown(line)}` is not where it should be")
        if text == b".." and inner.name == b"AliasTy":
            inner.items.append((b"", text))
            continue
        key, text = _keyed(text, inner)
        if text.endswith(b","):
            inner.items.append((key, text[:-1]))
        elif text[-1:] in (b"{", b"(", b"["):
            node = Node(text[:-1].rstrip(b" "), text[-1:])
            inner.items.append((key, node))
            open_nodes.append(node)
        else:
            raise UnknownShapeError(f"`{_shown(line)}` does not end with a comma")
    if len(open_nodes) != 1:
        raise UnknownShapeError("a body ends too early")


def _keyed(text: bytes, inner: Node) -> tuple[bytes, bytes]:
    """Split a field of a struct into name and value; a tuple's and a list's items have no names."""
    if inner.kind != b"{":
        return b"", text
    found = _KEY.match(text)
    if found is None:
        raise UnknownShapeError(f"`{_shown(text)}` is no field")
    return found[1], text[found.end() :]


def _shown(text: bytes) -> str:
    return text.strip()[:80].decode(errors="replace")
