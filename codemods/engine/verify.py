"""Judge a build of the changed tree against the build of the untouched one.

What the untouched tree already shows is subtracted, unit by unit; the rest is blamed on changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.cargo.diagnostics import Diagnostic
from codemods.cargo.report import CheckReport, Unit, counterparts
from codemods.engine.blame import Blame, BodyAround, blame, new_diagnostics
from codemods.engine.isolate import Failure
from codemods.engine.overlay import Composition, EditedFile

Files = Mapping[PurePosixPath, EditedFile]

# Errors of rustc's type check, to which it comes when all names are resolved: mismatched types, a trait
# that is not implemented, a type that nothing determines.
_AFTER_RESOLUTION = frozenset({"E0277", "E0282", "E0283", "E0284", "E0308"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a build says of the changes in it: why it fails (None: it does not), and new warnings."""

    failure: Failure | None
    warnings: Mapping[str, tuple[str, ...]]  # change id -> warnings as rustc renders them


def judge(
    before: CheckReport,
    after: CheckReport,
    composition: Composition,
    body_around: BodyAround,
    *,
    may_drop_targets: bool = False,
) -> Judgement:
    """Return what `after`, the build of `composition`, shows that `before` does not.

    `may_drop_targets`: a target that a build without new errors does not have was taken away on purpose.
    """
    fresh = _fresh(before, after, composition.files)
    errors = [diagnostic for diagnostic in fresh if _stops(diagnostic, after, composition)]
    is_lost = not may_drop_targets and bool(lost_units(before, after))
    if errors or is_lost:
        return Judgement(_failure(errors, before, after, composition, body_around), {})
    warnings: dict[str, dict[str, None]] = {}
    for diagnostic in fresh:
        if diagnostic.level != "warning":
            continue
        for change in sorted(blame(diagnostic, composition.files, body_around).changes):
            warnings.setdefault(change, {})[diagnostic.rendered or diagnostic.message] = None
    return Judgement(None, {change: tuple(texts) for change, texts in warnings.items()})


def _fresh(before: CheckReport, after: CheckReport, files: Files) -> list[Diagnostic]:
    """Return the diagnostics that are new, of units that built before, and outside of units."""
    known = {unit.id: unit for unit in before.units}
    old_ids = {unit.id: id for id, unit in counterparts(before, after).items()}
    fresh = list(new_diagnostics(before.others, after.others, files))
    for unit in after.units:
        old = known.get(old_ids.get(unit.id, ""))
        if old is None or old.succeeded:
            fresh += new_diagnostics(old.diagnostics if old else (), unit.diagnostics, files)
    return fresh


def lost_units(before: CheckReport, after: CheckReport) -> tuple[Unit, ...]:
    """Return the units that built before and do not build now."""
    now = counterparts(before, after)
    return tuple(
        unit for unit in before.units if unit.succeeded and not (unit.id in now and now[unit.id].succeeded)
    )


def _stops(diagnostic: Diagnostic, after: CheckReport, composition: Composition) -> bool:
    """Whether it is an error, or would be one had the lints not been capped to get through."""
    if diagnostic.is_error:
        return True
    return after.capped_lints and diagnostic.is_lint and _is_denied(diagnostic, composition)


def _is_denied(diagnostic: Diagnostic, composition: Composition) -> bool:
    """Whether rustc's note on the lint's level names a `deny` or `forbid`.

    The level itself is capped, but the note still points at what set it: the attribute, or
    a flag (`-D warnings`).
    """
    for note in diagnostic.children:
        if any(flag in note.message for flag in ("`-D ", "`-F ", "#[deny(", "#[forbid(")):
            return True
        if "lint level is defined here" in note.message:
            return any(_stands_in_deny(place.path, place.span.start, composition) for place in note.places)
    return False


def _stands_in_deny(path: str, offset: int, composition: Composition) -> bool:
    file = composition.files.get(PurePosixPath(path))
    if file is None:
        return True  # an untouched file: the words can't be looked at here, so the safe answer
    attribute = file.compiled[:offset].rpartition(b"#")[2]
    return b"deny" in attribute or b"forbid" in attribute


def _failure(
    errors: Iterable[Diagnostic],
    before: CheckReport,
    after: CheckReport,
    composition: Composition,
    body_around: BodyAround,
) -> Failure:
    blamed: dict[str, str] = {}
    suspected: dict[str, str] = {}
    unresolved: set[str] = set()
    unblamed: str | None = None
    for error in errors:
        message = error.rendered or error.message
        match blame(error, composition.files, body_around):
            case Blame(changes, sure=True):
                blamed.update((change, message) for change in changes if change not in blamed)
                unresolved |= changes if error.code not in _AFTER_RESOLUTION else frozenset()
            case Blame(changes) if changes:
                suspected.update((change, message) for change in changes if change not in suspected)
            case _:
                unblamed = unblamed or message
    if unblamed is None and not (blamed or suspected):
        names = ", ".join(unit.name for unit in lost_units(before, after))
        unblamed = f"no longer builds, without a message from rustc: {names}"
    return Failure(blamed, suspected, unblamed, frozenset(blamed.keys() - unresolved))
