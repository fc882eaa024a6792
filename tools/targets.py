"""What the corpus has to show; each miss is one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from tools.grades import proved_share
from tools.rows import Row, verdict_changes

APPLIED_SHARE = 0.99
DIFF_RATIO = 1.05
PROVED_SHARE = 0.99


def missed(rows: Sequence[Row]) -> list[str]:
    """Return a sentence for every target these rows miss; empty when all are met."""
    complaints = [complaint for row in rows for complaint in _missed_by(row)]
    reported = sum(row.before.reported for row in rows)
    if reported and applied_share(rows) < APPLIED_SHARE:
        left = sum(row.branch.left_reported for row in rows)
        complaints.append(f"{left} of {reported} compiled try! are left: more than {1 - APPLIED_SHARE:.0%}")
    if proved_share(rows) < PROVED_SHARE:
        complaints.append(f"{proved_share(rows):.2%} of the sites that cargo compiles are proved")
    if diff_ratio(rows) > DIFF_RATIO:
        complaints.append(f"the diff is {diff_ratio(rows):.3f} x the least possible: more than {DIFF_RATIO}")
    return complaints


def applied_share(rows: Sequence[Row]) -> float:
    """Return which part of the uses that rustc reported before it does not report any more."""
    reported = sum(row.before.reported for row in rows)
    return 1 - sum(row.branch.left_reported for row in rows) / reported if reported else 1.0


def diff_ratio(rows: Sequence[Row]) -> float:
    """Return diff lines over the least possible, outside files that were rustfmt-clean."""
    least = sum(row.diff.least for row in rows)
    return sum(row.diff.lines for row in rows) / least if least else 1.0


def _missed_by(row: Row) -> list[str]:
    document, slug = row.applied.document, row.crate.slug
    complaints = []
    if row.applied.code != 0:
        lines = str(document.get("failure", "")).splitlines() or [""]
        complaints.append(f"{slug}: codemod ended with {row.applied.code}: {lines[-1]}")
    outcomes = sum(row.applied.count(name) for name in ("applied", "refused", "rejected", "unverified"))
    if outcomes != row.applied.count("found") or len(document["sites"]) != row.applied.count("found"):
        complaints.append(f"{slug}: {row.applied.count('found')} found, {outcomes} with an outcome")
    if row.unaccounted:
        places = ", ".join(f"{place.path}:{place.line}" for place in sorted(row.unaccounted, key=str)[:5])
        complaints.append(f"{slug}: {len(row.unaccounted)} try! not in the run document: {places}")
    if any(not site["reason"] for site in row.applied.records("refused", "rejected", "unverified")):
        complaints.append(f"{slug}: a site is left without a reason")
    if row.branch.broken_commits:
        complaints.append(f"{slug}: {row.branch.broken_commits} of {row.branch.commits} commits do not build")
    if verdict_changes(row):
        names = ", ".join(sorted({name for name, _ in verdict_changes(row)})[:5])
        complaints.append(f"{slug}: test verdicts differ: {names}")
    if row.second_applied:
        complaints.append(f"{slug}: a second run applies {row.second_applied} sites")
    return complaints
