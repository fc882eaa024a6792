"""The untouched commit, built once: what works here, what does not, and what is subtracted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from codemods.cargo.check import fails_by_lints, missing_targets
from codemods.cargo.diagnostics import Diagnostic
from codemods.cargo.metadata import Package
from codemods.cargo.outcome import STOPPED
from codemods.cargo.report import CheckReport, Unit
from codemods.errors import BaselineError

# No build asks for these, and every terminal has them.
_OF_THE_SESSION = re.compile(
    r"_|PWD|OLDPWD|SHELL|SHLVL|PS\d|PAGER|EDITOR|VISUAL|LESS\w*|LS_COLORS|HIST\w*|COLUMNS|LINES|MAIL|DISPLAY"
    r"|HOSTNAME|WINDOWID|TERM_\w+|VTE_\w+|DBUS_\w+|XDG_\w+|DESKTOP_\w+|GNOME_\w+|WAYLAND_\w+|TMUX\w*|VIRTUAL_ENV\w*"
    r"|CONDA_\w+|PYENV_\w+|PYTHON\w*|PIP_\w+|TOX_\w+|GIT_\w+"
)

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


def build_baseline(build: Build, members: Sequence[Package]) -> Baseline:
    """Build the untouched commit; where lints alone stop a target, once more with lints capped."""
    report = build(False)
    if any(fails_by_lints(unit) for unit in report.units):
        report = build(True)
    dropped = missing_targets(members, report)
    return Baseline(report, tuple(f"{target.name}: {target.reason}" for target in dropped))


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
    text = (error.rendered or error.message).rstrip()
    names = ", ".join(_worth_naming(withheld, text))
    hint = "Make `cargo check --workspace --all-targets` pass on this commit first."
    if "nothing happened for" in text:
        hint = (
            "Give it more time with --timeout SECONDS, or find out what its build script or macros wait for."
        )
    elif STOPPED in text:
        hint = "Give it more with --limit NAME=VALUE, or find out what its build script or macros do."
    elif names:
        hint += f" If the build needs an environment variable that is withheld: `--pass-env NAME` ({names})."
    return BaselineError(
        f"the untouched commit does not build here:\n{text}",
        where=f"{place.path}:{place.line}:{place.column}" if place else None,
        hint=hint,
    )


def _worth_naming(withheld: Iterable[str], error: str) -> list[str]:
    """Return the variables that the error speaks of, else those that a shell or desktop does not set."""
    names = list(withheld)
    mentioned = [name for name in names if re.search(rf"\b{re.escape(name)}\b", error)]
    return mentioned or [name for name in names if not _OF_THE_SESSION.fullmatch(name)]
