"""Show where two normal forms differ first, in a line or two that a person can read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.cargo.thir_normal import Line

_AROUND = 4  # lines before the difference
_WIDTH = 160
_NOISE = re.compile(rb"temp_scope_id: .*|region_scope: .*|value: Expr|kind: Scope|Expr|\(|\[|\{")


def excerpt(first: Sequence[Line], second: Sequence[Line], at: int) -> str:
    """Return the lines around index `at` of both sides, each on one line with its place."""
    return f"before: {_side(first, at)}\nafter: {_side(second, at)}"


def _side(lines: Sequence[Line], at: int) -> str:
    if at >= len(lines):
        return "(nothing more)"
    texts = [line.text for line in lines[max(0, at - _AROUND) : at] if line.depth <= lines[at].depth]
    texts += [line.text for line in lines[at : at + _AROUND]]
    shown = b" ".join(text for text in texts if not _NOISE.fullmatch(text)).decode(errors="replace")
    place = lines[at].place.decode(errors="replace").split(" (#")[0]
    return f"`{shown[:_WIDTH]}`" + (f" at {place}" if place else "")
