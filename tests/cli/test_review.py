"""`codemod review`: whose word it is, grading anew, and the commands to see a change by hand."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import Command, Ran
from tests.cli.workspaces import package, repository
from tests.vcs.repos import IDENTITY, commit, git, write

DONE, USAGE, NOT_DONE = 0, 2, 4
LIB = """\
//! A library.
#![allow(dead_code)]

use std::num::ParseIntError;

pub fn number(text: &str) -> Result<i32, ParseIntError> {
    Ok(try!(text.parse::<i32>()))
}

#[cfg(feature = "extra")]
pub fn twice(text: &str) -> Result<i32, ParseIntError> {
    Ok(try!(text.parse::<i32>()) * 2)
}

#[test]
fn works() {
    assert_eq!(number("1"), Ok(1));
}
"""
FILES = package("plain", {"src/lib.rs": LIB}, "[features]\nextra = []\n")


def by_hand(root: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run the printed commands as a person would."""
    environment = {**os.environ, **IDENTITY, "CARGO_NET_OFFLINE": "true"}
    return subprocess.run(
        ["sh", "-eu"], cwd=root, env=environment, input=script, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip


def printed(codemod: Command, root: Path, place: str) -> str:
    ran = codemod("review", "--how", place, cwd=root)
    assert ran.code == DONE, ran.err
    return ran.out


@pytest.fixture(scope="module")
def root(codemod: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with a branch of two changes, one behind a feature."""
    root = repository(tmp_path_factory.mktemp("review") / "repo", FILES)
    ran = codemod("apply", "try-macro", "--test", cwd=root)
    assert ran.code == DONE, ran.err
    return root


@pytest.mark.cargo
def test_the_printed_commands_run_and_find_the_same(codemod: Command, root: Path) -> None:
    script = printed(codemod, root, "src/lib.rs:7")
    assert "cargo test -p plain --lib -- --exact works" in script
    ran = by_hand(root, script)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == "same"
    assert ran.stdout.count("test works ... ok") == 2
    assert git(root, "worktree", "list").count("\n") == 0, "the worktrees are removed"


@pytest.mark.cargo
def test_the_printed_commands_find_a_wrong_rewrite(codemod: Command, root: Path) -> None:
    script = printed(codemod, root, "src/lib.rs:12")
    assert "--all-features" in script
    tip = git(root, "rev-parse", "codemod/try-macro")
    git(root, "checkout", "-q", "--detach", tip)
    lib = root / "src/lib.rs"
    lib.write_text(lib.read_text().replace("?) * 2", "? * 2)").replace("* 2", "* 3"))
    wrong = commit(root, "wrong")
    git(root, "checkout", "-q", "main")
    ran = by_hand(root, script.replace(tip, wrong))
    assert "same" not in ran.stdout.splitlines()
    assert "const 3_i32" in ran.stdout


@pytest.mark.cargo
def test_the_ledger_of_this_machine_holds(codemod: Command, root: Path) -> None:
    ran = codemod("review", "--verify", cwd=root)
    assert ran.code == DONE, ran.out + ran.err
    assert "2 as claimed or better" in ran.out and "The ledger holds." in ran.out


@pytest.mark.cargo
def test_a_forged_ledger_and_what_it_hides_are_found(codemod: Command, root: Path) -> None:
    git(root, "checkout", "-q", "-b", "forged", "codemod/try-macro")
    lib = root / "src/lib.rs"
    lib.write_text(lib.read_text().replace("* 2)", "* 3)") + "\npub fn hidden() -> i32 {\n    7\n}\n")
    write(root, {"run.sh": "#!/bin/sh\n"})
    tip = commit(root, "more")
    git(root, "checkout", "-q", "main")
    shown = codemod("review", "forged", cwd=root)
    assert "the branch has 1 commit that this ledger does not speak of" in " ".join(shown.out.split())

    document = json.loads(git(root, "notes", "--ref=codemod", "show", "codemod/try-macro"))
    document |= {"tip": tip, "tree": git(root, "rev-parse", f"{tip}^{{tree}}")}
    for record in (*document["changes"], *document["sites"]):
        record["grade"] = "A"
    git(root, "notes", "--ref=codemod", "add", "-F", "-", "forged", stdin=json.dumps(document).encode())
    shown = codemod("review", "forged", cwd=root)
    assert "Only a claim" in shown.out and "A proved (claimed)" in shown.out

    ran = codemod("review", "forged", "--verify", "--json", cwd=root)
    assert ran.code == NOT_DONE, ran.err
    assert {each["path"] for each in ran.document["unspoken"]} == {"run.sh", "src/lib.rs"}
    [worse] = ran.document["worse"]
    assert (worse["claimed"], worse["found"]) == ("A", "C") and "twice" in worse["item"]
    assert ran.document["missing"] == []


@pytest.mark.cargo
def test_a_change_that_is_not_there_is_said(codemod: Command, root: Path) -> None:
    for place in ("src/lib.rs:1", "zzz"):
        ran: Ran = codemod("review", "--how", place, cwd=root)
        assert ran.code == USAGE and "the branch has no change" in ran.err
        assert "src/lib.rs:7" in ran.err, "an example of a place"
