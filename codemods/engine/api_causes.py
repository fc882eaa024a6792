"""Which changes altered a public item, by where it stands: before the changes, or after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.cargo.public_api import ItemPlace
from codemods.engine.api_compare import ApiDifference
from codemods.engine.overlay import Composition, EditedFile
from codemods.rust.spans import Span


@dataclass(frozen=True, slots=True)
class Places:
    """The tree with all changes; `path_of` tells the repository path of a file that rustdoc names.

    It is given the package, and the file as it is named from where rustdoc ran.
    """

    composition: Composition
    path_of: Callable[[str, str], PurePosixPath]

    def changes_at(self, difference: ApiDifference) -> frozenset[str]:
        """Return the changes that edit the item where it stands now, or stood before."""
        before, after = difference.places
        found = self._touching(difference.package, after, is_new=True)
        return found | self._touching(difference.package, before, is_new=False)

    def _touching(self, package: str, place: ItemPlace | None, *, is_new: bool) -> frozenset[str]:
        file = self.composition.files.get(self.path_of(package, place.file)) if place is not None else None
        if file is None or place is None:
            return frozenset()
        lines = _lines(file.compiled if is_new else file.old, place)
        if not is_new:
            lines = Span(file.to_compiled(lines.start), file.to_compiled(lines.end))
        return frozenset(change for change, span in file.compiled_extents if _meet(span, lines, file))


def causes_of(
    found: Sequence[ApiDifference], changes: Sequence[str], places: Places
) -> Mapping[str, tuple[ApiDifference, ...]]:
    """Return by change the differences that it may have caused; what no place tells is laid at all."""
    causes: dict[str, list[ApiDifference]] = {}
    for difference in found:
        near = places.changes_at(difference) & frozenset(changes)
        for change in changes:
            if change in near or not near:
                causes.setdefault(change, []).append(difference)
    return {change: tuple(differences) for change, differences in causes.items()}


def _lines(content: bytes, place: ItemPlace) -> Span:
    """Return the bytes of the lines of a place."""
    lines = content.split(b"\n")
    start = sum(len(line) + 1 for line in lines[: place.first - 1])
    end = start + sum(len(line) + 1 for line in lines[place.first - 1 : place.last])
    return Span(min(start, len(content)), min(end, len(content)))


def _meet(extent: Span, lines: Span, file: EditedFile) -> bool:
    """Whether a change stands on these lines; a deletion has no text of its own."""
    end = min(max(extent.end, extent.start + 1), len(file.compiled))
    return extent.start < lines.end and lines.start <= max(end, extent.start)
