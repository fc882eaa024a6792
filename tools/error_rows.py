"""What is measured of one crate that leaves its old error crate, and what it has to come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tools.builds import Tests
from tools.crates import Crate
from tools.ours import Applied

APPLIED_SHARE = 0.70
FREE_SHARE = 0.50
CRATES = {  # by recipe: the crates it leaves, as rustc calls them
    "failure": ("failure", "failure_derive"),
    "error-chain": ("error_chain",),
    "quick-error": ("quick_error",),
}


@dataclass(frozen=True, slots=True)
class Before:
    """What the untouched crate holds, counted without codemod."""

    words: int
    calls: int  # that rustc resolves into the old crate
    tests: Tests
    dependencies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Human:
    """What people published next: what it depends on, and public items that both they and we changed."""

    version: str
    dependencies: frozenset[str]
    touched: int
    same: int
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Everything measured on one crate, by `codemod` at `commit` of its own repository."""

    commit: str
    crate: Crate
    recipe: str
    options: tuple[str, ...]
    before: Before
    applied: Applied
    words_left: int
    calls_left: int
    dependencies: frozenset[str]
    tests: Tests
    broken_commits: int
    second_applied: int
    human: Human | None

    @property
    def is_free(self) -> bool:
        """Whether the package no longer depends on the old crate."""
        return not {name.replace("-", "_") for name in self.dependencies} & set(CRATES[self.recipe])

    @property
    def changed_verdicts(self) -> Counter[tuple[str, str]]:
        """The test verdicts that differ before and after, with how often."""
        before, after = self.before.tests.verdicts, self.tests.verdicts
        return (before - after) + (after - before)


def applied_share(rows: Sequence[Row]) -> float:
    """Return which part of the sites that were found is applied."""
    found = sum(row.applied.count("found") for row in rows)
    return sum(row.applied.count("applied") for row in rows) / found if found else 1.0


def free_share(rows: Sequence[Row]) -> float:
    """Return which part of the packages is free of the old crate, with the same test verdicts."""
    return sum(row.is_free and not row.changed_verdicts for row in rows) / len(rows)


def missed(rows: Sequence[Row]) -> list[str]:
    """Return a sentence for every target these rows miss; empty when all are met."""
    complaints = [complaint for row in rows for complaint in _missed_by(row)]
    if applied_share(rows) < APPLIED_SHARE:
        complaints.append(
            f"{applied_share(rows):.1%} of the sites are applied: less than {APPLIED_SHARE:.0%}"
        )
    if free_share(rows) < FREE_SHARE:
        complaints.append(f"{free_share(rows):.0%} of the packages are free: less than {FREE_SHARE:.0%}")
    return complaints


def _missed_by(row: Row) -> list[str]:
    document, slug = row.applied.document, f"{row.crate.slug} ({row.recipe})"
    complaints = []
    if row.applied.code not in (0, 4):
        lines = str(document.get("failure", "")).splitlines() or [""]
        complaints.append(f"{slug}: codemod ended with {row.applied.code}: {lines[0]}")
    outcomes = sum(row.applied.count(name) for name in ("applied", "refused", "rejected", "unverified"))
    if outcomes != row.applied.count("found"):
        complaints.append(f"{slug}: {row.applied.count('found')} found, {outcomes} with an outcome")
    if any(not site["reason"] for site in row.applied.records("refused", "rejected", "unverified")):
        complaints.append(f"{slug}: a site is left without a reason")
    if row.broken_commits:
        complaints.append(f"{slug}: {row.broken_commits} commits do not build")
    if row.changed_verdicts:
        names = ", ".join(sorted({name for name, _ in row.changed_verdicts})[:5])
        complaints.append(f"{slug}: test verdicts differ: {names}")
    if row.second_applied:
        complaints.append(f"{slug}: a second run applies {row.second_applied} sites")
    if row.is_free and row.calls_left:
        complaints.append(
            f"{slug}: free of the crate, and rustc still resolves {row.calls_left} calls into it"
        )
    return complaints
