"""Start one process, wait for it, and say what it printed and what it cost."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Finished:
    """What a process left behind. `cpu` (user and system) includes the processes it waited for."""

    code: int
    stdout: bytes
    stderr: bytes
    wall: float
    cpu: float


class ToolError(Exception):
    """A command that had to succeed did not."""


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    limit: float = LIMIT_SECONDS,
) -> Finished:
    """Run `command` to its end in `cwd` with `env` added; kill it after `limit` seconds."""
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        source.write(stdin)
        source.seek(0)
        started = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=source,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        code, cpu = _wait(process, limit)
        wall = time.perf_counter() - started
        out.seek(0)
        err.seek(0)
        return Finished(code, out.read(), err.read(), wall, cpu)


def must(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None) -> Finished:
    """Run `command` and return what it left; raise `ToolError` with its last lines when it fails."""
    finished = run(command, cwd=cwd, env=env)
    if finished.code != 0:
        words = " ".join(str(part) for part in command)
        raise ToolError(f"{words} (in {cwd}) ended with {finished.code}:\n{_tail(finished.stderr)}")
    return finished


def peak_memory(command: Sequence[str | Path], *, cwd: Path) -> int:
    """Run `command`, return the largest memory in bytes that it and its children had together.

    Pages shared between them count once (PSS), looked at every 20 ms.
    """
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(_memory(pid) for pid in _session(process.pid)))
        time.sleep(0.02)
    if process.returncode != 0:
        raise ToolError(f"{command[0]} ended with {process.returncode} while its memory was measured")
    return peak


def _wait(process: subprocess.Popen[bytes], limit: float) -> tuple[int, float]:
    timer = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
    timer.start()
    try:
        # wait4 gives the cost of this process alone; RUSAGE_CHILDREN would add earlier ones.
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime


def _session(leader: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # gone meanwhile
        if int(after_name[3]) == leader:
            found.append(int(folder.name))
    return found


def _memory(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    for line in text.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _tail(output: bytes, lines: int = 15) -> str:
    return "\n".join(output.decode(errors="replace").splitlines()[-lines:])
