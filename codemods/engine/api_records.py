"""The public API of a run in its document: what is not the same, and which versions that asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from codemods.cargo.metadata import Package
from codemods.engine.api_compare import ApiComparison, ApiDifference, asked_bump, next_version
from codemods.engine.document import ApiRecord, BumpRecord, Evidence

_NAMED = 5  # differences that the evidence of one site names


def api_records(found: Iterable[ApiComparison]) -> tuple[ApiRecord, ...]:
    """Return every difference once; several recipes may each add some."""
    records = (_record(difference) for each in found for difference in each.differences)
    return tuple(dict.fromkeys(records))


def bump_records(found: Sequence[ApiComparison], members: Iterable[Package]) -> tuple[BumpRecord, ...]:
    """Return for each package that was compared the version that its differences ask for."""
    checked = {package: how for each in found for package, how in each.checked.items()}
    records = []
    for package in members:
        if package.name in checked:
            bump = asked_bump(d for each in found for d in each.differences if d.package == package.name)
            asked = next_version(package.version, bump) if bump is not None else None
            records.append(BumpRecord(package.name, package.version, asked, bump, checked[package.name]))
    return tuple(records)


def api_evidence(found: ApiComparison, change: str) -> tuple[Evidence, ...]:
    """Return what the comparison shows of one change; nothing where it can't reach a public item."""
    if change not in found.compared:
        return ()
    causes = found.causes.get(change, ())
    if not causes:
        libraries = "; ".join(f"{package}, {how}" for package, how in sorted(found.checked.items()))
        return (Evidence("api", "passed", f"other crates see the same public items: {libraries}"),)
    ordered = sorted(causes, key=lambda each: each.bump)  # what breaks callers comes first
    shown = "; ".join(each.sentence for each in ordered[:_NAMED])
    more = f" and {len(causes) - _NAMED} more" if len(causes) > _NAMED else ""
    bump = asked_bump(causes)
    text = f"what other crates may see is not the same ({bump}): {shown}{more}"
    return (Evidence("api", "failed", text),)


def _record(difference: ApiDifference) -> ApiRecord:
    return ApiRecord(
        package=difference.package,
        item=difference.item,
        kind=difference.kind,
        old=difference.old,
        new=difference.new,
        bump=difference.bump,
        via=difference.via,
    )
