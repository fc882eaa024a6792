"""Compile doc examples with the flags that the library itself was compiled with.

`cargo check` does not see doc examples, and `cargo test --doc` needs every dependency built with code.
Here rustdoc gets the captured command of the library: with `--no-run` it writes metadata alone, for
which the dependencies as `cargo check` left them are enough (measured with 1.95: 30 ms an
example). `--no-run` is unstable, so rustdoc, and nothing else, is given the bootstrap variable.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from codemods.cargo.build import Build
from codemods.cargo.doclines import DocLine, ExampleName, example_lines, parse_name
from codemods.cargo.process import Completed
from codemods.cargo.report import Unit
from codemods.cargo.rustdoc import Sources, documents, examples_command, examples_environment, own_library

ExampleStatus = Literal["passed", "failed", "ignored"]

NO_RUN_SINCE = (1, 50, 0)
_STATUS: dict[str, ExampleStatus] = {"ok": "passed", "failed": "failed", "ignored": "ignored"}
_BADNESS: dict[ExampleStatus, int] = {"failed": 0, "ignored": 1, "passed": 2}


@dataclass(frozen=True, slots=True)
class ExampleVerdict:
    """What became of one example.

    `path` is relative to the repository (absolute outside of it) and `line` is 1-based, of the opening
    fence there: for an included README, the README's. `name` is rustdoc's own and counts otherwise.
    "passed" means compiled, or for `compile_fail` not compiled; `message` says why it failed.
    `line` is 0 where it is not known (examples written by macros).
    An example that several items include has one verdict, the worst.
    """

    path: str
    line: int
    name: str
    status: ExampleStatus
    message: str = ""


@dataclass(frozen=True, slots=True)
class ExamplesReport:
    """The verdicts of one library's examples, or the `reason` why there are none."""

    verdicts: tuple[ExampleVerdict, ...]
    reason: str | None = None
    seconds: float = 0.0


def check_examples(
    unit: Unit,
    build: Build,
    *,
    test_unit: Unit | None = None,
    paths: Collection[str] | None = None,
    root: Path | None = None,
    library: Path | None = None,
    bootstrap: bool = True,
) -> ExamplesReport:
    """Return the verdict on each doc example of the library `unit`, compiled and not run.

    `test_unit` is the same library's test harness: its `--extern`s hold the dev-dependencies, which
    examples may use. Only examples in `paths` (relative to the repository) are looked at, where given.
    `root` is the folder that stands for the repository, where that is a shadow copy; `library` is
    the metadata that examples link to, where it is not the one `unit` wrote.
    """
    reason = _cannot_check(unit, build, bootstrap)
    library = library or own_library(unit)
    if reason is None and library is None:
        reason = f"{unit.name}: its own metadata is not there; was it compiled?"
    if reason is not None or library is None:
        return ExamplesReport((), reason)
    sources = Sources(unit, build, root or build.repository_root)
    done = build.runner.run(
        examples_command(sources, library=library, test_unit=test_unit, paths=paths),
        cwd=sources.cwd,
        extra=examples_environment(sources),
        writable=build.writable(),
        limit="silence",
    )
    return _report(done, sources, paths)


def _cannot_check(unit: Unit, build: Build, bootstrap: bool) -> str | None:
    if not documents(unit):
        return f"{unit.name}: only libraries have doc tests"
    if build.toolchain.release < NO_RUN_SINCE:
        wanted = ".".join(str(part) for part in NO_RUN_SINCE)
        return f"rustdoc {build.toolchain.rustc_version} cannot compile examples alone; {wanted} can"
    if not bootstrap:
        return "compiling examples without running them needs an unstable option of rustdoc"
    return None


def _report(done: Completed, sources: Sources, paths: Collection[str] | None) -> ExamplesReport:
    locator = _Locator(sources)
    events = list(_events(done.stdout))
    if not any(event.get("type") == "suite" for event in events):
        return ExamplesReport((), f"rustdoc failed: {_first_error(done)}", done.seconds)
    finished = _finished(events, done)
    found = [verdict for event in finished for verdict in locator.verdicts(event)]
    wanted = [verdict for verdict in found if paths is None or verdict.path in paths]
    return ExamplesReport(_worst_of_each(wanted), None, done.seconds)


def _worst_of_each(verdicts: Iterable[ExampleVerdict]) -> tuple[ExampleVerdict, ...]:
    worst: dict[tuple[str, int, str], ExampleVerdict] = {}
    for verdict in sorted(verdicts, key=lambda v: (v.path, v.line, _BADNESS[v.status], v.name)):
        worst.setdefault((verdict.path, verdict.line, "" if verdict.line else verdict.name), verdict)
    return tuple(worst.values())


def _events(output: bytes) -> Iterator[dict[str, Any]]:
    for line in output.splitlines():
        if line.startswith(b"{"):
            try:
                yield json.loads(line)
            except ValueError:  # the last one, where rustdoc was killed
                continue


def _finished(events: Iterable[dict[str, Any]], done: Completed) -> Iterator[dict[str, Any]]:
    """Yield the last event of each example; one that was only started did not come to an end."""
    last = {event["name"]: event for event in events if event.get("type") == "test"}
    for event in last.values():
        if event["event"] == "started":
            why = f"rustdoc was stopped after {done.seconds:.0f} s" if done.timed_out else _first_error(done)
            yield {**event, "event": "failed", "stdout": why}
        else:
            yield event


class _Locator:
    """Finds the file and line that rustdoc's numbers mean. Reads each file once."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._lines: dict[str, Mapping[int, tuple[DocLine, ...]]] = {}

    def verdicts(self, event: Mapping[str, Any]) -> Iterator[ExampleVerdict]:
        """Yield the verdict of one event at each place where the example may stand."""
        parsed = parse_name(event["name"])
        status = _STATUS.get(event["event"])
        if parsed is None or status is None:
            return
        path = self._sources.relative(parsed.path)
        # A page's own lines are right. Code of a macro may get any line: better none than a wrong one.
        unknown = DocLine(0 if path.endswith(".rs") else parsed.line, "")
        for place in self._places(path, parsed) or [unknown]:
            at = path if place.included is None else _beside(path, place.included)
            yield ExampleVerdict(at, place.line, event["name"], status, event.get("stdout", ""))

    def _places(self, path: str, name: ExampleName) -> list[DocLine]:
        places = self._example_lines(path).get(name.line, ())
        if path != self._sources.crate_root:
            return list(places)
        # What has no item is the crate itself, and its documentation opens its root file.
        return [place for place in places if place.opens_file == (not name.item)]

    def _example_lines(self, path: str) -> Mapping[int, tuple[DocLine, ...]]:
        if path not in self._lines:
            text = self._sources.text(path) if path.endswith(".rs") else None
            self._lines[path] = {} if text is None else example_lines(text, partial(self._included, path))
        return self._lines[path]

    def _included(self, path: str, other: str) -> str | None:
        return self._sources.text(_beside(path, other))


def _beside(path: str, other: str) -> str:
    return PurePosixPath(os.path.normpath(PurePosixPath(path).parent / other)).as_posix()


def _first_error(done: Completed) -> str:
    lines = done.stderr.decode(errors="replace").splitlines()
    errors = [line for line in lines if line.startswith("error")]
    return next(iter(errors or lines), f"exit code {done.returncode}")
