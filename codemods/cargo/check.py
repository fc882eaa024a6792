"""Run `cargo check` once, and say target by target what came of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from codemods.cargo.build import Build
from codemods.cargo.capture import time_limit
from codemods.cargo.metadata import Package, Target, Workspace
from codemods.cargo.outcome import CAP_LINTS, Outcome
from codemods.cargo.process import Completed
from codemods.cargo.report import CheckReport, Unit
from codemods.cargo.stderr import started_packages

__all__ = [
    "CAP_LINTS",
    "CheckRequest",
    "MissingTarget",
    "check_workspace",
    "fails_by_lints",
    "missing_targets",
]

KEEP_GOING_SINCE = (1, 74, 0)


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What to check, and where the wrapper and its records are (`capture.py`).

    `capture` belongs to the build's target directory: both are kept or emptied together.
    `rustc_arguments` go to every rustc of the workspace.
    """

    build: Build
    workspace: Workspace
    wrapper: Path
    capture: Path
    cap_lints: bool = False
    rustc_arguments: tuple[str, ...] = ("--force-warn=deprecated",)
    next_wrapper: str = ""
    all_targets: bool = True


def check_workspace(request: CheckRequest, on_progress: Callable[[str], None] | None = None) -> CheckReport:
    """Return what `cargo check` shows of the sources as they are now.

    A failure is a result, never an exception. `on_progress` is called with the name of each
    package that cargo starts on.

    Raises:
        MachineError: cargo cannot be started.
    """
    started = time.monotonic()
    run = f"{time.time_ns():x}-{os.getpid():x}"
    done = _run_cargo(request, run, on_progress)
    outcome = _outcome(request, run, done)
    forgotten = outcome.packages_without_record
    if forgotten:
        _forget(request.build.target_directory, forgotten)
        done = _run_cargo(request, run, on_progress)
        outcome = _outcome(request, run, done)
    return outcome.report(time.monotonic() - started)


def fails_by_lints(unit: Unit) -> bool:
    """Whether lints are all that stops the unit."""
    errors = [diagnostic for diagnostic in unit.diagnostics if diagnostic.is_error]
    return not unit.succeeded and bool(errors) and all(error.is_lint for error in errors)


@dataclass(frozen=True, slots=True)
class MissingTarget:
    """A target that does not build here, and why, in one line."""

    package: str
    target: str
    kind: str
    is_test: bool
    reason: str

    @property
    def name(self) -> str:
        """What a person calls it, as `Unit.name`."""
        return f"{self.package} {self.kind} {self.target}" + (" (test)" if self.is_test else "")


def missing_targets(
    packages: Iterable[Package], report: CheckReport, features: Iterable[str] | None = None
) -> tuple[MissingTarget, ...]:
    """Return the targets of `packages` that `report` does not show as built.

    A target whose required features are off is not missing; `features` are those that are
    known to be on (absent: any target with required features may be left out).
    """
    built = {_key(unit) for unit in report.units if unit.succeeded}
    failed = {_key(unit): unit for unit in report.units if not unit.succeeded}
    missing = []
    for package, target, is_test in _expected(packages, features):
        key = (package.name, target.kind, target.name, is_test)
        if key in built or (not is_test and (*key[:3], True) in built and target.kind != "lib"):
            continue
        reason = _reason(failed.get(key), report)
        missing.append(MissingTarget(package.name, target.name, target.kind, is_test, reason))
    return tuple(missing)


def _key(unit: Unit) -> tuple[str, str, str, bool]:
    return unit.package, unit.kind, unit.target, unit.is_test


def _expected(
    packages: Iterable[Package], features: Iterable[str] | None
) -> Iterator[tuple[Package, Target, bool]]:
    """Yield what `--all-targets` builds: libraries and programs also as tests of themselves."""
    enabled = frozenset(features or ())
    for package in packages:
        for target in package.targets:
            if target.required_features and not enabled.issuperset(target.required_features):
                continue
            if target.kind in ("test", "bench"):
                yield package, target, True
                continue
            yield package, target, False
            if target.kind in ("lib", "bin", "proc-macro") and target.test:
                yield package, target, True


def _reason(unit: Unit | None, report: CheckReport) -> str:
    if unit is not None:
        errors = [diagnostic.message for diagnostic in unit.diagnostics if diagnostic.is_error]
        return errors[0] if errors else "rustc failed without a message"
    if report.others:
        return report.others[0].message
    failed = [other.name for other in report.units if not other.succeeded]
    return f"it needs {failed[0]}, which does not build" if failed else "cargo did not build it"


def _run_cargo(request: CheckRequest, run: str, on_progress: Callable[[str], None] | None) -> Completed:
    build = request.build
    request.capture.mkdir(parents=True, exist_ok=True)
    # Rustc itself has the limit; cargo's is for everything else, and a little longer.
    limits = replace(build.runner.limits, seconds=build.runner.limits.seconds * 1.05 + 1)
    return replace(build.runner, limits=limits).run(
        build.command("check", "--message-format=json", *_check_arguments(request)),
        cwd=build.workspace_root,
        extra={**build.environment(), **_capture_environment(request, run)},
        writable=build.writable(request.capture),
        limit="silence",
        on_stderr=None if on_progress is None else lambda chunk: _tell(on_progress, chunk),
    )


def _outcome(request: CheckRequest, run: str, done: Completed) -> Outcome:
    return Outcome(request.workspace, request.capture, request.build.runner.limits, run, done)


def _check_arguments(request: CheckRequest) -> list[str]:
    arguments = ["--all-targets"] if request.all_targets else []
    if request.build.toolchain.release >= KEEP_GOING_SINCE:
        arguments.append("--keep-going")
    return arguments


def _capture_environment(request: CheckRequest, run: str) -> dict[str, str]:
    arguments = [*request.rustc_arguments, *([CAP_LINTS] if request.cap_lints else [])]
    return {
        "RUSTC_WORKSPACE_WRAPPER": str(request.wrapper),
        "CODEMOD_CAPTURE": str(request.capture),
        "CODEMOD_RUN": run,
        "CODEMOD_RUSTC_ARGS": "\n".join(arguments),
        "CODEMOD_LIMIT": time_limit(request.build.runner.limits.seconds),
        "CODEMOD_NEXT": request.next_wrapper,
    }


def _tell(on_progress: Callable[[str], None], chunk: bytes) -> None:
    for name in started_packages(chunk):
        on_progress(name)


def _forget(target_directory: Path, packages: frozenset[str]) -> None:
    """Make cargo build the packages again, whose records are gone."""
    for package in packages:
        for fingerprint in target_directory.glob(f"**/.fingerprint/{package}-*/*"):
            fingerprint.unlink(missing_ok=True)
