from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from codemods.errors import UsageError
from codemods.vcs.repository import Repository
from codemods.vcs.trees import CommitTree, DiskTree, FileError, IndexTree, Tree, Unreadable
from tests.vcs.repos import commit, fingerprint, git, make_repository, write


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "plain").mkdir()
    return tmp_path / "plain"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "repo")


def names(tree: Tree, suffixes: tuple[str, ...] = ("",)) -> set[str]:
    return {name for name, _ in tree.each(suffixes)}


def test_a_walk_leaves_out_what_is_not_source(plain: Path) -> None:
    write(
        plain,
        {
            "Cargo.toml": "m",
            "src/lib.rs": "l",
            "src/target/mod.rs": "source, in spite of its name",
            "target/debug/x.rs": "built",
            "out/target/CACHEDIR.TAG": "tag",
            "out/target/x.rs": "built",
            ".hidden/x.rs": "h",
            "vendor/dep/.cargo-checksum.json": "{}",
            "vendor/dep/src/lib.rs": "v",
            "vendor/dep/src/deep/x.rs": "v",
            "vendor/own/src/lib.rs": "o",
        },
    )
    expected = {"Cargo.toml", "src/lib.rs", "src/target/mod.rs", "vendor/own/src/lib.rs"}
    tree = DiskTree(plain)

    assert names(tree, (".rs", "Cargo.toml")) == expected
    assert names(tree, (".rs",)) == expected - {"Cargo.toml"}
    assert dict(tree.each((".toml",))) == {"Cargo.toml": b"m"}


def test_git_lists_tracked_and_untracked_files_but_no_ignored_ones(folder: Path) -> None:
    write(
        folder,
        {".gitignore": "gen/\n", "gen/x.rs": "x", "new/ü.rs": "u", ".config/x.rs": "c", "gone.rs": "g"},
    )
    write(folder, {"vendor/dep/.cargo-checksum.json": "{}", "vendor/dep/src/lib.rs": "v"})
    git(folder, "add", "gone.rs", "vendor")
    (folder / "gone.rs").unlink()
    before = fingerprint(folder)

    assert names(DiskTree(folder), (".rs",)) == {"src/lib.rs", "new/ü.rs", ".config/x.rs"}
    assert set(DiskTree(folder / "src").paths()) == {PurePosixPath("lib.rs")}
    assert fingerprint(folder) == before


def test_a_folder_that_its_repository_ignores_is_walked(folder: Path) -> None:
    write(folder, {".gitignore": "gen/\n", "gen/x.rs": "x"})
    assert names(DiskTree(folder / "gen")) == {"x.rs"}


def test_links_are_not_followed(folder: Path, plain: Path, tmp_path: Path) -> None:
    write(tmp_path / "outside", {"secret.rs": "s"})
    for root in (folder, plain):
        write(root, {"real/a.rs": "a", "tracked/secret.rs": "t"})
    git(folder, "add", "--all")
    for root in (folder, plain):
        (root / "link.rs").symlink_to(tmp_path / "outside/secret.rs")
        (root / "linked").symlink_to(tmp_path / "outside")
        (root / "loop").symlink_to(".")
        (root / "tracked/secret.rs").unlink()
        (root / "tracked").rmdir()
        (root / "tracked").symlink_to(tmp_path / "outside")

    assert names(DiskTree(folder), (".rs",)) == {"src/lib.rs", "real/a.rs"}
    assert names(DiskTree(plain), (".rs",)) == {"real/a.rs"}


def test_what_is_no_file_does_not_block(plain: Path) -> None:
    os.mkfifo(plain / "pipe.rs")
    (plain / "folder.rs").mkdir()
    with pytest.raises(FileError, match="no such regular file"):
        DiskTree(plain).read(PurePosixPath("pipe.rs"))
    assert names(DiskTree(plain)) == set()


