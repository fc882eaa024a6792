"""Put chosen changes together: their sources, the manifests that these need, then the layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from codemods.cargo.report import CheckReport
from codemods.engine.baseline import Baseline
from codemods.engine.dependencies import Dependencies, Realised
from codemods.engine.expansion import has_position_values
from codemods.engine.overlay import Chosen, Composition, Overlay, compose
from codemods.errors import CodemodError, MachineError
from codemods.recipe.packages import Packages
from codemods.recipe.proposals import Change

if TYPE_CHECKING:
    from codemods.engine.workbench import Workbench


class HasBuild(Protocol):
    """A tree that was put together, and its build: what a check of it needs."""

    @property
    def composition(self) -> Composition:
        """The tree."""

    @property
    def report(self) -> CheckReport:
        """Its build."""


class Composer:
    """Makes trees of the `changes` of one recipe, on top of the tree with `base`."""

    def __init__(
        self,
        bench: Workbench,
        changes: Sequence[Change],
        baseline: Baseline,
        base: Overlay,
        packages: Packages,
    ) -> None:
        self._bench = bench
        self._changes = changes
        self._baseline = baseline
        self._base = base
        self._dependencies = Dependencies(bench, packages, base)

    def composed(self, chosen: Sequence[Chosen]) -> tuple[Composition, Realised]:
        """Return `chosen` put together: sources, then the manifests that these need, then the layout."""
        composition = self._put_together(chosen)
        realised = Realised(tuple(chosen))
        if not composition.conflicts:
            try:
                realised = self._dependencies.realised(chosen, composition)
            except MachineError:
                raise  # of no change: the registry cannot be reached, the disk is full
            except CodemodError as error:  # cargo cannot resolve it, or a manifest is not to be edited
                asking = (choice.change.id for choice in chosen if choice.form.dependencies)
                return replace(composition, conflicts=dict.fromkeys(asking, str(error))), realised
        if realised.chosen != tuple(chosen):
            composition = self._put_together(realised.chosen)
        composition = replace(composition, overlay={**composition.overlay, **realised.hidden})
        return self._laid_out(composition), realised

    def _put_together(self, chosen: Sequence[Chosen]) -> Composition:
        return compose(chosen, lambda path: self._bench.read(path, self._base), self._base)

    def _laid_out(self, composition: Composition) -> Composition:
        formatted = self._bench.formatted(composition.files)
        if formatted:  # where lines are values of the program the layout stays
            formatted = {p: text for p, text in formatted.items() if str(p) not in self._positional}
        return composition.with_formatted(formatted)

    @cached_property
    def _positional(self) -> frozenset[str]:
        """The files of units in which some source makes lines values of the program."""
        edited = {str(file.path) for change in self._changes for form in change.forms for file in form.files}
        units = (unit for unit in self._baseline.units if unit.files & edited)
        positional = (
            unit.files for unit in units if has_position_values(self._bench.sources(unit, self._base))
        )
        return frozenset().union(*positional)
