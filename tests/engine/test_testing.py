"""What the verdicts of the tests say of a change, by a bench that answers from tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from codemods.cargo.libtest import Verdict
from codemods.cargo.tests import TestReport
from codemods.engine.overlay import Chosen, Composition, Overlay, compose
from codemods.engine.testing import Tested, compare_tests
from codemods.recipe.proposals import Change, Edited, Form
from codemods.rust.edits import Edit
from codemods.rust.spans import Span

PATH = PurePosixPath("src/lib.rs")
OLD, NEW, UNMOVED = b"try!(x); y", b"x?; y", b"     x?; y"
PLACE = 'thread \'a\' panicked at src/lib.rs:9:9:\n  left: "src/lib.rs:1:5"\n right: "src/lib.rs:1:9"\n'


def _report(verdicts: Mapping[str, Verdict], **more: Any) -> TestReport:
    fields: dict[str, Any] = {"details": {}, "panics": {}, "unbuilt": {}, "error": None, "seconds": 0.0}
    return TestReport(verdicts=verdicts, **{**fields, **more})


@dataclass
class _Bench:
    """Reports by the content of the one file."""

    reports: Mapping[bytes, TestReport]
    flaky: frozenset[str] = frozenset()
    asked: list[tuple[bytes, tuple[str, ...] | None]] = field(default_factory=list)

    def tests(self, overlay: Overlay, only: Collection[str] | None = None) -> TestReport:
        content = overlay.get(PATH, OLD)
        assert content is not None
        self.asked.append((content, None if only is None else tuple(sorted(only))))
        return self.reports[content]

    def flaky_tests(self, _: Overlay, __: TestReport, names: Collection[str]) -> frozenset[str]:
        return self.flaky & frozenset(names)


def _composition() -> Composition:
    edits = (Edit(Span(0, 5), ""), Edit(Span(6, 7), "?"))
    return compose([Chosen(Change(("s",), (Form((Edited(PATH, edits),)),)))], lambda _: OLD)


def _compared(bench: Any, only: Collection[str] | None = None) -> Tested:
    composition = _composition()
    assert composition.overlay[PATH] == NEW
    return compare_tests(bench, {}, composition.overlay, only, composition)


def test_the_same_verdicts_pass_and_name_what_passes() -> None:
    report = _report({"p lib p: a": "ok", "p lib p: b": "failed", "p lib p: c": "ignored"})

    tested = _compared(_Bench({OLD: report, NEW: report}))

    assert (tested.evidence.status, tested.broken) == ("passed", ())
    assert tested.evidence.detail == "same verdicts before and after: 1 passed, 1 failed, 1 ignored"
    assert tested.passing == {"p lib p: a"}


def test_a_broken_test_is_held_against_the_change() -> None:
    after = _report({"p lib p: a": "failed"}, details={"p lib p: a": "it is false"})
    bench = _Bench({OLD: _report({"p lib p: a": "ok"}), NEW: after, UNMOVED: after})

    tested = _compared(bench)

    assert tested.broken == ("p lib p: a",)
    assert "it is false" in tested.message
    assert tested.remark == ""


def test_a_test_that_expects_a_place_is_shown_and_excused() -> None:
    after = _report({"p lib p: a": "failed", "p lib p: b": "ok"}, details={"p lib p: a": PLACE})
    before = _report({"p lib p: a": "ok", "p lib p: b": "ok"})
    bench = _Bench({OLD: before, NEW: after, UNMOVED: before})

    tested = _compared(bench)

    assert (tested.evidence.status, tested.broken) == ("passed", ())
    assert "expect lines or columns of code that moved" in tested.evidence.detail
    assert "p lib p: a" in tested.evidence.detail
    assert tested.passing == {"p lib p: b"}
    assert bench.asked[-1] == (UNMOVED, ("p lib p: a",))


def test_a_test_that_speaks_of_a_place_but_fails_unmoved_too_is_not_excused() -> None:
    after = _report({"p lib p: a": "failed"}, details={"p lib p: a": PLACE})

    tested = _compared(_Bench({OLD: _report({"p lib p: a": "ok"}), NEW: after, UNMOVED: after}))

    assert tested.broken == ("p lib p: a",)


def test_a_program_whose_doings_depend_on_its_layout_is_not_excused() -> None:
    after = _report({"p lib p: a": "failed"}, details={"p lib p: a": "it is false"})
    before = _report({"p lib p: a": "ok"})

    tested = _compared(_Bench({OLD: before, NEW: after, UNMOVED: before}))

    assert tested.broken == ("p lib p: a",)
    assert "depends on its layout" in tested.remark
    assert "depends on its layout" in tested.evidence.detail


def test_a_hanging_test_is_never_excused() -> None:
    before = _report({"p lib p: a": "ok"})
    after = _report({"p lib p: a": "timeout"}, details={"p lib p: a": "stopped after 1 s; line 3"})

    assert _compared(_Bench({OLD: before, NEW: after, UNMOVED: before})).broken == ("p lib p: a",)


def test_a_test_that_wavers_on_the_baseline_is_not_counted() -> None:
    bench = _Bench(
        {OLD: _report({"p lib p: a": "ok"}), NEW: _report({"p lib p: a": "failed"})},
        frozenset({"p lib p: a"}),
    )

    tested = _compared(bench)

    assert tested.broken == ()
    assert "waver without the change: p lib p: a" in tested.evidence.detail


def test_a_test_that_wavers_is_none_that_passes() -> None:
    names: dict[str, Verdict] = {"p lib p: a": "failed", "p lib p: b": "ok"}
    bench = _Bench({OLD: _report(names), NEW: _report(dict.fromkeys(names, "ok"))}, frozenset({"p lib p: a"}))

    assert _compared(bench).passing == {"p lib p: b"}


def test_new_panics_of_a_test_that_passes_are_shown() -> None:
    before = _report({"p lib p: a": "ok", "p lib p: b": "ok"}, panics={"p lib p: a": ("known",)})
    after = _report(before.verdicts, panics={"p lib p: a": ("known",), "p lib p: b": ("boom",)})

    tested = _compared(_Bench({OLD: before, NEW: after}))

    assert tested.evidence.status == "passed"
    assert "panics that were not there before" in tested.evidence.detail
    assert "p lib p: b (boom)" in tested.evidence.detail
    assert "known" not in tested.evidence.detail


def test_the_trial_of_a_part_looks_at_the_broken_tests_alone() -> None:
    before = _report({"p lib p: a": "ok", "p lib p: b": "ok", "q lib q: c": "ok"})
    after = _report({"p lib p: a": "ok", "p lib p: b": "failed"})

    bench = _Bench({OLD: before, NEW: after})

    assert _compared(bench, ("p lib p: a",)).broken == ()
    assert _compared(bench, ("p lib p: b",)).broken == ("p lib p: b",)


def test_untouched_tests_that_do_not_run_show_nothing() -> None:
    tested = _compared(_Bench({OLD: _report({}, error="no linker")}))

    assert (tested.evidence.status, tested.broken) == ("skipped", ())
    assert "no linker" in tested.evidence.detail
