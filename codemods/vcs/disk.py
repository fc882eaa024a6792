"""What the disk can do to a run, said as such."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from codemods.errors import MachineError

FULL_HINT = "Free some space (`codemod clean` empties the caches) and run it again."

_NEARLY_FULL = 1 << 20  # bytes; a writer that failed may have removed its last file again
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FULL_IN_WORDS = ("no space left on device", "disk quota exceeded", "file too large")


@contextmanager
def disk_errors(where: Path) -> Iterator[None]:
    """Turn an `OSError` of the body into a `MachineError` about `where`."""
    try:
        yield
    except OSError as error:
        place = str(error.filename) if error.filename is not None else str(where)
        if error.errno in _FULL:
            raise MachineError(f"the disk is full: {error.strerror}", where=place, hint=FULL_HINT) from error
        raise MachineError(f"the file system refused: {error.strerror}", where=place) from error


def is_full(where: Path) -> bool:
    """Whether the file system of `where` has no room: for writers that do not say why they failed."""
    try:
        status = os.statvfs(where)
    except OSError:
        return False
    return status.f_bavail * status.f_frsize < _NEARLY_FULL or (status.f_files > 0 and status.f_favail == 0)


def says_full(message: str) -> bool:
    """Whether a program's message means that the disk is full."""
    return any(sign in message.lower() for sign in _FULL_IN_WORDS)
