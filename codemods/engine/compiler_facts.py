"""Answer what recipes ask about types, items, names and rewrites, from each unit that compiles the site.

A unit answers for all sites in it at once (see `unit_oracle`). A fact is known when every unit that
compiles the site says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from codemods.cargo.report import Unit
from codemods.cargo.typed_dump import DumpError
from codemods.engine.oracle import in_example, in_manifest
from codemods.engine.typed_unit import Spot, TypedUnit
from codemods.recipe.facts import (
    Answer,
    Compiles,
    Fact,
    HasType,
    Known,
    NameFree,
    Resolves,
    UnitFact,
    Unknown,
)
from codemods.recipe.parts import part_of
from codemods.recipe.site import Site
from codemods.rust.drops import needs_drop
from codemods.rust.edits import Edit
from codemods.rust.trees import TreeKind

_ANSWERED_FROM: dict[type[UnitFact], str] = {HasType: "TypeOf", Resolves: "ItemOf"}
IN_EXAMPLE = "a documentation example, which only rustdoc compiles"
YES, NO = "yes", "no"
NO_PART = "this site has no such part"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one unit says: a value, or why there is none."""

    value: str | None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to look up at one place. `what` is the name of the fact: "TypeOf".

    `words` say more where the fact does; `edits` are those of a rewrite.
    """

    site: str
    what: str
    spot: Spot
    words: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()

    @property
    def key(self) -> str:
        """A short name, the same in every run on one tree."""
        span = self.spot.span
        edits = (f"{edit.span.start}-{edit.span.end}={edit.text}" for edit in self.edits)
        return ":".join([self.what, *self.words, self.spot.path, f"{span.start}-{span.end}", *edits])


Findings = Mapping[str, Finding]  # by the question's key
AskUnit = Callable[[Unit, Sequence[Question]], Findings]


def answer_unit_facts(
    facts: Mapping[str, Sequence[UnitFact]],
    sites: Sequence[Site],
    units: Sequence[Unit],
    reached: Mapping[str, frozenset[str]],
    why_not: Mapping[str, str],
    ask: AskUnit,
) -> dict[tuple[str, Fact], Answer]:
    """Return the answers to the `facts` of each site (by its id), from the units that compile it."""
    asked = {
        (site.id, fact): None if in_manifest(site) else _question(site, fact)
        for site in sites
        for fact in facts.get(site.id, ())
    }
    findings = _findings(asked.values(), units, reached, ask)
    examples = {site.id for site in sites if in_example(site)}
    answers: dict[tuple[str, Fact], Answer] = {}
    for (site_id, fact), question in asked.items():
        homes = [unit for unit in units if unit.id in reached.get(site_id, ())]
        if site_id in examples:
            answers[site_id, fact] = Unknown(IN_EXAMPLE)
        elif not homes:
            answers[site_id, fact] = Unknown(why_not.get(site_id, "no target compiles this line"))
        elif question is None:
            answers[site_id, fact] = Unknown(NO_PART, contested=True)
        else:
            found = [(unit, findings[unit.id][question.key]) for unit in homes]
            answers[site_id, fact] = _answer(fact, found)
    return answers


def look_up(tree: TypedUnit, question: Question) -> Finding:
    """Return what the typed tree of one unit says to a question."""
    if question.what not in _LOOK_UP:
        return Finding(None, "a typed tree does not show that")
    try:
        value = _LOOK_UP[question.what](tree, question.spot)
    except DumpError as error:
        return Finding(None, error.message)
    return Finding(
        value, "" if value is not None else "rustc's typed tree has nothing that is written just there"
    )


def _drop(tree: TypedUnit, spot: Spot) -> str | None:
    found = tree.type_at(spot)
    if found is None:
        return None
    needs = needs_drop(found)
    if needs is None:
        raise DumpError(f"its type {found} does not tell")
    return YES if needs else NO


def _type(tree: TypedUnit, spot: Spot) -> str | None:
    found = tree.type_at(spot)
    return None if found is None else str(found)


def _item(tree: TypedUnit, spot: Spot) -> str | None:
    found = tree.callee_at(spot)
    return None if found is None else found.path


def _trait(tree: TypedUnit, spot: Spot) -> str | None:
    found = tree.callee_at(spot)
    if found is None or not tree.is_method_call(spot):
        return None
    return "" if found.parent.endswith("{impl}") else found.parent


_LOOK_UP: dict[str, Callable[[TypedUnit, Spot], str | None]] = {
    "TypeOf": _type,
    "NeedsDrop": _drop,
    "ItemOf": _item,
    "TraitOf": _trait,
    "ConversionOf": lambda tree, spot: tree.conversion_at(spot),
}


def _question(site: Site, fact: UnitFact) -> Question | None:
    whole = Spot(site.source, site.span, site.node)
    match fact:
        case NameFree(name, namespace):
            return Question(site.id, "NameFree", whole, (namespace, name))
        case Compiles(rewrite, polonius):
            words = ("polonius",) if polonius else ()
            return Question(site.id, "Compiles", whole, words, tuple(rewrite(site)))
    place = part_of(site, fact.part)
    if place is None:
        return None
    what = _ANSWERED_FROM.get(type(fact), type(fact).__name__)
    is_body = any(tree.kind is TreeKind.MACRO_BODY for tree in (site.tree, *site.tree.ancestors()))
    return Question(site.id, what, Spot(site.source, *place, is_body))


def _findings(
    questions: Iterable[Question | None],
    units: Sequence[Unit],
    reached: Mapping[str, frozenset[str]],
    ask: AskUnit,
) -> dict[str, Findings]:
    findings: dict[str, Findings] = {}
    wanted = list({each.key + each.site: each for each in questions if each is not None}.values())
    for unit in units:
        here = [each for each in wanted if unit.id in reached.get(each.site, ())]
        if here:
            findings[unit.id] = ask(unit, here)
    return findings


def _answer(fact: UnitFact, found: Sequence[tuple[Unit, Finding]]) -> Answer:
    if isinstance(fact, Compiles):
        for unit, finding in found:
            if finding.value == NO:
                return Known(NO, f"not in {unit.name}: {finding.why_not}")
    answer = _agreed(found)
    return fact.answer(answer) if isinstance(fact, HasType | Resolves) else answer


def _agreed(found: Sequence[tuple[Unit, Finding]]) -> Answer:
    """Return what all units say; unknown where one has no answer, or two differ."""
    for unit, finding in found:
        if finding.value is None:
            return Unknown(f"compiled in {unit.name}, but {finding.why_not}", contested=True)
    first_unit, first = found[0]
    for unit, finding in found[1:]:
        if finding.value != first.value:
            both = f"in {first_unit.name} it is {first.value or 'none'}"
            return Unknown(f"{both}, in {unit.name} {finding.value or 'none'}", contested=True)
    names = ", ".join(dict.fromkeys(unit.name for unit, _ in found))
    return Known(first.value or "", f"rustc says {first.value or 'none'} in {names}")
