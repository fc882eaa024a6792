"""Which package a file belongs to, by the nearest manifest: its edition there, and what it depends on.

Serves `scan`, which starts no cargo. Where cargo has been asked, its answer counts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

Read = Callable[[PurePosixPath], bytes | None]  # None: no such file

MANIFEST = "Cargo.toml"
NO_MANIFEST_EDITION = "2021"  # loose files: newest grammar that still takes every older idiom
DEPENDENCY_TABLES = ("dependencies", "dev-dependencies", "build-dependencies", "dev_dependencies")
DEFAULT_EDITION = "2015"  # what cargo takes where a manifest names none


@dataclass(frozen=True, slots=True)
class Owner:
    """The package around a file: its manifest (None: there is none), edition, and what it depends on.

    `dependencies` are names of packages, where they come from.
    """

    manifest: PurePosixPath | None
    edition: str
    dependencies: frozenset[str] = frozenset()


class Owners:
    """Finds the owner of files; reads each manifest once."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._by_folder: dict[PurePosixPath, Owner] = {}

    def of(self, path: PurePosixPath) -> Owner:
        """Return the owner of the file at `path`."""
        return self._of_folder(path.parent)

    def _of_folder(self, folder: PurePosixPath) -> Owner:
        known = self._by_folder.get(folder)
        if known is None:
            known = self._by_folder[folder] = self._look_up(folder)
        return known

    def _look_up(self, folder: PurePosixPath) -> Owner:
        manifest = self._manifest(folder)
        if manifest is not None and "package" in manifest:
            edition = manifest["package"].get("edition", DEFAULT_EDITION)
            if isinstance(edition, dict):
                edition = self._inherited_edition(folder)
            return Owner(folder / MANIFEST, str(edition), self._dependencies(manifest, folder))
        if folder.parent == folder:
            return Owner(None, NO_MANIFEST_EDITION)
        return self._of_folder(folder.parent)

    def _manifest(self, folder: PurePosixPath) -> dict[str, Any] | None:
        content = self._read(folder / MANIFEST)
        if content is None:
            return None
        try:
            return tomllib.loads(content.decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            return None  # cargo will say what is wrong with it

    def _inherited_edition(self, folder: PurePosixPath) -> str:
        return str(self._workspace(folder).get("package", {}).get("edition", DEFAULT_EDITION))

    def _workspace(self, folder: PurePosixPath) -> dict[str, Any]:
        """Return the `[workspace]` table that is in force in `folder`; an empty one where there is none."""
        for above in (folder, *folder.parents):
            manifest = self._manifest(above)
            if manifest is not None and isinstance(manifest.get("workspace"), dict):
                return dict(manifest["workspace"])
        return {}

    def _dependencies(self, manifest: dict[str, Any], folder: PurePosixPath) -> frozenset[str]:
        tables = [manifest, *(each for each in manifest.get("target", {}).values() if isinstance(each, dict))]
        found: set[str] = set()
        for table in (table.get(name, {}) for table in tables for name in DEPENDENCY_TABLES):
            for name, value in table.items():
                inherits = isinstance(value, dict) and value.get("workspace")
                said = self._workspace(folder).get("dependencies", {}).get(name) if inherits else value
                found.add(str(said.get("package", name)) if isinstance(said, dict) else name)
        return frozenset(found)
