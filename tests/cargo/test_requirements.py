from __future__ import annotations

import pytest

from codemods.cargo.requirements import Range, allowed, suits

TOP = (1 << 60, 0, 0)


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        ("1", (1, 0, 0), (2, 0, 0)),
        ("^1.2.3", (1, 2, 3), (2, 0, 0)),
        ("0.4", (0, 4, 0), (0, 5, 0)),
        ("0.0.3", (0, 0, 3), (0, 0, 4)),
        ("0.0", (0, 0, 0), (0, 1, 0)),
        ("0", (0, 0, 0), (1, 0, 0)),
        ("~1.2", (1, 2, 0), (1, 3, 0)),
        ("~1", (1, 0, 0), (2, 0, 0)),
        ("=1.2.3", (1, 2, 3), (1, 2, 4)),
        ("= 1.2", (1, 2, 0), (1, 3, 0)),
        ("1.*", (1, 0, 0), (2, 0, 0)),
        ("1.2.*", (1, 2, 0), (1, 3, 0)),
        ("0.*", (0, 0, 0), (1, 0, 0)),
        ("*", (0, 0, 0), TOP),
        (">=1.2, <3", (1, 2, 0), (3, 0, 0)),
        (">1.2", (1, 3, 0), TOP),
        ("<=1.2", (0, 0, 0), (1, 3, 0)),
        ("1.0.0-beta.1", (1, 0, 0), (2, 0, 0)),
    ],
)
def test_a_requirement_is_a_range(
    text: str, lower: tuple[int, int, int], upper: tuple[int, int, int]
) -> None:
    assert allowed(text) == Range(lower, upper)


@pytest.mark.parametrize("text", ["", "one", "1.2.3.4", "1 2"])
def test_what_is_no_requirement_has_no_range(text: str) -> None:
    assert allowed(text) is None


@pytest.mark.parametrize(
    ("written", "needed", "answer"),
    [
        ("1", "1", True),
        ("1.0.30", "1", True),
        ("=1.0.30", "1", True),
        (">=1, <3", "1", True),
        ("1", "1.0.30", False),
        ("0.9", "1", False),
        ("2", "1", False),
        ("*", "1", False),
        ("one", "1", False),
        ("one", "one", True),
    ],
)
def test_what_is_written_suits_where_its_lowest_version_does(written: str, needed: str, answer: bool) -> None:
    assert suits(written, needed) is answer
