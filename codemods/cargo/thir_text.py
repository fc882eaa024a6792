"""Read the dumps of `-Zunpretty=thir-flat`: split them into bodies, and bodies into nodes.

The text is what `#[derive(Debug)]` makes of rustc's typed tree (`{:#?}`), so nothing of it is left out:
one item a line, four spaces a level, a comma after each. Anything else is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_HEAD = re.compile(rb"DefId\(0:\d+ ~ ([^\n]*)\):\n")
_PLACES = re.compile(
    rb"\n *+(?:(?:span|fn_span|ty_span|var_span|hir_id|alloc_id): [^\n]*"
    rb"|ty_span: Some\(\n[^\n]*\n *\)),(?=\n)"
)
_REFERENCE = re.compile(rb"[ebsap]\d+")
_KEY = re.compile(rb"[a-z_][a-z_0-9]*")
_CLOSING = {b"{": b"},", b"(": b"),", b"[": b"],"}
_CLOSERS = frozenset(_CLOSING.values())
_LETTERS = frozenset({b"e", b"b", b"s", b"a", b"p"})


class UnknownShapeError(Exception):
    """The dump is not as the compilers that were tested write it."""


@dataclass(slots=True)
class Node:
    """A struct, tuple or list: `kind` is its bracket, `items` are (field name or empty, value).

    `holder` is the name of the field that it stands in, directly or in an `Option` or list.
    """

    name: bytes
    kind: bytes
    items: list[tuple[bytes, Value]] = field(default_factory=list)
    holder: bytes = b""

    def get(self, key: bytes) -> Value | None:
        """Return the field `key`, or None."""
        return next((value for name, value in self.items if name == key), None)


Value = Node | bytes


@dataclass(frozen=True, slots=True)
class Reference:
    """A value that looks like an index into an arena (`e12`): item number `at` of `node`."""

    node: Node
    at: int


def split_bodies(dump: bytes) -> dict[bytes, bytes]:
    """Return the text of each body by the path of its definition.

    Raises:
        UnknownShapeError: two bodies of one path, or text that belongs to none.
    """
    parts = (b"\n" + dump).split(b"\nDefId(")
    if parts[0].strip():
        raise UnknownShapeError("the dump does not begin with a definition")
    bodies: dict[bytes, bytes] = {}
    for part in parts[1:]:
        text = b"DefId(" + part
        head = _HEAD.match(text)
        if head is None or head[1] in bodies:
            raise UnknownShapeError(
                "two bodies have the same path" if head else f"a body begins with `{_shown(text)}`"
            )
        bodies[head[1]] = text[head.end() :]
    return bodies


def without_places(text: bytes) -> bytes:
    """Return a body without the lines that say where in the source something stands."""
    return _PLACES.sub(b"", text)


def parse_body(text: bytes) -> tuple[Node, list[Reference]]:
    """Return the node that `text` prints, and where in it there may be indices.

    Raises:
        UnknownShapeError: a line is not what it must be at its place.
    """
    lines = text.rstrip(b"\n").split(b"\n")
    if len(lines) < 2 or lines[0] != b"Thir {" or lines[-1] != b"}":
        raise UnknownShapeError(f"a body begins with `{_shown(lines[0])}`")
    root = Node(b"Thir", b"{")
    return root, _fill(root, lines[1:-1])


def inline(value: Value) -> bytes:
    """Return `value` as `{:?}` prints it, on one line: how a type stands within another."""
    if isinstance(value, bytes):
        return value
    items = b", ".join(key + b": " + inline(inner) if key else inline(inner) for key, inner in value.items)
    if value.kind == b"{":
        return value.name + b" { " + items + b" }"
    return value.name + value.kind + items + _CLOSING[value.kind][:1]


def _fill(root: Node, lines: Sequence[bytes]) -> list[Reference]:
    """Add what `lines` print to `root`. A loop over very many lines: written for speed."""
    references: list[Reference] = []
    open_nodes = [root]
    inner, items, depth, is_struct = root, root.items, 4, True
    for line in lines:
        text = line.lstrip(b" ")
        indentation = len(line) - len(text)
        if text in _CLOSERS:
            if indentation != depth - 4 or text != _CLOSING[inner.kind] or len(open_nodes) == 1:
                raise UnknownShapeError(f"`{_shown(line)}` closes nothing")
            open_nodes.pop()
            inner, depth = open_nodes[-1], indentation
            items, is_struct = inner.items, inner.kind == b"{"
            continue
        if indentation != depth:
            raise UnknownShapeError(f"`{_shown(line)}` is not where it should be")
        key = b""
        if is_struct:
            if text == b".." and inner.name == b"AliasTy":
                items.append((b"", text))
                continue
            key, colon, text = text.partition(b": ")
            if not colon or (key not in _known_keys and not _is_key(key)):
                raise UnknownShapeError(f"`{_shown(line)}` is no field")
        last = text[-1:]
        if last == b",":
            value = text[:-1]
            if value[:1] in _LETTERS and _REFERENCE.fullmatch(value):
                references.append(Reference(inner, len(items)))
            items.append((key, value))
        elif last in _CLOSING:
            # A call's arguments are expressions; `args` elsewhere are types.
            is_call = key == b"args" and inner.name == b"Call"
            node = Node(text[:-1].rstrip(b" "), last, [], b"value" if is_call else key or inner.holder)
            items.append((key, node))
            open_nodes.append(node)
            inner, items, depth, is_struct = node, node.items, depth + 4, last == b"{"
        else:
            raise UnknownShapeError(f"`{_shown(line)}` does not end with a comma")
    if len(open_nodes) != 1:
        raise UnknownShapeError("a body ends too early")
    return references


_known_keys: set[bytes] = set()


def _is_key(key: bytes) -> bool:
    if _KEY.fullmatch(key) is None:
        return False
    _known_keys.add(key)
    return True


def _shown(text: bytes) -> str:
    return text.strip()[:80].decode(errors="replace")
