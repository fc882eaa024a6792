"""Look for the entries of a package in manifests: each is a site, and its place is the dependency's key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.recipe.matcher import Capture
from codemods.recipe.search import Match
from codemods.rust.manifest_places import Entry, entries
from codemods.rust.toml_layout import TomlError

if TYPE_CHECKING:
    from codemods.rust.source import Source


class ManifestEntry:
    """The entries of these packages in the dependency tables of a manifest, patches not among them.

    A renamed one (`fail = { package = "failure" }`) is found by its package. One that inherits a renamed
    entry of the workspace (`fail.workspace = true`) is not: its own file does not tell.
    The capture `name` is the key; `package`, `kind` and `table` are words of it without a place of their own.
    """

    reads_manifests = True

    def __init__(self, *packages: str) -> None:
        self.packages = frozenset(packages)
        self._needles = tuple(sorted(package.encode() for package in packages))

    def __repr__(self) -> str:
        return f"ManifestEntry({', '.join(map(repr, sorted(self.packages)))})"

    def may_match(self, content: bytes) -> bool:
        """Whether a file with this content can have a match: a byte search, no parsing."""
        return any(needle in content for needle in self._needles) and b"dependencies" in content

    def find(self, source: Source) -> Iterator[Match]:
        """Yield the matches in `source`: none where it is no manifest, or one that cargo cannot read."""
        if not source.is_manifest:
            return
        try:
            found = entries(source.content, str(source.path))
        except TomlError:
            return
        tree = source.manifest_tree
        for entry in found:
            if entry.package in self.packages and entry.kind != "patch":
                yield Match(tree, tree.root, _captures(source, entry), span=entry.key)


def _captures(source: Source, entry: Entry) -> dict[str, Capture]:
    name = Capture(entry.key, source.text(entry.key), "key")
    words = {"package": entry.package, "kind": entry.kind, "table": ".".join(entry.table)}
    return {"name": name, **{word: Capture(entry.key, text, "key") for word, text in words.items()}}
