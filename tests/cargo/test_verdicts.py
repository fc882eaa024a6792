"""Tests of one small workspace are run as cargo would; comparing verdicts needs no process at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import codemods.cargo.tests
from codemods.cargo.build import Build
from codemods.cargo.libtest import Verdict, run_program
from codemods.cargo.process import Limits, Runner, allowed_environment
from codemods.cargo.testplan import plan_tests
from codemods.cargo.tests import TestChange, TestReport, compare, find_flaky, run_tests
from codemods.cargo.toolchain import find_toolchain

MANIFEST = '[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "{edition}"\n'
FILES = {
    "Cargo.toml": '[workspace]\nmembers = ["a", "b", "c"]\nresolver = "2"\n',
    "a/Cargo.toml": MANIFEST.format(name="a", edition="2021")
    + '[[test]]\nname = "own"\nharness = false\n[[test]]\nname = "own_fails"\nharness = false\n',
    "a/src/lib.rs": """\
//! ```
//! assert_eq!(a::one(), 1);
//! ```
/// ```
/// panic!("in an example");
/// ```
///
/// ```should_panic
/// panic!();
/// ```
/// ```ignore
/// nothing
/// ```
pub fn one() -> u8 { 1 }

#[cfg(test)]
mod tests {
    #[test] fn a_passes() { assert_eq!(std::env::var("CARGO_PKG_NAME").unwrap(), "a"); }
    #[test] fn b_fails() { panic!("on purpose"); }
    #[test] #[ignore = "takes long"] fn c_ignored() {}
    #[test] #[should_panic(expected = "x")] fn d_panics() { panic!("x") }
    #[test] fn e_prints() {
        std::process::Command::new("echo").args(["test", "tests::b_fails", "...", "ok"]).status().unwrap();
    }
    #[test] fn g_panics_aside() { assert!(std::thread::spawn(|| panic!("aside 7")).join().is_err()); }
    #[test] fn f_reads() { assert!(std::path::Path::new("Cargo.toml").exists()); }
}
""",
    "a/tests/own.rs": 'fn main() { println!("test x ... FAILED"); }\n',
    "a/tests/own_fails.rs": "fn main() { std::process::exit(3) }\n",
    "a/tests/dies.rs": """\
#[test] fn a_passes() {}
#[test] fn b_aborts() { std::process::abort() }
#[test] fn c_leaves() { std::process::exit(0) }
#[test] fn d_passes() {}
""",
    "a/tests/wrong.rs": '#[test] fn t() { let x: u8 = ""; }\n',
    "b/Cargo.toml": MANIFEST.format(name="b", edition="2018"),
    "b/src/lib.rs": "#[cfg(test)] mod t { #[test] fn x() { not_there } }\n",
    "c/Cargo.toml": MANIFEST.format(name="c", edition="2024"),
    "c/src/main.rs": "fn main() {}\n#[test] fn in_main() {}\n",
    "c/src/lib.rs": "/// ```\n/// let a = 1;\n/// ```\npub fn f() {}\n",
}

HANGS = """\
#[test] fn a_passes() {}
#[test] fn b_hangs() { loop { std::thread::sleep(std::time::Duration::from_secs(9)) } }
#[test] fn c_passes() {}
"""

EXPECTED: dict[str, Verdict] = {
    "a doc a: a/src/lib.rs - #1": "ok",
    "a doc a: a/src/lib.rs - one #1": "failed",
    "a doc a: a/src/lib.rs - one #2": "ok",
    "a doc a: a/src/lib.rs - one #3": "ignored",
    "a lib a: tests::a_passes": "ok",
    "a lib a: tests::b_fails": "failed",
    "a lib a: tests::c_ignored": "ignored",
    "a lib a: tests::d_panics": "ok",
    "a lib a: tests::e_prints": "ok",
    "a lib a: tests::f_reads": "ok",
    "a lib a: tests::g_panics_aside": "ok",
    "a test dies: a_passes": "ok",
    "a test dies: b_aborts": "failed",
    "a test dies: c_leaves": "failed",
    "a test dies: d_passes": "ok",
    "a test own": "ok",
    "a test own_fails": "failed",
    "c bin c: in_main": "ok",
    "c doc c: c/src/lib.rs - f #1": "ok",
}


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Return the way to build a workspace in a folder with a blank in its name."""
    root = tmp_path / "a workspace"
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    target = tmp_path / "a target"
    target.mkdir()
    toolchain = find_toolchain(root, environ=os.environ, repository_root=root)
    runner = Runner(allowed_environment(os.environ)[0], Limits(seconds=60.0))
    return Build(root, root, target, toolchain, runner)


@pytest.mark.cargo
def test_every_test_of_a_workspace_gets_its_verdict(build: Build) -> None:
    programs: list[str] = []

    report = run_tests(build, on_program=programs.append)

    assert report.error is None
    assert report.verdicts == EXPECTED
    assert set(report.unbuilt) == {"a test wrong", "b lib b"}
    assert "on purpose" in report.details["a lib a: tests::b_fails"]
    assert "in an example" in report.details["a doc a: a/src/lib.rs - one #1"]
    assert "a lib a: tests::a_passes" not in report.details
    assert report.panics["a lib a: tests::g_panics_aside"] == ("aside #",)
    assert report.panics["a lib a: tests::d_panics"] == ("x",)
    assert "a lib a: tests::a_passes" not in report.panics
    with_tests = list(dict.fromkeys(name.partition(": ")[0] for name in report.verdicts))
    assert [label for label in programs if label != "c lib c"] == with_tests


