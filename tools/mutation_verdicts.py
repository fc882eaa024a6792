"""Ask the prover about many wrong edits at once, and make sure that each answer is about the edit itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from unittest.mock import patch

from codemods.cargo.report import Unit
from codemods.engine import prove as prover
from codemods.engine.proof import Proof, ProofVerdict
from codemods.engine.prove_edits import placed_edits
from codemods.engine.prove_unit import Pair, UnitProof, UnitProver
from codemods.recipe.claims import SameTree
from tools.mutation_filter import Compiled, Subject, recomposed
from tools.mutation_values import Mutation, Where

_NAME = re.compile(r"[^:{}#\[\]]+")


@dataclass(frozen=True, slots=True)
class Unequal:
    """The bodies that are not equal in some unit, and those of them that each change touches."""

    bodies: frozenset[str]
    touched: Mapping[str, frozenset[str]]  # by change id

    @property
    def nobodys(self) -> frozenset[str]:
        """The bodies that no change touches: the prover lays them at every change."""
        return self.bodies - frozenset().union(*self.touched.values())


def verdicts(subject: Subject, claim: SameTree, compiled: Compiled) -> tuple[tuple[Mutation, Proof], ...]:
    """Return the proofs of all mutations in `compiled`.

    A body that differs although nothing in it was edited is laid at every change of its unit. Where that
    is all that speaks against a mutation, it is asked for again in other company.
    """
    waiting, settled = [compiled], list[tuple[Mutation, Proof]]()
    while waiting:
        batch = waiting.pop()
        proofs, seen = _proofs(subject, claim, batch)
        unequal = _unequal(batch, seen)
        masked = _masked(batch.mutations, proofs, unequal)
        settled += [(batch.mutations[id], proofs[id]) for id in batch.mutations if id not in masked]
        waiting += [
            recomposed(subject, {id: batch.mutations[id] for id in part})
            for part in _parts(masked, batch.mutations, unequal)
        ]
    return tuple(settled)


def _proofs(
    subject: Subject, claim: SameTree, compiled: Compiled
) -> tuple[Mapping[str, Proof], list[UnitProof]]:
    """Return what the prover says, and what it saw of each unit to say so."""
    seen: list[UnitProof] = []

    class Watched(UnitProver):
        def prove(self, pairs: Iterable[Pair]) -> Iterator[tuple[Unit, UnitProof]]:
            for unit, shown in super().prove(pairs):
                seen.append(shown)
                yield unit, shown

    compared = {id for id, mutation in compiled.mutations.items() if mutation.where is Where.MACRO}
    report = subject.baseline.report  # that the mutated tree builds too was seen unit by unit
    chosen, composition = compiled.chosen, compiled.composition
    everything = compared | subject.compared
    with patch.object(prover, "UnitProver", Watched):
        proofs = prover.prove(subject.bench, claim, chosen, composition, report, report, {}, everything)
    return proofs, seen


def _unequal(compiled: Compiled, seen: Sequence[UnitProof]) -> Unequal:
    placed = [edit for choice in compiled.chosen for edit in placed_edits(choice, compiled.composition)]
    bodies = {body for shown in seen for body, _ in shown.unequal}
    touched: dict[str, set[str]] = {edit.change: set() for edit in placed}
    for edit in placed:
        touched[edit.change].update(*(shown.bodies_of(edit.place) for shown in seen))
    owned = {id: frozenset(body for body in bodies if _belongs(body, found)) for id, found in touched.items()}
    return Unequal(frozenset(bodies), owned)


def _belongs(body: str, touched: Collection[str]) -> bool:
    """Whether `body` is one of `touched`, or of one function with one: a closure, a constant."""
    return any(
        body == other or body.startswith(f"{other}::{{") or other.startswith(f"{body}::{{")
        for other in touched
    )


def _masked(
    mutations: Mapping[str, Mutation], proofs: Mapping[str, Proof], unequal: Unequal
) -> tuple[str, ...]:
    """Return the mutations of which nothing is known but that other bodies differ."""
    if len(mutations) == 1 or not unequal.nobodys:
        return ()
    named = Counter(mutation.owner for mutation in mutations.values())
    return tuple(
        id
        for id, mutation in mutations.items()
        if proofs[id].verdict is ProofVerdict.DIFFERENT
        and not unequal.touched.get(id)
        and not (named[mutation.owner] == 1 and _is_named(mutation, unequal.nobodys))
    )


def _is_named(mutation: Mutation, bodies: Collection[str]) -> bool:
    return bool(mutation.owner) and any(mutation.owner in _NAME.findall(body) for body in bodies)


def _parts(
    masked: tuple[str, ...], mutations: Mapping[str, Mutation], unequal: Unequal
) -> list[tuple[str, ...]]:
    """Ask those whose function may be one of the bodies apart; halve where nothing else helps."""
    suspects = tuple(id for id in masked if _is_named(mutations[id], unequal.nobodys))
    others = tuple(id for id in masked if id not in suspects)
    if len(others) == len(mutations):
        return [part for part in (others[::2], others[1::2]) if part]
    if len(suspects) == len(mutations):
        return [(id,) for id in suspects]
    return [part for part in (suspects, others) if part]
