"""Whose ledger it is: made here and untouched, or only a claim."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from codemods.engine.document import RunDocument
from codemods.engine.ledgers import read_ledger
from codemods.engine.provenance import is_recorded, record
from codemods.engine.serial import dump
from codemods.errors import MachineError, UsageError
from codemods.vcs.branch import CommitPlan, build_commits, publish
from codemods.vcs.repository import Repository
from tests.review.documents import applied, change_of, document
from tests.vcs.repos import commit, git, make_repository, write

BRANCH = "codemod/try-macro"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "repo", {"src/read.rs": "old\n", "src/other.rs": "old\n"})


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def written(root: Path, state: Path, *, path: str = "src/read.rs", own: bool = True) -> RunDocument:
    """Write the branch as `apply` does; return the document that is its note."""
    repository = Repository.open(root)
    built = build_commits(repository, repository.head, [CommitPlan("x", {PurePosixPath(path): b"new\n"})])
    site = applied(1)
    run = replace(
        document([site], [change_of(site, commit=built.tip)]),
        base=repository.head,
        branch=BRANCH,
        tip=built.tip,
        tree=built.tree,
    )
    note = dump(run).encode()
    if own:
        record(state, note)
    publish(repository, built, branch=BRANCH, note=note)
    return run


def doubts(root: Path, state: Path, branch: str | None = None) -> tuple[str, ...]:
    return read_ledger(Repository.open(root), state, branch).document.doubts


def test_a_ledger_of_this_machine_is_taken_at_its_word(root: Path, state: Path) -> None:
    run = written(root, state)
    ledger = read_ledger(Repository.open(root), state)
    assert (ledger.branch, ledger.commit, ledger.tip) == (BRANCH, run.tip, run.tip)
    assert ledger.document == run


def test_a_ledger_made_elsewhere_is_a_claim(root: Path, state: Path) -> None:
    written(root, state, own=False)
    [doubt] = doubts(root, state)
    assert "no record of writing this ledger" in doubt


def test_what_the_note_says_of_its_own_doubts_does_not_count(root: Path, state: Path) -> None:
    written(root, state, own=False)
    assert doubts(root, state) != ()
    values = json.loads(git(root, "notes", "--ref=codemod", "show", BRANCH))
    git(root, "notes", "--ref=codemod", "add", "-f", "-m", json.dumps({**values, "doubts": []}), BRANCH)
    assert doubts(root, state) != ()


def test_an_edited_note_is_a_claim(root: Path, state: Path) -> None:
    written(root, state)
    text = git(root, "notes", "--ref=codemod", "show", BRANCH).replace('"grade": "C"', '"grade": "A"')
    git(root, "notes", "--ref=codemod", "add", "-f", "-m", text, BRANCH)
    assert "edited since" in doubts(root, state)[0]


def test_commits_after_the_run_are_named(root: Path, state: Path) -> None:
    run = written(root, state)
    git(root, "checkout", "-q", BRANCH)
    write(root, {"src/other.rs": "sneaky\n"})
    later = commit(root, "more")
    git(root, "checkout", "-q", "main")
    ledger = read_ledger(Repository.open(root), state)
    assert (ledger.branch, ledger.commit, ledger.tip) == (BRANCH, run.tip, later)
    assert ledger.document.doubts == (
        f"the branch has 1 commit that this ledger does not speak of: {later[:10]}",
    )


def test_a_copied_note_speaks_of_another_commit(root: Path, state: Path) -> None:
    written(root, state, own=False)
    git(root, "checkout", "-q", "-b", "other")
    write(root, {"src/other.rs": "sneaky\n"})
    commit(root, "more")
    git(root, "notes", "--ref=codemod", "copy", BRANCH, "other")
    said = "\n".join(doubts(root, state, "other"))
    assert "it speaks of the commit" in said
    assert "the tree it names is not that of the commit" in said
    assert "src/other.rs" in said


def test_files_that_a_foreign_ledger_leaves_out_are_named(root: Path, state: Path) -> None:
    written(root, state, path="src/other.rs", own=False)
    assert "changes files that no change in it names: src/other.rs" in doubts(root, state)[1]


@pytest.mark.parametrize("base", ["--all", "HEAD~0", "f" * 40])
def test_a_base_that_is_no_ancestor_is_said(root: Path, state: Path, base: str) -> None:
    run = written(root, state, own=False)
    git(root, "notes", "--ref=codemod", "add", "-f", "-m", dump(replace(run, base=base)), BRANCH)
    assert f"not made from the commit {base[:10]}" in doubts(root, state)[1]


def test_an_old_ledger_of_an_ancestor_of_head_is_not_the_newest_branch(root: Path, state: Path) -> None:
    written(root, state)
    git(root, "merge", "-q", "--ff-only", BRANCH)
    git(root, "branch", "-D", BRANCH)
    commit(root, "more")
    with pytest.raises(UsageError, match="no branch here"):
        read_ledger(Repository.open(root), state)
    assert "1 commit that this ledger" in doubts(root, state, "main")[0]


def test_the_record_is_private_and_of_these_very_bytes(state: Path) -> None:
    record(state, b"note")
    assert is_recorded(state, b"note")
    assert not is_recorded(state, b"note\n")
    [file] = (state / "ledgers").iterdir()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_state_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(MachineError, match="cannot be kept"):
        record(tmp_path / "state", b"note")
