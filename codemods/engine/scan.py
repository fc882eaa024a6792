"""Find the sites of recipes in a tree of files; no compiler, no cargo.

Each file is read once and searched for the recipes' literals; only a file that has one is
parsed. A file that can't be looked into is named, never passed over.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from codemods.engine.editions import Owner, Owners
from codemods.errors import CodemodError
from codemods.recipe.recipe import Recipe
from codemods.recipe.site import Site, find_sites
from codemods.rust.source import Source

# A page that a crate shows as its documentation: `#![doc = include_str!("../README.md")]`.
INCLUDED_PAGE = re.compile(rb'include_str!\s*\(\s*"([^"\n]+\.md)"\s*\)')
GENERATED = re.compile(rb"\A(//[^\n]*\n)*//[^\n]*@generated")


class FileTree(Protocol):
    """Files by path relative to the tree's root: on disk, in a commit, in the index."""

    def paths(self) -> Iterator[PurePosixPath]:
        """Yield every file's path."""

    def read(self, path: PurePosixPath) -> bytes:
        """Return a file's content; raises OSError or a CodemodError where it can't."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that was not looked into, and why."""

    path: PurePosixPath
    reason: str


@dataclass(frozen=True, slots=True)
class Scanned:
    """A file that holds sites, with its owner and its sites by recipe id."""

    source: Source
    owner: Owner
    sites: tuple[Site, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan saw: how much it read, the files with sites, and those it could not look into."""

    files: int
    bytes: int
    scanned: tuple[Scanned, ...]
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def sites(self) -> tuple[Site, ...]:
        """All sites, by path and position."""
        return tuple(site for scanned in self.scanned for site in scanned.sites)


def scan(
    tree: FileTree, recipes: Sequence[Recipe], wanted: Callable[[PurePosixPath], bool] = lambda _: True
) -> Scan:
    """Return the sites of `recipes` in the Rust files of `tree` (and their pages) that are `wanted`."""
    search = _Search(tree, recipes)
    pages: set[PurePosixPath] = set()
    for path in tree.paths():
        if path.suffix == ".rs" and wanted(path):
            pages |= search.look_into(path)
    for page in sorted(pages):
        if wanted(page):
            search.look_into(page)
    return search.result()


class _Search:
    def __init__(self, tree: FileTree, recipes: Sequence[Recipe]) -> None:
        self.tree = tree
        self.recipes = recipes
        self.owners = Owners(self._read_or_none)
        self.files = 0
        self.bytes = 0
        self.scanned: list[Scanned] = []
        self.unreadable: list[Unreadable] = []

    def look_into(self, path: PurePosixPath) -> set[PurePosixPath]:
        """Search one file; return the documentation pages it includes."""
        try:
            content = self.tree.read(path)
        except FileNotFoundError:
            return set()  # a page named in a comment, a file deleted meanwhile
        except (OSError, CodemodError) as error:
            self.unreadable.append(Unreadable(path, str(error)))
            return set()
        self.files += 1
        self.bytes += len(content)
        candidates = [recipe for recipe in self.recipes if recipe.may_match(content)]
        if candidates:
            self._parse(path, content, candidates)
        return set(_included_pages(path, content))

    def _parse(self, path: PurePosixPath, content: bytes, recipes: Iterable[Recipe]) -> None:
        owner = self.owners.of(path)
        try:
            source = Source(path, content, owner.edition)
            sites = tuple(site for recipe in recipes for site in find_sites(recipe, source))
        except CodemodError as error:
            self.unreadable.append(Unreadable(path, error.message))
            return
        if sites:
            self.scanned.append(Scanned(source, owner, sites))

    def _read_or_none(self, path: PurePosixPath) -> bytes | None:
        try:
            return self.tree.read(path)
        except (OSError, CodemodError):
            return None

    def result(self) -> Scan:
        ordered = sorted(self.scanned, key=lambda scanned: scanned.source.path)
        return Scan(self.files, self.bytes, tuple(ordered), tuple(self.unreadable))


def _included_pages(path: PurePosixPath, content: bytes) -> Iterator[PurePosixPath]:
    if b"include_str!" not in content:
        return
    for found in INCLUDED_PAGE.finditer(content):
        page = posixpath.normpath(str(path.parent / found[1].decode(errors="replace")))
        if not page.startswith(("../", "/")):
            yield PurePosixPath(page)
