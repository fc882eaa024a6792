"""Start a process of the analysed code: caged, limited, and never left behind."""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from codemods.cargo.environment import allowed_environment
from codemods.cargo.leash import leash
from codemods.cargo.limits import MIB, Limits, explain, in_words, shell_prefix
from codemods.cargo.sandbox import Network, Sandbox, launcher
from codemods.cargo.watch import Watch
from codemods.errors import MachineError

__all__ = ["MIB", "Completed", "Limits", "Runner", "allowed_environment", "end_group"]

_CHUNK = 1 << 16
_TICK = 0.1  # seconds between two looks at the clock
_GRACE = 2.0  # seconds between SIGTERM and SIGKILL
_DRAIN = 0.5  # seconds for what stands in the pipes after the process itself has ended
_IS_LINUX = sys.platform.startswith("linux")


@dataclass(frozen=True, slots=True)
class Completed:
    """How a process ended. `returncode` is negative for a signal, as `subprocess` has it.

    `timed_out`: it was killed for its time limit. `truncated`: it was killed for its output limit.
    `broke` says which limit ended it, as the end of a sentence: "it used more than 6 GB of memory".
    """

    returncode: int
    stdout: bytes
    stderr: bytes
    seconds: float
    timed_out: bool = False
    truncated: bool = False
    broke: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether it ended by itself, with code 0."""
        return self.returncode == 0 and not self.timed_out and not self.truncated and self.broke is None


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs commands with one environment (allow-listed already), one set of limits, one cage.

    `own_environment` is the user's, with proxies, an ssh agent and tokens: for what runs with
    the user's own network access.
    """

    environment: Mapping[str, str]
    limits: Limits = field(default_factory=Limits)
    sandbox: Sandbox | None = None
    own_environment: Mapping[str, str] | None = None

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        cwd: Path,
        extra: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        writable: Sequence[Path] = (),
        network: Network = "none",
        limit: Literal["total", "silence"] = "total",
        on_stderr: Callable[[bytes], None] | None = None,
    ) -> Completed:
        """Run `argv` in `cwd` and return how it ended, with what it wrote.

        `extra` is laid over the environment. `writable` are the only folders it may write below,
        where there is a cage. `limit="silence"` counts the seconds from the last output: right for
        cargo, which runs many processes and reports the start and end of each. `on_stderr`
        is given the standard error as it arrives, for progress.

        Nothing that it started is left when this returns, not even what went into another session.

        Raises:
            MachineError: the program cannot be started.
        """
        own = self.own_environment if network == "own" else None
        environment = {**(self.environment if own is None else own), **(extra or {})}
        command = self._command(argv, cwd, writable, network, environment)
        started = time.monotonic()
        process = _start(command, cwd, environment)
        watch = Watch(process.pid, self.limits, writable) if _IS_LINUX else None
        talk = _Talk(process, stdin, self.limits, limit == "silence", on_stderr, watch)
        with leash(process.pid):  # so that not even `kill -9` of us leaves it behind
            try:
                talk.run()
            finally:
                end_group(process)
                talk.close()
        seconds = time.monotonic() - started
        return Completed(
            process.returncode,
            bytes(talk.stdout),
            bytes(talk.stderr),
            seconds,
            talk.timed_out,
            talk.truncated,
            talk.broke or (_explained(talk.stderr, self.limits) if process.returncode else None),
        )

    def _command(
        self,
        argv: Sequence[str | Path],
        cwd: Path,
        writable: Sequence[Path],
        network: Network,
        environment: Mapping[str, str],
    ) -> list[str]:
        """Return what to start: the cage, in it the limits of the kernel, in these `argv`."""
        words = [str(part) for part in argv]
        _require_program(words[0], cwd, environment)
        limited = [*shell_prefix(self.limits), *words]
        if self.sandbox is not None:
            return self.sandbox.wrap(
                limited, cwd=cwd, writable=writable, network=network, environment=environment
            )
        return [*launcher(), "{}", *limited] if _IS_LINUX else limited


def _require_program(name: str, cwd: Path, environment: Mapping[str, str]) -> None:
    """Say that a program is not there: the cage around it is, and starts."""
    place = str(cwd / name) if os.sep in name else name
    if shutil.which(place, path=environment.get("PATH", os.defpath)) is None:
        raise MachineError(
            f"cannot start `{name}`: there is no such program",
            where=str(cwd),
            hint="`codemod doctor` shows which tools are there.",
        )


