"""Bring the lock file up to changed manifests, and no farther: what was locked stays locked.

Cargo itself resolves, in the scratch checkout, with the old lock file as its base; first with what
is on this machine, then with the registry. Afterwards the checkout is as it was before.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codemods.cargo.build import Build
from codemods.cargo.fetch import needs_network, run_with_network
from codemods.cargo.lock_format import (
    Moved,
    format_of,
    in_format_of,
    moved_between,
    read_lock,
    unused_patches,
    with_packages,
)
from codemods.cargo.metadata import Workspace, cargo_error
from codemods.cargo.process import Completed, Runner
from codemods.cargo.requirements import allowed
from codemods.cargo.toolchain import cargo_home, version_numbers
from codemods.errors import MachineError, UsageError
from codemods.rust.edits import Edit, apply_edits
from codemods.rust.spans import Span
from codemods.rust.toml_layout import Section, read_layout

RESOLVING = "cargo metadata"  # where errors say that it happened
_FALLBACK = ("--config", 'resolver.incompatible-rust-versions="fallback"')
_REPLACED = re.compile(r"(?:directory|local-registry|local registry) source `([^`]+)`")
_MISSING = re.compile(r"no matching package(?: named)? `?([\w-]+)|for the requirement `([\w-]+) ")
_LOCAL = re.compile(r"location searched: (?!crates\.io index|Git |.*registry)")
_UNREACHABLE = ("Could not resolve host", "failed to download", "spurious network error", "timed out")
_RustVersions = Mapping[tuple[str, str], str | None]
_FIRST_RUST = {"2018": "1.31", "2021": "1.56", "2024": "1.85"}  # cargo refuses an older `rust-version`


class Unresolvable(UsageError):
    """Cargo finds no versions that suit the changed manifests."""


class NotVendored(UsageError):
    """The workspace builds from a folder of its own, which lacks a package that is needed."""


@dataclass(frozen=True, slots=True)
class Added:
    """A package version that the lock file did not have, and the lowest Rust that it says it supports."""

    package: str
    version: str
    rust_version: str | None


@dataclass(frozen=True, slots=True)
class Relocked:
    """The new lock file, what moved in it, what came into it, and sentences for the reader."""

    lock: bytes
    moved: tuple[Moved, ...] = ()
    added: tuple[Added, ...] = ()
    notes: tuple[str, ...] = ()


def relock(
    build: Build,
    workspace: Workspace,
    manifests: Mapping[PurePosixPath, bytes],
    lock: bytes | None,
    fetcher: Runner | None = None,
    *,
    msrv: str | None = None,
    targets: Sequence[str] = (),
) -> Relocked:
    """Return the lock file for the `manifests` (paths relative to the repository), made from `lock`.

    `lock` is that of the manifests as they are now (None: there is none). Packages that were locked stay at
    their version; of new ones, those are preferred that support the `rust-version` of the members, or
    `msrv` where they have none. What is built for `targets` (empty: that of `build`) is on this machine
    afterwards.

    Raises:
        MachineError: the registry is needed and cannot be reached.
        NotVendored: the packages come from a folder that lacks one that is needed.
        Unresolvable: no versions suit the manifests.
        UsageError: `lock` is no lock file.
    """
    if lock is not None:
        read_lock(lock)
    asked = {
        path: with_rust_version(content, msrv) if msrv else content for path, content in manifests.items()
    }
    if msrv:
        base = workspace.repository_root
        for member in workspace.members:
            content = manifests.get(member.manifest) or (base / member.manifest).read_bytes()
            asked[member.manifest] = with_rust_version(content, msrv)
    with _laid_out(workspace, asked, lock):
        content, rust_versions = _resolve(_Resolver(build, workspace, lock, tuple(targets), fetcher))
    kept = in_format_of(lock, content) if lock is not None else content
    moved = moved_between(lock, kept)
    added = tuple(
        Added(each.package, each.new, rust_versions.get((each.package, each.new)))
        for each in moved
        if each.new
    )
    return Relocked(kept, moved, added, tuple(_notes(lock, kept)))


def lowest_rust(added: Sequence[Added]) -> Added | None:
    """Return the package of these that needs the newest Rust; None where none says what it needs."""
    said = [each for each in added if each.rust_version and allowed(each.rust_version)]
    return max(said, key=lambda each: version_numbers(each.rust_version or "0.0"), default=None)


def with_rust_version(manifest: bytes, version: str) -> bytes:
    """Return a manifest that says its lowest Rust, where it does not; never less than its edition needs."""
    for section in read_layout(manifest):
        if section.names in (("package",), ("project",)) and section.header is not None:
            said = {key: pair.value.text for pair in section.pairs for key in [pair.keys[0].name]}
            if "rust-version" in said:
                return manifest
            least = _FIRST_RUST.get(said.get("edition", ""), "1.0")
            highest = max(version, least, key=version_numbers)
            return apply_edits(manifest, [_line_below(manifest, section, f'rust-version = "{highest}"')])
    return manifest


def _line_below(manifest: bytes, section: Section, text: str) -> Edit:
    end = manifest.find(b"\n", section.header.end if section.header else 0)
    at = len(manifest) if end < 0 else end
    return Edit(Span(at, at), f"\n{text}")


@contextmanager
def _laid_out(
    workspace: Workspace, manifests: Mapping[PurePosixPath, bytes], lock: bytes | None
) -> Iterator[None]:
    """Have these manifests and this lock file in the checkout for a while; times come back, too."""
    wanted: dict[Path, bytes | None] = {
        workspace.repository_root / path: content for path, content in manifests.items()
    }
    wanted[workspace.lock_file] = lock
    before = {path: _state(path) for path in wanted}
    try:
        for path, content in wanted.items():
            _put(path, content)
        yield
    finally:
        for path, (content, times) in before.items():
            _put(path, content)
            if times is not None and path.is_file():
                os.utime(path, ns=times)


def _state(path: Path) -> tuple[bytes | None, tuple[int, int] | None]:
    if not path.is_file():
        return None, None
    status = path.stat()
    return path.read_bytes(), (status.st_atime_ns, status.st_mtime_ns)


def _put(path: Path, content: bytes | None) -> None:
    """Write what differs. A new file takes the old one's place, so that a read-only one is no obstacle."""
    if content is None:
        path.unlink(missing_ok=True)
    elif not path.is_file() or path.read_bytes() != content:
        mode = path.stat().st_mode & 0o777 if path.is_file() else 0o644
        temporary = path.with_name(f"{path.name}.codemod-new")
        temporary.write_bytes(content)
        temporary.chmod(mode | 0o200)
        temporary.replace(path)


