"""Put error probes into a copy of a tree, take out those that do not compile, and run its tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from codemods.cargo.error_traces import GENERATED, notes_file
from codemods.engine.overlay import Overlay
from codemods.recipe.observed import Errors
from codemods.rust.edits import Edit, EditMap, apply_edits
from codemods.rust.error_probes import (
    ErrorExpression,
    ErrorFunction,
    Wrapping,
    expression_wrapping,
    function_wrapping,
    helper_edit,
    helper_path,
    observing,
)
from codemods.rust.error_values import ErrorValue, module_end
from codemods.rust.source import Source
from codemods.rust.spans import Span

if TYPE_CHECKING:
    from codemods.cargo.diagnostics import Diagnostic
    from codemods.cargo.report import CheckReport
    from codemods.engine.workbench import Workbench

Probe = TypeVar("Probe")
_ROUNDS = 5  # checks that find out which probes do not compile; rustc shows borrow errors after type errors


@dataclass(frozen=True, slots=True)
class Plan:
    """The probes of one tree: functions and values by file and number; the same number, the same place."""

    functions: Mapping[PurePosixPath, Mapping[int, ErrorFunction]]
    values: Mapping[PurePosixPath, Mapping[int, ErrorValue]]
    expressions: Mapping[PurePosixPath, Mapping[int, ErrorExpression]]

    @property
    def paths(self) -> tuple[PurePosixPath, ...]:
        """The files that get probes."""
        return tuple(sorted(self.functions.keys() | self.values.keys() | self.expressions.keys()))

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of all probes."""
        return frozenset(number for path in self.paths for number in self.at(path))

    def at(self, path: PurePosixPath) -> frozenset[int]:
        """Return the numbers of the probes of one file."""
        kinds = (self.functions, self.values, self.expressions)
        return frozenset(number for found in kinds for number in found.get(path, ()))

    def without(self, numbers: Iterable[int]) -> Plan:
        """Return the same without these probes."""
        gone = frozenset(numbers)
        return Plan(
            _without(self.functions, gone), _without(self.values, gone), _without(self.expressions, gone)
        )


def _without(
    found: Mapping[PurePosixPath, Mapping[int, Probe]], gone: frozenset[int]
) -> dict[PurePosixPath, dict[int, Probe]]:
    left = {path: {n: probe for n, probe in each.items() if n not in gone} for path, each in found.items()}
    return {path: each for path, each in left.items() if each}


class ProbedTree:
    """One tree with probes. `sources` are its files that get some, `report` is its build without them."""

    def __init__(
        self,
        bench: Workbench,
        overlay: Overlay,
        sources: Mapping[PurePosixPath, Source],
        report: CheckReport,
        errors: Errors,
        plan: Plan,
    ) -> None:
        self.bench = bench
        self.overlay = overlay
        self.sources = sources
        self.errors = errors
        self.report = report
        self.plan = plan
        self.lost: set[int] = set()

    def settle(self) -> Overlay:
        """Return the tree with those probes that compile; the others are `lost`."""
        for _ in range(_ROUNDS):
            copies = self._copies()
            overlay = {**self.overlay, **{path: copy.content for path, copy in copies.items()}}
            errors = self._errors(overlay)
            blamed = {number for error in errors for number in _blamed(error, copies)}
            if not blamed:
                blamed = self._in_files(errors)
            if not blamed:
                return overlay
            self._lose(blamed)
        self._lose(set(self.plan.numbers))
        return self.overlay

    def lose(self, numbers: Iterable[int]) -> None:
        """Leave out probes that the other tree does without."""
        self._lose(set(numbers))

    def _lose(self, numbers: set[int]) -> None:
        self.lost |= numbers
        self.plan = self.plan.without(numbers)

    def _errors(self, overlay: Overlay) -> list[Diagnostic]:
        build = self.bench.builder.build
        report = self.bench.builder.check_in(build.configuration, overlay, cap_lints=True)
        known = {(error.message, path) for error in self.report.errors for path in _paths(error)}
        return [
            error
            for error in report.errors
            if not any((error.message, path) in known for path in _paths(error))
        ]

    def _in_files(self, errors: Sequence[Diagnostic]) -> set[int]:
        """Return the probes of all files with an error, where none can be blamed alone."""
        paths = {PurePosixPath(place.path) for error in errors for place in error.places}
        return {number for path in paths for number in self.plan.at(path)}

    def _copies(self) -> dict[PurePosixPath, _Copy]:
        return {path: self._copy(path) for path in self.plan.paths}

    def _copy(self, path: PurePosixPath) -> _Copy:
        source = self.sources[path]
        notes = notes_file(self.bench.builder.build)
        helper, levels = helper_edit(source, notes, tuple(self._traits(path)))
        copy = _Copy(source)
        for number, function in self.plan.functions.get(path, {}).items():
            whole = Span(function.name.start, function.block.end)
            copy.wrap(number, function_wrapping(function, number, levels), whole)
        for number, expression in self.plan.expressions.get(path, {}).items():
            copy.wrap(number, expression_wrapping(expression, number, levels), expression.span)
        for number, value in self.plan.values.get(path, {}).items():
            copy.add_value(number, value, levels)
        copy.add(helper.span.start, helper.text)
        return copy

    def _traits(self, path: PurePosixPath) -> Iterator[tuple[str, str, str]]:
        """Yield the traits that every unit which compiles the file can name: crate, path, method."""
        units = [unit for unit in self.report.units if str(path) in unit.files]
        for trait in self.errors.traits:
            names = {_name_of(unit.argv, trait.crate) for unit in units}
            name = next(iter(names), None)
            if len(names) == 1 and name is not None:
                yield name, trait.path, trait.cause


