"""Nothing is done twice: builds, proofs, tests and formatting are found again in the step store."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Command
from tests.cli.workspaces import ONE_SITE, package, repository

pytestmark = pytest.mark.cargo

TESTED = ONE_SITE + '\n#[test]\nfn it_works() {\n    assert_eq!(number("1").unwrap(), 1);\n}\n'


def test_a_dry_run_followed_by_the_real_one(tmp_path: Path) -> None:
    codemod = Command(tmp_path / "home")
    root = repository(tmp_path / "repo", package("tested", {"src/lib.rs": TESTED}))
    options = ("apply", "try-macro", "--test", "--json")

    dry = codemod(*options, "--dry-run", cwd=root).document
    real = codemod(*options, cwd=root).document

    assert dry["totals"]["applied"] == real["totals"]["applied"] == 1
    assert dry["compiled"]["trees"] >= 2 and dry["compiled"]["kept"] == 0
    assert real["compiles"] == 0
    assert real["compiled"]["kept"] >= dry["compiled"]["trees"]
    assert real["tree"] == dry["tree"]
    evidence = [
        [(e["check"], e["status"]) for e in site["evidence"]] for site in (dry["sites"][0], real["sites"][0])
    ]
    assert evidence[0] == evidence[1]
    assert ("test", "passed") in evidence[0]


def test_what_a_build_depends_on_is_built_again(tmp_path: Path) -> None:
    codemod = Command(tmp_path / "home")
    root = repository(tmp_path / "repo")
    options = ("apply", "try-macro", "--json", "--dry-run", "--no-prove")
    first = codemod(*options, cwd=root).document

    other = codemod(*options, cwd=root, extra={"RUSTFLAGS": "-Cdebuginfo=0"}).document
    quicker = codemod(*options, cwd=root, extra={"LANG": "C.UTF-8", "COLORTERM": "truecolor"}).document

    assert other["compiles"] == first["compiles"] >= 2
    assert quicker["compiles"] == 0, "what only changes how a terminal looks decides nothing"
