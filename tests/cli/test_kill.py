"""Killed at any moment a run changes nothing in the repository, and the next one ends in the same tree."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.command import Command
from tests.vcs.repos import git, make_repository

pytestmark = pytest.mark.cargo

EXAMPLE = Path(__file__).parents[2] / "examples" / "legacy-inventory"
BRANCH = "refs/heads/codemod/try-macro"
NOTES = "refs/notes/codemod"
INTERRUPTED = 130
SEED = 1970
WRITING = 0.08  # seconds that writing objects, branch and note takes, with some room


@dataclass(frozen=True, slots=True)
class Moment:
    """When and how a run is ended: `delay` is the part of an undisturbed run, or of its last phase."""

    number: int
    delay: float
    kind: signal.Signals
    whole_group: bool
    while_writing: bool
    caged: bool

    @property
    def id(self) -> str:
        """Return it in words, as the test's name."""
        whom = "group" if self.whole_group else "process"
        when = "writing" if self.while_writing else "run"
        return (
            f"{self.number}-{self.kind.name}-{whom}-{when}{'' if self.caged else '-uncaged'}-{self.delay:.2f}"
        )


def moments(count: int) -> list[Moment]:
    """Return `count` moments, the same each time; `kill -9` is three of four."""
    chosen = random.Random(SEED)
    kinds = (signal.SIGKILL, signal.SIGKILL, signal.SIGINT, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM)
    return [
        Moment(
            number=number,
            delay=chosen.random(),
            kind=kinds[number % len(kinds)],
            whole_group=number % 2 == 1,
            while_writing=number % 5 == 4,
            caged=number % 3 != 0,
        )
        for number in range(count)
    ]


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What a run comes to that nobody ends, and how long it takes with nothing built before."""

    options: tuple[str, ...]
    original: Path
    tree: str
    seconds: float


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return _undisturbed(tmp_path_factory.mktemp("undisturbed"))


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """A run that does without what takes longest; it writes the same."""
    return _undisturbed(tmp_path_factory.mktemp("quick"), "--no-prove", "--max-configurations", "1")


def _undisturbed(folder: Path, *options: str) -> Undisturbed:
    files = {
        str(path.relative_to(EXAMPLE)): path.read_bytes()
        for path in EXAMPLE.rglob("*")
        if path.is_file() and "target" not in path.relative_to(EXAMPLE).parts
    }
    original = make_repository(folder / "original", {**files, ".gitignore": "/target\n"})
    started = time.monotonic()
    ran = Command(folder / "home")("apply", "try-macro", "--dry-run", "--json", *options, cwd=original)
    assert ran.code == 0, ran.err
    assert ran.document["totals"]["applied"] > 20
    return Undisturbed(options, original, ran.document["tree"], time.monotonic() - started)


@pytest.mark.parametrize("moment", moments(5)[1:], ids=lambda moment: moment.id)
def test_a_run_that_is_ended(tmp_path: Path, quick: Undisturbed, moment: Moment) -> None:
    _end_and_run_again(tmp_path, quick, moment)


@pytest.mark.long
@pytest.mark.parametrize("moment", moments(55), ids=lambda moment: moment.id)
def test_a_run_that_is_ended_at_more_moments(
    tmp_path: Path, undisturbed: Undisturbed, moment: Moment
) -> None:
    _end_and_run_again(tmp_path, undisturbed, moment)


@pytest.mark.long
def test_a_run_that_is_ended_again_and_again(tmp_path: Path, undisturbed: Undisturbed) -> None:
    """Each run takes up what the one before left; each is given a little longer."""
    root = shutil.copytree(undisturbed.original, tmp_path / "repo", symlinks=True)
    codemod = Command(tmp_path / "home")
    before = _snapshot(root)
    for tenths in range(1, 200, 2):
        with codemod.start("apply", "try-macro", "--sandbox", "off", cwd=root) as process:
            time.sleep(tenths / 10)
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        if _is_written(root):
            break
        assert _snapshot(root) == before
    assert _is_written(root), "it gets on from run to run, and ends"
    assert git(root, "rev-parse", f"{BRANCH}^{{tree}}") == undisturbed.tree


def _end_and_run_again(tmp_path: Path, undisturbed: Undisturbed, moment: Moment) -> None:
    root = shutil.copytree(undisturbed.original, tmp_path / "repo", symlinks=True)
    codemod = Command(tmp_path / "home")
    options = (*undisturbed.options, *(() if moment.caged else ("--sandbox", "off")))
    before = _snapshot(root)

    code, error = _ended(codemod, root, moment, undisturbed.seconds, options)

    assert not _left_behind(codemod.home), "no child goes on writing"
    assert _snapshot(root) == before
    assert "Traceback" not in error
    assert git(root, "fsck", "--strict", "--no-dangling", "--no-progress") == ""
    written = _is_written(root)
    if code not in (0, -moment.kind):
        assert code == INTERRUPTED and "interrupted" in error
    ran = codemod("apply", "try-macro", "--json", *options, cwd=root)
    assert ran.code == 0, ran.err
    assert ran.document["tree"] == undisturbed.tree
    assert ran.document["branch"] == "codemod/try-macro" + ("-2" if written else "")
    assert _snapshot(root) == before


def _ended(
    codemod: Command, root: Path, moment: Moment, seconds: float, options: tuple[str, ...]
) -> tuple[int, str]:
    """End a run at `moment`; return its exit code and what it said. It may have been faster."""
    with codemod.start("apply", "try-macro", *options, cwd=root) as process:
        assert process.stderr is not None
        said = ""
        if moment.while_writing:
            for line in process.stderr:
                said += line
                if line.startswith("write: "):
                    break
            time.sleep(moment.delay * WRITING)
        else:
            time.sleep(moment.delay * seconds)
        if process.poll() is None:
            (os.killpg if moment.whole_group else os.kill)(process.pid, moment.kind)
        _, error = process.communicate(timeout=60)
    return process.returncode, said + error


def _is_written(root: Path) -> bool:
    """Whether branch and note are there: both, and whole, or neither."""
    refs = set(git(root, "for-each-ref", "--format=%(refname)").splitlines())
    assert (BRANCH in refs) == (NOTES in refs)
    if BRANCH not in refs:
        return False
    note = json.loads(git(root, "notes", "--ref=codemod", "show", BRANCH))
    assert note["tree"] == git(root, "rev-parse", f"{BRANCH}^{{tree}}")
    return True


def _snapshot(root: Path) -> str:
    """Return a hash of names, modes, bytes and mtimes of all that a run must leave as it is.

    That is everything but new objects and the refs and logs of branch and note.
    """
    ours = (".git/objects", ".git/refs/heads/codemod", ".git/refs/notes", ".git/logs/refs")
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if name.startswith(ours):
            assert not name.endswith(".lock"), name
            continue
        status = path.lstat()
        modified = 0 if path.is_dir() else status.st_mtime_ns  # a folder's changes as a name comes and goes
        digest.update(f"{name}\0{status.st_mode}\0{modified}\0".encode())
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def _left_behind(home: Path) -> list[str]:
    """Return the processes that work below `home` half a second after the run was ended."""
    deadline = time.monotonic() + 0.5
    while found := _processes_in(home):
        if time.monotonic() > deadline:
            return found
        time.sleep(0.02)
    return []


def _processes_in(home: Path) -> list[str]:
    needle = os.fsencode(home)
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            if needle in command or os.fsencode((process / "cwd").readlink()).startswith(needle):
                found.append(command.replace(b"\0", b" ").decode(errors="replace")[:200])
        except OSError:
            continue  # gone meanwhile
    return found
