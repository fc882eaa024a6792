"""The example workspace shows a newcomer all that can become of a site."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import dev


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return dev._example_repository(tmp_path)


def codemod(workspace: Path, *arguments: str) -> dict[str, Any]:
    """Return the JSON that a command printed."""
    own = {"XDG_CACHE_HOME": str(workspace.parent / "c"), "XDG_STATE_HOME": str(workspace.parent / "s")}
    done = subprocess.run(
        [sys.executable, "-c", "from codemods.cli.main import main; main()", *arguments, "--json"],
        cwd=workspace,
        env={**os.environ, **own},
        capture_output=True,
        check=True,
    )
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_a_scan_finds_sites_in_every_package(workspace: Path) -> None:
    sites = codemod(workspace, "scan")["sites"]

    assert {site["path"].split("/")[0] for site in sites} == {"inventory", "scales", "stocktake"}


@pytest.mark.cargo
def test_an_upgrade_shows_every_kind_of_outcome(workspace: Path) -> None:
    document = codemod(workspace, "apply", "try-macro")

    left = Counter((site["outcome"], site["code"]) for site in document["sites"] if site["code"])
    assert left == {
        ("refused", "own-macro"): 2,
        ("refused", "kept"): 1,
        ("refused", "stringified"): 1,
        ("unverified", "not-compiled"): 1,  # behind `cfg(windows)`
    }
    applied = [site for site in document["sites"] if site["outcome"] == "applied"]
    assert {"inventory/src/lib.rs", "inventory/src/macros.rs"} <= {site["path"] for site in applied}
    assert all(not site["path"].startswith("scales/") for site in applied)
    assert document["branch"] == "codemod/try-macro"
