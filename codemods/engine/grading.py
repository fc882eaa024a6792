"""Grade anybody's diff with the same ladder: baseline, build, blame, reach, proof, tests.

A site is a function, item or file that the diff changes, and a change of its own; all are built
together, because nobody said which of them stand alone.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath

from codemods import __version__
from codemods.cargo.build import Configuration
from codemods.cargo.report import CheckReport
from codemods.engine.api_changes import ApiChange, api_changes
from codemods.engine.api_compare import ApiComparison
from codemods.engine.api_guard import ApiGuard
from codemods.engine.api_records import api_evidence, api_records, bump_records
from codemods.engine.asking import Asker
from codemods.engine.baseline import Baseline, broken_baseline
from codemods.engine.changed_items import WHOLE_FILE, ChangedItem, Diff, changed_items
from codemods.engine.document import (
    BaselineRecord,
    ChangeRecord,
    Evidence,
    Grade,
    Outcome,
    RunDocument,
    SecondsRecord,
    SiteRecord,
    ToolRecord,
)
from codemods.engine.equipment import open_workbench
from codemods.engine.execution import measure_execution
from codemods.engine.grades import (
    NOT_MEASURED,
    Executed,
    execution_evidence,
    grade_of,
    is_at_least,
    proof_evidence,
)
from codemods.engine.hunks import form_diff
from codemods.engine.isolate import Failure
from codemods.engine.item_places import item_places
from codemods.engine.item_reach import ItemReach, spots_of
from codemods.engine.layout_proofs import LayoutProofs
from codemods.engine.ledger import Ledger, configuration_records, totals
from codemods.engine.listener import Listener, Silent
from codemods.engine.oracle import Answers, answer_reach
from codemods.engine.overlay import Chosen, Overlay, compose
from codemods.engine.proof import Proof, ProofVerdict
from codemods.engine.prove import prove
from codemods.engine.removed_tests import without_removed
from codemods.engine.request import ApiPolicy, Request, Result
from codemods.engine.testing import NOT_ASKED, Tested, compare_tests
from codemods.engine.verify import Judgement, judge, lost_units
from codemods.engine.widening import widen
from codemods.engine.workbench import Workbench
from codemods.errors import CodemodError, ExitCode
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.vcs.repository import Repository, diff_files, diff_links
from codemods.vcs.worktree import diff_worktree, worktree_links

DIFF = "diff"
WORKTREE = "worktree"
LINK = "a symbolic link or submodule: what changes in it was not built"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of one changed item."""

    outcome: Outcome
    grade: Grade | None
    code: str | None
    reason: str | None
    evidence: tuple[Evidence, ...]
    configurations: tuple[str, ...] = ()


def grade_range(
    request: Request,
    revisions: str,
    listener: Listener | None = None,
    required: Grade = Grade.COMPILED,
    configurations: Sequence[Configuration] = (),
) -> Result:
    """Return what building both sides of `A..B` shows of the difference; nothing is written.

    The exit code says whether every changed item is at least of the grade `required`. Both are also built in
    `configurations`.

    Raises:
        BaselineError: `A` does not build here.
        CodemodError: what else stops a run.
    """
    repository = Repository.open(request.directory)
    old, new = repository.range(revisions)
    diff = diff_files(repository, old, new)
    links = diff_links(repository, old, new)
    tree = repository.git.text("rev-parse", f"{new}^{{tree}}")
    return _graded(request, diff, links, (old, new, tree), listener or Silent(), required, configurations)


def grade_worktree(
    request: Request, listener: Listener | None = None, required: Grade = Grade.COMPILED
) -> Result:
    """Return the same for what the files on disk change in HEAD (ignored files excepted).

    Raises:
        BaselineError: HEAD does not build here.
        CodemodError: what else stops a run.
    """
    repository = Repository.open(request.directory)
    diff, links = diff_worktree(repository), worktree_links(repository)
    return _graded(request, diff, links, (repository.head, None, WORKTREE), listener or Silent(), required)


def _graded(
    request: Request,
    diff: Diff,
    links: Sequence[PurePosixPath],
    ends: tuple[str, str | None, str],
    listener: Listener,
    required: Grade,
    configurations: Sequence[Configuration] = (),
) -> Result:
    started = time.monotonic()
    with open_workbench(request, listener, ends[0]) as bench:
        bench.configurations.extend(each for each in configurations if each not in bench.configurations)
        baseline = bench.baseline({}, None)
        if not baseline.units and baseline.report.errors:
            raise broken_baseline(baseline.report.errors, bench.withheld)
        grading = _Grading(bench, diff, links, baseline)
        document = grading.document(ends, started)
        code = ExitCode.NOTHING_APPLIED if grading.lost else _exit_code(document, required)
        return Result(document, code)


