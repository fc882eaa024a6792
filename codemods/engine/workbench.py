"""What a run works with: the repository, its scratch checkout, the workspace, the builder.

`Workbench.open` does all the looking around; after it, steps ask the workbench for files, sites and builds.
A tree is named by its overlay on the analysed commit.
"""

from __future__ import annotations

import posixpath
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from codemods.cargo.build import Build, Features
from codemods.cargo.capture import install_wrapper
from codemods.cargo.configuration import config_arguments, workspace_wrapper
from codemods.cargo.fetch import fetch_dependencies, lacks_dependencies
from codemods.cargo.lockfile import prepare_lock
from codemods.cargo.metadata import Workspace, load_workspace
from codemods.cargo.msrv import known_msrv
from codemods.cargo.process import Limits, Runner, allowed_environment
from codemods.cargo.report import CheckReport
from codemods.cargo.sandbox import find_sandbox
from codemods.cargo.tests import TestReport
from codemods.cargo.toolchain import Toolchain, cargo_home, find_toolchain, version_numbers
from codemods.engine.baseline import Baseline, build_baseline
from codemods.engine.builder import Builder, build_identity
from codemods.engine.editions import Owners
from codemods.engine.globs import file_filter
from codemods.engine.listener import Listener
from codemods.engine.overlay import EditedFile, Overlay
from codemods.engine.request import Request
from codemods.engine.scan import NotRead, scan
from codemods.engine.store import StepStore
from codemods.errors import UsageError
from codemods.recipe.proposals import Skipped
from codemods.recipe.recipe import Recipe
from codemods.recipe.site import Site
from codemods.vcs.repository import Repository
from codemods.vcs.scratch import Scratch
from codemods.vcs.trees import Unreadable


@dataclass(frozen=True, slots=True)
class ScratchTree:
    """The regular files of the analysed commit, with an overlay on top."""

    names: tuple[str, ...]
    overlay: Overlay
    committed: Callable[[PurePosixPath], bytes]

    def paths(self) -> Iterator[PurePosixPath]:
        """Yield every file."""
        return map(PurePosixPath, self.names)

    def read(self, path: PurePosixPath) -> bytes:
        """Return the content of one file; raises OSError where it can't be read."""
        if path not in self.overlay:
            return self.committed(path)
        content = self.overlay[path]
        if content is None:
            raise FileNotFoundError(path)
        return content

    def each(self, suffixes: tuple[str, ...] = ("",)) -> Iterator[tuple[str, bytes | Unreadable]]:
        """Yield the files whose name ends in one of `suffixes`, with their bytes."""
        for name in self.names:
            if name.endswith(suffixes):
                try:
                    yield name, self.read(PurePosixPath(name))
                except OSError as error:
                    yield name, Unreadable(str(error))


