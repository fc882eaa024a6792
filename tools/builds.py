"""What cargo says of a crate: its errors, its uses of the deprecated macro, its test verdicts."""

from __future__ import annotations

import json
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tools.processes import Finished, run

# Runs for workspace crates alone, so no RUSTFLAGS are set and dependencies are not built anew.
# Lints the crate denies itself must not hide the report.
WRAPPER = '#!/bin/sh\nexec "$@" --cap-lints=warn --force-warn=deprecated\n'
TRY_IS_DEPRECATED = re.compile(r"^use of deprecated macro `.*`: use the `\?` operator instead$")
VERDICT = re.compile(
    r"^test (?P<name>.+?)(?: - should panic| - compile fail| - compile)?"
    r" \.\.\. (?P<verdict>ok|FAILED|ignored)\b",
    re.M,
)
DOC_LINE = re.compile(r" \(line \d+\)")
RUNNING = re.compile(r"^\s+Running ", re.M)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file: line and column from 1, the column in characters."""

    path: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Check:
    """One `cargo check --workspace --all-targets --keep-going`."""

    code: int
    errors: Counter[str]  # code and message
    try_uses: frozenset[Place]
    seconds: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Tests:
    """How often each test ended in which verdict, over all test binaries."""

    verdicts: Counter[tuple[str, str]]
    built: bool
    seconds: float

    def count(self, verdict: str) -> int:
        """Return how many tests ended in `verdict` (`ok`, `FAILED` or `ignored`)."""
        return sum(number for (_, each), number in self.verdicts.items() if each == verdict)


def check(folder: Path, target: Path) -> Check:
    """Check every target of the package in `folder`, building in `target`."""
    command = ["cargo", "check", "--workspace", "--all-targets", "--keep-going", "--offline"]
    finished = run([*command, "--message-format=json"], cwd=folder, env=environment(target))
    messages = list(_messages(finished))
    errors = Counter(_title(each) for each in messages if each["level"] == "error" and each["spans"])
    uses = frozenset(place for each in messages for place in _try_places(each, folder))
    return Check(finished.code, errors, uses, finished.wall, finished.cpu)


def test(folder: Path, target: Path, *, docs: bool) -> Tests:
    """Run the unit and integration tests of the package in `folder`, and with `docs` its doc tests."""
    command = ["cargo", "test", "--workspace", "--no-fail-fast", "--offline"]
    env = environment(target)
    code = run([*command, "--lib", "--bins", "--tests"], cwd=folder, env=env)
    verdicts, seconds = read_verdicts(code.stdout), code.wall
    if docs:  # Separately: they run even where another test does not build.
        examples = run([*command, "--doc"], cwd=folder, env=env)
        verdicts, seconds = verdicts + read_verdicts(examples.stdout), seconds + examples.wall
    return Tests(verdicts, RUNNING.search(code.stderr.decode(errors="replace")) is not None, seconds)


def read_verdicts(printed: bytes) -> Counter[tuple[str, str]]:
    """Return name and verdict of each test; doc tests by item alone, because lines may move."""
    found = VERDICT.finditer(printed.decode(errors="replace"))
    return Counter((DOC_LINE.sub("", match["name"]), match["verdict"]) for match in found)


def environment(target: Path) -> dict[str, str]:
    """Return what to add to the environment so that cargo builds in `target` through the wrapper."""
    target.mkdir(parents=True, exist_ok=True)
    wrapper = target / "force-warn-deprecated.sh"
    if not wrapper.exists():
        wrapper.write_text(WRAPPER)
        wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    return {
        "CARGO_TARGET_DIR": str(target),
        "RUSTC_WORKSPACE_WRAPPER": str(wrapper),
        "CARGO_TERM_COLOR": "never",
    }


def _messages(finished: Finished) -> Iterator[dict[str, Any]]:
    for line in finished.stdout.splitlines():
        record = json.loads(line)
        if record["reason"] == "compiler-message":
            yield record["message"]


def _title(message: dict[str, Any]) -> str:
    return f"{(message['code'] or {}).get('code', '')} {message['message']}"


def _try_places(message: dict[str, Any], folder: Path) -> Iterator[Place]:
    if not TRY_IS_DEPRECATED.match(message["message"]):
        return
    for span in message["spans"]:
        path = PurePosixPath(span["file_name"])
        if path.is_absolute() and path.is_relative_to(folder):
            path = path.relative_to(folder)
        if span["is_primary"] and not path.is_absolute():  # absolute: in a dependency's macro
            yield Place(str(path), span["line_start"], span["column_start"])
