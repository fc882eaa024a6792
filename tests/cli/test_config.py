"""Tests of what the two configuration files may say together."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.cli.config import read_configuration
from codemods.errors import UsageError


@pytest.mark.parametrize(
    ("own", "workspace", "api"),
    [
        ("", 'api = "keep"', "keep"),
        ('api = "keep"', 'api = "report"', "keep"),
        ('api = "allow"', 'api = "report"', "report"),
        ('api = "report"', 'api = "keep"', "keep"),
        ('api = "allow"', "", "allow"),
    ],
)
def test_the_stricter_word_on_the_public_api_holds(
    tmp_path: Path, own: str, workspace: str, api: str
) -> None:
    (tmp_path / "own.toml").write_text(own)
    (tmp_path / "codemod.toml").write_text(workspace)
    (tmp_path / "Cargo.toml").write_text("[workspace]\n")

    assert read_configuration(tmp_path, tmp_path / "own.toml").values["api"] == api


def test_a_workspace_may_not_allow_changes_of_the_public_api(tmp_path: Path) -> None:
    (tmp_path / "codemod.toml").write_text('api = "allow"')
    (tmp_path / "Cargo.toml").write_text("[workspace]\n")

    with pytest.raises(UsageError, match="must be one of keep, report"):
        read_configuration(tmp_path, tmp_path / "none.toml")
