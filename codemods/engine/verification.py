"""Find out which proposed changes of one recipe hold, and what can be shown of those that do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath

from codemods.cargo.report import CheckReport
from codemods.engine import api_step, macro_gate, oldest, running, telling
from codemods.engine.api_step import ApiStep
from codemods.engine.baseline import Baseline
from codemods.engine.composing import Composer
from codemods.engine.dependencies import Realised, with_fallback
from codemods.engine.error_check import CODE as ERROR_TEXTS
from codemods.engine.error_check import DIFFERS
from codemods.engine.error_step import ErrorStep
from codemods.engine.examples import check_examples
from codemods.engine.grades import Executed
from codemods.engine.isolate import Failure, Isolated, Trial, isolate, remaining
from codemods.engine.macro_gate import MacroGate
from codemods.engine.oldest import OldestStep
from codemods.engine.oracle import Answers, in_example
from codemods.engine.overlay import Chosen, Composition, Overlay
from codemods.engine.proof import Proof, ProofVerdict
from codemods.engine.prove import prove
from codemods.engine.running import RunStep
from codemods.engine.stage import Shown, Stage
from codemods.engine.testing import NOT_ASKED, Tested, compare_tests
from codemods.engine.verify import Judgement, judge
from codemods.engine.workbench import Workbench
from codemods.recipe.packages import Packages
from codemods.recipe.proposals import Change, Proposal
from codemods.recipe.recipe import Recipe
from codemods.recipe.site import Site
from codemods.rust.spans import Span

REFUTED = "proved-different"
REFUTATION = "rustc makes something else of it"
NOT_COMPILED = "no target that was built compiles every edited line"


@dataclass(frozen=True, slots=True)
class Built:
    """A tree that was put together, its build, and what the build says of the changes in it."""

    composition: Composition
    report: CheckReport
    judgement: Judgement
    realised: Realised


class Verification:
    """Finds out which proposed changes hold. One object, because its steps share the tree."""

    def __init__(
        self,
        bench: Workbench,
        recipe: Recipe,
        sites: tuple[Site, ...],
        proposals: tuple[Proposal, ...],
        answers: Answers,
        base: Overlay,
        baseline: Baseline,
        packages: Packages,
    ) -> None:
        self.oldest = OldestStep(bench, base)
        self.api = ApiStep(bench, base, baseline.report)
        self.runs = RunStep(bench, base)
        self.errors = ErrorStep(bench, recipe, sites, base, baseline.report)
        self.bench = bench
        self.recipe = recipe
        self.sites = sites
        self.proposals = proposals
        self.answers = answers
        self.base = base
        self.baseline = baseline
        self.by_id = {site.id: site for site in sites}
        self.changes = [
            replace(proposal, forms=with_fallback(proposal.forms))
            for proposal in proposals
            if isinstance(proposal, Change)
        ]
        self.composer = Composer(bench, self.changes, baseline, base, packages)
        self.unverified: dict[str, str] = {}
        self.rejected: dict[str, str] = {}
        self.expanded: dict[str, str] = {}  # the units in which macros make the same of a change
        self.earlier: dict[str, str] = {}  # why the first form of a change did not hold
        self.uncompiled: dict[str, str] = {}  # sites that no configuration compiles, and why
        self.narrowed: dict[str, str] = {}  # changes tried only in forms that leave what nothing compiles
        self.codes: dict[str, str] = {}  # of those rejected by something else than rustc's errors
        self.proved: tuple[Sequence[Chosen], Built, Mapping[str, Proof]] | None = None  # what was proved last

    def stage(self) -> Stage:
        """Return what came of all proposals."""
        self._set_examples_aside()
        candidates = self._without_waiting(list(filter(None, map(self._verifiable, self.changes))))
        candidates = self._without_surprises(candidates)
        self.api.look(candidates)
        isolated = self._isolate(candidates, ())
        kept, built = isolated.kept, isolated.result
        self.rejected |= isolated.rejected
        self.earlier |= isolated.earlier
        kept, built, example_details = self._verify_examples(kept, built)
        kept, built = self._verify_by_oldest(kept, built)
        kept, built = self._verify_by_proof(kept, built)
        kept, built, tested = self._verify_by_behaviour(kept, built)
        errors = self.errors.found(kept, built, tested)
        self.errors.tell(errors)
        included, final = self._include_unverified(kept, built)
        written = {choice.change.id: choice for choice in final.realised.chosen}
        kept, included = (tuple(written[c.change.id] for c in each) for each in (kept, included))
        telling.tell(self.bench, (*kept, *included), final.realised)
        ran = self.runs.found(kept, built).evidence
        if ran is not None:
            self.bench.note(f"--run: {ran.detail}")
        return Stage(
            recipe=self.recipe,
            sites=self.sites,
            proposals=self.proposals,
            kept=kept,
            included=included,
            unverified={id: reason for id, reason in self.unverified.items() if id not in self.rejected},
            rejected=self.rejected,
            codes=self.codes,
            shown={choice.change.id: self._shown(choice.change, example_details) for choice in kept},
            warnings=final.judgement.warnings,
            verified=built.composition,
            final=final.composition,
            report=final.report,
            tested=tested,
            executed=self._executed(kept, built, tested),
            before=telling.before(self.bench, self.changes, (*kept, *included), self.base),
            proofs=self._proofs(kept, built),
            configurations=telling.configurations(self.bench, self.sites, self.answers, self.baseline.report),
            earlier=self.earlier,
            uncompiled=self.uncompiled,
            narrowed=self.narrowed,
            newest=final.realised.newest,
            retained=telling.retained(self.changes, self.by_id, final.realised, self.earlier),
            api=self.api.found(kept, built),
            ran=ran,
            errors=errors,
        )

    # Which changes can be verified at all

    def _verifiable(self, change: Change) -> Change | None:
        """Return `change` if each of its sites is compiled here, or is an example that rustdoc can compile.

        One that is compiled in part is tried whole where unverified changes are written too; else in those
        forms that leave what nothing compiles.
        """
        silent = [
            site
            for site in (self.by_id[id] for id in change.sites)
            if not in_example(site) and not self.answers.reached.get(site.id)
        ]
        if not silent:
            return None if change.id in self.unverified else change
        self.uncompiled |= {site.id: self.answers.why_not.get(site.id, NOT_COMPILED) for site in silent}
        reason = self._why_unverified(change, silent)
        is_doubted = change.id in self.unverified or len(silent) == len(change.sites)
        smaller = tuple(form for form in change.forms if form.leaves.issuperset(site.id for site in silent))
        if smaller and not is_doubted and not self.bench.request.include_unverified:
            self.narrowed[change.id] = reason
            return replace(change, forms=smaller)
        self.unverified[change.id] = reason
        return change if self.bench.request.include_unverified and not is_doubted else None

    def _without_waiting(self, changes: list[Change]) -> list[Change]:
        """Leave out changes that require an unverified one: they are written with it, or not at all."""
        left = self.unverified.keys() - {change.id for change in changes}
        waiting = {change.id: required for change in changes if (required := change.requires & left)}
        if not waiting:
            return changes
        for id, required in waiting.items():
            self.unverified[id] = f"it needs another change: {self.unverified[min(required)]}"
        return self._without_waiting([change for change in changes if change.id not in waiting])

    def _why_unverified(self, change: Change, silent: Sequence[Site]) -> str:
        reason = self.uncompiled[silent[0].id]
        if len(change.sites) == 1:
            return reason
        place = f"{silent[0].source.path}:{silent[0].position.line}"
        count = f"{len(silent)} of {len(change.sites)} sites that must change together"
        return f"{reason} ({place}; {count} are compiled nowhere here)"

    def _without_surprises(self, changes: list[Change]) -> list[Change]:
        """Leave out those of which macros would make something else."""
        gate = MacroGate(self.bench, self.recipe, self.answers, self.base, self.baseline)
        with self.bench.timed("trial"):
            refused = gate.refused(changes, self.by_id.__getitem__)
        self.rejected |= refused
        self.codes |= dict.fromkeys(refused, macro_gate.CODE)
        self.expanded = gate.compared
        # What macros see stays in the form that was compared.
        return [
            replace(change, forms=change.forms[:1]) if change.id in gate.compared else change
            for change in changes
            if change.id not in refused
        ]

    # The compiler's part

    def _isolate(self, changes: Sequence[Change], always: tuple[Chosen, ...]) -> Isolated[Built]:
        self.bench.listener.phase("verify", f"{len(changes)} changes at once")
        held = frozenset(choice.change.id for choice in always)
        return isolate(changes, lambda chosen: self._attempt((*always, *chosen)), held)

    def _attempt(self, chosen: Sequence[Chosen]) -> Trial[Built]:
        composition, realised = self.composer.composed(chosen)
        if composition.conflicts:
            self.codes |= dict.fromkeys(composition.conflicts, "conflict")
            report = self.baseline.report
            failure = Failure(dict(composition.conflicts), {})
            return Trial(Built(composition, report, Judgement(failure, {}), realised), failure)
        report = self.bench.check(composition.overlay, self.baseline.report.capped_lints)
        judgement = judge(self.baseline.report, report, composition, self._body_around)
        return Trial(Built(composition, report, judgement, realised), judgement.failure)

    def _body_around(self, path: PurePosixPath, span: Span) -> Span | None:
        site = next((site for site in self.sites if site.source.path == path), None)
        return site.source.enclosing_body(span) if site else None

    # Documentation examples, which cargo check does not see

    def _example_sites(self, changes: Iterable[Change]) -> list[Site]:
        return [site for change in changes for id in change.sites if in_example(site := self.by_id[id])]

    def _set_examples_aside(self) -> None:
        """Compile the untouched examples; one that does not compile now can't verify a change."""
        sites = self._example_sites(self.changes)
        if not sites:
            return
        check = check_examples(self.bench, self.baseline.report, sites, self.base, {})
        for change in self.changes:
            for site in self._example_sites([change]):
                if why := check.why_unverified(site.id):
                    self.unverified[change.id] = why

    def _verify_examples(
        self, kept: tuple[Chosen, ...], built: Built
    ) -> tuple[tuple[Chosen, ...], Built, Mapping[str, str]]:
        """Compile the changed examples; what no longer compiles is taken back."""
        sites = self._example_sites(choice.change for choice in kept)
        if not sites:
            return kept, built, {}
        after = check_examples(
            self.bench, built.report, sites, built.composition.overlay, built.composition.files
        )
        broken = {
            choice.change.id: message
            for choice in kept
            for id in choice.change.sites
            if in_example(self.by_id[id]) and (message := after.message(id)) is not None
        }
        if broken:
            self.rejected |= broken
            self.codes |= dict.fromkeys(broken, "example-fails")
            isolated = self._isolate([c.change for c in kept if c.change.id not in broken], ())
            self.rejected |= isolated.rejected
            return self._verify_examples(isolated.kept, isolated.result)
        return kept, built, {site.id: after.detail(site.id) for site in sites}

    # With the oldest Rust that is to do

    def _verify_by_oldest(self, kept: tuple[Chosen, ...], built: Built) -> tuple[tuple[Chosen, ...], Built]:
        """Leave out changes of dependencies where the oldest Rust that is asked for no longer builds them."""
        objection = self.oldest.objection(kept, built.composition.overlay)
        if objection is None:
            return kept, built
        asking = [choice.change.id for choice in kept if choice.form.dependencies]
        self.rejected |= dict.fromkeys(asking, objection)
        self.codes |= dict.fromkeys(asking, oldest.CODE)
        isolated = self._isolate([c.change for c in kept if c.change.id not in self.rejected], ())
        self.rejected |= isolated.rejected
        return isolated.kept, isolated.result

    # What the recipe claims

    def _verify_by_proof(self, kept: tuple[Chosen, ...], built: Built) -> tuple[tuple[Chosen, ...], Built]:
        """Leave out changes of which rustc makes something else, where the recipe claims that it does not.

        A claim that is refuted may be a wrong rewrite; the next form of the change is tried instead.
        """
        if self.recipe.claim is None or not self._refuted(kept, built):
            return kept, built
        changes = remaining(kept)
        return self._settled(isolate(changes, self._attempt_proved), REFUTATION, REFUTED)

    def _attempt_proved(self, chosen: Sequence[Chosen]) -> Trial[Built]:
        trial = self._attempt(chosen)
        if trial.failure is not None:
            return trial
        refuted = self._refuted(chosen, trial.result)
        if not refuted:
            return trial
        # A body with several changes says nothing of each: they are brought back as far as they hold.
        is_sure = len(refuted) == 1
        failure = Failure(refuted, {}) if is_sure else Failure({}, refuted)
        return Trial(trial.result, failure)

    def _refuted(self, chosen: Sequence[Chosen], built: Built) -> dict[str, str]:
        """Return the changes of which rustc makes something else, each with what."""
        return {
            id: "\n".join(filter(None, [f"{REFUTATION}: {proof.detail}", proof.excerpt]))
            for id, proof in self._proofs(chosen, built).items()
            if proof.verdict is ProofVerdict.DIFFERENT
        }

    # What other crates see

    def _verify_by_api(self, kept: tuple[Chosen, ...], built: Built) -> tuple[tuple[Chosen, ...], Built]:
        """Leave out changes that alter the public API, where it is to be kept."""
        isolated = self.api.kept(kept, built, self._attempt)
        if isolated is None:
            return kept, built
        return self._settled(isolated, api_step.REFUSAL, api_step.CODE)

    def _settled(
        self, isolated: Isolated[Built], refusal: str, code: str
    ) -> tuple[tuple[Chosen, ...], Built]:
        """Keep why changes, or their first forms, do not hold; `code` is for reasons that begin so."""
        self.rejected |= isolated.rejected
        self.earlier |= isolated.earlier
        reasons = {**isolated.earlier, **isolated.rejected}
        self.codes |= dict.fromkeys((id for id, why in reasons.items() if why.startswith(refusal)), code)
        return isolated.kept, isolated.result

    # On request: what it does

    def _verify_by_behaviour(
        self, kept: tuple[Chosen, ...], built: Built
    ) -> tuple[tuple[Chosen, ...], Built, Tested]:
        """Leave out what any of these checks speaks against, until all of them hold for what is left."""
        while True:
            kept, built = self._verify_by_runs(*self._verify_by_api(kept, built))
            held = kept
            kept, built, tested = self._verify_by_tests(kept, built)
            kept, built, tested = self._verify_by_errors(kept, built, tested)
            if kept == held:
                return kept, built, tested

    def _verify_by_runs(self, kept: tuple[Chosen, ...], built: Built) -> tuple[tuple[Chosen, ...], Built]:
        """Leave out changes by which a command writes something else."""
        isolated = self.runs.kept(kept, built, self._attempt)
        if isolated is None:
            return kept, built
        return self._settled(isolated, running.REFUSAL, running.CODE)

    def _verify_by_tests(
        self, kept: tuple[Chosen, ...], built: Built
    ) -> tuple[tuple[Chosen, ...], Built, Tested]:
        """Compare the tests' verdicts; leave out, by bisection, the changes that break one."""
        if not (self.bench.request.test and kept):
            return kept, built, Tested(NOT_ASKED)
        tested = self._compared(built.composition)
        while tested.broken and kept:
            changes = [replace(choice.change, forms=(choice.form,)) for choice in kept]
            isolated = isolate(changes, partial(self._attempt_tested, broken=tested.broken))
            rejected = isolated.rejected or dict.fromkeys((c.id for c in changes), tested.message)
            self.rejected |= {id: message + tested.remark for id, message in rejected.items()}
            self.codes |= dict.fromkeys(rejected, "test-fails")
            left = [change for change in changes if change.id not in rejected]
            again = self._isolate(left, ())
            self.rejected |= again.rejected
            kept, built = again.kept, again.result
            tested = self._compared(built.composition)
        return kept, built, tested

    def _verify_by_errors(
        self, kept: tuple[Chosen, ...], built: Built, tested: Tested
    ) -> tuple[tuple[Chosen, ...], Built, Tested]:
        """Leave out changes by which errors say something else, where the recipe observes errors."""
        isolated = self.errors.kept(kept, built, tested, self._attempt)
        if isolated is None:
            return kept, built, tested
        # What is left may be in another form, which no test has run.
        return self._verify_by_errors(*self._verify_by_tests(*self._settled(isolated, DIFFERS, ERROR_TEXTS)))

    def _attempt_tested(self, chosen: Sequence[Chosen], broken: tuple[str, ...]) -> Trial[Built]:
        trial = self._attempt(chosen)
        if trial.failure is not None or not chosen:
            return trial
        tested = self._compared(trial.result.composition, broken)
        failure = Failure({}, {}, tested.message) if tested.broken else None
        return Trial(trial.result, failure)

    def _compared(self, composition: Composition, only: Collection[str] | None = None) -> Tested:
        return compare_tests(self.bench, self.base, composition.overlay, only, composition)

    def _executed(self, kept: tuple[Chosen, ...], built: Built, tested: Tested) -> dict[str, Executed]:
        """Return by site the passing tests that run it."""
        if not (self.bench.request.test and kept):
            return {}
        from codemods.engine.execution import edited_places, measure_execution  # noqa: PLC0415 - only here

        places = edited_places(kept, built.composition, self.by_id.__getitem__)
        sites = (id for choice in kept for id in choice.change.sites)
        return measure_execution(self.bench, built.composition, places, tested, sites)

    # On request: what nothing here compiles

    def _include_unverified(self, kept: tuple[Chosen, ...], built: Built) -> tuple[tuple[Chosen, ...], Built]:
        if not (self.bench.request.include_unverified and self.unverified):
            return (), built
        there = {choice.change.id for choice in kept} | self.rejected.keys()
        more = [c for c in self.changes if c.id in self.unverified and c.id not in there]
        if not more:
            return (), built
        isolated = self._isolate(more, kept)  # they may require what is kept
        self.rejected |= isolated.rejected
        return isolated.kept, isolated.result

    # How strong the evidence is

    def _proofs(self, kept: Sequence[Chosen], built: Built) -> Mapping[str, Proof]:
        """Return by change what comparing compiler dumps of the units that hold it shows."""
        wanted = self.bench.request.prove
        if wanted is False or (wanted is None and self.recipe.claim is None):
            why = "not asked for (--no-prove)" if wanted is False else "the recipe does not claim equality"
            return {choice.change.id: Proof(ProofVerdict.NOT_COMPARABLE, why) for choice in kept}
        if self.proved is None or self.proved[0] != kept or self.proved[1] is not built:
            self.proved = (kept, built, self._prove(kept, built))
        return self.proved[2]

    def _prove(self, kept: Sequence[Chosen], built: Built) -> Mapping[str, Proof]:
        before, after = self.baseline.report, built.report
        with self.bench.timed("prove"):
            return prove(
                self.bench,
                self.recipe.claim,
                kept,
                built.composition,
                before,
                after,
                self.base,
                self.expanded,
            )

    def _shown(self, change: Change, examples: Mapping[str, str]) -> tuple[Shown, ...]:
        return telling.shown(change, examples, self.answers, self.baseline.report, self.expanded)
