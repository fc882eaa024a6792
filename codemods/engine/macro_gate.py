"""Leave out the changes that macros would make something else of (see `expansion.py`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from codemods.cargo.replay import Replayed, root_file
from codemods.cargo.report import Unit
from codemods.engine.baseline import Baseline
from codemods.engine.builder import overlay_hash
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
    """What came of one comparison: a difference, or why there is none to be had, or neither.

    `is_hopeless`: the unit can't be compared, whatever the changes.
    """

    difference: Difference | None = None
    problem: str | None = None
    is_hopeless: bool = False


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
        self._broken: dict[str, str] = {}  # units that can't be compared, and why
        self.compared: dict[str, str] = {}  # by change: the units whose expansions were compared

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
        # Later forms say more than the idiom's macro did, so only the first can be compared.
        first_forms = [replace(change, forms=change.forms[:1]) for change in changes]
        refused = isolate(first_forms, lambda chosen: self._attempt(chosen, sites, units)).rejected
        for id in seen - refused.keys():
            files = {str(site.source.path) for site in sites[id]}
            self.compared[id] = ", ".join(sorted(unit.name for unit in units if unit.files & files))
        return refused

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
        """Compare each unit with the changes of its own files; collect what differs anywhere."""
        suspected: dict[str, str] = {}
        for unit, with_positions in units.items():
            here = {
                choice.change.id: found
                for choice in chosen
                if (found := [s for s in sites[choice.change.id] if str(s.source.path) in unit.files])
            }
            if here:
                changes = [choice.change for choice in chosen if choice.change.id in here]
                compared = self._compared(unit, changes, here, with_positions)
                suspected |= _suspects(compared, unit, here)
        return Trial(None, Failure({}, suspected) if suspected else None)

    def _compared(
        self, unit: Unit, changes: Sequence[Change], sites: Mapping[str, list[Site]], with_positions: bool
    ) -> Compared:
        if unit.id in self._broken:
            return Compared(problem=self._broken[unit.id])
        after = compose((Chosen(change) for change in changes), self._read, self._base).overlay
        builder = self._bench.builder
        ids = sorted(id for found in sites.values() for id in (site.id for site in found))
        key = builder.key(
            "expansion", after, overlay_hash(self._base), unit.id, with_positions, self._rules, ids
        )
        all_sites = [site for found in sites.values() for site in found]
        compared = builder.remember(
            key, Compared, lambda: self._compare(unit, all_sites, after, with_positions)
        )
        if compared.is_hopeless:
            self._broken[unit.id] = compared.problem or ""
        return compared

    def _compare(self, unit: Unit, sites: Sequence[Site], after: Overlay, with_positions: bool) -> Compared:
        before = self._before(unit, sites)
        if isinstance(before, str):
            return Compared(problem=before, is_hopeless=True)
        changed = {str(path): text for path, text in after.items() if text is not None}
        self._bench.builder.ensure(self._base, cap_lints=self._baseline.report.capped_lints)
        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(lambda files: self._expanded(unit, files), (before, changed))
        if not first.succeeded:
            return Compared(problem=f"rustc does not show what macros make of {unit.name}", is_hopeless=True)
        if not second.succeeded:
            errors = [d.message for d in second.diagnostics if d.is_error]
            return Compared(problem=f"macros reject the change: {errors[0] if errors else 'no message'}")
        return Compared(compare(first.stdout, second.stdout, with_positions=with_positions))

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
        return replay_changed(self._bench, unit, files, extra=_EXPANDED, environment=_BOOTSTRAP)

    def _read(self, path: PurePosixPath) -> bytes:
        return self._bench.read(path, self._base)


def _suspects(compared: Compared, unit: Unit, sites: Mapping[str, list[Site]]) -> dict[str, str]:
    """Return the changes in the functions that differ, else all of the unit, each with a message."""
    if compared.problem is not None:
        return dict.fromkeys(sites, compared.problem)
    difference = compared.difference
    if difference is None:
        return {}
    message = (
        f"the macros around it make something else of it in {unit.name}:"
        f" `{difference.before}` became `{difference.after}`"
    )
    near = [
        id for id, found in sites.items() if any(functions_around(s) & difference.functions for s in found)
    ]
    return dict.fromkeys(near or sites, message)
