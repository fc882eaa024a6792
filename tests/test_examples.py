"""The example workspaces show a newcomer what can become of a site, and a whole upgrade of error types."""

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


@pytest.fixture
def errors(tmp_path: Path) -> Path:
    return dev._example_repository(tmp_path, dev.EXAMPLE.parent / "shared-errors")


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


def test_a_scan_finds_failure_in_code_and_manifests(errors: Path) -> None:
    sites = codemod(errors, "scan", "failure")["sites"]

    paths = {site["path"] for site in sites}
    for member in ("courier", "faults", "routes"):
        assert {path for path in paths if path.startswith(f"{member}/src/")}
        assert f"{member}/Cargo.toml" in paths


@pytest.mark.cargo
@pytest.mark.crates  # what replaces failure comes from the registry
def test_a_workspace_that_shares_errors_leaves_failure_altogether(errors: Path) -> None:
    document = codemod(errors, "apply", "failure", "--test")

    totals = document["totals"]
    assert totals["applied"] == totals["found"] > 0
    assert {evidence["status"] for site in document["sites"] for evidence in _texts(site)} == {"passed"}
    tip = document["tip"]
    for member in ("courier", "faults", "routes"):
        assert "failure" not in _shown(errors, tip, f"{member}/Cargo.toml")
    assert 'name = "failure"' not in _shown(errors, tip, "Cargo.lock")
    assert "derive(Debug, thiserror::Error)" in _shown(errors, tip, "faults/src/lib.rs")


def _texts(site: dict[str, Any]) -> list[dict[str, str]]:
    return [
        each for each in site["evidence"] if each["check"] == "error-texts" and each["status"] != "skipped"
    ]


def _shown(workspace: Path, commit: str, path: str) -> str:
    return subprocess.run(
        ["git", "show", f"{commit}:{path}"], cwd=workspace, capture_output=True, text=True, check=True
    ).stdout
