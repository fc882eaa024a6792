"""A branch graded anew, against what its ledger claims."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from codemods.cargo.build import Configuration, Features
from codemods.engine.document import (
    ChangeRecord,
    ConfigurationRecord,
    Grade,
    Outcome,
    RunDocument,
)
from codemods.engine.hunks import changed_lines
from codemods.engine.ledgers import BranchLedger
from codemods.engine.recheck import Recheck, claimed_configurations, claimed_features, compare, segments
from codemods.errors import ExitCode
from codemods.vcs.branch import CommitPlan, build_commits
from codemods.vcs.repository import Repository
from tests.review.documents import applied, change_of, document
from tests.vcs.repos import git, make_repository

DIFF = "--- a/src/a.rs\n+++ b/src/a.rs\n@@ -{0},3 +{0},3 @@\n one\n-two\n+zwei\n three\n"


def claim(line: int, grade: Grade = Grade.COMPILED) -> ChangeRecord:
    """Return a claimed change of line `line` + 1."""
    site = applied(line, path="src/a.rs", grade=grade)
    return change_of(site, diff=DIFF.format(line))


def graded(*items: tuple[int, Grade | None]) -> RunDocument:
    """Return a grading that found an item at each line, with a grade (None: rejected)."""
    sites = [applied(line, path="src/a.rs", grade=grade or Grade.COMPILED) for line, grade in items]
    changes = [change_of(site, diff=DIFF.format(site.line)) for site in sites]
    sites = [
        site if grade else replace(site, outcome=Outcome.REJECTED, grade=None)
        for site, (_, grade) in zip(sites, items, strict=True)
    ]
    return document(sites, changes)


def checked(claims: list[ChangeRecord], found: RunDocument) -> Recheck:
    compared, missing = compare(claims, found)
    return Recheck(compared, missing, (found,))


@pytest.mark.parametrize(
    ("claimed", "found", "is_worse"),
    [
        (Grade.COMPILED, Grade.COMPILED, False),
        (Grade.COMPILED, Grade.PROVED, False),
        (Grade.PROVED, Grade.TESTED, True),
        (Grade.TESTED, Grade.COMPILED, True),
        (Grade.COMPILED, Grade.UNVERIFIED, True),
        (Grade.UNVERIFIED, Grade.UNVERIFIED, False),
        (Grade.MODEL, Grade.COMPILED, False),
        (Grade.UNVERIFIED, None, True),
    ],
)
def test_less_than_claimed_is_worse(claimed: Grade, found: Grade | None, is_worse: bool) -> None:
    result = checked([claim(10, claimed)], graded((10, found)))
    assert bool(result.worse) is is_worse
    assert result.exit_code == (ExitCode.NOTHING_APPLIED if is_worse else ExitCode.DONE)


def test_several_claims_in_one_function_are_as_strong_as_the_weakest() -> None:
    strong, weak = claim(10, Grade.TESTED), replace(claim(10, Grade.COMPILED), id="other")
    assert checked([strong, weak], graded((10, Grade.COMPILED))).worse == ()
    assert checked([strong], graded((10, Grade.COMPILED))).worse != ()


def test_what_the_ledger_does_not_speak_of_is_found() -> None:
    result = checked([claim(10)], graded((10, Grade.COMPILED), (90, Grade.TESTED)))
    assert [each.item.line for each in result.unspoken] == [90]
    assert result.exit_code == ExitCode.NOTHING_APPLIED


def test_what_is_proved_to_change_nothing_needs_no_claim() -> None:
    result = checked([claim(10)], graded((10, Grade.COMPILED), (90, Grade.PROVED)))
    assert result.unspoken == () and result.exit_code == ExitCode.DONE


def test_a_file_without_code_that_nothing_claims_is_found() -> None:
    found = graded((10, Grade.COMPILED), (90, Grade.COMPILED))
    script = replace(found.sites[1], grade=None, code="no-code")
    assert len(checked([claim(10)], replace(found, sites=(found.sites[0], script))).unspoken) == 1
    claimed = checked([claim(10), claim(90)], replace(found, sites=(found.sites[0], script)))
    assert claimed.exit_code == ExitCode.DONE


def test_a_claim_that_the_branch_does_not_make_is_found() -> None:
    result = checked([claim(10), claim(90)], graded((10, Grade.COMPILED)))
    assert [change.sites for change in result.missing] == [claim(90).sites]
    assert result.exit_code == ExitCode.NOTHING_APPLIED


def test_a_claim_without_a_diff_covers_nothing() -> None:
    result = checked([replace(claim(10), diff="")], graded((10, Grade.COMPILED)))
    assert result.missing != () and result.unspoken != ()


def test_lines_next_to_each_other_are_not_the_same() -> None:
    result = checked([claim(10)], graded((11, Grade.COMPILED)))
    assert result.missing != () and result.unspoken != ()


@pytest.mark.parametrize(
    ("diff", "lines"),
    [
        ("", set()),
        ("nonsense\n-x\n+y\n", set()),
        (DIFF.format(10), {("src/a.rs", 11)}),
        ("--- a/x\n+++ b/x\n@@ -3,1 +3,2 @@\n+new\n old\n", {("x", 3)}),
        ("--- a/x\n+++ b/x\n@@ -3,2 +3,1 @@\n--- a/y\n old\n", {("x", 3)}),
        ("--- /dev/null\n+++ b/x\n@@ -0,0 +1,1 @@\n+new\n", {("x", 0)}),
        ("--- a/x\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n", {("x", 1), ("x", 2)}),
    ],
)
def test_changed_lines_of_a_diff(diff: str, lines: set[tuple[str, int]]) -> None:
    assert changed_lines(diff) == lines


def test_each_recipe_is_graded_on_the_tree_it_was_given(tmp_path: Path) -> None:
    repository = Repository.open(make_repository(tmp_path / "repo"))
    plans = [CommitPlan(text, {PurePosixPath("src/lib.rs"): text.encode()}) for text in ("a", "b", "c")]
    built = build_commits(repository, repository.head, plans)
    git(repository.root, "unpack-objects", "-q", stdin=built.pack)
    first, second, third = built.commits
    changes = [
        replace(claim(line), recipe=recipe, commit=commit)
        for line, recipe, commit in [(1, "x", first), (2, "x", second), (3, "y", third), (4, "y", None)]
    ]
    run = replace(document([], changes), recipes=("x", "y"), base=repository.head)
    parts = list(segments(repository, BranchLedger("b", third, third, run)))
    assert [(len(claims), old, new) for claims, old, new in parts] == [
        (2, repository.head, second),
        (1, second, third),
    ]
    one = replace(run, changes=tuple(replace(change, commit="0" * 40) for change in changes[:1]))
    [(_, old, new)] = segments(repository, BranchLedger("b", third, third, one))
    assert (old, new) == (repository.head, third)


def test_the_claimed_configurations_are_built_too() -> None:
    host = "x86_64-unknown-linux-gnu"
    run = document([applied(1)])
    records = (
        *run.configurations,
        ConfigurationRecord("all", (), host, 1, all_features=True),
        ConfigurationRecord("features:a@arm", ("a",), "arm", 1, default_features=False, release=True),
        ConfigurationRecord("features:b", ("b",), host, 1, dropped="it does not build"),
    )
    assert claimed_configurations(replace(run, configurations=records)) == (
        Configuration(),
        Configuration(Features(all=True)),
        Configuration(Features(("a",), no_default=True), "arm", release=True),
    )


@pytest.mark.parametrize("name", ["--config=x", "-Z", "a b", "a,b", "../x", "", "a\n"])
def test_a_ledger_cannot_smuggle_options_into_a_build(name: str) -> None:
    run = document([applied(1)])
    evil = ConfigurationRecord(f"x@{name}", (name,), name, 1, packages=(name,))
    [only] = claimed_configurations(replace(run, configurations=(evil,)))
    assert only == Configuration()
    assert claimed_features(replace(run, settings={"features": [name, "good"]})) == ("good",)
