"""Put the verified changes of all stages on a branch: commits, trailers, note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.cargo.manifest import MANIFEST
from codemods.engine.commits import CommitDraft, drafts, grouped, message
from codemods.engine.document import RunDocument
from codemods.engine.grades import weakest
from codemods.engine.overlay import Overlay
from codemods.engine.provenance import record
from codemods.engine.stage import Stage
from codemods.engine.verify import lost_units
from codemods.errors import CodemodError
from codemods.recipe.proposals import Change
from codemods.recipe.recipe import Recipe
from codemods.vcs.branch import Built, CommitPlan, build_commits, publish
from codemods.vcs.names import check_branch, next_free_branch

if TYPE_CHECKING:
    from codemods.engine.workbench import Workbench


@dataclass(frozen=True, slots=True)
class BuiltBranch:
    """Commits that nothing points at yet. `commits` gives the commit of each change, by its id."""

    name: str
    built: Built
    commits: Mapping[str, str]

    @property
    def has_commits(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.built.commits)

    @property
    def tip(self) -> str:
        """The last commit."""
        return self.built.tip

    @property
    def tree(self) -> str:
        """The hash of the tree at the tip."""
        return self.built.tree

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user must know of how the commits were made."""
        return self.built.notes


def build_branch(bench: Workbench, stages: Sequence[Stage]) -> BuiltBranch:
    """Build the commits of all stages; the repository is not written to.

    Every commit that is not the tip, and differs from a tree that was built in more than layout,
    is built too.

    Raises:
        BranchTaken: the branch that `--branch` names exists.
        CodemodError: an intermediate commit does not build.
    """
    drafted = [(stage, draft) for stage in stages for draft in _stage_drafts(bench, stage)]
    _check_intermediate(bench, stages, drafted)
    plans = [CommitPlan(_message(stage, draft), draft.files) for stage, draft in drafted]
    built = build_commits(bench.repository, bench.repository.head, plans)
    commits = {
        change: commit
        for (_, draft), commit in zip(drafted, built.commits, strict=True)
        for change in draft.changes
    }
    name = branch_name(bench, [stage.recipe for stage in stages])
    return BuiltBranch(name, built, commits)


def publish_branch(bench: Workbench, branch: BuiltBranch, document: RunDocument) -> None:
    """Write the branch and, as a note on its tip, the run document: both or neither."""
    from codemods.engine.serial import dump  # noqa: PLC0415

    bench.listener.phase("write", branch.name)
    note = dump(document).encode()
    record(bench.request.folders.state, note)  # first: a branch of ours must never look like another's
    publish(bench.repository, branch.built, branch=branch.name, note=note)


def branch_name(bench: Workbench, recipes: Sequence[Recipe]) -> str:
    """Return the name of the branch to write: the one asked for, or the first that is free.

    Raises:
        BranchTaken: the branch that `--branch` names exists, or one is in the way.
    """
    if bench.request.branch is not None:
        check_branch(bench.repository, bench.request.branch)
        return bench.request.branch
    name = recipes[0].id if len(recipes) == 1 else "upgrade"
    return next_free_branch(bench.repository, f"codemod/{name}")


def _stage_drafts(bench: Workbench, stage: Stage) -> list[CommitDraft]:
    per = bench.request.commit_per
    verified = drafts(
        grouped(stage.kept, bench.package_of, per),
        stage.verified.files,
        stage.verified.overlay,
        stage.recipe.summary,
    )
    included = drafts(
        grouped(stage.included, bench.package_of, per),
        stage.final.files,
        stage.final.overlay,
        f"{stage.recipe.summary}, unverified,",
    )
    return verified + included


def _check_intermediate(
    bench: Workbench, stages: Sequence[Stage], drafted: Sequence[tuple[Stage, CommitDraft]]
) -> None:
    """Build each tree between base and tip that no build has shown yet."""
    shown = [stage.verified.overlay for stage in stages] + [stage.final.overlay for stage in stages]
    overlay: Overlay = {}
    for position, (_, draft) in enumerate(drafted):
        overlay = {**overlay, **draft.files, **_hidden(bench, drafted[position][0], draft)}
        following = drafted[position + 1][1] if position + 1 < len(drafted) else None
        if overlay in shown or (following is not None and following.is_formatting):
            continue  # built already; or only the layout is still to come, with the same tokens
        bench.listener.phase("verify", f"commit {position + 1} of {len(drafted)}")
        first = bench.first_baseline
        capped = first is not None and first.report.capped_lints
        before = bench.builder.trees
        report = bench.check(overlay, capped)
        bench.builder.commits += bench.builder.trees - before
        if first is not None and lost_units(first.report, report):
            raise CodemodError(
                f"the commit `{draft.subject}` does not build by itself",
                hint="Use --commit-per run, and report this with the workspace if you can.",
            )


def _hidden(bench: Workbench, stage: Stage, draft: CommitDraft) -> Overlay:
    """Return the lock file that the draft's manifests need, where no commit holds one."""
    lock = bench.builder.lock_path
    if lock not in stage.final.overlay or bench.builder.untracked_lock is None:
        return {}
    if not any(path.name == MANIFEST for path in draft.files):
        return {}
    return {lock: stage.final.overlay[lock]}


def _message(stage: Stage, draft: CommitDraft) -> str:
    if draft.is_formatting:
        return message(
            draft, "Only files that rustfmt left alone before.", (("Codemod-Recipe", stage.recipe.id),)
        )
    changes = [change for change in stage.changes if change.id in draft.changes]
    sites = sum(len(stage.settled(change)) for change in changes)
    unverified = any(change.id in stage.unverified for change in changes)
    grade = weakest(grade for change in changes if (grade := stage.grade(change)) is not None)
    compiled_in = dict.fromkeys(
        name for change in changes for site in change.sites for name in stage.configurations.get(site, ())
    )
    trailers = [
        ("Codemod-Recipe", stage.recipe.id),
        ("Codemod-Grade", grade.value),
        ("Codemod-Sites", str(sites)),
        ("Codemod-Configurations", "none" if unverified else ", ".join(compiled_in)),
        *(("Codemod-Evidence", text) for text in _evidence(stage, changes)),
    ]
    body = f"{sites} site{'s' * (sites != 1)} in {len(draft.files)} file{'s' * (len(draft.files) != 1)}, "
    body += "compiled by no target here." if unverified else "verified by recompiling the workspace."
    return message(draft, body, trailers)


def _evidence(stage: Stage, changes: Sequence[Change]) -> list[str]:
    """Return what was shown of `changes`, without the targets (the note has them)."""
    shown = {
        each.detail.partition("; ")[0]
        for change in changes
        for each in stage.shown.get(change.id, ())
        if each.check == "compile"
    }
    not_shown = {stage.unverified[change.id] for change in changes if change.id in stage.unverified}
    tested = [stage.tested.evidence.detail] if stage.tested.evidence.status == "passed" and shown else []
    return [*(f"{text} passes" for text in sorted(shown)), *tested, *sorted(not_shown)]
