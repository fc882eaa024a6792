"""What one recipe came to on one tree: the values that the ledger and the branch are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from codemods.cargo.report import CheckReport
from codemods.engine.overlay import Chosen, Composition
from codemods.engine.testing import NOT_ASKED, Tested
from codemods.recipe.proposals import Ambiguous, Change, Proposal, Skipped
from codemods.recipe.recipe import Recipe
from codemods.recipe.site import Site


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown of a change that holds: a check, and in which words."""

    check: str
    detail: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One recipe's sites and proposals, and what verification made of them.

    `kept` are the verified changes in the form that holds; `unverified` says by change why
    nothing compiles it (or its example); `included` are those of them that are written all the
    same; `rejected` gives the message by change (rustc's, where `codes` has no other reason code).
    `verified` is the tree with `kept` alone, `final` also with `included`. `report` is the build of
    `final`, `tested` what the tests showed of `verified`.
    """

    recipe: Recipe
    sites: tuple[Site, ...]
    proposals: tuple[Proposal, ...]
    kept: tuple[Chosen, ...]
    included: tuple[Chosen, ...]
    unverified: Mapping[str, str]
    rejected: Mapping[str, str]
    codes: Mapping[str, str]
    shown: Mapping[str, tuple[Shown, ...]]  # change id -> what was shown of it
    warnings: Mapping[str, tuple[str, ...]]
    verified: Composition
    final: Composition
    report: CheckReport | None
    tested: Tested = field(default_factory=lambda: Tested(NOT_ASKED))
    before: Mapping[PurePosixPath, bytes] = field(default_factory=dict)  # files that changes name

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes that the recipe proposed."""
        return tuple(proposal for proposal in self.proposals if isinstance(proposal, Change))

    @property
    def left(self) -> tuple[Skipped | Ambiguous, ...]:
        """The sites that the recipe left alone or asks about."""
        return tuple(p for p in self.proposals if isinstance(p, Skipped | Ambiguous))
