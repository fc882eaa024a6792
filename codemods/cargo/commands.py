"""Run a command that a person named (`--run`) on the tree that stands in scratch, and keep what it wrote.

`cargo run …` is taken apart: cargo builds, and the program it would start is run by itself, just as cargo
would run it; so what is compared is the program's own output and not cargo's. Anything else is run as it
stands, in the folder of the workspace. No shell reads it.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from codemods.cargo.build import Build
from codemods.cargo.process import Completed
from codemods.cargo.recorder import Recorded, Recorder
from codemods.cargo.stderr import CargoErrors, errors_of_cargo
from codemods.errors import MachineError, UsageError

_RUN = ("run", "r")
_HINT = 'For example: --run "cargo run --example demo -- --help", or --run "./smoke.sh".'
_NOT_SHELL = frozenset({"|", "||", "&", "&&", ";", ">", ">>", "<", "2>&1"})


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it was given, and its words."""

    text: str
    words: tuple[str, ...]

    @property
    def is_cargo_run(self) -> bool:
        """Whether cargo is to build a program and start it."""
        return self.words[0] == "cargo"


@dataclass(frozen=True, slots=True)
class CommandOutput:
    """What a command wrote and how it ended; `problem` says why it did not come to its end.

    Paths of scratch and of its target directory are written as `<scratch>` and `<target>`.
    `returncode` is negative for a signal.
    """

    stdout: str = ""
    stderr: str = ""
    returncode: int = 0
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class CommandRuns:
    """What a command wrote, each time that it ran on one tree."""

    runs: tuple[CommandOutput, ...]


def parse_command(text: str) -> Command:
    """Return the command that a person named.

    Raises:
        UsageError: it has no words, a quote is open, or it is one that cannot be run here.
    """
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"the command can't be read: {error}", where=f"--run {text}", hint=_HINT) from error
    if not words:
        raise UsageError("the command is empty", where=f"--run {text!r}", hint=_HINT)
    shell = next((word for word in words if word in _NOT_SHELL), None)
    if shell is not None:
        hint = f"No shell reads the command, so `{shell}` means nothing. Put it into a script, and run that."
        raise UsageError("a command is a program with its arguments", where=f"--run {text}", hint=hint)
    if words[0] == "cargo" and (len(words) < 2 or words[1] not in _RUN):
        hint = f"With cargo, only `cargo run` is compared. {_HINT}"
        raise UsageError("this is no command whose output can be compared", where=f"--run {text}", hint=hint)
    return Command(text, words)


def run_command(
    command: Command, build: Build, environment: Mapping[str, str] | None = None
) -> CommandOutput:
    """Return what `command` writes on the tree that stands in scratch.

    `environment` is laid over cargo's (a wrapper that caps lints, for one). Files that it leaves in scratch
    are removed; what it does to tracked files is the caller's to undo.

    Raises:
        MachineError: cargo cannot be started.
    """
    program = (
        _built(command, build, environment or {}) if command.is_cargo_run else _as_it_stands(command, build)
    )
    return program if isinstance(program, CommandOutput) else _run(program, build)


def _built(command: Command, build: Build, environment: Mapping[str, str]) -> Recorded | CommandOutput:
    """Build what `cargo run` would run; return it, or why there is nothing."""
    recorder = Recorder(build)
    recorder.forget()
    cargo = build.command("run", selected=False)
    done = recorder.run(cargo, environment, last=command.words[2:])
    if not done.succeeded:
        return CommandOutput(problem=f"cargo does not build it: {_why(done, build)}")
    programs = [record for record in recorder.records() if not record.is_rustdoc]
    if len(programs) != 1:
        return CommandOutput(problem="cargo did not say how it runs it; is a `runner` configured?")
    return programs[0]


def _as_it_stands(command: Command, build: Build) -> Recorded | CommandOutput:
    name = command.words[0]
    place = str(build.workspace_root / name) if "/" in name else name
    program = shutil.which(place, path=build.runner.environment.get("PATH"))
    if program is None:
        return CommandOutput(problem=f"there is no program `{name}`")
    return Recorded(False, (program, *command.words[1:]), build.workspace_root, build.environment())


def _run(program: Recorded, build: Build) -> CommandOutput:
    before = set(_entries(build.repository_root))
    try:
        done = build.runner.run(
            program.argv, cwd=program.cwd, extra=program.environment, writable=build.writable()
        )
    except MachineError as error:
        return CommandOutput(problem=error.message)
    finally:
        _remove(path for path in _entries(build.repository_root) if path not in before)
    names = {str(build.target_directory): "<target>", str(build.repository_root): "<scratch>"}
    texts = [_named(output, names) for output in (done.stdout, done.stderr)]
    return CommandOutput(texts[0], texts[1], done.returncode, _stopped(done))


def _stopped(done: Completed) -> str | None:
    return f"it was stopped: {done.broke}" if done.timed_out or done.truncated else None


def _named(output: bytes, names: Mapping[str, str]) -> str:
    text = output.decode(errors="replace").replace("\r\n", "\n")
    for path, name in sorted(names.items(), key=lambda item: -len(item[0])):
        text = text.replace(path, name)
    return text


def _why(done: Completed, build: Build) -> str:
    if done.timed_out:
        return f"silent for {build.runner.limits.seconds:.0f} s"
    errors = errors_of_cargo(CargoErrors(done.stderr, str(build.workspace_root)))
    lines = done.stderr.decode(errors="replace").splitlines()
    first = next((line for line in lines if line.startswith("error")), f"code {done.returncode}")
    return next((error.message for error in errors), first).partition("\n")[0]


def _entries(root: Path) -> Iterator[Path]:
    """Yield what lies below `root`, a folder before what is in it; git's own folder is left out."""
    for folder, folders, names in os.walk(root):
        if folder == str(root) and ".git" in folders:
            folders.remove(".git")
        yield from (Path(folder, name) for name in (*folders, *names))


def _remove(paths: Iterable[Path]) -> None:
    for path in reversed(list(paths)):
        with suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink()
