"""How strong the evidence for a change is: its grade, from what was shown of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from codemods.engine.document import Evidence, Grade
from codemods.engine.proof import Proof, ProofVerdict

_STATUS = {
    ProofVerdict.EQUAL: "passed",
    ProofVerdict.DIFFERENT: "failed",
    ProofVerdict.NOT_COMPARABLE: "skipped",
}
_NAMED_TESTS = 3
_STRENGTH = (Grade.UNVERIFIED, Grade.MODEL, Grade.COMPILED, Grade.TESTED, Grade.PROVED)


@dataclass(frozen=True, slots=True)
class Executed:
    """The passing tests that ran an edited place, by name; where there is none, `reason` says why."""

    tests: tuple[str, ...] = ()
    reason: str = "no passing test runs it"


NOT_MEASURED = Executed((), "not measured: that needs the tests (--test)")


def grade_of(proof: Proof | None, executed: Iterable[Executed]) -> Grade:
    """Return the grade of a change that compiles everywhere it must, by the weakest of its places."""
    if proof is not None and proof.verdict is ProofVerdict.EQUAL:
        return Grade.PROVED
    places = tuple(executed)
    return Grade.TESTED if places and all(place.tests for place in places) else Grade.COMPILED


def weakest(grades: Iterable[Grade]) -> Grade:
    """Return the weakest of the `grades` of changes that are written together."""
    return min(grades, key=_STRENGTH.index, default=Grade.UNVERIFIED)


def is_at_least(grade: Grade | None, required: Grade) -> bool:
    """Whether `grade` is as strong as `required`; what was refused or rejected never is."""
    return grade in _STRENGTH and _STRENGTH.index(grade) >= _STRENGTH.index(required)


def proof_evidence(proof: Proof | None) -> Evidence:
    """Return what the comparison of compiler dumps showed, as the document has it."""
    if proof is None:
        return Evidence("prove", "skipped", "nothing was compared")
    status = _STATUS[proof.verdict]
    detail = proof.detail if proof.verdict is ProofVerdict.EQUAL else f"{proof.verdict.value}: {proof.detail}"
    return Evidence("prove", status, detail, proof.excerpt)  # type: ignore[arg-type]


def execution_evidence(executed: Executed) -> Evidence:
    """Return which tests ran the place, as the document has it."""
    if not executed.tests:
        return Evidence("executed", "skipped", executed.reason)
    names = ", ".join(executed.tests[:_NAMED_TESTS])
    more = len(executed.tests) - _NAMED_TESTS
    return Evidence("executed", "passed", f"run by {names}" + (f" and {more} more" if more > 0 else ""))
