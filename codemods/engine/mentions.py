"""Where a package still mentions a crate: in any code of it, compiled here or not."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.engine.overlay import Overlay
from codemods.errors import CodemodError
from codemods.recipe.packages import Package, Packages
from codemods.rust.mentions import MentionKind, mentions_of
from codemods.rust.names import Names
from codemods.rust.source import Source

if TYPE_CHECKING:
    from codemods.engine.workbench import Workbench


class Mentions:
    """Looks for mentions in the tree with `overlay`."""

    def __init__(self, bench: Workbench, packages: Packages, overlay: Overlay) -> None:
        self._bench = bench
        self._packages = packages
        self._overlay = overlay

    def of(self, manifest: PurePosixPath, package: str) -> tuple[str, ...]:
        """Return the places (`path:line`) where the package of `manifest` mentions what `package` offers.

        Prose does not count, and neither does a link in documentation. A file that does not parse counts
        where it holds the crate's name as a word.
        """
        owner = next((each for each in self._packages.members if each.manifest == manifest), None)
        if owner is None:
            return ()
        crates = {each.crate: package for each in owner.depends_on(package)}
        return tuple(
            place for path in self._files(owner) for place in self._places(path, crates, package, owner)
        )

    def _files(self, owner: Package) -> list[PurePosixPath]:
        tree = self._bench.tree(self._overlay)
        paths = {PurePosixPath(name) for name in tree.names} | set(self._overlay)
        return sorted(
            path
            for path in paths
            if path.suffix == ".rs"
            and self._overlay.get(path, b"") is not None
            and self._bench.manifest_of(path) == owner.manifest
        )

    def _places(self, path: PurePosixPath, crates: dict[str, str], package: str, owner: Package) -> list[str]:
        try:
            content = self._bench.read(path, self._overlay)
        except (OSError, CodemodError):
            return []
        words = re.compile(rb"\b(?:" + b"|".join(re.escape(name.encode()) for name in crates) + rb")\b")
        if not crates or words.search(content) is None:
            return []
        try:
            source = Source(path, content, owner.edition)
        except CodemodError:
            return []
        if source.has_errors:
            return [f"{path}:{source.position(found.start()).line}" for found in words.finditer(content)][:1]
        lines = (
            source.position(mention.span.start).line
            for mention in mentions_of(Names(source, crates), package)
            if mention.kind is not MentionKind.DOC_LINK
        )
        return [f"{path}:{line}" for line in lines]
