"""Leave out where a test stands: the harness keeps the lines of each test, as other places are kept."""

from __future__ import annotations

import re
from collections.abc import Mapping

from codemods.cargo.thir_fold import kind_of
from codemods.cargo.thir_text import Node, Value

_DESCRIPTION = re.compile(rb"Thir \{\n    body_type: Const\(\n        (?:\w+::)*TestDescAndFn,\n    \),\n")
_LINES = frozenset({b"4", b"5", b"6", b"7"})  # start_line, start_col, end_line, end_col of libtest's TestDesc


def is_test_description(path: bytes, bodies: Mapping[bytes, bytes]) -> bool:
    """Whether the body at `path` is the constant in which rustc describes the test function of that name.

    Nobody can write a constant and a function of one name, so one that stands beside such a
    function was made by rustc.
    """
    return path + b"#1" in bodies and _DESCRIPTION.match(bodies.get(path, b"")) is not None


def fold_test_description(expression: Node) -> Node | None:
    """Return a description of a test without lines and columns, else None."""
    adt = kind_of(expression, b"Adt")
    inner = adt.items[0][1] if adt is not None and adt.items else None
    if not isinstance(inner, Node) or not _is_description(inner.get(b"adt_def")):
        return None
    fields = inner.get(b"fields")
    if not isinstance(fields, Node):
        return None
    kept = [item for item in fields.items if not _is_line(item[1])]
    items = [(key, value) for key, value in inner.items if key != b"fields"]
    return Node(b"TestDesc", b"{", [*items, (b"fields", Node(b"", b"[", kept))])


def _is_description(adt: Value | None) -> bool:
    return isinstance(adt, bytes) and adt.rpartition(b"::")[2] == b"TestDesc"


def _is_line(field: Value) -> bool:
    return isinstance(field, Node) and field.name == b"FieldExpr" and field.get(b"name") in _LINES
