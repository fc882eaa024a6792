"""What the grades of a run rest on."""

from __future__ import annotations

import pytest

from tests.tools.values import applied, record, row
from tools.grades import graded, grades_table, proved_share, unproved_table
from tools.targets import missed


def test_sites_are_counted_by_grade_and_by_what_was_shown() -> None:
    example = record("applied", 3, grade="C")
    example["evidence"][0]["detail"] = "rustdoc on the documentation examples; with the flags of a lib a"
    run = graded(
        applied(record("applied"), record("applied", 2, grade="C"), example, record("refused")).document
    )
    assert run.grades == {"A": 1, "C": 2}
    assert (run.compiled, run.proved, run.executed) == (2, 1, 0)
    assert run.unproved == {"… is not y": 2}
    assert (run.configurations, run.dropped) == (("default",), ("all-features",))


def test_tables_name_what_is_not_proved() -> None:
    rows = [row(tested=applied(record("applied"), record("applied", 2, grade="B")))]
    assert "| zip-0.4.2 | 1 | 1 | 0 | 0 | 2 | 1 | 0 | default (dropped: all-features) | 0.5 | 2.0 |" in (
        grades_table(rows)
    )
    assert "| zip-0.4.2 | … is not y | 1 |" in unproved_table(rows)


@pytest.mark.parametrize(("unproved", "is_missed"), [(0, False), (1, True)])
def test_the_target_of_proofs(unproved: int, is_missed: bool) -> None:
    sites = [record("applied", grade="A")] * 50 + [record("applied", grade="C")] * unproved
    rows = [row(tested=applied(*sites))]
    assert (proved_share(rows) < 0.99) is is_missed
    assert any("are proved" in complaint for complaint in missed(rows)) is is_missed
