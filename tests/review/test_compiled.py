"""What `-v` says of compiling: done, not done again, and avoided."""

from __future__ import annotations

import pytest

from codemods.engine.document import CompiledRecord
from codemods.review.sections import _compiled


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (CompiledRecord(0, 0, 0, 0, 0), "nothing"),
        (
            CompiledRecord(trees=2, commits=0, parts=0, kept=0, one_by_one=101),
            "the whole tree twice; one change at a time takes the whole tree 101 times",
        ),
        (
            CompiledRecord(trees=1, commits=3, parts=1, kept=2, one_by_one=2),
            "the whole tree once, to show that commits build by themselves 3 times, single crates, examples"
            " or tests once; 2 answers kept from earlier runs; one change at a time takes the whole tree"
            " twice",
        ),
        (
            CompiledRecord(trees=0, commits=0, parts=0, kept=1, one_by_one=1001),
            "nothing; 1 answer kept from earlier runs; one change at a time takes the whole tree 1,001 times",
        ),
    ],
)
def test_what_was_compiled(record: CompiledRecord, text: str) -> None:
    assert _compiled(record) == text
