from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest

from codemods.errors import ExitCode, MachineError, UsageError
from codemods.vcs.git import Git, GitError
from codemods.vcs.repository import Repository, diff_files, diff_links
from tests.vcs.repos import arm_hooks, commit, fingerprint, git, make_repository, write

LIB = PurePosixPath("src/lib.rs")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "repo")


def test_a_sub_folder_opens_the_repository_around_it(folder: Path) -> None:
    repository = Repository.open(folder / "src")

    assert repository.root == folder
    assert repository.git_dir == repository.common_dir == folder / ".git"
    assert repository.head == git(folder, "rev-parse", "HEAD")
    assert repository.branch == "main"
    assert repository.object_format == "sha1"
    assert not repository.is_shallow


def test_a_detached_head_has_no_branch(folder: Path) -> None:
    git(folder, "checkout", "-q", "--detach")
    assert Repository.open(folder).branch is None


def test_a_linked_worktree_knows_both_of_its_directories(folder: Path, tmp_path: Path) -> None:
    git(folder, "worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    repository = Repository.open(tmp_path / "linked")

    assert repository.root == tmp_path / "linked"
    assert repository.git_dir == folder / ".git/worktrees/linked"
    assert repository.common_dir == folder / ".git"
    assert repository.branch == "side"


def test_sha256_and_shallow_repositories_say_so(folder: Path, tmp_path: Path) -> None:
    commit(folder)
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{folder}", "shallow")
    make_repository(tmp_path / "sha256", object_format="sha256")

    assert Repository.open(tmp_path / "shallow").is_shallow
    assert Repository.open(tmp_path / "sha256").object_format == "sha256"
    assert len(Repository.open(tmp_path / "sha256").head) == 64


def test_a_name_with_odd_characters_is_read_right(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / 'o"dd ü \\name')
    assert Repository.open(folder).root == folder

    folder = make_repository(tmp_path / "two\nlines")
    with pytest.raises(UsageError, match="line break"):
        Repository.open(folder)


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (["init", "-q", "--bare", "x"], "bare"),
        (["init", "-q", "x"], "no commit"),
        (["init", "-q", "y"], "no such directory"),
    ],
)
def test_what_cannot_be_analysed_is_explained(prepare: list[str], said: str, tmp_path: Path) -> None:
    git(tmp_path, *prepare)
    with pytest.raises(UsageError, match=said) as caught:
        Repository.open(tmp_path / "x")
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.where is not None


def test_a_folder_without_repository_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "plain").mkdir()
    with pytest.raises(UsageError, match="not a git repository") as caught:
        Repository.open(tmp_path / "plain")
    assert caught.value.hint is not None


def test_the_inside_of_a_git_directory_is_explained(folder: Path) -> None:
    with pytest.raises(UsageError, match="inside of a git directory"):
        Repository.open(folder / ".git")


def test_distrusted_ownership_is_explained(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    with pytest.raises(UsageError, match="does not trust") as caught:
        Repository.open(folder)
    assert caught.value.hint is not None
    assert f"safe.directory {folder}" in caught.value.hint


def test_settings_from_the_environment_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "*")
    assert Repository.open(folder).root == folder


