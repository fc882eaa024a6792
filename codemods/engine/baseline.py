"""The untouched commit, built once: what works here, what does not, and what is subtracted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from codemods.cargo.diagnostics import Diagnostic
from codemods.cargo.report import CheckReport, Unit
from codemods.errors import BaselineError

Build = Callable[[bool], CheckReport]  # whether to cap lints -> the build


@dataclass(frozen=True, slots=True)
class Baseline:
    """The build of the untouched commit. `dropped` names targets that do not build here, and why."""

    report: CheckReport
    dropped: tuple[str, ...]

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units that built."""
        return tuple(unit for unit in self.report.units if unit.succeeded)

    @property
    def warnings(self) -> int:
        """How many warnings it gives (without those that only we ask rustc for)."""
        return sum(d.level == "warning" for unit in self.report.units for d in unit.diagnostics)


def build_baseline(build: Build) -> Baseline:
    """Build the untouched commit; where lints alone stop it, once more with lints capped."""
    report = build(False)
    if any(error.is_lint for error in report.errors):
        report = build(True)
    return Baseline(report, tuple(_dropped(report)))


def require_units_for(paths: Iterable[str], baseline: Baseline, withheld: Iterable[str]) -> None:
    """Make sure that at least one unit that holds a site builds.

    Raises:
        BaselineError: none does; it shows cargo's first error.
    """
    wanted = set(paths)
    if any(unit.files & wanted for unit in baseline.units):
        return
    errors = baseline.report.errors
    if not errors:
        return  # everything builds: the sites stand in files that no target compiles
    raise broken_baseline(errors, withheld)


def broken_baseline(errors: Iterable[Diagnostic], withheld: Iterable[str]) -> BaselineError:
    """Return the error that says that the untouched commit does not build."""
    error = next(iter(errors))
    place = next((place for place in error.places if place.is_primary), None)
    names = ", ".join(withheld)
    hint = "Make `cargo check --workspace --all-targets` pass on this commit first."
    if names:
        hint += f" If the build needs one of the withheld environment variables ({names}): `--pass-env NAME`."
    return BaselineError(
        f"the untouched commit does not build here:\n{(error.rendered or error.message).rstrip()}",
        where=f"{place.path}:{place.line}:{place.column}" if place else None,
        hint=hint,
    )


def _dropped(report: CheckReport) -> Iterable[str]:
    for unit in report.units:
        if not unit.succeeded:
            first = next((d.message for d in unit.diagnostics if d.is_error), "a target it needs fails")
            yield f"{unit.name}: {first}"
