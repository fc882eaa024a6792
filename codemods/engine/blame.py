"""Which changes an error belongs to, judged by where rustc points.

From the surest sign to the weakest: the error's primary places, the macro calls they were
expanded from, its labels, its notes, and at last the function around its places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.cargo.diagnostics import Diagnostic, Place
from codemods.engine.overlay import EditedFile
from codemods.rust.spans import Span

Files = Mapping[PurePosixPath, EditedFile]
BodyAround = Callable[[PurePosixPath, Span], Span | None]  # both spans in the old text

Fingerprint = tuple[str, str | None, str, tuple[tuple[str, int], ...]]


@dataclass(frozen=True, slots=True)
class Blame:
    """The changes that an error points at; `sure` when the error can mean no other."""

    changes: frozenset[str]
    sure: bool


def new_diagnostics(
    before: Iterable[Diagnostic], after: Iterable[Diagnostic], files: Files
) -> tuple[Diagnostic, ...]:
    """Return those of `after` that `before` does not have, wherever edits moved their places."""
    known = Counter(_fingerprint(diagnostic, {}) for diagnostic in before)
    fresh = []
    for diagnostic in after:
        fingerprint = _fingerprint(diagnostic, files)
        if known[fingerprint] > 0:
            known[fingerprint] -= 1
        else:
            fresh.append(diagnostic)
    return tuple(fresh)


def _fingerprint(diagnostic: Diagnostic, files: Files) -> Fingerprint:
    places = tuple((place.path, _old_start(place, files)) for place in diagnostic.places if place.is_primary)
    return diagnostic.level, diagnostic.code, diagnostic.message, places


def _old_start(place: Place, files: Files) -> int:
    file = files.get(PurePosixPath(place.path))
    return file.to_old(place.span.start) if file else place.span.start


def blame(diagnostic: Diagnostic, files: Files, body_around: BodyAround) -> Blame:
    """Return the changes that `diagnostic` points at; none when nothing near it was edited."""
    for places in _signs(diagnostic):
        hit = _closest(places, files)
        if hit:
            return Blame(hit, sure=len(hit) == 1)
    around = frozenset(
        change for place in _all_places(diagnostic) for change in _in_same_body(place, files, body_around)
    )
    return Blame(around, sure=False)


def _signs(diagnostic: Diagnostic) -> Iterator[tuple[Place, ...]]:
    primary = tuple(place for place in diagnostic.places if place.is_primary)
    yield primary
    yield tuple(caller for place in primary for caller in place.callers)
    yield tuple(place for place in diagnostic.places if not place.is_primary)
    yield tuple(place for child in diagnostic.children for place in child.places)


def _all_places(diagnostic: Diagnostic) -> Iterator[Place]:
    for places in _signs(diagnostic):
        yield from places


def _closest(places: Iterable[Place], files: Files) -> frozenset[str]:
    """Return the changes at `places`: the smallest one around each, else the largest within it."""
    found: set[str] = set()
    for place in places:
        file = files.get(PurePosixPath(place.path))
        if file is None:
            continue
        around = {change: span for change, span in file.compiled_extents if place.span in span}
        within = {change: span for change, span in file.compiled_extents if _meets(span, place.span)}
        if around:
            smallest = min(len(span) for span in around.values())
            found |= {change for change, span in around.items() if len(span) == smallest}
        else:
            found |= {
                change
                for change, span in within.items()
                if not any(span in other and span != other for other in within.values())
            }
    return frozenset(found)


def _meets(extent: Span, place: Span) -> bool:
    """Whether the two share a byte; an empty extent (pure deletion) meets what touches it."""
    if len(extent) == 0 or len(place) == 0:
        return place.start <= extent.end and extent.start <= place.end
    return extent.overlaps(place)


def _in_same_body(place: Place, files: Files, body_around: BodyAround) -> Iterator[str]:
    path = PurePosixPath(place.path)
    file = files.get(path)
    if file is None:
        return
    body = body_around(path, Span(*sorted((file.to_old(place.span.start), file.to_old(place.span.end)))))
    if body is None:
        return
    for change, span in file.compiled_extents:
        if file.to_old(span.start) >= body.start and file.to_old(span.end) <= body.end:
            yield change