def _explained(stderr: bytearray, limits: Limits) -> str | None:
    """Return which limit of the kernel a process that failed ran into, by what it said last."""
    return explain(bytes(stderr[-_CHUNK:]).decode(errors="replace"), limits)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill everything in the session of `process`: asked first, then by force; wait for it."""
    if process.poll() is None:
        _signal_group(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    # Nothing of it may be left; macOS says EPERM when only a zombie is.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _start(command: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
    except OSError as error:
        raise MachineError(
            f"cannot start `{command[0]}`: {error.strerror or error}",
            where=str(cwd),
            hint="`codemod doctor` shows which tools are there.",
        ) from error


class _Talk:
    """Feeds and reads one process until it ends or breaks a limit."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        stdin: bytes,
        limits: Limits,
        by_silence: bool,
        on_stderr: Callable[[bytes], None] | None,
        watch: Watch | None,
    ) -> None:
        self.stdout = bytearray()
        self.stderr = bytearray()
        self.timed_out = False
        self.truncated = False
        self.broke: str | None = None
        self._watch = watch
        self._process = process
        self._pending = memoryview(stdin)
        self._limits = limits
        self._by_silence = by_silence
        self._on_stderr = on_stderr
        self._selector = selectors.DefaultSelector()
        self._register()

    def run(self) -> None:
        """Return when both pipes are closed, the process has ended, or a limit is broken."""
        deadline = time.monotonic() + self._limits.seconds
        ended_at: float | None = None
        while self._reading():
            events = self._selector.select(_TICK)
            for key, _ in events:
                self._serve(key)
            now = time.monotonic()
            if events and self._by_silence:
                deadline = now + self._limits.seconds
            if self._breaks_limits(now, deadline):
                return
            # A child that outlives the process may hold the pipes open: do not wait for it.
            if ended_at is None and self._process.poll() is not None:
                ended_at = now
            if ended_at is not None and now > ended_at + _DRAIN:
                return
        self._await_end(deadline)

    def close(self) -> None:
        """Close the pipes."""
        self._selector.close()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None and not pipe.closed:
                pipe.close()

    def _breaks_limits(self, now: float, deadline: float) -> bool:
        limits = self._limits
        if len(self.stdout) + len(self.stderr) > limits.output_bytes:
            self.truncated = True
            self.broke = f"it wrote more than {in_words(limits.output_bytes)}"
        elif now > deadline:
            self.timed_out = True
            slow = "nothing happened for" if self._by_silence else "it took longer than"
            self.broke = f"{slow} {limits.seconds:g} s"
        elif self._watch is not None:
            self.broke = self._watch.broken(now)
        return self.broke is not None

    def _await_end(self, deadline: float) -> None:
        """It closed its pipes; it should end as well."""
        while not self._breaks_limits(time.monotonic(), deadline):
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_TICK)
                return

    def _register(self) -> None:
        stdin, stdout, stderr = self._process.stdin, self._process.stdout, self._process.stderr
        assert stdin is not None and stdout is not None and stderr is not None
        self._selector.register(stdout, selectors.EVENT_READ, self.stdout)
        self._selector.register(stderr, selectors.EVENT_READ, self.stderr)
        if self._pending:
            os.set_blocking(stdin.fileno(), False)
            self._selector.register(stdin, selectors.EVENT_WRITE, None)
        else:
            stdin.close()

    def _reading(self) -> bool:
        return any(key.events & selectors.EVENT_READ for key in self._selector.get_map().values())

    def _serve(self, key: selectors.SelectorKey) -> None:
        pipe: IO[bytes] = key.fileobj  # type: ignore[assignment]
        if key.data is None:
            self._feed(pipe)
            return
        chunk = os.read(pipe.fileno(), _CHUNK)
        if not chunk:
            self._selector.unregister(pipe)
            return
        key.data.extend(chunk)
        if key.data is self.stderr and self._on_stderr is not None:
            self._on_stderr(chunk)

    def _feed(self, pipe: IO[bytes]) -> None:
        try:
            self._pending = self._pending[os.write(pipe.fileno(), self._pending[:_CHUNK]) :]
        except BrokenPipeError:
            self._pending = self._pending[:0]
        if not self._pending:
            self._selector.unregister(pipe)
            pipe.close()
