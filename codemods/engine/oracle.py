"""Answer the facts that recipes ask for, from builds that are made anyway.

`MacroOrigin` rests on rustc's report of deprecated items: the rustc wrapper always asks for
it (`--force-warn deprecated` beats `#![allow(deprecated)]`), and rustc reports each resolved
use of std's macro at the path that names it. What rustc does not report is either not compiled
or somebody else's macro; where another macro of that name exists, a canary tells which.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol

from codemods.cargo.diagnostics import Diagnostic
from codemods.cargo.report import Unit
from codemods.recipe.facts import Answer, Fact, Known, MacroOrigin, Unknown
from codemods.recipe.site import Site
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.trees import TreeKind


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
Read = Callable[[str], bytes | None]  # a source file's content by the path a unit gives
Externs = Callable[[Unit], frozenset[str]]  # the sources of the crates that a unit names


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
    read: Read,
    externs: Externs,
) -> Answers:
    """Answer `fact` for every site, from the units of the untouched tree that built."""
    oracle = _MacroOracle(fact, units, canary, _Rivals(fact.name, read, externs))
    oracle.look_up([site for site in sites if not in_example(site)])
    answers = {site.id: oracle.answer(site) for site in sites}
    return Answers(
        {(id, fact): answer for id, answer in answers.items()},
        {site.id: oracle.std_units(site) for site in sites},
        {id: answer.reason for id, answer in answers.items() if isinstance(answer, Unknown)},
    )


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


class _MacroOracle:
    def __init__(self, fact: MacroOrigin, units: Sequence[Unit], canary: Canary, rivals: _Rivals) -> None:
        self.fact = fact
        self.units = units
        self.canary = canary
        self.rivals = rivals
        self.reported: dict[str, set[str]] = {}  # site id -> units where it is std's
        self.foreign: dict[str, set[str]] = {}  # site id -> units where it is compiled, and not std's

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
        if silent and self.rivals.in_unit(unit):
            for site_id in self.canary(unit, silent):
                self.foreign.setdefault(site_id, set()).add(unit.id)

    def std_units(self, site: Site) -> frozenset[str]:
        return frozenset(self.reported.get(site.id, ()))

    def answer(self, site: Site) -> Answer:
        path = str(site.source.path)
        homes = [unit for unit in self.units if path in unit.files]
        name = self.fact.name
        rival = next((place for unit in homes if (place := self.rivals.in_unit(unit))), None)
        if in_example(site):
            return self._answer_example(rival)
        foreign = [unit.name for unit in homes if unit.id in self.foreign.get(site.id, ())]
        if foreign:
            where = f"; {rival} defines one" if rival else ""
            return Known("own", f"compiled in {foreign[0]}, and not reported there as std's `{name}!`{where}")
        reported = [unit for unit in homes if unit.id in self.reported.get(site.id, ())]
        if reported:
            return self._answer_reported(site, reported, rival)
        return Unknown(_why_silent(homes), contested=rival is not None)

    def _answer_example(self, rival: str | None) -> Answer:
        if rival:
            return Unknown(f"{rival} may be what the example means", contested=True)
        return Known("std", f"a documentation example; nothing else is called `{self.fact.name}!` here")

    def _answer_reported(self, site: Site, reported: Sequence[Unit], rival: str | None) -> Answer:
        if rival and any(self.rivals.imitates(unit, self.fact) for unit in reported):
            return Unknown(f"{rival} is deprecated with std's own words", contested=True)
        if rival and _in_macro_body(site):
            return Unknown(f"a macro body may meet {rival} as well as std's", contested=True)
        names = ", ".join(unit.name for unit in reported)
        return Known("std", f"rustc reports std's deprecated `{self.fact.name}!` here in {names}")


def _reported_places(diagnostics: Iterable[Diagnostic], fact: MacroOrigin) -> dict[str, frozenset[int]]:
    """Return by path the byte offsets where rustc names std's macro (start of the path to it)."""
    starts: dict[str, set[int]] = {}
    for diagnostic in diagnostics:
        if diagnostic.code != "deprecated" or not diagnostic.message.startswith("use of deprecated macro"):
            continue
        if not diagnostic.message.endswith(fact.note):
            continue
        for place in diagnostic.places:
            if place.is_primary:
                starts.setdefault(place.path, set()).add(place.span.start)
    return {path: frozenset(offsets) for path, offsets in starts.items()}


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


class _Rivals:
    """Other macros of the name: defined or imported in what a unit reads, or exported to it."""

    def __init__(self, name: str, read: Read, externs: Externs) -> None:
        self._read = read
        self._externs = externs
        word = rb"(?:r#)?" + re.escape(name.encode()) + rb"\b"
        more = rb"(?:\s*#\s*\[[^\]]*\])*\s*(?:pub\s+)?"
        macro = rb"(?:macro_rules!\s*|macro\s+)"
        self._own = re.compile(rb"(?:macro_rules!\s*|\bmacro\s+|\bfn\s+|\bas\s+)" + word)
        self._exported = re.compile(
            rb"#\s*\[\s*(?:macro_export[^\]]*\]"
            + more
            + macro
            + rb"|proc_macro\s*\]"
            + more
            + rb"fn\s+)"
            + word
        )
        self._imitation = re.compile(rb"#\s*\[\s*deprecated[^\]]*\]" + more + macro + word)
        self._found: dict[tuple[str, re.Pattern[bytes]], str | None] = {}

    def in_unit(self, unit: Unit) -> str | None:
        """Return where the unit gets one from ("src/lib.rs:3"), or None."""
        return next(iter(self._places(unit)), None)

    def imitates(self, unit: Unit, fact: MacroOrigin) -> bool:
        """Whether a rival carries a deprecation that reads like std's."""
        contents = (self._read(place.rpartition(":")[0]) or b"" for place in self._places(unit))
        return any(fact.note.encode() in content and self._imitation.search(content) for content in contents)

    def _places(self, unit: Unit) -> Iterator[str]:
        for path in sorted(unit.files):
            if place := self._in(path, self._own):
                yield place
        for path in sorted(self._externs(unit) - unit.files):
            if place := self._in(path, self._exported):
                yield place

    def _in(self, path: str, pattern: re.Pattern[bytes]) -> str | None:
        if (path, pattern) not in self._found:
            content = (self._read(path) or b"") if PurePosixPath(path).suffix == ".rs" else b""
            found = pattern.search(content)
            line = content.count(b"\n", 0, found.end()) + 1 if found else 0
            self._found[path, pattern] = f"{path}:{line}" if found else None
        return self._found[path, pattern]
