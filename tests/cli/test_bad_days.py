"""Days on which the machine or the analysed code misbehaves: the repository stays as it was."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from codemods.cargo.sandbox import find_sandbox
from tests.cli.command import CODEMOD, Command, unchanged
from tests.cli.workspaces import ONE_SITE, package, repository
from tests.vcs.repos import git

pytestmark = pytest.mark.cargo

BASELINE, MACHINE, INTERRUPTED = 3, 74, 130
PHASES = ("prepare", "scan", "baseline", "ask", "verify", "write")
SLEEP = "fn main() { ::std::thread::sleep(::std::time::Duration::from_secs(600)); }\n"

GREEDY = """\
use std::io::Write;
fn main() {
    let path = ::std::path::Path::new(&::std::env::var("OUT_DIR").unwrap()).join("all");
    let mut file = ::std::fs::File::create(path).unwrap();
    for _ in 0..100 { file.write_all(&vec![1; 1 << 20]).unwrap(); }
}
"""


def test_a_build_that_hangs(codemod: Command, tmp_path: Path) -> None:
    files = package("sleepy-crate", {"build.rs": SLEEP})
    root = repository(tmp_path / "repo", files)
    started = time.monotonic()
    with unchanged(root):
        ran = codemod("apply", "try-macro", "--timeout", "2", cwd=root)
    assert ran.code == BASELINE, ran.err
    assert "`sleepy-crate`" in ran.err and "2 s" in ran.err and "--timeout" in ran.err
    assert time.monotonic() - started < 60
    assert not _processes_in(codemod.home), "the build script is gone with the run"


def test_a_build_script_finds_no_credentials(codemod: Command, tmp_path: Path) -> None:
    secrets = dict.fromkeys(("AWS_SECRET_ACCESS_KEY", "CARGO_REGISTRY_TOKEN", "SSH_AUTH_SOCK"), "top-secret")
    look = """\
