"""The workspace as cargo sees it: packages, targets, editions, features."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any

from codemods.cargo.manifest import MANIFEST, find_manifest, read_manifest
from codemods.cargo.process import Completed, Runner
from codemods.cargo.toolchain import Toolchain
from codemods.errors import MachineError, UsageError

_LIBRARIES = frozenset({"lib", "rlib", "dylib", "cdylib", "staticlib"})


@dataclass(frozen=True, slots=True)
class Target:
    """One target of a package. `path` is its root file, relative to the repository."""

    name: str
    kind: str  # "lib", "bin", "test", "example", "bench", "custom-build", "proc-macro"
    crate_types: tuple[str, ...]
    path: PurePosixPath
    edition: str
    test: bool
    doctest: bool
    required_features: tuple[str, ...]

    @property
    def crate_name(self) -> str:
        """Its name as rustc knows it."""
        return self.name.replace("-", "_")


@dataclass(frozen=True, slots=True)
class Dependency:
    """A dependency that a manifest names: `package` is what it is called where it comes from, `name` here.

    `target` is the condition of a `[target.….dependencies]` table, `source` "registry", "path" or "git".
    """

    name: str
    package: str
    kind: str  # "normal", "dev", "build"
    optional: bool
    default_features: bool
    features: tuple[str, ...]
    is_path: bool
    requirement: str = "*"
    target: str | None = None
    source: str = "registry"


@dataclass(frozen=True, slots=True)
class Package:
    """One member. Paths are relative to the repository; `root` is the manifest's folder.

    `metadata` is the table `[package.metadata]`, which cargo leaves to other tools.
    """

    id: str
    name: str
    version: str
    manifest: PurePosixPath
    root: PurePosixPath
    edition: str
    rust_version: str | None
    features: Mapping[str, tuple[str, ...]]
    targets: tuple[Target, ...]
    publish: bool
    dependencies: tuple[Dependency, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Workspace:
    """The members of one workspace, in a scratch checkout at `repository_root`.

    `root` lies in the checkout (`root_path`: relative to it). `path_dependencies` are the folders
    of local packages that are no members, relative to the repository, absolute outside of it.
    """

    repository_root: Path
    root: Path
    members: tuple[Package, ...]
    default_members: tuple[Package, ...]
    path_dependencies: tuple[str, ...]

    @property
    def root_path(self) -> PurePosixPath:
        """The workspace root, relative to the repository."""
        return PurePosixPath(self.root.relative_to(self.repository_root))

    @property
    def lock_file(self) -> Path:
        """Where its Cargo.lock is or would be."""
        return self.root / "Cargo.lock"

    def select(self, names: Iterable[str]) -> tuple[Package, ...]:
        """Return the members named by `-p` (name, or name@version); all where none is named.

        Raises:
            UsageError: a name is no member's.
        """
        chosen = {self._named(name).id for name in names}
        return tuple(package for package in self.members if not chosen or package.id in chosen)

    def _named(self, name: str) -> Package:
        for package in self.members:
            if name in (
                package.name,
                f"{package.name}@{package.version}",
                f"{package.name}:{package.version}",
            ):
                return package
        known = [package.name for package in self.members]
        near = get_close_matches(name, known, n=1)
        raise UsageError(
            f"no package `{name}` in this workspace",
            where=f"-p {name}",
            hint=f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(sorted(known)[:20])}.",
        )


def load_workspace(
    directory: Path,
    *,
    repository_root: Path,
    toolchain: Toolchain,
    runner: Runner,
    config: Sequence[str] = (),
) -> Workspace:
    """Return the workspace that `directory` belongs to; both lie in a checkout at `repository_root`.

    No dependency is resolved, so neither the network nor a lock file is needed.

    Raises:
        UsageError: there is no manifest, cargo rejects one, or the workspace's root lies outside.
    """
    manifest = find_manifest(directory, repository_root)
    if manifest is None:
        raise UsageError(
            "no Cargo.toml here or in a folder above, up to the root of the repository",
            where=_shown(directory, repository_root),
            hint="Run in a Cargo workspace, or name one with `-C DIR`.",
        )
    done = runner.run(
        [
            toolchain.cargo,
            *("metadata", "--format-version", "1", "--no-deps", "--offline", "--manifest-path", manifest),
            *config,
        ],
        cwd=directory,
        extra=toolchain.environment(runner.environment.get("PATH", "")),
        writable=[repository_root],
    )
    if not done.succeeded:
        raise _rejected(done, repository_root, manifest)
    return read_workspace(json.loads(done.stdout), repository_root)


def read_workspace(metadata: Mapping[str, Any], repository_root: Path) -> Workspace:
    """Return the workspace in the output of `cargo metadata --no-deps`.

    Raises:
        UsageError: the workspace's root is not in the repository.
    """
    base = Path(os.path.realpath(repository_root))
    root = Path(os.path.realpath(metadata["workspace_root"]))
    if not root.is_relative_to(base):
        raise UsageError(
            "the workspace's root lies outside of the repository",
            where=str(root / MANIFEST),
            hint="Work on the repository that holds the workspace's root.",
        )
    members = tuple(_read_package(package, base) for package in metadata["packages"])
    defaults = frozenset(metadata.get("workspace_default_members", metadata["workspace_members"]))
    return Workspace(
        repository_root=base,
        root=root,
        members=members,
        default_members=tuple(package for package in members if package.id in defaults),
        path_dependencies=_path_dependencies(members, root, base),
    )


def cargo_error(stderr: bytes, repository_root: Path) -> str:
    """Return cargo's own error, with paths relative to the repository."""
    text = stderr.decode(errors="replace")
    for root in (os.path.realpath(repository_root), str(repository_root)):
        text = text.replace(f"{root}/", "").replace(root, ".")
    start = text.find("error: ")
    return text[start + 7 if start >= 0 else 0 :].strip()


