"""Answer the facts that recipes ask for, from builds that are made anyway.

`MacroOrigin` rests on rustc's report of deprecated items: the rustc wrapper always asks for
it (`--force-warn deprecated` beats `#![allow(deprecated)]`), and rustc reports each resolved
use of std's macro at the path that names it. What rustc does not report is either not compiled
or somebody else's macro; where another macro of that name exists, a canary tells which.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Protocol

from codemods.cargo.diagnostics import Diagnostic, Place
from codemods.cargo.report import Unit
from codemods.engine.rivals import Read, Rival, Rivals
from codemods.recipe.facts import Answer, Fact, Known, MacroOrigin, Unknown
from codemods.recipe.site import Site
from codemods.rust.canary import canary_edits
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.trees import TreeKind

# What stands before a path in a `use` declaration.
_IMPORT = re.compile(rb"\buse\s[^;=!()]*\Z")


class Spot(Protocol):
    """A stretch of a source that a canary can be put into; every site is one."""

    @property
    def id(self) -> str:
        """What the canary sings."""

    @property
    def source(self) -> Source:
        """The file."""

    @property
    def span(self) -> Span:
        """The bytes."""


Canary = Callable[[Unit, Sequence[Spot]], frozenset[str]]  # ids of the spots that the unit compiles


RIVAL_NOTE = "codemod: another macro of the name"


class Neighbours(Protocol):
    """What the oracle asks about other code than the sites."""

    def uses_of(self, unit: Unit, rivals: Sequence[Rival]) -> Sequence[Diagnostic]:
        """Return what rustc says of `unit` where the `rivals` are deprecated with `RIVAL_NOTE`."""

    def units_using(self, path: str) -> Sequence[Unit]:
        """Return the units that have the crate of the file at `path` among their externs."""

    def package_of(self, path: PurePosixPath) -> str:
        """Return the name of the member that owns the file."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers by site id and fact; the units known to compile each site; why none does."""

    facts: Mapping[tuple[str, Fact], Answer]
    reached: Mapping[str, frozenset[str]]
    why_not: Mapping[str, str] = field(default_factory=dict)


def answer_macro_origin(
    fact: MacroOrigin,
    sites: Sequence[Site],
    units: Sequence[Unit],
    canary: Canary,
    rivals: Rivals,
    neighbours: Neighbours,
) -> Answers:
    """Answer `fact` for every site, from the units of the untouched tree that built."""
    oracle = _MacroOracle(fact, units, canary, rivals, neighbours)
    oracle.look_up([site for site in sites if not in_example(site)])
    answers = {site.id: oracle.answer(site) for site in sites}
    return Answers(
        {(id, fact): answer for id, answer in answers.items()},
        {site.id: oracle.std_units(site) for site in sites},
        {id: answer.reason for id, answer in answers.items() if isinstance(answer, Unknown)},
    )


def uses_without_site(
    fact: MacroOrigin, sites: Iterable[Site], units: Iterable[Unit], read: Read
) -> tuple[str, ...]:
    """Return where rustc names std's macro and no site stands, as `path:line`: code that no scan reads.

    An import of the macro is no use of it.
    """
    known: dict[str, set[int]] = {}
    for site in sites:
        known.setdefault(str(site.source.path), set()).update(_name_starts(site))
    places = (place for unit in units for place in _reports(unit.diagnostics, fact))
    missing = (
        place
        for place in dict.fromkeys(places)
        if place.span.start not in known.get(place.path, ())
        and not _IMPORT.search((read(place.path) or b"")[: place.span.start])
    )
    return tuple(dict.fromkeys(f"{_shortened(place.path)}:{place.line}" for place in missing))


def _shortened(path: str) -> str:
    """Return a path for people: what lies outside of the repository (a build script's output) by its end."""
    parts = PurePosixPath(path).parts
    return "/".join(("…", *parts[-2:])) if path.startswith("/") else path


