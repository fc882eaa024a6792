"""Compare the MIR of functions before and after, each with its closures and promoted constants. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from codemods.cargo.mir_normal import ANONYMOUS, NormalMir, normal_mir
from codemods.cargo.mir_text import UnknownMirError, read_mir, split_mir
from codemods.cargo.thir import BodyComparison, Likeness

ARGUMENTS = ("-Zmir-opt-level=0", "-Ztrim-diagnostic-paths=no", "-Cdebuginfo=0")
"""What rustc is given, with the bootstrap variable where it is a stable one: MIR that nothing folded."""

BIG = 4096  # bytes, from which on it matters how long a local has a place on the stack

_IMPL = re.compile(r"<impl at [^>\n]*>")
_BORROWED = re.compile(r"&(?:mut |raw const |raw mut |fake \w* ?)?\(*_(\d+)")
_ARRAY = re.compile(r"; ([^\[\];]+)\]")
_SIZES = {"u8": 1, "i8": 1, "bool": 1, "u16": 2, "i16": 2, "u32": 4, "i32": 4, "f32": 4, "char": 4}
_WIDEST = 16  # of what is in an array, if it is not known


@dataclass(frozen=True, slots=True)
class MirDump:
    """The MIR of a unit: texts by path (impls without their place), closures by their place."""

    bodies: Mapping[str, tuple[str, ...]]
    closures: Mapping[str, tuple[str, ...]]

    def of(self, owner: str) -> dict[str, tuple[str, ...]]:
        """Return the bodies of a function or item, and of all that stands in it."""
        inside = f"{owner}::"
        return {
            path: texts for path, texts in self.bodies.items() if path == owner or path.startswith(inside)
        }


def read_dump(dump: bytes) -> MirDump:
    """Return the MIR that `--emit=mir` with `ARGUMENTS` wrote.

    Raises:
        UnknownMirError: text that belongs to no body.
    """
    bodies: dict[str, list[str]] = {}
    closures: dict[str, list[str]] = {}
    for path, texts in split_mir(dump).items():
        bodies.setdefault(_IMPL.sub("<impl>", path), []).extend(texts)
        if path.endswith("}") and "::{" in path:
            for text in texts:
                own = ANONYMOUS.search(text.partition("\n")[0].partition(", _2: ")[0])
                if own is not None and path not in closures.setdefault(own[2], []):
                    closures[own[2]].append(path)
    return MirDump(
        {path: tuple(texts) for path, texts in bodies.items()},
        {place: tuple(paths) for place, paths in closures.items()},
    )


def owner_key(path: str) -> str:
    """Return how MIR calls a definition that typed trees call `crate[hash]::{impl#0}::f#1`."""
    _, _, inside = path.partition("::")
    return "::".join(_segment(segment) for segment in inside.split("::"))


def _segment(segment: str) -> str:
    if segment.startswith("{impl"):
        return "<impl>"
    return segment if segment.startswith("{") else segment.partition("#")[0]


def compare_owners(before: MirDump, after: MirDump, owners: Iterable[str]) -> dict[str, BodyComparison]:
    """Return for each function or item (as `owner_key` writes it) whether its MIR is the same.

    Storage may only grow, since a pointer might still be used; and not that of big locals, which would
    no longer share a place on the stack.
    """
    return {owner: _compare(before, after, owner) for owner in owners}


def _compare(before: MirDump, after: MirDump, owner: str) -> BodyComparison:
    old, new = before.of(owner), after.of(owner)
    if owner not in old or [*old] != [*new] or any(len(old[path]) != len(new[path]) for path in old):
        gone = sorted(old.keys() ^ new.keys()) or [owner]
        return _unknown(f"there is no MIR of {gone[0]} on both sides")
    for path, texts in old.items():
        for one, other in zip(texts, new[path], strict=True):
            try:
                answer = _compare_texts(path, one, other, before, after)
            except UnknownMirError as unknown:
                return _unknown(f"the MIR of {path}: {unknown}")
            if answer is not None:
                return answer
    return BodyComparison(Likeness.EQUAL)


def _compare_texts(path: str, one: str, other: str, before: MirDump, after: MirDump) -> BodyComparison | None:
    first = normal_mir(read_mir(one), before.closures)
    second = normal_mir(read_mir(other), after.closures)
    if first.lines != second.lines:
        return _different(path, first, second)
    problem = storage_problem(first, second)
    return _unknown(f"the MIR of {path} is the same, but {problem}") if problem else None


def _different(path: str, first: NormalMir, second: NormalMir) -> BodyComparison:
    pairs = zip_longest(first.lines, second.lines, fillvalue="(nothing)")
    old, new = next(pair for pair in pairs if pair[0] != pair[1])
    return BodyComparison(
        Likeness.DIFFERENT,
        f"the MIR of {path} is another one",
        f"before: `{old.strip()[:200]}`\nafter: `{new.strip()[:200]}`",
    )


def _unknown(reason: str) -> BodyComparison:
    return BodyComparison(Likeness.NOT_COMPARABLE, reason)


def storage_problem(before: NormalMir, after: NormalMir) -> str | None:
    """Return what may go wrong because locals of one program have their places for another time, or None."""
    borrowed = {int(number) for line in before.lines for number in _BORROWED.findall(line)}
    for local, type in before.types.items():
        spans = [_span(form, local) for form in (before, after)]
        if spans[0] == spans[1]:
            continue
        if _size(type) >= BIG:
            return f"a local of {BIG} bytes or more (`{type[:80]}`) is on the stack for another time"
        ends = zip(spans[0], spans[1], strict=True)
        if local in borrowed and any(may and not must for (may, _), (_, must) in ends):
            return f"a borrowed local (`{type[:80]}`) ends earlier"
    return None


def _span(form: NormalMir, local: int) -> list[tuple[bool, bool]]:
    """Return for each statement whether the local may and must have a place before it."""
    if local in form.always:
        return [(True, True)] * len(form.statements)
    return [(local in statement.may, local in statement.must) for statement in form.statements]


def _size(type: str) -> int:
    """Return how many bytes the arrays in a type take; those inside of structs are not seen."""
    size = 0
    for length in _ARRAY.findall(type):
        digits = length.split("_")[0].strip()
        size = max(size, 1) * (int(digits) if digits.isdigit() else BIG)
    element = re.search(r"\[*(\w+);", type)
    return size * (_SIZES.get(element[1], _WIDEST) if element else _WIDEST)