def test_a_file_that_cannot_be_read_is_reported_and_the_others_are_read(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(plain, {"a.rs": "a", "b.rs": "b"})
    real_open = os.open

    def refusing(path: str, flags: int) -> int:
        if path.endswith("a.rs"):
            raise PermissionError(13, "Permission denied")
        return real_open(path, flags)

    monkeypatch.setattr("codemods.vcs.trees.os.open", refusing)  # root may read everything
    tree = DiskTree(plain)
    assert dict(tree.each()) == {"a.rs": Unreadable("Permission denied"), "b.rs": b"b"}
    with pytest.raises(FileError, match="Permission denied") as caught:
        tree.read(PurePosixPath("a.rs"))
    assert caught.value.where == "a.rs"


def test_large_and_empty_files_are_read_whole(plain: Path) -> None:
    big = bytes(range(256)) * 25_000
    write(plain, {"big.rs": big, "empty.rs": ""})
    assert dict(DiskTree(plain).each()) == {"big.rs": big, "empty.rs": b""}


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such directory"):
        list(DiskTree(tmp_path / "nothing").paths())


def test_a_machine_without_git_is_walked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    assert names(DiskTree(folder)) == {"src/lib.rs", "Cargo.toml"}


def test_a_commit_is_read_whatever_is_on_disk(folder: Path) -> None:
    (folder / "link.rs").symlink_to("src/lib.rs")
    write(folder, {"vendor/dep/.cargo-checksum.json": "{}", "vendor/dep/src/lib.rs": "v"})
    first = commit(folder)
    write(folder, {"src/lib.rs": "second"})
    commit(folder)
    write(folder, {"src/lib.rs": "dirty"})
    tree = CommitTree(Repository.open(folder), first)

    assert dict(tree.each((".rs",))) == {"src/lib.rs": b"fn a() {}\n"}
    assert tree.read(PurePosixPath("src/lib.rs")) == b"fn a() {}\n"
    assert PurePosixPath("Cargo.toml") in set(tree.paths())
    with pytest.raises(FileError):
        tree.read(PurePosixPath("nothing.rs"))


def test_staged_files_are_read_from_the_index(folder: Path) -> None:
    write(folder, {"src/lib.rs": "staged", "new.rs": "n"})
    git(folder, "add", "--all")
    write(folder, {"src/lib.rs": "dirty"})
    before = fingerprint(folder)
    tree = IndexTree(Repository.open(folder))

    assert dict(tree.each((".rs",))) == {"src/lib.rs": b"staged", "new.rs": b"n"}
    assert tree.read(PurePosixPath("src/lib.rs")) == b"staged"
    assert PurePosixPath("new.rs") in set(tree.paths())
    with pytest.raises(FileError, match="not in the index"):
        tree.read(PurePosixPath("lib.rs"))
    assert fingerprint(folder) == before


def test_a_commit_hook_sees_what_is_being_committed(folder: Path, tmp_path: Path) -> None:
    # `git commit PATH` stages into a temporary index, and tells its hooks where it is.
    write(folder, {"src/lib.rs": "fn b() {}\n", "other.rs": "o"})
    git(folder, "add", "other.rs")
    script = (
        "import sys; from pathlib import Path; from codemods.vcs.repository import Repository;"
        "from codemods.vcs.trees import IndexTree;"
        "print(sorted(IndexTree(Repository.open(Path.cwd())).each(('.rs',))), file=open(sys.argv[1], 'w'))"
    )
    hook = folder / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f'#!/bin/sh\nPYTHONPATH={Path.cwd()} exec {sys.executable} -c "{script}" {tmp_path / "seen"}\n'
    )
    hook.chmod(0o755)
    subprocess.run(["git", "commit", "-qm", "x", "src/lib.rs"], cwd=folder, check=True)

    assert (tmp_path / "seen").read_text() == "[('src/lib.rs', b'fn b() {}\\n')]\n"


def test_unmerged_files_are_left_out_of_the_index(folder: Path) -> None:
    blob = git(folder, "hash-object", "-w", "--stdin", stdin=b"x")
    stages = "".join(f"100644 {blob} {stage}\tconflict.rs\n" for stage in (1, 2, 3))
    git(folder, "update-index", "--index-info", stdin=stages.encode())

    assert names(IndexTree(Repository.open(folder)), (".rs",)) == {"src/lib.rs"}
