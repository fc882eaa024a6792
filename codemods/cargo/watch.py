"""Watch what a tree of processes uses, and say which limit it breaks. Linux only: it reads /proc.

Limits of the kernel are per process, or per user and not for root; a tree needs a sum. A cgroup would do,
but few may write one.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from codemods.cargo.limits import GIB, Limits, in_words

_INTERVAL = 0.1  # seconds
_DISK_INTERVAL = 1.0
_RESERVE = GIB  # bytes of a disk that the analysed code must leave free


class Watch:
    """Looks at the descendants of `pid`, and at the disks of the folders that they may write to."""

    def __init__(self, pid: int, limits: Limits, writable: Sequence[Path] = ()) -> None:
        self._pid = pid
        self._limits = limits
        self._next_look = time.monotonic() + _INTERVAL
        self._next_disk_look = time.monotonic() + _DISK_INTERVAL
        free = {path: _free(path) for path in writable}
        # A disk that is nearly full already is not the analysed code's fault.
        self._reserves = {path: min(_RESERVE, size // 2) for path, size in free.items()}

    def broken(self, now: float) -> str | None:
        """Return the limit that is broken as the end of a sentence, `None` while none is."""
        if now >= self._next_disk_look:
            self._next_disk_look = now + _DISK_INTERVAL
            for path, reserve in self._reserves.items():
                if _free(path) < reserve:
                    return f"it left less than {in_words(reserve)} of disk free"
        if now < self._next_look:
            return None
        self._next_look = now + _INTERVAL
        return self._by_processes()

    def _by_processes(self) -> str | None:
        used = 0
        for count, pid in enumerate(descendants(self._pid), start=1):
            used += _memory(pid)
            if count > self._limits.processes:
                return f"it started more than {self._limits.processes} processes"
        if used > self._limits.memory:
            return f"it used more than {in_words(self._limits.memory)} of memory"
        return None


def descendants(pid: int) -> Iterator[int]:
    """Yield `pid` and all processes below it, each once, as they are now."""
    queue = [pid]
    while queue:
        each = queue.pop()
        yield each
        queue += children(each)


def children(pid: int) -> list[int]:
    """Return the processes that any thread of `pid` has started, or taken over."""
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - ten times in a tenth of a second
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:  # noqa: PTH123
                found += map(int, file.read().split())
    except OSError:
        pass  # it has ended
    return found


def _memory(pid: int) -> int:
    """Return the bytes that only this process has, and what it shares by request (not files)."""
    try:
        with open(f"/proc/{pid}/status", "rb") as file:  # noqa: PTH123
            lines = file.read().split(b"\n")
    except OSError:
        return 0
    sizes = (line.split()[1] for line in lines if line.startswith((b"RssAnon:", b"RssShmem:")))
    return sum(map(int, sizes)) * 1024


def _free(path: Path) -> int:
    try:
        return shutil.disk_usage(path).free
    except OSError:
        return _RESERVE
