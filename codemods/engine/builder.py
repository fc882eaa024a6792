"""Build trees: the analysed commit plus an overlay, in scratch, each at most once.

Every build is a step: its report is kept under the hash of all that it depends on, so a run that was
killed, a dry run followed by the real one, and a second run compile nothing again.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from codemods import __version__
from codemods.cargo.build import Build, Configuration
from codemods.cargo.check import CAP_LINTS, CheckRequest, check_workspace
from codemods.cargo.metadata import Workspace, load_workspace
from codemods.cargo.report import CheckReport, Unit, merged
from codemods.cargo.rustfmt import Formatter, SourceFile
from codemods.engine.formatting import Formatting
from codemods.engine.listener import Listener
from codemods.engine.overlay import EditedFile, Overlay
from codemods.engine.safeguards import is_only_layout
from codemods.engine.store import StepStore, step_key
from codemods.errors import MachineError
from codemods.vcs.disk import FULL_HINT, says_full
from codemods.vcs.scratch import Scratch

if TYPE_CHECKING:
    from codemods.cargo.commands import Command, CommandRuns
    from codemods.cargo.doctests import ExamplesReport
    from codemods.cargo.error_traces import ErrorTraces
    from codemods.cargo.tests import TestReport
    from codemods.cargo.traces import TraceReport

Value = TypeVar("Value")

# What changes from terminal to terminal and decides nothing about a build.
VOLATILE = frozenset({"TERM", "COLORTERM", "NO_COLOR", "TMPDIR", "USER", "LOGNAME", "LANG", "LANGUAGE"})


@dataclass
class Builder:
    """Builds trees of one workspace in one or more configurations.

    `compiles` counts what was compiled, `trees` the builds of whole trees among it, `commits` those of them
    that only show that a commit builds; `kept` counts what was found in the step store.

    `build` is in the first configuration, in which tests and examples run. What is built lasts: cargo keeps
    the units of all configurations side by side in one target directory.
    """

    scratch: Scratch
    workspace: Workspace
    build: Build
    wrapper: Path
    next_wrapper: str
    store: StepStore
    listener: Listener
    identity: str  # hash of what all builds of the run share: see `build_identity`
    strict_stable: bool = False
    untracked_lock: bytes | None = None  # the lock file in force, where the commit has none
    compiles: int = 0
    trees: int = 0
    commits: int = 0
    kept: int = 0
    configurations: list[Configuration] = field(default_factory=list)
    _asked: set[str] = field(default_factory=set, repr=False)  # keys
    _standing: str | None = field(default=None, repr=False)  # key of the tree that was built last
    _built: set[Configuration] = field(default_factory=set, repr=False)  # the configurations it was built in

    def __post_init__(self) -> None:
        self.configurations = self.configurations or [self.build.configuration]

    def check(self, overlay: Overlay, *, cap_lints: bool = False) -> CheckReport:
        """Return the build of the tree with `overlay` in every configuration, made now or before."""
        return merged([self.check_in(each, overlay, cap_lints=cap_lints) for each in self.configurations])

    def check_in(
        self, configuration: Configuration, overlay: Overlay, *, cap_lints: bool = False
    ) -> CheckReport:
        """Return the build of the tree with `overlay` in one configuration, made now or before."""
        key = self._check_key(configuration, overlay, cap_lints)
        kept = self._find(key, CheckReport)
        if kept is not None:
            return kept
        report = self._run(configuration, overlay, cap_lints)
        if not report.others:  # an error outside of the sources may be gone the next time
            self.store.write(key, report)
        return report

    def ensure(self, overlay: Overlay, *, cap_lints: bool = False) -> None:
        """Make sure that scratch and target directory stand as the builds of `overlay` left them."""
        for configuration in self.configurations:
            is_there = self._standing == self._tree_key(overlay, cap_lints) and configuration in self._built
            if not is_there:
                self._run(configuration, overlay, cap_lints)

    def lay_out(self, overlay: Overlay) -> None:
        """Bring scratch to the tree with `overlay`, for something that is no build."""
        self._standing = None
        self._lay_out(overlay)

    def workspace_of(self, overlay: Overlay) -> Workspace:
        """Return the workspace as the manifests of the tree with `overlay` make it.

        Raises:
            UsageError: cargo rejects a manifest.
        """
        self.lay_out(overlay)
        return load_workspace(
            self.workspace.root,
            repository_root=self.workspace.repository_root,
            toolchain=self.build.toolchain,
            runner=self.build.runner,
        )

    def see_members(self, overlay: Overlay) -> None:
        """Count the packages that the tree with `overlay` adds to the workspace among its members.

        Raises:
            UsageError: cargo rejects a manifest.
        """
        before, after = self.workspace, self.workspace_of(overlay)
        known = {package.manifest for package in before.members}
        added = tuple(package for package in after.members if package.manifest not in known)
        self.workspace = replace(before, members=(*before.members, *added))

    def examples(
        self, overlay: Overlay, report: CheckReport, unit: Unit, paths: Collection[str]
    ) -> ExamplesReport:
        """Return rustdoc's verdicts on the examples in `paths` that the library `unit` shows."""
        from codemods.cargo.doctests import ExamplesReport, check_examples  # noqa: PLC0415 - few need it

        def compile_them() -> ExamplesReport:
            self.ensure(overlay, cap_lints=report.capped_lints)
            self.listener.phase("examples", unit.name)
            tests = next(
                (u for u in report.units if u.is_test and u.target == unit.target and u.kind == unit.kind),
                None,
            )
            self.compiles += 1
            return check_examples(
                unit, self.build, test_unit=tests, paths=paths, bootstrap=not self.strict_stable
            )

        key = self.key("examples", overlay, unit.id, sorted(paths), self.strict_stable)
        kept = self._find(key, ExamplesReport)
        if kept is not None:
            return kept
        made = compile_them()
        if made.reason is None:
            self.store.write(key, made)
        return made

    def tests(self, overlay: Overlay, only: Collection[str] | None, *, cap_lints: bool) -> TestReport:
        """Return the verdicts of the tests on the tree with `overlay`; `only` those of some programs."""
        from codemods.cargo.tests import TestReport, run_tests  # noqa: PLC0415 - most runs do without

        def run_them() -> TestReport:
            self._standing = None
            self._lay_out(overlay)
            self.compiles += 1
            report = run_tests(
                self.build,
                only=only,
                environment=self._capping() if cap_lints else {},
                on_program=lambda label: self.listener.phase("test", label),
            )
            self.scratch.restore()  # tests may write where they stand
            return report

        if only is not None:
            return run_them()
        key = self.key("tests", overlay, cap_lints, self.build.configuration.id)
        kept = self._find(key, TestReport)
        if kept is not None:
            return kept
        report = run_them()
        if report.error is None and "timeout" not in report.verdicts.values():
            self.store.write(key, report)  # else another limit may show more
        return report

    def outputs(self, overlay: Overlay, command: Command, times: int, *, cap_lints: bool) -> CommandRuns:
        """Return what `command` writes on the tree with `overlay`, run `times` times."""
        from codemods.cargo.commands import CommandRuns, run_command  # noqa: PLC0415 - as in `tests`

        key = self.key("outputs", overlay, command.words, times, cap_lints)
        kept = self._find(key, CommandRuns)
        if kept is not None:
            return kept
        self._standing = None
        self.scratch.materialize(overlay)
        self.compiles += 1
        runs = []
        for _ in range(times):
            runs.append(run_command(command, self.build, self._capping() if cap_lints else {}))
            self.scratch.restore()  # it may write where it stands
        found = CommandRuns(tuple(runs))
        if all(run.problem is None for run in runs):  # else another limit may show more
            self.store.write(key, found)
        return found

    def flaky(
        self, overlay: Overlay, before: TestReport, names: Collection[str], *, cap_lints: bool
    ) -> frozenset[str]:
        """Return those of the tests `names` whose verdict wavers on the tree with `overlay`."""
        from codemods.cargo.tests import find_flaky  # noqa: PLC0415 - as in `tests`

        self._standing = None
        self._lay_out(overlay)
        self.compiles += 1
        found = find_flaky(self.build, before, names, environment=self._capping() if cap_lints else {})
        self.scratch.restore()
        return found

    def traces(self, overlay: Overlay, passing: Collection[str], numbers: Collection[int]) -> TraceReport:
        """Return which of the `passing` tests came by the tracers `numbers` in the tree with `overlay`."""
        from codemods.cargo.traces import TraceReport, trace_tests  # noqa: PLC0415 - as in `tests`

        key = self.key("traces", overlay, sorted(passing), self.build.configuration.id)
        kept = self._find(key, TraceReport)
        if kept is not None:
            return kept
        self._standing = None
        self._lay_out(overlay)
        self.compiles += 1
        report = trace_tests(
            self.build,
            passing,
            numbers,
            environment=self._capping(),  # what measures is not to fail by a lint of the crate's
            on_program=lambda label: self.listener.phase("executed", label),
        )
        self.scratch.restore()
        self.store.write(key, report)
        return report

    def _lay_out(self, overlay: Overlay) -> None:
        """Bring scratch to the tree with `overlay`, with a lock file in any case."""
        if self.untracked_lock is not None:
            overlay = {self.lock_path: self.untracked_lock, **overlay}
        self.scratch.materialize(overlay)

    @property
    def lock_path(self) -> PurePosixPath:
        """Where the lock file is, relative to the repository."""
        return self.workspace.root_path / "Cargo.lock"

    def error_traces(self, overlay: Overlay, passing: Collection[str], *, run: int = 1) -> ErrorTraces:
        """Return what errors say in the tree with `overlay`, which holds probes, while `passing` tests run.

        Another `run` of the same tree is made anew: it shows what wavers.
        """
        from codemods.cargo.error_traces import ErrorTraces, trace_errors  # noqa: PLC0415 - as in `tests`

        key = self.key("error traces", overlay, sorted(passing), self.build.configuration.id, run)
        kept = self._find(key, ErrorTraces)
        if kept is not None:
            return kept
        self._standing = None
        self.scratch.materialize(overlay)
        self.compiles += 1
        traces = trace_errors(
            self.build,
            passing,
            environment=self._capping(),
            on_program=lambda label: self.listener.phase("errors", label),
        )
        self.scratch.restore()
        if traces.error is None:
            self.store.write(key, traces)
        return traces

    def _capping(self) -> dict[str, str]:
        """Return the environment that caps lints in the workspace, through the wrapper round rustc."""
        return {
            "RUSTC_WORKSPACE_WRAPPER": str(self.wrapper),
            "CODEMOD_CAPTURE": str(self.build.target_directory / "codemod-capture-tests"),
            "CODEMOD_RUN": "tests",
            "CODEMOD_RUSTC_ARGS": CAP_LINTS,
            "CODEMOD_SHOW": "1",  # a test that does not build says why
        }

    def formatted(
        self, files: Mapping[PurePosixPath, EditedFile], edition_of: Callable[[PurePosixPath], str]
    ) -> dict[PurePosixPath, bytes]:
        """Return those of the edited `files` that were rustfmt-clean, as rustfmt writes them now."""
        rust = {path: file for path, file in files.items() if path.suffix == ".rs"}
        if not rust or self.build.toolchain.rustfmt is None:
            return {}
        root = self.scratch.root
        formatter = Formatter(self.build.toolchain, self.build.runner, root, self.scratch.repository.root)
        formatting = Formatting(formatter, self.store, self.identity)
        before = [SourceFile(root / path, file.old, edition_of(path)) for path, file in rust.items()]
        clean = formatting.clean(before)
        after = [
            SourceFile(root / path, rust[path].new, edition_of(path))
            for path in sorted(rust)
            if root / path in clean
        ]
        formatted = formatting.format(after)
        return {
            PurePosixPath(file.path.relative_to(root)): content
            for file in after
            if (content := formatted[file.path]) is not None
            and content != file.content
            and is_only_layout(file.content, content)
        }

    def _run(self, configuration: Configuration, overlay: Overlay, cap_lints: bool) -> CheckReport:
        standing = self._tree_key(overlay, cap_lints)
        if self._standing != standing:
            self._standing, self._built = None, set()
            self._lay_out(overlay)
        request = CheckRequest(
            build=replace(self.build, configuration=configuration),
            workspace=self.workspace,
            wrapper=self.wrapper,
            capture=self.build.target_directory / "codemod-capture",
            cap_lints=cap_lints,
            next_wrapper=self.next_wrapper,
        )
        self.compiles += 1
        self.trees += 1
        started = 0

        def tell(_name: str) -> None:
            nonlocal started
            started += 1
            self.listener.step(started, None)

        report = check_workspace(request, tell)
        _require_space(report, self.build.target_directory)
        self._standing = standing
        self._built.add(configuration)
        units = tuple(replace(unit, configurations=(configuration.id,)) for unit in report.units)
        return replace(report, units=units)

    def remember(self, key: str, kind: type[Value], make: Callable[[], Value]) -> Value:
        """Return the value of a step that is no build of a tree; make and keep it where there is none."""
        kept = self._find(key, kind)
        if kept is not None:
            return kept
        made = make()
        self.store.write(key, made)
        return made

    def _find(self, key: str, kind: type[Value]) -> Value | None:
        """Return what the step store has under `key`; count it once."""
        kept = self.store.read(key, kind)
        if key not in self._asked:
            self._asked.add(key)
            self.kept += kept is not None
        return kept

    def _tree_key(self, overlay: Overlay, cap_lints: bool) -> str:
        return self.key("tree", overlay, cap_lints)

    def _check_key(self, configuration: Configuration, overlay: Overlay, cap_lints: bool) -> str:
        return self.key("check", overlay, cap_lints, asdict(configuration))

    def key(self, step: str, overlay: Overlay, *more: object) -> str:
        """Return the key of a step on the tree with `overlay`."""
        return step_key(step, self.identity, overlay_hash(overlay), *more)


