"""What other crates see and what programs write: `--api` and `--run` from the command line to the branch."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Command
from tests.cli.workspaces import package
from tests.vcs.repos import git, make_repository

pytestmark = pytest.mark.cargo

RECIPE = '''\
"""Write `u16` instead of `u8`.

    let a: u8 = 1;
    ->
    let a: u16 = 1;

Left alone: nothing.
"""

from codemods.recipe import Applicability, Edit, Query, Site, recipe


@recipe(
    summary="Write `u16` instead of `u8`",
    epoch="2015",
    min_rust="1.30",
    applicability=Applicability.MAYBE_INCORRECT,
    pattern=Query('((primitive_type) @site (#eq? @site "u8"))', [b"u8"]),
)
def wider(site: Site) -> list[Edit]:
    return [Edit(site.span, "u16")]
'''
LIBRARY = """\
pub fn shown() -> u8 { 1 }
fn hidden() -> u8 { 2 }
pub fn total() -> u32 { let a: u8 = 3; u32::from(hidden()) + u32::from(a) }
"""
MAIN = """\
fn main() {
    let one: u8 = 1;
    println!("one {one}, total {}", guarded::total());
    println!("size {}", std::mem::size_of::<u8>());
    println!("time {:?}", std::time::Instant::now());
    std::fs::write("left.txt", "behind").unwrap();
    std::fs::write("Cargo.toml", "broken").unwrap();
    eprintln!("arguments {:?}", std::env::args().skip(1).collect::<Vec<_>>());
    std::process::exit(3);
}
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sources = {"src/lib.rs": LIBRARY, "src/main.rs": MAIN, "codemod/recipes/wider.py": RECIPE}
    return make_repository(tmp_path_factory.mktemp("guarded") / "repo", dict(package("guarded", sources)))


def test_changes_of_the_public_api_are_listed(codemod: Command, root: Path) -> None:
    ran = codemod("apply", "wider", "--trust-recipes", "--dry-run", "--json", cwd=root)

    assert ran.code == 0, ran.err
    assert ran.outcomes == {"src/lib.rs": ["applied"] * 3, "src/main.rs": ["applied"] * 2}
    assert ran.document["api"] == [
        {
            "package": "guarded",
            "item": "guarded::shown",
            "kind": "changed",
            "old": "fn shown() -> u8",
            "new": "fn shown() -> u16",
            "bump": "major",
            "via": None,
        }
    ]
    (bump,) = ran.document["bumps"]
    assert (bump["current"], bump["asked"], bump["bump"]) == ("0.1.0", "0.2.0", "major")
    shown, hidden, inside, *_ = ran.document["sites"]
    assert [found["status"] for found in shown["evidence"] if found["check"] == "api"] == ["failed"]
    assert [found["status"] for found in hidden["evidence"] if found["check"] == "api"] == ["passed"]
    assert [found for found in inside["evidence"] if found["check"] == "api"] == []


def test_the_public_api_is_kept_where_asked(codemod: Command, root: Path) -> None:
    ran = codemod("apply", "wider", "--trust-recipes", "--dry-run", "--json", "--api", "keep", cwd=root)

    assert ran.outcomes == {
        "src/lib.rs": ["api-changes", "applied", "applied"],
        "src/main.rs": ["applied"] * 2,
    }
    assert ran.document["sites"][0]["reason"] == (
        "the public API would not be the same (--api keep): guarded::shown: `fn shown() -> u8` is now"
        " `fn shown() -> u16`"
    )
    assert ran.document["api"] == []
    assert ran.document["bumps"][0]["asked"] is None


def test_nobody_looks_where_everything_is_allowed(codemod: Command, root: Path) -> None:
    ran = codemod("apply", "wider", "--trust-recipes", "--dry-run", "--json", "--api", "allow", cwd=root)

    assert (ran.document["api"], ran.document["bumps"]) == ([], [])
    assert all(found["check"] != "api" for site in ran.document["sites"] for found in site["evidence"])


def test_a_change_that_alters_what_a_program_writes_is_left_out(codemod: Command, root: Path) -> None:
    command = "cargo run -- 'a b' --config c"
    before = git(root, "status", "--porcelain", "--ignored")
    ran = codemod("apply", "wider", "--trust-recipes", "--dry-run", "--json", "--run", command, cwd=root)

    assert ran.outcomes == {"src/lib.rs": ["applied"] * 3, "src/main.rs": ["applied", "output-differs"]}
    *_, size = ran.document["sites"]
    assert size["reason"].startswith(f"the output is another one: `{command}`\nstandard output:\n")
    assert "-size 1\n+size 2\n" in size["reason"]
    assert "one 1, total 5" in size["reason"], "lines around it"
    (shown,) = {
        found["detail"]
        for site in ran.document["sites"]
        for found in site["evidence"]
        if found["check"] == "run" and found["status"] == "passed"
    }
    assert shown.startswith(
        f"`{command}`: the same output and exit code 3 before and after; not counted, because it wavers"
        " without the change: line 3 of its standard output (`time Instant"
    )
    assert git(root, "status", "--porcelain", "--ignored") == before


def test_a_program_that_does_not_run_shows_nothing(codemod: Command, root: Path) -> None:
    ran = codemod("apply", "wider", "--trust-recipes", "--dry-run", "--json", "--run", "./smoke.sh", cwd=root)

    assert ran.outcomes == {"src/lib.rs": ["applied"] * 3, "src/main.rs": ["applied"] * 2}
    run = [found for found in ran.document["sites"][0]["evidence"] if found["check"] == "run"]
    assert run == [
        {
            "check": "run",
            "status": "skipped",
            "detail": "`./smoke.sh`: not compared, on the untouched tree: there is no program `./smoke.sh`",
            "excerpt": "",
        }
    ]


@pytest.mark.parametrize("command", ["cargo test", "demo | cat", "'open", " "])
def test_a_command_that_cannot_be_compared_is_refused_at_once(
    codemod: Command, root: Path, command: str
) -> None:
    ran = codemod("apply", "try-macro", "--run", command, cwd=root)

    assert ran.code == 2
    assert "--run" in ran.err and "hint:" in ran.err
