"""Which ledgers this machine wrote itself: anybody can write a note, so only those are more than a claim.

The hash of each note is a file's name in the user's state folder. Nothing there is secret: whoever could
add a name could alter the tool as well, and the cage keeps the analysed code from writing there.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from codemods.errors import MachineError

_FOLDER = "ledgers"


def record(state: Path, note: bytes) -> None:
    """Remember in the folder `state` that this machine wrote `note`.

    Raises:
        MachineError: the folder cannot be written.
    """
    file = _file(state, note)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError as error:
        raise MachineError(
            f"what identifies the ledger cannot be kept: {error.strerror or error}",
            where=str(file.parent),
            hint="Make the folder writable: without it `codemod review` could not know the ledger again.",
        ) from error


def is_recorded(state: Path, note: bytes) -> bool:
    """Whether this machine wrote exactly these bytes; false where it forgot (`codemod clean --state`)."""
    return _file(state, note).is_file()


def _file(state: Path, note: bytes) -> Path:
    return state / _FOLDER / hashlib.sha256(note).hexdigest()
