"""What a run works with: the repository, its scratch checkout, the workspace, the builder.

`equipment.py` puts one together; after that, steps ask the workbench for files, sites and builds.
A tree is named by its overlay on the analysed commit.
"""

from __future__ import annotations

import posixpath
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.cargo.build import Configuration
from codemods.cargo.fetch import fetch_dependencies, lacks_dependencies
from codemods.cargo.manifest import MANIFEST
from codemods.cargo.metadata import Package, Workspace
from codemods.cargo.report import CheckReport, Unit, merged
from codemods.cargo.toolchain import Toolchain
from codemods.engine.baseline import Baseline, build_baseline
from codemods.engine.builder import Builder
from codemods.engine.editions import Owners
from codemods.engine.globs import file_filter
from codemods.engine.listener import Listener
from codemods.engine.overlay import EditedFile, Overlay
from codemods.engine.request import Request
from codemods.engine.scan import NotRead, scan
from codemods.errors import CodemodError
from codemods.recipe.recipe import Recipe
from codemods.recipe.site import Site
from codemods.vcs.repository import Repository
from codemods.vcs.scratch import Scratch
from codemods.vcs.trees import Unreadable

if TYPE_CHECKING:
    from codemods.cargo.commands import Command, CommandOutput
    from codemods.cargo.tests import TestReport


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
    dropped_configurations: dict[Configuration, str] = field(default_factory=dict)  # with the reason

    # Files

    def tree(self, overlay: Overlay) -> ScratchTree:
        """Return the analysed commit with `overlay`."""
        return ScratchTree(self.names, overlay, self.scratch.committed)

    def read(self, path: PurePosixPath, overlay: Overlay) -> bytes:
        """Return a file's content in the tree with `overlay`."""
        return self.tree(overlay).read(path)

    def sources(self, unit: Unit, overlay: Overlay) -> Iterator[bytes]:
        """Yield the Rust files of the repository that `unit` reads."""
        tree = self.tree(overlay)
        for name in unit.files:
            if name.endswith(".rs") and not PurePosixPath(name).is_absolute():
                try:
                    yield tree.read(PurePosixPath(name))
                except (OSError, CodemodError):
                    continue  # made by a build script

    # Sites

    def sites(self, recipe: Recipe, overlay: Overlay) -> tuple[Site, ...]:
        """Return the sites of `recipe` in the tree: in members, and in files they may pull in."""
        self.listener.phase("scan", recipe.id)
        with self.timed("scan"):
            found = scan(self.tree(overlay), [recipe], self._is_wanted, self.root)
            self.not_read |= {each.path: each for each in found.unreadable}
            selected = {package.manifest for package in self.workspace.select(self.request.packages)}
            owned = [s for s in found.scanned if s.owner.manifest in selected]
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

    def members(self, overlay: Overlay) -> tuple[Package, ...]:
        """Return the members as the manifests of the tree with `overlay` describe them."""
        if any(path.name == MANIFEST for path in overlay):
            return self.builder.workspace_of(overlay).members
        return self.workspace.members

    def lock(self, overlay: Overlay) -> bytes:
        """Return the lock file of the tree with `overlay`."""
        path, untracked = self.builder.lock_path, self.builder.untracked_lock
        if path in overlay or untracked is None:
            return self.read(path, overlay)
        return untracked

    def package_of(self, path: PurePosixPath) -> str:
        """Return the name of the member that owns the file, or "" where none does."""
        manifest = self._owners.of(path).manifest
        return next((package.name for package in self.workspace.members if package.manifest == manifest), "")

    def manifest_of(self, path: PurePosixPath) -> PurePosixPath | None:
        """Return the nearest manifest of a package above the file, a member's or not."""
        return self._owners.of(path).manifest

    def edition_of(self, path: PurePosixPath) -> str:
        """Return the edition of the package that owns the file."""
        return self._owners.of(path).edition

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
    def configurations(self) -> list[Configuration]:
        """The configurations in which everything is built; the first is the one that was asked for."""
        return self.builder.configurations

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
                return self.scratch.committed(path)
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
        """Return the build of the tree with `overlay` in every configuration of the run."""
        with self.timed("trial"):
            return self._check_fetched(overlay, cap_lints)

    def tests(self, overlay: Overlay, only: Collection[str] | None = None) -> TestReport:
        """Return the verdicts of the tests on the tree with `overlay` (`only`: see `run_tests`)."""
        capped = self.first_baseline is not None and self.first_baseline.report.capped_lints
        self.listener.phase("test", "cargo test")
        with self.timed("test"):
            return self.builder.tests(overlay, only, cap_lints=capped)

    def flaky_tests(self, overlay: Overlay, before: TestReport, names: Collection[str]) -> frozenset[str]:
        """Return those of the tests `names` whose verdict wavers on the tree with `overlay`."""
        capped = self.first_baseline is not None and self.first_baseline.report.capped_lints
        self.listener.phase("test", "again, for tests that waver")
        with self.timed("test"):
            return self.builder.flaky(overlay, before, names, cap_lints=capped)

    def outputs(self, command: Command, overlay: Overlay, times: int) -> tuple[CommandOutput, ...]:
        """Return what `command` writes on the tree with `overlay`, each of the `times` that it runs."""
        capped = self.first_baseline is not None and self.first_baseline.report.capped_lints
        self.listener.phase("run", command.text)
        with self.timed("test"):
            return self.builder.outputs(overlay, command, times, cap_lints=capped).runs

    def formatted(self, files: Mapping[PurePosixPath, EditedFile]) -> dict[PurePosixPath, bytes]:
        """Return those of `files` that were rustfmt-clean, as rustfmt writes them with the edits."""
        with self.timed("trial"):
            return self.builder.formatted(files, self.edition_of)

    def check_in(self, configuration: Configuration, overlay: Overlay, cap_lints: bool) -> CheckReport:
        """Return the build of the tree with `overlay` in a configuration that need not be one of the run.

        Raises:
            MachineError: a dependency must be downloaded and can't be.
        """
        report = self.builder.check_in(configuration, overlay, cap_lints=cap_lints)
        if not lacks_dependencies(report):
            return report
        self.listener.phase("fetch", "cargo fetch: some dependencies are not on this machine yet")
        fetch_dependencies(self.builder.build)
        return self.builder.check_in(configuration, overlay, cap_lints=cap_lints)

    def _check_fetched(self, overlay: Overlay, cap_lints: bool) -> CheckReport:
        return merged([self.check_in(each, overlay, cap_lints) for each in self.configurations])

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