def _exit_code(document: RunDocument, required: Grade) -> ExitCode:
    """What has no code in it (`grade` None, not rejected) has no say."""
    graded = [site for site in document.sites if site.grade is not None or site.outcome is Outcome.REJECTED]
    is_good = all(is_at_least(site.grade, required) for site in graded)
    return ExitCode.DONE if is_good else ExitCode.NOTHING_APPLIED


class _Grading:
    """All steps on one diff. One object, because they share the trees and builds of both sides."""

    def __init__(
        self, bench: Workbench, diff: Diff, links: Sequence[PurePosixPath], baseline: Baseline
    ) -> None:
        self.bench = bench
        self.diff = diff
        self.links = links
        self.baseline = baseline
        self.items = changed_items(diff, {path: bench.edition_of(path) for path in diff})
        self.chosen = tuple(Chosen(item.change) for item in self.items)
        self.composition = compose(self.chosen, lambda path: self.diff[path][0] or b"")
        self.caps_lints = baseline.report.capped_lints
        self._see_new_members()
        self.report = self._check(self.composition.overlay)
        self.answers = Answers({}, {})
        self.lost: dict[Configuration, Failure] = {}  # what built before, and does not now
        if self.judgement.failure is None:
            self._widen()

    def _see_new_members(self) -> None:
        """Let the packages be seen that the diff adds; what cargo says of a bad manifest is in the build."""
        if any(path.name == "Cargo.toml" for path in self.diff):
            with suppress(CodemodError):
                self.bench.builder.see_members(self.composition.overlay)
                self.bench.workspace = self.bench.builder.workspace

    def _judge(self, before: CheckReport, after: CheckReport) -> Judgement:
        return judge(before, after, self.composition, self._body_around, may_drop_targets=True)

    def _check(self, overlay: Overlay) -> CheckReport:
        return self.bench.check(overlay, self.caps_lints)

    def _widen(self) -> None:
        """Build both sides in the configurations that what is changed needs."""
        bench, overlay = self.bench, self.composition.overlay
        spots = [spot for item in self.items for spot in spots_of(item)]

        def ask(after: Baseline) -> Answers:
            return answer_reach(spots, after.units, Asker(bench, after, overlay).canary)

        after = Baseline(self.report, ())
        after, self.answers = widen(bench, spots, after, overlay, ask(after), ask)
        self.caps_lints = after.report.capped_lints
        self._look_for_losses()
        if len(bench.configurations) > 1:
            self.baseline = replace(self.baseline, report=self._check({}))
            self.report = self._check(overlay)
            del self.judgement  # of one configuration alone

    def _look_for_losses(self) -> None:
        """Judge the configurations that do not build now: if they did before, the diff breaks them."""
        for configuration in self.bench.dropped_configurations:
            before = self.bench.check_in(configuration, {}, self.caps_lints)
            if not any(unit.succeeded for unit in before.units):
                continue
            after = self.bench.check_in(configuration, self.composition.overlay, self.caps_lints)
            failure = self._judge(before, after).failure
            if failure is not None:
                self.lost[configuration] = failure
                first = next(iter([*failure.blamed.values(), *failure.suspected.values()]), failure.unblamed)
                self.bench.note(
                    f"Built before, and not any more, with {configuration.id}: {_first_line(first)}."
                )

    def document(self, ends: tuple[str, str | None, str], started: float) -> RunDocument:
        old, new, tree = ends
        bench, baseline = self.bench, self.baseline.report
        verdicts = {item.id: self._verdict(item) for item in self.items}
        sites = (
            *(self._site(item, verdicts[item.id]) for item in self.items),
            *map(self._link_site, self.links),
        )
        return RunDocument(
            tool=ToolRecord(__version__, bench.toolchain.rustc_version, bench.toolchain.cargo_version),
            base=old,
            branch=None,
            tip=new,
            tree=tree,
            recipes=(DIFF,),
            configurations=configuration_records(bench, sites),
            sites=sites,
            totals=totals(sites),
            changes=tuple(self._change(item, verdicts[item.id].grade) for item in self.items),
            questions=(),
            settings={},
            sandbox=bench.sandbox,
            baseline=BaselineRecord(
                len(baseline.errors),
                self.baseline.warnings,
                self.tested.totals,
                self.baseline.dropped,
                baseline.capped_lints,
            ),
            seconds=self._seconds(started),
            compiles=bench.builder.compiles,
            api=api_records([self.guarded]),
            bumps=bump_records([self.guarded], bench.workspace.members),
            notes=(*bench.notes, *self._api_notes(), *self._link_notes(), *self._dropped_notes()),
        )

    # The steps; each is done when it is first asked for

    @cached_property
    def judgement(self) -> Judgement:
        return self._judge(self.baseline.report, self.report)

    @cached_property
    def reach(self) -> ItemReach:
        return ItemReach(self.bench, self.baseline, self.report, self.composition.overlay, self.answers)

    @cached_property
    def proofs(self) -> Mapping[str, Proof]:
        if self.bench.request.prove is False:
            return {}
        layouts = LayoutProofs(self.bench, self.composition.overlay, self.report, self.diff)
        layout = {item.id: proof for item in self.items if (proof := layouts.of(item)) is not None}
        compared = [choice for choice in self.chosen if choice.change.sites[0] not in layout]
        with self.bench.timed("prove"):
            found = prove(
                self.bench, None, compared, self.composition, self.baseline.report, self.report, {}, ()
            )
        by_change = {choice.change.id: choice.change.sites[0] for choice in compared}
        return layout | {by_change[id]: proof for id, proof in found.items() if id in by_change}

    @cached_property
    def tested(self) -> Tested:
        if not self.bench.request.test or self.judgement.failure is not None:
            return Tested(NOT_ASKED)
        tested = compare_tests(self.bench, {}, self.composition.overlay, composition=self.composition)
        return without_removed(tested, self.diff)

    @cached_property
    def executed(self) -> Mapping[str, Executed]:
        """By item, the tests that run all of it that is new."""
        if not self.bench.request.test or self.tested.broken:
            return {}
        edited = (item for item in self.items if item.path in self.composition.files)
        places = [place for item in edited for place in item_places(item)]
        ids = {place.id for place in places}
        return measure_execution(self.bench, self.composition, places, self.tested, ids)

    @cached_property
    def guarded(self) -> ApiComparison:
        """How what other crates see differs, in libraries that may be published."""
        if self.bench.request.api is ApiPolicy.ALLOW or self.judgement.failure is not None:
            return ApiComparison()
        guard = ApiGuard(self.bench, {}, self.baseline.report)
        return guard.compared(self.chosen, self.composition, self.report)

    @cached_property
    def api(self) -> Mapping[str, tuple[ApiChange, ...]]:
        """By item, the public items that it changes by their text, where the guard does not look."""
        libraries = {
            file
            for unit in (*self.baseline.report.units, *self.report.units)
            if unit.kind in ("lib", "proc-macro") and not unit.is_test
            for file in unit.files
        }
        others = [item for item in self.items if item.change.id not in self.guarded.compared]
        return api_changes([item for item in others if str(item.path) in libraries], self.diff)

    # What is said of each item

    def _verdict(self, item: ChangedItem) -> Verdict:
        error = self._error(item)
        if error is not None:
            return Verdict(*error, (Evidence("compile", "failed", error[3] or ""),))
        reached = self.reach.of(item)
        if reached.why_not is not None:
            code = "not-compiled" if reached.is_code else "no-code"
            grade = Grade.UNVERIFIED if reached.is_code else None
            skipped = Evidence("compile", "skipped", reached.why_not)
            outcome = Outcome.UNVERIFIED if reached.is_code else Outcome.APPLIED
            return Verdict(outcome, grade, code, reached.why_not, (skipped,))
        proof = self.proofs.get(item.id)
        executed = self.executed.get(item.id, NOT_MEASURED)
        evidence = (
            Evidence("compile", "passed", reached.detail),
            proof_evidence(proof),
            self.tested.evidence,
            execution_evidence(executed),
            *self._api_evidence(item),
        )
        grade = grade_of(proof, [executed])
        return Verdict(Outcome.APPLIED, grade, None, None, evidence, reached.configurations)

    def _error(self, item: ChangedItem) -> tuple[Outcome, Grade | None, str, str] | None:
        """Return what speaks against the item: an error that points at it, or that nothing builds at all."""
        failure = self.judgement.failure
        if failure is not None:
            message = failure.blamed.get(item.change.id) or failure.suspected.get(item.change.id)
            if message is not None or len(self.items) == 1:
                return Outcome.REJECTED, None, "does-not-compile", message or failure.unblamed or ""
            first = next(iter([*failure.blamed.values(), *failure.suspected.values()]), failure.unblamed)
            reason = f"the tree does not build: {_first_line(first)}"
            return Outcome.UNVERIFIED, Grade.UNVERIFIED, "not-compiled", reason
        for configuration, lost in self.lost.items():
            message = lost.blamed.get(item.change.id)
            if message is not None:
                reason = f"it does not build any more with {configuration.id}: {message}"
                return Outcome.REJECTED, None, "does-not-compile", reason
        if self.tested.broken and not self._is_innocent(item):
            return Outcome.REJECTED, None, "test-fails", self.tested.message
        return None

    def _is_innocent(self, item: ChangedItem) -> bool:
        """Whether a broken test can't be the item's fault: it changes nothing, or no build reads it."""
        proof = self.proofs.get(item.id)
        is_proved = proof is not None and proof.verdict is ProofVerdict.EQUAL
        return is_proved or not self.reach.of(item).is_code

    def _api_evidence(self, item: ChangedItem) -> tuple[Evidence, ...]:
        changes = self.api.get(item.id, ())
        if not changes:
            return api_evidence(self.guarded, item.change.id)
        shown = "; ".join(change.text for change in changes)
        return (Evidence("api", "failed", f"what other crates may see is not the same: {shown}"),)

    def _api_notes(self) -> tuple[str, ...]:
        touched = [change.text for changes in self.api.values() for change in changes]
        if not touched:
            return ()
        return (f"Public API touched ({len(touched)}): {'; '.join(touched[:10])}.",)

    def _site(self, item: ChangedItem, verdict: Verdict) -> SiteRecord:
        content = self.diff[item.path][0] or b""
        span = _whole(piece.old for piece in item.pieces)
        return SiteRecord(
            id=item.id,
            recipe=DIFF,
            path=self._ledger.path(item.path),
            line=content.count(b"\n", 0, span.start) + 1,
            column=len(content[content.rfind(b"\n", 0, span.start) + 1 : span.start].decode()) + 1,
            span=(span.start, span.end),
            outcome=verdict.outcome,
            grade=verdict.grade,
            reason=verdict.reason,
            code=verdict.code,
            change=item.change.id,
            configurations=verdict.configurations,
            evidence=verdict.evidence,
            item=item.name,
        )

    def _link_site(self, path: PurePosixPath) -> SiteRecord:
        return SiteRecord(
            id=hashlib.sha256(f"{path}\0link".encode()).hexdigest()[:12],
            recipe=DIFF,
            path=self._ledger.path(path),
            line=1,
            column=1,
            span=(0, 0),
            outcome=Outcome.UNVERIFIED,
            grade=Grade.UNVERIFIED,
            reason=LINK,
            code="not-compiled",
            change=None,
            configurations=(),
            evidence=(Evidence("compile", "skipped", LINK),),
            item=WHOLE_FILE,
        )

    def _dropped_notes(self) -> tuple[str, ...]:
        lost = lost_units(self.baseline.report, self.report) if self.judgement.failure is None else ()
        if not lost:
            return ()
        return (f"No targets any more, so not built: {', '.join(unit.name for unit in lost)}.",)

    def _link_notes(self) -> tuple[str, ...]:
        if not self.links:
            return ()
        names = ", ".join(map(str, self.links[:5])) + (", …" if len(self.links) > 5 else "")
        return (f"Not in the trees that were built, which have them as before: {names}.",)

    def _change(self, item: ChangedItem, grade: Grade | None) -> ChangeRecord:
        change = item.change
        return ChangeRecord(
            id=change.id,
            recipe=DIFF,
            sites=change.sites,
            paths=(self._ledger.path(item.path),),
            requires=(),
            origin=change.origin.value,
            form="plain",
            grade=grade,
            commit=None,
            diff=form_diff(change.forms[0], lambda path: self.diff[path][0] or b""),
            warnings=self.judgement.warnings.get(change.id, ()),
        )

    def _seconds(self, started: float) -> SecondsRecord:
        seconds = self.bench.seconds
        return SecondsRecord(
            0.0,
            round(seconds.get("baseline", 0.0), 3),
            round(seconds.get("trial", 0.0), 3),
            round(time.monotonic() - started, 3),
            round(seconds.get("prove", 0.0), 3),
            round(seconds.get("test", 0.0), 3),
        )

    # Helpers

    @cached_property
    def _ledger(self) -> Ledger:
        return Ledger(self.bench.root)

    def _body_around(self, path: PurePosixPath, span: Span) -> Span | None:
        content = self.diff[path][0]
        if path.suffix != ".rs" or content is None:
            return None
        return Source(path, content, self.bench.edition_of(path)).enclosing_body(span)


def _whole(spans: Iterable[Span]) -> Span:
    found = list(spans)
    return Span(min(s.start for s in found), max(s.end for s in found)) if found else Span(0, 0)


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0].rstrip(".")
