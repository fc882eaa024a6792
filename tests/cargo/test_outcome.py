"""Whether a build failed is read from exit codes and JSON, never from what cargo says to people."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from codemods.cargo.metadata import Workspace
from codemods.cargo.outcome import Outcome
from codemods.cargo.process import Completed, Limits

SAID = b"warning: something\nerror: failed to get `serde`\n"
PLACES = {"root": Path("/scratch"), "repository_root": Path("/scratch"), "members": ()}


def _errors(tmp_path: Path, code: int, said: bytes) -> list[str]:
    workspace = cast("Workspace", SimpleNamespace(**PLACES))
    outcome = Outcome(workspace, tmp_path, Limits(), "run", Completed(code, b"", said, 0.0))
    return [error.message for error in outcome.report(0.0).errors]


def test_the_exit_code_decides(tmp_path: Path) -> None:
    assert _errors(tmp_path, 0, SAID) == []
    assert _errors(tmp_path, 101, SAID) == ["failed to get `serde`"]
    assert _errors(tmp_path, 101, b"") == ["cargo check failed with code 101"]
