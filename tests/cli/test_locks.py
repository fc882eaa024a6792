"""Several runs at once: each ends well, or says what it waits for."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from codemods.vcs.repository import Repository
from codemods.vcs.scratch import scratch_home
from tests.cli.command import Command, unchanged
from tests.cli.workspaces import below, package, repository
from tests.vcs.repos import git

pytestmark = pytest.mark.cargo

MACHINE = 74
APPLY = ("apply", "try-macro", "--json")


def test_runs_in_several_worktrees_at_once(codemod: Command, tmp_path: Path) -> None:
    """They share refs and nothing else, so they meet where they write: under the same name."""
    root = repository(tmp_path / "repo")
    places = [root, tmp_path / "two", tmp_path / "three"]
    for place in places[1:]:
        git(root, "worktree", "add", "-q", "--detach", str(place))

    documents = _at_once(codemod, places)

    branches = {document["branch"] for document in documents}
    assert branches == {"codemod/try-macro", "codemod/try-macro-2", "codemod/try-macro-3"}
    assert len({document["tree"] for document in documents}) == 1
    for branch in branches:
        assert git(root, "notes", "--ref=codemod", "show", branch)


def test_two_workspaces_of_one_repository_at_once(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {**below("a", package("a")), **below("b", package("b"))})

    first, second = _at_once(codemod, [root / "a", root / "b"])

    assert [site["path"] for site in first["sites"] + second["sites"]] == ["src/lib.rs"] * 2
    branches = [document["branch"] for document in (first, second)]
    changed = [git(root, "diff", "--name-only", "HEAD", branch).splitlines() for branch in branches]
    assert changed == [["a/src/lib.rs"], ["b/src/lib.rs"]]


def test_the_lock_of_a_dead_process_is_no_obstacle(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    lock = _lock(codemod, root)
    lock.parent.mkdir(parents=True)
    lock.write_text(f"{os.getpid()}\n")  # the name of a living process means nothing either

    ran = codemod("apply", "try-macro", "--dry-run", cwd=root)

    assert ran.code == 0, ran.err
    assert "waiting" not in ran.err


def test_a_run_says_what_it_waits_for(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    with _held(_lock(codemod, root)):
        process = codemod.start("apply", "try-macro", "--dry-run", cwd=root)
        assert process.stderr is not None
        said = next(line for line in process.stderr if "waiting" in line)
    _, error = process.communicate(timeout=60)
    assert "4711" in said and "another codemod run" in said
    assert process.returncode == 0, error


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can mount")
def test_a_cache_that_is_read_only(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    home = tmp_path / "home"
    home.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", home], check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        with unchanged(root):
            ran = Command(home)("apply", "try-macro", cwd=root)
    finally:
        subprocess.run(["umount", "-l", home], check=True)
    assert ran.code == MACHINE, ran.err
    assert "Read-only file system" in ran.err and str(home) in ran.err


def _at_once(codemod: Command, places: list[Path]) -> list[dict[str, Any]]:
    runs = [codemod.start(*APPLY, cwd=place) for place in places]
    outputs = [run.communicate(timeout=100) for run in runs]
    assert [run.returncode for run in runs] == [0] * len(runs), outputs
    return [json.loads(out) for out, _ in outputs]


def _lock(codemod: Command, root: Path) -> Path:
    return scratch_home(Repository.open(root), codemod.home / "cache" / "codemod") / "lock"


@contextmanager
def _held(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("4711\n")
        file.flush()
        yield
