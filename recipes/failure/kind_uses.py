"""Errors of a package that are made of a `Context` of a kind, and the calls that give errors such a kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from codemods.recipe import Facts, Known, Mention, Role, Site, Span

from .backtraces import Backtraces, backtraces_of
from .calls import ARGUMENT, ITEM, call_of, is_context
from .hand_written import hand_written_types
from .kinds import KindError, kind_errors, module_path
from .members import File, Member
from .own_types import OwnType, TypeRefused
from .types import derived_types

_CLOSURE = re.compile(r"\|[^|]*\|\s*(?:\{\s*)?")


@dataclass(frozen=True)
class Kinds:
    """The kinds of a package by their names, each with the module and the name of its error's trait.

    `backtraces` are those that error types of the package hold.
    """

    traits: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    homes: Mapping[str, PurePosixPath] = field(default_factory=dict)
    uses: frozenset[str] = frozenset()
    backtraces: Backtraces = field(default_factory=Backtraces)

    def trait_for(self, site: Site, facts: Facts) -> tuple[str, str] | None:
        """Return module and trait for a call that gives an error a kind; None for any other."""
        if not is_context(site):
            return None
        name = _kind_given(site, facts)
        return self.traits.get(name) if name is not None else None

    def are_at_home_in(self, file: File, module: str) -> bool:
        """Whether the trait of `module` stands in the file itself."""
        return any(self.traits[kind][0] == module and home == file.path for kind, home in self.homes.items())


def kinds_of(member: Member, facts: Facts) -> Kinds:
    """Return the kinds that errors of the package are made of."""
    traits: dict[str, tuple[str, str]] = {}
    homes: dict[str, PurePosixPath] = {}
    for file in member.files:
        for found in _kind_errors(file):
            if isinstance(found, KindError):
                traits[found.kind] = (module_path(file.path, _root(member, file)), found.trait)
                homes[found.kind] = file.path
    backtraces = _backtraces(member)
    if not traits:
        return Kinds(backtraces=backtraces)
    known = Kinds(traits)
    uses = {
        site["name"].text
        for file in member.files
        for site in file.sites
        if known.trait_for(site, facts) is not None
    }
    return Kinds(traits, homes, frozenset(uses), backtraces)


def own_types(file: File, kinds: Kinds) -> tuple[OwnType, ...]:
    """Return what becomes of each error type that the file declares, and of each `impl Fail`."""
    mentions = _mentions(file)
    made: list[OwnType] = []
    claimed: list[Span] = []
    for found in _kind_errors(file):
        if isinstance(found, KindError):
            made.append(found.rewrite(kinds.uses))
            claimed += found.claims
        else:
            made.append(found)
            claimed += [*found.covers, *(each.span for each in mentions if each.span in found.span)]
    made += hand_written_types(file.names, mentions, claimed, kinds.backtraces)
    made += derived_types(file.names, mentions, backtraces=kinds.backtraces)
    return (*made, *kinds.backtraces.made_in(file.path))


def _backtraces(member: Member) -> Backtraces:
    files = [(file.names, _mentions(file)) for file in member.files]
    is_library = member.package is None or member.package.role is not Role.PROGRAM
    return backtraces_of(files, is_library=is_library)


def _kind_errors(file: File) -> Iterator[KindError | TypeRefused]:
    yield from kind_errors(file.names, _mentions(file))


def _mentions(file: File) -> list[Mention]:
    return sorted(file.mentions.values(), key=lambda mention: mention.span)


def _kind_given(site: Site, facts: Facts) -> str | None:
    """Return the name of the type that a context is of, as far as it is a plain one."""
    item, argument = facts.about(site.id, ITEM), facts.about(site.id, ARGUMENT)
    if isinstance(item, Known) and not item.value.startswith("failure::"):
        return None
    is_value = site["name"].text == "context"
    if is_value and isinstance(argument, Known) and re.fullmatch(r"[\w:]+", argument.value):
        return argument.value.rpartition("::")[2]
    call = call_of(site)
    if not call.arguments:
        return None
    node = call.arguments[0]
    text = _CLOSURE.sub("", call.source.text(Span(node.start_byte, node.end_byte)), count=1)
    return text.split("::")[-2] if re.match(r"(?:\w+::)+\w+", text) else None


def _root(member: Member, file: File) -> PurePosixPath:
    if member.package is None:
        return file.path
    targets = [target.path for target in member.package.targets if target.kind in ("lib", "bin")]
    around = [path for path in targets if file.path.is_relative_to(path.parent)]
    return around[0] if around else file.path