def _name_of(argv: Sequence[str], crate: str) -> str | None:
    """Return by which name a unit knows `crate`, whatever its manifest calls it."""
    stem = f"lib{crate.replace('-', '_')}-"
    for option, value in pairwise(argv):
        name, _, path = value.partition("=")
        if option == "--extern" and PurePosixPath(path).name.startswith(stem):
            return name.rpartition(":")[2]
    return None


@dataclass(frozen=True, slots=True, order=True)
class _Piece:
    """What is inserted at one place; those at the same place come in order, inner wrappings closed first."""

    rank: tuple[int, int]
    text: str
    number: int = -1  # of the value that the text builds


@dataclass
class _Copy:
    """A file with probes in the making: what is inserted where, and whose it is."""

    source: Source
    pieces: dict[int, list[_Piece]] = field(default_factory=dict)  # by offset
    owners: dict[int, Span] = field(default_factory=dict)  # by number, in the file without probes

    @property
    def content(self) -> bytes:
        """The file with the probes."""
        return apply_edits(self.source.content, self.edits)

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The probes as edits."""
        return tuple(
            Edit(Span(at, at), "".join(piece.text for piece in sorted(pieces)))
            for at, pieces in sorted(self.pieces.items())
        )

    def add(self, at: int, text: str, number: int = -1) -> None:
        """Insert `text`, behind what is inserted there already."""
        pieces = self.pieces.setdefault(at, [])
        pieces.append(_Piece((1, len(pieces)), text, number))

    def wrap(self, number: int, wrapping: Wrapping, owner: Span) -> None:
        """Insert text around a place; what `owner` holds is that probe's."""
        start, end = wrapping.span.start, wrapping.span.end
        self.pieces.setdefault(start, []).append(_Piece((2, -end), wrapping.before))
        self.pieces.setdefault(end, []).append(_Piece((0, -start), wrapping.after))
        self.owners[number] = owner

    def add_value(self, number: int, value: ErrorValue, levels: int) -> None:
        """Insert a test that builds `value`, at the end of the module of its type."""
        at = module_end(self.source, value.modules)
        if at is not None:
            self.add(at, _test_of(number, value, levels), number)

    def owner(self, offset: int) -> int | None:
        """Return the number of the probe that owns the byte at `offset` of the copy."""
        edits = EditMap(self.edits)
        for edit in edits.edits:
            start = edits.new_span(edit).start
            for piece in sorted(self.pieces[edit.span.start]):
                end = start + len(piece.text.encode())
                if piece.number >= 0 and start <= offset < end:
                    return piece.number
                start = end
        old = edits.to_old(offset)
        around = [number for number, owner in self.owners.items() if owner.start <= old <= owner.end]
        return min(around, key=lambda number: len(self.owners[number]), default=None)


def _test_of(number: int, value: ErrorValue, levels: int) -> str:
    module = helper_path(len(value.modules))
    expression = value.expression.replace("$S", f"{module}::codemod_std")
    look = observing("codemod_value", number, module, levels)
    return (
        f"\n#[test] #[allow(warnings)] fn {GENERATED}{number}() {{ let codemod_value = {expression}; {look}"
        f" {module}::codemod_std::mem::forget(codemod_value); }} "
    )


def _blamed(error: Diagnostic, copies: Mapping[PurePosixPath, _Copy]) -> Iterator[int]:
    for place in error.places:
        for each in (place, *place.callers) if place.is_primary else ():
            copy = copies.get(PurePosixPath(each.path))
            owner = copy.owner(each.span.start) if copy is not None else None
            if owner is not None:
                yield owner


def _paths(error: Diagnostic) -> Iterator[str]:
    """Yield the files that an error points at; one empty name where it points at none."""
    primary = [place.path for place in error.places if place.is_primary]
    yield from primary or [""]


def settled(before: ProbedTree, after: ProbedTree) -> tuple[Overlay, Overlay]:
    """Return two trees with the same probes: those that compile in both."""
    after.settle()
    before.lose(after.lost)
    first = before.settle()
    after.lose(before.lost)
    return first, after.settle()
