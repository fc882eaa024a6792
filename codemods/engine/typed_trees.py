"""Ask rustc for the typed tree of a unit, and keep what it says to some questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from codemods.cargo.limits import GIB
from codemods.cargo.messages import PathMap
from codemods.cargo.report import Unit
from codemods.cargo.typed_dump import ARGUMENTS, DumpError, typed_bodies
from codemods.cargo.typed_types import Names, known_names
from codemods.engine.compiler_facts import Finding, Findings, Question, look_up
from codemods.engine.overlay import Overlay
from codemods.engine.shadow import replay_changed
from codemods.engine.typed_unit import TypedUnit
from codemods.engine.workbench import Workbench

BOOTSTRAP = {"RUSTC_BOOTSTRAP": "1"}
_DECLARED = re.compile(rb"\b(?:mod|struct|enum|union|trait|type)\s+(?:r#)?([A-Za-z_]\w*)")
_RENAMED = re.compile(rb"\bextern\s+crate\s+\w+\s+as\s+(\w+)")
_SHADOW = re.compile(r"^.*?/codemod-shadow-[^/]+/")


class TypedTrees:
    """The typed trees of the units of one tree, whose build stands in scratch when `ensure` was called."""

    def __init__(self, bench: Workbench, overlay: Overlay, *, cap_lints: bool) -> None:
        self.bench = bench
        self.overlay = overlay
        self.cap_lints = cap_lints

    def ask(self, unit: Unit, questions: Sequence[Question]) -> Findings:
        """Return what the typed tree of `unit` says, by the questions' keys."""
        builder = self.bench.builder
        keys = sorted(question.key for question in questions)
        key = builder.key("typed", self.overlay, unit.id, keys)
        return builder.remember(key, dict[str, Finding], lambda: self._asked(unit, questions))

    def _asked(self, unit: Unit, questions: Sequence[Question]) -> dict[str, Finding]:
        try:
            tree = self._tree(unit, questions)
        except DumpError as error:
            return {question.key: Finding(None, error.message) for question in questions}
        return {question.key: look_up(tree, question) for question in questions}

    def _tree(self, unit: Unit, questions: Sequence[Question]) -> TypedUnit:
        dump = self._dump(unit)
        files = {question.spot.path.rpartition("/")[2].encode() + b":" for question in questions}
        paths = PathMap(str(self.bench.scratch.root), unit.cwd)
        bodies = typed_bodies(
            dump,
            lambda text: any(name in text for name in files),
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


def _externs(argv: Sequence[str]) -> list[str]:
    return [value for name, value in pairwise(argv) if name == "--extern"]
