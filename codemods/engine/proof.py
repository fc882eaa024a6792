"""What comparing compiler dumps showed of one change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProofVerdict(StrEnum):
    """The three answers of the prover; only the first makes grade A."""

    EQUAL = "equal"
    DIFFERENT = "different"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, slots=True)
class Proof:
    """The verdict on one change.

    `detail` is one sentence: the route, the bodies, the units. `excerpt` shows the first
    difference, before and after, where there is one.
    """

    verdict: ProofVerdict
    detail: str
    excerpt: str = ""
