"""Which public items a diff changes, old signature to new, by the text of the files alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.engine.changed_items import ChangedItem, Diff
from codemods.errors import CodemodError
from codemods.rust.source import Source
from codemods.rust.surface import public_items


@dataclass(frozen=True, slots=True)
class ApiChange:
    """One public item whose signature is another one; None where it is not there."""

    path: str
    before: str | None
    after: str | None

    @property
    def text(self) -> str:
        """It in words."""
        if self.before is None:
            return f"added `{self.after}`"
        if self.after is None:
            return f"removed `{self.before}`"
        return f"`{self.before}` is now `{self.after}`"


def api_changes(items: Iterable[ChangedItem], diff: Diff) -> Mapping[str, tuple[ApiChange, ...]]:
    """Return by item id what changes of the public items in the files of `items`, each once."""
    by_path: dict[PurePosixPath, list[ChangedItem]] = {}
    for item in items:
        by_path.setdefault(item.path, []).append(item)
    found: dict[str, list[ApiChange]] = {}
    for path, here in by_path.items():
        for change in _of_file(path, *diff[path]):
            found.setdefault(_owner(change, here).id, []).append(change)
    return {id: tuple(changes) for id, changes in found.items()}


def _of_file(path: PurePosixPath, old: bytes | None, new: bytes | None) -> Iterable[ApiChange]:
    before, after = _items(path, old), _items(path, new)
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield ApiChange(name, before.get(name), after.get(name))


def _items(path: PurePosixPath, content: bytes | None) -> Mapping[str, str]:
    if path.suffix != ".rs" or content is None:
        return {}
    try:
        return public_items(Source(path, content, "2021"))
    except CodemodError:
        return {}


def _owner(change: ApiChange, items: list[ChangedItem]) -> ChangedItem:
    """Return the changed item that holds the public item: by the longest common path."""
    return max(items, key=lambda item: _common(item.name.split("/"), change.path.split("/")))


def _common(first: list[str], second: list[str]) -> int:
    same = 0
    for one, other in zip(first, second, strict=False):
        if one != other and other not in one.split(", "):
            break
        same += 1
    return same
