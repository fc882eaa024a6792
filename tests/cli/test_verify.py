"""`codemod verify`: what is said of somebody's diff, item by item."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.errors import ExitCode
from tests.cli.command import Command, Ran, unchanged
from tests.cli.workspaces import package, repository
from tests.vcs.repos import git, write

pytestmark = pytest.mark.cargo

LIBRARY = """\
use std::num::ParseIntError;

pub fn number(text: &str) -> Result<i32, ParseIntError> {
    // as it is
    Ok(try!(text.parse::<i32>()))
}

pub fn twice(of: i32) -> i32 { of + of }

fn plain() -> u8 { 1 }

pub fn use_it() -> u8 { plain() }

#[cfg(windows)]
pub fn elsewhere() -> u8 { 2 }

#[test]
fn twice_is_twice() { assert_eq!(twice(2), 4); }
"""
CHANGED = (
    LIBRARY.replace("try!(text.parse::<i32>())", "text.parse::<i32>()?")
    .replace("of + of", "2 * of")
    .replace("fn plain() -> u8 { 1 }", "fn plain() -> u8 { 3 }")
    .replace("elsewhere() -> u8 { 2 }", "elsewhere() -> u8 { 4 }")
    .replace("pub fn use_it() -> u8", "pub fn use_it() -> u16")
    .replace("{ plain() }", "{ plain().into() }")
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = repository(
        tmp_path_factory.mktemp("verify") / "repo", package("verified", {"src/lib.rs": LIBRARY})
    )
    write(made, {"src/lib.rs": CHANGED, "README.md": "words\n"})
    return made


@pytest.fixture(scope="module")
def graded(codemod: Command, root: Path) -> Ran:
    with unchanged(root):
        return codemod("verify", "--worktree", "--test", "--json", cwd=root)


def by_item(ran: Ran) -> dict[str, dict[str, object]]:
    return {f"{site['path']} {site['item']}": site for site in ran.document["sites"]}


def test_each_item_has_the_grade_it_deserves(graded: Ran) -> None:
    grades = {name: site["grade"] for name, site in by_item(graded).items()}
    assert grades == {
        "README.md the file": None,
        "src/lib.rs fn number": "A",
        "src/lib.rs fn twice": "B",
        "src/lib.rs fn plain": "C",
        "src/lib.rs fn use_it": "C",
        "src/lib.rs fn elsewhere": "U",
    }


def test_what_was_shown_is_named(graded: Ran) -> None:
    items = by_item(graded)
    evidence = {e["check"]: e for e in items["src/lib.rs fn twice"]["evidence"]}  # type: ignore[attr-defined]
    assert evidence["prove"]["status"] == "failed"
    assert evidence["prove"]["excerpt"], "the first difference is shown"
    assert "twice_is_twice" in evidence["executed"]["detail"]
    assert "windows" in str(items["src/lib.rs fn elsewhere"]["reason"])
    signature = {e["check"]: e for e in items["src/lib.rs fn use_it"]["evidence"]}  # type: ignore[attr-defined]
    assert "verified::use_it: `fn use_it() -> u8` is now `fn use_it() -> u16`" in signature["api"]["detail"]


def test_the_exit_code_says_whether_the_grade_is_reached(codemod: Command, graded: Ran, root: Path) -> None:
    assert graded.code == ExitCode.NOTHING_APPLIED, "something is compiled nowhere, and C is required"
    assert codemod("verify", "--worktree", "--require", "u", "-q", cwd=root).code == ExitCode.DONE
    assert codemod("verify", "--worktree", "--require", "A", "-q", cwd=root).code == ExitCode.NOTHING_APPLIED


def test_comments_and_layout_are_the_same_program(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", package("verified", {"src/lib.rs": LIBRARY}))
    spread = LIBRARY.replace("// as it is", "// in other words").replace("{ of + of }", "{\n    of + of\n}")
    write(root, {"src/lib.rs": spread})
    git(root, "commit", "-aqm", "Spread it")
    ran = codemod("verify", "HEAD^..HEAD", "--require", "A", "--json", cwd=root)
    assert ran.code == ExitCode.DONE, ran.out
    details = [
        e["detail"] for site in ran.document["sites"] for e in site["evidence"] if e["check"] == "prove"
    ]
    assert details == ["the same tokens: only white space and comments differ"] * 2


def test_what_an_item_does_to_others_is_laid_at_its_door(codemod: Command, tmp_path: Path) -> None:
    before = """\
pub fn fourth() -> u8 { 1 }
pub fn first(x: u8) -> u8 { x }
pub fn second() -> u32 { line!() }
pub fn third(x: u8) -> u8 { fifth(x as u8) }
pub fn fifth(x: u8) -> u8 { x }
"""
    after = before.replace("{ 1 }", "{ (1) }").replace(
        "first(x: u8) -> u8 { x", "first(x: u8) -> u8 {\n    (x)"
    )
    after = after.replace("third(x: u8)", "third(x: u16)")
    root = repository(tmp_path / "repo", package("verified", {"src/lib.rs": before}))
    write(root, {"src/lib.rs": after})
    graded = by_item(codemod("verify", "--worktree", "--json", cwd=root))
    grades = {name.removeprefix("src/lib.rs "): site["grade"] for name, site in graded.items()}
    # `first` moves the line that `second` makes a value; `fourth` moves nothing.
    assert grades == {"fn fourth": "A", "fn first": "C", "fn third": "C"}


def test_what_breaks_is_blamed_and_the_rest_is_not(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", package("verified", {"src/lib.rs": LIBRARY}))
    write(root, {"src/lib.rs": CHANGED.replace("2 * of", "2 * missing")})
    ran = codemod("verify", "--worktree", "--json", cwd=root)
    assert ran.code == ExitCode.NOTHING_APPLIED
    items = by_item(ran)
    assert items["src/lib.rs fn twice"]["outcome"] == "rejected"
    assert "missing" in str(items["src/lib.rs fn twice"]["reason"])
    assert items["src/lib.rs fn number"]["code"] == "not-compiled"


def test_a_baseline_that_does_not_build(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", package("verified", {"src/lib.rs": "fn f() { missing }\n"}))
    write(root, {"src/lib.rs": "fn f() {}\n"})
    assert codemod("verify", "--worktree", cwd=root).code == ExitCode.BASELINE


@pytest.mark.parametrize("arguments", [[], ["HEAD..HEAD", "--worktree"]])
def test_a_range_or_the_worktree(codemod: Command, tmp_path: Path, arguments: list[str]) -> None:
    root = repository(tmp_path / "repo")
    ran = codemod("verify", *arguments, cwd=root)
    assert ran.code == ExitCode.USAGE
    assert "--worktree" in ran.err
