"""`codemod apply` against the cargo work no verified upgrade can avoid: two checks of one crate."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import ours
from tools.crates import SAME_EVERYWHERE, Crate, fresh_clone, repository
from tools.processes import Finished, ToolError, must, run

CHECK = ("cargo", "check", "--all-targets", "--keep-going", "--offline", "--quiet")


@dataclass(frozen=True, slots=True)
class Pair:
    """The same upgrade twice: by codemod, and as two plain checks with `git apply` between them."""

    by_codemod: ours.Applied
    by_cargo: tuple[Finished, ...]

    @property
    def ours(self) -> float:
        """Return the seconds that codemod took."""
        return self.by_codemod.seconds

    @property
    def cargo(self) -> float:
        """Return the seconds that the plain commands took."""
        return sum(each.wall for each in self.by_cargo)


@dataclass(frozen=True, slots=True)
class Measured:
    """One crate: `cold` with nothing built before, `warm` with dependencies built."""

    crate: Crate
    cold: Pair
    warm: Pair


def measure_apply(crate: Crate, cache: Path, *options: str) -> Measured:
    """Upgrade `crate` cold, then again after a commit that adds a line to each of its files.

    That commit makes every earlier result of the crate itself worthless, but not its dependencies.
    """
    origin = repository(crate, cache)
    place = cache / "bench" / crate.slug
    shutil.rmtree(place, ignore_errors=True)
    mine, plain = fresh_clone(origin, place / "codemod"), fresh_clone(origin, place / "plain")
    target = {"CARGO_TARGET_DIR": str(place / "target")}
    pairs = []
    for _ in ("cold", "warm"):
        applied = ours.apply(mine, place, *options)
        patch = _patch(mine, applied)
        host = _host(plain)
        checks = [
            check_command(each, host) for each in applied.document["configurations"] if not each["dropped"]
        ]
        pairs.append(Pair(applied, _by_hand(plain, patch, checks, target)))
        for folder in (mine, plain):
            _add_a_line(folder)
    return Measured(crate, *pairs)


def _patch(folder: Path, applied: ours.Applied) -> bytes:
    if applied.code != 0:
        why = applied.document.get("failure", "")
        raise ToolError(f"codemod apply in {folder} ended with {applied.code}: {why}")
    tip = applied.document["tip"]
    if tip is None:
        return b""
    return must(["git", "diff", "--binary", applied.document["base"], tip], cwd=folder).stdout


def check_command(configuration: Mapping[str, Any], host: str) -> list[str]:
    """Return the plain check of a configuration of a run document."""
    packages = [part for name in configuration["packages"] for part in ("--package", name)]
    command = [*CHECK, *(packages or ["--workspace"])]
    command += ["--all-features"] * configuration["all_features"]
    command += ["--no-default-features"] * (not configuration["default_features"])
    command += ["--release"] * configuration["release"]
    if configuration["features"]:
        command += ["--features", ",".join(configuration["features"])]
    if configuration["target"] != host:
        command += ["--target", configuration["target"]]
    return command


def _host(folder: Path) -> str:
    """Return the target that rustc builds for in `folder` unless told otherwise."""
    printed = must(["rustc", "-vV"], cwd=folder).stdout.decode()
    return next(line.removeprefix("host: ") for line in printed.splitlines() if line.startswith("host: "))


def _by_hand(
    folder: Path, patch: bytes, checks: Sequence[list[str]], target: dict[str, str]
) -> tuple[Finished, ...]:
    """Check, apply the patch, check again, in each configuration; leave the work tree as it was."""
    steps = [run(check, cwd=folder, env=target) for check in checks]
    if patch:
        steps.append(run(["git", "apply"], cwd=folder, stdin=patch))
        if steps[-1].code != 0:
            raise ToolError(f"git apply in {folder}: {steps[-1].stderr.decode(errors='replace')}")
        steps += [run(check, cwd=folder, env=target) for check in checks]
        must(["git", "checkout", "-q", "--", "."], cwd=folder)
    return tuple(steps)


def _add_a_line(folder: Path) -> None:
    for path in sorted(folder.rglob("*.rs")):
        with path.open("ab") as file:
            file.write(b"\n// measured again\n")
    must(["git", "commit", "-q", "-a", "--no-verify", "-m", "Measure again"], cwd=folder, env=SAME_EVERYWHERE)
