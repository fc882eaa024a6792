"""Account for every site: turn the stages of a run into the records of its document."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.engine.api_records import api_evidence
from codemods.engine.document import (
    ChangeRecord,
    ConfigurationRecord,
    Evidence,
    Grade,
    OptionRecord,
    Outcome,
    QuestionRecord,
    SiteRecord,
    Totals,
)
from codemods.engine.error_check import CHECK as ERROR_CHECK
from codemods.engine.error_check import CODE as ERROR_CODE
from codemods.engine.grades import execution_evidence, proof_evidence
from codemods.engine.hunks import form_diff
from codemods.engine.overlay import Chosen
from codemods.engine.stage import Stage
from codemods.engine.workbench import Workbench
from codemods.recipe.proposals import Ambiguous, Change, Skipped
from codemods.recipe.site import Site

_CHECKS = {  # by reason code
    "test-fails": "test",
    "expands-differently": "expand",
    "conflict": "compose",
    "proved-different": "prove",
    "api-changes": "api",
    "output-differs": "run",
    ERROR_CODE: ERROR_CHECK,
}


@dataclass(frozen=True, slots=True)
class Ledger:
    """Writes records. `workspace` is the workspace root relative to the repository."""

    workspace: PurePosixPath

    def sites(self, stage: Stage) -> tuple[SiteRecord, ...]:
        """Return a record for every site of `stage`, by path and position."""
        settled: dict[str, SiteRecord] = {}
        by_id = {site.id: site for site in stage.sites}
        for proposal in (*stage.changes, *stage.left):
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
        outcome, grade, code, reason = _outcome(stage, proposal, site.id)
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
            configurations=_configurations(stage, site.id, change),
            evidence=self._evidence(stage, site.id, change, outcome, reason),
            item=site.source.enclosing_item(site.span),
        )

    def _evidence(
        self, stage: Stage, site: str, change: str | None, outcome: Outcome, reason: str | None
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
            case Outcome.REFUSED:
                return ()
            case Outcome.APPLIED if reason is not None:
                return (Evidence("compile", "skipped", reason),)
            case _:
                return (
                    *shown,
                    proof_evidence(stage.proofs.get(change)),
                    stage.tested.evidence,
                    execution_evidence(stage.execution(site)),
                    *((stage.ran,) if stage.ran is not None else ()),
                    *api_evidence(stage.api, change),
                    *stage.said(site),
                )

    def _change(
        self, stage: Stage, change: Change, chosen: Chosen | None, commits: Mapping[str, str]
    ) -> ChangeRecord:
        form = chosen.form if chosen else change.forms[0]
        return ChangeRecord(
            id=change.id,
            recipe=stage.recipe.id,
            sites=stage.settled(change),
            paths=tuple(sorted({self.path(file.path) for file in form.files})),
            requires=tuple(sorted(change.requires)),
            origin=change.origin.value,
            form=form.name,
            grade=stage.grade(change),
            commit=commits.get(change.id),
            diff=form_diff(form, lambda path: stage.before[path]),
            warnings=stage.warnings.get(change.id, ()),
        )


def _outcome(
    stage: Stage, proposal: Change | Skipped | Ambiguous, site: str
) -> tuple[Outcome, Grade | None, str | None, str | None]:
    """Return outcome, grade, code and reason of one of a proposal's sites."""
    match proposal:
        case Skipped(code, reason) | Ambiguous(code, reason):
            return Outcome.REFUSED, Grade.REFUSED, code, reason
        case Change():
            change = proposal.id
            if change in stage.rejected:
                code = stage.codes.get(change, "does-not-compile")
                return Outcome.REJECTED, None, code, stage.rejected[change]
            written = {chosen.change.id for chosen in (*stage.kept, *stage.included)}
            if change in written and site in stage.retained:
                return Outcome.REFUSED, Grade.REFUSED, "still-needed", stage.retained[site]
            if site in stage.left_out(proposal):
                return _left(stage, change)
            if change in written:
                grade = stage.grade_at(proposal, site)
                why = stage.uncompiled.get(site) or stage.unverified.get(change)
                return Outcome.APPLIED, grade, None, why if grade is Grade.UNVERIFIED else None
            return Outcome.UNVERIFIED, Grade.UNVERIFIED, "not-compiled", stage.unverified[change]


def _left(stage: Stage, change: str) -> tuple[Outcome, Grade | None, str | None, str | None]:
    """Return the outcome of a site that the form which holds does not settle."""
    if change in stage.narrowed:
        return Outcome.UNVERIFIED, Grade.UNVERIFIED, "not-compiled", stage.narrowed[change]
    if change in stage.earlier:
        return Outcome.REJECTED, None, stage.codes.get(change, "does-not-compile"), stage.earlier[change]
    return Outcome.REFUSED, Grade.REFUSED, "left", "the form of the change that holds leaves it as it is"


def _configurations(stage: Stage, site: str, change: str | None) -> tuple[str, ...]:
    """Return the configurations that compiled the changed site."""
    if change is None or change in stage.rejected or site in stage.uncompiled:
        return ()
    is_compiled = change not in stage.unverified or bool(stage.uncompiled)
    return stage.configurations.get(site, ()) if is_compiled else ()


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


def configuration_records(bench: Workbench, sites: Sequence[SiteRecord]) -> tuple[ConfigurationRecord, ...]:
    """Return the configurations that were built, and those that could not be."""
    covers = Counter(name for site in sites for name in site.configurations)
    built = [(configuration, None) for configuration in bench.configurations]
    return tuple(
        ConfigurationRecord(
            id=configuration.id,
            features=configuration.features.names,
            target=configuration.target or bench.toolchain.host,
            covers=covers[configuration.id],
            all_features=configuration.features.all,
            default_features=not configuration.features.no_default,
            release=configuration.release,
            packages=configuration.packages,
            dropped=why,
        )
        for configuration, why in (*built, *bench.dropped_configurations.items())
    )
