"""Leave out the changes that macros would make something else of (see `expansion.py`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codemods.cargo.replay import Replayed, root_file
from codemods.cargo.report import Unit
from codemods.engine.baseline import Baseline
from codemods.engine.expansion import (
    Difference,
    compare,
    definition_edit,
    functions_around,
    has_position_values,
    is_seen_by_macros,
    placeholder_edits,
    placeholder_name,
)
from codemods.engine.isolate import Failure, Trial, isolate
from codemods.engine.oracle import Answers, in_example
from codemods.engine.overlay import Chosen, Overlay, compose
from codemods.engine.shadow import replay_changed
from codemods.engine.workbench import Workbench
from codemods.recipe.proposals import Change
from codemods.recipe.recipe import Recipe
from codemods.recipe.site import Site
from codemods.rust.edits import EditConflict, apply_edits
from codemods.rust.source import Source
from codemods.rust.spans import Span

CODE = "expands-differently"
STRICT = "a macro is given this code, and what it makes of it is shown by an unstable option of rustc alone"
_EXPANDED = ("-Zunpretty=expanded",)
_BOOTSTRAP = {"RUSTC_BOOTSTRAP": "1"}


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of one comparison: a difference, or why there is none to be had, or neither."""

    difference: Difference | None = None
    problem: str | None = None


class MacroGate:
    """Compares expansions of the units where macros see what the changes change."""

    def __init__(
        self, bench: Workbench, recipe: Recipe, answers: Answers, base: Overlay, baseline: Baseline
    ) -> None:
        self._bench = bench
        self._rules = recipe.macro_means
        self._answers = answers
        self._base = base
        self._baseline = baseline

    def refused(self, changes: Sequence[Change], site_of: Callable[[str], Site]) -> Mapping[str, str]:
        """Return the changes that do not come through, each with the reason."""
        sites = {c.id: [s for id in c.sites if not in_example(s := site_of(id))] for c in changes}
        spans: dict[PurePosixPath, set[Span]] = {}
        for site in (site for found in sites.values() for site in found):
            spans.setdefault(site.source.path, set()).add(site.span)
        seen = {
            id
            for id, found in sites.items()
            if any(is_seen_by_macros(site, frozenset(spans[site.source.path])) for site in found)
        }
        units = self._units(sites, seen)
        if not (self._rules and units):
            return {}
        if self._bench.request.strict_stable:
            return dict.fromkeys(seen, STRICT)
        self._bench.listener.phase("expand", "what macros make of the changes")
        everything = [site for found in sites.values() for site in found]
        for unit in units:
            before = self._before(unit, everything)
            if isinstance(before, str) or not self._expanded(unit, {}).succeeded:
                why = before if isinstance(before, str) else f"rustc does not expand {unit.name}"
                return dict.fromkeys(seen, f"what macros make of it can't be compared: {why}")
        return isolate(changes, lambda chosen: self._attempt(chosen, sites, units)).rejected

    def _units(self, sites: Mapping[str, list[Site]], seen: set[str]) -> dict[Unit, bool]:
        """Return the units to compare, and whether positions are values in them."""
        paths = {str(site.source.path) for found in sites.values() for site in found}
        reached = {
            unit for id in seen for site in sites[id] for unit in self._answers.reached.get(site.id, ())
        }
        units: dict[Unit, bool] = {}
        for unit in self._baseline.units:
            if not unit.files & paths:
                continue
            with_positions = has_position_values(self._bench.sources(unit, self._base))
            if unit.id in reached or with_positions:
                units[unit] = with_positions
        return units

    def _attempt(
        self, chosen: Sequence[Chosen], sites: Mapping[str, list[Site]], units: Mapping[Unit, bool]
    ) -> Trial[None]:
        if not chosen:
            return Trial(None, None)
        here = [site for choice in chosen for site in sites[choice.change.id]]
        for unit, with_positions in units.items():
            compared = self._compared(unit, chosen, here, with_positions)
            if compared.problem is not None:
                return Trial(None, Failure({}, {}, compared.problem))
            if compared.difference is not None:
                return Trial(None, _failure(compared.difference, unit, chosen, sites))
        return Trial(None, None)

    def _compared(
        self, unit: Unit, chosen: Sequence[Chosen], sites: Sequence[Site], with_positions: bool
    ) -> Compared:
        after = compose((Chosen(choice.change) for choice in chosen), self._read, self._base).overlay
        builder = self._bench.builder
        key = builder.key("expansion", after, overlay_of(self._base), unit.id, with_positions)

        def make() -> Compared:
            before = self._before(unit, sites)
            if isinstance(before, str):
                return Compared(problem=before)
            first = self._expanded(unit, before)
            second = self._expanded(
                unit, {str(path): text for path, text in after.items() if text is not None}
            )
            if not first.succeeded:
                return Compared(problem=f"rustc can't show what macros make of {unit.name}")
            if not second.succeeded:
                errors = [d.message for d in second.diagnostics if d.is_error]
                return Compared(problem=f"macros reject the change: {errors[0] if errors else 'no message'}")
            return Compared(compare(first.stdout, second.stdout, with_positions=with_positions))

        return builder.store.remember(key, Compared, make)

    def _before(self, unit: Unit, sites: Sequence[Site]) -> dict[str, bytes] | str:
        """Return the files in which each site calls a macro that stands for its rewrite, or why not."""
        name = placeholder_name(sites, self._bench.sources(unit, self._base))
        full = os.path.normpath(Path(unit.cwd, root_file(unit)))
        root = PurePosixPath(os.path.relpath(full, self._bench.scratch.root))
        if name is None or root.parts[:1] == ("..",):
            return f"{unit.name} can't be expanded with another macro in place of this one"
        edits = placeholder_edits(sites, name)
        source = Source(root, self._read(root), unit.edition)
        definition = definition_edit(source, name, self._rules)
        edits[root] = (*edits.get(root, ()), definition)
        try:
            return {str(path): apply_edits(self._read(path), found) for path, found in edits.items()}
        except EditConflict as conflict:
            return conflict.message

    def _expanded(self, unit: Unit, files: Mapping[str, bytes]) -> Replayed:
        self._bench.builder.ensure(self._base, cap_lints=self._baseline.report.capped_lints)
        return replay_changed(self._bench, unit, files, extra=_EXPANDED, environment=_BOOTSTRAP)

    def _read(self, path: PurePosixPath) -> bytes:
        return self._bench.read(path, self._base)


def overlay_of(base: Overlay) -> list[str]:
    """Return the names of the files that `base` changes, for a key."""
    return sorted(str(path) for path in base)


def _failure(
    difference: Difference, unit: Unit, chosen: Sequence[Chosen], sites: Mapping[str, list[Site]]
) -> Failure:
    """Suspect the changes in the functions that differ; where there is none, nobody knows."""
    message = (
        f"the macros around it make something else of it in {unit.name}:"
        f" `{difference.before}` became `{difference.after}`"
    )
    suspects = {
        choice.change.id: message
        for choice in chosen
        if any(functions_around(site) & difference.functions for site in sites[choice.change.id])
    }
    return Failure({}, suspects, None if suspects else message)
