"""Which edited places count as run, by a bench that answers from tables."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

from codemods.cargo.diagnostics import Diagnostic, Place
from codemods.cargo.report import CheckReport
from codemods.cargo.traces import TraceReport
from codemods.engine.document import Evidence
from codemods.engine.execution import EditedPlace, edited_places, measure_execution
from codemods.engine.grades import Executed
from codemods.engine.overlay import Chosen, Composition, Overlay, compose
from codemods.engine.testing import Tested
from codemods.recipe.proposals import Change, Edited, Form
from codemods.rust.edits import Edit
from codemods.rust.spans import Span

PATH = PurePosixPath("src/lib.rs")
OLD = b"use x;\nfn f() { a!(1); }\nfn g() { a!(2); }\nconst fn h() { a!(3) }\n"
PASSED = Tested(Evidence("test", "passed", ""), passing=frozenset({"p lib p: one", "p test t: two"}))
BROKEN = re.compile(rb"\(b\(2\), \{")


def _change(*numbers: int, more: Iterable[Edit] = ()) -> Change:
    edits = [Edit(Span(at, at + 2), "b") for n in numbers if (at := OLD.index(b"a!(%d)" % n)) >= 0]
    ids = tuple(f"s{n}" for n in numbers)
    return Change(ids, (Form((Edited(PATH, (*edits, *more)),)),))


def _site(id: str) -> Any:
    at = OLD.index(b"a!(%s)" % id[1:].encode())
    return SimpleNamespace(id=id, span=Span(at, at + 5), source=SimpleNamespace(path=PATH))


@dataclass
class _Builder:
    """Fails to build what matches `fails`; says that every tracer that is there was run by `tests`."""

    fails: re.Pattern[bytes] | None = None
    points: bool = True
    tests: tuple[str, ...] = ("p lib p: one",)
    uncounted: frozenset[int] = frozenset()
    built: list[Overlay] = field(default_factory=list)
    checked: int = 0
    build: Any = field(default_factory=lambda: SimpleNamespace(target_directory=Path("/t")))

    def traces(self, overlay: Overlay, passing: frozenset[str], numbers: Collection[int]) -> TraceReport:
        assert passing == PASSED.passing
        self.built.append(overlay)
        text = overlay[PATH] or b""
        if self.fails is not None and self.fails.search(text):
            return TraceReport({}, frozenset(), {"p lib p": "error", "p bin q": "it never built"}, None, 0.0)
        there = {int(n) for n in re.findall(rb"\\n\", (\d+),", text)}
        assert there == set(numbers)
        return TraceReport(
            dict.fromkeys(there - self.uncounted, self.tests), self.uncounted, {"p bin q": ""}, None, 0.0
        )

    def check(self, overlay: Overlay, *, cap_lints: bool) -> CheckReport:
        self.checked += 1
        assert cap_lints
        assert self.fails is not None
        found = self.fails.search(overlay[PATH] or b"")
        at = found.start() + 2 if found is not None and self.points else 0
        place = Place(str(PATH), Span(at, at + 3), 1, 1, True)
        error = Diagnostic("error", "E0308", "no", (place,))
        return CheckReport((), (error,), frozenset(), True, 0.0)


def _measured(builder: _Builder, *changes: Change, tested: Tested = PASSED) -> dict[str, Executed]:
    kept = [Chosen(change) for change in changes]
    composition = compose(kept, lambda _: OLD)
    bench: Any = SimpleNamespace(
        builder=builder, edition_of=lambda _: "2021", timed=lambda _: nullcontext(), notes={}
    )
    places = edited_places(kept, composition, _site)
    ids = [id for change in changes for id in change.sites]
    return measure_execution(bench, composition, places, tested, ids)


def test_each_site_is_run_by_the_tests_that_came_by() -> None:
    builder = _Builder()

    executed = _measured(builder, _change(1), _change(2))

    assert executed == {id: Executed(("p lib p: one",), "") for id in ("s1", "s2")}
    assert (len(builder.built), builder.checked) == (1, 0)


def test_a_place_that_none_came_by_is_not_run() -> None:
    assert _measured(_Builder(tests=()), _change(1)) == {"s1": Executed((), "no passing test runs it")}
    found = _measured(_Builder(uncounted=frozenset({0})), _change(1))["s1"]
    assert found.tests == () and found.reason.startswith("run only by tests that do not pass")


def test_a_const_fn_is_not_measured_and_costs_no_build() -> None:
    builder = _Builder()

    assert _measured(builder, _change(3)) == {
        "s3": Executed((), "not measured: a `const fn` can note nothing")
    }
    assert builder.built == []


def test_only_the_tracer_that_does_not_compile_is_taken_out() -> None:
    builder = _Builder(fails=BROKEN)

    executed = _measured(builder, _change(1), _change(2))

    assert executed == {
        "s1": Executed(("p lib p: one",), ""),
        "s2": Executed((), "not measured: what measures it does not compile there"),
    }
    assert (len(builder.built), builder.checked) == (2, 1)


def test_an_error_elsewhere_in_the_file_takes_out_all_of_its_tracers() -> None:
    builder = _Builder(fails=BROKEN, points=False)

    executed = _measured(builder, _change(1), _change(2))

    assert {found.reason for found in executed.values()} == {
        "not measured: what measures it does not compile there"
    }
    assert (len(builder.built), builder.checked) == (1, 1)


def test_what_never_builds_with_tracers_is_given_up_after_two_builds() -> None:
    builder = _Builder(fails=re.compile(rb"\(b\(\d\), \{"))

    executed = _measured(builder, _change(1), _change(2))

    assert {found.reason for found in executed.values()} == {
        "not measured: what measures it does not compile there",
        "not measured: with what measures it p lib p does not build",
    }
    assert len(builder.built) == 2


def test_a_change_counts_as_run_only_with_all_of_its_edits() -> None:
    elsewhere = Edit(Span(OLD.index(b"a!(2)"), OLD.index(b"a!(2)") + 2), "b")
    change = _change(1, more=[elsewhere])

    assert _measured(_Builder(), change)["s1"].tests
    assert not _measured(_Builder(uncounted=frozenset({1})), change)["s1"].tests


def test_an_import_beside_a_site_runs_nothing() -> None:
    change = _change(1, more=[Edit(Span(0, 6), "use y;")])

    assert _measured(_Builder(), change)["s1"].reason == "not measured: an import runs nothing by itself"


def test_without_tests_nothing_is_measured() -> None:
    builder = _Builder()
    skipped = Tested(Evidence("test", "skipped", "they do not build"))

    assert _measured(builder, _change(1), tested=skipped) == {
        "s1": Executed((), "not measured: the tests do not run")
    }
    assert builder.built == []


def test_a_site_whose_file_is_not_edited_is_not_measured() -> None:
    bench: Any = SimpleNamespace(builder=_Builder(), timed=lambda _: nullcontext())

    found = measure_execution(bench, Composition({}, {}), (), PASSED, ["s"])

    assert found == {"s": Executed((), "not measured: none of its text is code that runs")}


def test_places_of_other_kinds_can_be_measured_too() -> None:
    composition = compose([Chosen(_change(1))], lambda _: OLD)
    builder = _Builder()
    bench: Any = SimpleNamespace(builder=builder, edition_of=lambda _: "2021", timed=lambda _: nullcontext())
    at = composition.files[PATH].new.index(b"b(1)")

    found = measure_execution(bench, composition, [EditedPlace("h", PATH, Span(at, at + 4))], PASSED, ["h"])

    assert found["h"].tests == ("p lib p: one",)