@dataclass
class Workbench:
    """The tools of one run. `notes` collects what a reader of the result must know."""

    request: Request
    listener: Listener
    repository: Repository
    scratch: Scratch
    toolchain: Toolchain
    workspace: Workspace
    builder: Builder
    sandbox: str
    withheld: tuple[str, ...]
    names: tuple[str, ...]
    notes: dict[str, None] = field(default_factory=dict)
    not_read: dict[PurePosixPath, NotRead] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    first_baseline: Baseline | None = None  # of the untouched commit, once it was built

    # Files

    def tree(self, overlay: Overlay) -> ScratchTree:
        """Return the analysed commit with `overlay`."""
        return ScratchTree(self.names, overlay, self._committed)

    def read(self, path: PurePosixPath, overlay: Overlay) -> bytes:
        """Return a file's content in the tree with `overlay`."""
        return self.tree(overlay).read(path)

    def _committed(self, path: PurePosixPath) -> bytes:
        if self.scratch.is_overlaid(path):
            return self.repository.read(self.scratch.commit, path)
        return (self.scratch.root / path).read_bytes()

    # Sites

    def sites(self, recipe: Recipe, overlay: Overlay) -> tuple[Site, ...]:
        """Return the sites of `recipe` in the tree: in members, and in files they may pull in."""
        self.listener.phase("scan", recipe.id)
        with self.timed("scan"):
            found = scan(self.tree(overlay), [recipe], self._is_wanted)
            self.not_read |= {each.path: each for each in found.unreadable}
            owned = [s for s in found.scanned if s.owner.manifest in self._manifests]
            strays = [s for s in found.scanned if s.owner.manifest not in self._manifests]
            if strays and not owned and not self._pulls_in_files(overlay):
                strays = []
        return tuple(site for each in (*owned, *strays) for site in each.sites)

    def within(self, sites: Sequence[Site], baseline: Baseline) -> tuple[Site, ...]:
        """Return those of `sites` that belong here: in a selected member, or compiled into one."""
        selected = {package.name for package in self.workspace.select(self.request.packages)}
        compiled = {file for unit in baseline.report.units if unit.package in selected for file in unit.files}
        manifests = {package.manifest for package in self.workspace.members if package.name in selected}
        owners = self._owners
        return tuple(
            site
            for site in sites
            if str(site.source.path) in compiled or owners.of(site.source.path).manifest in manifests
        )

    def package_of(self, path: PurePosixPath) -> str:
        """Return the name of the member that owns the file, or "" where none does."""
        manifest = self._owners.of(path).manifest
        return next((package.name for package in self.workspace.members if package.manifest == manifest), "")

    def edition_of(self, path: PurePosixPath) -> str:
        """Return the edition of the package that owns the file."""
        return self._owners.of(path).edition

    def precondition(self, recipe: Recipe) -> Skipped | None:
        """Return why `recipe` can't run on this workspace at all, or None."""
        needed = version_numbers(recipe.min_rust)
        for package in self.workspace.select(self.request.packages):
            known = known_msrv(package, self.workspace, self.request.msrv)
            if known is not None and known.release < needed:
                reason = (
                    f"needs Rust {recipe.min_rust}; {package.name} supports {known.version} ({known.source})"
                )
                return Skipped("msrv", reason)
            if known is None:
                self.note(
                    f"No minimum Rust version is known (rust-version, clippy's msrv, toolchain file, --msrv):"
                    f" the result of {recipe.id} needs Rust {recipe.min_rust} or newer."
                )
        return None

    @cached_property
    def _is_wanted(self) -> Callable[[PurePosixPath], bool]:
        chosen = file_filter(self.request.only, self.request.exclude)
        return lambda path: chosen(posixpath.relpath(path, self.root))

    def _pulls_in_files(self, overlay: Overlay) -> bool:
        """Whether a Rust file may name files elsewhere as modules."""
        return any(
            isinstance(content, bytes) and (b"#[path" in content or b"include!" in content)
            for _, content in self.tree(overlay).each((".rs",))
        )

    @property
    def configuration(self) -> str:
        """The name of the one way in which everything is built."""
        if self.request.all_features:
            return "all-features"
        names = ",".join(self.request.features)
        return f"features:{names}" if names else "default"

    @property
    def root(self) -> PurePosixPath:
        """The workspace root, relative to the repository."""
        return self.workspace.root_path

    @cached_property
    def _manifests(self) -> frozenset[PurePosixPath]:
        return frozenset(package.manifest for package in self.workspace.members)

    @cached_property
    def _owners(self) -> Owners:
        def read(path: PurePosixPath) -> bytes | None:
            try:
                return self._committed(path)
            except OSError:
                return None

        return Owners(read)

    # Builds

    def baseline(self, overlay: Overlay, report: CheckReport | None) -> Baseline:
        """Return the build that changes are judged against: `report`, or one of this tree.

        Raises:
            MachineError: a dependency must be downloaded and can't be.
        """
        if report is not None:
            return Baseline(report, ())
        self.listener.phase("baseline", "cargo check --workspace --all-targets")
        with self.timed("baseline"):
            baseline = build_baseline(lambda cap: self._check_fetched(overlay, cap), self.workspace.members)
        self.first_baseline = self.first_baseline or baseline
        return baseline

    def check(self, overlay: Overlay, cap_lints: bool) -> CheckReport:
        """Return the build of the tree with `overlay`."""
        with self.timed("trial"):
            return self.builder.check(overlay, cap_lints=cap_lints)

    def tests(self, overlay: Overlay, only: Collection[str] | None = None) -> TestReport:
        """Return the verdicts of the tests on the tree with `overlay` (`only`: see `run_tests`)."""
        capped = self.first_baseline is not None and self.first_baseline.report.capped_lints
        self.listener.phase("test", "cargo test")
        with self.timed("test"):
            return self.builder.tests(overlay, only, cap_lints=capped)

    def formatted(self, files: Mapping[PurePosixPath, EditedFile]) -> dict[PurePosixPath, bytes]:
        """Return those of `files` that were rustfmt-clean, as rustfmt writes them with the edits."""
        with self.timed("trial"):
            return self.builder.formatted(files, self.edition_of)

    def _check_fetched(self, overlay: Overlay, cap_lints: bool) -> CheckReport:
        report = self.builder.check(overlay, cap_lints=cap_lints)
        if not lacks_dependencies(report):
            return report
        self.listener.phase("fetch", "cargo fetch: some dependencies are not on this machine yet")
        fetch_dependencies(self.builder.build)
        return self.builder.check(overlay, cap_lints=cap_lints)

    # Telling

    def note(self, text: str) -> None:
        """Keep a sentence for the reader of the result; each is kept once."""
        self.notes[text] = None

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        """Add the time of the block to `phase`."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[phase] = self.seconds.get(phase, 0.0) + time.monotonic() - started


@contextmanager
def open_workbench(request: Request, listener: Listener, revision: str | None = None) -> Iterator[Workbench]:
    """Lay out HEAD (or the commit that `revision` names) in scratch and find everything that builds it there.

    Raises:
        UsageError: not a repository with a Cargo workspace, an unknown package, a toolchain that
            is not installed.
        MachineError: the disk is full, another run does not end, a sandbox is required and not there.
    """
    listener.phase("prepare", f"laying out {revision or 'HEAD'} in scratch")
    repository = Repository.open(request.directory)
    commit = repository.commit(revision) if revision else repository.head
    folders = request.folders
    with (
        Scratch.open(repository, commit, folders.cache, on_wait=listener.note) as scratch,
        StepStore(folders.steps) as store,
    ):
        yield _Equipment(request, listener, repository, scratch, store).workbench()


class _Equipment:
    """Puts a workbench together; one step a method, in the order in which they need each other."""

    def __init__(
        self, request: Request, listener: Listener, repository: Repository, scratch: Scratch, store: StepStore
    ) -> None:
        self.request = request
        self.listener = listener
        self.repository = repository
        self.scratch = scratch
        self.store = store
        self.user_directory = Path(request.directory).resolve()
        self.directory = scratch.root / self.user_directory.relative_to(repository.root.resolve())
        self.cargo_home = cargo_home(request.environment)
        self.notes: dict[str, None] = {}

    def workbench(self) -> Workbench:
        toolchain = find_toolchain(
            self.user_directory,
            environ=self.request.environment,
            repository_root=self.repository.root,
            scratch_root=self.scratch.root,
            override=self.request.toolchain,
        )
        sandbox, description = find_sandbox(self.request.sandbox.value)
        environment, withheld = allowed_environment(self.request.environment, self.request.pass_environment)
        runner = Runner(environment, Limits(seconds=self.request.timeout), sandbox)
        workspace = self._workspace(toolchain, runner)
        workspace.select(self.request.packages)  # refuse an unknown one before anything is built
        _require_features(workspace, self.request.features)
        build = self._build(workspace, toolchain, runner)
        names = tuple(
            str(entry.path) for entry in self.repository.entries(self.scratch.commit) if entry.is_regular
        )
        bench = Workbench(
            request=self.request,
            listener=self.listener,
            repository=self.repository,
            scratch=self.scratch,
            toolchain=toolchain,
            workspace=workspace,
            builder=self._builder(workspace, build, names),
            sandbox=description,
            withheld=withheld,
            names=names,
            notes=self.notes,
        )
        self._note_surroundings(bench)
        return bench

    def _workspace(self, toolchain: Toolchain, runner: Runner) -> Workspace:
        """Return the workspace; folders outside of the repository that it needs are linked first."""
        if not self.directory.is_dir():
            raise UsageError(
                f"commit {self.scratch.commit[:10]} has no such folder",
                where=str(self.user_directory),
                hint="Commit it first: codemod analyses commits, never uncommitted files.",
            )
        workspace = load_workspace(
            self.directory, repository_root=self.scratch.root, toolchain=toolchain, runner=runner
        )
        outside = [Path(path) for path in workspace.path_dependencies if Path(path).is_absolute()]
        for path in outside:
            self.scratch.link_outside(self._real(path))
        return workspace

    def _real(self, path: Path) -> Path:
        """Return the user's folder that `path`, which may lie in scratch's mirror, stands for."""
        mirror = self.scratch.writable
        return Path("/", path.relative_to(mirror)) if path.is_relative_to(mirror) else path

    def _build(self, workspace: Workspace, toolchain: Toolchain, runner: Runner) -> Build:
        places = {"repository_root": self.repository.root.resolve(), "cargo_home": self.cargo_home}
        user_root = places["repository_root"] / workspace.root_path
        return Build(
            repository_root=self.scratch.root,
            workspace_root=workspace.root,
            target_directory=self.scratch.writable.parent / "target",
            toolchain=toolchain,
            runner=runner,
            features=Features(self.request.features, self.request.all_features),
            config=config_arguments(user_root, scratch_root=self.scratch.root, **places),
        )

    def _builder(self, workspace: Workspace, build: Build, names: tuple[str, ...]) -> Builder:
        lock_path = str(workspace.root_path / "Cargo.lock")
        user_root = self.repository.root / workspace.root_path
        prepare_lock(
            workspace,
            build,
            is_committed=lock_path in names,
            user_workspace_root=user_root,
            state=self.request.folders.state / "locks",
        )
        wrapper = install_wrapper(self.request.folders.cache / "wrapper")
        config_files = [Path(part) for part in build.config if part != "--config"]
        files = [workspace.lock_file, self.cargo_home / "config.toml", *config_files]
        return Builder(
            scratch=self.scratch,
            workspace=workspace,
            build=build,
            wrapper=wrapper,
            next_wrapper=workspace_wrapper(
                self.request.environment,
                user_root,
                repository_root=self.repository.root,
                cargo_home=self.cargo_home,
            ),
            store=self.store,
            listener=self.listener,
            identity=build_identity(build, workspace, self.scratch.commit, wrapper, files),
            strict_stable=self.request.strict_stable,
        )

    def _note_surroundings(self, bench: Workbench) -> None:
        uncommitted = self.repository.uncommitted()
        if uncommitted:
            shown = ", ".join(uncommitted[:5]) + (
                f" and {len(uncommitted) - 5} more" if len(uncommitted) > 5 else ""
            )
            bench.note(f"Uncommitted changes are not included and not touched: {shown}.")
        for name in self.scratch.missing_submodules:
            bench.note(
                f"The submodule {name} is not checked out here, so its files are missing in the builds."
            )


def _require_features(workspace: Workspace, names: Sequence[str]) -> None:
    """Refuse a feature that no member has (one of a dependency, `dep/name`, is left to cargo)."""
    known = {name for package in workspace.members for name in package.features}
    for name in names:
        if "/" not in name and name not in known:
            there = ", ".join(sorted(known)) or "none"
            raise UsageError(
                f"no package of this workspace has the feature `{name}`",
                where=f"--features {name}",
                hint=f"Features here: {there}.",
            )
