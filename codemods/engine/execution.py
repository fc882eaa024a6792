"""Measure which passing tests run each edited place: tracers in a copy of the changed tree.

A tracer is finer than instrumented coverage: it knows the test, and the very expression. A place whose
tracer does not compile is not measured, and says so; what is measured never rests on a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.cargo.traces import TraceReport, tracer_code
from codemods.engine.grades import Executed
from codemods.engine.overlay import Chosen, Composition, EditedFile
from codemods.engine.testing import Tested
from codemods.errors import CodemodError
from codemods.recipe.proposals import Edited
from codemods.recipe.site import Site
from codemods.rust.edits import Edit, EditMap, apply_edits
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.tracers import Tracer, Untraceable, place_tracer, tracer_edits
from codemods.rust.trees import TreeKind

if TYPE_CHECKING:
    from codemods.cargo.diagnostics import Diagnostic, Place
    from codemods.engine.workbench import Workbench

_NOT_RUN = "no passing test runs it"
_UNCOUNTED = "run only by tests that do not pass, or not surely by one that passes"
_NOT_RUNNABLE = {
    "no_run": "rustdoc compiles this example and does not run it (`no_run`)",
    "compile_fail": "rustdoc does not run this example (`compile_fail`)",
    "ignore": "rustdoc ignores this example",
}
_BUILDS = 2  # with tracers; between them one check that says which of them do not compile


@dataclass(frozen=True, slots=True)
class EditedPlace:
    """New text that must be run for what `id` names to count as run: `span` of `EditedFile.new`."""

    id: str
    path: PurePosixPath
    span: Span


def edited_places(
    kept: Iterable[Chosen], composition: Composition, site_of: Callable[[str], Site]
) -> tuple[EditedPlace, ...]:
    """Return the places of each site of `kept`: its own, and the edits of its change that are at no site."""
    places: dict[EditedPlace, None] = {}
    for choice in kept:
        sites = [site_of(id) for id in choice.change.sites]
        for site in sites:
            file = composition.files.get(site.source.path)
            if file is not None:
                places[EditedPlace(site.id, file.path, _new_span(file, site.span))] = None
        for file, edit in _edits_elsewhere(choice, composition, sites):
            for site in sites:
                places[EditedPlace(site.id, file.path, file.edits.new_span(edit))] = None
    return tuple(places)


def measure_execution(
    bench: Workbench,
    composition: Composition,
    places: Sequence[EditedPlace],
    tested: Tested,
    ids: Iterable[str],
) -> dict[str, Executed]:
    """Return for each of `ids` which tests that pass run all of its `places` in the tree of `composition`.

    At most two builds of the tests and one check; none where the tests showed nothing (`tested`).
    """
    if tested.evidence.status != "passed":
        return {id: Executed((), "not measured: the tests do not run") for id in ids}
    measurement = _Measurement(bench, composition, places)
    with bench.timed("test"):
        measurement.run(tested.passing)
    return {id: measurement.executed(id) for id in ids}


class _Measurement:
    """One copy with tracers, and what became of it."""

    def __init__(self, bench: Workbench, composition: Composition, places: Sequence[EditedPlace]) -> None:
        self.bench = bench
        self.composition = composition
        self.places = places
        self.tracers: dict[int, Tracer] = {}  # by the place's number
        self.why_not: dict[int, str] = {}
        self.report: TraceReport | None = None
        self._sources: dict[PurePosixPath, Source] = {}
        for number, place in enumerate(places):
            self._place(number, place)

    def run(self, passing: frozenset[str]) -> None:
        """Build and run the copy; tracers that do not compile are taken out and named."""
        unbuilt: frozenset[str] | None = None
        for attempt in range(_BUILDS):
            if not self.tracers:
                return
            overlay, edits = self._copy()
            report = self.bench.builder.traces(overlay, passing, self.tracers.keys())
            lost = self._lost(report, passing)
            if not lost:
                self.report = report
                return
            if attempt + 1 < _BUILDS:
                self._take_out(overlay, edits)
            unbuilt = lost
        for number in self.tracers:
            self.why_not[number] = f"with what measures it {', '.join(sorted(unbuilt or ()))} does not build"

    def executed(self, id: str) -> Executed:
        """Return which tests run all places of `id`."""
        numbers = [number for number, place in enumerate(self.places) if place.id == id]
        if not numbers:
            return Executed((), "not measured: none of its text is code that runs")
        reason = next((self.why_not[number] for number in numbers if number in self.why_not), None)
        if reason is not None:
            return Executed((), f"not measured: {reason}")
        assert self.report is not None
        tests: dict[str, None] = {}
        for number in numbers:
            here = self.report.tests.get(number, ())
            if not here:
                return Executed((), _UNCOUNTED if number in self.report.uncounted else _NOT_RUN)
            tests |= dict.fromkeys(here)
        return Executed(tuple(tests), "")

    def _place(self, number: int, place: EditedPlace) -> None:
        try:
            source = self._source(place.path)
            found: Tracer | Untraceable = _why_never_run(source, place.span) or place_tracer(
                source, place.span
            )
        except CodemodError as error:
            found = Untraceable(error.message)
        match found:
            case Tracer():
                self.tracers[number] = found
            case Untraceable(reason):
                self.why_not[number] = reason

    def _source(self, path: PurePosixPath) -> Source:
        if path not in self._sources:
            content = self.composition.files[path].new
            self._sources[path] = Source(path, content, self.bench.edition_of(path))
        return self._sources[path]

    def _copy(self) -> tuple[dict[PurePosixPath, bytes | None], dict[PurePosixPath, EditMap]]:
        """Return the changed tree with the tracers in it, and by file the edits that put them there."""
        by_path: dict[PurePosixPath, dict[int, Tracer]] = {}
        for number, tracer in self.tracers.items():
            by_path.setdefault(self.places[number].path, {})[number] = tracer
        overlay = dict(self.composition.overlay)
        edits: dict[PurePosixPath, EditMap] = {}
        build = self.bench.builder.build
        for path, tracers in by_path.items():
            made: tuple[Edit, ...] = tracer_edits(tracers, lambda number: tracer_code(number, build))
            overlay[path] = apply_edits(self.composition.files[path].new, made)
            edits[path] = EditMap(made)
        return overlay, edits

    @staticmethod
    def _lost(report: TraceReport, passing: Collection[str]) -> frozenset[str]:
        """Return the programs with passing tests that do not build with tracers."""
        labels = {name.partition(": ")[0] for name in passing}
        lost = labels & report.unbuilt.keys()
        return frozenset(lost or ({report.error} if report.error is not None else ()))

    def _take_out(
        self, overlay: Mapping[PurePosixPath, bytes | None], edits: Mapping[PurePosixPath, EditMap]
    ) -> None:
        """Take out the tracers at which rustc reports an error; without any, those of all files with one."""
        errors = self.bench.builder.check(overlay, cap_lints=True).errors
        blamed = {number for error in errors for number in self._touched(error, edits)}
        if not blamed:
            paths = {place.path for error in errors for place in _all_places(error)}
            blamed = {number for number in self.tracers if str(self.places[number].path) in paths}
        for number in blamed or set(self.tracers):
            del self.tracers[number]
            self.why_not[number] = "what measures it does not compile there"

    def _touched(self, error: Diagnostic, edits: Mapping[PurePosixPath, EditMap]) -> Iterator[int]:
        for place in _all_places(error):
            edit_map = edits.get(PurePosixPath(place.path))
            if edit_map is None:
                continue
            old = Span(edit_map.to_old(place.span.start), edit_map.to_old(place.span.end))
            for number, tracer in self.tracers.items():
                here = str(self.places[number].path) == place.path
                if here and tracer.span.start <= old.end and old.start <= tracer.span.end:
                    yield number


def _all_places(error: Diagnostic) -> Iterator[Place]:
    for place in error.places:
        if place.is_primary:
            yield place
            yield from place.callers


def _why_never_run(source: Source, span: Span) -> Untraceable | None:
    """Return why nothing runs the documentation example around `span`, if that is so."""
    for tree in source.trees_at(span):
        if tree.kind is TreeKind.DOC_EXAMPLE and tree.example is not None:
            attributes = tree.example.attributes
            return next((Untraceable(why) for tag, why in _NOT_RUNNABLE.items() if tag in attributes), None)
    return None


def _new_span(file: EditedFile, span: Span) -> Span:
    start = file.edits.to_new(span.start)
    return Span(start, max(start, file.edits.to_new(span.end)))


def _edits_elsewhere(
    choice: Chosen, composition: Composition, sites: Sequence[Site]
) -> Iterator[tuple[EditedFile, Edit]]:
    """Yield the edits of Rust code that are at none of the change's sites."""
    for change in choice.form.files:
        if not isinstance(change, Edited) or change.path.suffix != ".rs":
            continue
        spans = [site.span for site in sites if site.source.path == change.path]
        for edit in change.edits:
            if not any(edit.span in span for span in spans):
                yield composition.files[change.path], edit
