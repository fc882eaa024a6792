"""The normal form of bodies: two bodies with equal lines are the same program.

Left out are places in the source and what only lints and the borrow checker read; identities are
numbered by first use, beginning at the signature; documented expansions are folded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from codemods.cargo.thir_arena import Body
from codemods.cargo.thir_excerpt import Line
from codemods.cargo.thir_fold import Fold, fold_question_mark, kind_of
from codemods.cargo.thir_text import Node, UnknownShapeError, Value, inline

FOLDS: dict[str, Fold] = {"question-mark": fold_question_mark}

# Identities that lints alone use; what the borrow checker alone reads; what `def_id` beside it says.
_LEFT_OUT = frozenset({b"hir_id", b"fake_reads", b"alloc_id"})
_HIR_ID = re.compile(rb"HirId\(DefId\(0:\d+ ~ ([^\"\n]*?)\)\.(\d+)\)")
_STRING = re.compile(rb'("(?:[^"\\]|\\.)*")')
_SCOPE = re.compile(rb"(Node|IfThen|IfThen\[edition2024\]|Destruction|CallSite|Arguments)\((\d+)\)")
_REMAINDER = re.compile(rb"Remainder \{ block: (\d+), first_statement_index: (\d+)\}")
_LOCAL_DEFINITION = re.compile(rb"(?<=DefId\(0:)\d+(?= ~ )")
_PLACE = re.compile(rb"(?<=@)([^\s@\"]*?):\d+:\d+: \d+:\d+(?: \(#\d+\))?")


@dataclass(slots=True)
class Numbering:
    """Numbers for the identities of one function with its closures: they share them."""

    owner: bytes
    numbers: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)  # of variables, to show them

    def number(self, id: bytes, owner: bytes | None = None) -> bytes:
        """Return the number of `id`, a new one at its first use."""
        key = (self.owner if owner is None else owner, id)
        return b"#%d" % self.numbers.setdefault(key, len(self.numbers))

    def name(self, binding: Node) -> None:
        """Remember what the variable that `binding` binds is called."""
        name, variable = binding.get(b"name"), binding.get(b"var")
        if isinstance(name, bytes) and isinstance(variable, Node):
            for found in _HIR_ID.finditer(inline(variable)):
                number = self.number(found[2], found[1])
                self.names[int(number[1:])] = name.strip(b'"').decode(errors="replace")


def normal_form(body: Body, numbering: Numbering, folds: Sequence[Fold]) -> list[Line]:
    """Return the lines of `body`; equal depths and texts mean equal programs.

    Raises:
        UnknownShapeError: a part is not as the compilers that were tested write it.
    """
    lines: list[Line] = []
    parts: list[tuple[bytes, Value]] = [(b"type", body.body_type), (b"params", body.params), (b"", body.root)]
    waiting = [(0, key, value, b"") for key, value in reversed(parts)]
    while waiting:
        depth, key, value, place = waiting.pop()
        if isinstance(value, bytes):
            lines.append(Line(depth, _leaf(key, value, numbering), place))
            continue
        if value.name == b"Expr":
            place = _place(value) or place
            value = _reduced(value, folds)
        elif value.name == b"Binding":
            numbering.name(value)
        lines.append(Line(depth, b": ".join(filter(None, (key, value.name))) or value.kind, place))
        kept = [item for item in reversed(value.items) if not _is_left_out(item[0])]
        waiting += [(depth + 1, name, inner, place) for name, inner in kept]
    return lines


def owner_of(path: bytes) -> bytes:
    """Return the path of the function or item whose identities the body at `path` uses."""
    owner = path
    while (found := _INNER.fullmatch(owner)) is not None:
        owner = found[1]
    return owner


_INNER = re.compile(rb"(.*)::\{(?:closure|constant|coroutine|async|gen|inline|promoted)[^{}]*\}(?:#\d+)?")


def masked(line: bytes) -> bytes:
    """Return a raw line without what differs between two builds of the same text."""
    text = line.lstrip(b" ")
    key, colon, _ = text.partition(b": ")
    if colon and _is_left_out(key):
        return key
    return _outside_strings(text, _without_places)


def _is_left_out(key: bytes) -> bool:
    return key in _LEFT_OUT or key.endswith(b"span")


def _without_places(text: bytes) -> bytes:
    return _PLACE.sub(rb"\1", _LOCAL_DEFINITION.sub(b"", text))


def _outside_strings(text: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Return `text` with `change` made to all but its string literals, which are values."""
    if b'"' not in text:
        return change(text)
    pieces = _STRING.split(text)
    if any(b'"' in piece for piece in pieces[::2]):
        return text
    return b"".join(piece if at % 2 else change(piece) for at, piece in enumerate(pieces))


def _leaf(key: bytes, text: bytes, numbering: Numbering) -> bytes:
    text = _outside_strings(text, lambda piece: _renumbered(key, piece, numbering))
    return key + b": " + text if key else text


def _renumbered(key: bytes, text: bytes, numbering: Numbering) -> bytes:
    if key == b"temp_scope_id":
        return numbering.number(text)
    if found := _SCOPE.fullmatch(text):
        return found[1] + numbering.number(found[2])
    if found := _REMAINDER.fullmatch(text):
        return b"Remainder(%s, %s)" % (numbering.number(found[1]), found[2])
    if b"..." in text:
        raise UnknownShapeError(f"rustc may have shortened `{text[:80].decode(errors='replace')}`")
    text = _HIR_ID.sub(lambda found: b"HirId(%s)" % numbering.number(found[2], found[1]), text)
    return _without_places(text)


def _reduced(expression: Node, folds: Iterable[Fold]) -> Node:
    """Return the expression without reborrows that rustc added, and folded where a fold knows it."""
    while (inner := _reborrowed(expression)) is not None:
        expression = inner
    for fold in folds:
        if (folded := fold(expression)) is not None:
            return folded
    return expression


def _reborrowed(expression: Node) -> Node | None:
    """Return X of `&*X` where both are references of one type; rustc writes it with nothing between."""
    borrow = kind_of(expression, b"Borrow")
    pointed = borrow.get(b"arg") if borrow is not None else None
    deref = kind_of(pointed, b"Deref")
    inner = deref.get(b"arg") if deref is not None else None
    if not isinstance(inner, Node) or kind_of(inner, b"Scope") is not None:
        return None
    return inner if inner.get(b"ty") == expression.get(b"ty") else None


def _place(expression: Node) -> bytes:
    """Return where the expression stands, or nothing where a macro of another crate wrote it."""
    span = expression.get(b"span")
    return span if isinstance(span, bytes) and not span.startswith(b"/") else b""
