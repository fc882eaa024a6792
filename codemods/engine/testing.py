"""Compare the verdicts of the workspace's own tests before and after."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from codemods.engine.document import Evidence, TestTotals
from codemods.engine.located import Located, located_tests
from codemods.engine.overlay import Composition, Overlay

if TYPE_CHECKING:
    from codemods.cargo.tests import TestComparison, TestReport
    from codemods.engine.workbench import Workbench

_SHOWN = 3  # tests that a message names
NOT_ASKED = Evidence("test", "skipped", "not asked for (--test)")


@dataclass(frozen=True, slots=True)
class Tested:
    """What the tests showed of a tree; `broken` names those that its changes broke, `message` says how.

    `passing` are those that pass on it and do not waver. `remark` is what else is known of broken ones.
    """

    __test__: ClassVar[bool] = False

    evidence: Evidence
    totals: TestTotals | None = None
    broken: tuple[str, ...] = ()
    message: str = ""
    passing: frozenset[str] = frozenset()
    remark: str = ""


def compare_tests(
    bench: Workbench,
    before: Overlay,
    after: Overlay,
    only: Collection[str] | None = None,
    composition: Composition | None = None,
) -> Tested:
    """Return how the verdicts on the tree `after` differ from those on the tree `before`.

    `only` limits it to programs that hold one of these tests. A test that wavers on `before` is
    not counted. With the `composition` of `after`, one that only knows by heart where code stood is
    not held against the change.
    """
    from codemods.cargo.tests import compare  # noqa: PLC0415 - most runs do without

    first = bench.tests(before)
    if first.error is not None:
        return Tested(Evidence("test", "skipped", f"the untouched tests do not run: {first.error}"))
    second = bench.tests(after, only)
    if only is not None:
        return _tested_again(_limited(first, second, only), second, only)
    comparison = compare(first, second)
    doubtful = {change.name for change in comparison.changed} | set(comparison.new) | set(comparison.missing)
    if doubtful:
        comparison = compare(first, second, bench.flaky_tests(before, first, doubtful))
    located = Located()
    if comparison.broken and composition is not None:
        failed = {name: second.details.get(name, "") for name in comparison.broken}
        failed = {name: text for name, text in failed.items() if second.verdicts.get(name) == "failed"}
        located = located_tests(bench, composition, failed)
    return _tested(first, second, comparison, located)


def _limited(first: TestReport, second: TestReport, only: Collection[str]) -> TestReport:
    labels = {name.partition(": ")[0] for name in only}
    verdicts = {n: verdict for n, verdict in first.verdicts.items() if n.partition(": ")[0] in labels}
    return replace(first, verdicts=verdicts, error=second.error)


def _tested_again(first: TestReport, second: TestReport, only: Collection[str]) -> Tested:
    """Judge by some tests alone: neighbours in the same programs may waver, nobody looked."""
    from codemods.cargo.tests import compare  # noqa: PLC0415 - as above

    broken = tuple(name for name in compare(first, second).broken if name in only)
    return (
        _broken(first, second, broken) if broken else Tested(Evidence("test", "passed", "some tests again"))
    )


def _tested(first: TestReport, second: TestReport, comparison: TestComparison, located: Located) -> Tested:
    broken = tuple(name for name in comparison.broken if name not in located.tests)
    if broken:
        return _broken(first, second, broken, located.behaviour)
    totals = _totals(first)
    detail = "; ".join(_details(first, totals, comparison, located))
    steady = second.passing - frozenset(comparison.flaky)
    return Tested(Evidence("test", "passed", detail), totals, passing=steady)


def _broken(
    first: TestReport, second: TestReport, broken: tuple[str, ...], behaviour: Collection[str] = ()
) -> Tested:
    text = "\n".join(second.details.get(name, second.error or "") for name in broken[:_SHOWN])
    message = f"tests that passed before no longer do: {_listed(broken)}\n{text}".rstrip()
    remark = ""
    if behaviour:
        remark = (
            f"\nwhere no code moves these pass: {_listed(behaviour)}; what they test depends on its layout"
        )
    return Tested(
        Evidence("test", "failed", message + remark), _totals(first), broken, message, remark=remark
    )


def _details(
    first: TestReport, totals: TestTotals, comparison: TestComparison, located: Located
) -> Iterator[str]:
    counts = f"{totals.passed} passed, {totals.failed} failed, {totals.ignored} ignored"
    yield f"same verdicts before and after: {counts}"
    if located.tests:
        yield (
            "but for tests that expect lines or columns of code that moved (on a copy in which nothing moves"
            f" they pass; correct what they expect): {', '.join(located.tests)}"
        )
    if comparison.flaky:
        yield f"not counted, because they waver without the change: {', '.join(comparison.flaky)}"
    if comparison.panics:
        shown = [f"{name} ({'; '.join(messages)})" for name, messages in comparison.panics.items()]
        yield f"panics that were not there before, in tests whose verdict is the same: {_listed(shown)}"
    if first.unbuilt:
        yield f"not built here: {', '.join(sorted(first.unbuilt))}"


def _listed(names: Collection[str]) -> str:
    shown = "; ".join(list(names)[:_SHOWN])
    return shown + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _totals(report: TestReport) -> TestTotals:
    failed = report.count("failed") + report.count("timeout")
    return TestTotals(report.count("ok"), failed, report.count("ignored"))
