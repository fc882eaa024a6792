"""The sources of the crates that a unit depends on, from the dep-info beside their metadata."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

from codemods.cargo.depinfo import read_depinfo
from codemods.cargo.report import Unit


def extern_sources(unit: Unit) -> frozenset[str]:
    """Return the source files of every `--extern` crate of `unit`, as absolute paths."""
    sources: set[str] = set()
    for path in _extern_files(unit.argv):
        depinfo = path.with_name(path.name.removeprefix("lib")).with_suffix(".d")
        try:
            listed = read_depinfo(depinfo.read_bytes())
        except OSError:
            continue  # a crate of the sysroot
        sources.update(os.path.normpath(os.path.join(unit.cwd, each)) for each in listed)  # noqa: PTH118
    return frozenset(sources)


def _extern_files(argv: tuple[str, ...]) -> list[Path]:
    values = [value for name, value in pairwise(argv) if name == "--extern"]
    return [Path(value.partition("=")[2]) for value in values if "=" in value]
