"""Hold changes to what errors say: one whose errors say something else is tried in another form, or left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from codemods.cargo.report import CheckReport
from codemods.engine.composing import HasBuild
from codemods.engine.error_check import ErrorsChecked, check_errors
from codemods.engine.isolate import Failure, Isolated, Trial, isolate, remaining
from codemods.engine.overlay import Chosen, Overlay
from codemods.engine.testing import Tested
from codemods.engine.workbench import Workbench
from codemods.recipe.recipe import Recipe
from codemods.recipe.site import Site

NOT_ASKED = "not asked for (--test)"


Built = TypeVar("Built", bound=HasBuild)


class ErrorStep:
    """The comparison of errors in one recipe's verification; nothing for a recipe that observes none."""

    def __init__(
        self,
        bench: Workbench,
        recipe: Recipe,
        sites: Sequence[Site],
        base: Overlay,
        baseline: CheckReport,
    ) -> None:
        self._sites = sites
        self._bench = bench
        self._errors = recipe.observes
        self._base = base
        self._baseline = baseline
        self._checked: dict[int, tuple[HasBuild, ErrorsChecked]] = {}  # by identity of the build

    def kept(
        self,
        chosen: Sequence[Chosen],
        built: Built,
        tested: Tested,
        attempt: Callable[[Sequence[Chosen]], Trial[Built]],
    ) -> Isolated[Built] | None:
        """Return what is left of `chosen` without what makes errors say something else; None for all of it.

        The next form of such a change is tried instead. `tested` is of the tree `built`.
        """
        checked = self.found(chosen, built, tested)
        message = checked.message if checked is not None else None
        if message is None:
            return None
        changes = remaining(chosen)
        isolated = isolate(changes, lambda some: self._attempt(some, tested, attempt))
        if isolated.rejected or isolated.earlier:
            return isolated
        # Together they fail, and then they do not: none of them can be trusted.
        return Isolated((), dict.fromkeys((c.id for c in changes), message), attempt(()).result)

    def found(self, chosen: Sequence[Chosen], built: HasBuild, tested: Tested) -> ErrorsChecked | None:
        """Return how errors compare in the tree `built`; None where nobody asks for it."""
        if self._errors is None or not chosen:
            return None
        if not self._bench.request.test:
            return ErrorsChecked(reason=NOT_ASKED)
        if tested.evidence.status != "passed":
            return ErrorsChecked(reason="the tests do not run")
        if id(built) not in self._checked:
            reports = (self._baseline, built.report)
            composition = built.composition
            checked = check_errors(
                self._bench, self._errors, self._base, composition, reports, tested.passing, self._sites
            )
            self._checked[id(built)] = (built, checked)
        return self._checked[id(built)][1]

    def tell(self, checked: ErrorsChecked | None) -> None:
        """Note once what is to be known of all errors together."""
        if checked is not None and checked.reason != NOT_ASKED:
            for note in checked.notes():
                self._bench.note(note)

    def _attempt(
        self,
        chosen: Sequence[Chosen],
        tested: Tested,
        attempt: Callable[[Sequence[Chosen]], Trial[Built]],
    ) -> Trial[Built]:
        trial = attempt(chosen)
        if trial.failure is not None or not chosen:
            return trial
        checked = self.found(chosen, trial.result, tested)
        message = checked.message if checked is not None else None
        return Trial(trial.result, Failure({}, {}, message) if message is not None else None)
