"""`dev.py`: what it says where something is missing, and when it installs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import dev


@pytest.fixture
def stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment that works, with a stamp that the test writes."""
    monkeypatch.setattr(dev, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(dev, "PYTHON", Path(sys.executable))
    return tmp_path / "stamp"


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["--help"]) == 0
    assert {line.split()[0] for line in capsys.readouterr().out.splitlines()[2:]} == set(dev.COMMANDS)


def test_an_unknown_command_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["tests"]) == 2
    assert "there is no command tests" in capsys.readouterr().err


def test_an_argument_that_means_nothing_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["docs", "--fast"]) == 2
    assert "unexpected argument --fast" in capsys.readouterr().err


def test_a_missing_toolchain_is_named_before_anything_is_installed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert dev.main(["test"]) == 2
    assert "error: git is not on the PATH" in capsys.readouterr().err


def test_an_old_python_is_told_what_is_needed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "OLDEST_PYTHON", (99, 0))

    assert dev.main(["lint"]) == 2
    assert "codemod needs 99.0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("written", "extra", "installed"),
    [
        ("abc dev\n", "dev", True),
        ("abc dev\n", "", True),  # more is there than is needed
        ("abc \n", "", True),
        ("abc \n", "dev", False),
        ("old dev\n", "dev", False),  # pyproject.toml has changed since
        ("", "", False),
    ],
)
def test_it_installs_only_what_changed(stamp: Path, written: str, extra: str, installed: bool) -> None:
    stamp.write_text(written, encoding="utf-8")

    assert dev._installed("abc", extra) is installed


def test_it_installs_where_the_environment_is_broken(stamp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp.write_text("abc dev\n", encoding="utf-8")
    monkeypatch.setattr(dev, "PYTHON", stamp.parent / "gone")

    assert not dev._installed("abc", "dev")


def test_the_example_becomes_a_clean_repository(tmp_path: Path) -> None:
    workspace = dev._example_repository(tmp_path)

    assert (workspace / ".git" / "refs" / "heads" / "main").is_file()
    assert not (workspace / "target").exists()