def test_a_machine_without_git_is_explained(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(MachineError, match="git is not installed"):
        Repository.open(folder)


def test_uncommitted_names_what_differs_and_leaves_the_index(folder: Path, tmp_path: Path) -> None:
    write(folder, {"gone.rs": "g", ".gitignore": "ignored\n", "same.rs": "s"})
    commit(folder)
    arm_hooks(folder, tmp_path / "witness")
    assert Repository.open(folder).uncommitted() == ()
    write(
        folder,
        {"src/lib.rs": "dirty", "staged.rs": "s", "new ü/file.rs": "n", "ignored": "i", "same.rs": "s"},
    )
    git(folder, "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "add", "staged.rs")
    (folder / "gone.rs").unlink()
    (tmp_path / "witness").unlink(missing_ok=True)
    before = fingerprint(folder)

    repository = Repository.open(folder)
    assert set(repository.uncommitted()) == {"src/lib.rs", "staged.rs", "new ü/", "gone.rs"}
    assert repository.uncommitted([PurePosixPath("src")]) == ("src/lib.rs",)
    assert repository.uncommitted([PurePosixPath("*.rs")]) == ()  # a path, no pattern
    assert fingerprint(folder) == before
    assert not (tmp_path / "witness").exists()


def test_a_commit_is_listed_and_read(folder: Path) -> None:
    write(folder, {"ü/ö.rs": b"\xff\r\n", "run.sh": "r"})
    (folder / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("src/lib.rs")
    head = commit(folder)
    repository = Repository.open(folder)

    modes = {str(entry.path): entry.mode for entry in repository.entries(head)}
    assert modes["run.sh"] == "100755"
    assert modes["link"] == "120000"
    assert PurePosixPath("link") not in repository.tracked_files(head)
    assert repository.read(head, PurePosixPath("ü/ö.rs")) == b"\xff\r\n"
    with pytest.raises(UsageError, match="has no file"):
        repository.read(head, PurePosixPath("nothing.rs"))


def test_revisions_and_ranges_become_commits(folder: Path) -> None:
    first = git(folder, "rev-parse", "HEAD")
    git(folder, "checkout", "-q", "-b", "side")
    side = commit(folder)
    git(folder, "checkout", "-q", "main")
    second = commit(folder, "second")
    repository = Repository.open(folder)

    assert repository.commit("HEAD~1") == first
    assert repository.range("HEAD~1..main") == (first, second)
    assert repository.range("HEAD~1..") == (first, second)
    assert repository.range("side..main") == (side, second)
    assert repository.range("side...main") == (first, second)
    for wrong in ("nothing", "--help", "HEAD:src"):
        with pytest.raises(UsageError, match="names no commit"):
            repository.commit(wrong)
    with pytest.raises(UsageError, match="no range"):
        repository.range("main")


def test_diff_files_gives_both_sides(folder: Path) -> None:
    write(folder, {"gone.rs": "g\n", "run.sh": "r", "same.rs": "s"})
    (folder / "link").symlink_to("src")
    old = commit(folder)
    write(folder, {"src/lib.rs": b"\xffnew", "ü.rs": "u"})
    (folder / "gone.rs").unlink()
    (folder / "link").unlink()
    (folder / "link").symlink_to("other")
    (folder / "run.sh").chmod(0o755)
    new = commit(folder)

    assert diff_files(Repository.open(folder), old, new) == {
        LIB: (b"fn a() {}\n", b"\xffnew"),
        PurePosixPath("ü.rs"): (None, b"u"),
        PurePosixPath("gone.rs"): (b"g\n", None),
        PurePosixPath("run.sh"): (b"r", b"r"),
    }
    assert diff_links(Repository.open(folder), old, new) == (PurePosixPath("link"),)


def test_a_file_in_the_place_of_a_link_is_left_to_the_links(folder: Path) -> None:
    (folder / "link").symlink_to("src")
    old = commit(folder)
    (folder / "link").unlink()
    write(folder, {"link": "now a file"})
    new = commit(folder)

    assert diff_files(Repository.open(folder), old, new) == {}
    assert diff_links(Repository.open(folder), old, new) == (PurePosixPath("link"),)


def test_missing_objects_are_explained(folder: Path) -> None:
    repository = Repository.open(folder)
    with pytest.raises(MachineError, match="missing"):
        list(repository.read_objects(["0" * 40]))


def test_a_full_disk_is_told_from_other_failures(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin/git"
    fake.write_text("#!/bin/sh\necho 'fatal: write error: No space left on device' >&2\nexit 128\n")
    fake.chmod(0o755)
    with pytest.raises(GitError) as caught:
        Git(folder).run("rev-parse", "--verify", "nothing")
    assert "rev-parse failed (128)" in caught.value.message

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
        with pytest.raises(MachineError, match="could not write") as full:
            Git(folder).run("write-tree")
    assert full.value.exit_code is ExitCode.MACHINE
