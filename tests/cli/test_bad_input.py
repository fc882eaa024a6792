"""What a person gets wrong: one clear message, the documented exit code, and nothing changed anywhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.command import Command, Ran, unchanged
from tests.cli.workspaces import ONE_SITE, manifest, package, repository
from tests.vcs.repos import commit, git, make_repository, write

USAGE, BASELINE = 2, 3


def refused(ran: Ran, *words: str, code: int = USAGE) -> None:
    """Check that the error stream says `words`, in the form of all errors, and nothing else was printed."""
    assert ran.code == code, ran.err
    assert ran.out == ""
    assert "error: " in ran.err
    for word in words:
        assert word in ran.err


def test_no_repository(codemod: Command, tmp_path: Path) -> None:
    write(tmp_path, package("plain"))
    with unchanged(tmp_path):
        ran = codemod("apply", "try-macro", cwd=tmp_path)
    refused(ran, "not a git repository", str(tmp_path), "hint:")


def test_no_folder(codemod: Command, tmp_path: Path) -> None:
    for command in (["apply", "try-macro"], ["scan"], ["review"], ["verify", "A..B"], ["doctor"]):
        refused(codemod(*command, "-C", tmp_path / "gone", cwd=tmp_path), str(tmp_path / "gone"))


def test_no_commit(codemod: Command, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, package("plain"))
    with unchanged(tmp_path):
        ran = codemod("apply", "try-macro", cwd=tmp_path)
    refused(ran, "no commit", "Commit your files first")


def test_no_manifest(codemod: Command, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "repo", {"src/lib.rs": ONE_SITE})
    with unchanged(root):
        ran = codemod("apply", "try-macro", cwd=root)
    refused(ran, "Cargo.toml", "hint:")
    assert str(codemod.home) not in ran.err, "a person knows their own folder, not ours"


def test_a_folder_that_no_commit_has(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    write(root, {"new/Cargo.toml": manifest("new"), "new/src/lib.rs": ONE_SITE})
    with unchanged(root):
        ran = codemod("apply", "try-macro", "-C", "new", cwd=root)
    refused(ran, "new", "hint:")
    assert str(codemod.home) not in ran.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[package\nname = 1", ["Cargo.toml"]),
        ('[package]\nname = "x"\nversion = "one"\n', ["Cargo.toml"]),
        ('[workspace]\nmembers = ["gone"]\n', ["gone"]),
    ],
)
def test_broken_manifest(codemod: Command, tmp_path: Path, text: str, words: list[str]) -> None:
    root = repository(tmp_path / "repo", {"Cargo.toml": text, "src/lib.rs": ONE_SITE})
    with unchanged(root):
        ran = codemod("apply", "try-macro", cwd=root)
    refused(ran, *words, "hint:")
    assert str(codemod.home) not in ran.err


@pytest.mark.cargo
def test_baseline_that_does_not_build(codemod: Command, tmp_path: Path) -> None:
    broken = ONE_SITE + '\npub fn wrong() -> u8 { "text" }\n'
    root = repository(tmp_path / "repo", package("broken", {"src/lib.rs": broken}))
    secrets = {"AWS_SECRET_ACCESS_KEY": "very secret", "DATABASE_URL": "postgres://x"}
    with unchanged(root):
        ran = codemod("apply", "try-macro", cwd=root, extra=secrets)
        document = codemod("apply", "try-macro", "--json", cwd=root)
    refused(ran, "does not build", "error[E0308]", "src/lib.rs:7:24", "hint:", code=BASELINE)
    refused(document, "E0308", code=BASELINE)
    assert "AWS_SECRET_ACCESS_KEY" in ran.err and "DATABASE_URL" in ran.err, "withheld variables are named"
    assert "very secret" not in ran.err
    assert ran.err.count("error[E0308]") == 1, "the first error, once"


def test_toolchain_file_that_names_a_missing_one(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", package("plain", {"rust-toolchain": "1.2.3\n"}))
    with unchanged(root):
        ran = codemod("apply", "try-macro", cwd=root)
    refused(ran, "1.2.3", "not installed", "rust-toolchain", "--toolchain")


@pytest.mark.cargo
def test_toolchain_of_the_command_line_wins(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", package("plain", {"rust-toolchain": "1.20.3\n"}))
    ran = codemod("apply", "try-macro", "--toolchain", "stable", "--json", "--dry-run", cwd=root)
    assert ran.document["totals"]["applied"] == 1


def test_toolchain_of_the_command_line_is_missing(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    with unchanged(root):
        ran = codemod("apply", "try-macro", "--toolchain", "9.9.9", cwd=root)
    refused(ran, "9.9.9", "not installed", "hint:")


@pytest.mark.parametrize("command", [["apply"], ["scan"], ["recipe", "test"]])
def test_unknown_recipe(codemod: Command, tmp_path: Path, command: list[str]) -> None:
    root = repository(tmp_path / "repo")
    with unchanged(root):
        ran = codemod(*command, "try-marco", cwd=root)
    refused(ran, "there is no recipe try-marco", "Did you mean try-macro?")


def test_unknown_things_name_the_nearest(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    with unchanged(root):
        assert "Did you mean `apply`" in codemod("aply", cwd=root).err
        assert "Did you mean not-compiled" in codemod("explain", "not-compild", cwd=root).err
        ran = codemod("apply", "try-macro", "-p", "plane", cwd=root)
    refused(ran, "plane", "plain")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["apply"], ["no recipe", "codemod list"]),
        (["apply", "try-macro", "--all"], ["not both"]),
        (["apply", "try-macro", "--check"], ["--dry-run"]),
        (["apply", "try-macro", "--branch", "a..b"], ["a..b", "no name"]),
        (["apply", "try-macro", "--report", "out.txt"], [".txt", ".sarif"]),
        (["apply", "try-macro", "--report", "gone/out.md"], ["gone", "does not exist"]),
        (["apply", "try-macro", "--set", "oops"], ["RECIPE.KEY=VALUE", "oops"]),
        (["apply", "try-macro", "--set", "try-macro.oops=1"], ["oops"]),
        (["apply", "try-macro", "--set", "no-recipe.key=1"], ["no-recipe"]),
        (["apply", "try-macro", "--msrv", "new"], ["--msrv", "new"]),
        (["apply", "try-macro", "--features", "gone"], ["gone"]),
        (["scan", "--staged", "--rev", "HEAD"], ["--staged", "--rev"]),
        (["scan", "--max", "1"], ["--check"]),
        (["scan", "--rev", "gone"], ["gone"]),
        (["verify", "HEAD"], ["HEAD", "A..B"]),
        (["verify", "HEAD..gone"], ["gone"]),
        (["review"], ["no branch here was written by codemod"]),
        (["review", "main"], ["no note"]),
        (["review", "gone"], ["gone"]),
    ],
    ids=" ".join,
)
def test_wrong_options(codemod: Command, tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    root = repository(tmp_path / "repo")
    with unchanged(root):
        ran = codemod(*arguments, cwd=root)
    assert ran.code == USAGE, ran.err
    for word in words:
        assert word.lower() in ran.err.lower()


def test_branch_is_taken(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    git(root, "branch", "mine")
    git(root, "branch", "codemod")
    with unchanged(root):
        ran = codemod("apply", "try-macro", "--branch", "mine", cwd=root)
        refused(ran, "`mine`", "exists", "--branch")
        assert "baseline" not in ran.err, "said before minutes of compiling, not after"
        in_the_way = codemod("apply", "try-macro", cwd=root)
    refused(in_the_way, "`codemod`", "--branch")
    assert "baseline" not in in_the_way.err


def test_cache_inside_of_the_repository(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    with unchanged(root):
        ran = codemod("apply", "try-macro", cwd=root, extra={"XDG_CACHE_HOME": str(root / ".cache")})
    refused(ran, "cache", "XDG_CACHE_HOME")


def test_a_bare_repository(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    git(tmp_path, "clone", "-q", "--bare", str(root), "bare.git")
    with unchanged(tmp_path / "bare.git"):
        ran = codemod("apply", "try-macro", cwd=tmp_path / "bare.git")
    refused(ran, "bare", "hint:")


@pytest.mark.parametrize(
    "line",
    [
        'sandbox = "off"',
        'toolchain = "nightly"',
        'run = "make"',
        'report = ["x.md"]',
        'pass-env = ["AWS_SECRET_ACCESS_KEY"]',
        "test = true",
        "timeout = 1",
        "trust-recipes = true",
        'branch = "main"',
        "features = []",
    ],
)
def test_a_workspace_may_only_narrow(codemod: Command, tmp_path: Path, line: str) -> None:
    root = repository(tmp_path / "repo", package("plain", {"codemod.toml": line + "\n"}))
    with unchanged(root):
        ran = codemod("apply", "try-macro", cwd=root)
    refused(ran, f"`{line.split(maxsplit=1)[0]}` is not allowed", str(root / "codemod.toml"), "hint:")


@pytest.mark.parametrize(
    "text",
    [
        "only = 'src/**'",
        "only = [1]",
        'commit-per = "commit"',
        "onyl = []",
        "exclude",
        'msrv = "new"',
        "[set]\noops = 1",
        "[set]\ntry-macro.oops = 1",
    ],
)
def test_a_wrong_configuration(codemod: Command, tmp_path: Path, text: str) -> None:
    root = repository(tmp_path / "repo", package("plain", {"codemod.toml": text + "\n"}))
    with unchanged(root):
        ran = codemod("apply", "try-macro", cwd=root)
    refused(ran)
    assert "codemod.toml" in ran.err or "no setting oops" in ran.err


def test_an_untrusted_recipe_does_not_run(codemod: Command, tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    root = repository(tmp_path / "repo")
    assert codemod("recipe", "new", "evil", cwd=root).code == 0
    module = root / "codemod/recipes/evil.py"
    module.write_text(f"{module.read_text()}\n\nopen({str(witness)!r}, 'w').close()\n")
    with unchanged(root):
        for arguments in (["list"], ["scan"], ["apply", "evil"], ["explain", "evil"], ["scan", "evil"]):
            ran = codemod(*arguments, cwd=root)
            assert "bug in codemod" not in ran.err
            assert ran.code == (USAGE if "evil" in arguments and "explain" not in arguments else 0), ran.err
    assert not witness.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to somebody else")
def test_a_repository_of_somebody_else(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    for path in (root, root / ".git"):
        os.chown(path, 1234, 1234)
    with unchanged(root):
        ran = codemod("apply", "try-macro", cwd=root)
    refused(ran, "another user", "safe.directory")


def test_nothing_to_do_starts_no_compiler(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", package("plain", {"src/lib.rs": "pub fn nothing() {}\n"}))
    with unchanged(root):
        ran = codemod("apply", "try-macro", "--json", cwd=root)
    assert ran.code == 0
    document = ran.document
    assert document["compiles"] == 0 and document["branch"] is None and document["tip"] is None
    assert document["tree"] == git(root, "rev-parse", "HEAD^{tree}")
    commit(root, "unused")
