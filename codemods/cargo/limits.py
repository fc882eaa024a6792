"""The limits that a process of the analysed code runs under.

Time and output are counted by `process.py`, what a whole tree of processes uses by `watch.py`; the kernel
holds each single process to the memory and the file size (`shell_prefix`, `launch.py`).
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MIB = 1 << 20
GIB = 1 << 30
_BACKSTOP = 16384  # processes of the user: only for a bomb that outruns the count of its tree

# `ulimit -d` (private writable memory) and not `-v` (address space): rustc maps its own driver and every
# library it reads, allocators and sanitizers reserve terabytes that they never touch.
# The kernel is to end analysed code first when memory runs out.
_SCRIPT = """\
{ ulimit -c 0; ulimit -d "$1"; ulimit -f "$2"; ulimit -u "$3" || ulimit -p "$3"
echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null
shift 3; exec "$@"\
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one command and all that it starts may use.

    `seconds` of time, bytes of standard output and error together, bytes of memory (of each process
    and of all together; absent: most of the machine's), processes at once, bytes in one file.
    """

    seconds: float = 300.0
    output_bytes: int = 64 * MIB
    memory_bytes: int | None = None
    processes: int = 1024
    file_bytes: int = 4 * GIB

    @property
    def memory(self) -> int:
        """The bytes of memory in force."""
        return self.memory_bytes or machine_memory() * 8 // 10

    def describe(self) -> str:
        """Return one line for the ledger."""
        return (
            f"{self.seconds:g} s, {in_words(self.memory)} of memory, {self.processes} processes, "
            f"{in_words(self.output_bytes)} of output, {in_words(self.file_bytes)} a file"
        )


def shell_prefix(limits: Limits) -> list[str]:
    """Return what stands before a command so that the kernel limits it: a shell, replaced by the command."""
    shell = shutil.which("sh") or "/bin/sh"
    numbers = (limits.memory // 1024, limits.file_bytes // 512, _BACKSTOP)  # in the units of `ulimit`
    return [shell, "-c", _SCRIPT, "codemod", *map(str, numbers)]


def explain(text: str, limits: Limits) -> str | None:
    """Return which limit of the kernel a process ran into, judged by what it or its parent printed."""
    if "memory allocation of" in text or ("SIGABRT" in text and "out of memory" in text):
        return f"it used more than {in_words(limits.memory)} of memory"
    if "SIGXFSZ" in text or "File too large" in text:
        return f"it wrote more than {in_words(limits.file_bytes)} into one file"
    return None


def in_words(size: int) -> str:
    """Return a number of bytes as a person says it."""
    for unit, name in ((GIB, "GB"), (MIB, "MB"), (1024, "kB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"


@cache
def machine_memory() -> int:
    """Return the bytes of memory that this process may use: the machine's, or those of its container."""
    sizes = [_physical_memory(), *_container_limits()]
    return min(size for size in sizes if size > 0)


def _physical_memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 8 * GIB


def _container_limits() -> list[int]:
    files = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
    found = []
    for name in files:
        try:
            found.append(int(Path(name).read_text()))
        except (OSError, ValueError):
            continue  # not there, or "max"
    return found
