"""Entries of failure in a manifest that stand in the way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemods.recipe import Dependency, Site

from .._errors.releases import anyhow_for, thiserror_for
from .finding import PACKAGES
from .members import Member
from .rewrites import Left

_NO_STD = re.compile(rb"#!\[(?:no_std|cfg_attr\([^\]]*\bno_std\b)")


def left_by_manifest(member: Member) -> Iterator[tuple[Site, Left]]:
    """Yield the sites of the package's manifest that stand in the way of an upgrade, with the reason."""
    package = member.package
    if package is None:
        return
    entries = [each for each in package.dependencies if each.package in PACKAGES]
    for site in member.manifest:
        here = [each for each in entries if each.name == site.text.strip("\"'")]
        left = next((left for each in here if (left := _left(each)) is not None), None)
        if left is not None:
            yield site, left
    without_std = next((file for file in member.files if _NO_STD.search(file.source.content)), None)
    if member.manifest and without_std is not None:
        reason = f"{without_std.path} is a crate without std, where errors need other features and paths"
        yield member.manifest[0], Left("no-std", reason)
    if member.manifest and anyhow_for(package.rust_version) is None:
        reason = f"no release of anyhow supports Rust {package.rust_version}"
        yield member.manifest[0], Left("rust-version", reason)
    elif member.manifest and thiserror_for(package.rust_version) is None:
        reason = f"no release of thiserror supports Rust {package.rust_version}"
        yield member.manifest[0], Left("rust-version", reason)


def _left(dependency: Dependency) -> Left | None:
    if dependency.name != dependency.package:
        reason = f"the package calls `{dependency.package}` by the name `{dependency.name}`"
        return Left("renamed-dependency", reason)
    if dependency.source != "registry":
        reason = f"`{dependency.name}` is a {dependency.source} dependency: who knows what it holds"
        return Left("foreign-source", reason)
    if dependency.optional:
        return Left(
            "optional-dependency",
            f"`{dependency.name}` is optional: what its feature means to callers is a decision",
        )
    versions = [each for each in dependency.resolved if not each.startswith("0.1.")]
    if versions:
        return Left("other-version", f"it resolves to {versions[0]}, whose macros are not those of 0.1")
    return None
