"""What every run keeps: the tree is the user's, a dry run is the real run, each site is accounted for."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from tests.cli.command import Command, unchanged
from tests.cli.workspaces import ONE_SITE, ONE_SITE_UPGRADED, below, package, repository
from tests.vcs.repos import arm_hooks, fingerprint, git, make_repository, write

pytestmark = pytest.mark.cargo

DONE, FOUND, NOTHING_APPLIED = 0, 1, 4
SCHEMA = json.loads((Path(__file__).parents[2] / "docs/run.schema.json").read_text("utf-8"))
TWO_MEMBERS = {
    "Cargo.toml": '[workspace]\nmembers = ["one", "two"]\n',
    **below("one", package("one")),
    **below("two", package("two", {"src/more.rs": ONE_SITE, "src/lib.rs": f"mod more;\n{ONE_SITE}"})),
}


def files_of(root: Path, revision: str) -> dict[str, str]:
    names = git(root, "ls-tree", "-r", "--name-only", revision).split("\n")
    return {name: git(root, "show", f"{revision}:{name}") for name in names}


def test_a_dry_run_is_the_real_run_minus_the_branch(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    with unchanged(root):
        dry = codemod("apply", "try-macro", "--dry-run", "--json", cwd=root)
        shown = codemod("apply", "try-macro", "--dry-run", cwd=root)
    real = codemod("apply", "try-macro", "--json", cwd=root)
    assert (dry.code, shown.code, real.code) == (DONE, DONE, DONE)
    assert dry.document["tree"] == real.document["tree"] == git(root, "rev-parse", "codemod/try-macro^{tree}")
    assert dry.document["sites"] == real.document["sites"]
    assert dry.document["changes"] == [
        dict(c, commit=d["commit"])
        for c, d in zip(real.document["changes"], dry.document["changes"], strict=True)
    ]
    assert (dry.document["branch"], dry.document["tip"]) == (None, None)
    assert "-     Ok(try!(text.parse::<i32>()))" in shown.out and "nothing was written" in shown.out
    assert files_of(root, "codemod/try-macro")["src/lib.rs"] == ONE_SITE_UPGRADED.rstrip("\n")


def test_what_a_run_writes_and_what_it_does_not(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    witness = tmp_path / "witness"
    arm_hooks(root, witness)
    write(root, {"src/lib.rs": ONE_SITE + "// mine\n", "notes.txt": "mine\n", "staged.rs": "fn s() {}\n"})
    git(root, "add", "staged.rs")
    git(root, "config", "commit.gpgSign", "true")
    git(root, "config", "gpg.program", "/bin/false")
    witness.unlink(missing_ok=True)
    kept = {
        name: (root / name).read_bytes()
        for name in ("src/lib.rs", "notes.txt", "staged.rs", ".git/index", ".git/HEAD", ".git/config")
    }
    sources = fingerprint(root / "src")
    ran = codemod("apply", "try-macro", cwd=root)
    assert ran.code == DONE, ran.err
    for name in ("src/lib.rs", "notes.txt", "staged.rs"):
        assert name in ran.out, "what is not committed is named"
    assert {name: (root / name).read_bytes() for name in kept} == kept
    assert fingerprint(root / "src") == sources
    assert not witness.exists(), "a hook ran"
    assert not (root / "target").exists() and not (root / "Cargo.lock").exists()
    branch = files_of(root, "codemod/try-macro")
    assert branch.keys() == {"Cargo.toml", "src/lib.rs"} and "mine" not in branch["src/lib.rs"]
    refs = git(root, "for-each-ref", "--format=%(refname)").split("\n")
    assert refs == ["refs/heads/codemod/try-macro", "refs/heads/main", "refs/notes/codemod"]


def test_a_second_run_applies_nothing(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    first = codemod("apply", "try-macro", "--json", cwd=root).document
    again = codemod("apply", "try-macro", "--json", cwd=root).document
    assert again["branch"] == "codemod/try-macro-2" and again["tree"] == first["tree"]
    assert again["compiles"] == 0, "everything was found again in the step store"
    git(root, "checkout", "-q", "codemod/try-macro")
    with unchanged(root):
        on_branch = codemod("apply", "try-macro", "--json", cwd=root)
    assert on_branch.code == DONE
    assert on_branch.document["totals"] == dict.fromkeys(first["totals"], 0)
    assert on_branch.document["branch"] is None


def test_json_is_all_that_is_printed_and_fits_the_schema(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    plain = codemod("apply", "try-macro", "--json", "--test", cwd=root)
    assert plain.err == ""
    jsonschema.validate(plain.document, SCHEMA)
    noted = json.loads(git(root, "notes", "--ref=codemod", "show", "codemod/try-macro"))
    assert noted == plain.document
    reviewed = codemod("review", "--json", cwd=root)
    assert reviewed.document == plain.document
    graded = codemod("verify", "HEAD..codemod/try-macro", "--json", cwd=root)
    jsonschema.validate(graded.document, SCHEMA)
    assert graded.code == DONE
    site = plain.document["sites"][0]
    scanned = codemod("scan", "--json", cwd=root).document
    assert scanned["schema"] == "codemod.scan/1"
    (found,) = scanned["sites"]
    assert {key: site[key] for key in ("id", "recipe", "path", "line", "column", "span")} == {
        key: found[key] for key in ("id", "recipe", "path", "line", "column", "span")
    }


def test_reports_of_all_four_kinds(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    places = [tmp_path / f"out.{suffix}" for suffix in ("json", "md", "html", "sarif")]
    reports = [part for place in places for part in ("--report", place)]
    with unchanged(root):
        ran = codemod("apply", "try-macro", "--dry-run", *reports, cwd=root)
    assert ran.code == DONE
    for place in places:
        assert f"report: {place}" in ran.err, "a command that writes a file names it"
    jsonschema.validate(json.loads(places[0].read_text("utf-8")), SCHEMA)
    assert "try-macro" in places[1].read_text("utf-8")
    assert places[2].read_text("utf-8").startswith("<!doctype html>")
    (sarif,) = json.loads(places[3].read_text("utf-8"))["runs"]
    assert sarif["tool"]["driver"]["name"] == "codemod"
    write(root, {"x": ""})
    assert codemod("apply", "try-macro", "--report", root / "here.md", "-q", cwd=root).code == DONE
    codemod("review", "--report", "out.md", cwd=root)
    assert (root / "out.md").exists(), "relative to where the user stands"


def test_quiet_says_nothing(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    ran = codemod("apply", "try-macro", "-q", cwd=root)
    assert (ran.code, ran.out, ran.err) == (DONE, "", "")


def test_a_narrowed_run(codemod: Command, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "repo", TWO_MEMBERS)

    def applied(*options: str, cwd: Path = root) -> list[str]:
        ran = codemod("apply", "try-macro", "--dry-run", "--no-prove", "--json", *options, cwd=cwd)
        assert ran.code == DONE, ran.err
        return sorted(site["path"] for site in ran.document["sites"] if site["outcome"] == "applied")

    everything = ["one/src/lib.rs", "two/src/lib.rs", "two/src/more.rs"]
    assert applied() == applied(cwd=root / "two/src") == everything
    assert applied("-p", "two") == everything[1:]
    assert applied("-p", "two", "-p", "one", "--only", "*.rs", "--exclude", "lib.rs") == everything[2:]
    assert applied("--only", "one/**") == applied("--only", "one/**", cwd=root / "two") == everything[:1]
    assert applied("--exclude", "two/") == everything[:1]
    write(root, {"codemod.toml": 'exclude = ["more.rs"]\npackage = ["two"]\n'})
    assert applied() == applied(cwd=root / "two") == everything[1:2]
    assert applied("-p", "one") == everything[:1], "the command line wins"


def test_sites_are_kept_by_comment(codemod: Command, tmp_path: Path) -> None:
    lines = """\
