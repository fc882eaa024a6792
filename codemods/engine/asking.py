"""Ask the compiler what recipes want to know, and which targets compile each site.

A canary is `compile_error!` put in the place of a site, in a shadow copy of the sources: rustc reports
each one that survives `cfg` and macro expansion, in one cheap run that ends before type checking.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from codemods.cargo.diagnostics import Diagnostic
from codemods.cargo.externs import extern_sources
from codemods.cargo.report import Unit
from codemods.engine.baseline import Baseline
from codemods.engine.compiler_facts import answer_unit_facts
from codemods.engine.macro_rules import answer_macro_rules
from codemods.engine.oracle import (
    RIVAL_NOTE,
    Answers,
    Spot,
    answer_macro_origin,
    answer_reach,
    in_code,
    in_manifest,
)
from codemods.engine.overlay import Overlay
from codemods.engine.rivals import Rival, Rivals
from codemods.engine.shadow import replay_changed
from codemods.engine.unit_oracle import UnitOracle
from codemods.engine.workbench import Workbench
from codemods.errors import CodemodError
from codemods.recipe.facts import Answer, Fact, MacroOrigin, MacroRules, UnitFact
from codemods.recipe.recipe import Recipe
from codemods.recipe.site import Site
from codemods.rust.canary import canary_edits
from codemods.rust.edits import Edit, apply_edits
from codemods.rust.spans import Span

MARK = "codemod canary "


def ask(
    bench: Workbench, recipe: Recipe, sites: Sequence[Site], baseline: Baseline, overlay: Overlay
) -> Answers:
    """Return the answers to the facts of `recipe` at `sites` in the tree with `overlay`."""
    bench.listener.phase("ask", "what the compiler says of each site")
    asker = Asker(bench, baseline, overlay)
    with bench.timed("baseline"):
        answers = [_answer(fact, sites, baseline, asker) for fact in recipe.facts]
        reach = next((each for each in answers if each.reached), None)
        if reach is None:
            code = [site for site in sites if in_code(site)]
            reach = _with_manifests(sites, baseline, answer_reach(code, baseline.units, asker.canary), asker)
        of_units = _unit_answers(bench, recipe, sites, baseline, overlay, reach)
    facts = {key: answer for each in answers for key, answer in each.facts.items()}
    return Answers({**facts, **of_units}, reach.reached, reach.why_not)


def _with_manifests(sites: Sequence[Site], baseline: Baseline, reach: Answers, asker: Asker) -> Answers:
    """Return `reach` with the sites in manifests: each unit of the package rests on them."""
    of_manifests = {
        site.id: frozenset(
            unit.id for unit in baseline.units if unit.package == asker.package_of(site.source.path)
        )
        for site in sites
        if in_manifest(site)
    }
    return replace(reach, reached={**reach.reached, **of_manifests})


def _unit_answers(
    bench: Workbench,
    recipe: Recipe,
    sites: Sequence[Site],
    baseline: Baseline,
    overlay: Overlay,
    reach: Answers,
) -> dict[tuple[str, Fact], Answer]:
    """Return the answers to the facts that each unit knows by itself."""
    own = [fact for fact in recipe.facts if isinstance(fact, UnitFact)]
    oracle = UnitOracle(bench, overlay, cap_lints=baseline.report.capped_lints)
    facts = {site.id: [*own, *(condition.fact for condition in site.conditions)] for site in sites}
    return answer_unit_facts(facts, sites, baseline.units, reach.reached, reach.why_not, oracle.ask)


def _answer(fact: Fact, sites: Sequence[Site], baseline: Baseline, asker: Asker) -> Answers:
    units = baseline.units
    match fact:
        case MacroOrigin():
            rivals = Rivals(fact.name, units, asker.read, extern_sources, asker.package_files)
            return answer_macro_origin(fact, sites, units, asker.canary, rivals, asker)
        case MacroRules():
            return answer_macro_rules(fact, sites, units, asker.read, extern_sources)
        case _:
            return Answers({}, {})  # answered together, for all sites at once


class Asker:
    """Asks the compiler about one tree, whose build is `baseline`."""

    def __init__(self, bench: Workbench, baseline: Baseline, overlay: Overlay) -> None:
        self.bench = bench
        self.baseline = baseline
        self.overlay = overlay

    def read(self, path: str) -> bytes | None:
        """Return a source's content: of the tree, or from disk where it lies outside."""
        try:
            if PurePosixPath(path).is_absolute():
                return Path(path).read_bytes()
            return self.bench.read(PurePosixPath(path), self.overlay)
        except (OSError, CodemodError):
            return None  # made by a build script, or gone

    def package_files(self, package: str) -> frozenset[str]:
        """Return every Rust file of the member, compiled here or not."""
        bench = self.bench
        return frozenset(
            name
            for name in bench.names
            if name.endswith(".rs") and bench.package_of(PurePosixPath(name)) == package
        )

    def package_of(self, path: PurePosixPath) -> str:
        """Return the name of the member that owns the file."""
        return self.bench.package_of(path)

    def uses_of(self, unit: Unit, rivals: Sequence[Rival]) -> tuple[Diagnostic, ...]:
        """Return what rustc says of `unit` where the `rivals` are deprecated with a note of ours."""
        self.bench.builder.ensure(self.overlay, cap_lints=self.baseline.report.capped_lints)
        marks: dict[str, list[Edit]] = {}
        for rival in rivals:
            at = Span(rival.definition or 0, rival.definition or 0)
            marks.setdefault(rival.path, []).append(Edit(at, f'#[deprecated(note = "{RIVAL_NOTE}")] '))
        files = {path: apply_edits(self.read(path) or b"", edits) for path, edits in marks.items()}
        return replay_changed(self.bench, unit, files).diagnostics

    def units_using(self, path: str) -> list[Unit]:
        """Return the units that have the crate of the file at `path` among their externs."""
        full = str(self.bench.scratch.root / path)
        return [unit for unit in self.baseline.units if full in extern_sources(unit)]

    def canary(self, unit: Unit, sites: Sequence[Spot]) -> frozenset[str]:
        """Return the ids of those `sites` that `unit` compiles."""
        builder = self.bench.builder
        key = builder.key("canary", self.overlay, unit.id, sorted(site.id for site in sites))
        return builder.remember(key, frozenset[str], lambda: self._sing(unit, sites))

    def _sing(self, unit: Unit, spots: Sequence[Spot]) -> frozenset[str]:
        self.bench.builder.ensure(self.overlay, cap_lints=self.baseline.report.capped_lints)
        sources = {spot.source.path: spot.source.content for spot in spots}
        groups = _by_place(spots)
        reached: set[str] = set()
        for layer in _layers([group[0] for group in groups]):
            files = {str(path): apply_edits(sources[path], edits) for path, edits in layer.items()}
            reached |= self._replay(unit, files)
        return frozenset(spot.id for group in groups if group[0].id in reached for spot in group)

    def _replay(self, unit: Unit, files: dict[str, bytes]) -> set[str]:
        """Return the ids of the canaries in `files` that rustc reports for `unit`."""
        replayed = replay_changed(self.bench, unit, files)
        messages = (d.message for d in replayed.diagnostics if d.message.startswith(MARK))
        return {message.removeprefix(MARK) for message in messages}


