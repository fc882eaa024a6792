"""Hold what errors say against the changes: with `--test`, the same texts and chains before and after."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.engine.document import Evidence
from codemods.engine.error_places import ErrorPlace, ErrorPlaces, PlaceKind, error_places, probed_files
from codemods.engine.error_texts import (
    DIFFERS,
    ErrorComparison,
    built_value,
    compare_traces,
    difference_message,
    shown_chain,
)
from codemods.errors import CodemodError
from codemods.rust.source import Source

if TYPE_CHECKING:
    from codemods.cargo.error_traces import ErrorTraces
    from codemods.cargo.report import CheckReport
    from codemods.engine.overlay import Composition, Overlay
    from codemods.engine.workbench import Workbench
    from codemods.recipe.observed import Errors
    from codemods.recipe.site import Site

CODE = "error-text-differs"
CHECK = "error-texts"
_NAMED = 3
_AGAIN = (2, 3)  # further runs of the untouched tree, where something differs
__all__ = ["CHECK", "CODE", "DIFFERS", "ErrorsChecked", "check_errors"]


@dataclass(frozen=True, slots=True)
class ErrorsChecked:
    """What comparing the errors of two trees showed; `reason` says why nothing was compared.

    `lost` are the numbers of places whose probe does not compile in both trees.
    """

    comparison: ErrorComparison = field(default_factory=ErrorComparison)
    places: Mapping[int, ErrorPlace] = field(default_factory=dict)
    lost: frozenset[int] = frozenset()
    reason: str = ""

    @property
    def message(self) -> str | None:
        """Why the changes do not hold; None where they do."""
        if not self.comparison.differences:
            return None
        names = {number: place.name for number, place in self.places.items()}
        return difference_message(self.comparison.differences, names)

    def evidence(self, site: Site) -> Evidence:
        """Return what was shown of the errors at a site."""
        if self.reason:
            return Evidence(CHECK, "skipped", self.reason)
        here = [place for place in self.places.values() if place.holds(site)]
        # The call itself says most; where it can't be watched, the function around it.
        calls = [p for p in here if p.kind is PlaceKind.CALL and p.number not in self.lost]
        here = calls or here
        if here:
            return self._of_places(here)
        total = self._total()
        return Evidence(CHECK, "skipped", f"no error arises at this very place; in its package {total}")

    def notes(self) -> Iterator[str]:
        """Yield what a reader of the run must know of all errors together."""
        comparison = self.comparison
        if self.reason:
            yield f"errors were not compared: {self.reason}"
            return
        yield f"what errors say: {self._total()}"
        values = [place for place in self.places.values() if place.kind is PlaceKind.VALUE]
        if values:
            yield self._values(values)
        if comparison.grown_example is not None:
            before, after = comparison.grown_example
            yield (
                f"by design the chain of {_plural(comparison.grown, 'error')} goes on behind its old end, as"
                f" {shown_chain(before)} is now {shown_chain(after)}"
            )
        if comparison.caused:
            yield (
                f"by design `source()` of {_plural(comparison.caused, 'error')} leads where only the"
                " deprecated `cause()` did"
            )
        if comparison.debug_example is not None:
            old, new = comparison.debug_example
            yield (
                f"by design the first line of `{{:?}}` of {_plural(comparison.debug, 'error')} is another"
                f" one, as {shown_chain([old])} is now {shown_chain([new])}"
            )
        unseen = [self.places[n].name for n in sorted(self.lost) if self.places[n].kind is PlaceKind.FUNCTION]
        if unseen:
            yield f"what these functions return can't be watched: {_listed(unseen)}"
        if comparison.wavering:
            names = dict.fromkeys(f"{self.places[n].name} in {test}" for n, test in comparison.wavering)
            yield f"errors not compared, because they waver without the change: {_listed(names)}"

    def _of_places(self, here: Sequence[ErrorPlace]) -> Evidence:
        found = {
            p.number: self.comparison.places[p.number] for p in here if p.number in self.comparison.places
        }
        if any(places.errors for places in found.values()):
            return Evidence(CHECK, "passed", self._counted(found.keys()))
        if all(place.number in self.lost for place in here):
            return Evidence(CHECK, "skipped", "what would compare its errors does not compile there")
        return Evidence(CHECK, "skipped", "no passing test meets an error here")

    def _total(self) -> str:
        """Return how much was compared; a call's error is not counted beside that of its function."""
        found = self.comparison.places
        return self._counted(n for n in found if self.places[n].kind is not PlaceKind.CALL)

    def _counted(self, numbers: Iterable[int]) -> str:
        found = [self.comparison.places[number] for number in numbers]
        tests = {test for each in found for test in each.tests}
        built = sum(built_value(test) is not None for test in tests)
        errors = sum(each.errors for each in found) - built
        counted = [
            *([f"{_plural(errors, 'error')} in {_plural(len(tests) - built, 'test')}"] if errors else []),
            *([f"{_plural(built, 'value')} built to be compared"] if built else []),
        ]
        if not counted:
            return "no error was met"
        return f"{' and '.join(counted)}: same texts, same chains"

    def _values(self, values: Sequence[ErrorPlace]) -> str:
        compared = [v.name for v in values if v.number in self.comparison.places]
        lost = [v.name for v in values if v.number in self.lost]
        text = f"built and compared: {_listed(compared)}" if compared else "no value was built to compare"
        return text + (f"; can't be built the same way before and after: {_listed(lost)}" if lost else "")


