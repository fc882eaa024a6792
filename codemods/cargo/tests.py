"""Run the tests of a workspace before and after a change, and compare their verdicts.

Every program runs by itself with a time limit, in the folder and environment that cargo would give it
(`testplan.py`). Tests write below the scratch checkout or the target directory: lay scratch out anew
afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from codemods.cargo.build import Build
from codemods.cargo.doclines import parse_name
from codemods.cargo.libtest import Outcome, Verdict, named_outcomes, run_program
from codemods.cargo.testplan import TestPlan, TestProgram, plan_tests


@dataclass(frozen=True, slots=True)
class TestReport:
    """The verdict of each test by its name: "url lib url: host::tests::parse", "url test unit".

    Names of doc tests have a number in place of the line, which edits move: "url doc url: src/lib.rs -
    Url::parse #2". `details` are for people: what failing tests printed. `panics` are the messages
    of panics by test, also by tests that pass. `unbuilt` says why targets are missing, by their labels;
    `error` why nothing was run at all.
    """

    __test__: ClassVar[bool] = False

    verdicts: Mapping[str, Verdict]
    details: Mapping[str, str]
    panics: Mapping[str, tuple[str, ...]]
    unbuilt: Mapping[str, str]
    error: str | None
    seconds: float

    def count(self, verdict: Verdict) -> int:
        """Return how many tests have `verdict`."""
        return sum(found == verdict for found in self.verdicts.values())

    @property
    def passing(self) -> frozenset[str]:
        """The tests that pass."""
        return frozenset(name for name, verdict in self.verdicts.items() if verdict == "ok")


@dataclass(frozen=True, slots=True)
class TestChange:
    """A test whose verdict is another one after the change."""

    __test__: ClassVar[bool] = False

    name: str
    before: Verdict
    after: Verdict

    @property
    def is_broken(self) -> bool:
        """Whether the change made it worse. A test that failed before is never blamed on a change."""
        return self.before == "ok" and self.after != "ok"


@dataclass(frozen=True, slots=True)
class TestComparison:
    """How two reports differ. `flaky` tests, which waver on the baseline too, are in nothing else.

    `panics` are messages that a test whose verdict is the same did not print before, by test.
    """

    __test__: ClassVar[bool] = False

    changed: tuple[TestChange, ...]
    new: tuple[str, ...]
    missing: tuple[str, ...]
    flaky: tuple[str, ...] = ()
    panics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def same(self) -> bool:
        """Whether there are the same tests with the same verdicts."""
        return not (self.changed or self.new or self.missing)

    @property
    def broken(self) -> tuple[str, ...]:
        """The tests that the change made worse: they passed, and now fail, hang or are not there."""
        return (*(change.name for change in self.changed if change.is_broken), *self.missing)


def run_tests(
    build: Build,
    *,
    only: Collection[str] | None = None,
    environment: Mapping[str, str] | None = None,
    on_program: Callable[[str], None] | None = None,
) -> TestReport:
    """Build and run all tests and doc tests that `cargo test` would, and return their verdicts.

    `only` limits it to programs that hold one of these tests. `environment` is laid over cargo's for
    the build. `on_program` is told each program's label as it starts.

    Raises:
        MachineError: cargo cannot be started.
    """
    started = time.monotonic()
    plan = plan_tests(build, environment)
    outcomes: dict[str, Outcome] = {}
    for program in _wanted(plan, only):
        if on_program is not None:
            on_program(program.target.label)
        outcomes |= named(run_program(program, build), program)
    return TestReport(
        verdicts={name: outcome.verdict for name, outcome in outcomes.items()},
        details={name: outcome.detail for name, outcome in outcomes.items() if outcome.detail},
        panics={name: outcome.panics for name, outcome in outcomes.items() if outcome.panics},
        unbuilt={target.label: why for target, why in sorted(plan.unbuilt.items())},
        error=plan.error,
        seconds=time.monotonic() - started,
    )


def named(outcomes: Mapping[str, Outcome], program: TestProgram) -> dict[str, Outcome]:
    """Return the outcomes of one program under the names that `TestReport` has."""
    numbered = _numbered(outcomes) if program.harness == "rustdoc" else outcomes
    return named_outcomes(numbered, program.target.label)


def compare(before: TestReport, after: TestReport, flaky: Collection[str] = ()) -> TestComparison:
    """Return how the verdicts differ; `flaky` are tests whose verdict means nothing (`find_flaky`)."""
    both = before.verdicts.keys() & after.verdicts.keys()
    changes = [TestChange(name, before.verdicts[name], after.verdicts[name]) for name in sorted(both)]
    return TestComparison(
        changed=tuple(c for c in changes if c.before != c.after and c.name not in flaky),
        new=_without(after.verdicts.keys() - before.verdicts.keys(), flaky),
        missing=_without(before.verdicts.keys() - after.verdicts.keys(), flaky),
        flaky=tuple(sorted(set(flaky))),
        panics=_new_panics(before, after, flaky),
    )


def find_flaky(
    build: Build,
    before: TestReport,
    names: Collection[str],
    *,
    times: int = 2,
    environment: Mapping[str, str] | None = None,
) -> frozenset[str]:
    """Return those of `names` whose verdict wavers on the untouched tree, which `build` must hold again.

    The programs they are in run whole, up to `times` times: a test may waver because of its neighbours.
    """
    flaky: frozenset[str] = frozenset()
    for _ in range(times):
        steady = [name for name in names if name not in flaky]
        if not steady:
            break
        again = run_tests(build, only=steady, environment=environment)
        # A test that was not run at all shows nothing.
        ran = again.verdicts.keys()
        flaky |= {
            name for name in steady if name in ran and again.verdicts[name] != before.verdicts.get(name)
        }
    return flaky


def _new_panics(before: TestReport, after: TestReport, flaky: Collection[str]) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, messages in sorted(after.panics.items()):
        same_verdict = before.verdicts.get(name) == after.verdicts.get(name)
        new = tuple(message for message in messages if message not in before.panics.get(name, ()))
        if same_verdict and new and name not in flaky:
            found[name] = new
    return found


def _wanted(plan: TestPlan, only: Collection[str] | None) -> Iterable[TestProgram]:
    if only is None:
        return plan.programs
    labels = {name.partition(": ")[0] for name in only}
    return [program for program in plan.programs if program.target.label in labels]


def _numbered(outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """Return doc tests under names that stay when lines move: a number counts those of one item."""
    parsed = {name: parse_name(name) for name in outcomes}
    ordered = sorted(outcomes, key=lambda name: p.line if (p := parsed[name]) is not None else 0)
    counts: dict[str, int] = {}
    named: dict[str, Outcome] = {}
    for name in ordered:
        example = parsed[name]
        if example is None:
            named[name] = outcomes[name]
            continue
        item = f"{example.path} - {example.item}".rstrip()
        counts[item] = counts.get(item, 0) + 1
        named[f"{item} #{counts[item]}"] = outcomes[name]
    return named


def _without(names: Iterable[str], flaky: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(name for name in names if name not in flaky))
