"""Account for every site: turn the stages of a run into the records of its document."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.engine.document import (
    ChangeRecord,
    Evidence,
    Grade,
    OptionRecord,
    Outcome,
    QuestionRecord,
    SiteRecord,
    Totals,
)
from codemods.engine.hunks import form_diff
from codemods.engine.overlay import Chosen
from codemods.engine.stage import Stage
from codemods.recipe.proposals import Ambiguous, Change, Skipped
from codemods.recipe.site import Site

_CHECKS = {"test-fails": "test", "expands-differently": "expand", "conflict": "compose"}  # by reason code
SKIPPED_CHECKS = (
    Evidence("prove", "skipped", "this version compares no compiler output"),
    Evidence("executed", "skipped", "this version does not measure which lines the tests run"),
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Writes records. `workspace` is the workspace root relative to the repository.

    `configuration` is the id of the way everything was built.
    """

    workspace: PurePosixPath
    configuration: str

    def sites(self, stage: Stage) -> tuple[SiteRecord, ...]:
        """Return a record for every site of `stage`, by path and position."""
        settled: dict[str, SiteRecord] = {}
        by_id = {site.id: site for site in stage.sites}
        for proposal in stage.proposals:
            for site_id in proposal.sites:
                settled[site_id] = self._site(stage, by_id[site_id], proposal)
        return tuple(settled[site.id] for site in stage.sites)

    def changes(self, stage: Stage, commits: Mapping[str, str]) -> tuple[ChangeRecord, ...]:
        """Return a record for every change that was tried; `commits` by change id."""
        forms = {chosen.change.id: chosen for chosen in (*stage.kept, *stage.included)}
        return tuple(self._change(stage, change, forms.get(change.id), commits) for change in stage.changes)

    def questions(self, stage: Stage) -> tuple[QuestionRecord, ...]:
        """Return what a person must decide."""
        return tuple(
            QuestionRecord(
                f"{site}:{proposal.code}",
                site,
                proposal.code,
                tuple(OptionRecord(option.id, option.effect) for option in proposal.options),
            )
            for proposal in stage.proposals
            if isinstance(proposal, Ambiguous)
            for site in proposal.sites
        )

    def path(self, path: PurePosixPath) -> str:
        """Return a repository path as the document shows it: relative to the workspace root."""
        return posixpath.relpath(path, self.workspace)

    def _site(self, stage: Stage, site: Site, proposal: Change | Skipped | Ambiguous) -> SiteRecord:
        outcome, grade, code, reason = _outcome(stage, proposal)
        position = site.position
        change = proposal.id if isinstance(proposal, Change) else None
        return SiteRecord(
            id=site.id,
            recipe=stage.recipe.id,
            path=self.path(site.source.path),
            line=position.line,
            column=position.column,
            span=(site.span.start, site.span.end),
            outcome=outcome,
            grade=grade,
            reason=reason,
            code=code,
            change=change,
            configurations=(self.configuration,) if change and _is_compiled(stage, change) else (),
            evidence=self._evidence(stage, change, outcome, reason),
        )

    def _evidence(
        self, stage: Stage, change: str | None, outcome: Outcome, reason: str | None
    ) -> tuple[Evidence, ...]:
        if change is None:
            return ()
        shown = tuple(Evidence(each.check, "passed", each.detail) for each in stage.shown.get(change, ()))
        match outcome:
            case Outcome.REJECTED:
                check = _CHECKS.get(stage.codes.get(change, ""), "compile")
                return (Evidence(check, "failed", reason or ""),)
            case Outcome.UNVERIFIED:
                return (Evidence("compile", "skipped", reason or ""),)
            case Outcome.APPLIED if change in stage.unverified:
                return (Evidence("compile", "skipped", stage.unverified[change]),)
            case _:
                return (*shown, stage.tested.evidence, *SKIPPED_CHECKS)

    def _change(
        self, stage: Stage, change: Change, chosen: Chosen | None, commits: Mapping[str, str]
    ) -> ChangeRecord:
        form = chosen.form if chosen else change.forms[0]
        return ChangeRecord(
            id=change.id,
            recipe=stage.recipe.id,
            sites=change.sites,
            paths=tuple(sorted({self.path(file.path) for file in form.files})),
            requires=tuple(sorted(change.requires)),
            origin=change.origin.value,
            form=form.name,
            grade=_grade(stage, change.id),
            commit=commits.get(change.id),
            diff=form_diff(form, lambda path: stage.before[path]),
            warnings=stage.warnings.get(change.id, ()),
        )


def _outcome(
    stage: Stage, proposal: Change | Skipped | Ambiguous
) -> tuple[Outcome, Grade | None, str | None, str | None]:
    """Return outcome, grade, code and reason of a proposal's sites."""
    match proposal:
        case Skipped(code, reason) | Ambiguous(code, reason):
            return Outcome.REFUSED, Grade.REFUSED, code, reason
        case Change():
            change = proposal.id
            if change in stage.rejected:
                code = stage.codes.get(change, "does-not-compile")
                return Outcome.REJECTED, None, code, stage.rejected[change]
            written = {chosen.change.id for chosen in (*stage.kept, *stage.included)}
            if change in written:
                return Outcome.APPLIED, _grade(stage, change), None, stage.unverified.get(change)
            return Outcome.UNVERIFIED, Grade.UNVERIFIED, "not-compiled", stage.unverified[change]


def _grade(stage: Stage, change: str) -> Grade | None:
    if change in stage.rejected:
        return None
    return Grade.UNVERIFIED if change in stage.unverified else Grade.COMPILED


def _is_compiled(stage: Stage, change: str) -> bool:
    return change not in stage.rejected and change not in stage.unverified


def totals(sites: Iterable[SiteRecord]) -> Totals:
    """Return how many sites came to which outcome."""
    count = Counter(site.outcome for site in sites)
    return Totals(
        found=count.total(),
        applied=count[Outcome.APPLIED],
        refused=count[Outcome.REFUSED],
        rejected=count[Outcome.REJECTED],
        unverified=count[Outcome.UNVERIFIED],
    )
