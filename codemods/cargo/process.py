"""Start a process of the analysed code: caged, limited, and never left behind.

The environment is an allow-list: a build script finds no credentials in it. `--pass-env NAME`
lets one more variable through; the names of the others are kept, to be shown when a baseline fails.
"""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from codemods.cargo.leash import leash
from codemods.cargo.sandbox import Sandbox
from codemods.errors import MachineError

MIB = 1 << 20
_CHUNK = 1 << 16
_TICK = 0.1  # seconds between two looks at the clock
_GRACE = 2.0  # seconds between SIGTERM and SIGKILL
_DRAIN = 0.5  # seconds for what stands in the pipes after the process itself has ended

_ALLOWED = re.compile(
    r"""
    PATH | HOME | USER | LOGNAME | LANG | LANGUAGE | LC_\w+ | TZ | TERM | TMPDIR | COLORTERM | NO_COLOR
    | RUSTUP_(HOME|TOOLCHAIN) | RUSTFLAGS | RUSTDOCFLAGS | RUST_(BACKTRACE|LOG|MIN_STACK|TEST_THREADS)
    | CARGO | CARGO_\w+ | RUSTC_BOOTSTRAP | SOURCE_DATE_EPOCH
    | ((HOST|TARGET)_)?(CC|CXX|CPP|AR|LD|NM|RANLIB|CFLAGS|CXXFLAGS|CPPFLAGS|LDFLAGS|ARFLAGS)(_\w+)?
    | LD_LIBRARY_PATH | DYLD_(FALLBACK_)?LIBRARY_PATH | LIBRARY_PATH | C(PLUS)?_INCLUDE_PATH | CPATH
    | LIBCLANG_PATH | LLVM_CONFIG(_PATH)? | LLVM_SYS_\d+_PREFIX | CLANG_PATH | BINDGEN_EXTRA_CLANG_ARGS\w*
    | PKG_CONFIG\w* | CMAKE\w* | MAKEFLAGS | NUM_JOBS | PROTOC(_INCLUDE)? | MACOSX_DEPLOYMENT_TARGET
    | SDKROOT | DEVELOPER_DIR | JAVA_HOME | NIX_(CC|CFLAGS|LDFLAGS|PROFILES|SSL_CERT_FILE)\w*
    | \w+_(LIB_DIR|INCLUDE_DIR|ROOT_DIR|NO_PKG_CONFIG|STATIC|NO_VENDOR) | OPENSSL_(DIR|LIBS|STATIC)
    | SSL_CERT_(FILE|DIR) | (?i:(https?|all|no)_proxy)
    """,
    re.VERBOSE,
)
_SECRET = re.compile(r"TOKEN|CREDENTIAL|SECRET|PASSW|PASSPHRASE|_KEY|KEY_|APIKEY|AUTH", re.IGNORECASE)
_PASSWORD_IN_URL = re.compile(r"://[^/\s@]*:[^/\s@]*@")


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds` of time, bytes of standard output and error together, bytes of address space."""

    seconds: float = 300.0
    output_bytes: int = 64 * MIB
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Completed:
    """How a process ended. `returncode` is negative for a signal, as `subprocess` has it.

    `timed_out`: it was killed for its time limit. `truncated`: it was killed for its output limit.
    """

    returncode: int
    stdout: bytes
    stderr: bytes
    seconds: float
    timed_out: bool = False
    truncated: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether it ended by itself, with code 0."""
        return self.returncode == 0 and not self.timed_out and not self.truncated


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs commands with one environment (allow-listed already), one set of limits, one cage."""

    environment: Mapping[str, str]
    limits: Limits = field(default_factory=Limits)
    sandbox: Sandbox | None = None

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        cwd: Path,
        extra: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        writable: Sequence[Path] = (),
        network: bool = False,
        limit: Literal["total", "silence"] = "total",
        on_stderr: Callable[[bytes], None] | None = None,
    ) -> Completed:
        """Run `argv` in `cwd` and return how it ended, with what it wrote.

        `extra` is laid over the environment. `writable` are the only folders it may write below,
        where there is a cage. `limit="silence"` counts the seconds from the last output: right for
        cargo, which runs many processes and reports the start and end of each. `on_stderr`
        is given the standard error as it arrives, for progress.

        The process is the leader of an own session; whatever is left of it is killed before this returns.

        Raises:
            MachineError: the program cannot be started.
        """
        environment = {**self.environment, **(extra or {})}
        command = [str(part) for part in argv]
        if self.sandbox is not None:
            command = self.sandbox.wrap(
                command, cwd=cwd, writable=writable, network=network, environment=environment
            )
        started = time.monotonic()
        process = _start(command, cwd, environment)
        talk = _Talk(process, stdin, self.limits, limit == "silence", on_stderr)
        with leash(process.pid):  # so that not even `kill -9` of us leaves it behind
            try:
                _limit_memory(process.pid, self.limits.memory_bytes)
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
        )


def allowed_environment(
    environ: Mapping[str, str], pass_env: Iterable[str] = ()
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the variables that the analysed code may see, and the names of those withheld.

    Allowed are: where tools and libraries are (`PATH`, `CC`, `PKG_CONFIG*`, `OPENSSL_DIR`, …), cargo's
    and rustc's settings, locale. Names that look like a secret and values with a
    password in an address never pass, unless named in `pass_env`.
    """
    named = frozenset(pass_env)
    allowed = {k: v for k, v in environ.items() if k in named or _is_allowed(k, v)}
    return allowed, tuple(sorted(environ.keys() - allowed.keys()))


def _is_allowed(name: str, value: str) -> bool:
    harmless = not _SECRET.search(name) and not _PASSWORD_IN_URL.search(value)
    return harmless and _ALLOWED.fullmatch(name) is not None


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


def _limit_memory(pid: int, limit: int | None) -> None:
    """Set the limit from outside: `preexec_fn` is not safe where threads run. Linux only."""
    if limit is None or not sys.platform.startswith("linux"):
        return
    import resource  # noqa: PLC0415 - absent on some platforms

    with suppress(ProcessLookupError, PermissionError):  # it may have ended already
        resource.prlimit(pid, resource.RLIMIT_AS, (limit, limit))


class _Talk:
    """Feeds and reads one process until it ends or breaks a limit."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        stdin: bytes,
        limits: Limits,
        by_silence: bool,
        on_stderr: Callable[[bytes], None] | None,
    ) -> None:
        self.stdout = bytearray()
        self.stderr = bytearray()
        self.timed_out = False
        self.truncated = False
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
            if len(self.stdout) + len(self.stderr) > self._limits.output_bytes:
                self.truncated = True
                return
            if now > deadline:
                self.timed_out = True
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

    def _await_end(self, deadline: float) -> None:
        """It closed its pipes; it should end as well."""
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.timed_out = True

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
