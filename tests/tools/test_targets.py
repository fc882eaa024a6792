"""Each target of the corpus can be missed, and says so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.values import applied, record, row, verdicts
from tools.builds import Place
from tools.rows import Before, Branch, Diff
from tools.targets import applied_share, diff_ratio, missed


def test_a_good_row_misses_nothing() -> None:
    assert missed([row()]) == []


def test_nothing_to_do_is_no_miss() -> None:
    none = row(
        before=Before(0, 266, 0, 1.0),
        applied=applied(record("refused", reason="The crate defines it.", code="own-macro"), tip=None),
        diff=Diff(),
    )
    assert missed([none]) == []
    assert applied_share([none]) == diff_ratio([none]) == 1.0


def branch(**changes: Any) -> Branch:
    values: dict[str, Any] = {"commits": 2, "broken_commits": 0, "new_errors": 0, "left_reported": 0}
    return Branch(**(values | changes), converted=frozenset(), own=0, not_compiled=0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"applied": applied(record("applied"), code=3)}, "zip-0.4.2: codemod ended with 3"),
        ({"applied": applied(record("refused"))}, "left without a reason"),
        ({"unaccounted": frozenset({Place("src/a.rs", 7, 1)})}, "not in the run document: src/a.rs:7"),
        ({"branch": branch(broken_commits=1)}, "1 of 2 commits do not build"),
        ({"branch": branch(left_reported=1)}, "1 of 1 compiled try! are left"),
        ({"tests_after": verdicts(failed=("a",))}, "test verdicts differ: a"),
        ({"tests_after": verdicts()}, "test verdicts differ: a"),
        ({"second_applied": 3}, "a second run applies 3 sites"),
        ({"diff": Diff(11, 10)}, "1.100 x the least possible"),
    ],
)
def test_missed(changes: dict[str, Any], said: str) -> None:
    complaints = missed([row(**changes)])
    assert len(complaints) == 1
    assert said in complaints[0]


def test_every_site_needs_an_outcome() -> None:
    document = applied(record("applied"))
    document.document["totals"]["found"] = 2
    assert missed([row(applied=document)]) == ["zip-0.4.2: 2 found, 1 with an outcome"]


def test_one_site_in_a_hundred_may_stay() -> None:
    many = row(before=Before(100, 100, 0, 1.0), branch=branch(left_reported=1))
    assert missed([many]) == []
    assert missed([row(before=Before(100, 100, 0, 1.0), branch=branch(left_reported=2))]) != []


def test_tests_that_were_not_run_do_not_differ() -> None:
    assert missed([row(tests_before=None, tests_after=None)]) == []
