"""Which of many wrong edits compile: try all at once, drop what rustc points at, try again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.cargo.diagnostics import Diagnostic
from codemods.cargo.report import Unit
from codemods.engine.baseline import Baseline
from codemods.engine.blame import blame, new_diagnostics
from codemods.engine.overlay import Chosen, Composition, compose
from codemods.engine.shadow import replay_changed
from codemods.engine.workbench import Workbench
from codemods.recipe.proposals import Change, Edited, Form
from codemods.rust.spans import Span
from tools.mutation_values import Mutation


@dataclass(frozen=True, slots=True)
class Subject:
    """A crate that is mutated: its workbench, its build, and the changes made beside the mutations."""

    bench: Workbench
    baseline: Baseline
    upgrade: tuple[Chosen, ...] = ()
    compared: frozenset[str] = frozenset()  # those of `upgrade` whose macro expansions were compared

    def read(self, path: PurePosixPath) -> bytes:
        """Return a file of the untouched crate."""
        return self.bench.read(path, {})


@dataclass(frozen=True, slots=True)
class Compiled:
    """The mutations that compile together, and the tree with them and the upgrade."""

    mutations: Mapping[str, Mutation]  # by change id
    chosen: tuple[Chosen, ...]  # the mutations, then the upgrade's changes that do not meet one
    composition: Composition


def change_of(mutation: Mutation) -> Change:
    """Return a mutation as a change, as if a recipe had proposed it."""
    return Change((mutation.id,), (Form((Edited(mutation.path, mutation.edits),)),))


def compiling(subject: Subject, mutations: Iterable[Mutation]) -> Compiled:
    """Return the largest part of `mutations` that rustc accepts together, as far as blame finds it."""
    current = {change_of(mutation).id: mutation for mutation in mutations}
    while True:
        compiled = recomposed(subject, current)
        current = dict(compiled.mutations)
        errors = _errors(subject, compiled.composition)
        if not errors or not current:
            return compiled
        blamed = _blamed(errors, compiled) & current.keys()
        if not blamed:
            return _of_halves(subject, list(current.values()))
        for id in blamed:
            del current[id]


def _of_halves(subject: Subject, mutations: list[Mutation]) -> Compiled:
    """Look at each half alone where no error points at a mutation; join them if they hold together."""
    if len(mutations) == 1:
        return recomposed(subject, {})
    halves = [compiling(subject, half) for half in (mutations[::2], mutations[1::2])]
    joined = recomposed(subject, {**halves[0].mutations, **halves[1].mutations})
    if not _errors(subject, joined.composition):
        return joined
    return max(halves, key=lambda half: len(half.mutations))


def recomposed(subject: Subject, current: Mapping[str, Mutation]) -> Compiled:
    """Return the tree of these mutations, by change id, with the upgrade; what overlaps stays out."""
    ours = tuple(Chosen(change_of(mutation)) for mutation in current.values())
    chosen = (*ours, *subject.upgrade)
    out = compose(chosen, subject.read).conflicts
    chosen = tuple(choice for choice in chosen if choice.change.id not in out)
    kept = {id: mutation for id, mutation in current.items() if id not in out}
    return Compiled(kept, chosen, compose(chosen, subject.read))


def units_of(subject: Subject, paths: Iterable[PurePosixPath]) -> tuple[Unit, ...]:
    """Return the units that read one of these files and built."""
    names = {str(path) for path in paths}
    return tuple(unit for unit in subject.baseline.units if unit.files & names)


def _errors(subject: Subject, composition: Composition) -> list[tuple[Diagnostic, Composition]]:
    """Return the errors of the first unit that has any."""
    files = {str(path): file.compiled for path, file in composition.files.items()}
    for unit in units_of(subject, composition.files):
        mine = {name: text for name, text in files.items() if name in unit.files}
        replayed = replay_changed(subject.bench, unit, mine)
        if not replayed.succeeded:
            fresh = new_diagnostics(unit.diagnostics, replayed.diagnostics, composition.files)
            return [(each, composition) for each in fresh if each.is_error]
    return []


def _blamed(errors: Sequence[tuple[Diagnostic, Composition]], compiled: Compiled) -> set[str]:
    items = {id: (mutation.path, mutation.within) for id, mutation in compiled.mutations.items()}

    def item_around(path: PurePosixPath, span: Span) -> Span | None:
        found = (within for there, within in items.values() if there == path and span in within)
        return next(found, None)

    found: set[str] = set()
    for error, composition in errors:
        found |= blame(error, composition.files, item_around).changes
    return found
