"""The workspace as a recipe sees it: packages, what they are for, what they depend on. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath


class Role(StrEnum):
    """What a package is for, as far as its callers are concerned."""

    PUBLIC_LIBRARY = "public library"  # others may call it
    INTERNAL_LIBRARY = "internal library"  # `publish = false`: all its callers are members here
    PROGRAM = "program"  # no library: nobody calls it


@dataclass(frozen=True, slots=True)
class Dependency:
    """One entry of a dependency table of one package.

    `name` is its key there, `package` what it is called where it comes from, `crate` its name in code.
    `kind` is "normal", "dev" or "build", `target` the condition of a `[target.….dependencies]` table.
    `source` is "registry", "path" or "git"; `resolved` are the versions in the lock file.
    """

    name: str
    package: str
    kind: str = "normal"
    optional: bool = False
    requirement: str = "*"
    target: str | None = None
    source: str = "registry"
    features: tuple[str, ...] = ()
    default_features: bool = True
    resolved: tuple[str, ...] = ()

    @property
    def crate(self) -> str:
        """Its name in code."""
        return self.name.replace("-", "_")


@dataclass(frozen=True, slots=True)
class Target:
    """One target: `kind` is "lib", "proc-macro", "bin", "test", "example", "bench" or "custom-build".

    `path` is its root file, relative to the repository.
    """

    name: str
    kind: str
    path: PurePosixPath


@dataclass(frozen=True, slots=True)
class Package:
    """One member. Paths are relative to the repository; `root` is the folder of its manifest.

    `rust_version` is the lowest Rust that it is known to support, None where nothing says it.
    """

    name: str
    manifest: PurePosixPath
    edition: str = "2021"
    rust_version: str | None = None
    publish: bool = True
    targets: tuple[Target, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    features: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @property
    def root(self) -> PurePosixPath:
        """The folder of its manifest."""
        return self.manifest.parent

    @property
    def library(self) -> Target | None:
        """Its library, if it has one."""
        return next((target for target in self.targets if target.kind in ("lib", "proc-macro")), None)

    @property
    def role(self) -> Role:
        """What it is for."""
        if self.library is None:
            return Role.PROGRAM
        return Role.PUBLIC_LIBRARY if self.publish else Role.INTERNAL_LIBRARY

    def depends_on(self, package: str) -> tuple[Dependency, ...]:
        """Return its entries for what is called `package` where it comes from."""
        return tuple(each for each in self.dependencies if each.package == package)


@dataclass(frozen=True, slots=True)
class Packages:
    """The members of the workspace, and what the lock file resolved: versions by package name.

    `dependants` says by member the members that depend on it, directly. `speakers` are packages outside of
    the workspace that depend on a package, by that package's name: those whose public API may speak it.
    """

    members: tuple[Package, ...] = ()
    resolved: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    dependants: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    speakers: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    def owner(self, path: PurePosixPath) -> Package | None:
        """Return the member that the file belongs to: the one with the innermost folder around it."""
        around = [member for member in self.members if path.is_relative_to(member.root)]
        return max(around, key=lambda member: len(member.root.parts), default=None)

    def named(self, name: str) -> Package | None:
        """Return the member of that name."""
        return next((member for member in self.members if member.name == name), None)
