"""The crates that are mutated: published ones of the corpus, and the crate of traps."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from codemods.engine.equipment import open_workbench
from codemods.engine.listener import Silent
from codemods.engine.oracle import in_example
from codemods.engine.proof import Proof
from codemods.engine.recipes import chosen_recipes
from codemods.engine.request import Folders, Request
from codemods.engine.stage import Stage
from codemods.engine.upgrade import upgrade
from codemods.engine.workbench import Workbench
from codemods.errors import CodemodError
from codemods.recipe.claims import SameTree
from codemods.rust.source import Source
from tools.crates import Crate, commit_all, repository, resolve
from tools.mutation_filter import Subject, compiling
from tools.mutation_generator import harmless, macro_names, mutations, sample
from tools.mutation_traps import Trap, write_crate
from tools.mutation_values import Mutation, Where, widened
from tools.mutation_verdicts import verdicts

RECIPE = "try-macro"
CLAIM = SameTree(("question-mark",))


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is tried on one crate: wrong edits in a round, and rounds."""

    edits: int = 200
    rounds: int = 2
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """The proof of one wrong (or harmless) edit. `upgraded`: the right upgrade was made beside it."""

    crate: str
    mutation: Mutation
    proof: Proof
    upgraded: bool


@dataclass(frozen=True, slots=True)
class CrateAnswers:
    """All of one crate: wrong edits tried, and proofs: of them, of harmless edits, of the upgrade."""

    crate: str
    tried: int
    wrong: tuple[Answer, ...]
    same: tuple[Answer, ...]
    upgrade: Mapping[str, tuple[Proof, int]]  # by change: the proof, and how many sites it is for


def crate_answers(crate: Crate, cache: Path, amount: Amount) -> CrateAnswers:
    """Mutate one published crate, plain and beside its upgrade, and return what the prover says."""
    with _opened(repository(crate, cache), cache) as bench:
        recipe = chosen_recipes(bench.request, bench.repository.root / bench.root)[0]
        stage = upgrade(bench, recipe, {}, None)
        plain = Subject(bench, bench.baseline({}, None))
        upgraded = replace(plain, upgrade=stage.kept, compared=_expanded(stage))
        return _Mutated(crate.slug, plain, upgraded, stage, amount).answers()


def trap_answers(traps: tuple[Trap, ...], edition: str, cache: Path) -> tuple[tuple[Trap, Proof | None], ...]:
    """Return the proof of each trap; None for one that does not compile.

    The right ones are a crate of their own: a prover may well doubt whatever stands beside the wrong ones.
    """
    wrong, right = ([trap for trap in traps if trap.is_wrong is which] for which in (True, False))
    answers = [_answers_of_crate(part, edition, cache) for part in (wrong, right) if part]
    return tuple(answer for part in answers for answer in part)


def _answers_of_crate(traps: list[Trap], edition: str, cache: Path) -> list[tuple[Trap, Proof | None]]:
    name = f"{'wrong' if traps[0].is_wrong else 'right'}-{'wide' if traps[0].is_wide else 'narrow'}-{edition}"
    folder = cache / "mutations" / "traps" / name
    shutil.rmtree(folder, ignore_errors=True)
    write_crate(folder, traps, edition)
    commit_all(folder)
    resolve(folder)
    with _opened(folder, cache) as bench:
        subject = Subject(bench, bench.baseline({}, None))
        said = verdicts(subject, CLAIM, compiling(subject, (trap.mutation for trap in traps)))
    proofs = {mutation.path: proof for mutation, proof in said}
    return [(trap, proofs.get(trap.path)) for trap in traps]


@contextmanager
def _opened(folder: Path, cache: Path) -> Iterator[Workbench]:
    own = cache / "mutations"
    request = Request(folder, (RECIPE,), Folders(own / "cache", own / "state"), dict(os.environ))
    with open_workbench(request, Silent()) as bench:
        yield bench


def _expanded(stage: Stage) -> frozenset[str]:
    return frozenset(id for id, shown in stage.shown.items() if any(each.check == "expand" for each in shown))


class _Mutated:
    """One crate: what can be done wrong in it, and what is said of that."""

    def __init__(self, crate: str, subject: Subject, upgraded: Subject, stage: Stage, amount: Amount) -> None:
        self.crate = crate
        self.subject = subject
        self.upgraded = upgraded
        self.stage = stage
        self.amount = amount
        self.chance = random.Random(f"{amount.seed} {crate}")
        self.tried = 0
        self.sources = {source.path: source for source in self._sources()}

    def answers(self) -> CrateAnswers:
        sources = self.sources.values()
        own = frozenset[str]().union(*map(macro_names, sources))
        found = [mutation for source in sources for mutation in mutations(source, own)]
        same = [mutation for source in sources for mutation in harmless(source)]
        wrong: list[Answer] = []
        for subject in (self.subject, self.upgraded) if self.stage.kept else (self.subject,):
            for _ in range(self.amount.rounds):
                for where in Where:
                    wrong += self._asked(subject, [each for each in found if each.where is where])
        tried = self.tried
        alike = self._asked(self.upgraded, same, is_wrong=False)
        return CrateAnswers(self.crate, tried, tuple(wrong), tuple(alike), self._upgrade_proofs())

    def _widened(self, mutation: Mutation) -> Mutation:
        """Return two of three as an edit of the whole expression or statement: no less must be seen."""
        tree = self.sources[mutation.path].file_tree
        if tree is None or mutation.where is Where.OUTSIDE or self.chance.random() < 1 / 3:
            return mutation
        before = self.sources[mutation.path].content
        return replace(mutation, edits=widened(mutation.edits, tree.root, before))

    def _asked(self, subject: Subject, candidates: list[Mutation], is_wrong: bool = True) -> list[Answer]:
        few = (
            self.amount.edits
            if candidates and candidates[0].where is Where.BODY
            else max(2, self.amount.edits // 20)
        )
        chosen = sample(candidates, few, self.chance)
        self.tried += len(chosen)
        compiled = compiling(subject, map(self._widened, chosen) if is_wrong else chosen)
        said = verdicts(subject, CLAIM, compiled)
        return [Answer(self.crate, mutation, proof, bool(subject.upgrade)) for mutation, proof in said]

    def _sources(self) -> Iterator[Source]:
        """Yield what libraries and programs are made of: each further target would be built for few edits."""
        bench = self.subject.bench
        units = (unit for unit in self.subject.baseline.units if unit.kind in ("lib", "proc-macro", "bin"))
        for name in sorted({name for unit in units for name in unit.files}):
            path = PurePosixPath(name)
            if path.suffix == ".rs" and not path.is_absolute():
                try:
                    yield Source(path, self.subject.read(path), bench.edition_of(path))
                except (CodemodError, OSError):
                    continue  # made by a build script

    def _upgrade_proofs(self) -> dict[str, tuple[Proof, int]]:
        code = {site.id for site in self.stage.sites if not in_example(site)}  # examples are never proved
        sites = {choice.change.id: len(code & set(choice.change.sites)) for choice in self.stage.kept}
        return {id: (proof, sites[id]) for id, proof in self.stage.proofs.items() if id in sites}