def _resolve(resolver: _Resolver) -> tuple[bytes, _RustVersions]:
    """Return the lock file that cargo makes, and what each package says of its lowest Rust.

    Without the network cargo sees only what is on this machine, and may put that in the place of locked
    versions that are not: those for other platforms. Such a result is not taken; with the new packages
    in the lock file, cargo mostly leaves the others alone.
    """
    done = resolver.offline(resolver.lock)
    if done.succeeded:
        found = resolver.result(done)
        if not resolver.displaced(found[0]):
            return found
        new = {each.package for each in moved_between(resolver.lock, found[0]) if each.old is None}
        again = resolver.offline(with_packages(resolver.lock or b"", found[0], new))
        if again.succeeded and not resolver.displaced(resolver.result(again)[0]):
            return resolver.result(again)
    elif not _asks_the_registry(resolver.error(done)):
        raise _refusal(resolver.error(done), done)
    done = resolver.online()
    if not done.succeeded:
        raise _refusal(resolver.error(done), done)
    return resolver.result(done)


@dataclass(frozen=True, slots=True)
class _Resolver:
    """Starts `cargo metadata`, which writes the lock file and downloads what the targets need."""

    build: Build
    workspace: Workspace
    lock: bytes | None
    targets: tuple[str, ...]
    fetcher: Runner | None

    def offline(self, lock: bytes | None) -> Completed:
        _put(self.workspace.lock_file, lock)
        return self.build.runner.run(
            self.build.command(*self._arguments(), selected=False),
            cwd=self.build.workspace_root,
            extra=self.build.environment(),
            writable=self.build.writable(),
        )

    def online(self) -> Completed:
        _put(self.workspace.lock_file, self.lock)
        return run_with_network(self.build, self._arguments(), self.fetcher)

    def result(self, done: Completed) -> tuple[bytes, _RustVersions]:
        packages = json.loads(done.stdout)["packages"]
        said = {(each["name"], each["version"]): each.get("rust_version") for each in packages}
        return self.workspace.lock_file.read_bytes(), said

    def error(self, done: Completed) -> str:
        return cargo_error(done.stderr, self.build.repository_root)

    def displaced(self, lock: bytes) -> bool:
        """Whether a package got another version while the locked one is not on this machine."""
        moved = moved_between(self.lock, lock) if self.lock is not None else ()
        archives = cargo_home(self.build.runner.environment) / "registry" / "cache"
        return any(
            not any(archives.glob(f"*/{each.package}-{each.old}.crate"))
            for each in moved
            if each.old is not None and each.new is not None
        )

    def _arguments(self) -> list[str]:
        wanted = self.targets or (self.build.configuration.target or self.build.toolchain.host,)
        platforms = [part for target in wanted for part in ("--filter-platform", target)]
        return ["metadata", "--format-version", "1", *platforms, *_FALLBACK]


def _asks_the_registry(error: str) -> bool:
    """Whether what is on this machine was not enough: a package, or a version of one, is missing."""
    if _LOCAL.search(error) or _REPLACED.search(error):
        return False
    return needs_network(error) or "failed to select a version" in error


def _refusal(error: str, done: Completed) -> UsageError | MachineError:
    replaced, missing = _REPLACED.search(error), _MISSING.search(error)
    if replaced and missing:
        name = missing[1] or missing[2]
        return NotVendored(
            f"`{name}` is needed; packages come from {replaced[1]}, which does not have it",
            where=RESOLVING,
            hint=f"Add `{name}` to what is vendored (`cargo vendor`), then try again. Nothing was changed.",
        )
    if done.timed_out or any(sign in error for sign in _UNREACHABLE) or _asks_the_registry(error):
        reason = "it took too long" if done.timed_out else error
        return MachineError(
            f"the registry is needed and cannot be reached: {reason}",
            where=RESOLVING,
            hint="Try again with the network. Nothing was changed.",
        )
    return Unresolvable(f"cargo finds no versions that suit the new manifests: {error}", where=RESOLVING)


def _notes(old: bytes | None, new: bytes) -> Iterator[str]:
    if old is None:
        return
    if format_of(old) != format_of(new):
        yield f"cargo wrote Cargo.lock in format {format_of(new)} instead of {format_of(old)}"
    for name in sorted(unused_patches(new) - unused_patches(old)):
        yield f"nothing uses the [patch] of `{name}` any more"
