"""Run the rustc of one recorded unit again, on a shadow copy of the sources, without cargo."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from codemods.cargo.capture import source_argument
from codemods.cargo.diagnostics import Diagnostic
from codemods.cargo.messages import PathMap, read_messages
from codemods.cargo.process import Completed, Runner
from codemods.cargo.report import Unit

_DROPPED = ("--emit", "--out-dir")  # options with a value
_DROPPED_CODEGEN = ("incremental",)
_HASHES = ("metadata=", "extra-filename=")
_EDITIONS = {f"--edition={year}" for year in (2015, 2018, 2021)}
_UNJUDGED = ("--check-cfg", "--extern")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What rustc said. `output` holds the file of `--emit`, where one was asked for.

    `root` is where the sources stood, as it is in what rustc printed.
    """

    succeeded: bool
    diagnostics: tuple[Diagnostic, ...]
    seconds: float
    timed_out: bool = False
    output: bytes | None = None
    stdout: bytes = b""
    root: str = ""


def replay_unit(
    unit: Unit,
    runner: Runner,
    *,
    scratch_root: Path,
    shadow_root: Path,
    target_directory: Path,
    extra: Sequence[str] = (),
    environment: dict[str, str] | None = None,
    emit: str = "metadata",
    keep_output: bool = False,
) -> Replayed:
    """Return what rustc says of `unit` with the sources in `shadow_root`, laid out as in `scratch_root`.

    Paths in diagnostics are relative to the repository. The output goes to a folder that is thrown
    away (`keep_output`: its bytes are returned). `extra` follows rustc's own arguments. Paths below
    `target_directory` stay: dependencies and generated files are those of the build.

    Raises:
        MachineError: rustc cannot be started.
    """
    move = mover(scratch_root, shadow_root, keep=target_directory)
    with TemporaryDirectory(prefix="codemod-replay-") as folder:
        out = Path(folder, "out")
        out.mkdir()
        argv = [*map(move, replay_arguments(unit.argv)), f"--emit={emit}", "--out-dir", str(out), *extra]
        variables = {name: move(value) for name, value in unit.environment}
        inner = replace(runner, environment={**variables, "TMPDIR": folder, **(environment or {})})
        cwd = move(unit.cwd)
        done = inner.run(argv, cwd=Path(cwd), writable=[Path(folder)])
        output = next((file.read_bytes() for file in out.iterdir()), None) if keep_output else None
    return _read(done, PathMap(str(shadow_root), cwd), output)


def replay_arguments(argv: Sequence[str]) -> list[str]:
    """Return the recorded command without what it writes: outputs and incremental state."""
    kept: list[str] = []
    skip = False
    for index, argument in enumerate(argv):
        following = argv[index + 1] if index + 1 < len(argv) else ""
        if skip:
            skip = False
        elif argument in _DROPPED or (argument == "-C" and following.startswith(_DROPPED_CODEGEN)):
            skip = True
        elif not _is_dropped(argument):
            kept.append(argument)
    return kept


def command_difference(before: Sequence[str], after: Sequence[str]) -> str | None:
    """Return the first argument in which two recorded commands compile in another way; None where none does.

    Where they write to and the hash of the package's version and features are no such arguments, nor
    are the names that `cfg` may have. Other builds of dependencies are told by `changed_externs`. The
    editions up to 2021 mean the same by the same typed tree; 2024 ends temporaries elsewhere.
    """
    first, second = _meaning(before), _meaning(after)
    for one, other in zip_longest(first, second, fillvalue="nothing"):
        if one != other and not {one, other} <= _EDITIONS:
            return f"`{one}` became `{other}`"
    return None


def changed_externs(before: Sequence[str], after: Sequence[str]) -> frozenset[str]:
    """Return the names of the dependencies that two recorded commands take from different files."""
    first, second = _externs(before), _externs(after)
    return frozenset(name for name, _ in first ^ second)


def hashed_like(argv: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """Return the command `argv` with the hashes of the command `other`, so that both name a crate alike."""
    hashes = {name: value for value in other for name in _HASHES if value.startswith(name)}
    return tuple(next((hashes.get(n, a) for n in _HASHES if a.startswith(n)), a) for a in argv)


def _externs(argv: Sequence[str]) -> frozenset[tuple[str, str]]:
    values = [b for a, b in pairwise(argv) if a == "--extern"]
    found = (value.partition("=")[::2] for value in values)
    return frozenset((name.rpartition(":")[2], path) for name, path in found)


def _meaning(argv: Sequence[str]) -> list[str]:
    pairs = pairwise([*replay_arguments(argv), ""])
    kept: list[str] = []
    skip = False
    for argument, following in pairs:
        if skip:
            skip = False
        elif argument in _UNJUDGED or (argument == "-C" and following.startswith(_HASHES)):
            skip = True
        elif not argument.startswith(("--check-cfg=", "--cap-lints=", *(f"-C{name}" for name in _HASHES))):
            kept.append(argument)
    return kept


def mover(old: Path, new: Path, *, keep: Path) -> Callable[[str], str]:
    """Return a function that moves paths below `old` to `new` in a text, those below `keep` excepted."""
    roots = sorted({str(old), os.path.realpath(old)}, key=len, reverse=True)
    kept = sorted({str(keep), os.path.realpath(keep)}, key=len, reverse=True)
    stay = "|".join(map(re.escape, kept))
    go = "|".join(map(re.escape, roots))
    # Whole paths only: `/src/a` is neither in `/src/ab` nor in `/x/src/a`; options may touch: `-L/src/a`.
    pattern = re.compile(rf"(?:(?<![\w.-])|(?<=^-[A-Z]))(?:(?P<stay>{stay})|(?P<go>{go}))(?![\w.-])")

    def move(text: str) -> str:
        return pattern.sub(lambda match: match["stay"] or str(new), text)

    return move


def root_file(unit: Unit) -> str:
    """Return the unit's root source file as rustc is given it."""
    return source_argument(unit.argv)


def _is_dropped(argument: str) -> bool:
    if argument.startswith(tuple(f"{name}=" for name in _DROPPED)):
        return True
    return argument.startswith(tuple(f"-C{name}=" for name in _DROPPED_CODEGEN))


def _read(done: Completed, paths: PathMap, output: bytes | None) -> Replayed:
    diagnostics = read_messages(done.stderr, paths)
    if not done.succeeded and not any(found.is_error for found in diagnostics):
        text = done.stderr.decode(errors="replace")
        reason = "took too long" if done.timed_out else f"failed with code {done.returncode}"
        diagnostics += (
            Diagnostic("error", None, f"rustc {reason}", (), (), text or f"error: rustc {reason}"),
        )
    return Replayed(done.succeeded, diagnostics, done.seconds, done.timed_out, output, done.stdout)
