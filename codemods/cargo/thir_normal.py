"""The normal form of bodies: two bodies with equal lines are the same program.

Left out are places in the source and what only lints and the borrow checker read; identities are
numbered by first use, beginning at the signature; documented expansions are folded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from codemods.cargo.thir_arena import Body
from codemods.cargo.thir_fold import Fold, fold_question_mark, kind_of
from codemods.cargo.thir_text import Node, UnknownShapeError, Value, inline

FOLDS: dict[str, Fold] = {"question-mark": fold_question_mark}

# Places; identities that lints alone use; what the borrow checker alone reads (of a type that is written
# out, the lifetimes: the type itself is that of the expression); what `def_id` says too.
_LEFT_OUT = frozenset(
    b"hir_id fake_reads alloc_id span ty_span fn_span var_span user_ty user_ty_span".split()
)
_HIR_ID = re.compile(rb"HirId\(DefId\(0:\d+ ~ ([^\"\n]*?)\)\.(\d+)\)")
_STRING = re.compile(rb'("(?:[^"\\]|\\.)*")')
_SCOPE = re.compile(rb"(Node|IfThen|IfThen\[edition2024\]|Destruction|CallSite|Arguments)\((\d+)\)")
_REMAINDER = re.compile(rb"Remainder \{ block: (\d+), first_statement_index: (\d+)\}")
_LOCAL_DEFINITION = re.compile(rb"(?<=DefId\(0:)\d+(?= ~ )")
_DEFINITION = re.compile(rb"DefId\(0:\d+ ~ ([^\"()\s]*)\)")
_PLACE = re.compile(rb"(?<=@)([^\s@\"]*?):\d+:\d+: \d+:\d+(?: \(#\d+\))?")


@dataclass(slots=True)
class Numbering:
    """Numbers for the identities of one function with its closures: they share them."""

    owner: bytes
    numbers: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    inner: dict[bytes, bytes] = field(default_factory=dict)  # closures by path, in the order of their use
    names: dict[int, str] = field(default_factory=dict)  # of variables, to show them

    def number(self, id: bytes, owner: bytes | None = None) -> bytes:
        """Return the number of `id`, a new one at its first use."""
        key = (self.owner if owner is None else owner, id)
        return b"#%d" % self.numbers.setdefault(key, len(self.numbers))

    def definition(self, path: bytes) -> bytes:
        """Return how to call a definition: closures by their order, since macros collect theirs later."""
        if not path.startswith(self.owner) or owner_of(path) != self.owner or path == self.owner:
            return path
        return self.inner.setdefault(path, b"%b::{inner#%d}" % (self.owner, len(self.inner)))

    def name(self, binding: Node) -> None:
        """Remember what the variable that `binding` binds is called."""
        name, variable = binding.get(b"name"), binding.get(b"var")
        if isinstance(name, bytes) and isinstance(variable, Node):
            for found in _HIR_ID.finditer(inline(variable)):
                number = self.number(found[2], found[1])
                self.names[int(number[1:])] = name.strip(b'"').decode(errors="replace")


@dataclass(frozen=True, slots=True)
class NormalForm:
    """The lines of a body, each with its depth, and where in the source each comes from."""

    lines: list[tuple[int, bytes]]
    places: list[bytes]


def normal_form(body: Body, numbering: Numbering, folds: Sequence[Fold]) -> NormalForm:
    """Return the lines of `body`; equal lines mean equal programs.

    Raises:
        UnknownShapeError: a part is not as the compilers that were tested write it.
    """
    form = NormalForm([], [])
    parts: list[tuple[bytes, Value]] = [(b"type", body.body_type), (b"params", body.params), (b"", body.root)]
    waiting = [(0, key, value, b"") for key, value in reversed(parts)]
    while waiting:
        depth, key, value, place = waiting.pop()
        form.places.append(place)
        if isinstance(value, bytes):
            form.lines.append((depth, _leaf(key, value, numbering)))
            continue
        if value.name == b"Expr":
            place = _place(value) or place
            value = _reduced(value, folds)
        elif value.name == b"Binding":
            numbering.name(value)
        form.lines.append((depth, b"%b: %b%b" % (key, value.name, value.kind)))
        depth += 1
        waiting += [
            (depth, name, inner, place) for name, inner in reversed(value.items) if name not in _LEFT_OUT
        ]
    return form


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
    return key if colon and key in _LEFT_OUT else _outside_strings(text, _without_places)


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


_plain: dict[bytes, bytes] = {}  # leaves without identities, which are most, as they are to be


def _leaf(key: bytes, text: bytes, numbering: Numbering) -> bytes:
    if text in _plain and key != b"temp_scope_id":
        return b"%b: %b" % (key, _plain[text])
    shown = _outside_strings(text, lambda piece: _renumbered(key, piece, numbering))
    if shown == text and key != b"temp_scope_id":
        _plain[text] = text
    return b"%b: %b" % (key, shown)


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
    text = _DEFINITION.sub(lambda found: b"DefId(%s)" % numbering.definition(found[1]), text)
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
