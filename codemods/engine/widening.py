"""Build in more configurations, until every site is compiled that can be and its surroundings are tried.

The first build tells which sites it reaches. For the others, and for the other side of each `cfg` on a
feature in the packages that hold sites, configurations are chosen, built untouched and asked in turn; one
that does not build is dropped and named, and another is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import PurePosixPath

from codemods.cargo.build import Configuration
from codemods.cargo.check import fails_by_lints
from codemods.cargo.fetch import FETCHING
from codemods.cargo.report import CheckReport, Unit, merged
from codemods.cargo.targets import Targets
from codemods.engine.baseline import Baseline
from codemods.engine.configurations import Choice, Goal, choose
from codemods.engine.gates import Gates, is_of_builds
from codemods.engine.oracle import Answers, Spot
from codemods.engine.overlay import Overlay
from codemods.engine.store import step_key
from codemods.engine.surroundings import Surroundings, Way
from codemods.engine.uncovered import why_cut, why_dropped, why_uncovered, why_unreached
from codemods.engine.workbench import Workbench
from codemods.errors import CodemodError, MachineError
from codemods.rust.cfg import all_of, negate

_MOST_FAILURES = 8  # configurations that do not build, after which no more are tried
_MOST_GOALS = 4_000  # places times other sides of cfgs; with more, only the places count


def widen(
    bench: Workbench,
    spots: Sequence[Spot],
    baseline: Baseline,
    overlay: Overlay,
    answers: Answers,
    ask_again: Callable[[Baseline], Answers],
) -> tuple[Baseline, Answers]:
    """Return the untouched build in all the configurations that `spots` need, and the answers it gives.

    `baseline` is the build of the tree with `overlay` so far, `answers` say which spots it reaches, and
    `ask_again` finds out for a build with more units. None of the spots is in a documentation example.
    The configurations are added to those of the run.
    """
    widening = _Widening(bench, spots, baseline, overlay, answers, ask_again)
    widening.run()
    return widening.baseline, widening.answers


class _Widening:
    """One object, because every build adds to what the next choice knows."""

    def __init__(
        self,
        bench: Workbench,
        spots: Sequence[Spot],
        baseline: Baseline,
        overlay: Overlay,
        answers: Answers,
        ask_again: Callable[[Baseline], Answers],
    ) -> None:
        self.bench = bench
        self.spots = spots
        self.baseline = baseline
        self.overlay = overlay
        self.answers = answers
        self.ask_again = ask_again
        self.choice = Choice()
        self.tried: set[Configuration] = set()  # what was built or does not build, one package each
        self.failures = 0
        self.errors: list[Way] = []  # places where a configuration that was dropped has its errors
        for configuration in (*bench.configurations[1:], *bench.dropped_configurations):
            self.tried |= self._singly(configuration)

    def run(self) -> None:
        """Add the targets that were asked for; then choose, build and ask, until nothing is left to add."""
        first = self.bench.configurations[0]
        self.errors += self._error_places(self.baseline.report)
        self._learn_from([replace(first, target=each) for each in self.bench.request.targets])
        while self.failures < _MOST_FAILURES:
            self.choice = self._choose()
            if not self._learn_from(self.choice.configurations):
                break
        self.answers = replace(self.answers, why_not={**self.answers.why_not, **self._reasons()})
        self._note_cut()

    # What is to be reached

    @property
    def surroundings(self) -> Surroundings:
        """What holds where, with all that was built until now."""
        known = Surroundings(
            self.bench.workspace.members, self.bench.toolchain.host, self.targets, self.baseline.report.units
        )
        errors = [way for name in self._with_sites for way in self._gates[name].errors]
        built = self.bench.configurations
        return replace(
            known,
            forbidden=tuple(
                way
                for way in dict.fromkeys((*errors, *self.errors))
                if is_of_builds(way.condition) and not any(self._compiles(each, way, known) for each in built)
            ),
        )

    @cached_property
    def _with_sites(self) -> list[str]:
        owners = {self.bench.package_of(spot.source.path) for spot in self.spots}
        return sorted(owners & self._gates.keys())

    @cached_property
    def targets(self) -> Targets:
        store = self.bench.builder.store
        return Targets(
            self.bench.toolchain,
            lambda key, asked: store.remember(step_key("target", key), str, asked),
        )

    def _choose(self) -> Choice:
        surroundings = self.surroundings
        goals = [goal for goal in self._goals() if not self._is_met(goal, surroundings)]
        return choose(
            goals,
            surroundings,
            limit=self.bench.request.max_configurations - len(self.bench.configurations),
            targets=[triple for triple in self.targets.installed if triple != self.bench.toolchain.host],
            tried=self.tried,
        )

    def _goals(self) -> list[Goal]:
        missing = [Goal(id, ways) for id, ways in self._ways.items() if not self.answers.reached.get(id)]
        return [*missing, *self._other_sides()]

    def _is_met(self, goal: Goal, surroundings: Surroundings) -> bool:
        """Whether a configuration of the run holds all conditions: what it does not reach, none will."""
        return any(
            self._compiles(each, way, surroundings) for each in self.bench.configurations for way in goal.ways
        )

    def _compiles(self, configuration: Configuration, way: Way, surroundings: Surroundings) -> bool:
        """Whether all conditions hold in `configuration`, and the target builds there."""
        place = (way.package, way.target.kind, way.target.name)
        return surroundings.holds(configuration, way) is True and any(
            (unit.package, unit.kind, unit.target) == place and configuration.id in unit.configurations
            for unit in self.baseline.units
        )

    @cached_property
    def _ways(self) -> Mapping[str, tuple[Way, ...]]:
        """The targets that may compile each spot, for members whose sources have conditions to look at."""
        found = {}
        for spot in self.spots:
            gates = self._gates.get(self.bench.package_of(spot.source.path))
            if gates is not None and (gates.predicates or not self.answers.reached.get(spot.id)):
                found[spot.id] = gates.ways(spot.source, spot.span)
        return found

    @cached_property
    def _gates(self) -> Mapping[str, Gates]:
        owners: dict[str, list[PurePosixPath]] = {}
        for name in self.bench.names:
            if name.endswith(".rs"):
                path = PurePosixPath(name)
                owners.setdefault(self.bench.package_of(path), []).append(path)
        members = self.bench.workspace.select(self.bench.request.packages)
        return {
            package.name: Gates(package, self._read, tuple(owners.get(package.name, ())))
            for package in members
        }

    def _read(self, path: PurePosixPath) -> bytes | None:
        try:
            return self.bench.read(path, self.overlay)
        except (OSError, CodemodError):
            return None

    def _other_sides(self) -> list[Goal]:
        """Return both sides of each predicate of a package, with each place that the first build reaches."""
        goals: dict[str, Goal] = {}
        first = self.bench.configurations[0]
        surroundings = self.surroundings
        for name in self._with_sites:
            predicates = self._gates[name].predicates
            places = {
                way: None
                for id, ways in self._ways.items()
                for way in ways
                if way.package == name and self.answers.reached.get(id)
            }
            if len(places) * len(predicates) > _MOST_GOALS:
                continue
            for way in (way for way in places if self._compiles(first, way, surroundings)):
                for predicate in predicates:
                    for side in (predicate, negate(predicate)):
                        both = replace(way, condition=all_of([way.condition, side]))
                        id = f"{name} {way.target.kind} {way.target.name}: {both.condition}"
                        goals[id] = Goal(id, (both,), is_site=False)
        return list(goals.values())

    # Building

    def _learn_from(self, configurations: Sequence[Configuration]) -> bool:
        """Build one after the other, up to one that fails: its errors make for a better choice.

        Return whether there is more to choose from now than before.
        """
        built, failed = len(self.bench.configurations), self.failures
        all(self._add(each) for each in configurations)  # stops at the first that fails
        if len(self.bench.configurations) > built:
            self.answers = self.ask_again(self.baseline)
        return (len(self.bench.configurations), self.failures) != (built, failed)

    def _add(self, configuration: Configuration) -> bool:
        """Build the untouched tree in `configuration`; drop it where what it was chosen for fails."""
        if configuration in self.bench.configurations:
            return True
        self.bench.listener.phase("baseline", f"cargo check: {configuration.id}")
        with self.bench.timed("baseline"):
            report, why = self._build(configuration)
        failing = self._failing(configuration, report, why)
        if report is None or failing:
            self.failures += 1
            self.errors += self._error_places(report)
            self.tried |= {configuration}
            self.tried |= {
                each for each in self._singly(configuration) if failing.keys() & {"", *each.packages}
            }
            self.bench.dropped_configurations[configuration] = next(iter(failing.values()))
            return False
        self.tried |= self._singly(configuration)
        self.bench.configurations.append(configuration)
        reports = [self.baseline.report, report]
        if report.capped_lints and not self.baseline.report.capped_lints:
            reports = [self.bench.check_in(each, self.overlay, True) for each in self.bench.configurations]
        self.baseline = replace(self.baseline, report=merged(reports))
        return True

    def _build(self, configuration: Configuration) -> tuple[CheckReport | None, str]:
        capped = self.baseline.report.capped_lints
        try:
            report = self.bench.check_in(configuration, self.overlay, capped)
            if not capped and any(fails_by_lints(unit) for unit in report.units):
                report = self.bench.check_in(configuration, self.overlay, True)
        except MachineError as error:
            if error.where != FETCHING:
                raise
            return None, str(error).partition("\n")[0]
        if not report.units and report.others:
            return None, report.others[0].message.partition("\n")[0]
        return report, ""

    def _failing(self, configuration: Configuration, report: CheckReport | None, why: str) -> dict[str, str]:
        """Return by package why what the configuration was chosen for does not build ("": any)."""
        if report is None:
            return {"": why}
        packages = self._packages(configuration)
        holding = {str(spot.source.path) for spot in self.spots}
        failing: dict[str, str] = {}
        for unit in report.units:
            if not unit.succeeded and unit.package in packages and unit.files & holding:
                failing.setdefault(unit.package, _first_error(unit))
        there = {unit.package for unit in report.units}
        if report.others and not there.issuperset(packages):
            failing.setdefault("", report.others[0].message.partition("\n")[0])
        return failing

    def _error_places(self, report: CheckReport | None) -> Iterator[Way]:
        """Yield where a build has its errors: what compiles these places as well need not be tried."""
        for unit in report.units if report is not None else ():
            gates = self._gates.get(unit.package)
            for error in unit.diagnostics:
                place = next((place for place in error.places if place.is_primary), None)
                if gates is not None and error.is_error and place is not None:
                    found = gates.ways_at(PurePosixPath(place.path), place.span)
                    yield from (way for way in found if way.target.name == unit.target)

    def _packages(self, configuration: Configuration) -> tuple[str, ...]:
        return configuration.packages or tuple(package.name for package in self.bench.workspace.members)

    def _singly(self, configuration: Configuration) -> set[Configuration]:
        """Return the configuration package by package, as it is chosen."""
        return {replace(configuration, packages=(name,)) for name in self._packages(configuration)}

    # What is said of it

    def _reasons(self) -> dict[str, str]:
        """Return by spot why nothing compiles it, as exactly as the conditions show."""
        surroundings = self.surroundings
        reasons = {}
        for spot in self.spots:
            ways = self._ways.get(spot.id)
            if ways is not None and not self.answers.reached.get(spot.id):
                reason = self._reason(spot.id, ways, surroundings)
                if reason is not None:
                    reasons[spot.id] = reason
        return reasons

    def _reason(self, id: str, ways: tuple[Way, ...], surroundings: Surroundings) -> str | None:
        first, *more = self.bench.configurations
        if any(self._compiles(first, way, surroundings) for way in ways):
            return None  # no `cfg` is in the way: the oracle knows better
        if id in self.choice.cut_goals:
            return why_cut(self.choice.cut_goals[id], self.bench.request.max_configurations)
        for configuration in more:
            if any(surroundings.holds(configuration, way) for way in ways):
                return why_unreached(configuration)
        for configuration, why in self.bench.dropped_configurations.items():
            if any(self._would_hold(configuration, way) for way in ways):
                return why_dropped(configuration, why)
        for unit in self.baseline.report.units:
            held = [way for way in ways if (way.package, way.target.name) == (unit.package, unit.target)]
            if not unit.succeeded and any(self._would_hold(first, way) for way in held):
                return why_dropped(first, _first_error(unit))
        return why_uncovered(ways, surroundings, self.targets)

    def _would_hold(self, configuration: Configuration, way: Way) -> bool:
        return self._planned.holds(configuration, way) is True

    @cached_property
    def _planned(self) -> Surroundings:
        """What the manifests alone say: of configurations that do not build nothing else is known."""
        return Surroundings(self.bench.workspace.members, self.bench.toolchain.host, self.targets)

    def _note_cut(self) -> None:
        if self.choice.cut:
            names = ", ".join(each.id for each in self.choice.cut)
            self.bench.note(
                f"--max-configurations {self.bench.request.max_configurations} left out: {names}."
            )


def _first_error(unit: Unit) -> str:
    error = next((found.message for found in unit.diagnostics if found.is_error), "rustc failed")
    return f"{unit.name}: {error}"
