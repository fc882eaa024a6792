"""Compare the verdicts of the workspace's own tests before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.engine.document import Evidence, TestTotals
from codemods.engine.stage import Stage

if TYPE_CHECKING:
    from codemods.engine.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Tested:
    """What the tests showed of all applied changes together.

    `stages` are those to go on with, where a change had to be left out; `totals` are the verdicts
    on the untouched commit.
    """

    evidence: Evidence
    totals: TestTotals | None = None
    stages: tuple[Stage, ...] | None = None

    @classmethod
    def not_asked(cls) -> Tested:
        """Return the answer of a run that was not to test."""
        return cls(Evidence("test", "skipped", "not asked for (--test)"))


def compare_tests(bench: Workbench, stages: Sequence[Stage]) -> Tested:
    """Run the tests on the untouched commit and on the result."""
    raise NotImplementedError
