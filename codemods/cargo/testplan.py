"""Find out what `cargo test` would run, and how, without running it.

Cargo builds the tests and then "runs" them through a recorder (`recorder.py`). So the folder,
environment and library path of every test are cargo's own, not our idea of them.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

from codemods.cargo.build import Build
from codemods.cargo.check import KEEP_GOING_SINCE
from codemods.cargo.process import Completed
from codemods.cargo.recorder import Recorded, Recorder
from codemods.cargo.stderr import CargoErrors, errors_of_cargo

Harness = Literal["libtest", "own", "rustdoc"]

_SELECTED_BY_NAME = ("bin", "test", "example", "bench")


@dataclass(frozen=True, slots=True, order=True)
class TestTarget:
    """One target with tests; `kind` is cargo's, or "doc" for a library's examples."""

    __test__: ClassVar[bool] = False

    package: str
    kind: str
    name: str

    @property
    def label(self) -> str:
        """What a person calls it."""
        return f"{self.package} {self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class TestProgram:
    """One command that `cargo test` would run, just as cargo would run it."""

    __test__: ClassVar[bool] = False

    target: TestTarget
    harness: Harness
    argv: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TestPlan:
    """What there is to run. `unbuilt` says why some targets do not build, `error` why none does."""

    __test__: ClassVar[bool] = False

    programs: tuple[TestProgram, ...]
    unbuilt: Mapping[TestTarget, str]
    error: str | None = None


def plan_tests(build: Build, environment: Mapping[str, str] | None = None) -> TestPlan:
    """Build the tests of `build`'s packages and return what `cargo test` would run.

    Targets that do not build are left out and named, as far as cargo can select the others.
    `environment` is laid over cargo's (a wrapper that caps lints, for one).

    Raises:
        MachineError: cargo cannot be started, or the recorder cannot be written.
    """
    recorder, variables = Recorder(build), environment or {}
    everything = _Selection(build)
    plan, done = _try(everything, recorder, variables)
    if done.succeeded or done.timed_out:
        return plan
    # `cargo test` stops at the first error, and cannot be told to go on; `cargo build` can.
    parts = _Built(_build_all(build, recorder, variables).stdout)
    unbuilt = {**plan.unbuilt, **parts.failed}
    selection = everything.without(parts)
    if selection is None:
        return replace(plan, unbuilt=unbuilt)
    plan, _ = _try(selection, recorder, variables)
    return replace(plan, unbuilt={**unbuilt, **plan.unbuilt})


def _try(
    selection: _Selection, recorder: Recorder, environment: Mapping[str, str]
) -> tuple[TestPlan, Completed]:
    done = _run_cargo(selection, recorder, environment)
    built = _Built(done.stdout)
    if done.succeeded:
        return _recorded_plan(tuple(recorder.records()), built), done
    return TestPlan((), built.failed, _why(done, selection.build, built)), done


def _recorded_plan(records: tuple[Recorded, ...], built: _Built) -> TestPlan:
    lost = built.executables.keys() - {record.argv[0] for record in records}
    if lost:
        labels = ", ".join(sorted(built.executables[path].label for path in lost))
        return TestPlan((), {}, f"cargo did not say how it runs {labels}; is a `runner` configured?")
    return TestPlan(_programs(records, built), {})


def _run_cargo(selection: _Selection, recorder: Recorder, environment: Mapping[str, str]) -> Completed:
    """Return how the first command ended; what earlier calls recorded is forgotten."""
    recorder.forget()
    first, *others = selection.commands()
    done = recorder.run(first, environment)
    for command in others:
        # Where there is no library, cargo calls it an error to be asked for doc tests.
        recorder.run(command, environment)
    return done


def _build_all(build: Build, recorder: Recorder, environment: Mapping[str, str]) -> Completed:
    keep_going = ["--keep-going"] if build.toolchain.release >= KEEP_GOING_SINCE else []
    arguments = ["--profile=test", "--tests", "--message-format=json", *keep_going]
    return recorder.run(build.command("build", *arguments), environment)


def _programs(records: Iterable[Recorded], built: _Built) -> tuple[TestProgram, ...]:
    found = (_program(record, built) for record in records)
    return tuple(sorted((p for p in found if p is not None), key=lambda p: (p.target, p.argv)))


def _program(record: Recorded, built: _Built) -> TestProgram | None:
    if record.is_rustdoc:
        name = record.argv[record.argv.index("--crate-name") + 1]
        target = TestTarget(record.environment.get("CARGO_PKG_NAME", ""), "doc", name)
        return TestProgram(target, "rustdoc", record.argv, record.cwd, record.environment)
    executable = built.executables.get(record.argv[0])
    if executable is None:
        return None
    harness: Harness = "own" if executable in built.own_harness else "libtest"
    return TestProgram(executable, harness, record.argv, record.cwd, record.environment)


def _why(done: Completed, build: Build, built: _Built) -> str:
    if done.timed_out:
        return f"`cargo test` was silent for {build.runner.limits.seconds:.0f} s"
    errors = [error.message for error in errors_of_cargo(CargoErrors(done.stderr, str(build.workspace_root)))]
    return next(iter([*built.failed.values(), *errors]), f"`cargo test` failed with code {done.returncode}")


@dataclass(frozen=True, slots=True)
class _Selection:
    """Which tests cargo is asked for; no `targets` is its own choice, with doc tests."""

    build: Build
    targets: tuple[str, ...] = ()
    excluded: frozenset[str] = frozenset()

    def commands(self) -> Iterator[list[str]]:
        """Yield the cargo commands: named targets and doc tests do not go together."""
        excluded = [part for name in sorted(self.excluded) for part in ("--exclude", name)]
        for targets in [self.targets, ("--doc",)] if self.targets else [()]:
            yield self.build.command("test", "--no-fail-fast", "--message-format=json", *targets, *excluded)

    def without(self, built: _Built) -> _Selection | None:
        """Return what is left when all that failed is left out; `None` where nothing is.

        Cargo selects by name over all packages, so a target that has the name of a failed one is lost.
        A package whose library fails is lost as a whole.
        """
        names = {(target.kind, target.name) for target in built.failed}
        libraries = {target.package for target in built.failed if target.kind not in _SELECTED_BY_NAME}
        usable = [
            target
            for target in sorted(built.executables.values())
            if (target.kind, target.name) not in names and target.package not in libraries
        ]
        if not usable:
            return None
        targets = dict.fromkeys(part for target in usable for part in _option(target))
        packages = tuple(name for name in self.build.packages if name not in libraries)
        excluded = frozenset() if self.build.packages else frozenset(libraries)
        return _Selection(replace(self.build, packages=packages), tuple(targets), excluded)


def _option(target: TestTarget) -> list[str]:
    return [f"--{target.kind}={target.name}"] if target.kind in _SELECTED_BY_NAME else ["--lib"]


class _Built:
    """What cargo's messages say was built: test executables, and targets that failed."""

    def __init__(self, stdout: bytes) -> None:
        self.executables: dict[str, TestTarget] = {}
        self.own_harness: set[TestTarget] = set()
        self.failed: dict[TestTarget, str] = {}
        for message in _messages(stdout):
            if message.get("reason") == "compiler-artifact":
                self._artifact(message)
            elif message.get("reason") == "compiler-message":
                self._compiler_message(message)

    def _artifact(self, message: Mapping[str, Any]) -> None:
        if message["profile"]["test"] and message.get("executable"):
            target = _target(message)
            self.executables[message["executable"]] = target
            if target in _own_harnesses(message["manifest_path"]):
                self.own_harness.add(target)

    def _compiler_message(self, message: Mapping[str, Any]) -> None:
        if message["message"]["level"].startswith("error"):
            self.failed.setdefault(_target(message), message["message"]["message"])