def _require_space(report: CheckReport, place: Path) -> None:
    """Stop where a compiler or build script found the disk full: that is nobody's fault but the machine's.

    Raises:
        MachineError: one did.
    """
    for error in report.errors:
        if says_full(error.rendered or error.message):
            first = error.message.strip().partition("\n")[0]
            raise MachineError(f"the disk is full: {first}", where=str(place), hint=FULL_HINT)


def overlay_hash(overlay: Overlay) -> str:
    """Return a hash of the paths and contents of `overlay`."""
    digest = hashlib.sha256()
    for path in sorted(overlay):
        content = overlay[path]
        digest.update(f"{path}\0{'-' if content is None else len(content)}\0".encode())
        digest.update(content or b"")
    return digest.hexdigest()


def build_identity(
    build: Build, workspace: Workspace, commit: str, wrapper: Path, files: Iterable[Path]
) -> str:
    """Return the hash of everything but the overlay that a build depends on.

    `files` are read from outside of the commit: lock file, cargo configuration. A workspace that
    depends on folders outside of the repository is never the same twice: they may change.
    """
    depends_on_outside = any(PurePosixPath(path).is_absolute() for path in workspace.path_dependencies)
    sandbox = build.runner.sandbox
    environment = {k: v for k, v in build.runner.environment.items() if k not in VOLATILE and k[:3] != "LC_"}
    return step_key(
        "build",
        commit,
        str(workspace.root),
        build.toolchain.rustc_verbose,
        build.toolchain.cargo_version,
        wrapper.name,
        build.config,
        environment,
        __version__,
        asdict(build.runner.limits),
        sandbox.describe() if sandbox is not None else "",
        time.time_ns() if depends_on_outside else 0,
        [(str(file), file.read_bytes() if file.is_file() else b"") for file in files],
    )