def _rejected(done: Completed, repository_root: Path, manifest: Path) -> UsageError | MachineError:
    where = _shown(manifest, repository_root)
    if done.timed_out or done.truncated:
        return MachineError("`cargo metadata` did not end", where=where, hint="Try it by hand.")
    return UsageError(
        f"cargo cannot read the workspace: {cargo_error(done.stderr, repository_root)}",
        where=where,
        hint="Correct the manifest; `cargo metadata --no-deps` must work first.",
    )


def _shown(path: Path, repository_root: Path) -> str:
    return str(path.relative_to(repository_root)) if path.is_relative_to(repository_root) else str(path)


def _read_package(package: Mapping[str, Any], base: Path) -> Package:
    manifest = _relative(package["manifest_path"], base)
    return Package(
        id=package["id"],
        name=package["name"],
        version=package["version"],
        manifest=manifest,
        root=manifest.parent,
        edition=package["edition"],
        rust_version=package.get("rust_version"),
        features={name: tuple(needs) for name, needs in package["features"].items()},
        targets=tuple(_read_target(target, base) for target in package["targets"]),
        publish=package.get("publish") != [],
        dependencies=tuple(_read_dependency(each) for each in package.get("dependencies", ())),
        metadata=package.get("metadata") or {},
    )


def _read_dependency(dependency: Mapping[str, Any]) -> Dependency:
    return Dependency(
        name=dependency.get("rename") or dependency["name"],
        package=dependency["name"],
        kind=dependency.get("kind") or "normal",
        optional=dependency.get("optional", False),
        default_features=dependency.get("uses_default_features", True),
        features=tuple(dependency.get("features", ())),
        is_path=dependency.get("path") is not None,
        requirement=dependency.get("req", "*"),
        target=dependency.get("target"),
        source=_source_kind(dependency),
    )


def _source_kind(dependency: Mapping[str, Any]) -> str:
    if dependency.get("path") is not None:
        return "path"
    return "git" if str(dependency.get("source")).startswith("git+") else "registry"


def _read_target(target: Mapping[str, Any], base: Path) -> Target:
    return Target(
        name=target["name"],
        kind=target_kind(target["kind"]),
        crate_types=tuple(target["crate_types"]),
        path=_relative(target["src_path"], base),
        edition=target.get("edition", "2015"),
        test=target.get("test", True),
        doctest=target.get("doctest", False),
        required_features=tuple(target.get("required-features", ())),
    )


def target_kind(kinds: Sequence[str]) -> str:
    """Return one word for cargo's list of kinds: every sort of library is "lib"."""
    return "lib" if _LIBRARIES.intersection(kinds) else kinds[0]


def _relative(path: str, base: Path) -> PurePosixPath:
    normal = os.path.normpath(path)
    for candidate in (normal, os.path.realpath(normal)):
        if candidate.startswith(f"{base}/"):
            return PurePosixPath(candidate[len(str(base)) + 1 :])
    return PurePosixPath(normal)


def _path_dependencies(members: tuple[Package, ...], root: Path, base: Path) -> tuple[str, ...]:
    """Follow the manifests; cargo would resolve everything, the registry included."""
    own = {base / package.root for package in members}
    queue, seen = [*own, root], set(own) | {root}
    found: set[Path] = set()
    while queue:
        folder = queue.pop()
        manifest = folder / MANIFEST
        if not manifest.is_file():
            continue
        for path in read_manifest(manifest.read_bytes(), str(manifest)).path_dependencies():
            dependency = Path(os.path.realpath(folder / path))
            if dependency not in seen:
                seen.add(dependency)
                queue.append(dependency)
                found.add(dependency)
    return tuple(
        sorted(str(_relative(str(folder), base)) for folder in found if (folder / MANIFEST).is_file())
    )
