"""Run `cargo test` with a recorder in place of the programs it would start (see `record.sh`)."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from codemods.cargo.build import Build
from codemods.cargo.process import Completed

# What the recorder and its shell added, and what belongs to rustdoc alone.
_NOT_CARGOS = frozenset({"RUSTDOC", "_", "SHLVL", "OLDPWD", "PWD"})


@dataclass(frozen=True, slots=True)
class Recorded:
    """One program that cargo would have started: a test executable, or rustdoc for doc tests."""

    is_rustdoc: bool
    argv: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str]


class Recorder:
    """The recorder and its records, below the target directory of `build`."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._folder = build.target_directory / "codemod-tests"
        self._records = self._folder / "records"

    def forget(self) -> None:
        """Remove all records."""
        shutil.rmtree(self._records, ignore_errors=True)
        self._records.mkdir(parents=True)

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], last: Sequence[str] = ()
    ) -> Completed:
        """Run a `cargo test` or `cargo run` command; what it would start is recorded.

        `last` are arguments that come after all others: what cargo does not read itself.

        Raises:
            MachineError: cargo cannot be started.
        """
        return self._build.runner.run(
            [*command, *self._runner_arguments(), *last],
            cwd=self._build.workspace_root,
            extra={**self._build.environment(), **self._environment(), **environment},
            writable=self._build.writable(),
            limit="silence",
        )

    def records(self) -> Iterator[Recorded]:
        """Yield what was recorded since it was last forgotten."""
        for record in sorted(self._records.iterdir()):
            is_rustdoc = record.name.startswith("doc")
            argv = tuple(_strings(record / "argv"))
            environment = dict(item.partition("=")[::2] for item in _strings(record / "env"))
            yield Recorded(
                is_rustdoc,
                _without_runtool(argv) if is_rustdoc else argv,
                Path((record / "cwd").read_text().rstrip("\n")),
                {name: value for name, value in environment.items() if not self._is_ours(name)},
            )

    def _is_ours(self, name: str) -> bool:
        return name in _NOT_CARGOS or name == self._runner_variable

    def _environment(self) -> dict[str, str]:
        variables = {
            "CODEMOD_RECORD": str(self._records),
            "CODEMOD_RUSTDOC": str(self._build.toolchain.rustdoc),
            "RUSTDOC": str(self._script("rustdoc")),
        }
        # The user may have configured a runner for the host: the variable comes before that. Cargo
        # splits it at blanks; where the path has some, an argument must do.
        return (
            variables if self._has_blanks else variables | {self._runner_variable: str(self._script("run"))}
        )

    def _runner_arguments(self) -> Iterator[str]:
        runner = json.dumps([str(self._script("run"))])
        # Whatever `build.target` says: what is for one target comes before what is for all.
        yield from ("--config", f"target.'cfg(all())'.runner={runner}")
        if self._has_blanks:
            yield from ("--config", f"target.{self._build.toolchain.host}.runner={runner}")

    @property
    def _has_blanks(self) -> bool:
        return len(str(self._folder).split()) > 1

    @property
    def _runner_variable(self) -> str:
        triple = self._build.toolchain.host.upper().replace("-", "_").replace(".", "_")
        return f"CARGO_TARGET_{triple}_RUNNER"

    def _script(self, name: str) -> Path:
        path = self._folder / f"{name}.sh"
        content = files("codemods.cargo").joinpath("record.sh").read_bytes()
        if not (path.exists() and path.read_bytes() == content):
            path.write_bytes(content)
            path.chmod(0o755)
        return path


def _without_runtool(argv: Sequence[str]) -> tuple[str, ...]:
    """Return rustdoc's command without the recorder, which cargo names as the runner of examples."""
    kept: list[str] = []
    arguments = iter(argv)
    for argument in arguments:
        if argument in ("--test-runtool", "--test-runtool-arg"):
            next(arguments, None)
        else:
            kept.append(argument)
    return tuple(kept)


def _strings(path: Path) -> list[str]:
    return [os.fsdecode(item) for item in path.read_bytes().split(b"\0")[:-1]]
