"""Dump the typed tree of one unit before and after the changes, and compare all of its bodies."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codemods.cargo.replay import Replayed
from codemods.cargo.report import Unit
from codemods.cargo.thir import BodyComparison, Likeness, compare_bodies
from codemods.cargo.thir_places import Place, bodies_at
from codemods.cargo.thir_text import UnknownShapeError, split_bodies
from codemods.engine.builder import overlay_hash
from codemods.engine.overlay import Overlay
from codemods.engine.proof import Proof, ProofVerdict
from codemods.engine.shadow import replay_changed
from codemods.engine.workbench import Workbench

VERSION = 1  # of the comparison: answers of another one are not taken from the step store
MAX_DUMP_BYTES = 1 << 30
_ARGUMENTS = ("-Zunpretty=thir-flat",)
_BOOTSTRAP = {"RUSTC_BOOTSTRAP": "1"}
_SHADOW = re.compile(rb"/[^\s\"':]*/codemod-shadow-\w+")


@dataclass(frozen=True, slots=True)
class Touched:
    """The bodies in which something begins or ends at an edited place."""

    place: Place
    bodies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitProof:
    """What comparing one unit showed; `problem` where it could not be compared at all.

    `unequal` are the bodies that are not equal, `compared` how many there are.
    """

    problem: str | None = None
    compared: int = 0
    unequal: tuple[tuple[str, Proof], ...] = ()
    touched: tuple[Touched, ...] = ()

    def bodies_of(self, place: Place) -> tuple[str, ...]:
        """Return the bodies at an edited place."""
        return next((each.bodies for each in self.touched if each.place == place), ())


@dataclass(frozen=True, slots=True)
class Sides:
    """The two trees that are compared: overlays on the analysed commit."""

    before: Overlay
    after: Overlay


def prove_unit(
    bench: Workbench, unit: Unit, sides: Sides, places: Sequence[Place], expansions: Sequence[str]
) -> UnitProof:
    """Return what comparing all bodies of `unit` shows, found now or before.

    Raises:
        BaselineError: rustc ran into the time limit.
    """
    builder = bench.builder
    here = sorted({place for place in places if place.path in unit.files}, key=str)
    key = builder.key(
        "proof",
        sides.after,
        overlay_hash(sides.before),
        unit.id,
        expansions,
        [str(place) for place in here],
        VERSION,
    )
    return builder.remember(key, UnitProof, lambda: _prove(bench, unit, sides, here, expansions))


def _prove(
    bench: Workbench, unit: Unit, sides: Sides, places: Sequence[Place], expansions: Sequence[str]
) -> UnitProof:
    before, after = _dumps(bench, unit, sides)
    for side, replayed in (("before", before), ("after", after)):
        if not replayed.succeeded:
            errors = [found.message for found in replayed.diagnostics if found.is_error]
            what = errors[0] if errors else "no message"
            return UnitProof(f"rustc does not print the typed tree of {unit.name} {side} the change: {what}")
    root = os.fsencode(bench.scratch.root)
    try:
        old, new = (split_bodies(_SHADOW.sub(root, dump.stdout)) for dump in (before, after))
        answers = compare_bodies(old, new, expansions)
    except UnknownShapeError as unknown:
        return UnitProof(f"this rustc's typed tree of {unit.name} has another shape: {unknown}")
    touched = _touched(places, new, answers, _namer(unit, bench.scratch.root))
    unequal = {path: _proof(path, answer) for path, answer in answers.items()}
    return UnitProof(
        compared=len(answers),
        unequal=tuple((path, proof) for path, proof in unequal.items() if proof.verdict != "equal"),
        touched=tuple(Touched(place, tuple(sorted(paths))) for place, paths in touched.items()),
    )


def _dumps(bench: Workbench, unit: Unit, sides: Sides) -> tuple[Replayed, Replayed]:
    """Return what rustc prints of both sides, run side by side."""
    paths = {*sides.before, *sides.after}
    files = [
        {
            str(path): content
            for path in paths
            if (content := _content(bench, path, overlay)) is not None and str(path) in unit.files
        }
        for overlay in (sides.before, sides.after)
    ]

    def dump(changed: Mapping[str, bytes]) -> Replayed:
        return replay_changed(
            bench, unit, changed, extra=_ARGUMENTS, environment=_BOOTSTRAP, output_bytes=MAX_DUMP_BYTES
        )

    with ThreadPoolExecutor(2) as pool:
        before, after = pool.map(dump, files)
    return before, after


def _content(bench: Workbench, path: PurePosixPath, overlay: Overlay) -> bytes | None:
    try:
        return bench.read(path, overlay)
    except OSError:
        return None


def _touched(
    places: Sequence[Place],
    bodies: Mapping[bytes, bytes],
    answers: Mapping[str, BodyComparison],
    path_of: Callable[[bytes], str],
) -> dict[Place, frozenset[str]]:
    """Look in the bodies that changed first: there are few, and most edits are in them."""
    changed = {path: text for path, text in bodies.items() if answers[_shown(path)].is_changed}
    found = bodies_at(places, changed, path_of)
    left = [place for place, paths in found.items() if not paths]
    if left:
        others = {path: text for path, text in bodies.items() if path not in changed}
        found |= bodies_at(left, others, path_of)
    return {place: frozenset(map(_shown, paths)) for place, paths in found.items()}


def _namer(unit: Unit, root: Path) -> Callable[[bytes], str]:
    def path_of(file: bytes) -> str:
        full = os.path.normpath(Path(unit.cwd, os.fsdecode(file)))
        return os.path.relpath(full, root)

    return path_of


def _proof(path: str, answer: BodyComparison) -> Proof:
    verdict = ProofVerdict(answer.likeness.value)
    detail = answer.reason or f"the typed tree of {path} is another one"
    return Proof(verdict, detail if answer.likeness is not Likeness.EQUAL else "", answer.excerpt)


def _shown(path: bytes) -> str:
    return path.decode(errors="replace")
