"""The step store: journal, cache and resume in one.

A step is a function of hashable inputs to a serialisable value. Its value is kept under the
hash of its inputs, so a run that was killed finds every finished step again, and a second
run compiles nothing.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from codemods.errors import MachineError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Value = TypeVar("Value")

KEEP_SECONDS = 90 * 24 * 3600


def step_key(step: str, *inputs: object) -> str:
    """Return the key of `step` for `inputs` (anything JSON can say; bytes are hashed first)."""
    text = json.dumps([step, *inputs], sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    match value:
        case bytes():
            return hashlib.sha256(value).hexdigest()
        case set() | frozenset():
            return sorted(value)
        case _:
            return str(value)


class StepStore:
    """Values of finished steps in one SQLite file; safe for several processes and `kill -9`."""

    def __init__(self, path: Path) -> None:
        """Open the store at `path`.

        Raises:
            MachineError: the file can't be created, read or written.
        """
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._database = _opened(path)
            except sqlite3.OperationalError:
                raise  # the disk, or another process: what is kept there is good
            except sqlite3.DatabaseError:
                _remove(path)
                self._database = _opened(path)
        except (OSError, sqlite3.Error) as error:
            raise _failure(path, error) from error

    def get(self, key: str) -> bytes | None:
        """Return the value kept under `key`, or None."""
        try:
            row = self._database.execute("SELECT value FROM steps WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise _failure(self.path, error) from error
        return bytes(row[0]) if row else None

    def put(self, key: str, value: bytes) -> None:
        """Keep `value` under `key`; it is on disk, whole, when this returns."""
        try:
            self._database.execute("INSERT OR REPLACE INTO steps VALUES (?, ?, ?)", (key, value, time.time()))
        except sqlite3.Error as error:
            raise _failure(self.path, error) from error

    def read(self, key: str, kind: type[Value]) -> Value | None:
        """Return the value of type `kind` under `key`, or None.

        What no longer reads as `kind` (another version of the tool wrote it) is none.
        """
        kept = self.get(key)
        if kept is None:
            return None
        try:
            return cast("Value", _adapter(kind).validate_json(kept))
        except ValueError:
            return None

    def write(self, key: str, value: object) -> None:
        """Keep `value` (plain data, or a dataclass of it) under `key`."""
        self.put(key, _adapter(type(value)).dump_json(value))

    def remember(self, key: str, kind: type[Value], make: Callable[[], Value]) -> Value:
        """Return the value of type `kind` under `key`; make and keep it where there is none."""
        value = self.read(key, kind)
        if value is None:
            value = make()
            self.write(key, value)
        return value

    def __enter__(self) -> StepStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=60, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    database.execute("CREATE TABLE IF NOT EXISTS steps (key TEXT PRIMARY KEY, value BLOB, used REAL)")
    database.execute("DELETE FROM steps WHERE used < ?", (time.time() - KEEP_SECONDS,))
    return database


def _remove(path: Path) -> None:
    """Remove a damaged file with all that belongs to it: it was only a cache."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}  # to make one takes milliseconds


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        from pydantic import TypeAdapter  # noqa: PLC0415 - 90 ms that a run without steps need not pay

        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def _failure(path: Path, error: Exception) -> MachineError:
    return MachineError(
        f"the step store can't be used: {error}",
        where=str(path),
        hint="Free some disk space, or remove the file: it is only a cache.",
    )
