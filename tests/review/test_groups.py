"""What the reports share: groups, counts and orders that do not depend on chance."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codemods.engine.document import Evidence, Outcome
from codemods.review.groups import (
    change_views,
    check_counts,
    commit_counts,
    file_counts,
    left_alone,
    places,
    plural,
)
from tests.review import documents


def test_rejected_comes_first_then_the_largest_group() -> None:
    sites = [documents.refused(1, code="a"), *(documents.refused(n, code="b") for n in (2, 3))]
    groups = left_alone(documents.document([*sites, documents.rejected(4), documents.applied(5)]))
    assert [(group.outcome, group.code, len(group.sites)) for group in groups] == [
        (Outcome.REJECTED, "E0283", 1),
        (Outcome.REFUSED, "b", 2),
        (Outcome.REFUSED, "a", 1),
    ]


def test_messages_that_differ_after_the_first_line_are_one_group() -> None:
    sites = [documents.rejected(n, reason=f"error[E0283]: needed\n  --> src/parse.rs:{n}") for n in (1, 2)]
    [group] = left_alone(documents.document(sites))
    assert (group.reason, len(group.sites)) == ("error[E0283]: needed", 2)


@pytest.mark.parametrize(
    ("count", "limit", "shown", "rest"),
    [(3, None, 3, 0), (3, 3, 3, 0), (4, 3, 4, 0), (5, 3, 3, 2), (0, 3, 0, 0)],
)
def test_places_are_cut_only_when_that_is_shorter(
    count: int, limit: int | None, shown: int, rest: int
) -> None:
    found, more = places([documents.applied(number) for number in range(count)], limit)
    assert (len(found), more) == (shown, rest)


def test_two_sites_on_one_line_are_one_place() -> None:
    site = documents.applied(3)
    assert places([site, replace(site, id="other", column=40)], None) == (("src/read.rs:3",), 0)


def test_files_are_counted_by_outcome_in_order_of_path() -> None:
    counts = file_counts(documents.mixed())
    assert [(c.path, c.applied, c.refused, c.rejected, c.unverified) for c in counts] == [
        ("src/lib.rs", 1, 0, 0, 0),
        ("src/own.rs", 0, 3, 0, 0),
        ("src/parse.rs", 0, 0, 1, 0),
        ("src/read.rs", 2, 0, 0, 0),
        ("src/windows.rs", 0, 0, 0, 1),
    ]


def test_checks_count_applied_sites_only() -> None:
    failed = replace(documents.rejected(2), evidence=(Evidence("compile", "failed", "x"),))
    [compile_check, test_check] = check_counts(documents.document([documents.applied(1), failed]))
    assert (compile_check.passed, compile_check.failed) == (1, 0)
    assert (test_check.check, test_check.skipped) == ("test", 1)


def test_commits_count_their_changes_sites_and_files() -> None:
    [commit] = commit_counts(documents.mixed())
    assert (commit.commit, commit.changes, commit.sites, commit.files) == (documents.COMMIT, 2, 3, 2)


def test_changes_stand_in_order_of_line_not_of_the_document() -> None:
    sites = [documents.applied(number) for number in (30, 4, 200)]
    views = change_views(documents.document(sites))
    assert [view.first and view.first.line for view in views] == [4, 30, 200]


def test_a_change_whose_sites_are_not_listed_is_kept() -> None:
    change = replace(documents.change_of(documents.applied(1)), sites=("gone",))
    [view] = change_views(documents.document([], [change]))
    assert (view.path, view.outcome) == ("src/read.rs", None)


@pytest.mark.parametrize(
    ("count", "word", "expected"),
    [
        (1, "site", "1 site"),
        (2, "site", "2 sites"),
        (0, "file", "0 files"),
        (2000, "branch", "2,000 branches"),
    ],
)
def test_plural(count: int, word: str, expected: str) -> None:
    assert plural(count, word) == expected
