"""A second opinion on the public API: cargo-semver-checks, where it is installed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from codemods.cargo.public_api import Bump
from codemods.cargo.report import Unit
from codemods.cargo.rustdoc_json import write_json
from codemods.cargo.semver_checks import (
    PROGRAM,
    Lint,
    SemverVerdict,
    ask_semver_checks,
    find_semver_checks,
)
from codemods.engine.api_compare import ApiDifference, asked_bump
from codemods.engine.overlay import Overlay
from codemods.engine.workbench import Workbench

_ORDER = (None, "minor", "major")


@dataclass(frozen=True, slots=True)
class Side:
    """A library in one tree: before the changes, or after."""

    unit: Unit
    overlay: Overlay
    caps_lints: bool


def second_opinion(bench: Workbench, before: Side, after: Side) -> SemverVerdict | None:
    """Return what cargo-semver-checks says of the two, found now or before; None where it is not there."""
    program = find_semver_checks(bench.request.environment)
    if program is None:
        return None
    builder = bench.builder
    stamp = program.stat().st_mtime_ns
    key = builder.key("semver-checks", after.overlay, before.unit.argv, after.unit.argv, stamp)
    key = builder.key(key, before.overlay)
    return builder.remember(key, SemverVerdict, lambda: _asked(bench, program, before, after))


def with_opinion(
    package: str, own: Sequence[ApiDifference], verdict: SemverVerdict
) -> tuple[tuple[ApiDifference, ...], str]:
    """Return the differences with what only the second opinion sees, and in words what it says.

    It has no eye for types, so what it does not mind still counts.
    """
    if verdict.problem is not None:
        return tuple(own), f"{PROGRAM} came to no verdict: {verdict.problem}"
    bump = verdict.bump
    if bump is None:
        return tuple(own), f"{PROGRAM} finds nothing"
    said = f"{PROGRAM} asks for a {bump} version ({', '.join(lint.name for lint in verdict.lints)})"
    if _ORDER.index(bump) <= _ORDER.index(asked_bump(own)):
        return tuple(own), said
    more = (_difference(package, lint, bump) for lint in verdict.lints)
    return (*own, *more), said


def _difference(package: str, lint: Lint, bump: Bump) -> ApiDifference:
    words = f"{lint.title}: {'; '.join(lint.places)}" if lint.places else lint.title
    return ApiDifference(package, f"{PROGRAM} {lint.name}", "changed", None, words, bump)


def _asked(bench: Workbench, program: Path, before: Side, after: Side) -> SemverVerdict:
    build = bench.builder.build
    build.writable()
    with TemporaryDirectory(prefix="codemod-semver-", dir=build.temporary) as folder:
        files = []
        for side, name in ((after, "after"), (before, "before")):  # what was built last is `after`
            bench.builder.ensure(side.overlay, cap_lints=side.caps_lints)
            content = write_json(side.unit, build, everything=True)
            if isinstance(content, str):
                return SemverVerdict(problem=content)
            files.append(Path(folder, f"{name}.json"))
            files[-1].write_bytes(content)
        bench.listener.phase("api", PROGRAM)
        return ask_semver_checks(program, files[1], files[0], build)