fn main() {
    let secrets: Vec<String> = ::std::env::vars().filter(|v| v.1 == "top-secret").map(|v| v.0).collect();
    if !secrets.is_empty() || ::std::env::var("BUILD_FLAVOUR").is_err() { panic!("sees {:?}", secrets); }
}
"""
    root = repository(tmp_path / "repo", package("curious", {"build.rs": look}))
    given = {**secrets, "BUILD_FLAVOUR": "plain"}
    with unchanged(root):
        without = codemod("apply", "try-macro", cwd=root, extra=given)
        with_it = codemod(
            "apply", "try-macro", "--json", "--dry-run", "--pass-env", "BUILD_FLAVOUR", cwd=root, extra=given
        )
        armed = codemod(
            "apply",
            "try-macro",
            "--pass-env",
            "BUILD_FLAVOUR",
            "--pass-env",
            "SSH_AUTH_SOCK",
            cwd=root,
            extra=given,
        )
    assert without.code == BASELINE and "sees []" in without.err
    assert "BUILD_FLAVOUR" in without.err and "--pass-env" in without.err, "what was withheld is named"
    assert with_it.code == 0 and with_it.document["totals"]["applied"] == 1
    assert armed.code == BASELINE and 'sees ["SSH_AUTH_SOCK"]' in armed.err
    assert "top-secret" not in without.err + armed.err + json.dumps(with_it.document)


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill-9"])
def test_interrupted_in_every_phase(tmp_path: Path, kind: signal.Signals) -> None:
    """Each run takes up what the one before left; the last is not disturbed and ends in the same tree."""
    codemod = Command(tmp_path / "home")
    root = repository(tmp_path / "repo")
    before = _state(root)
    for phase in PHASES:
        code, error = _interrupted(codemod, root, phase, kind)
        if phase == "write" and _state(root) != before:  # the run was faster than the signal: all is there
            assert json.loads(git(root, "notes", "--ref=codemod", "show", "codemod/try-macro"))
            continue
        assert _state(root) == before
        assert code == (INTERRUPTED if kind == signal.SIGINT else -kind)
        assert "Traceback" not in error
        assert kind == signal.SIGKILL or "interrupted" in error
    ran = codemod("apply", "try-macro", "--json", cwd=root)
    assert ran.code == 0, ran.err
    assert ran.document["tree"] == git(root, "rev-parse", f"{ran.document['branch']}^{{tree}}")
    undisturbed = Command(tmp_path / "other")("apply", "try-macro", "--json", "--dry-run", cwd=root)
    assert undisturbed.document["tree"] == ran.document["tree"]


def test_an_impatient_user(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", package("sleepy", {"build.rs": SLEEP}))
    with unchanged(root), codemod.start("apply", "try-macro", cwd=root) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("baseline"):
                break
        time.sleep(1.0)
        for _ in range(5):
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.05)
        error = process.stderr.read()
    assert process.returncode == INTERRUPTED, error
    assert "Traceback" not in error
    assert not _processes_in(codemod.home)


def test_two_runs_at_once(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    runs = [codemod.start("apply", "try-macro", "--json", cwd=root) for _ in range(2)]
    outputs = [run.communicate(timeout=100) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], outputs
    first, second = (json.loads(out) for out, _ in outputs)
    assert first["tree"] == second["tree"]
    assert {first["branch"], second["branch"]} == {"codemod/try-macro", "codemod/try-macro-2"}


def test_no_file_may_grow(tmp_path: Path) -> None:
    """A limit on file size fails writes as a full disk does, in git, cargo, rustc and our own store."""
    root = repository(tmp_path / "repo")
    with unchanged(root):
        for limit in (0, 4096, 20_000):
            done = subprocess.run(
                [CODEMOD, "apply", "try-macro"],
                cwd=root,
                env=Command(tmp_path / f"home{limit}").environment(),
                capture_output=True,
                text=True,
                check=False,
                preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (limit, limit)),
            )
            assert "Traceback" not in done.stderr, done.stderr
            assert done.returncode in (BASELINE, MACHINE), done.stderr
            assert "error: " in done.stderr


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can mount a small disk")
@pytest.mark.parametrize("size", ["64k", "400k", "8m"])
def test_a_full_disk(tmp_path: Path, size: str) -> None:
    """The build script takes what a larger disk has left."""
    root = repository(tmp_path / "repo", package("greedy", {"build.rs": GREEDY}))
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        with unchanged(root):
            ran = Command(disk)("apply", "try-macro", cwd=root)
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
    assert ran.code == MACHINE, ran.err
    assert "disk" in ran.err or "space" in ran.err
    assert "hint:" in ran.err


def test_a_folder_that_is_not_ours(tmp_path: Path) -> None:
    """A cache that is a file, as a read-only home would be: said, with what to do."""
    root = repository(tmp_path / "repo")
    (tmp_path / "home").mkdir()
    (tmp_path / "home/cache").write_text("a file")
    with unchanged(root):
        ran = Command(tmp_path / "home")("apply", "try-macro", cwd=root)
    assert ran.code == MACHINE, ran.err
    assert str(tmp_path / "home/cache") in ran.err


def test_a_damaged_cache_is_no_loss(tmp_path: Path) -> None:
    codemod = Command(tmp_path / "home")
    root = repository(tmp_path / "repo")
    first = codemod("apply", "try-macro", "--dry-run", "--json", cwd=root)
    for file in (tmp_path / "home/cache").rglob("*"):
        if file.is_file() and file.name != "lock" and "target" not in file.parts:
            file.write_bytes(b"damaged")
    again = codemod("apply", "try-macro", "--dry-run", "--json", cwd=root)
    assert again.code == 0, again.err
    assert again.document["tree"] == first.document["tree"]


def _interrupted(codemod: Command, root: Path, phase: str, kind: signal.Signals) -> tuple[int, str]:
    """Send `kind` to a run as it enters `phase`; return its exit code and what it still says."""
    with codemod.start("apply", "try-macro", cwd=root) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(f"{phase}: "):
                os.killpg(process.pid, kind)
                break
        error = process.stderr.read()
    return process.returncode, error


def _state(root: Path) -> tuple[str, str, str, str]:
    """Return what a person sees of a repository: refs, status, HEAD, objects that are no longer whole."""
    return (
        git(root, "for-each-ref"),
        git(root, "status", "--porcelain", "--ignored"),
        git(root, "rev-parse", "--symbolic-full-name", "HEAD"),
        git(root, "fsck", "--no-dangling"),
    )


def _processes_in(folder: Path) -> list[str]:
    """Return the processes that run below `folder`, a moment after the run ended."""
    time.sleep(0.3)
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            program = (process / "exe").readlink()
        except OSError:
            continue
        if program.is_relative_to(folder):
            found.append(str(program))
    return found


def test_the_sandbox_is_named(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", package("plain", {"src/lib.rs": ONE_SITE}))
    ran = codemod("apply", "try-macro", "--dry-run", "--json", cwd=root)
    found = find_sandbox("auto")[0]
    assert ran.document["sandbox"].startswith(found.version if found is not None else "none: ")
    assert "300 s" in ran.document["sandbox"], "and the limits"
