"""A program that uses all that the recipe rewrites: upgraded as a user would, it prints what it printed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from codemods.engine.request import Folders, Request
from codemods.engine.run import run
from tests.vcs.repos import git, make_repository

GIVEN = Path(__file__).parent / "given" / "flow.rs"
MANIFEST = """\
[package]
name = "given"
version = "0.1.0"
edition = "2018"

[dependencies]
failure = "0.1.8" # errors

[workspace]
"""


@pytest.mark.cargo
@pytest.mark.crates
def test_a_program_prints_what_it_printed(tmp_path: Path) -> None:
    files = {"Cargo.toml": MANIFEST, "src/main.rs": GIVEN.read_text(), ".gitignore": "target\nCargo.lock\n"}
    crate = make_repository(tmp_path / "crate", files)
    folders = Folders(tmp_path / "cache", tmp_path / "state")
    before = _printed(crate)

    document = run(Request(crate, ("failure",), folders, dict(os.environ), test=True)).document

    assert document.branch is not None
    assert {site.outcome for site in document.sites} == {"applied"}
    git(crate, "checkout", "-q", document.branch)
    manifest = (crate / "Cargo.toml").read_text()
    assert "failure" not in manifest
    assert 'anyhow = "1"' in manifest
    assert _printed(crate) == before
    assert len(before.splitlines()) > 40


def _printed(crate: Path) -> str:
    ran = subprocess.run(["cargo", "run", "-q"], cwd=crate, capture_output=True, text=True, check=False)
    assert ran.returncode == 1, ran.stderr[-4000:]
    return ran.stdout
