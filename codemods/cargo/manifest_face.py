"""What other crates see of a manifest: the features that they may name, and the versions it means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from codemods.cargo.manifest import read_manifest
from codemods.errors import UsageError

_TABLES = ("dependencies", "build-dependencies", "build_dependencies")
_NUMBERS = re.compile(r"[\^=~]?\s*v?(\d+)(?:\.(\d+|\*))?(?:\.(\d+|\*))?")


@dataclass(frozen=True, slots=True)
class ManifestFace:
    """The features of a package, and by crate the versions that it means."""

    features: frozenset[str]
    versions: Mapping[str, str]

    def unlike(self, other: ManifestFace) -> Mapping[str, str]:
        """Return the versions of crates of which `other` means incompatible ones."""
        return {
            crate: version
            for crate, version in self.versions.items()
            if other.versions.get(crate, version) != version
        }


def read_manifest_face(content: bytes, root: bytes) -> ManifestFace:
    """Return what others see of the manifest; `root` is the manifest of its workspace."""
    return ManifestFace(feature_names(content), compatible_versions(content, root))


def feature_names(content: bytes) -> frozenset[str]:
    """Return the features of a package: listed ones, and optional dependencies that nothing names `dep:`."""
    table = _table(content)
    listed = {name: each for name, each in table.get("features", {}).items() if isinstance(each, list)}
    named = {
        item.removeprefix("dep:") for each in listed.values() for item in each if str(item)[:4] == "dep:"
    }
    optional = {
        key for key, value in _entries(table) if isinstance(value, dict) and value.get("optional") is True
    }
    return frozenset(listed) | (optional - named)


def compatible_versions(content: bytes, root: bytes) -> Mapping[str, str]:
    """Return by crate the versions that the package means, up to what Cargo takes for compatible: "0.4", "1".

    `root` is the manifest of the workspace, from which entries may be inherited. What is no plain
    requirement is returned as it stands.
    """
    inherited = _table(root).get("workspace", {}).get("dependencies", {})
    found = {}
    for key, value in _entries(_table(content)):
        entry = inherited.get(key, value) if isinstance(value, dict) and value.get("workspace") else value
        name, requirement = _read_entry(key, entry)
        found[name.replace("-", "_")] = _compatible(requirement)
    return found


def _read_entry(key: str, entry: Any) -> tuple[str, str]:
    if isinstance(entry, dict):
        source = next((str(entry[name]) for name in ("git", "path") if name in entry), "")
        return str(entry.get("package", key)), str(entry.get("version", source))
    return key, str(entry)


def _compatible(requirement: str) -> str:
    """Return the numbers up to the first that is not zero."""
    match = _NUMBERS.fullmatch(requirement.strip())
    if match is None:
        return requirement
    numbers = [number for number in match.groups() if number not in (None, "*")]
    end = next((at for at, number in enumerate(numbers) if number != "0"), len(numbers) - 1)
    return ".".join(numbers[: end + 1])


def _entries(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for each in (table, *table.get("target", {}).values()):
        for name in _TABLES:
            yield from each.get(name, {}).items()


def _table(content: bytes) -> dict[str, Any]:
    try:
        return read_manifest(content, "").table
    except UsageError:
        return {}  # cargo says what is wrong with it
