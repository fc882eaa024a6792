"""Hold changes to what `--api` says of the public API: keep it, report what differs, or do not look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from codemods.cargo.report import CheckReport
from codemods.engine.api_compare import ApiComparison
from codemods.engine.api_guard import ApiGuard
from codemods.engine.composing import HasBuild
from codemods.engine.isolate import Failure, Isolated, Trial, isolate, remaining
from codemods.engine.overlay import Chosen, Overlay
from codemods.engine.request import ApiPolicy
from codemods.engine.workbench import Workbench
from codemods.recipe.proposals import Change

CODE = "api-changes"
REFUSAL = "the public API would not be the same (--api keep)"


Built = TypeVar("Built", bound=HasBuild)


class ApiStep:
    """The API guard of one recipe's verification."""

    def __init__(self, bench: Workbench, base: Overlay, baseline: CheckReport) -> None:
        self._policy = bench.request.api
        self._guard = ApiGuard(bench, base, baseline)

    def look(self, changes: Iterable[Change]) -> None:
        """Read what is offered before any change, where that will be asked for."""
        if self._policy is not ApiPolicy.ALLOW:
            self._guard.look(changes)

    def kept(
        self,
        chosen: Sequence[Chosen],
        built: Built,
        attempt: Callable[[Sequence[Chosen]], Trial[Built]],
    ) -> Isolated[Built] | None:
        """Return what is left of `chosen` without what alters the public API; None where all of it may stay.

        The next form of such a change is tried instead.
        """
        if self._policy is not ApiPolicy.KEEP or not self.found(chosen, built).differences:
            return None
        changes = remaining(chosen)
        return isolate(changes, lambda some: self._attempt(some, attempt))

    def found(self, chosen: Sequence[Chosen], built: HasBuild) -> ApiComparison:
        """Return how what is offered differs with `chosen`."""
        if self._policy is ApiPolicy.ALLOW or not chosen:
            return ApiComparison()
        return self._guard.compared(chosen, built.composition, built.report)

    def _attempt(
        self, chosen: Sequence[Chosen], attempt: Callable[[Sequence[Chosen]], Trial[Built]]
    ) -> Trial[Built]:
        trial = attempt(chosen)
        if trial.failure is not None or not chosen:
            return trial
        failure = _failure(self.found(chosen, trial.result))
        return Trial(trial.result, failure)


def _failure(found: ApiComparison) -> Failure | None:
    """Blame the only change that may have caused a difference; of several each may be innocent."""
    if not found.differences:
        return None
    blamed: dict[str, str] = {}
    suspected: dict[str, str] = {}
    for difference in sorted(found.differences, key=lambda each: each.bump):
        causes = [change for change, its in found.causes.items() if difference in its]
        message = f"{REFUSAL}: {difference.sentence}"
        (blamed if len(causes) == 1 else suspected).update(
            (change, message) for change in causes if change not in (*blamed, *suspected)
        )
    unblamed = None if blamed or suspected else f"{REFUSAL}: {found.differences[0].sentence}"
    return Failure(blamed, suspected, unblamed)
