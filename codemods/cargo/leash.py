"""Kill what this process has started even when it is itself killed and can do nothing more.

Where there is no cage a `kill -9` of us would leave cargo and its compilers behind, writing into a
scratch checkout that the next run already uses. A tiny shell in a session of its own reads which
process groups are running; the end of its input tells it that we are gone, and it ends them.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

# Reads "+GROUP" and "-GROUP" lines. A shell, because starting Python takes ten times as long.
_WATCH = """\
groups=" "
while read -r line; do
    group=${line#?}
    case $line in
    +*) groups="$groups$group " ;;
    -*) groups="${groups%% $group *} ${groups#* $group }" ;;
    esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
"""


@contextmanager
def leash(group: int) -> Iterator[None]:
    """Have the process group `group` killed where this process ends before the block does."""
    watcher = _watcher(os.getpid())
    _tell(watcher, f"+{group}\n")
    try:
        yield
    finally:
        _tell(watcher, f"-{group}\n")


@cache
def _watcher(_pid: int) -> int | None:
    """Return where to write for the watcher of this process (a fork needs another), started now."""
    shell = shutil.which("sh")
    if shell is None:
        return None
    reading, writing = os.pipe()  # neither end is inherited: only our own end closes it
    try:
        watcher = subprocess.Popen(
            [shell, "-c", _WATCH],
            cwd="/",
            env={},
            stdin=reading,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C and a kill of our group must not reach it
        )
    except OSError:
        os.close(writing)
        return None
    finally:
        os.close(reading)
    atexit.register(_dismiss, watcher, writing)
    return writing


def _tell(watcher: int | None, line: str) -> None:
    if watcher is not None:
        with suppress(OSError):  # somebody killed it: then there is no watcher
            os.write(watcher, line.encode())


def _dismiss(watcher: subprocess.Popen[bytes], writing: int) -> None:
    with suppress(OSError):
        os.close(writing)
    with suppress(subprocess.TimeoutExpired):
        watcher.wait(1.0)
