"""Run one test program and say what became of each of its tests.

Rust's own harness writes verdicts to `--logfile`, where nothing that a test prints can get between
them. A program that hangs or dies leaves tests without a verdict: those are run again, one after
the other, so that the first one without a verdict is the culprit.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from codemods.cargo.build import Build
from codemods.cargo.panics import panics
from codemods.cargo.process import Completed
from codemods.cargo.testplan import TestProgram

Verdict = Literal["ok", "failed", "ignored", "timeout"]

_LISTED = re.compile(r"^(.+): (?:test|benchmark)$", re.MULTILINE)
_LOGGED = re.compile(r"^(?P<verdict>ok|failed|ignored)\b.* (?P<name>\S+)$", re.MULTILINE)
_PRINTED = re.compile(
    r"^test (?P<name>.+?)(?: - (?:should panic|compile fail|compile))?"
    r" \.\.\. (?P<verdict>ok|FAILED|ignored)\b",
    re.MULTILINE,
)
_OUTPUT = re.compile(
    r"^---- (?P<name>.+?) stdout ----\n(?P<text>.*?)(?=^---- .+? stdout ----$|^failures:$|^successes:$|\Z)",
    re.MULTILINE | re.DOTALL,
)
_VERDICTS: dict[str, Verdict] = {"ok": "ok", "failed": "failed", "FAILED": "failed", "ignored": "ignored"}
_CULPRITS = 5  # hanging or dying tests of one program that are looked for
_DETAIL = 4000  # characters


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one test; `detail` is what it printed, or why there is no better verdict.

    `panics` are the messages of its panics, caught ones and those of its threads too (`panics.py`).
    """

    verdict: Verdict
    detail: str = ""
    panics: tuple[str, ...] = ()


def run_program(program: TestProgram, build: Build, only: Container[str] | None = None) -> dict[str, Outcome]:
    """Run `program` and return the outcome of each of its tests by the harness's name.

    `only` leaves out all other tests of a program with Rust's own harness.

    The time limit is for the program to finish one more test. A program with a harness of its own is
    one test with an empty name, judged by its exit code; so is one that ends badly after all
    its tests ended well.
    """
    if program.harness == "own":
        return {"": _by_exit_code(_start(program, build, []))}
    return _Session(program, build, only).outcomes()


def named_outcomes(outcomes: Mapping[str, Outcome], label: str) -> dict[str, Outcome]:
    """Return `outcomes` under names that are unique over a workspace: "url lib url: host::tests::parse"."""
    return {f"{label}: {name}" if name else label: outcome for name, outcome in outcomes.items()}


def _start(program: TestProgram, build: Build, arguments: Iterable[str]) -> Completed:
    more = list(arguments)
    if program.harness == "rustdoc" and more:
        more = ["--test-args", " ".join(more)]
    return build.runner.run(
        [*program.argv, *more],
        cwd=program.cwd,
        extra=program.environment,
        writable=build.writable(),
        limit="total" if program.harness == "own" else "silence",
    )


class _Session:
    """All runs of one program with Rust's own harness."""

    def __init__(self, program: TestProgram, build: Build, only: Container[str] | None) -> None:
        self._program = program
        self._build = build
        self._only = only
        self._skipped: list[str] = []
        self._log = build.temporary / "verdicts.log"
        self._found: dict[str, Outcome] = {}
        self._names: list[str] = []

    def outcomes(self) -> dict[str, Outcome]:
        """Return the outcome of each test, in the harness's order."""
        listed = _start(self._program, self._build, ["--list"])
        names = _LISTED.findall(_text(listed.stdout))
        self._names = [name for name in names if self._only is None or name in self._only]
        self._skipped = [name for name in names if name not in self._names]
        if not listed.succeeded:
            return {"": _by_exit_code(listed)}
        if not self._names:
            return {}
        done = self._run(list(self._skips()) if self._skipped else [])
        if self._left():
            done = self._run_the_rest()
        if not done.succeeded and all(o.verdict in ("ok", "ignored") for o in self._found.values()):
            self._found[""] = _by_exit_code(done)
        return self._found

    def _run_the_rest(self) -> Completed:
        done = self._run(["--test-threads=1", *self._skips()])
        for _ in range(_CULPRITS):
            left = self._left()
            if not left:
                return done
            self._found[left[0]] = _by_exit_code(done, is_culprit=True)
            if len(left) == 1 or self._program.harness == "rustdoc":
                break  # rustdoc splits its test arguments at blanks, and its names have some
            done = self._run(["--test-threads=1", *self._skips()])
        for name in self._left():
            verdict: Verdict = "timeout" if done.timed_out else "failed"
            self._found[name] = Outcome(verdict, "not reached: tests before it hang or end the program")
        return done

    def _left(self) -> list[str]:
        return [name for name in self._names if name not in self._found]

    def _skips(self) -> Iterator[str]:
        """Yield the arguments by which the harness leaves out what is found or not wanted."""
        if self._program.harness == "libtest":
            yield "--exact"
            for name in (*self._skipped, *self._found):
                yield from ("--skip", name)

    def _run(self, arguments: Iterable[str]) -> Completed:
        """Run once and keep the verdicts."""
        arguments = list(arguments)
        self._log.unlink(missing_ok=True)
        if self._program.harness == "rustdoc":
            done = _start(self._program, self._build, arguments)
            self._keep(_PRINTED, _text(done.stdout), done)
            return done
        logged = [*arguments, "--logfile", str(self._log)]
        done = _start(self._program, self._build, [*logged, "--show-output"])
        if (
            done.truncated or not self._log.exists()
        ):  # it talks a lot, or has no `--show-output` (before 1.39)
            self._log.unlink(missing_ok=True)
            done = _start(self._program, self._build, logged)
        if self._log.exists():
            self._keep(_LOGGED, self._log.read_text(encoding="utf-8", errors="replace"), done)
            return done
        done = _start(self._program, self._build, arguments)  # a harness that has no `--logfile`
        self._keep(_PRINTED, _text(done.stdout), done)
        return done

    def _keep(self, pattern: re.Pattern[str], text: str, done: Completed) -> None:
        outputs = {match["name"]: match["text"] for match in _OUTPUT.finditer(_text(done.stdout))}
        known = frozenset(self._names)
        for match in pattern.finditer(text):
            name, verdict = match["name"], _VERDICTS[match["verdict"]]
            if name in known:
                printed = outputs.get(name, "")
                detail = printed.strip()[:_DETAIL] if verdict == "failed" else ""
                self._found.setdefault(name, Outcome(verdict, detail, panics(printed)))


def _by_exit_code(done: Completed, *, is_culprit: bool = False) -> Outcome:
    """Return the outcome of the whole program, or of the test that ended it (with code 0, even)."""
    if done.timed_out:
        return Outcome("timeout", f"stopped after {done.seconds:.0f} s")
    if done.succeeded and not is_culprit:
        return Outcome("ok")
    said = (_text(done.stdout) + _text(done.stderr)).strip()[-_DETAIL:]
    why = _ending(done.returncode) if done.broke is None else f"was stopped by a limit: {done.broke}"
    return Outcome("failed", f"the program {why}\n{said}".strip())


def _ending(returncode: int) -> str:
    return f"was ended by signal {-returncode}" if returncode < 0 else f"ended with code {returncode}"


def _text(output: bytes) -> str:
    return output.decode(errors="replace").replace("\r\n", "\n")
