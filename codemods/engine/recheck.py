"""Grade a branch anew on this machine, and compare what is found with what its ledger claims.

What is graded is the difference that git has, item by item, whatever the ledger says of it. A claim and an
item belong together where their diffs change the same lines of the tree before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from codemods.cargo.build import Configuration, Features
from codemods.engine.document import ChangeRecord, Grade, Outcome, RunDocument, SiteRecord
from codemods.engine.grades import is_at_least, weakest
from codemods.engine.grading import grade_range
from codemods.engine.hunks import changed_lines
from codemods.engine.ledgers import BranchLedger
from codemods.engine.listener import Listener
from codemods.engine.request import Request
from codemods.errors import ExitCode
from codemods.vcs.notes import commits_after
from codemods.vcs.repository import Repository

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_+./:?-]*")
_TRIPLE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?<!\.json)")
_CONFIGURATIONS = 8


@dataclass(frozen=True, slots=True)
class Compared:
    """One changed item as it was graded here, with the changes that the ledger claims on its lines."""

    item: SiteRecord
    claims: tuple[ChangeRecord, ...]

    @property
    def claimed(self) -> Grade | None:
        """The weakest grade that is claimed; None where the ledger does not speak of the item."""
        grades = [change.grade for change in self.claims if change.grade is not None]
        return weakest(grades) if grades else None

    @property
    def is_spoken_of(self) -> bool:
        """Whether the ledger claims anything here; what is proved to change nothing needs no claim."""
        return self.claimed is not None or self.item.grade is Grade.PROVED

    @property
    def is_worse(self) -> bool:
        """Whether less was shown here than is claimed. What has no code in it has no grade to compare."""
        if self.claimed is None:
            return False
        has_no_grade = self.item.grade is None and self.item.outcome is Outcome.APPLIED
        return not has_no_grade and not is_at_least(self.item.grade, self.claimed)


@dataclass(frozen=True, slots=True)
class Recheck:
    """What grading a branch anew came to. `missing` are claimed changes that the branch does not make.

    `documents` are the gradings, one a recipe: each recipe's places count in the tree that it was given.
    """

    compared: tuple[Compared, ...]
    missing: tuple[ChangeRecord, ...]
    documents: tuple[RunDocument, ...]

    @property
    def worse(self) -> tuple[Compared, ...]:
        """Items of which less was shown than is claimed."""
        return tuple(each for each in self.compared if each.is_worse)

    @property
    def unspoken(self) -> tuple[Compared, ...]:
        """Items that the ledger does not speak of."""
        return tuple(each for each in self.compared if not each.is_spoken_of)

    @property
    def exit_code(self) -> ExitCode:
        """Done where everything is as claimed or better."""
        is_good = not (self.worse or self.unspoken or self.missing)
        return ExitCode.DONE if is_good else ExitCode.NOTHING_APPLIED


def recheck(request: Request, ledger: BranchLedger, listener: Listener) -> Recheck:
    """Return how grading what `ledger.branch` changes compares with what its ledger claims.

    Raises:
        BaselineError: the commit that the branch was made from does not build here.
        CodemodError: what else stops a run.
    """
    repository = Repository.open(request.directory)
    compared: list[Compared] = []
    missing: list[ChangeRecord] = []
    documents: list[RunDocument] = []
    for claims, old, new in segments(repository, ledger):
        document = grade_range(
            request, f"{old}..{new}", listener, configurations=claimed_configurations(ledger.document)
        ).document
        found, lost = compare(claims, document)
        compared += found
        missing += lost
        documents.append(document)
    return Recheck(tuple(compared), tuple(missing), tuple(documents))


def claimed_configurations(document: RunDocument) -> tuple[Configuration, ...]:
    """Return the configurations that `document` says its changes were built in.

    It may be anybody's text: a name that could be read as an option, or as a file, is passed over.
    """
    host = document.configurations[0].target if document.configurations else None
    return tuple(
        Configuration(
            Features(
                tuple(name for name in record.features if _NAME.fullmatch(name)),
                record.all_features,
                not record.default_features,
            ),
            record.target if f"@{record.target}" in record.id and _TRIPLE.fullmatch(record.target) else None,
            record.release,
            tuple(name for name in record.packages if _NAME.fullmatch(name)),
        )
        for record in document.configurations[:_CONFIGURATIONS]
        if record.dropped is None and (record.target == host or f"@{record.target}" in record.id)
    )


def claimed_features(document: RunDocument) -> tuple[str, ...]:
    """Return the features that `document` says the run was asked to build with, where they may be names."""
    said = document.settings.get("features")
    return tuple(n for n in said if _NAME.fullmatch(n)) if isinstance(said, list) else ()


def compare(
    claims: Sequence[ChangeRecord], found: RunDocument
) -> tuple[tuple[Compared, ...], tuple[ChangeRecord, ...]]:
    """Return the items of `found` with the claims on their lines, and the claims on no item's lines."""
    claimed = {claim.id: changed_lines(claim.diff) for claim in claims}
    made = {change.id: changed_lines(change.diff) for change in found.changes}
    compared = []
    for item in found.sites:
        own = made.get(item.change or "", frozenset())
        compared.append(Compared(item, tuple(claim for claim in claims if own & claimed[claim.id])))
    met = {claim.id for each in compared for claim in each.claims}
    return tuple(compared), tuple(claim for claim in claims if claim.id not in met)


def segments(
    repository: Repository, ledger: BranchLedger
) -> Iterator[tuple[tuple[ChangeRecord, ...], str, str]]:
    """Yield for each recipe what it claims to have written, and the commits before and after its part.

    What is on the branch beyond the ledger belongs to the last part.
    """
    document = ledger.document
    base = repository.commit(document.base)
    commits = commits_after(repository, base, ledger.tip)
    written = [change for change in document.changes if change.commit is not None]
    starts = [_start(commits, written, recipe) for recipe in document.recipes]
    parts = [(r, s) for r, s in zip(document.recipes, starts, strict=True) if s is not None]
    if not parts or [start for _, start in parts] != sorted({start for _, start in parts}):
        yield tuple(written), base, ledger.tip  # one part, or commits that are not in the order of a run
        return
    ends = [*(start for _, start in parts[1:]), len(commits)]
    old = base
    for (recipe, _), end in zip(parts, ends, strict=True):
        new = commits[end - 1] if end < len(commits) else ledger.tip
        yield tuple(change for change in written if change.recipe == recipe), old, new
        old = new


def _start(commits: Sequence[str], written: Iterable[ChangeRecord], recipe: str) -> int | None:
    """Return the position of the first commit of `recipe`."""
    own = {change.commit for change in written if change.recipe == recipe}
    return next((position for position, commit in enumerate(commits) if commit in own), None)
