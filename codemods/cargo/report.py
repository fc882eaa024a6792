"""What one build of a workspace showed: its units, and what went wrong outside of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from codemods.cargo.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Unit:
    """One rustc invocation for one target of a member package: "url lib", "url lib (test)".

    `argv` begins with the rustc executable; `environment` and `cwd` are what cargo gave it.
    `files` are the sources it read, from rustc's dep-info, relative to the repository
    (absolute where they lie outside). `diagnostics` are its messages, in order. `id` is crate name and
    cargo's hash of package, features, target, profile and dependencies: configurations that agree in these
    share a unit, and `configurations` names them all.
    """

    id: str
    package: str
    target: str
    kind: str  # "lib", "bin", "test", "example", "bench", "custom-build", "proc-macro"
    is_test: bool
    edition: str
    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    cwd: str
    files: frozenset[str]
    succeeded: bool
    diagnostics: tuple[Diagnostic, ...]
    configurations: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What a person calls it."""
        return f"{self.package} {self.kind} {self.target}" + (" (test)" if self.is_test else "")


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The outcome of one `cargo check`, or of one in each of several configurations.

    `units` are those of member packages, built now or fresh from an earlier build.
    `others` are errors outside of them: dependencies, build scripts, cargo itself.
    `foreign_files` are sources of path dependencies that are no members: compiled, never
    edited. `capped_lints` says that lint errors were lowered to warnings to get through.
    """

    units: tuple[Unit, ...]
    others: tuple[Diagnostic, ...]
    foreign_files: frozenset[str]
    capped_lints: bool
    seconds: float

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Every error, of the units and outside."""
        return tuple(d for u in self.units for d in u.diagnostics if d.is_error) + self.others


def merged(reports: Iterable[CheckReport]) -> CheckReport:
    """Return several configurations' reports of one tree as one; a unit that they share is in it once.

    Where one of them could not build a shared unit, it counts as not built.
    """
    units: dict[str, Unit] = {}
    others: dict[Diagnostic, None] = {}
    foreign: set[str] = set()
    capped, seconds = False, 0.0
    for report in reports:
        for unit in report.units:
            units[unit.id] = _joined(units[unit.id], unit) if unit.id in units else unit
        others |= dict.fromkeys(report.others)
        foreign |= report.foreign_files
        capped, seconds = capped or report.capped_lints, seconds + report.seconds
    ordered = tuple(sorted(units.values(), key=lambda unit: (unit.name, unit.id)))
    return CheckReport(ordered, tuple(others), frozenset(foreign), capped, seconds)


def _joined(first: Unit, second: Unit) -> Unit:
    shown = first if not first.succeeded else second
    names = dict.fromkeys((*first.configurations, *second.configurations))
    return replace(shown, files=first.files | second.files, configurations=tuple(names))


def counterparts(before: CheckReport, after: CheckReport) -> dict[str, Unit]:
    """Return by the id of a unit of `before` the unit of `after` that is the same target, built the same way.

    The id changes with the manifest (a version, a feature, a dependency); then the target and the
    configurations tell. What `after` does not build at all is not there.
    """
    by_id = {unit.id: unit for unit in after.units}
    by_target = {(*_target(unit), name): unit for unit in after.units for name in unit.configurations}
    found: dict[str, Unit] = {}
    for unit in before.units:
        named = (by_target.get((*_target(unit), name)) for name in unit.configurations)
        same = by_id.get(unit.id) or next((each for each in named if each is not None), None)
        if same is not None:
            found[unit.id] = same
    return found


def _target(unit: Unit) -> tuple[str, str, str, bool]:
    return unit.package, unit.kind, unit.target, unit.is_test
