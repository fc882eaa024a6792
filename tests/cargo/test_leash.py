"""Whatever ends this process ends what it started, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

PROGRAM = """\
import subprocess, sys, time
from codemods.cargo.leash import leash

def child(*words):
    return subprocess.Popen(["sh", "-c", *words], start_new_session=True)

finished = child("exit 0")
with leash(finished.pid):
    finished.wait()
freed = child("sleep 60")
with leash(freed.pid):
    pass
both = child("sleep 60 & sleep 60")
with leash(both.pid):
    print(freed.pid, both.pid, flush=True)
    END
"""


def _group_is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("end", ["time.sleep(60)", "sys.exit(3)", "__import__('os')._exit(0)"])
def test_a_group_on_the_leash_does_not_outlive_us(end: str) -> None:
    command = [sys.executable, "-c", PROGRAM.replace("END", end)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        freed, held = map(int, process.stdout.readline().split())
        if "sleep" in end:
            os.killpg(process.pid, signal.SIGKILL)
    try:
        deadline = time.monotonic() + 5
        while _group_is_there(held) and "sys.exit" not in end and time.monotonic() < deadline:
            time.sleep(0.01)
        # `sys.exit` leaves the block as any exception does: then ending it is the caller's business.
        assert _group_is_there(held) == ("sys.exit" in end)
        assert _group_is_there(freed), "what was let off is left alone"
    finally:
        for group in (freed, held):
            if _group_is_there(group):
                os.killpg(group, signal.SIGKILL)
