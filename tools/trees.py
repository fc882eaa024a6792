"""A large tree of Rust files from the registry cache, for measuring a scan."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tools.crates import read_list, unpacked
from tools.processes import ToolError

LEAST_BYTES = 100_000_000
# Generated bindings: a few hundred files of megabytes each, which no search for an idiom is about.
BINDINGS = ("windows", "winapi", "linux-raw-sys")


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder of Rust files, how many there are and how many bytes they hold."""

    folder: Path
    count: int
    size: int


def rust_tree(cache: Path) -> Tree:
    """Return the tree of all packages that the bulk crates and the corpus need, made on first use.

    Files are hard links where the file system allows it. Manifests come along, because they name the edition.
    """
    folder = cache / "tree"
    if not folder.is_dir():
        building = cache / "unfinished" / "tree"
        shutil.rmtree(building, ignore_errors=True)
        crates = (*read_list(table="bulk"), *read_list())
        for package in {found for crate in crates for found in unpacked(crate, cache).values()}:
            if not package.name.startswith(BINDINGS):
                _link(package, building / package.name)
        building.rename(folder)
    tree = _measured(folder)
    if tree.size < LEAST_BYTES:
        raise ToolError(f"{folder} holds {tree.size} bytes of Rust: fewer than {LEAST_BYTES}")
    return tree


def _link(package: Path, into: Path) -> None:
    for path in sorted(package.rglob("*")):
        if path.is_file() and (path.suffix == ".rs" or path.name == "Cargo.toml"):
            copy = into / path.relative_to(package)
            copy.parent.mkdir(parents=True, exist_ok=True)
            _link_or_copy(path, copy)


def _link_or_copy(path: Path, copy: Path) -> None:
    try:
        os.link(path, copy)
    except OSError:  # another file system
        shutil.copy2(path, copy)


def _measured(folder: Path) -> Tree:
    sizes = [path.stat().st_size for path in folder.rglob("*.rs")]
    return Tree(folder, len(sizes), sum(sizes))
