"""Which package a file belongs to, by the nearest manifest, and the edition it has there.

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
DEFAULT_EDITION = "2015"  # what cargo takes where a manifest names none


@dataclass(frozen=True, slots=True)
class Owner:
    """The package around a file: its manifest (None: there is none) and edition."""

    manifest: PurePosixPath | None
    edition: str


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
            return Owner(folder / MANIFEST, str(edition))
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
        for above in (folder, *folder.parents):
            manifest = self._manifest(above)
            if manifest is not None and "workspace" in manifest:
                return str(manifest["workspace"].get("package", {}).get("edition", DEFAULT_EDITION))
        return DEFAULT_EDITION
