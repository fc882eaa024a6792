"""Ask one unit's rustc some questions, and keep its answers.

Types, items, traits and conversions stand in its typed tree, which takes the bootstrap variable where the
toolchain is a stable one. Whether a value needs to be dropped often follows from its type; else a probe
asks, as for names and rewrites.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import PurePosixPath

from codemods.cargo.limits import GIB
from codemods.cargo.messages import PathMap
from codemods.cargo.replay import Replayed
from codemods.cargo.report import Unit
from codemods.cargo.typed_dump import ARGUMENTS, DumpError, typed_bodies
from codemods.cargo.typed_types import Names, known_names
from codemods.engine.compiler_facts import NO, YES, Finding, Findings, Question, look_up
from codemods.engine.overlay import Overlay
from codemods.engine.probing import Replay, ask_names, ask_needs_drop
from codemods.engine.rewriting import try_rewrites
from codemods.engine.shadow import replay_changed
from codemods.engine.typed_unit import Spot, TypedUnit
from codemods.engine.workbench import Workbench
from codemods.errors import CodemodError

BOOTSTRAP = {"RUSTC_BOOTSTRAP": "1"}
IN_TREE = frozenset({"TypeOf", "NeedsDrop", "ItemOf", "TraitOf", "ConversionOf"})
NEEDS_BOOTSTRAP = "is shown with the bootstrap variable only, which --strict-stable forbids"
NO_PROBE = "nothing can be put there to ask about a name"
NOT_TRIED = "too many rewrites fail here to try each by itself"
_DECLARED = re.compile(rb"\b(?:mod|struct|enum|union|trait|type)\s+(?:r#)?([A-Za-z_]\w*)")
_RENAMED = re.compile(rb"\bextern\s+crate\s+\w+\s+as\s+(\w+)")
_LINE = re.compile(rb"([^/ \n]+:\d+):\d+: \d+:\d+ \(#\d+\)")
_SHADOW = re.compile(r"^.*?/codemod-shadow-[^/]+/")


class UnitOracle:
    """Asks about the tree with `overlay`, as it was built."""

    def __init__(self, bench: Workbench, overlay: Overlay, *, cap_lints: bool) -> None:
        self.bench = bench
        self.overlay = overlay
        self.cap_lints = cap_lints

    def ask(self, unit: Unit, questions: Sequence[Question]) -> Findings:
        """Return what the typed tree of `unit` says, by the questions' keys."""
        builder = self.bench.builder
        keys = sorted(question.key for question in questions)
        key = builder.key("unit-facts", self.overlay, unit.id, keys)
        return builder.remember(key, dict[str, Finding], lambda: self._asked(unit, questions))

    def _asked(self, unit: Unit, questions: Sequence[Question]) -> dict[str, Finding]:
        self.bench.builder.ensure(self.overlay, cap_lints=self.cap_lints)
        found = self._looked_up(unit, [each for each in questions if each.what in IN_TREE])
        drops = [each for each in questions if each.what == "NeedsDrop" and found[each.key].value is None]
        found |= self._probed(unit, drops, found)
        found |= self._names_of(unit, [each for each in questions if each.what == "NameFree"])
        for polonius in (False, True):
            rewrites = [e for e in questions if e.what == "Compiles" and ("polonius" in e.words) == polonius]
            found |= self._tried(unit, rewrites, polonius=polonius)
        return found

    def _looked_up(self, unit: Unit, questions: Sequence[Question]) -> dict[str, Finding]:
        if not questions:
            return {}
        try:
            tree = self._tree(unit, questions)
        except DumpError as error:
            return {question.key: Finding(None, error.message) for question in questions}
        return {question.key: look_up(tree, question) for question in questions}

    def _probed(self, unit: Unit, questions: Sequence[Question], known: Findings) -> dict[str, Finding]:
        if not questions:
            return {}
        spots = [question.spot for question in questions]
        needs = ask_needs_drop(unit, str(self.bench.scratch.root), spots, self._read, self._replayer(unit))
        return {
            question.key: Finding(YES if needs[n] else NO) if n in needs else known[question.key]
            for n, question in enumerate(questions)
        }

    def _names_of(self, unit: Unit, questions: Sequence[Question]) -> dict[str, Finding]:
        if not questions:
            return {}
        asked = [(each.spot, each.words[1], each.words[0]) for each in questions]
        free = ask_names(asked, self._read, self._replayer(unit))
        return {
            question.key: Finding("free" if free[n] else "taken") if n in free else Finding(None, NO_PROBE)
            for n, question in enumerate(questions)
        }

    def _tried(self, unit: Unit, questions: Sequence[Question], *, polonius: bool) -> dict[str, Finding]:
        if not questions:
            return {}
        if polonius and self.bench.builder.strict_stable:
            return {
                each.key: Finding(None, f"the next borrow checker {NEEDS_BOOTSTRAP}") for each in questions
            }
        replay = self._replayer(unit, ("-Zpolonius=next",), BOOTSTRAP) if polonius else self._replayer(unit)
        rewrites = [(each.spot.path, each.edits) for each in questions]
        outcomes = try_rewrites(rewrites, self._read, replay)
        return {
            each.key: Finding(None, NOT_TRIED) if error is None else Finding(NO if error else YES, error)
            for each, error in zip(questions, outcomes, strict=True)
        }

    def _replayer(
        self, unit: Unit, extra: tuple[str, ...] = (), environment: dict[str, str] | None = None
    ) -> Replay:
        def replay(files: Mapping[str, bytes], emit: str) -> Replayed:
            return replay_changed(self.bench, unit, files, extra=extra, environment=environment, emit=emit)

        return replay

    def _read(self, path: str) -> bytes | None:
        try:
            return self.bench.read(PurePosixPath(path), self.overlay)
        except (OSError, CodemodError):
            return None

    def _tree(self, unit: Unit, questions: Sequence[Question]) -> TypedUnit:
        dump = self._dump(unit)
        lines = {line for question in questions for line in _lines(question.spot)}
        paths = PathMap(str(self.bench.scratch.root), unit.cwd)
        bodies = typed_bodies(
            dump,
            lambda text: not lines.isdisjoint(_LINE.findall(text)),
            lambda path: _SHADOW.sub("", path) if _SHADOW.match(path) else paths(path),
        )
        return TypedUnit(tuple(bodies), self._names(unit, dump))

    def _dump(self, unit: Unit) -> bytes:
        if self.bench.builder.strict_stable:
            raise DumpError(
                "rustc shows types only with the bootstrap variable, which --strict-stable forbids"
            )
        self.bench.builder.ensure(self.overlay, cap_lints=self.cap_lints)
        replayed = replay_changed(
            self.bench, unit, {}, extra=ARGUMENTS, environment=BOOTSTRAP, output_bytes=GIB
        )
        if not replayed.succeeded:
            error = next((found.message for found in replayed.diagnostics if found.is_error), "it failed")
            raise DumpError(f"rustc did not write the typed tree of {unit.name}: {error}")
        return replayed.stdout

    def _names(self, unit: Unit, dump: bytes) -> Names:
        externs = {value.partition("=")[0].rpartition(":")[2] for value in _externs(unit.argv)}
        declared: set[str] = set()
        for content in self.bench.sources(unit, self.overlay):
            externs.update(name.decode() for name in _RENAMED.findall(content))
            declared.update(name.decode() for name in _DECLARED.findall(content))
        return known_names(dump, externs, declared)


def _lines(spot: Spot) -> tuple[bytes, bytes]:
    """Return `file.rs:line` of both ends of a place."""
    name = spot.path.rpartition("/")[2]
    ends = (spot.source.position(offset).line for offset in (spot.span.start, spot.span.end))
    first, last = (f"{name}:{line}".encode() for line in ends)
    return first, last


def _externs(argv: Sequence[str]) -> list[str]:
    return [value for name, value in pairwise(argv) if name == "--extern"]
