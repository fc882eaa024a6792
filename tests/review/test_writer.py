"""A report file appears whole or not at all, and a wrong path is a clear error."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from codemods.engine.serial import dump
from codemods.errors import MachineError, UsageError
from codemods.review import html, markdown, sarif
from codemods.review.writer import check_report_path, write_report
from tests.review import documents


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("run.json", dump(documents.mixed())),
        ("run.md", markdown.render(documents.mixed())),
        ("run.html", html.render(documents.mixed())),
        ("run.SARIF", sarif.render(documents.mixed())),
    ],
)
def test_the_suffix_says_which_report(tmp_path: Path, name: str, content: str) -> None:
    write_report(documents.mixed(), tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8") == content
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("suffix", [".json", ".md", ".html", ".sarif"])
def test_a_hostile_document_can_be_written(tmp_path: Path, suffix: str) -> None:
    write_report(documents.hostile(), tmp_path / f"run{suffix}")
    assert (tmp_path / f"run{suffix}").stat().st_size > 1000


@pytest.mark.parametrize("name", ["run.txt", "run", ".json", "run.json.gz"])
def test_an_unknown_suffix_lists_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="a report cannot be written as") as caught:
        write_report(documents.mixed(), tmp_path / name)
    assert ".json, .md, .html, .sarif" in (caught.value.hint or "")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_and_a_folder_as_file_are_found_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the folder of the report does not exist"):
        check_report_path(tmp_path / "none" / "run.md")
    (tmp_path / "run.md").mkdir()
    with pytest.raises(UsageError, match="this is a folder"):
        check_report_path(tmp_path / "run.md")


def test_a_report_that_is_there_is_replaced_with_its_mode_kept(tmp_path: Path) -> None:
    path = tmp_path / "run.md"
    path.write_text("old")
    path.chmod(0o600)
    write_report(documents.mixed(), path)
    assert path.read_text(encoding="utf-8") == markdown.render(documents.mixed())
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_new_report_has_the_usual_mode(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("")
    write_report(documents.mixed(), tmp_path / "run.md")
    assert (tmp_path / "run.md").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_symlink_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "run.md"
    link.symlink_to(tmp_path / "real" / "target.md")
    write_report(documents.mixed(), link)
    assert link.is_symlink()
    assert (tmp_path / "real" / "target.md").read_text(encoding="utf-8") == markdown.render(documents.mixed())


def test_a_full_disk_leaves_the_old_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.md"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(MachineError, match="No space left on device") as caught:
        write_report(documents.mixed(), path)
    assert caught.value.where == str(path)
    assert caught.value.hint
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("run.md", "old")]
