"""Which bodies of a dump stand at which places of the sources."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

_SPAN = re.compile(rb"span: ([^\n]*?):(\d+):(\d+): (\d+):(\d+) \(#\d+\)")

Position = tuple[int, int]  # line and column, both from 1


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one file, both ends included."""

    path: str
    start: Position
    end: Position


def bodies_at(
    places: Iterable[Place], bodies: Mapping[bytes, bytes], path_of: Callable[[bytes], str]
) -> dict[Place, frozenset[bytes]]:
    """Return by place the paths of the bodies in which something begins or ends there.

    A body that merely stands around a place need not have it compiled: a `cfg` may leave it out.
    `path_of` turns a file's name as rustc prints it into that of `Place.path`.
    """
    wanted = list(places)
    files = {place.path for place in wanted}
    found: dict[Place, set[bytes]] = {place: set() for place in wanted}
    names: dict[bytes, str] = {}
    for name, text in bodies.items():
        ends: dict[str, set[Position]] = {}
        for file, *numbers in _SPAN.findall(text):
            path = names.get(file)
            if path is None:
                path = names[file] = path_of(file)
            if path in files:
                line, column, last_line, last_column = map(int, numbers)
                ends.setdefault(path, set()).update(((line, column), (last_line, last_column)))
        ordered = {path: sorted(positions) for path, positions in ends.items()}
        for place in wanted:
            positions = ordered.get(place.path, [])
            at = bisect_left(positions, place.start)
            if at < len(positions) and positions[at] <= place.end:
                found[place].add(name)
    return {place: frozenset(paths) for place, paths in found.items()}