def answer_reach(sites: Sequence[Spot], units: Sequence[Unit], canary: Canary) -> Answers:
    """Return which units compile each of `sites`; for recipes that ask for no fact that shows it."""
    reached: dict[str, set[str]] = {}
    for unit in units:
        here = [site for site in sites if str(site.source.path) in unit.files]
        for site_id in canary(unit, here) if here else ():
            reached.setdefault(site_id, set()).add(unit.id)
    homes = {site.id: [unit for unit in units if str(site.source.path) in unit.files] for site in sites}
    why_not = {id: _why_silent(units) for id, units in homes.items() if id not in reached}
    return Answers({}, {id: frozenset(units) for id, units in reached.items()}, why_not)


def in_example(site: Site) -> bool:
    """Whether the site stands in a documentation example, which only rustdoc compiles."""
    return any(tree.kind is TreeKind.DOC_EXAMPLE for tree in (site.tree, *site.tree.ancestors()))


def in_manifest(site: Site) -> bool:
    """Whether the site stands in a `Cargo.toml`, which cargo reads for every unit of the package."""
    return site.source.is_manifest


def in_code(site: Site) -> bool:
    """Whether rustc compiles the place itself: it stands in no example and no manifest."""
    return not (in_example(site) or in_manifest(site))


class _MacroOracle:
    def __init__(
        self,
        fact: MacroOrigin,
        units: Sequence[Unit],
        canary: Canary,
        rivals: Rivals,
        neighbours: Neighbours,
    ) -> None:
        self.fact = fact
        self.units = units
        self.canary = canary
        self.rivals = rivals
        self.neighbours = neighbours
        self.reported: dict[str, set[str]] = {}  # site id -> units where it is std's
        self.foreign: dict[str, set[str]] = {}  # site id -> units where it is compiled, and not std's
        self.rival_places: dict[tuple[str, tuple[Rival, ...]], dict[str, frozenset[int]]] = {}
        self.blind: set[str] = set()  # sites where no canary can be placed

    def look_up(self, sites: Sequence[Site]) -> None:
        by_path: dict[str, list[Site]] = {}
        for site in sites:
            by_path.setdefault(str(site.source.path), []).append(site)
        for unit in self.units:
            here = [site for path in unit.files & by_path.keys() for site in by_path[path]]
            self._look_up_in(unit, sorted(here, key=lambda site: (site.source.path, site.span)))

    def _look_up_in(self, unit: Unit, sites: Sequence[Site]) -> None:
        if not sites:
            return
        places = _reported_places(unit.diagnostics, self.fact)
        silent = []
        for site in sites:
            starts = places.get(str(site.source.path), frozenset())
            if any(site.span.start <= start < site.span.end for start in starts & _name_starts(site)):
                self.reported.setdefault(site.id, set()).add(unit.id)
            else:
                silent.append(site)
        if silent and self.rivals.of(unit):
            self.blind |= {site.id for site in silent if not canary_edits(site.source, site.span, "?")}
            for site_id in self.canary(unit, silent):
                self.foreign.setdefault(site_id, set()).add(unit.id)

    def std_units(self, site: Site) -> frozenset[str]:
        return frozenset(self.reported.get(site.id, ()))

    def answer(self, site: Site) -> Answer:
        path = str(site.source.path)
        homes = [unit for unit in self.units if path in unit.files]
        reported = [unit for unit in homes if unit.id in self.reported.get(site.id, ())]
        if reported and site.id not in self.foreign:
            return self._answer_reported(site, reported)
        rivals = list(dict.fromkeys(rival for unit in homes for rival in self.rivals.of(unit)))
        if not homes:
            rivals = list(self.rivals.of_package(self.neighbours.package_of(site.source.path)))
        if in_example(site):
            return self._answer_example(rivals)
        name = self.fact.name
        foreign = [unit.name for unit in homes if unit.id in self.foreign.get(site.id, ())]
        if foreign:
            where = f"; {rivals[0].place} defines one" if rivals else ""
            return Known("own", f"compiled in {foreign[0]}, and not reported there as std's `{name}!`{where}")
        meant = [rival for rival in rivals if rival.may_be_meant_at(path, site.span)]
        reason = _why_silent(homes)
        if meant:
            return Unknown(f"{reason}, and {meant[0].place} defines a `{name}!` too", contested=True)
        return Unknown(reason)

    def _is_rivals_too(self, site: Site, unit: Unit, meant: Sequence[Rival]) -> bool:
        """Whether some compilation of the site's file in `unit` means a rival: a file may be read twice."""
        defined = tuple(rival for rival in meant if rival.definition is not None)
        if not defined:
            return False
        key = (unit.id, defined)
        if key not in self.rival_places:
            found = self.neighbours.uses_of(unit, defined)
            self.rival_places[key] = _reported_places(found, replace(self.fact, note=RIVAL_NOTE))
        starts = self.rival_places[key].get(str(site.source.path), frozenset())
        return bool(starts & _name_starts(site))

    def _answer_example(self, rivals: Sequence[Rival]) -> Answer:
        open_rivals = [rival for rival in rivals if rival.scope is None]
        if open_rivals:
            return Unknown(f"{open_rivals[0].place} may be what the example means", contested=True)
        return Known("std", f"a documentation example; nothing else is called `{self.fact.name}!` here")

    def _answer_reported(self, site: Site, reported: Sequence[Unit]) -> Answer:
        path = str(site.source.path)
        own = dict.fromkeys(rival for unit in reported for rival in self.rivals.of_package(unit.package))
        meant = [rival for rival in own if rival.may_be_meant_at(path, site.span)]
        for rival in meant:
            if self.rivals.imitates(rival, self.fact.note):
                return Unknown(f"{rival.place} is deprecated with std's own words", contested=True)
            if rival.condition is not None:
                return Unknown(
                    f"{rival.place} may be meant where it exists ({rival.condition})", contested=True
                )
        if any(self._is_rivals_too(site, unit, meant) for unit in reported):
            return Unknown(f"in one crate it means both std's and {meant[0].place}", contested=True)
        if site.id in self.blind and meant:
            return Unknown(f"some target may mean {meant[0].place} here", contested=True)
        if _in_macro_body(site):
            expanding = (*reported, *self.neighbours.units_using(path))
            for rival in (each for unit in expanding for each in self.rivals.of(unit)):
                return Unknown(f"a macro body may meet {rival.place} as well as std's", contested=True)
        names = ", ".join(unit.name for unit in reported)
        return Known("std", f"rustc reports std's deprecated `{self.fact.name}!` here in {names}")


