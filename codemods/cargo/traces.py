"""Run the tests of a copy that holds tracers, and say which passing test came by which of them.

A tracer notes its number and the name of its thread, once for each thread, in a file below the target
directory: libtest names threads after tests. The path is compiled in, so tests that change the environment
or start programs do not matter. Tests that do not pass are not even run, so every other note is of
a passing one; a note of a thread or process with no test's name counts for the program as a whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from codemods.cargo.build import Build
from codemods.cargo.libtest import Outcome, run_program
from codemods.cargo.testplan import TestProgram, plan_tests
from codemods.cargo.tests import named

OTHER_THREAD = " (in a thread or process of its own)"
_CODE = (
    "extern crate std as codemod_std; fn codemod_note() {{"
    " codemod_std::thread_local! {{ static NOTED: codemod_std::cell::Cell<bool>"
    " = codemod_std::cell::Cell::new(false) }}"
    " if NOTED.with(|noted| noted.replace(true)) {{ return; }}"
    " let thread = codemod_std::thread::current();"
    ' let note = codemod_std::format!("{{}}\\t{{}}\\n", {number}, thread.name().unwrap_or(""));'
    " if let codemod_std::result::Result::Ok(mut file) ="
    " codemod_std::fs::OpenOptions::new().append(true).create(true).open({path}) {{"
    " let _ = codemod_std::io::Write::write_all(&mut file, note.as_bytes()); }} }} codemod_note();"
)


@dataclass(frozen=True, slots=True)
class TraceReport:
    """The passing tests that came by each tracer, by its number.

    `uncounted` are tracers that something came by, but not surely a passing test. `unbuilt` and `error` are
    those of `TestReport`.
    """

    tests: Mapping[int, tuple[str, ...]]
    uncounted: frozenset[int]
    unbuilt: Mapping[str, str]
    error: str | None
    seconds: float


def tracer_code(number: int, build: Build) -> str:
    """Return the Rust statements, on one line, by which the tracer `number` makes its note.

    They need no prelude and no std in scope, and mean the same in every edition and in macros.
    """
    path = str(_notes(build)).replace("\\", "\\\\").replace('"', '\\"')
    return _CODE.format(number=number, path=f'"{path}"')


def trace_tests(
    build: Build,
    passing: Collection[str],
    numbers: Collection[int],
    *,
    environment: Mapping[str, str] | None = None,
    on_program: Callable[[str], None] | None = None,
) -> TraceReport:
    """Run those tests of a tree with tracers that are `passing` without, and return who came by.

    `numbers` are those of the tracers. Documentation examples, which rustdoc compiles one by one, come last,
    and only where a tracer is left that no other test came by.

    Raises:
        MachineError: cargo cannot be started.
    """
    started = time.monotonic()
    plan = plan_tests(build, environment)
    tally = _Tally()
    for program in sorted(plan.programs, key=lambda program: program.harness == "rustdoc"):
        if program.harness == "rustdoc" and tally.tests.keys() >= set(numbers):
            break
        label = program.target.label
        mine = {name for name in passing if name == label or name.startswith(f"{label}: ")}
        if not mine:
            continue
        if on_program is not None:
            on_program(label)
        _notes(build).parent.mkdir(parents=True, exist_ok=True)
        _notes(build).unlink(missing_ok=True)
        only = {name.removeprefix(f"{label}: ") for name in mine} if program.harness == "libtest" else None
        outcomes = named(run_program(program, build, only), program)
        tally.add(program, outcomes, set(_read(_notes(build))))
    return TraceReport(
        tests={number: tuple(names) for number, names in sorted(tally.tests.items())},
        uncounted=frozenset(tally.uncounted - tally.tests.keys()),
        unbuilt={target.label: why for target, why in sorted(plan.unbuilt.items())},
        error=plan.error,
        seconds=time.monotonic() - started,
    )


@dataclass(slots=True)
class _Tally:
    tests: dict[int, dict[str, None]] = field(default_factory=dict)
    uncounted: set[int] = field(default_factory=set)

    def add(
        self, program: TestProgram, outcomes: Mapping[str, Outcome], notes: Collection[tuple[int, str]]
    ) -> None:
        """Count the notes of one program, whose tests ended with `outcomes`."""
        label = program.target.label
        all_pass = all(outcome.verdict in ("ok", "ignored") for outcome in outcomes.values())
        for number, thread in sorted(notes):
            test = f"{label}: {thread}"
            if program.harness == "libtest" and test in outcomes:
                name = test if outcomes[test].verdict == "ok" else None
            else:
                name = label + (OTHER_THREAD if program.harness == "libtest" else "")
                name = name if all_pass else None
            if name is None:
                self.uncounted.add(number)
            else:
                self.tests.setdefault(number, {})[name] = None


def _notes(build: Build) -> Path:
    return build.target_directory / "codemod-traces" / "notes"


def _read(path: Path) -> Iterator[tuple[int, str]]:
    try:
        content = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    for line in content.splitlines():
        number, tab, thread = line.partition("\t")
        if tab and number.isdigit():
            yield int(number), thread
