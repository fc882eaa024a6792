"""Ask cargo-semver-checks, where it is installed, which version two descriptions of a library ask for.

It has hundreds of lints on what breaks callers. It reads JSON that rustdoc wrote and builds nothing. It
ends with code 1 both for what it found and for what went wrong, so only its own last words count:
anything else is "unknown", never "compatible".
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import cast

from codemods.cargo.build import Build
from codemods.cargo.process import Completed
from codemods.cargo.public_api import Bump
from codemods.cargo.toolchain import cargo_home

PROGRAM = "cargo-semver-checks"
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_REQUIRED = re.compile(r"semver requires new (major|minor) version")
_PASSED = re.compile(r"([1-9]\d*) checks?[:;] \d+ pass")  # none is no verdict: nobody looked
_FAILURE = re.compile(r"^--- failure (?P<lint>\w+): (?P<title>.*?) ---$", re.MULTILINE)
_FAILED_IN = re.compile(r"^Failed in:\n(?P<places>(?:  .*\n?)+)", re.MULTILINE)
_SHOWN = 200  # characters of a message


@dataclass(frozen=True, slots=True)
class Lint:
    """One lint that failed, what it is about, and where: "struct Foo, previously in file src/lib.rs:3"."""

    name: str
    title: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SemverVerdict:
    """What it asks of the version (None: nothing), and why; `problem` where it did not come to a verdict."""

    bump: Bump | None = None
    lints: tuple[Lint, ...] = ()
    problem: str | None = None


def find_semver_checks(environ: Mapping[str, str]) -> Path | None:
    """Return the program, where it is on PATH or among cargo's own."""
    own = str(cargo_home(environ) / "bin")
    found = shutil.which(PROGRAM, path=environ.get("PATH")) or shutil.which(PROGRAM, path=own)
    return Path(found) if found is not None else None


def ask_semver_checks(program: Path, before: Path, after: Path, build: Build) -> SemverVerdict:
    """Return what `program` says of the JSON files `before` and `after`, which hold private items, too.

    Raises:
        MachineError: it cannot be started.
    """
    done = build.runner.run(
        [program, "semver-checks", "check-release", "--release-type", "patch",
         "--baseline-rustdoc", before, "--current-rustdoc", after],
        cwd=build.workspace_root,
        extra=build.environment(),
        writable=build.writable(),
    )  # fmt: skip
    return read_verdict(done)


def read_verdict(done: Completed) -> SemverVerdict:
    """Return what it said."""
    stdout, stderr = (_COLOR.sub("", text.decode(errors="replace")) for text in (done.stdout, done.stderr))
    required = _REQUIRED.search(stderr) or _REQUIRED.search(stdout)
    if required is not None:
        return SemverVerdict(cast("Bump", required[1]), _lints(stdout))
    if done.succeeded and _PASSED.search(stderr + stdout) is not None:
        return SemverVerdict()
    lines = [line for line in stderr.splitlines() if line.startswith("error")] or stderr.splitlines()[-1:]
    return SemverVerdict(problem=(lines[0] if lines else f"it ended with code {done.returncode}")[:_SHOWN])


def _lints(stdout: str) -> tuple[Lint, ...]:
    heads = list(_FAILURE.finditer(stdout))
    found = []
    for head, following in zip_longest(heads, heads[1:]):
        end = following.start() if following is not None else len(stdout)
        places = _FAILED_IN.search(stdout, head.end(), end)
        lines = [line.strip() for line in places["places"].splitlines()] if places is not None else []
        found.append(Lint(head["lint"], head["title"], tuple(line for line in lines if line)))
    return tuple(found)
