"""Which workspace a folder belongs to, read from manifests alone: for commands that start no cargo."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

MANIFEST = "Cargo.toml"


def workspace_root(directory: Path) -> Path:
    """Return the root of the Cargo workspace around `directory`, looking no further than its repository.

    That is the nearest folder whose manifest has a `[workspace]` that does not exclude what lies
    below; without one the nearest package's; without any manifest `directory` itself.
    """
    package: Path | None = None
    for folder in _upwards(directory):
        manifest = _manifest(folder)
        if manifest is None:
            continue
        workspace = manifest.get("workspace")
        if isinstance(workspace, dict) and not _excludes(workspace, folder, package or directory):
            return folder
        package = package or folder
    return package or directory


def _upwards(directory: Path) -> list[Path]:
    folders = []
    for folder in (directory, *directory.parents):
        folders.append(folder)
        if (folder / ".git").exists():
            return folders
    return folders


def _manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest's table; an empty one where cargo would reject the file, None without any."""
    try:
        return tomllib.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}


def _excludes(workspace: dict[str, Any], root: Path, folder: Path) -> bool:
    """Whether `folder` is no part of the workspace: excluded by name, or what cargo made or vendored."""
    below = folder.relative_to(root)
    listed = workspace.get("exclude", [])
    excluded = [str(each).rstrip("/") for each in listed] if isinstance(listed, list) else []
    return "target" in below.parts or any(below.is_relative_to(each) for each in excluded)
