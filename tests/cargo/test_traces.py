"""Tracers in one small workspace: every kind of test program, and code in which a note is hard to make."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.cargo.tests import run_tests
from codemods.cargo.traces import OTHER_THREAD, TraceReport, trace_tests, tracer_code
from codemods.rust.edits import apply_edits
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.tracers import Tracer, place_tracer, tracer_edits
from tests.cargo.conftest import Bench, MakeBench

# Each `?` is a place, numbered from 0.
LIB = """\
#![no_std]
#![forbid(unsafe_code)]
#[cfg(test)] extern crate std;
#[macro_export] macro_rules! tried { ($e:expr) => { $e? } } // 0
pub fn generic<T>(x: Result<T, u8>) -> Result<T, u8> { Ok(x?) } // 1
pub fn only_error() -> Result<u8, u8> { let x = Err(3)?; Ok(x) } // 2
pub fn nested(x: Result<Result<u8, u8>, u8>) -> Result<u8, u8> { Ok(x??) } // 3 4
pub fn short(x: bool, y: Result<bool, u8>) -> Result<bool, u8> { Ok(x && y?) } // 5
pub fn by_failing(x: Result<u8, u8>) -> Result<u8, u8> { Ok(x?) } // 6
pub fn by_thread(x: Result<u8, u8>) -> Result<u8, u8> { Ok(x?) } // 7
pub fn by_program(x: Result<u8, u8>) -> Result<u8, u8> { Ok(x?) } // 8
pub fn by_own(x: Result<u8, u8>) -> Result<u8, u8> { Ok(x?) } // 9
pub fn borrowed<'a>(x: &'a mut Result<&'a str, u8>) -> Result<&'a str, u8> {
    let s = &x.as_mut().map_err(|e| *e)?; // 10
    Ok(s)
}
/// ```
/// fn run() -> Result<(), u8> { a::generic::<u8>(Ok(1))?; Ok(()) } // 11
/// run().unwrap();
/// ```
///
/// ```
/// fn not_called() -> Result<(), u8> { a::generic::<u8>(Ok(1))?; Ok(()) } // 12
/// ```
pub fn examples() {}
#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;
    #[test] fn errors() {
        only_error().unwrap_err();
        nested(Err(1)).unwrap_err();
        short(false, Ok(true)).unwrap();
    }
    #[test] fn fails() { by_failing(Ok(1)).unwrap(); generic(Ok(1)).unwrap(); panic!() }
    #[test] #[ignore] fn ignored() { by_failing(Ok(1)).unwrap(); }
    #[test] fn threads() { thread::spawn(|| by_thread(Ok(1))).join().unwrap().unwrap(); }
    #[test] #[should_panic] fn panics() { borrowed(&mut Ok("")).unwrap(); panic!() }
}
"""
FILES = {
    "Cargo.toml": '[package]\nname = "a"\nversion = "0.1.0"\nautotests = true\n'
    '[[test]]\nname = "own"\nharness = false\n',
    "src/lib.rs": LIB,
    "src/main.rs": "extern crate a; fn main() { a::by_program(Ok(1)).unwrap(); }\n",
    "tests/cli.rs": "#[macro_use] extern crate a;\n"
    '#[test] fn starts() { let s = std::process::Command::new(env!("CARGO_BIN_EXE_a")).env_clear().status();'
    " assert!(s.unwrap().success()) }\n"
    "fn macros() -> Result<u8, u8> { Ok(tried!(Ok::<u8, u8>(1))) }\n"
    "#[test] fn expands() { macros().unwrap(); }\n",
    "tests/own.rs": "extern crate a; fn main() { a::by_own(Ok(1)).unwrap(); }\n",
}


def _traced(bench: Bench) -> int:
    """Put a tracer at each `?` of the library; return how many there are."""
    content = LIB.encode()
    source = Source(PurePosixPath("src/lib.rs"), content, "2015")
    spans = [Span(_start(content, at), at + 1) for at in range(len(content)) if content[at : at + 1] == b"?"]
    found = [place_tracer(source, span) for span in spans]
    tracers = {number: tracer for number, tracer in enumerate(found) if isinstance(tracer, Tracer)}
    assert len(tracers) == len(spans)
    code = tracer_edits(tracers, lambda number: tracer_code(number, bench.build))
    bench.write("src/lib.rs", apply_edits(content, code))
    return len(tracers)


def _start(content: bytes, at: int) -> int:
    """Return where the expression before the `?` begins: behind a blank or parenthesis outside of it."""
    depth = 0
    for start in range(at - 1, -1, -1):
        byte = content[start : start + 1]
        depth += (byte in b")}") - (byte in b"({")
        if depth < 0 or (depth == 0 and byte in b" &"):
            return start + 1
    return 0


@pytest.fixture(scope="module")
def report(make_bench: MakeBench) -> TraceReport:
    bench = make_bench(FILES)
    passing = run_tests(bench.build).passing
    assert _traced(bench) == 13
    return trace_tests(bench.build, passing, range(13))


@pytest.mark.cargo
def test_each_place_knows_the_passing_tests_that_run_it(report: TraceReport) -> None:
    assert report.error is None
    assert report.tests == {
        0: ("a test cli: expands",),
        1: ("a doc a",),
        2: ("a lib a: tests::errors",),
        3: ("a lib a: tests::errors",),
        7: ("a lib a" + OTHER_THREAD,),
        8: ("a test cli" + OTHER_THREAD,),
        9: ("a test own",),
        10: ("a lib a: tests::panics",),
        11: ("a doc a",),
    }
    assert report.uncounted == frozenset()


@pytest.mark.cargo
def test_examples_are_left_out_where_every_place_is_known_to_be_run(make_bench: MakeBench) -> None:
    bench = make_bench(
        {
            "Cargo.toml": '[package]\nname = "a"\nversion = "0.1.0"\nedition = "2021"\n',
            "src/lib.rs": "/// ```\n/// a::f();\n/// ```\npub fn f() { @0 }\n#[test] fn t() { f() }\n",
        }
    )
    text = (bench.root / "src/lib.rs").read_text()
    bench.write("src/lib.rs", text.replace("@0", tracer_code(0, bench.build)))
    programs: list[str] = []

    found = trace_tests(
        bench.build, {"a lib a: t", "a doc a: src/lib.rs - f #1"}, [0], on_program=programs.append
    )

    assert (found.tests, programs) == ({0: ("a lib a: t",)}, ["a lib a"])


@pytest.mark.cargo
def test_what_fails_only_with_tracers_does_not_count(make_bench: MakeBench) -> None:
    bench = make_bench(
        {
            "Cargo.toml": '[package]\nname = "a"\nversion = "0.1.0"\nedition = "2021"\n',
            "src/lib.rs": "use std::thread::spawn;\n"
            "fn f() { @0 } fn g() { @1 }\n"
            "#[test] fn passes() { f() }\n"
            "#[test] fn fails() { f(); spawn(g).join().unwrap(); panic!() }\n",
        }
    )
    text = (bench.root / "src/lib.rs").read_text()
    for number in (0, 1):
        text = text.replace(f"@{number}", tracer_code(number, bench.build))
    bench.write("src/lib.rs", text)

    found = trace_tests(bench.build, {"a lib a: passes", "a lib a: fails"}, [0, 1])

    assert found.tests == {0: ("a lib a: passes",)}
    assert found.uncounted == {1}
