"""Compare the verdicts of the workspace's own tests before and after."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.engine.document import Evidence, TestTotals
from codemods.engine.overlay import Overlay

if TYPE_CHECKING:
    from codemods.cargo.tests import TestComparison, TestReport
    from codemods.engine.workbench import Workbench

NOT_ASKED = Evidence("test", "skipped", "not asked for (--test)")


@dataclass(frozen=True, slots=True)
class Tested:
    """What the tests showed of a tree; `broken` names those that its changes broke, `message` says how.

    `passing` are those that pass on it.
    """

    evidence: Evidence
    totals: TestTotals | None = None
    broken: tuple[str, ...] = ()
    message: str = ""
    passing: frozenset[str] = frozenset()


def compare_tests(
    bench: Workbench, before: Overlay, after: Overlay, only: Collection[str] | None = None
) -> Tested:
    """Return how the verdicts on the tree `after` differ from those on `before`.

    `only` limits it to programs that hold one of these tests. A test that wavers on `before` is
    not counted.
    """
    from codemods.cargo.tests import compare  # noqa: PLC0415 - most runs do without

    first = bench.tests(before)
    if first.error is not None:
        return Tested(Evidence("test", "skipped", f"the untouched tests do not run: {first.error}"))
    second = bench.tests(after, only)
    comparison = compare(_limited(first, second, only), second)
    doubtful = {change.name for change in comparison.changed} | set(comparison.new) | set(comparison.missing)
    if doubtful and only is None:
        flaky = bench.flaky_tests(before, first, doubtful)
        comparison = compare(first, second, flaky)
    return _tested(first, second, comparison, only)


def _limited(first: TestReport, second: TestReport, only: Collection[str] | None) -> TestReport:
    if only is None:
        return first
    labels = {name.partition(": ")[0] for name in only}
    verdicts = {n: verdict for n, verdict in first.verdicts.items() if n.partition(": ")[0] in labels}
    return replace(first, verdicts=verdicts, error=second.error)


def _tested(
    first: TestReport, second: TestReport, comparison: TestComparison, only: Collection[str] | None
) -> Tested:
    totals = TestTotals(
        first.count("ok"), first.count("failed") + first.count("timeout"), first.count("ignored")
    )
    broken = (*(change.name for change in comparison.changed if change.is_broken), *comparison.missing)
    if only is not None:  # neighbours in the same program may waver: nobody looked
        broken = tuple(name for name in broken if name in only)
    if broken:
        shown = "; ".join(broken[:3]) + (f" and {len(broken) - 3} more" if len(broken) > 3 else "")
        text = "\n".join(second.details.get(name, second.error or "") for name in broken[:3])
        message = f"tests that passed before no longer do: {shown}\n{text}".rstrip()
        return Tested(Evidence("test", "failed", message), totals, broken, message)
    parts = [f"{totals.passed} passed", f"{totals.failed} failed", f"{totals.ignored} ignored"]
    detail = f"same verdicts before and after: {', '.join(parts)}"
    if comparison.flaky:
        detail += f"; not counted, because they waver without the change: {', '.join(comparison.flaky)}"
    if first.unbuilt:
        detail += f"; not built here: {', '.join(sorted(first.unbuilt))}"
    return Tested(Evidence("test", "passed", detail), totals, passing=second.passing)
