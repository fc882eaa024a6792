"""What `codemod scan` counts: a part of a repository, what is new, and with the compiler's help."""

from pathlib import Path

import pytest

from tests.cli.command import Command
from tests.cli.workspaces import ONE_SITE, below, package, repository
from tests.vcs.repos import git

FUNCTION = ONE_SITE.partition("\n\n")[2]
TWO_SITES = ONE_SITE + FUNCTION.replace("number", "other")


def test_since_counts_sites_that_the_revision_did_not_have(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "r")
    (root / "src/lib.rs").write_text("// moved down\n\n" + TWO_SITES)

    everything = codemod("scan", "--check", "--max", "1", cwd=root)
    new = codemod("scan", "--check", "--since", "HEAD", cwd=root)
    none = codemod("scan", "--check", "--since", "HEAD", "--max", "1", cwd=root)

    assert (everything.code, new.code, none.code) == (1, 1, 0)
    assert "try-macro   2015        1       1          1" in new.out


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
