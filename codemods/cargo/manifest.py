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
