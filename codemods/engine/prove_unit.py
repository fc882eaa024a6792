"""Dump the typed tree of one unit before and after the changes, and compare all of its bodies."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from codemods.cargo.replay import Replayed, changed_externs, hashed_like
from codemods.cargo.report import Unit
from codemods.cargo.thir import BodyComparison, Likeness, Memo, compare_bodies
from codemods.cargo.thir_places import Place, bodies_at
from codemods.cargo.thir_text import UnknownShapeError, split_bodies
from codemods.engine.builder import overlay_hash
from codemods.engine.overlay import EditedFile, Overlay
from codemods.engine.proof import Proof, ProofVerdict
from codemods.engine.prove_doubts import (
    ALIKE,
    LOCATED,
    TRACKED,
    called_crates,
    first_alike,
    locating_crates,
    moved,
    moved_call,
    names_alike,
    tracked_call,
    tracked_methods,
)
from codemods.engine.prove_mir import SecondLook
from codemods.engine.shadow import replay_changed
from codemods.engine.workbench import Workbench
from codemods.recipe.claims import Claim, SameMir

VERSION = 22  # of the comparison: answers of another one are not taken from the step store
MAX_DUMP_BYTES = 1 << 30
_ARGUMENTS = ("-Zunpretty=thir-flat",)
_BOOTSTRAP = {"RUSTC_BOOTSTRAP": "1"}


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
    alone: tuple[str, ...] = ()  # bodies that are on one side only
    located: tuple[str, ...] = ()  # those of `unequal` for calls of macros that were moved
    by_mir: tuple[str, ...] = ()  # bodies of another tree and the same MIR

    def bodies_of(self, place: Place) -> tuple[str, ...]:
        """Return the bodies at an edited place."""
        return next((each.bodies for each in self.touched if each.place == place), ())


@dataclass(frozen=True, slots=True)
class Sides:
    """The two trees that are compared: overlays on the analysed commit."""

    before: Overlay
    after: Overlay
    files: Mapping[PurePosixPath, EditedFile]
    names_matter: bool  # whether an edit may make a name mean something else


Pair = tuple[Unit, Unit]  # a unit as it is before and after the changes


class UnitProver:
    """Compares units one after another; while one is compared, rustc dumps the next.

    `claim`: with `SameMir` and None, what has another tree may have the same MIR.
    """

    def __init__(
        self,
        bench: Workbench,
        sides: Sides,
        places: Sequence[Place],
        expansions: Sequence[str],
        claim: Claim | None,
    ) -> None:
        self._bench = bench
        self._sides = sides
        self._places = sorted(set(places), key=str)
        self._expansions = expansions
        self._claims_mir = isinstance(claim, SameMir)
        self._second_look = SecondLook(bench, sides.before, sides.after, self._dump)
        self._takes_mir = claim is None or self._claims_mir
        self._memo: Memo = set()

    def prove(self, pairs: Iterable[Pair]) -> Iterator[tuple[Unit, UnitProof]]:
        """Yield what comparing all bodies of each unit shows, found now or before.

        Each unit comes with what it is after the change: the same command, but for its hashes.

        Raises:
            BaselineError: rustc ran into the time limit.
        """
        store = self._bench.builder.store
        unknown: list[Pair] = []
        for unit, now in pairs:
            kept = store.read(self._key(unit, now), UnitProof)
            if kept is not None:
                yield unit, kept
            else:
                unknown.append((unit, now))
        with ThreadPoolExecutor(2) as pool:
            for (unit, now), before, after in self._dumped(unknown, pool):
                shown = self._compared(unit, now, before.result(), after.result())
                store.write(self._key(unit, now), shown)
                yield unit, shown

    def _key(self, unit: Unit, now: Unit) -> str:
        sides, here = self._sides, map(str, self._here(unit))
        inputs = (overlay_hash(sides.before), unit.id, now.id, self._expansions, list(here), VERSION)
        claims = (self._takes_mir, self._claims_mir)
        return self._bench.builder.key("proof", sides.after, *inputs, *claims)

    def _here(self, unit: Unit) -> list[Place]:
        return [place for place in self._places if place.path in unit.files]

    def _dumped(
        self, pairs: Sequence[Pair], pool: ThreadPoolExecutor
    ) -> Iterator[tuple[Pair, Future[Replayed], Future[Replayed]]]:
        """Yield the dumps of both sides of each unit; those of the next are begun before."""

        def begin(pair: Pair) -> tuple[Pair, Future[Replayed], Future[Replayed]]:
            unit, now = pair
            before = pool.submit(self._dump, unit, self._sides.before)
            return pair, before, pool.submit(self._dump, _named_like(now, unit), self._sides.after)

        waiting: deque[tuple[Pair, Future[Replayed], Future[Replayed]]] = deque()
        for pair in pairs:
            waiting.append(begin(pair))
            if len(waiting) > 1:
                yield waiting.popleft()
        yield from waiting

    def _dump(
        self, unit: Unit, overlay: Overlay, extra: tuple[str, ...] = _ARGUMENTS, emit: str = "metadata"
    ) -> Replayed:
        return replay_changed(
            self._bench,
            unit,
            changed_files(self._bench, unit, self._sides, overlay),
            extra=extra,
            environment=_BOOTSTRAP,
            output_bytes=MAX_DUMP_BYTES,
            emit=emit,
        )

    def _compared(self, unit: Unit, now: Unit, before: Replayed, after: Replayed) -> UnitProof:
        for side, replayed in (("before", before), ("after", after)):
            if not replayed.succeeded:
                errors = [found.message for found in replayed.diagnostics if found.is_error]
                what = errors[0] if errors else "no message"
                return UnitProof(
                    f"rustc does not print the typed tree of {unit.name} {side} the change: {what}"
                )
        others = changed_externs(unit.argv, now.argv)
        mentioned = _mentioned(others, before.stdout, after.stdout)
        if mentioned is not None:
            return UnitProof(f"{unit.name} uses `{mentioned}`, which is another build of it after the change")
        root = self._bench.scratch.root
        try:
            old, new = (split_bodies(_at_home(dump, root)) for dump in (before, after))
            answers = compare_bodies(old, new, self._expansions, self._memo)
        except UnknownShapeError as unknown:
            return UnitProof(f"this rustc's typed tree of {unit.name} has another shape: {unknown}")
        looked_at = self._looked_at(unit, now, old, new, answers)
        touched = _touched(self._here(unit), new, answers, _namer(unit, root))
        unequal = {
            path: _proof(path, looked_at.get(path, answer))
            for path, answer in answers.items()
            if Likeness.EQUAL not in (answer.likeness, looked_at.get(path, answer).likeness)
        }
        located, by_macros = self._located(unit, old, new, answers)
        return UnitProof(
            compared=len(answers),
            unequal=tuple((located | self._alike(unit, new, answers, touched) | unequal).items()),
            located=tuple(sorted(by_macros - unequal.keys())),
            alone=tuple(sorted(map(_shown, old.keys() ^ new.keys()))),
            by_mir=tuple(path for path in looked_at if path not in unequal),
            touched=tuple(Touched(place, tuple(sorted(paths))) for place, paths in touched.items()),
        )

    def _looked_at(
        self,
        unit: Unit,
        now: Unit,
        old: Mapping[bytes, bytes],
        new: Mapping[bytes, bytes],
        answers: Mapping[str, BodyComparison],
    ) -> dict[str, BodyComparison]:
        """Return what the MIR says of bodies with another tree; all of it only where it is claimed."""
        paths = {_shown(path): path for path in (*old, *new)}
        unequal = [paths[path] for path, each in answers.items() if each.likeness is not Likeness.EQUAL]
        if not (unequal and self._takes_mir):
            return {}
        seen = self._second_look.same(unit, _named_like(now, unit), old, new, unequal)
        return {
            _shown(path): answer
            for path, answer in seen.items()
            if self._claims_mir or answer.likeness is Likeness.EQUAL
        }

    def _located(
        self,
        unit: Unit,
        old: Mapping[bytes, bytes],
        new: Mapping[bytes, bytes],
        answers: Mapping[str, BodyComparison],
    ) -> tuple[dict[str, Proof], set[str]]:
        """Return the bodies with a moved call of what asks where it is called from, and which for macros."""
        path_of = _namer(unit, self._bench.scratch.root)
        files = {
            str(path): moved(file) for path, file in self._sides.files.items() if str(path) in unit.files
        }
        changed = {path: text for path, text in new.items() if answers[_shown(path)].is_changed}
        shifted = {path: text for path, text in new.items() if old.get(path) != text}
        bodies = changed if all(file.keeps_lines for file in files.values()) else shifted
        locating = locating_crates(self._bench, unit, self._sides.after, called_crates(bodies.values()))
        tracked = tracked_methods(self._bench, unit, self._sides.after) if bodies else frozenset()
        found: dict[str, Proof] = {}
        by_macros: set[str] = set()
        for path, text in bodies.items() if tracked else ():
            if (name := tracked_call(text, tracked)) is not None:
                found[_shown(path)] = _doubt(TRACKED.format(body=_shown(path), name=_shown(name)))
        for path, text in bodies.items():
            if (call := moved_call(text, files, locating, path_of)) is not None:
                body, crate = _shown(path), _shown(call[0])
                found[body] = _doubt(LOCATED.format(body=body, crate=crate))
                by_macros |= {body} if call[1] else set()
        return found, by_macros

    def _alike(
        self,
        unit: Unit,
        new: Mapping[bytes, bytes],
        answers: Mapping[str, BodyComparison],
        touched: Mapping[Place, frozenset[str]],
    ) -> dict[str, Proof]:
        """Return the bodies, changed or edited, with a type whose name two crates have."""
        if not self._sides.names_matter:
            return {}
        alike = names_alike(self._bench, unit, self._sides.after)
        edited = frozenset[str]().union(*touched.values())
        found: dict[str, Proof] = {}
        for path, text in new.items():
            # Where another crate's type of that name took its place, the tree is the same text.
            is_changed = answers[_shown(path)].is_changed or _shown(path) in edited
            if is_changed and (name := first_alike(text, alike)) is not None:
                found[_shown(path)] = _doubt(ALIKE.format(body=_shown(path), name=_shown(name)))
        return found


def _named_like(now: Unit, unit: Unit) -> Unit:
    """Return `now` with the hashes of `unit`, so that names are the same."""
    return replace(now, argv=hashed_like(now.argv, unit.argv))


def _doubt(reason: str) -> Proof:
    return Proof(ProofVerdict.NOT_COMPARABLE, reason)


def _mentioned(crates: Iterable[str], *dumps: bytes) -> str | None:
    """Return one of `crates` that a dump names: types of two builds of a crate print alike."""
    for name in sorted(crates):
        pattern = re.compile(rb"\b" + name.replace("-", "_").encode() + rb"(?:::|\[)")
        if any(pattern.search(dump) for dump in dumps):
            return name
    return None


def _at_home(dump: Replayed, root: Path) -> bytes:
    """Return a dump with the name of its shadow copy, another one on each side, replaced.

    That very name: a literal that looks like one is the program's.
    """
    return dump.stdout.replace(os.fsencode(dump.root), os.fsencode(root)) if dump.root else dump.stdout


def changed_files(bench: Workbench, unit: Unit, sides: Sides, overlay: Overlay) -> dict[str, bytes]:
    """Return the files of `unit` that one of the sides changes, as they are in the tree with `overlay`."""
    return {
        str(path): content
        for path in {*sides.before, *sides.after}
        if str(path) in unit.files and (content := _content(bench, path, overlay)) is not None
    }


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
    detail = answer.reason or f"the typed tree of {path} is another one"
    return Proof(ProofVerdict(answer.likeness.value), detail, answer.excerpt)


def _shown(path: bytes) -> str:
    return path.decode(errors="replace")