Canaries = dict[PurePosixPath, list[Edit]]  # by file, in one shadow copy


def _by_place(spots: Sequence[Spot]) -> list[list[Spot]]:
    """Return the spots in groups that the same canary would speak for: of one block, say."""
    groups: dict[tuple[object, ...], list[Spot]] = {}
    for spot in spots:
        edits = canary_edits(spot.source, spot.span, MARK)
        place = tuple((edit.span.start, edit.span.end) for edit in edits) or spot.id
        groups.setdefault((spot.source.path, place), []).append(spot)
    return list(groups.values())


def _layers(spots: Sequence[Spot]) -> list[Canaries]:
    """Return the canaries of `spots` in layers, each for a shadow copy of its own.

    A spot within another would be hidden by its canary, and two may want the same place.
    """
    layers: list[Canaries] = []
    taken: list[dict[PurePosixPath, list[int]]] = []  # where each layer has canaries, sorted
    for spot in sorted(spots, key=lambda spot: (spot.source.path, spot.span.start, -spot.span.end)):
        edits, path = canary_edits(spot.source, spot.span, MARK + spot.id), spot.source.path
        free = (n for n, here in enumerate(taken) if _has_room(here.get(path, ()), spot, edits))
        number = next(free, len(layers))
        if number == len(layers):
            layers.append({})
            taken.append({})
        layers[number].setdefault(path, []).extend(edits)
        for edit in edits:
            insort(taken[number].setdefault(path, []), edit.span.start)
    return layers


def _has_room(offsets: Sequence[int], spot: Spot, edits: Sequence[Edit]) -> bool:
    """Whether no canary at one of the sorted `offsets` is within the spot, or where its own would be."""
    inside = bisect_right(offsets, spot.span.start)
    if inside < len(offsets) and offsets[inside] < spot.span.end:
        return False
    places = (bisect_left(offsets, edit.span.start) for edit in edits)
    return not any(
        at < len(offsets) and offsets[at] == edit.span.start for at, edit in zip(places, edits, strict=True)
    )
