"""What is said when the printing of a finished run fails."""

from __future__ import annotations

import errno
import sys

import pytest

from codemods.cli import apply, main
from codemods.engine.request import Result
from codemods.errors import ExitCode
from tests.review.documents import applied, document, refused

GIVEN = {"as_json": True, "quiet": False, "verbose": False, "color": "never", "report": ()}


class _Full:
    """A standard output on a disk without space."""

    def write(self, _text: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


class _Raising:
    """A command that fails with `error`."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def main(self, **_options: object) -> None:
        raise self.error


def test_a_branch_that_is_written_is_named_when_printing_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finished = document([applied(1)])
    monkeypatch.setattr(sys, "stdout", _Full())

    with pytest.raises(OSError, match="No space") as caught:
        apply.finish(Result(finished, ExitCode.DONE), GIVEN, "summary")

    assert finished.branch is not None
    monkeypatch.setattr(main, "cli", _Raising(caught.value))
    assert main.run([]) == ExitCode.MACHINE
    assert f"note: the branch {finished.branch} is written" in capsys.readouterr().err


def test_nothing_is_said_of_a_branch_where_none_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", _Full())

    with pytest.raises(OSError, match="No space") as caught:
        apply.finish(Result(document([refused(1)]), ExitCode.DONE), GIVEN, "plan")

    assert not hasattr(caught.value, "__notes__")