pub fn f(t: &str) -> Result<i32, ::std::num::ParseIntError> {
    // codemod: keep
    let a = try!(t.parse::<i32>());
    let b = try!(t.parse::<i32>()); // codemod: keep(try-macro): readers know it
    let c = try!(t.parse::<i32>()); // codemod: keep(other-recipe)
    let d = "// codemod: keep".len() as i32 + try!(t.parse::<i32>());
    Ok(a + b + c + d)
}
"""
    root = repository(tmp_path / "repo", package("kept", {"src/lib.rs": lines}))
    ran = codemod("apply", "try-macro", "--dry-run", "--json", cwd=root)
    assert ran.outcomes == {"src/lib.rs": ["kept", "kept", "applied", "applied"]}
    assert codemod("scan", "--check", "--max", "2", cwd=root).code == DONE
    assert codemod("scan", "--check", "--max", "1", cwd=root).code == FOUND


def test_exit_codes(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    assert codemod("apply", "try-macro", "--dry-run", "--check", cwd=root).code == FOUND
    lines = ONE_SITE.replace("    Ok(try", "    // codemod: keep\n    Ok(try")
    kept = repository(tmp_path / "kept", package("kept", {"src/lib.rs": lines}))
    with unchanged(kept):
        refused = codemod("apply", "try-macro", cwd=kept)
    assert refused.code == DONE, "a refused site counts as decided"
    assert "kept" in refused.out and "No branch" in refused.out
    elsewhere = ONE_SITE.replace("pub fn", "#[cfg(windows)]\npub fn")
    other = repository(tmp_path / "other", package("other", {"src/lib.rs": elsewhere}))
    with unchanged(other):
        unverified = codemod("apply", "try-macro", cwd=other)
    assert unverified.code == NOTHING_APPLIED
    assert "codemod explain not-compiled" in unverified.out
    assert "--include-unverified" in codemod("explain", "not-compiled", cwd=other).out


def test_unverified_sites_get_a_commit_of_their_own(codemod: Command, tmp_path: Path) -> None:
    lines = ONE_SITE + ONE_SITE.replace("use std::num::ParseIntError;", "").replace(
        "pub fn number", "#[cfg(windows)]\npub fn other"
    )
    root = repository(tmp_path / "repo", package("both", {"src/lib.rs": lines}))
    ran = codemod("apply", "try-macro", "--include-unverified", "--json", cwd=root)
    assert [site["outcome"] for site in ran.document["sites"]] == ["applied", "applied"]
    assert [site["grade"] for site in ran.document["sites"]] == ["A", "U"]
    grades = git(
        root,
        "log",
        "--reverse",
        "--format=%(trailers:key=Codemod-Grade,valueonly,separator=)",
        "main..codemod/try-macro",
    )
    assert grades.split() == ["A", "U"]
    assert "try!" not in files_of(root, "codemod/try-macro")["src/lib.rs"]
    assert "try!" in git(root, "show", "codemod/try-macro^:src/lib.rs")


@pytest.mark.parametrize(("per", "commits"), [("run", 1), ("package", 2), ("file", 3)])
def test_commits(codemod: Command, tmp_path: Path, per: str, commits: int) -> None:
    root = make_repository(tmp_path / "repo", TWO_MEMBERS)
    ran = codemod("apply", "try-macro", "--commit-per", per, "--branch", f"by/{per}", "--json", cwd=root)
    assert ran.code == DONE, ran.err
    hashes = git(root, "rev-list", f"main..by/{per}").split()
    assert len(hashes) == commits
    assert {change["commit"] for change in ran.document["changes"]} == set(hashes)
    assert ran.document["tip"] == hashes[0] and ran.document["branch"] == f"by/{per}"
    assert git(root, "log", "-1", "--format=%an %ae", f"by/{per}") == "Ada ada@example.org"


def test_review_and_explain(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    site = codemod("apply", "try-macro", "--json", cwd=root).document["sites"][0]["id"]
    review = codemod("review", "-v", "codemod/try-macro", cwd=root)
    assert review.code == DONE and "Ok(text.parse::<i32>()?)" in review.out
    assert "Ok(text.parse::<i32>()?)" in codemod("explain", site, cwd=root).out
    assert "Left alone" in codemod("explain", "try-macro", cwd=root).out
    assert "cfg" in codemod("explain", "not-compiled", cwd=root).out, "a code of the engine"
    assert "`try!`" in codemod("explain", "own-macro", cwd=root).out, "a code of the recipe"
    with unchanged(root):
        assert codemod("list", cwd=root).code == DONE


def test_verify_finds_what_breaks(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    write(root, {"src/lib.rs": ONE_SITE_UPGRADED.replace("::<i32>()?", "::<u8>()?")})
    git(root, "commit", "-aqm", "break it")
    ran = codemod("verify", "HEAD^..HEAD", cwd=root)
    assert ran.code == NOTHING_APPLIED
    assert "E0308" in ran.out
