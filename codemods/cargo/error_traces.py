"""Run the tests of a copy with error probes, and say what each error was that they noted.

A probe writes a line for each error that a function returns (`rust.error_reader`), with the name of its
thread: libtest names threads after tests. Only tests that pass without probes are run, and only notes
of those that pass with them count; what a thread or process without a test's name notes belongs to its
program as a whole, in no order.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from codemods.cargo.build import Build
from codemods.cargo.libtest import Outcome, run_program
from codemods.cargo.testplan import TestProgram, plan_tests
from codemods.cargo.tests import named
from codemods.cargo.traces import OTHER_THREAD

GENERATED = "codemod_error_value_"  # names of tests that were put into the copy begin so
MAX_BYTES = 32 << 20  # of one program's notes; what comes after is not read
# `{:?}` of many errors has a backtrace in it, if they may take one.
_QUIET = dict.fromkeys(("RUST_BACKTRACE", "RUST_LIB_BACKTRACE", "RUST_FAILURE_BACKTRACE"), "0")
_ESCAPE = re.compile(r"\\(.)")
_MEANING = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class ErrorNote:
    """One error at one place: its type, the first line of its `{:?}`, the texts of its chain, itself first.

    `causes` is the chain by the deprecated `cause()` of std, where that is another one.
    """

    place: int
    type: str
    debug: str
    chain: tuple[str, ...]
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorTraces:
    """The notes of each passing test, in its order; those of a program as a whole (`OTHER_THREAD`) in none.

    `ran` are the tests that passed. `unbuilt` and `error` are those of `TestReport`.
    """

    notes: Mapping[str, tuple[ErrorNote, ...]]
    ran: frozenset[str]
    unbuilt: Mapping[str, str]
    error: str | None
    seconds: float


def notes_file(build: Build) -> str:
    """Return the path of the file that probes write to."""
    return str(_notes(build))


def trace_errors(
    build: Build,
    passing: Collection[str],
    *,
    environment: Mapping[str, str] | None = None,
    on_program: Callable[[str], None] | None = None,
) -> ErrorTraces:
    """Run those tests of a tree with error probes that are `passing` without, and generated ones.

    Raises:
        MachineError: cargo cannot be started.
    """
    started = time.monotonic()
    plan = plan_tests(build, environment)
    notes: dict[str, tuple[ErrorNote, ...]] = {}
    ran: set[str] = set()
    for program in plan.programs:
        label = program.target.label
        if program.harness != "libtest" and not any(_belongs(name, label) for name in passing):
            continue
        if on_program is not None:
            on_program(label)
        outcomes, found = _run(program, build, passing)
        passed = {name for name, outcome in outcomes.items() if outcome.verdict == "ok"}
        ran |= passed
        notes |= _by_test(program, found, passed, len(passed) == len(outcomes))
    return ErrorTraces(
        notes=notes,
        ran=frozenset(ran),
        unbuilt={target.label: why for target, why in sorted(plan.unbuilt.items())},
        error=plan.error,
        seconds=time.monotonic() - started,
    )


def _run(
    program: TestProgram, build: Build, passing: Collection[str]
) -> tuple[Mapping[str, Outcome], Sequence[tuple[str, ErrorNote]]]:
    """Run one program, and return its tests' outcomes and all notes with the name of their thread."""
    _notes(build).parent.mkdir(parents=True, exist_ok=True)
    _notes(build).unlink(missing_ok=True)
    only = _Wanted(program.target.label, passing) if program.harness == "libtest" else None
    quiet = replace(program, environment={**program.environment, **_QUIET})
    outcomes = named(run_program(quiet, build, only), program)
    wanted = {n: o for n, o in outcomes.items() if n in passing or GENERATED in n}
    return wanted, list(_read(_notes(build)))


def _by_test(
    program: TestProgram, found: Sequence[tuple[str, ErrorNote]], passed: Collection[str], all_pass: bool
) -> dict[str, tuple[ErrorNote, ...]]:
    label = program.target.label
    by_test: dict[str, list[ErrorNote]] = {}
    for thread, note in found:
        test = f"{label}: {thread}"
        if program.harness == "libtest" and test in passed:
            by_test.setdefault(test, []).append(note)
        elif all_pass:
            by_test.setdefault(label + OTHER_THREAD, []).append(note)
    return {test: tuple(notes) for test, notes in by_test.items()}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The tests of one program to run, by the harness's names: those that pass, and generated ones."""

    label: str
    passing: Collection[str]

    def __contains__(self, name: object) -> bool:
        return f"{self.label}: {name}" in self.passing or GENERATED in str(name)


def _belongs(name: str, label: str) -> bool:
    return name == label or name.startswith(f"{label}: ")


def _notes(build: Build) -> Path:
    return build.target_directory / "codemod-errors" / "notes"


def _read(path: Path) -> Iterator[tuple[str, ErrorNote]]:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES)
    except FileNotFoundError:
        return
    for line in content.decode(errors="replace").split("\n"):
        note = _note(line)
        if note is not None:
            yield note


def _note(line: str) -> tuple[str, ErrorNote] | None:
    """Return the thread and the note of a line; None for one that was not written whole."""
    number, *fields = line.split("\t")
    if len(fields) < 4 or not number.isdigit():
        return None
    thread, type_name, debug, *links = (_ESCAPE.sub(_unescaped, field) for field in fields)
    chain = tuple(link[1:] for link in links if link.startswith("S"))
    causes = tuple(link[1:] for link in links if link.startswith("C"))
    return thread, ErrorNote(int(number), type_name, debug, chain, causes)


def _unescaped(found: re.Match[str]) -> str:
    return _MEANING.get(found[1], found[1])
