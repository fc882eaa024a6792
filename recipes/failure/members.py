"""The packages that a run looks at, with their files; those that must move together are a component."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from codemods.recipe import (
    Import,
    Mention,
    Names,
    Package,
    Packages,
    Site,
    Source,
    Span,
    imports_of,
    root_macro_uses,
)

from .finding import CRATES, PACKAGES, mentions_in, names_of

# Crates whose `#[macro_use]` brings macros of the same names.
_RIVALS = ("anyhow", "error_chain", "eyre", "color_eyre", "snafu")


@dataclass(frozen=True)
class File:
    """One file with a site: its sites, and what its names mean."""

    source: Source
    sites: tuple[Site, ...]
    macro_uses: tuple[str, ...]
    has_rival_macros: bool = False

    @property
    def path(self) -> PurePosixPath:
        """Where it is in the repository."""
        return self.source.path

    @cached_property
    def names(self) -> Names:
        """What its names mean."""
        return names_of(self.source, self.macro_uses)

    @cached_property
    def mentions(self) -> Mapping[Span, Mention]:
        """Where it names failure's items, by the place."""
        found: dict[Span, Mention] = {}
        for mention in mentions_in(self.source, self.macro_uses):
            found.setdefault(mention.span, mention)
        return found

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """All that it imports."""
        return imports_of(self.source)


@dataclass(frozen=True)
class Member:
    """One package: its files with sites, and the sites in its manifest (None: nothing tells of packages)."""

    package: Package | None
    files: tuple[File, ...]
    manifest: tuple[Site, ...] = ()
    root: PurePosixPath = field(default=PurePosixPath())

    @property
    def sites(self) -> tuple[Site, ...]:
        """All sites of the package."""
        return (*self.manifest, *(site for file in self.files for site in file.sites))

    @property
    def name(self) -> str:
        """How it is called in sentences."""
        return self.package.name if self.package is not None else "this package"


def members_of(sites: Sequence[Site], packages: Packages) -> tuple[Member, ...]:
    """Return the packages that have a site, in the order of the workspace."""
    by_owner: dict[PurePosixPath | None, list[Site]] = {}
    for site in sites:
        owner = packages.owner(site.source.path)
        by_owner.setdefault(owner.manifest if owner else None, []).append(site)
    owners = {member.manifest: member for member in packages.members}
    return tuple(
        _member(owners.get(manifest) if manifest is not None else None, found)
        for manifest, found in by_owner.items()
    )


def components(members: Sequence[Member], packages: Packages) -> Iterator[tuple[Member, ...]]:
    """Yield the members that depend on each other, directly or over others with a site, together."""
    left = list(members)
    while left:
        group = [left.pop(0)]
        for member in group:
            near = [each for each in left if _are_neighbours(member, each, packages)]
            group += near
            left = [each for each in left if each not in near]
        yield tuple(sorted(group, key=members.index))


def _are_neighbours(first: Member, second: Member, packages: Packages) -> bool:
    if first.package is None or second.package is None:
        return False
    one, other = first.package.name, second.package.name
    return other in packages.dependants.get(one, ()) or one in packages.dependants.get(other, ())


def _member(package: Package | None, sites: Sequence[Site]) -> Member:
    manifest = tuple(site for site in sites if site.source.is_manifest)
    by_source: dict[Source, list[Site]] = {}
    for site in sites:
        if not site.source.is_manifest:
            by_source.setdefault(site.source, []).append(site)
    roots = {source.path: source for source in by_source if _is_root(package, source)}
    files = tuple(_file(source, found, roots) for source, found in by_source.items())
    return Member(package, files, manifest)


def _is_root(package: Package | None, source: Source) -> bool:
    return package is None or any(target.path == source.path for target in package.targets)


def _file(source: Source, sites: Iterable[Site], roots: Mapping[PurePosixPath, Source]) -> File:
    near = _roots_near(source, roots)
    uses = tuple(dict.fromkeys(name for root in near for name in root_macro_uses(root, CRATES)))
    rivals = any(
        each.macro_use is not None and each.path[0] in _RIVALS for root in near for each in imports_of(root)
    )
    return File(source, tuple(sites), tuple(each for each in uses if each in PACKAGES), rivals)


def _roots_near(source: Source, roots: Mapping[PurePosixPath, Source]) -> list[Source]:
    """Return the roots of crates that the file may belong to: itself, or those in the nearest folder."""
    if source.path in roots:
        return [source]
    for folder in source.path.parents:
        found = [root for path, root in roots.items() if path.parent == folder]
        if found:
            return found
    return []
