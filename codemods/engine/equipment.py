"""Open a workbench: lay out the commit, find the toolchain, the workspace and what builds it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from codemods.cargo.build import Build, Configuration, Features
from codemods.cargo.capture import install_wrapper
from codemods.cargo.configuration import config_arguments, named_programs, workspace_wrapper
from codemods.cargo.environment import homed_environment, rustfmt_settings
from codemods.cargo.limits import read_limits
from codemods.cargo.lockfile import prepare_lock
from codemods.cargo.manifest import MANIFEST
from codemods.cargo.metadata import Workspace, load_workspace
from codemods.cargo.process import Runner, allowed_environment
from codemods.cargo.sandbox import find_sandbox
from codemods.cargo.targets import require_targets
from codemods.cargo.toolchain import Toolchain, cargo_home, find_toolchain
from codemods.cargo.view import private_view
from codemods.engine.builder import Builder, build_identity
from codemods.engine.listener import Listener
from codemods.engine.request import Request
from codemods.engine.store import StepStore, step_key
from codemods.engine.workbench import Workbench
from codemods.errors import UsageError
from codemods.vcs.borrowed import all_stores
from codemods.vcs.repository import Repository
from codemods.vcs.scratch import Scratch

# In any table of a manifest; what is no dependency, or no package, is sorted out by looking at the disk.
_PATH = re.compile(rb"""\bpath\s*=\s*["']([^"'\n]+)["']""")


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
            remember=lambda key, ask: self.store.remember(step_key("version", key), str, ask),
        )
        names = tuple(
            str(entry.path) for entry in self.repository.entries(self.scratch.commit) if entry.is_regular
        )
        allowed, withheld = allowed_environment(self.request.environment, self.request.pass_environment)
        runner, description = self._runner(allowed, [toolchain.sysroot, *self._link_outside(names)])
        workspace = self._workspace(toolchain, runner)
        workspace.select(self.request.packages)  # refuse an unknown one before anything is built
        _require_features(workspace, self.request.features)
        require_targets(toolchain, self.request.targets)
        build = self._build(workspace, toolchain, runner)
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

    def _runner(self, allowed: Mapping[str, str], needed: Iterable[Path]) -> tuple[Runner, str]:
        """Return what starts the analysed code, and what holds it there, in words.

        `needed` are folders that it must see wherever they are, beside those of the run itself.
        """
        above = self.repository.root.resolve().parents
        home = self.scratch.writable.parent
        view = private_view(
            self.request.environment,
            allowed,
            settings=[folder / ".cargo" / name for folder in above for name in ("config", "config.toml")],
            readable=[
                *(home, self.request.folders.cache / "wrapper", *needed),
                *all_stores(self.repository.objects),  # for a build script that asks git for its version
                *rustfmt_settings(self.request.environment, above),
            ],
        )
        sandbox, description = find_sandbox(
            self.request.sandbox.value, self.request.environment.get("PATH"), view
        )
        limits = read_limits(self.request.limits, self.request.timeout)
        environment = homed_environment(allowed, home / "target" / "codemod-home")
        runner = Runner(environment, limits, sandbox, own_environment=self.request.environment)
        return runner, f"{description}; limits: {limits.describe()}"

    def _workspace(self, toolchain: Toolchain, runner: Runner) -> Workspace:
        """Return the workspace."""
        if not self.directory.is_dir():
            raise UsageError(
                f"commit {self.scratch.commit[:10]} has no such folder",
                where=str(self.user_directory),
                hint="Commit it first: codemod analyses commits, never uncommitted files.",
            )
        return load_workspace(
            self.directory, repository_root=self.scratch.root, toolchain=toolchain, runner=runner
        )

    def _link_outside(self, names: Sequence[str]) -> list[Path]:
        """Link the packages outside of the repository that manifests name by path, and theirs; return them.

        Cargo reads them before it can say which it needs.
        """
        linked: list[Path] = []
        root = self.repository.root.resolve()
        manifests = [name for name in names if PurePosixPath(name).name == MANIFEST]
        queue = [((root / name).parent, self.scratch.root / name) for name in manifests]
        seen = {root}
        while queue:
            folder, manifest = queue.pop()
            for path in _PATH.findall(manifest.read_bytes()):
                found = Path(os.path.normpath(folder / os.fsdecode(path)))
                if found in seen or found.is_relative_to(root) or root.is_relative_to(found):
                    continue
                seen.add(found)
                if (found / MANIFEST).is_file():
                    self.scratch.link_outside(found)
                    linked.append(found)
                    queue.append((found, found / MANIFEST))
        return linked

    def _build(self, workspace: Workspace, toolchain: Toolchain, runner: Runner) -> Build:
        places = {"repository_root": self.repository.root.resolve(), "cargo_home": self.cargo_home}
        user_root = places["repository_root"] / workspace.root_path
        return Build(
            repository_root=self.scratch.root,
            workspace_root=workspace.root,
            target_directory=self.scratch.writable.parent / "target",
            toolchain=toolchain,
            runner=runner,
            configuration=Configuration(Features(self.request.features, self.request.all_features)),
            config=config_arguments(user_root, scratch_root=self.scratch.root, **places),
        )

    def _builder(self, workspace: Workspace, build: Build, names: tuple[str, ...]) -> Builder:
        lock_path = str(workspace.root_path / "Cargo.lock")
        user_root = self.repository.root / workspace.root_path
        is_committed = lock_path in names
        prepare_lock(
            workspace,
            build,
            is_committed=is_committed,
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
            untracked_lock=None if is_committed else workspace.lock_file.read_bytes(),
        )

    def _note_surroundings(self, bench: Workbench) -> None:
        uncommitted = self.repository.uncommitted()
        if uncommitted:
            shown = ", ".join(uncommitted[:5]) + (
                f" and {len(uncommitted) - 5} more" if len(uncommitted) > 5 else ""
            )
            bench.note(f"Uncommitted changes are not included and not touched: {shown}.")
        self._note_programs(bench)
        for name in self.scratch.missing_submodules:
            bench.note(
                f"The submodule {name} is not checked out here, so its files are missing in the builds."
            )

    def _note_programs(self, bench: Workbench) -> None:
        """Say which programs the repository would have cargo start: they are as foreign as its code."""
        named = named_programs(bench.workspace.root, self.scratch.root)
        said = []
        if named.not_started:
            said.append(f"not started: {', '.join(named.not_started)}")
        if named.started:
            place = "in the cage" if bench.builder.build.runner.sandbox is not None else "without a cage"
            said.append(f"started, {place}: {', '.join(named.started)}")
        if said:
            bench.note(f"The repository's own cargo configuration names programs; {'; '.join(said)}.")


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