def _messages(stdout: bytes) -> Iterator[dict[str, Any]]:
    for line in stdout.splitlines():
        if line.startswith(b"{"):
            yield json.loads(line)


def _target(message: Mapping[str, Any]) -> TestTarget:
    target = message["target"]
    kind = target["kind"][0]
    kind = "lib" if kind in ("rlib", "dylib", "cdylib", "staticlib") else kind
    package = _manifest(message["manifest_path"]).get("package", {}).get("name", "")
    return TestTarget(package, kind, target["name"])


def _own_harnesses(manifest: str) -> set[TestTarget]:
    """Return the targets of a package that say `harness = false`: cargo's messages do not."""
    table = _manifest(manifest)
    package = table.get("package", {}).get("name", "")
    library = table.get("lib", {})
    found = {
        TestTarget(package, kind, target.get("name", ""))
        for kind in _SELECTED_BY_NAME
        for target in table.get(kind, [])
        if target.get("harness") is False
    }
    if library.get("harness") is False:
        found.add(TestTarget(package, "lib", library.get("name", package.replace("-", "_"))))
    return found


@cache
def _manifest_text(path: str, mtime: int) -> dict[str, Any]:  # noqa: ARG001 - the key of the cache
    return tomllib.loads(Path(path).read_text(encoding="utf-8"))


def _manifest(path: str) -> dict[str, Any]:
    return _manifest_text(path, Path(path).stat().st_mtime_ns)
