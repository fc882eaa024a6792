"""Show where two normal forms differ first, in a line each that a person can read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codemods.cargo.thir_normal import NormalForm

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
class Side:
    """One normal form, and the names of its numbered variables."""

    form: NormalForm
    names: Mapping[int, str]


def excerpt(before: Side, after: Side, at: int) -> str:
    """Return what stands at line `at` on both sides, each with its place in the source."""
    return f"before: {_shown(before, at)}\nafter: {_shown(after, at)}"


def _shown(side: Side, at: int) -> str:
    lines = side.form.lines
    if at >= len(lines):
        return "(nothing more)"
    start = _expression_around(lines, at)
    end = next((i for i in range(at + 1, len(lines)) if lines[i][0] < lines[at][0]), len(lines))
    wanted = [*range(start, min(start + 2, at)), *range(at, min(end, at + _AFTER))]
    readable = (_readable(lines[i][1]) for i in wanted)
    kept = dict.fromkeys(line for line in readable if line and not _NOISE.fullmatch(line))
    text = b" ".join(kept).decode(errors="replace")
    text = _VARIABLE.sub(lambda found: side.names.get(int(found[1]), "a variable"), text)
    text = _DEFINITION.sub(r"\1\2", text)
    text = _LABEL.sub("", text).replace("`", "'")
    place = side.form.places[at].decode(errors="replace").split(" (#")[0]
    return f"`{text[:_WIDTH]}`" + (f" at {place}" if place else "")


def _readable(text: bytes) -> bytes:
    """Return a line without its bracket, and without the colon of an item that has no name."""
    return text.removeprefix(b": ").rstrip(b"([{").removesuffix(b": ")


def _expression_around(lines: Sequence[tuple[int, bytes]], at: int) -> int:
    """Return the line with the kind of the innermost expression or pattern around line `at`."""
    depth = lines[at][0]
    for i in range(at, -1, -1):
        if lines[i][0] < depth or i == at:
            depth = lines[i][0]
            if lines[i][1].startswith(b"kind: ") and not lines[i][1].startswith(b"kind: Scope"):
                return i
    return at