@pytest.mark.cargo
def test_only_some_programs_run_and_flakiness_shows(build: Build) -> None:
    (build.repository_root / "a" / "tests" / "dies.rs").write_text(
        "#[test] fn steady() {}\n"
        '#[test] fn wavers() { assert!(std::fs::write("x", "").is_err() || '
        'std::fs::rename("x", "y.tmp").is_ok() && std::fs::create_dir("once").is_ok()); }\n'
    )
    names = ["a test dies: steady", "a test dies: wavers"]

    before = run_tests(build, only=names)

    assert before.verdicts == dict.fromkeys(names, "ok")
    assert find_flaky(build, before, names, times=1) == {"a test dies: wavers"}


@pytest.mark.cargo
def test_a_hanging_test_is_named_and_the_others_are_not(build: Build) -> None:
    (build.repository_root / "a" / "tests" / "dies.rs").write_text(HANGS)
    [program] = [p for p in plan_tests(build).programs if p.target.label == "a test dies"]
    impatient = replace(build, runner=replace(build.runner, limits=Limits(seconds=1.0)))

    outcomes = run_program(program, impatient)

    assert {name: outcome.verdict for name, outcome in outcomes.items()} == {
        "a_passes": "ok",
        "b_hangs": "timeout",
        "c_passes": "ok",
    }
    assert outcomes["b_hangs"].detail == "stopped after 1 s"


@pytest.mark.cargo
def test_only_named_tests_of_a_program_run(build: Build) -> None:
    [program] = [p for p in plan_tests(build).programs if p.target.label == "a test dies"]

    outcomes = run_program(program, build, {"d_passes", "a_passes", "none"})

    assert {name: outcome.verdict for name, outcome in outcomes.items()} == {
        "a_passes": "ok",
        "d_passes": "ok",
    }


@pytest.mark.cargo
def test_a_workspace_that_does_not_build_says_why(build: Build) -> None:
    for name in ("a/src/lib.rs", "c/src/lib.rs", "c/src/main.rs"):
        (build.repository_root / name).write_text("fn main() { nope }\n")

    report = run_tests(build)

    assert report.verdicts == {}
    assert report.error is not None and "nope" in report.error
    assert {"a lib a", "b lib b", "c lib c"} <= set(report.unbuilt)


def _report(verdicts: Mapping[str, Verdict]) -> TestReport:
    return TestReport(verdicts, {}, {}, {}, None, 0.0)


BEFORE: dict[str, Verdict] = {"a": "ok", "b": "failed", "c": "ignored", "d": "timeout"}


def test_the_same_verdicts_are_the_same() -> None:
    comparison = compare(_report(BEFORE), _report(dict(reversed(BEFORE.items()))))

    assert comparison.same
    assert comparison.broken == ()


def test_a_test_that_failed_before_is_not_blamed() -> None:
    comparison = compare(_report(BEFORE), _report({**BEFORE, "b": "ok", "d": "failed"}))

    assert not comparison.same
    assert comparison.changed == (TestChange("b", "failed", "ok"), TestChange("d", "timeout", "failed"))
    assert comparison.broken == ()


def test_new_and_missing_tests_are_a_difference() -> None:
    comparison = compare(_report(BEFORE), _report({**dict(list(BEFORE.items())[1:]), "e": "ok"}))

    assert (comparison.new, comparison.missing, comparison.same) == (("e",), ("a",), False)
    assert comparison.broken == ("a",)


def test_a_broken_test_is_named() -> None:
    assert compare(_report(BEFORE), _report({**BEFORE, "a": "timeout"})).broken == ("a",)
    assert compare(_report(BEFORE), _report({**BEFORE, "a": "ignored"})).broken == ("a",)


def test_flaky_tests_do_not_count() -> None:
    after: dict[str, Verdict] = {"a": "failed", "c": "ignored", "d": "timeout", "e": "ok"}

    comparison = compare(_report(BEFORE), _report(after), flaky=["e", "a", "b"])

    assert comparison.same
    assert comparison.flaky == ("a", "b", "e")


def test_a_test_is_flaky_once_it_wavers(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = iter([{"a": "ok", "b": "failed"}, {"b": "ok", "a": "ok"}, {}])
    asked: list[list[str]] = []

    def rerun(_: Build, *, only: list[str], **__: object) -> TestReport:
        asked.append(list(only))
        return _report(next(runs))  # type: ignore[arg-type]

    monkeypatch.setattr(codemods.cargo.tests, "run_tests", rerun)

    assert find_flaky(build, _report(BEFORE), ["a", "b", "new"]) == {"b"}
    assert asked == [["a", "b", "new"], ["a", "b", "new"]]
    assert find_flaky(build, _report(BEFORE), []) == frozenset()


def test_a_panic_is_new_where_the_verdict_is_the_same() -> None:
    before = replace(_report(BEFORE), panics={"a": ("x",), "b": ("y",)})
    after = replace(
        _report({**BEFORE, "c": "ok"}), panics={"a": ("z", "x"), "b": ("y",), "c": ("w",), "d": ("v",)}
    )

    assert compare(before, after).panics == {"a": ("z",), "d": ("v",)}
    assert compare(before, after, flaky=["a"]).panics == {"d": ("v",)}
