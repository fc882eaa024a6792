"""Prove changes: compare every body that they can influence, before and after, as rustc itself sees it.

A change is proved when each of its edits lies in the body of a function (or of a macro whose expansions
were compared), is compiled by some unit, and in every unit that reads its files all bodies are the
same. Anything that is not known is "not comparable", with the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from codemods.cargo.replay import command_difference
from codemods.cargo.report import CheckReport, Unit, counterparts
from codemods.cargo.thir_normal import owner_of
from codemods.engine.overlay import Chosen, Composition, Overlay
from codemods.engine.proof import Proof, ProofVerdict
from codemods.engine.prove_edits import (
    MACRO,
    PlacedEdit,
    may_name,
    moves_macros,
    placed_edits,
    why_not_provable,
)
from codemods.engine.prove_macros import why_not_same_outside
from codemods.engine.prove_shape import why_not_trusted
from codemods.engine.prove_unit import Sides, UnitProof, UnitProver
from codemods.engine.workbench import Workbench
from codemods.recipe.claims import EXPANSIONS, Claim, SameMir, SameTree

STRICT = (
    "a proof needs rustc's typed tree, or full names in MIR that nothing folded, and unstable options alone"
    " show them"
)
NOT_COMPILED = "no body to compare is no proof: no unit compiles the edit at {}"
_WORST = (ProofVerdict.EQUAL, ProofVerdict.NOT_COMPARABLE, ProofVerdict.DIFFERENT)


def prove(
    bench: Workbench,
    claim: Claim | None,
    changes: Sequence[Chosen],
    composition: Composition,
    before: CheckReport,
    after: CheckReport,
    base: Overlay,
    compared: Collection[str],
) -> Mapping[str, Proof]:
    """Return by change id whether it is proved that it changes nothing, found now or before.

    `composition` is the tree with all `changes` on top of `base`; `before` and `after` are the builds
    of both. `claim` is the recipe's (None: somebody's diff, all known expansions count). `compared`
    are the changes whose macro expansions were compared.

    Raises:
        BaselineError: rustc ran into the time limit.
    """
    if not changes:
        return {}
    if bench.request.strict_stable:
        return {choice.change.id: _unknown(STRICT) for choice in changes}
    bench.listener.phase("prove", f"{len(changes)} changes")
    if (reason := why_not_trusted(bench)) is not None:
        return {choice.change.id: _unknown(reason) for choice in changes}
    return _Proving(bench, claim, changes, composition, before, after, base, compared).proofs()


@dataclass(slots=True)
class _Seen:
    """What is known of one change so far."""

    edits: tuple[PlacedEdit, ...]
    why_not: str | None
    moves: bool  # macro calls behind its edits
    in_macro: bool  # it edits a macro's definition, and nobody compared the expansions
    proofs: list[Proof] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    bodies: set[str] = field(default_factory=set)
    covered: set[PlacedEdit] = field(default_factory=set)
    by_mir: set[str] = field(default_factory=set)  # those of `bodies` that have another tree


class _Proving:
    """Goes through the units once, and collects for each change what they show of it."""

    def __init__(
        self,
        bench: Workbench,
        claim: Claim | None,
        changes: Sequence[Chosen],
        composition: Composition,
        before: CheckReport,
        after: CheckReport,
        base: Overlay,
        compared: Collection[str],
    ) -> None:
        self.bench = bench
        self.claim = claim
        self.expansions = claim.expansions if isinstance(claim, SameTree) else EXPANSIONS
        if isinstance(claim, SameMir):
            self.expansions = ()
        names_matter = any(may_name(choice, composition) for choice in changes)
        self.sides = Sides(base, composition.overlay, composition.files, names_matter)
        self.before = before
        self.after = {id: unit for id, unit in counterparts(before, after).items() if unit.succeeded}
        editions = {path: bench.edition_of(path) for path in composition.files}
        self.seen = {}
        for choice in changes:
            why_not = why_not_provable(choice, composition, editions, compared)
            in_macro = claim is None and why_not == MACRO
            if in_macro:  # nobody compared its expansions: that is done unit by unit
                why_not = why_not_provable(choice, composition, editions, {choice.change.id})
            edits = tuple(placed_edits(choice, composition))
            self.seen[choice.change.id] = _Seen(edits, why_not, moves_macros(choice, composition), in_macro)

    def proofs(self) -> dict[str, Proof]:
        """Return what was found of each change."""
        files = {edit.place.path for seen in self._provable.values() for edit in seen.edits}
        # A unit that does not build before the change can't show anything of it.
        units = [unit for unit in self.before.units if unit.succeeded and unit.files & files]
        pairs = []
        for unit in units:
            problem = self._problem(unit)
            if problem is not None:
                self._attribute(unit, UnitProof(problem))
            else:
                pairs.append((unit, self.after[unit.id]))
        places = [edit.place for seen in self.seen.values() for edit in seen.edits]
        prover = UnitProver(self.bench, self.sides, places, self.expansions, self.claim)
        for unit, shown in prover.prove(pairs):
            self._attribute(unit, shown)
        for unit, now in pairs:
            self._look_outside(unit, now)
        return {id: self._proof(seen) for id, seen in self.seen.items()}

    def _look_outside(self, unit: Unit, now: Unit) -> None:
        """Compare what edited macros make outside of bodies, in units that read their definitions."""
        edited = [
            seen
            for seen in self._provable.values()
            if seen.in_macro and any(edit.place.path in unit.files for edit in seen.edits)
        ]
        why_not = why_not_same_outside(self.bench, unit, now, self.sides) if edited else None
        for seen in edited if why_not is not None else ():
            seen.proofs.append(_unknown(why_not or ""))

    def _problem(self, unit: Unit) -> str | None:
        """Return why the unit can't be compared with what it is after the change."""
        after = self.after.get(unit.id)
        if after is None:
            return f"{unit.name} does not build after the change"
        difference = command_difference(unit.argv, after.argv)
        return difference and f"{unit.name} is built in another way after the change: {difference}"

    @property
    def _provable(self) -> dict[str, _Seen]:
        return {id: seen for id, seen in self.seen.items() if seen.why_not is None}

    def _attribute(self, unit: Unit, shown: UnitProof) -> None:
        """Lay each body that is not equal at the changes that touch it, else at all of the unit."""
        everybody = [
            seen
            for seen in self._provable.values()
            if any(edit.place.path in unit.files for edit in seen.edits)
        ]
        for seen in everybody:
            seen.units.append(unit)
            if shown.problem is not None:
                seen.proofs.append(_unknown(shown.problem))
        owners: dict[str, list[_Seen]] = {}
        by_mir = set(shown.by_mir)
        bodies_at = {touched.place: touched.bodies for touched in shown.touched}
        for seen in self.seen.values():
            for edit in seen.edits:
                bodies = bodies_at.get(edit.place, ())
                if bodies:
                    seen.covered.add(edit)
                for body in bodies:
                    seen.bodies.add(body)
                    seen.by_mir |= {body} & by_mir
                    owners.setdefault(body, []).append(seen)
        has_others = self.claim is None and any(seen.why_not is not None for seen in self.seen.values())
        for body, proof in shown.unequal:
            # A closure is its function's; what is new or gone in a diff has a verdict of its own.
            inside = owners.get(body) or owners.get(owner_of(body.encode()).decode())
            is_apart = self.claim is None and body in shown.alone
            owners_of_it = inside or ([] if is_apart else everybody)
            if body in shown.located:  # who moves no macro is not the one that moved this
                owners_of_it = [seen for seen in owners_of_it if seen.moves] or owners_of_it
            elif not inside and has_others:
                # Nothing edits it, and signatures or types change as well: a change whose own bodies are
                # equal can only have moved what asks for its line.
                owners_of_it = [seen for seen in owners_of_it if seen.moves]
            for seen in owners_of_it:
                seen.proofs.append(proof)

    def _proof(self, seen: _Seen) -> Proof:
        if seen.why_not is not None:
            return _unknown(seen.why_not)
        if seen.proofs:
            return max(seen.proofs, key=lambda proof: _WORST.index(proof.verdict))
        uncovered = [edit for edit in seen.edits if edit not in seen.covered]
        if uncovered or not seen.edits:
            place = uncovered[0].place if uncovered else None
            where = f"{place.path}:{place.start[0]}" if place else "no place"
            return _unknown(NOT_COMPILED.format(where))
        units = ", ".join(sorted({unit.name for unit in seen.units}))
        folded = " (`try!` and `?` folded)" if "question-mark" in self.expansions else ""
        routes = {f"typed tree{folded}": seen.bodies - seen.by_mir, "MIR": seen.by_mir}
        shown = (f"the same {route} of {_count(bodies)}" for route, bodies in routes.items() if bodies)
        return Proof(ProofVerdict.EQUAL, f"{' and '.join(shown)} in {units}")


def _count(bodies: Collection[str]) -> str:
    return "1 body" if len(bodies) == 1 else f"{len(bodies)} bodies"


def _unknown(reason: str) -> Proof:
    return Proof(ProofVerdict.NOT_COMPARABLE, reason)
