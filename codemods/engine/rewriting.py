"""Try rewrites in a copy of a unit's sources: which of them compile, each by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codemods.engine.probing import Read, Replay
from codemods.rust.edits import Edit, EditConflict, apply_edits

MOST_TRIED = 24  # one by one, after all at once do not compile

Rewrite = tuple[str, Sequence[Edit]]  # a file, and the edits to it


def try_rewrites(rewrites: Sequence[Rewrite], read: Read, replay: Replay) -> list[str | None]:
    """Return rustc's first error for each rewrite: "" where it compiles, None where it was not tried.

    All are tried at once: where that compiles, each does, as far as an edit in one body can tell. Else each
    is tried by itself. Where the untouched sources do not compile either (with the arguments that
    `replay` adds), nothing is known.
    """
    together = _files(rewrites, read)
    if together is not None and _error(together, replay) == "":
        return [""] * len(rewrites)
    if len(rewrites) > MOST_TRIED or _error({}, replay):
        return [None] * len(rewrites)
    return [_error(_files([rewrite], read) or {}, replay) for rewrite in rewrites]


def _files(rewrites: Sequence[Rewrite], read: Read) -> dict[str, bytes] | None:
    """Return the changed files; None where two rewrites are in each other's way."""
    edits: dict[str, list[Edit]] = {}
    for path, more in rewrites:
        edits.setdefault(path, []).extend(more)
    try:
        return {path: apply_edits(read(path) or b"", here) for path, here in edits.items()}
    except EditConflict:
        return None


def _error(files: Mapping[str, bytes], replay: Replay) -> str:
    replayed = replay(files, "metadata")
    if replayed.succeeded:
        return ""
    return next((found.message for found in replayed.diagnostics if found.is_error), "rustc failed")
