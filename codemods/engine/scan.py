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

from codemods.engine.editions import MANIFEST, Owner, Owners
from codemods.errors import CodemodError
from codemods.recipe.recipe import Recipe
from codemods.recipe.site import ROOT, Site, find_sites
from codemods.rust.source import Source
from codemods.vcs.trees import Tree, Unreadable

# A page that a crate shows as its documentation: `#![doc = include_str!("../README.md")]`.
INCLUDED_PAGE = re.compile(rb'include_str!\s*\(\s*"([^"\n]+\.md)"\s*\)')


@dataclass(frozen=True, slots=True)
class NotRead:
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
    unreadable: tuple[NotRead, ...] = ()

    @property
    def sites(self) -> tuple[Site, ...]:
        """All sites, by path and position."""
        return tuple(site for scanned in self.scanned for site in scanned.sites)


def everything(_: PurePosixPath) -> bool:
    """Want every file."""
    return True


def scan(
    tree: Tree,
    recipes: Sequence[Recipe],
    wanted: Callable[[PurePosixPath], bool] = everything,
    base: PurePosixPath = ROOT,
    *,
    likely: bool = False,
) -> Scan:
    """Return the sites of `recipes` in the Rust files of `tree` (their pages, manifests) that are `wanted`.

    `base` is the folder from which site ids count paths. `likely` leaves out places that are sites only if
    the compiler says so, and hardly ever are.
    """
    search = _Search(tree, recipes, wanted, base, likely=likely)
    suffixes = (".rs", MANIFEST) if any(recipe.reads_manifests for recipe in recipes) else (".rs",)
    for name, content in tree.each(suffixes):
        if name.endswith(".rs") or PurePosixPath(name).name == MANIFEST:
            search.look_into(name, content)
    search.look_into_pages()
    return search.result()


class _Search:
    def __init__(
        self,
        tree: Tree,
        recipes: Sequence[Recipe],
        wanted: Callable[[PurePosixPath], bool],
        base: PurePosixPath,
        *,
        likely: bool,
    ) -> None:
        self.likely = likely
        self.base = base
        self.tree = tree
        self.recipes = recipes
        self.wanted = wanted
        self.owners = Owners(self._read_or_none)
        self.files = 0
        self.bytes = 0
        self.scanned: list[Scanned] = []
        self.unreadable: list[NotRead] = []
        self.pages: set[PurePosixPath] = set()

    def look_into(self, name: str, content: bytes | Unreadable) -> None:
        """Search one file, and note the documentation pages that it includes."""
        self.files += 1
        if not name.isprintable() and _is_undecodable(name):
            content = Unreadable("its name is not UTF-8")
        if isinstance(content, Unreadable):
            self.unreadable.append(NotRead(PurePosixPath(name), content.reason))
            return
        self.bytes += len(content)
        if b"include_str!" in content:
            self.pages.update(_included_pages(PurePosixPath(name), content))
        candidates = [recipe for recipe in self.recipes if recipe.may_match(content)]
        candidates = [recipe for recipe in candidates if self._is_for(recipe, PurePosixPath(name))]
        if candidates and self.wanted(PurePosixPath(name)):
            self._parse(PurePosixPath(name), content, candidates)

    def look_into_pages(self) -> None:
        """Search the documentation pages."""
        for page in sorted(self.pages):
            content = self._read_or_none(page)
            if content is not None:  # else named in a comment only, or made by a build script
                self.look_into(str(page), content)

    def _is_for(self, recipe: Recipe, path: PurePosixPath) -> bool:
        """Whether the package of the file depends on a crate that the recipe is about."""
        if not recipe.crates or path.name == MANIFEST:
            return True
        return not self.owners.of(path).dependencies.isdisjoint(recipe.crates)

    def _parse(self, path: PurePosixPath, content: bytes, recipes: Iterable[Recipe]) -> None:
        owner = self.owners.of(path)
        try:
            source = Source(path, content, owner.edition)
            sites = tuple(site for recipe in recipes for site in find_sites(recipe, source, self.base))
            if self.likely:
                sites = tuple(s for s in sites if not any(each.is_unlikely for each in s.conditions))
        except CodemodError as error:
            self.unreadable.append(NotRead(path, error.message))
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


def _is_undecodable(name: str) -> bool:
    """Whether the name holds bytes that are no text; no report could carry them."""
    return any("\ud800" <= character <= "\udfff" for character in name)


def _included_pages(path: PurePosixPath, content: bytes) -> Iterator[PurePosixPath]:
    if b"include_str!" not in content:
        return
    for found in INCLUDED_PAGE.finditer(content):
        page = posixpath.normpath(str(path.parent / found[1].decode(errors="replace")))
        if not page.startswith(("../", "/")):
            yield PurePosixPath(page)
