"""What a recipe claims of its rewrites, so that the prover knows how to compare them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SameTree:
    """The typed tree is the same, but for `expansions`: documented pairs of forms that mean the same.

    Known: `question-mark` (the `match` of std's `try!` and the one of `?`).
    """

    expansions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SameMir:
    """The MIR is the same, but for the numbers of locals, scopes and storage markers."""


Claim = SameTree | SameMir
EXPANSIONS = ("question-mark",)
