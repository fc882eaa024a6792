"""Find the largest set of changes that compiles, with as few builds as can be.

All changes at once first: the usual case costs one build. What an error points at is tried in
its next form or set aside; what nothing points at is bisected. A change set aside only because
it stood near an error is given a second chance at the end. `requires` are kept together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from codemods.engine.overlay import Chosen
from codemods.errors import CodemodError
from codemods.recipe.proposals import Change

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a set of changes does not hold: message by blamed change, and what is only suspected.

    In what a change of `resolved` wrote rustc found every name, and rejects it all the same.
    """

    blamed: Mapping[str, str]
    suspected: Mapping[str, str]
    unblamed: str | None = None  # an error that points at no change
    resolved: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Trial(Generic[Result]):
    """One try of a set of changes: what it gave, and what went wrong (None: it holds)."""

    result: Result
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class Isolated(Generic[Result]):
    """The changes that hold together, each in the form that did, and why the others do not.

    `earlier` says of those kept in a later form why their first one does not hold.
    """

    kept: tuple[Chosen, ...]
    rejected: Mapping[str, str]  # change id -> message
    result: Result
    earlier: Mapping[str, str] = field(default_factory=dict)


def isolate(
    changes: Sequence[Change],
    attempt: Callable[[Sequence[Chosen]], Trial[Result]],
    held: frozenset[str] = frozenset(),
) -> Isolated[Result]:
    """Return the changes that hold; `attempt` builds a set of them and judges it.

    `held` are changes that are in force already, which others may require.

    `attempt` of the empty set must hold; it is called only when everything else failed.

    Raises:
        CodemodError: the empty set does not hold.
    """
    return _Isolation(changes, attempt, held).run()


def remaining(chosen: Sequence[Chosen]) -> list[Change]:
    """Return the changes with the form that was chosen as their first, for another check to go on from."""
    return [replace(choice.change, forms=choice.change.forms[choice.form_index :]) for choice in chosen]


class _Isolation(Generic[Result]):
    def __init__(
        self,
        changes: Sequence[Change],
        attempt: Callable[[Sequence[Chosen]], Trial[Result]],
        held: frozenset[str],
    ) -> None:
        self.held = held
        self.order = [change.id for change in changes]
        self.changes = {change.id: change for change in changes}
        self.attempt = attempt
        self.current = {change.id: Chosen(change) for change in changes}
        self.messages: dict[str, str] = {}
        self.suspects: dict[str, str] = {}

    def run(self) -> Isolated[Result]:
        for id in self.order:
            missing = self.changes[id].requires - self.current.keys() - self.held
            if id in self.current and missing:
                self._drop(id, f"requires change {min(missing)}, which is not on the branch")
        trial = self._settle()
        trial = self._second_chance(trial)
        rejected = {id: self.messages[id] for id in self.order if id not in self.current}
        earlier = {id: self.messages[id] for id in self.order if id in self.current and id in self.messages}
        return Isolated(self._chosen(), rejected, trial.result, earlier)

    def _chosen(self, ids: Iterable[str] | None = None) -> tuple[Chosen, ...]:
        wanted = set(self.current if ids is None else ids)
        return tuple(self.current[id] for id in self.order if id in self.current and id in wanted)

    def _settle(self) -> Trial[Result]:
        """Try what is left until it holds; every round takes at least one form or change away."""
        while True:
            trial = self.attempt(self._chosen())
            if trial.failure is None:
                return trial
            if not self.current:
                raise CodemodError(
                    "the tree fails without any change, although it held before",
                    hint="Run again; report this if it stays.",
                )
            self._take_away(trial.failure)

    def _take_away(self, failure: Failure) -> None:
        # What is not ours to take away (a change that stays in any case) counts as unblamed.
        blamed = {id: message for id, message in failure.blamed.items() if id in self.current}
        suspected = {id: message for id, message in failure.suspected.items() if id in self.current}
        if blamed:
            for id, message in blamed.items():
                self._next_form_or_reject(id, message, names_resolved=id in failure.resolved)
        elif suspected:
            for id, message in suspected.items():
                self._set_aside(id, message)
        else:
            culprits = self._bisect(self._chosen())
            for id in culprits:
                self._next_form_or_reject(id, failure.unblamed or "the build fails with this change")

    def _next_form_or_reject(self, id: str, message: str, *, names_resolved: bool = False) -> None:
        chosen = self.current.get(id)
        if chosen is None:
            return
        message = self.messages.setdefault(id, message)  # the first form's message says most
        following = chosen.next(names_resolved=names_resolved)
        if following is not None:
            self.current[id] = following
        else:
            self._drop(id, message)

    def _set_aside(self, id: str, message: str) -> None:
        if id in self.current:
            self.suspects.update(dict.fromkeys(self._drop(id, message), message))

    def _drop(self, id: str, message: str) -> list[str]:
        """Take a change out, and with it all that require it; return them."""
        self.current.pop(id, None)
        self.messages[id] = message
        dropped = [id]
        for other in self.order:
            if other in self.current and id in self.changes[other].requires:
                dropped += self._drop(other, f"requires change {id}, which was left out: {message}")
        return dropped

    def _bisect(self, chosen: tuple[Chosen, ...]) -> tuple[str, ...]:
        """Return changes that make a failing set fail: one, or a few that fail only together."""
        suspects = chosen
        held: tuple[Chosen, ...] = ()
        while len(suspects) > 1:
            half = suspects[: len(suspects) // 2]
            if self._holds((*held, *half)):
                held = (*held, *half)
                suspects = suspects[len(half) :]
            else:
                suspects = half
        return tuple(choice.change.id for choice in suspects)

    def _holds(self, chosen: tuple[Chosen, ...]) -> bool:
        closed = self._closed(chosen)
        return self.attempt(closed).failure is None

    def _closed(self, chosen: tuple[Chosen, ...]) -> tuple[Chosen, ...]:
        """Return `chosen` without those whose requirements are not among them."""
        ids = {choice.change.id for choice in chosen}
        kept = tuple(choice for choice in chosen if choice.change.requires <= ids | self.held)
        return kept if len(kept) == len(chosen) else self._closed(kept)

    def _second_chance(self, trial: Trial[Result]) -> Trial[Result]:
        """Bring suspects back, as many as hold: all of them, else by halves."""
        return self._bring_back([id for id in self.order if id in self.suspects], trial)

    def _bring_back(self, ids: list[str], trial: Trial[Result]) -> Trial[Result]:
        if not ids:
            return trial
        before = dict(self.current)
        # The whole group has just failed, so a group of all suspects need not be tried again.
        if len(ids) < len(self.suspects) or len(ids) == 1:
            for id in ids:
                following = Chosen(self.changes[id])
                self.current[id] = following
            retrial = self._try_forms(ids)
            if retrial is not None:
                return retrial
            self.current = before
        if len(ids) == 1:
            return trial
        middle = len(ids) // 2
        trial = self._bring_back(ids[:middle], trial)
        return self._bring_back(ids[middle:], trial)

    def _try_forms(self, ids: list[str]) -> Trial[Result] | None:
        """Try the group as it stands; a single change also in its other forms."""
        while True:
            closed = self._closed(self._chosen())
            if not set(ids) <= {choice.change.id for choice in closed}:
                return None
            trial = self.attempt(closed)
            if trial.failure is None:
                return trial
            following = self.current[ids[0]].next() if len(ids) == 1 else None
            if following is None:
                return None
            self.current[ids[0]] = following
