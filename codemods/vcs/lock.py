"""A lock between processes that a kill releases."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from codemods.errors import MachineError

_PAUSE = 0.1  # seconds between two tries


@dataclass(frozen=True, slots=True)
class Lock:
    """An exclusive lock on a file, held by an open file descriptor."""

    descriptor: int

    @classmethod
    def acquire(cls, path: Path, wait_seconds: float, on_wait: Callable[[str], None] | None = None) -> Lock:
        """Return the lock on `path`; `on_wait` is told once, with a sentence, when another holds it.

        Raises:
            MachineError: another process still holds it after `wait_seconds`.
        """
        while True:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                _wait(descriptor, path, wait_seconds, on_wait)
                if _is_still(descriptor, path):
                    os.ftruncate(descriptor, 0)
                    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
                    return cls(descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)

    def release(self) -> None:
        """Let others have it."""
        try:
            os.close(self.descriptor)
        except OSError:  # released before
            return


def _is_still(descriptor: int, path: Path) -> bool:
    """Whether `path` is the locked file: `codemod clean` may have deleted it while we waited."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _wait(descriptor: int, path: Path, wait_seconds: float, on_wait: Callable[[str], None] | None) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
        if time.monotonic() >= deadline:
            raise MachineError(
                f"another codemod run (process {holder}) works on this repository",
                where=str(path),
                hint="Wait for it to end, or end it, and run this again.",
            )
        if on_wait is not None:
            on_wait(f"waiting for another codemod run on this repository (process {holder})")
            on_wait = None
        time.sleep(_PAUSE)
