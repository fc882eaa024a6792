"""Which files a build script said that it reads, so that cargo runs it again when one changes."""

from __future__ import annotations

import re
from pathlib import Path

from codemods.cargo.report import Unit

# https://doc.rust-lang.org/cargo/reference/build-scripts.html#change-detection
_RERUN = re.compile(r"^cargo::?rerun-if-(changed|env-changed)=(.*)$", re.MULTILINE)


def may_read(unit: Unit, file: Path) -> bool:
    """Whether the build script of the unit's package may read `file`, an absolute path in the checkout.

    As cargo decides it: what the script names, and folders with all below; where it names nothing, every file
    of the package. A script whose output is gone counts as one that names nothing.
    """
    environment = dict(unit.environment)
    if "OUT_DIR" not in environment or "CARGO_MANIFEST_DIR" not in environment:
        return False
    package = Path(environment["CARGO_MANIFEST_DIR"])
    found = _RERUN.findall(_output(Path(environment["OUT_DIR"]).parent / "output"))
    named = [package / name.strip() for kind, name in found if kind == "changed"] if found else [package]
    return any(file.is_relative_to(each) for each in named)


def _output(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
