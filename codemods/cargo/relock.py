"""Bring a lock file up to changed manifests, and no further."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codemods.cargo.build import Build
from codemods.cargo.fetch import needs_network, run_with_network
from codemods.cargo.lockfile import Locked, read_lock
from codemods.cargo.metadata import Workspace, cargo_error
from codemods.cargo.process import Runner
from codemods.errors import MachineError, UsageError

# Packages that stand in the lock file keep their versions; with a known `rust-version`, new ones suit it.
_UPDATE = ("update", "--workspace")
_SUITING = {"CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS": "fallback"}


@dataclass(frozen=True, slots=True)
class Moved:
    """A package whose versions in the lock file changed; "" where it had or has none."""

    package: str
    old: str
    new: str

    def __str__(self) -> str:
        if not self.old:
            return f"{self.package} {self.new} added"
        if not self.new:
            return f"{self.package} {self.old} removed"
        return f"{self.package} {self.old} → {self.new}"


@dataclass(frozen=True, slots=True)
class Relocked:
    """The new lock file, and which packages moved."""

    lock: bytes
    moved: tuple[Moved, ...]


def relock(build: Build, workspace: Workspace, lock: bytes, fetcher: Runner | None = None) -> Relocked:
    """Resolve what the manifests in the checkout of `workspace` need beyond `lock`, its lock file.

    Raises:
        UsageError: cargo cannot resolve it.
        MachineError: the registry is needed and cannot be reached.
    """
    path = workspace.lock_file
    if path.is_symlink() or not path.is_file() or path.read_bytes() != lock:
        path.unlink(missing_ok=True)
        path.write_bytes(lock)
    done = build.runner.run(
        [*build.command(*_UPDATE, selected=False)],
        cwd=build.workspace_root,
        extra={**build.environment(), **_SUITING},
        writable=build.writable(),
    )
    if not done.succeeded and needs_network(done.stderr.decode(errors="replace")):
        done = run_with_network(build, list(_UPDATE), fetcher)
    if not done.succeeded:
        reason = cargo_error(done.stderr, build.repository_root)
        if done.timed_out or needs_network(reason) or "Could not resolve host" in reason:
            raise MachineError(
                f"new dependencies are needed, and the registry cannot be reached: {reason}",
                where="cargo update --workspace",
                hint="Try again where the registry can be reached. Nothing was changed.",
            )
        raise UsageError(
            f"cargo cannot resolve the new dependencies: {reason}",
            where="cargo update --workspace",
            hint="Nothing was changed.",
        )
    content = path.read_bytes()
    return Relocked(content, tuple(_moved(read_lock(lock), read_lock(content))))


def _moved(before: tuple[Locked, ...], after: tuple[Locked, ...]) -> Iterator[Moved]:
    old, new = _versions(before), _versions(after)
    for name in sorted(old.keys() | new.keys()):
        gone = sorted(old.get(name, set()) - new.get(name, set()))
        come = sorted(new.get(name, set()) - old.get(name, set()))
        if gone or come:
            yield Moved(name, ", ".join(gone), ", ".join(come))


def _versions(locked: tuple[Locked, ...]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for package in locked:
        found.setdefault(package.name, set()).add(package.version)
    return found
