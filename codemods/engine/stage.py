"""What one recipe came to on one tree: the values that the ledger and the branch are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.cargo.report import CheckReport
from codemods.engine.api_compare import ApiComparison
from codemods.engine.document import Evidence, Grade
from codemods.engine.error_check import ErrorsChecked
from codemods.engine.grades import NOT_MEASURED, Executed, grade_of
from codemods.engine.overlay import Chosen, Composition
from codemods.engine.proof import Proof
from codemods.engine.testing import NOT_ASKED, Tested
from codemods.recipe.proposals import Ambiguous, Change, Proposal, Skipped
from codemods.recipe.recipe import Recipe
from codemods.recipe.site import Site

if TYPE_CHECKING:
    from codemods.cargo.relock import Added

    pass


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
    `final`, `tested` what the tests showed of `verified`, `executed` which of them ran each site.
    `earlier` says of changes kept in a later form why the first one does not hold.
    `uncompiled` says of sites why no configuration compiles them. `api` is what of the public API is not
    the same in `verified`, `errors` how what errors say there compares, where the recipe observes them.
    `ran` is what the commands of `--run` showed of it.
    `narrowed` says of changes why they were tried only in forms that leave some sites.
    `retained` says of sites in manifests why their dependency stays.
    `newest` is the new dependency that needs the newest Rust.
    `proofs` holds by kept change what the comparison of compiler dumps showed, `configurations` by site the
    ids of those that compile it.
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
    proofs: Mapping[str, Proof] = field(default_factory=dict)
    executed: Mapping[str, Executed] = field(default_factory=dict)
    configurations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    earlier: Mapping[str, str] = field(default_factory=dict)
    uncompiled: Mapping[str, str] = field(default_factory=dict)
    api: ApiComparison = field(default_factory=ApiComparison)
    ran: Evidence | None = None
    errors: ErrorsChecked | None = None
    newest: Added | None = None
    retained: Mapping[str, str] = field(default_factory=dict)
    narrowed: Mapping[str, str] = field(default_factory=dict)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes that the recipe proposed."""
        return tuple(proposal for proposal in self.proposals if isinstance(proposal, Change))

    @property
    def left(self) -> tuple[Skipped | Ambiguous, ...]:
        """The sites that the recipe left alone or asks about."""
        return tuple(p for p in self.proposals if isinstance(p, Skipped | Ambiguous))

    def grade(self, change: Change) -> Grade | None:
        """Return the grade of a change, which is that of its weakest site; None where it was rejected."""
        if change.id in self.rejected:
            return None
        if change.id in self.unverified:
            return Grade.UNVERIFIED
        return self._grade(change, self.settled(change))

    def grade_at(self, change: Change, site: str) -> Grade | None:
        """Return the grade of one site of a change: another than the change's where that is unverified."""
        is_tried = any(choice.change.id == change.id for choice in self.kept)
        if is_tried and self.uncompiled and site not in self.uncompiled:
            return self._grade(change, (site,))
        return self.grade(change)

    def _grade(self, change: Change, sites: Iterable[str]) -> Grade:
        return grade_of(self.proofs.get(change.id), (self.execution(site) for site in sites))

    def left_out(self, change: Change) -> frozenset[str]:
        """Return those of its sites that the form which holds does not settle."""
        left = next(
            (c.form.leaves for c in (*self.kept, *self.included) if c.change.id == change.id), frozenset()
        )
        return left | (self.retained.keys() & set(change.sites))

    def settled(self, change: Change) -> tuple[str, ...]:
        """Return those of its sites that the form which holds settles."""
        left = self.left_out(change)
        return tuple(site for site in change.sites if site not in left)

    def said(self, site_id: str) -> tuple[Evidence, ...]:
        """Return what comparing errors showed at the site, where they were compared."""
        site = next((each for each in self.sites if each.id == site_id), None)
        return () if self.errors is None or site is None else (self.errors.evidence(site),)

    def execution(self, site_id: str) -> Executed:
        """Return which tests ran the site."""
        return self.executed.get(site_id, NOT_MEASURED)
