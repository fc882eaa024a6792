"""The limits that a process of the analysed code runs under.

Time and output are counted by `process.py`, what a whole tree of processes uses by `watch.py`; the kernel
holds each single process to the memory and the file size (`shell_prefix`, `launch.py`).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from codemods.errors import UsageError

MIB = 1 << 20
GIB = 1 << 30
# What Rust's allocator says, and cargo or a shell of a child that was ended by the kernel.
_NO_MEMORY = re.compile(r"^\s*memory allocation of \d+ bytes failed", re.MULTILINE)
_FILE_TOO_LARGE = re.compile(
    r"\(signal: 25\b|SIGXFSZ|File size limit exceeded|File too large \(os error 27\)"
)
_FIELDS = {
    "memory": "memory_bytes",
    "processes": "processes",
    "output": "output_bytes",
    "file": "file_bytes",
}
_AMOUNT = re.compile(r"([1-9]\d*)\s*([kKmMgG][bB])?")
_UNITS = {"": 1, "KB": 1024, "MB": MIB, "GB": GIB}
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


def read_limits(pairs: Iterable[str], seconds: float) -> Limits:
    """Return the limits that `NAME=VALUE` texts ask for: `memory=4GB`, `processes=200`; the rest as usual.

    Raises:
        UsageError: a name or a value is none.
    """
    given: dict[str, int] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        match = _AMOUNT.fullmatch(value)
        if name not in _FIELDS or match is None or (name == "processes" and match[2]):
            raise UsageError(
                f"`{pair}` is no limit", where="--limit", hint="Such as `memory=4GB`, `processes=200`, "
                "`output=100MB` (what a command prints) or `file=10GB` (the largest file it writes).",
            )  # fmt: skip
        given[_FIELDS[name]] = int(match[1]) * _UNITS[(match[2] or "").upper()]
    return Limits(seconds, **given)


def shell_prefix(limits: Limits) -> list[str]:
    """Return what stands before a command so that the kernel limits it: a shell, replaced by the command."""
    shell = shutil.which("sh") or "/bin/sh"
    numbers = (limits.memory // 1024, limits.file_bytes // 512, _BACKSTOP)  # in the units of `ulimit`
    return [shell, "-c", _SCRIPT, "codemod", *map(str, numbers)]


def explain(text: str, limits: Limits) -> str | None:
    """Return which limit of the kernel a process ran into, judged by what it or its parent printed."""
    if _NO_MEMORY.search(text):
        return f"it used more than {in_words(limits.memory)} of memory"
    if _FILE_TOO_LARGE.search(text):
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
