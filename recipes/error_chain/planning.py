"""Decide for each group of packages that share errors: all of its sites in one change, or none.

Packages of the workspace that depend on each other and use error-chain belong together: one links the
errors of the other. What stands in the way of one site stands in the way of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from codemods.recipe import (
    Facts,
    Mention,
    NotASite,
    Package,
    Packages,
    Proposal,
    Settings,
    Site,
    Skipped,
    Source,
    Target,
    TreeKind,
)

from .components import Component, Member
from .crates import PackageFiles
from .finding import mentions_in, place_of
from .targets import Targets

# What a file without a known package is taken for: callers may name everything.
_LIBRARY = Package("", PurePosixPath("Cargo.toml"), targets=(Target("", "lib", PurePosixPath("src/lib.rs")),))


@dataclass
class Plan:
    """The proposals for all sites of a workspace."""

    sites: Sequence[Site]
    facts: Facts
    settings: Settings
    packages: Packages
    strangers: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def proposals(self) -> Iterator[Proposal]:
        """Yield them; each site is settled once."""
        members = [self._member(package, sites) for package, sites in self._by_package()]
        for group in _connected([member for member in members if member.sites], self.packages):
            component = Component(tuple(group), self.packages)
            blockers = list(component.blockers())
            if blockers:
                yield from _refused(component, blockers)
                yield from component.others()
            else:
                yield from Targets(component, self.facts, self.settings).proposals()
        if self.examples:
            reason = "an example of the documentation is a program of its own, and error-chain stays for it"
            yield Skipped("doc-example", reason, tuple(self.examples))
        if self.strangers:
            yield NotASite(tuple(self.strangers))

    def _by_package(self) -> list[tuple[Package, list[Site]]]:
        found: dict[PurePosixPath, tuple[Package, list[Site]]] = {}
        for site in self.sites:
            package = self.packages.owner(site.source.path) or _LIBRARY
            found.setdefault(package.manifest, (package, []))[1].append(site)
        return list(found.values())

    def _member(self, package: Package, sites: Sequence[Site]) -> Member:
        sources: dict[PurePosixPath, Source] = {site.source.path: site.source for site in sites}
        files = PackageFiles(package, sources)
        mentions: dict[str, Mention] = {}
        own: list[Site] = []
        for site in sites:
            mention = _mention(files, site)
            is_call = bool(site["name"].text) and not site.source.is_manifest
            if mention is None and not is_call and not site.source.is_manifest:
                self.strangers.append(site.id)
            elif site.tree.kind is TreeKind.DOC_EXAMPLE:
                (self.strangers if is_call else self.examples).append(site.id)
            else:
                own.append(site)
                if mention is not None:
                    mentions[site.id] = mention
        return Member(files, mentions, tuple(own))


def _mention(files: PackageFiles, site: Site) -> Mention | None:
    if site.source.is_manifest:
        return None
    takes_macros = files.takes_macros(site.source.path)
    found = mentions_in(site.source, takes_macros=takes_macros)
    return next((mention for mention in found if place_of(mention) == site.span), None)


def _connected(members: Sequence[Member], packages: Packages) -> list[list[Member]]:
    """Return the groups of members that depend on each other, directly or over others."""
    groups: list[list[Member]] = []
    for member in members:
        joined = [group for group in groups if any(_depend(member, other, packages) for other in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([*(each for group in joined for each in group), member])
    return groups


def _depend(first: Member, second: Member, packages: Packages) -> bool:
    names = first.package.name, second.package.name
    return names[0] in packages.dependants.get(names[1], ()) or names[1] in packages.dependants.get(
        names[0], ()
    )


def _refused(component: Component, blockers: Sequence[tuple[Site, str, str]]) -> Iterator[Proposal]:
    for site, code, reason in blockers:
        yield Skipped(code, reason, (site.id,))
    blocked = {site.id for site, _, _ in blockers}
    rest = tuple(site.id for site in component.sites if site.id not in blocked)
    first = blockers[0][0]
    if rest:
        place = f"{first.source.path}:{first.position.line}"
        yield Skipped("waits-for", f"{place} cannot be upgraded: {blockers[0][2]}", rest)