def check_errors(
    bench: Workbench,
    errors: Errors,
    base: Overlay,
    composition: Composition,
    reports: tuple[CheckReport, CheckReport],
    passing: Collection[str],
    sites: Iterable[Site],
) -> ErrorsChecked:
    """Return how the errors of the tree `base` and of that of `composition` compare.

    `reports` are the builds of both. Costs some checks and a build of the tests of each tree, where there is
    anything to compare; those of the untouched tree are the same for all of a run's changes.
    """
    files = probed_files(reports[0], composition.files)
    before, after = _sources(bench, files, base), _sources(bench, files, composition.overlay)
    places = error_places(before, after, composition.files, sites)
    if not places.places:
        return ErrorsChecked(reason="no function of these packages returns an error")
    with bench.timed("test"):
        return _compared(
            bench, errors, (base, composition.overlay), (before, after), reports, places, passing
        )


def _compared(
    bench: Workbench,
    errors: Errors,
    overlays: tuple[Overlay, Overlay],
    sources: tuple[Mapping[PurePosixPath, Source], Mapping[PurePosixPath, Source]],
    reports: tuple[CheckReport, CheckReport],
    places: ErrorPlaces,
    passing: Collection[str],
) -> ErrorsChecked:
    from codemods.engine.error_probing import ProbedTree, settled  # noqa: PLC0415 - as above

    bench.listener.phase("errors", "what they say, before and after")
    plans = (places.before, places.after)
    old, new = (
        ProbedTree(bench, overlay, source, report, errors, plan)
        for overlay, source, report, plan in zip(overlays, sources, reports, plans, strict=True)
    )
    first, second = settled(old, new)
    numbers = places.places.keys() - new.lost
    loose = frozenset(number for number, place in places.places.items() if not place.is_outcome)
    traces = [bench.builder.error_traces(tree, passing) for tree in (first, second)]
    if (why := _why_not(traces)) is not None:
        return ErrorsChecked(places=places.places, reason=why)
    comparison = compare_traces(traces[0], traces[1], numbers, loose)
    again: list[ErrorTraces] = []
    for run in _AGAIN if comparison.differences else ():
        again.append(bench.builder.error_traces(first, passing, run=run))
        comparison = compare_traces(traces[0], traces[1], numbers, loose, again)
        if not comparison.differences:
            break
    return ErrorsChecked(comparison, places.places, frozenset(new.lost))


def _why_not(traces: Sequence[ErrorTraces]) -> str | None:
    found = next((each.error for each in traces if each.error is not None), None)
    return f"with probes the tests do not build: {found}" if found is not None else None


def _sources(
    bench: Workbench, files: Iterable[PurePosixPath], overlay: Overlay
) -> dict[PurePosixPath, Source]:
    found: dict[PurePosixPath, Source] = {}
    for path in sorted(files):
        try:
            found[path] = Source(path, bench.read(path, overlay), bench.edition_of(path))
        except (CodemodError, OSError):
            continue  # made by a build script, or gone
    return found


def _plural(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _listed(names: Iterable[str]) -> str:
    known = list(names)
    more = len(known) - _NAMED
    return ", ".join(known[:_NAMED]) + (f" and {more} more" if more > 0 else "")
