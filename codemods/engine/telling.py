"""What is said of verified changes: where they compile, what was decided, which dependencies stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.cargo.report import CheckReport
from codemods.engine.dependencies import GENERATED, Realised
from codemods.engine.oracle import Answers, in_example, in_manifest
from codemods.engine.overlay import Chosen, Overlay
from codemods.engine.stage import Shown
from codemods.recipe.proposals import Change, Created
from codemods.recipe.site import Site

if TYPE_CHECKING:
    from codemods.engine.workbench import Workbench


def configurations(
    bench: Workbench, sites: Iterable[Site], answers: Answers, report: CheckReport
) -> dict[str, tuple[str, ...]]:
    """Return by site the configurations that compile it."""
    units = {unit.id: unit for unit in report.units}
    first = bench.configurations[0].id  # in which examples are compiled
    order = [configuration.id for configuration in bench.configurations]
    found: dict[str, tuple[str, ...]] = {}
    for site in sites:
        names = {name for id in answers.reached.get(site.id, ()) for name in units[id].configurations}
        found[site.id] = (first,) if in_example(site) else tuple(sorted(names, key=order.index))
    return found


def shown(
    change: Change,
    examples: Mapping[str, str],
    answers: Answers,
    report: CheckReport,
    expanded: Mapping[str, str],
) -> tuple[Shown, ...]:
    """Return what was shown of a change: its `examples` by site, the units that compile it, expansions."""
    found: dict[Shown, None] = {}
    names = {unit.id: unit.name for unit in report.units}
    for id in change.sites:
        if id in examples:
            found[Shown("compile", examples[id])] = None
        elif id in answers.reached:
            units = ", ".join(sorted({names[unit] for unit in answers.reached[id]}))
            found[Shown("compile", f"cargo check --workspace --all-targets; compiled in {units}")] = None
    if change.id in expanded:
        found[Shown("expand", f"macros make the same of it in {expanded[change.id]}")] = None
    return tuple(found)


def retained(
    changes: Iterable[Change], sites: Mapping[str, Site], realised: Realised, earlier: Mapping[str, str]
) -> dict[str, str]:
    """Return the sites that are the entries of dependencies which stay, and why these do.

    `earlier` says of changes why their first form does not hold.
    """
    found: dict[str, str] = {}
    for change in changes:
        for site in (sites[id] for id in change.sites):
            reason = in_manifest(site) and realised.retained.get((site.source.path, site["package"].text))
            if reason:
                cause = earlier.get(change.id, "").strip().partition("\n")[0]
                found[site.id] = f"{reason} ({cause})" if cause and reason == GENERATED else reason
    return found


def tell(bench: Workbench, written: Sequence[Chosen], realised: Realised) -> None:
    """Note what was decided for the changes that are written, and what became of dependencies."""
    for choice in written:
        left = len(choice.form.leaves)
        if left:  # the notes are about all of it
            count = f"{len(choice.change.sites) - left} of {len(choice.change.sites)} sites"
            bench.note(f"written in the smaller form `{choice.form.name}`, which settles {count}")
        for note in () if left else choice.form.notes or choice.change.notes:
            bench.note(note)
    for note in realised.notes:
        bench.note(note)


def before(
    bench: Workbench, changes: Iterable[Change], written: Sequence[Chosen], base: Overlay
) -> dict[PurePosixPath, bytes]:
    """Return every file that a change would edit or delete, as it is in the tree with `base`."""
    paths = {
        file.path
        for change in (*changes, *(choice.change for choice in written))
        for form in change.forms
        for file in form.files
        if not isinstance(file, Created)
    }
    return {path: bench.read(path, base) for path in sorted(paths)}