def _reported_places(diagnostics: Iterable[Diagnostic], fact: MacroOrigin) -> dict[str, frozenset[int]]:
    """Return by path the byte offsets where rustc names std's macro (start of the path to it)."""
    starts: dict[str, set[int]] = {}
    for place in _reports(diagnostics, fact):
        starts.setdefault(place.path, set()).add(place.span.start)
    return {path: frozenset(offsets) for path, offsets in starts.items()}


def _reports(diagnostics: Iterable[Diagnostic], fact: MacroOrigin) -> Iterator[Place]:
    """Yield the places where rustc names std's macro."""
    for diagnostic in diagnostics:
        if diagnostic.code != "deprecated" or not diagnostic.message.startswith("use of deprecated macro"):
            continue
        if diagnostic.message.endswith(fact.note):
            yield from (place for place in diagnostic.places if place.is_primary)


def _name_starts(site: Site) -> frozenset[int]:
    """Return where the path that names the site's macro may begin (`::std::try` or its `std`)."""
    name = site.node.child_by_field_name("macro") or site.node
    leading = site.source.content[name.start_byte :].lstrip(b": ")
    return frozenset({site.span.start, name.start_byte, len(site.source.content) - len(leading)})


def _in_macro_body(site: Site) -> bool:
    return any(tree.kind is TreeKind.MACRO_BODY for tree in (site.tree, *site.tree.ancestors()))


def _why_silent(homes: Sequence[Unit]) -> str:
    if not homes:
        return "no target that builds here compiles this file"
    return "no target compiles this line (a false `cfg`, or a macro that nothing here expands)"
