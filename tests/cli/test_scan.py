"""What `codemod scan` counts: a part of a repository, what is new, and with the compiler's help."""

import os
from pathlib import Path

import pytest

from tests.cli.command import CODEMOD, Command, unchanged
from tests.cli.workspaces import ONE_SITE, below, package, repository
from tests.vcs.repos import git, make_repository, write

FUNCTION = ONE_SITE.partition("\n\n")[2]
TWO_SITES = ONE_SITE + FUNCTION.replace("number", "other")
DONE, FOUND = 0, 1
TWO = {
    "Cargo.toml": '[workspace]\nmembers = ["one", "two"]\n',
    **below("one", package("one")),
    **below("two", package("two")),
}


def places(codemod: Command, *options: str, cwd: Path) -> list[tuple[str, int, int]]:
    sites = codemod("scan", "--json", *options, cwd=cwd).document["sites"]
    return [(site["path"], site["line"], site["column"]) for site in sites]


def test_it_needs_neither_git_nor_cargo(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    write(tmp_path / "loose", {"src/lib.rs": ONE_SITE, "target/CACHEDIR.TAG": "", "target/x.rs": ONE_SITE})
    (tmp_path / "empty").mkdir()
    nothing = {"PATH": str(tmp_path / "empty")}
    with unchanged(root):
        ran = codemod("scan", cwd=root, extra=nothing)
        assert (ran.code, ran.err) == (DONE, "2 files, 0.0 MB read\n")
        assert "try-macro" in ran.out
        assert codemod("scan", "-v", cwd=tmp_path / "loose", extra=nothing).out.endswith("src/lib.rs:4:8\n")
    assert CODEMOD.is_file() and os.fspath(CODEMOD.parent) not in nothing["PATH"]


def test_gates(codemod: Command, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "repo", TWO)
    codes = [
        codemod("scan", *options, cwd=root).code
        for options in (
            [],
            ["--check"],
            ["--check", "--max", "1"],
            ["--check", "--max", "2"],
            ["--check", "--max", "0"],
        )
    ]
    assert codes == [DONE, FOUND, FOUND, DONE, FOUND]
    assert codemod("scan", "--check", "--exclude", "*", cwd=root).code == DONE
    assert codemod("scan", "-q", "--check", cwd=root).err == ""


def test_disk_index_and_commit(codemod: Command, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "repo", {"none.txt": "", **below("deep/ws", TWO)})
    write(root, {"deep/ws/one/src/lib.rs": "\n" + ONE_SITE})
    git(root, "add", ".")
    write(root, {"deep/ws/one/src/lib.rs": "\n\n" + ONE_SITE, "outside.rs": ONE_SITE})
    workspace = root / "deep/ws"
    for here in (workspace, workspace / "one/src"):
        assert places(codemod, cwd=here) == [("one/src/lib.rs", 6, 8), ("two/src/lib.rs", 4, 8)]
        assert places(codemod, "--staged", cwd=here)[0] == ("one/src/lib.rs", 5, 8)
        assert places(codemod, "--rev", "HEAD", cwd=here)[0] == ("one/src/lib.rs", 4, 8)
    said = codemod("scan", cwd=workspace).err
    assert "differs from HEAD" in said and "one/src/lib.rs" in said
    assert [path for path, *_ in places(codemod, cwd=root)] == [
        "deep/ws/one/src/lib.rs", "deep/ws/two/src/lib.rs", "outside.rs",
    ]  # fmt: skip
    write(workspace, {"codemod.toml": 'exclude = ["one/**"]\n', "one/codemod.toml": "only = []\n"})
    for options in ((), ("--staged",), ("--rev", "HEAD")):
        assert [path for path, *_ in places(codemod, *options, cwd=workspace / "one")] == ["two/src/lib.rs"]


def test_a_folder_that_is_no_part_of_the_workspace_around_it(codemod: Command, tmp_path: Path) -> None:
    files = {**TWO, "Cargo.toml": '[workspace]\nmembers = ["one"]\nexclude = ["two"]\n'}
    root = make_repository(tmp_path / "repo", files)
    assert places(codemod, cwd=root / "two/src") == [("src/lib.rs", 4, 8)]
    assert len(places(codemod, cwd=root / "one")) == 2


def test_since_counts_sites_that_the_revision_did_not_have(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "r")
    (root / "src/lib.rs").write_text("// moved down\n\n" + TWO_SITES)

    everything = codemod("scan", "--check", "--max", "1", cwd=root)
    new = codemod("scan", "--check", "--since", "HEAD", cwd=root)
    none = codemod("scan", "--check", "--since", "HEAD", "--max", "1", cwd=root)

    assert (everything.code, new.code, none.code) == (1, 1, 0)
    assert ["try-macro", "2015", "1", "1", "1"] in [line.split() for line in new.out.splitlines()]


def test_ids_are_the_same_on_disk_in_a_commit_and_in_a_run(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "r", below("crates/app", package("app")))
    workspace = root / "crates/app"

    disk = codemod("scan", "--json", cwd=workspace).document["sites"]
    commit = codemod("scan", "--json", "--rev", "HEAD", cwd=workspace).document["sites"]
    staged = codemod("scan", "--json", "--staged", cwd=workspace).document["sites"]

    assert [(site["id"], site["path"]) for site in disk] == [(disk[0]["id"], "src/lib.rs")]
    assert commit == disk
    assert staged == disk


@pytest.mark.cargo
def test_deep_tells_what_the_compiler_says(codemod: Command, tmp_path: Path) -> None:
    source = ONE_SITE + FUNCTION.replace("pub fn number", "#[cfg(windows)]\npub fn other")
    root = repository(tmp_path / "r", package("app", {"src/lib.rs": source}))
    before = git(root, "status", "--porcelain")

    deep = codemod("scan", "--deep", cwd=root)
    document = codemod("scan", "--deep", "--json", cwd=root).document
    applied = codemod("apply", "try-macro", "--dry-run", "--json", cwd=root).document

    first, second = deep.out.splitlines()
    assert first.startswith("src/lib.rs:4:8: std: rustc reports")
    assert "no target compiles this line" in second
    assert [site["compiled"] for site in document["sites"]] == [True, False]
    assert [site["id"] for site in document["sites"]] == [site["id"] for site in applied["sites"]]
    assert git(root, "status", "--porcelain") == before


@pytest.mark.parametrize("other", [["--staged"], ["--rev", "HEAD"], ["--check"], ["--since", "HEAD"]])
def test_deep_goes_with_nothing_that_is_not_head(codemod: Command, tmp_path: Path, other: list[str]) -> None:
    ran = codemod("scan", "--deep", *other, cwd=repository(tmp_path / "r"))

    assert ran.code == 2
    assert other[0] in ran.err


def test_a_file_whose_name_is_no_text_is_named_and_stops_nothing(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "r")
    os.close(os.open(os.fsencode(root / "src") + b"/\xff.rs", os.O_CREAT | os.O_WRONLY))
    (root / "src/lib.rs").write_text(TWO_SITES)

    ran = codemod("scan", "--check", cwd=root)

    assert ran.code == 1
    assert "its name is not UTF-8" in ran.err


def test_a_workspace_takes_nothing_back_that_somebody_excluded(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "r")
    (root / "codemod.toml").write_text('exclude = ["!src/**"]\n')

    ran = codemod("scan", "--exclude", "src/**", "--check", cwd=root)

    assert ran.code == 2
    assert "codemod.toml" in ran.err
