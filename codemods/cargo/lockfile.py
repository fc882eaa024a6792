"""The lock file: the same resolution before and after, in this run and the next."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from codemods.cargo.build import Build
from codemods.cargo.fetch import needs_network, run_with_network
from codemods.cargo.manifest import MANIFEST
from codemods.cargo.metadata import Workspace, cargo_error
from codemods.cargo.process import Runner
from codemods.errors import MachineError, UsageError


class LockSource(StrEnum):
    """Where the lock file in scratch comes from."""

    COMMITTED = "committed"
    COPIED = "copied from the working tree, where it is not tracked"
    KEPT = "resolved by an earlier run"
    RESOLVED = "resolved now"


@dataclass(frozen=True, slots=True)
class Lock:
    """The lock file in force: its source, and the hash of its bytes."""

    source: LockSource
    digest: str


def prepare_lock(
    workspace: Workspace,
    build: Build,
    *,
    is_committed: bool,
    user_workspace_root: Path,
    state: Path,
    fetcher: Runner | None = None,
) -> Lock:
    """Put the lock file into scratch and return which one it is; the user's tree is only read.

    A lock file that nobody has is resolved once and kept in the folder `state` under the hash of the
    manifests, so that later runs on the same manifests build the same.

    Raises:
        UsageError: the manifests cannot be resolved.
        MachineError: the registry is needed and cannot be reached.
    """
    scratch = workspace.lock_file
    if is_committed:
        return Lock(LockSource.COMMITTED, _digest(scratch.read_bytes()))
    mine = user_workspace_root / "Cargo.lock"
    if mine.is_file():
        return _put(mine.read_bytes(), scratch, LockSource.COPIED)
    kept = state / f"{manifests_digest(workspace)}.lock"
    if kept.is_file():
        return _put(kept.read_bytes(), scratch, LockSource.KEPT)
    scratch.unlink(missing_ok=True)
    _resolve(build, fetcher)
    content = scratch.read_bytes()
    _keep(content, kept)
    return Lock(LockSource.RESOLVED, _digest(content))


def manifests_digest(workspace: Workspace) -> str:
    """Return a hash of all local manifests of the workspace."""
    base = workspace.repository_root
    paths = {workspace.root / MANIFEST, *(base / package.manifest for package in workspace.members)}
    paths |= {base / folder / MANIFEST for folder in workspace.path_dependencies}
    hasher = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes() if path.is_file() else b""
        name = path.relative_to(base) if path.is_relative_to(base) else path
        hasher.update(f"{name}\0{len(content)}\0".encode() + content)
    return hasher.hexdigest()[:32]


def _resolve(build: Build, fetcher: Runner | None) -> None:
    """Prefer what is on the machine; ask the registry only when that is not enough."""
    done = build.runner.run(
        build.command("generate-lockfile", selected=False),
        cwd=build.workspace_root,
        extra=build.environment(),
        writable=build.writable(),
    )
    if not done.succeeded and needs_network(done.stderr.decode(errors="replace")):
        done = run_with_network(build, ["generate-lockfile"], fetcher)
    if done.succeeded:
        return
    reason = cargo_error(done.stderr, build.repository_root)
    if needs_network(reason) or done.timed_out or "Could not resolve host" in reason:
        raise MachineError(
            f"there is no Cargo.lock, and cargo cannot make one: {reason}",
            where="cargo generate-lockfile",
            hint="Run `cargo generate-lockfile` in the workspace, then try again. Nothing was changed.",
        )
    raise UsageError(
        f"cargo cannot resolve the dependencies: {reason}",
        where="cargo generate-lockfile",
        hint="`cargo generate-lockfile` must work in the workspace first.",
    )


def _put(content: bytes, path: Path, source: LockSource) -> Lock:
    """Write only what differs: cargo judges by the file's time."""
    if not path.is_file() or path.read_bytes() != content:
        path.write_bytes(content)
    return Lock(source, _digest(content))


def _keep(content: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_bytes(content)
    temporary.replace(path)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
