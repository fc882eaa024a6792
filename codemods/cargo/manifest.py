"""What a `Cargo.toml` says by itself, without cargo: for a scan, which starts no process."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from codemods.errors import UsageError

MANIFEST = "Cargo.toml"
OLDEST_EDITION = "2015"
_DEPENDENCY_TABLES = ("dependencies", "dev-dependencies", "build-dependencies", "dev_dependencies")


@dataclass(frozen=True)
class Manifest:
    """One manifest as a table."""

    table: dict[str, Any]

    @cached_property
    def package(self) -> dict[str, Any] | None:
        """The `[package]` table (`[project]` in manifests of 2015)."""
        found = self.table.get("package", self.table.get("project"))
        return found if isinstance(found, dict) else None

    @property
    def workspace(self) -> dict[str, Any] | None:
        """The `[workspace]` table."""
        found = self.table.get("workspace")
        return found if isinstance(found, dict) else None

    def inherited(self, key: str, root: Manifest | None) -> Any:
        """Return a key of the package; `key.workspace = true` is looked up in `root`."""
        value = (self.package or {}).get(key)
        if isinstance(value, dict) and value.get("workspace") is True:
            shared = ((root.workspace if root else None) or {}).get("package", {})
            return shared.get(key)
        return value

    def path_dependencies(self) -> Iterator[str]:
        """Yield the paths of path dependencies and patches, relative to the manifest's folder."""
        tables = [self.table, *self.table.get("target", {}).values()]
        found = [table.get(name, {}) for table in tables for name in _DEPENDENCY_TABLES]
        found += [self.table.get("replace", {}), *self.table.get("patch", {}).values()]
        found.append((self.workspace or {}).get("dependencies", {}))
        for dependencies in found:
            for value in dependencies.values():
                if isinstance(value, dict) and isinstance(value.get("path"), str):
                    yield value["path"]


def read_manifest(content: bytes, where: str) -> Manifest:
    """Return the manifest in `content`.

    Raises:
        UsageError: it is no TOML.
    """
    try:
        return Manifest(tomllib.loads(content.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"the manifest is broken: {error}", where=where, hint="Correct it first.") from error


def find_manifest(directory: Path, stop: Path) -> Path | None:
    """Return the nearest manifest in `directory` or above it, up to `stop`."""
    for folder in (directory, *directory.parents):
        if (folder / MANIFEST).is_file():
            return folder / MANIFEST
        if folder == stop:
            return None
    return None


def edition_near(directory: Path, stop: Path) -> str:
    """Return the edition that the nearest package manifest gives to the files in `directory`.

    A manifest that cannot be read counts as none: a scan reports sites even where cargo would
    not build.
    """
    manifest_path = find_manifest(directory, stop)
    while manifest_path is not None:
        manifest = _try_read(manifest_path)
        if manifest is not None and manifest.package is not None:
            root = _workspace_root(manifest_path, stop) if _inherits(manifest) else None
            edition = manifest.inherited("edition", root)
            return str(edition) if edition is not None else OLDEST_EDITION
        if manifest_path.parent == stop:
            break
        manifest_path = find_manifest(manifest_path.parent.parent, stop)
    return OLDEST_EDITION


def _inherits(manifest: Manifest) -> bool:
    return isinstance((manifest.package or {}).get("edition"), dict)


def _workspace_root(manifest_path: Path, stop: Path) -> Manifest | None:
    for folder in (manifest_path.parent, *manifest_path.parent.parents):
        manifest = _try_read(folder / MANIFEST)
        if manifest is not None and manifest.workspace is not None:
            return manifest
        if folder == stop:
            return None
    return None


def _try_read(path: Path) -> Manifest | None:
    try:
        return read_manifest(path.read_bytes(), str(path))
    except (OSError, UsageError):
        return None
