"""A recipe that claims too much: what rustc makes something else of is left out, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Command
from tests.cli.workspaces import package
from tests.vcs.repos import git, make_repository

pytestmark = pytest.mark.cargo

RECIPE = '''\
"""Write parentheses around calls of `pick`.

    pick(a, b);
    ->
    (pick(a, b));

Left alone: nothing.
"""

from codemods.recipe import Applicability, Edit, Pattern, SameTree, Site, recipe


@recipe(
    summary="Write parentheses around `pick`",
    epoch="2015",
    min_rust="1.30",
    applicability=Applicability.MACHINE_APPLICABLE,
    pattern=Pattern("pick($a, $b)"),
    claim=SameTree(),
)
def wrong_pick(site: Site) -> list[Edit]:
    first, second = site["a"].text, site["b"].text
    if first == "1":
        first, second = second, first
    return [Edit(site.span, f"(pick({first}, {second}))")]
'''
LIBRARY = """\
pub fn pick(a: u8, b: u8) -> u8 { a - b }
pub fn both() -> u8 { let right = pick(3, 2); let wrong = pick(1, 2); right + wrong }
pub fn other() -> u8 { pick(9, 4) }
"""


def test_one_refuted_change_costs_no_good_one(codemod: Command, tmp_path: Path) -> None:
    files = package("claims", {"src/lib.rs": LIBRARY, "codemod/recipes/wrong_pick.py": RECIPE})
    root = make_repository(tmp_path / "repo", dict(files))
    ran = codemod("apply", "wrong-pick", "--trust-recipes", "--json", cwd=root)
    assert ran.code == 0, ran.err
    assert ran.outcomes == {"src/lib.rs": ["applied", "proved-different", "applied"]}
    good, wrong, other = ran.document["sites"]
    assert (good["grade"], other["grade"]) == ("A", "A")
    assert wrong["reason"].startswith("rustc makes something else of it")
    assert "before:" in wrong["reason"] and "after:" in wrong["reason"], "the first difference is shown"
    text = git(root, "show", "codemod/wrong-pick:src/lib.rs")
    assert "(pick(3, 2))" in text and "(pick(9, 4))" in text and "(pick(1" not in text

    unproved = codemod("apply", "wrong-pick", "--no-prove", "--dry-run", "--json", cwd=root)
    assert [site["grade"] for site in unproved.document["sites"]] == ["C", "C", "C"]
