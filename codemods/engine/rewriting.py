"""Try rewrites in a copy of a unit's sources: which of them compile, each by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codemods.cargo.diagnostics import Place
from codemods.cargo.replay import Replayed
from codemods.engine.probing import Read, Replay
from codemods.rust.edits import Edit, EditConflict, apply_edits, ordered
from codemods.rust.spans import Span

MOST_TRIED = 24  # one by one, after all at once do not compile
ROUNDS = 4  # in each, the rewrites in whose text rustc finds an error are left out

Rewrite = tuple[str, Sequence[Edit]]  # a file, and the edits to it


def try_rewrites(rewrites: Sequence[Rewrite], read: Read, replay: Replay) -> list[str | None]:
    """Return rustc's first error for each rewrite: "" where it compiles, None where it was not tried.

    All are tried at once: where that compiles, each does, as far as an edit in one body can tell. An error
    in the text of some is theirs, and the rest is tried again. Where errors stand elsewhere, each is tried by
    itself. Where the untouched sources do not compile either (with the arguments that `replay` adds),
    nothing is known.
    """
    found = _tried_together(rewrites, read, replay)
    left = [n for n, error in enumerate(found) if error is None]
    if not left or len(left) > MOST_TRIED or _error({}, replay):
        return found
    return [
        _error(_files([rewrite], read) or {}, replay) if error is None else error
        for rewrite, error in zip(rewrites, found, strict=True)
    ]


def _tried_together(rewrites: Sequence[Rewrite], read: Read, replay: Replay) -> list[str | None]:
    """Return the first error of each in its own text, "" where the rest compiles, None where it does not."""
    found: dict[int, str] = {}
    for _ in range(ROUNDS):
        left = {n: rewrite for n, rewrite in enumerate(rewrites) if n not in found}
        files = _files(list(left.values()), read)
        replayed = replay(files, "metadata") if files is not None else None
        if replayed is not None and replayed.succeeded:
            return [found.get(n, "") for n in range(len(rewrites))]
        blamed = _blamed(left, replayed) if replayed is not None else {}
        if not blamed:
            break
        found |= blamed
    return [found.get(n) for n in range(len(rewrites))]


def _blamed(rewrites: Mapping[int, Rewrite], replayed: Replayed) -> dict[int, str]:
    """Return the first error of each rewrite by its number, of those that stand in its text."""
    places = _places(rewrites)
    found: dict[int, str] = {}
    for error in replayed.diagnostics:
        primary = next((place for place in error.places if place.is_primary), None)
        if not error.is_error or primary is None:
            continue  # a summary has no place
        owner = _owner(places, primary)
        if owner is not None:
            found.setdefault(owner, error.message)
    return found


def _places(rewrites: Mapping[int, Rewrite]) -> list[tuple[str, Span, int]]:
    """Return where the new text of each rewrite stands in the files of `_files`."""
    by_file: dict[str, dict[Edit, int]] = {}
    for n, (path, edits) in rewrites.items():
        for edit in edits:
            by_file.setdefault(path, {}).setdefault(edit, n)
    found: list[tuple[str, Span, int]] = []
    for path, owners in by_file.items():
        moved = 0
        for edit in ordered(owners):
            start, size = edit.span.start + moved, len(edit.text.encode())
            found.append((path, Span(start, start + size), owners[edit]))
            moved += size - len(edit.span)
    return found


def _owner(places: Sequence[tuple[str, Span, int]], at: Place) -> int | None:
    return next((n for path, span, n in places if path == at.path and at.span in span), None)


def _files(rewrites: Sequence[Rewrite], read: Read) -> dict[str, bytes] | None:
    """Return the changed files; None where two rewrites are in each other's way."""
    edits: dict[str, list[Edit]] = {}
    for path, more in rewrites:
        if more:
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
