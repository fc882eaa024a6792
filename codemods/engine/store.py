"""The step store: journal, cache and resume in one.

A step is a function of hashable inputs to a serialisable value. Its value is kept under the
hash of its inputs, so a run that was killed finds every finished step again, and a second
run compiles nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, TypeVar, cast

from codemods.errors import MachineError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Value = TypeVar("Value")

DAY = 24 * 3600
KEEP_SECONDS = 90 * DAY  # from the last time that a value was asked for
KEEP_BYTES = 512 << 20  # beyond, what was asked for longest ago goes, down to three quarters of it

_VERSION = 2  # of the table; what another version of the tool kept is no loss


def step_key(step: str, *inputs: object) -> str:
    """Return the key of `step` for `inputs`: what JSON can say, bytes, paths, sets and other iterables.

    Raises:
        TypeError: an input is something else, which may look different each time.
    """
    text = json.dumps([step, *inputs], sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    match value:
        case bytes():
            return hashlib.sha256(value).hexdigest()
        case PurePath():
            return str(value)
        case set() | frozenset():
            return sorted(value)
        case Iterable():
            return list(value)
        case _:
            raise TypeError(f"no input of a step: {value!r}")


class StepStore:
    """Values of finished steps in one SQLite file; safe for several processes and `kill -9`.

    Damage is no error: what can't be read is made anew, and the file is removed at the end.
    """

    def __init__(self, path: Path, keep_bytes: int = KEEP_BYTES) -> None:
        """Open the store at `path`, which is to hold no more than about `keep_bytes`.

        Raises:
            MachineError: the file can't be created, read or written.
        """
        self.path = path
        self._is_damaged = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = _opened_or_made_anew(path, keep_bytes)
        except (OSError, sqlite3.Error) as error:
            raise _failure(path, error) from error

    def get(self, key: str) -> bytes | None:
        """Return the value kept under `key`, or None."""
        rows = self._execute("SELECT value, used FROM steps WHERE key = ?", key)
        if not rows:
            return None
        value, used = rows[0]
        now = time.time()
        if used < now - DAY:  # seldom, so that to read costs no write
            self._execute("UPDATE steps SET used = ? WHERE key = ?", now, key)
        return bytes(value)

    def put(self, key: str, value: bytes) -> None:
        """Keep `value` under `key`; it is on disk, whole, when this returns."""
        self._execute("INSERT OR REPLACE INTO steps VALUES (?, ?, ?)", key, time.time(), value)

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
        if self._is_damaged:
            with _repairing(self.path):
                _remove(self.path)

    def _execute(self, statement: str, *values: object) -> list[Any]:
        """Return the rows; none where the file turns out to be damaged."""
        if self._is_damaged:
            return []
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:  # the disk, or another process: what is kept is good
            raise _failure(self.path, error) from error
        except sqlite3.DatabaseError:
            self._is_damaged = True
            return []


def _opened_or_made_anew(path: Path, keep_bytes: int) -> sqlite3.Connection:
    try:
        return _opened(path, keep_bytes)
    except sqlite3.OperationalError:
        raise  # the disk, or another process: what is kept there is good
    except sqlite3.DatabaseError:
        with _repairing(path):
            try:
                return _opened(path, keep_bytes)  # another process was faster
            except sqlite3.DatabaseError:
                _remove(path)
                return _opened(path, keep_bytes)


def _opened(path: Path, keep_bytes: int) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=60, isolation_level=None)
    try:
        if database.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
            _set_up(database)
        database.execute("PRAGMA synchronous=NORMAL")
        _forget(database, keep_bytes)
        return database
    except BaseException:
        database.close()
        raise


def _set_up(database: sqlite3.Connection) -> None:
    """Make the table. The value comes last: to find what is old must not read through the values."""
    database.execute("PRAGMA auto_vacuum=INCREMENTAL")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("BEGIN IMMEDIATE")
    if database.execute("PRAGMA user_version").fetchone()[0] != _VERSION:  # not made by another meanwhile
        database.execute("DROP TABLE IF EXISTS steps")
        database.execute("CREATE TABLE steps (key TEXT PRIMARY KEY, used REAL, value BLOB)")
        database.execute("CREATE INDEX steps_by_use ON steps (used)")
        database.execute(f"PRAGMA user_version={_VERSION}")
    database.execute("COMMIT")


def _forget(database: sqlite3.Connection, keep_bytes: int) -> None:
    """Delete what nobody asked for in a long time, and of too much the oldest."""
    oldest = database.execute("SELECT min(used) FROM steps").fetchone()[0]
    if oldest is not None and oldest < time.time() - KEEP_SECONDS:
        database.execute("DELETE FROM steps WHERE used < ?", (time.time() - KEEP_SECONDS,))
    if _size(database) > keep_bytes:
        database.execute(
            "DELETE FROM steps WHERE key IN (SELECT key FROM (SELECT key,"
            " sum(length(value) + 200) OVER (ORDER BY used DESC, key) AS total FROM steps) WHERE total > ?)",
            (keep_bytes * 3 // 4,),
        )
        database.executescript("PRAGMA incremental_vacuum")  # `execute` would free a single page


def _size(database: sqlite3.Connection) -> int:
    """Return how many bytes of the file are in use."""
    names = ("page_count", "freelist_count", "page_size")
    pages, free, size = (database.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
    return int((pages - free) * size)


@contextmanager
def _repairing(path: Path) -> Iterator[None]:
    """Let one process at a time remove the file, so that none removes what another has just made."""
    with path.with_name(path.name + ".repair").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove(path: Path) -> None:
    """Remove a damaged file with all that belongs to it, its log first: that must not meet a new file."""
    for suffix in ("-wal", "-shm", ""):
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
