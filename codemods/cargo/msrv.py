"""The lowest Rust that a package supports, as far as anybody wrote it down."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from codemods.cargo.metadata import Package, Workspace
from codemods.cargo.toolchain import read_toolchain_file, version_numbers
from codemods.errors import UsageError

_CLIPPY_FILES = (".clippy.toml", "clippy.toml")  # the first wins, as in clippy
_RELEASE = re.compile(r"(\d+\.\d+(?:\.\d+)?)(?:-|$)")  # a toolchain's name: "1.56", "1.56.1-x86_64-…"


@dataclass(frozen=True, slots=True)
class Msrv:
    """A version such as "1.56", and what says so."""

    version: str
    source: str

    @property
    def release(self) -> tuple[int, int, int]:
        """The version as numbers."""
        return version_numbers(self.version)


def known_msrv(package: Package, workspace: Workspace, override: str | None = None) -> Msrv | None:
    """Return the lowest Rust that `package` supports; `None` where nothing says it.

    Asked in this order: `--msrv` (`override`), `rust-version` of the manifest, `msrv` in
    `clippy.toml`, a toolchain file that pins a release (nobody builds it with an older one).

    Raises:
        UsageError: `override` is no version.
    """
    if override is not None:
        return Msrv(_checked(override), "--msrv")
    if package.rust_version is not None:
        return Msrv(package.rust_version, f"rust-version in {package.manifest}")
    base = workspace.repository_root
    for folder in _upwards(base / package.root, base):
        found = _clippy(folder, base)
        if found is not None:
            return found
    return _pinned(base / package.root, base)


def _checked(version: str) -> str:
    try:
        version_numbers(version)
    except ValueError as error:
        raise UsageError(
            f"not a Rust version: {version!r}", where="--msrv", hint="Write it like `--msrv 1.56`."
        ) from error
    return version


def _upwards(folder: Path, stop: Path) -> Iterator[Path]:
    for parent in (folder, *folder.parents):
        yield parent
        if parent == stop:
            return


def _clippy(folder: Path, base: Path) -> Msrv | None:
    for name in _CLIPPY_FILES:
        file = folder / name
        if file.is_file():
            version = _read(file)
            return Msrv(version, f"msrv in {file.relative_to(base)}") if version else None
    return None


def _read(file: Path) -> str | None:
    try:
        version = tomllib.loads(file.read_text(encoding="utf-8")).get("msrv")
        return _checked(version) if isinstance(version, str) else None
    except (OSError, ValueError, UsageError):
        return None  # clippy says what is wrong with it


def _pinned(folder: Path, base: Path) -> Msrv | None:
    for parent in _upwards(folder, base):
        choice = read_toolchain_file(parent)
        if choice is not None:
            release = _RELEASE.match(choice.name)
            source = f"toolchain file {Path(choice.chosen_by).relative_to(base)}"
            return Msrv(release[1], source) if release else None
    return None
