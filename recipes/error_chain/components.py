"""Packages that move together, and what stands in their way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from codemods.recipe import Facts, ItemOf, Known, Mention, MentionKind, NotASite, Package, Packages, Site

from .calls import CallError
from .crates import PackageFiles
from .finding import INNER_MACROS, MACROS, PACKAGE
from .keeping import Declared, declared
from .releases import Release, release_of

CALL = ItemOf("call")
# Calls that are no sites by themselves: they tell how errors are used, or change with `anyhow` alone.
ONLY_TOLD = frozenset({"backtrace", "description", "into", "iter"})
# Items that are taken away with the import of them; what they gave is written out.
_REPLACED = frozenset({*MACROS, *INNER_MACROS, "ChainedError"})


@dataclass(frozen=True, eq=False)
class Member:
    """A package with its sites of error-chain: mentions by site, methods, manifest entries."""

    files: PackageFiles
    mentions: Mapping[str, Mention]
    sites: tuple[Site, ...]

    @property
    def package(self) -> Package:
        """The package itself."""
        return self.files.package

    @property
    def release(self) -> Release:
        """What its error-chain makes."""
        found = [release_of(entry) for entry in self.package.depends_on(PACKAGE)]
        return next((each for each in found if isinstance(each, Release)), Release())

    def macros(self, *names: str) -> list[tuple[Site, str]]:
        """Return the calls of these macros."""
        return [
            (site, name)
            for site in self.sites
            if (name := self.macro_of(site)) is not None and (not names or name in names)
        ]

    def macro_of(self, site: Site) -> str | None:
        """Return the name of the macro that is called at `site`."""
        mention = self.mentions.get(site.id)
        if mention is None or mention.kind is not MentionKind.MACRO:
            return None
        return mention.path[-1]

    def imports(self) -> list[tuple[Site, Mention]]:
        """Return the imports."""
        kinds = (MentionKind.USE, MentionKind.EXTERN_CRATE)
        return [
            (site, mention)
            for site in self.sites
            if (mention := self.mentions.get(site.id)) is not None and mention.kind in kinds
        ]

    def methods(self, name: str) -> list[Site]:
        """Return the calls of a method."""
        return [site for site in self.sites if site["name"].text == name and not site.source.is_manifest]

    def own_methods(self, name: str, facts: Facts) -> list[Site]:
        """Return the calls of a method of the package's own errors, as far as the compiler tells."""
        return [site for site in self.methods(name) if _is_own(site, facts)]


@dataclass(frozen=True, eq=False)
class Component:
    """Packages that move together, and what they declare."""

    members: tuple[Member, ...]
    packages: Packages

    @property
    def sites(self) -> list[Site]:
        """All sites that are error-chain's whatever the target."""
        return [
            site for member in self.members for site in member.sites if site["name"].text not in ONLY_TOLD
        ]

    def others(self) -> Iterator[NotASite]:
        """Yield the calls that are no sites where nothing changes."""
        found = [
            site.id for member in self.members for site in member.sites if site["name"].text in ONLY_TOLD
        ]
        if found:
            yield NotASite(tuple(found))

    @cached_property
    def declarations(self) -> Mapping[str, Declared]:
        """What each `error_chain!` declares, by site.

        Raises:
            CallError: one is not understood.
        """
        return {
            site.id: declared(site) for member in self.members for site, _ in member.macros("error_chain")
        }

    def blockers(self) -> Iterator[tuple[Site, str, str]]:
        """Yield each site that cannot be upgraded, whatever the target, with code and reason."""
        for member in self.members:
            for site in member.sites:
                found = self._blocker(member, site)
                if found is not None:
                    yield site, *found

    def _blocker(self, member: Member, site: Site) -> tuple[str, str] | None:
        if site.source.is_manifest:
            return self._of_entry(member)
        mention = member.mentions.get(site.id)
        if mention is None:
            return None
        return _of_mention(mention) or _of_declaration(member, site)

    def _of_entry(self, member: Member) -> tuple[str, str] | None:
        for entry in member.package.depends_on(PACKAGE):
            if entry.source != "registry":
                return "other-source", f"this error-chain comes from a {entry.source}, not from the registry"
            release = release_of(entry)
            if isinstance(release, str):
                return "other-release", release
        return None


def _of_mention(mention: Mention) -> tuple[str, str] | None:
    if mention.kind is MentionKind.MACRO and mention.path[-1] in INNER_MACROS:
        return "no-replacement", f"`{mention.path[-1]}!` is not for others to call"
    if mention.kind is MentionKind.REEXPORT:
        return "reexport", "callers of this package get it from here"
    if mention.path[-1] not in _REPLACED and len(mention.path) > 1:
        return "no-replacement", f"nothing stands for `{mention.path[-1]}` of error-chain"
    if mention.kind is MentionKind.PATH:
        return "no-replacement", "a path to error-chain's trait is not rewritten"
    return None


def _of_declaration(member: Member, site: Site) -> tuple[str, str] | None:
    if member.macro_of(site) != "error_chain":
        return None
    try:
        declared(site)
    except CallError as error:
        return error.code, error.reason
    return None


def _is_own(site: Site, facts: Facts) -> bool:
    answer = facts.about(site.id, CALL)
    if not isinstance(answer, Known):
        return True
    return answer.value.startswith("crate::") or answer.value == "std::error::Error::description"
