"""Show where two normal forms differ first, in a line each that a person can read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_AFTER = 6  # lines from the difference on
_WIDTH = 140
_NOISE = re.compile(
    rb"temp_scope_id: .*|\w*scope: .*|value: Expr|expr: Expr|kind: Scope|Expr|id: LocalVarId|var: LocalVarId"
    rb"|from_hir_call: .*|user_ty: None|extra: None|[(\[{]"
)
_LABEL = re.compile(r"\b(?:kind|node|lit|adt_def|name|op): |Spanned |Pu128 |AdtExpr | ?Unsuffixed| ?Cooked")
_DEFINITION = re.compile(r"(?:ty: )?(?:FnDef )?DefId\([^~()]*~ (\w+)\[\w+\]([^()]*)\)(?: \[\])?")
_VARIABLE = re.compile(r"HirId\(#(\d+)\)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a normal form, and where in the source it comes from."""

    depth: int
    text: bytes
    place: bytes


@dataclass(frozen=True, slots=True)
class Side:
    """One normal form, and the names of its numbered variables."""

    lines: Sequence[Line]
    names: Mapping[int, str]


def excerpt(before: Side, after: Side, at: int) -> str:
    """Return what stands at line `at` on both sides, each with its place in the source."""
    return f"before: {_shown(before, at)}\nafter: {_shown(after, at)}"


def _shown(side: Side, at: int) -> str:
    lines = side.lines
    if at >= len(lines):
        return "(nothing more)"
    start = _expression_around(lines, at)
    end = next((i for i in range(at + 1, len(lines)) if lines[i].depth < lines[at].depth), len(lines))
    wanted = [*range(start, min(start + 2, at)), *range(at, min(end, at + _AFTER))]
    texts = [lines[i].text for i in wanted if not _NOISE.fullmatch(lines[i].text)]
    text = b" ".join(dict.fromkeys(texts)).decode(errors="replace")
    text = _VARIABLE.sub(lambda found: side.names.get(int(found[1]), "a variable"), text)
    text = _DEFINITION.sub(r"\1\2", text)
    text = _LABEL.sub("", text).replace("`", "'")
    place = lines[at].place.decode(errors="replace").split(" (#")[0]
    return f"`{text[:_WIDTH]}`" + (f" at {place}" if place else "")


def _expression_around(lines: Sequence[Line], at: int) -> int:
    """Return the line with the kind of the innermost expression or pattern around line `at`."""
    depth = lines[at].depth
    for i in range(at, -1, -1):
        if lines[i].depth < depth or i == at:
            depth = lines[i].depth
            if lines[i].text.startswith(b"kind: ") and lines[i].text != b"kind: Scope":
                return i
    return at
