"""The workspace as recipes see it: made of cargo's metadata and the lock file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from codemods.cargo import metadata
from codemods.cargo.lock_format import read_lock
from codemods.cargo.msrv import known_msrv
from codemods.recipe.packages import Dependency, Package, Packages, Target

if TYPE_CHECKING:
    from codemods.engine.overlay import Overlay
    from codemods.engine.workbench import Workbench


def packages_of(bench: Workbench, overlay: Overlay) -> Packages:
    """Return the members as they are in the tree with `overlay`, and what its lock file resolved."""
    locked: list[dict[str, Any]] = read_lock(bench.lock(overlay))["package"]
    resolved = _versions(locked)
    members = bench.members(overlay)
    names = {member.name for member in members}
    return Packages(
        members=tuple(_package(bench, member, resolved) for member in members),
        resolved=resolved,
        dependants={
            name: tuple(
                sorted(each.name for each in members if any(d.package == name for d in each.dependencies))
            )
            for name in sorted(names)
        },
        speakers=_speakers(package for package in locked if package["name"] not in names),
    )


def _package(bench: Workbench, member: metadata.Package, resolved: Mapping[str, tuple[str, ...]]) -> Package:
    msrv = known_msrv(member, bench.workspace, bench.request.msrv)
    return Package(
        name=member.name,
        manifest=member.manifest,
        edition=member.edition,
        rust_version=msrv.version if msrv else None,
        publish=member.publish,
        targets=tuple(Target(each.name, each.kind, each.path) for each in member.targets),
        dependencies=tuple(_dependency(each, resolved) for each in member.dependencies),
        features=member.features,
    )


def _dependency(dependency: metadata.Dependency, resolved: Mapping[str, tuple[str, ...]]) -> Dependency:
    return Dependency(
        name=dependency.name,
        package=dependency.package,
        kind=dependency.kind,
        optional=dependency.optional,
        requirement=dependency.requirement,
        target=dependency.target,
        source=dependency.source,
        features=dependency.features,
        default_features=dependency.default_features,
        resolved=resolved.get(dependency.package, ()),
    )


def _versions(locked: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for package in locked:
        found.setdefault(package["name"], []).append(package["version"])
    return {name: tuple(versions) for name, versions in found.items()}


def _speakers(locked: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Return by package those that depend on it; a lock file names a dependency, then perhaps its version."""
    found: dict[str, set[str]] = {}
    for package in locked:
        for dependency in package.get("dependencies", ()):
            found.setdefault(dependency.partition(" ")[0], set()).add(package["name"])
    return {name: tuple(sorted(users)) for name, users in found.items()}
