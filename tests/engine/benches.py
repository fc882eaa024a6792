"""An open workbench on a small crate, for tests that ask rustc itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from codemods.engine.equipment import open_workbench
from codemods.engine.listener import Silent
from codemods.engine.request import Folders, Request
from codemods.engine.workbench import Workbench
from tests.vcs.repos import make_repository


@contextmanager
def small_crate(folder: Path, source: str, edition: str) -> Iterator[Workbench]:
    """Open a workbench on a library of one file, with caches of its own below `folder`."""
    manifest = f'[package]\nname = "small"\nversion = "0.1.0"\nedition = "{edition}"\n'
    crate = make_repository(folder / "crate", {"Cargo.toml": manifest, "src/lib.rs": source})
    folders = Folders(folder / "cache", folder / "state")
    request = Request(directory=crate, recipes=(), folders=folders, environment=dict(os.environ))
    with open_workbench(request, Silent()) as opened:
        yield opened
