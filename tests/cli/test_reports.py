"""Reports that the user's own file asks for."""

from pathlib import Path

import pytest

from tests.cli.command import Command
from tests.cli.workspaces import repository


@pytest.mark.cargo
def test_the_users_own_file_may_name_reports(codemod: Command, tmp_path: Path) -> None:
    report = tmp_path / "out.md"
    settings = tmp_path / "config/codemod"
    settings.mkdir(parents=True)
    (settings / "config.toml").write_text(f'report = ["{report}"]\n')
    own = {"XDG_CONFIG_HOME": str(tmp_path / "config")}

    ran = codemod("apply", "try-macro", "--dry-run", cwd=repository(tmp_path / "r"), extra=own)

    assert ran.code == 0
    assert report.read_text().startswith("#")
