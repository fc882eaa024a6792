"""One run: recipes one after another on one workspace, then branch, note and document.

    run(Request) -> Result

reads no global state; the command line, a worker or a server are all just callers.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence

from codemods import __version__
from codemods.cargo.report import CheckReport
from codemods.engine.api_records import api_records, bump_records
from codemods.engine.branching import BuiltBranch, branch_name, build_branch, publish_branch
from codemods.engine.document import (
    BaselineRecord,
    CompiledRecord,
    RunDocument,
    SecondsRecord,
    ToolRecord,
)
from codemods.engine.equipment import open_workbench
from codemods.engine.ledger import Ledger, configuration_records, totals
from codemods.engine.listener import Listener, Silent
from codemods.engine.overlay import Overlay
from codemods.engine.recipes import chosen_recipes
from codemods.engine.request import Request, Result
from codemods.engine.stage import Stage
from codemods.engine.upgrade import upgrade
from codemods.engine.workbench import Workbench
from codemods.errors import ExitCode
from codemods.vcs.names import BranchTaken


def run(request: Request, listener: Listener | None = None) -> Result:
    """Apply the recipes of `request` to HEAD of its repository, and write the branch.

    Raises:
        CodemodError: what stops a run; nothing was written to the repository then.
    """
    started = time.monotonic()
    with open_workbench(request, listener or Silent()) as bench:
        recipes = chosen_recipes(request, bench.repository.root / bench.root)
        branch_name(bench, recipes)  # a name that is taken is said now, not after minutes of compiling
        stages: list[Stage] = []
        overlay: Overlay = {}
        report: CheckReport | None = None
        for recipe in recipes:
            stage = upgrade(bench, recipe, overlay, report)
            stages.append(stage)
            overlay, report = stage.final.overlay, stage.report
        branch = build_branch(bench, stages)
        document = _document(bench, stages, branch, time.monotonic() - started)
        while not request.dry_run and branch.has_commits:
            try:
                publish_branch(bench, branch, document)
                break
            except BranchTaken:  # meanwhile, by a run in another worktree
                branch = dataclasses.replace(branch, name=branch_name(bench, recipes))
                document = _document(bench, stages, branch, time.monotonic() - started)
        return Result(document, _exit_code(document))


def _document(bench: Workbench, stages: Sequence[Stage], branch: BuiltBranch, seconds: float) -> RunDocument:
    ledger = Ledger(bench.root)
    sites = tuple(record for stage in stages for record in ledger.sites(stage))
    is_written = branch.has_commits and not bench.request.dry_run
    commits = branch.commits if is_written else {}
    return RunDocument(
        tool=ToolRecord(__version__, bench.toolchain.rustc_version, bench.toolchain.cargo_version),
        base=bench.repository.head,
        branch=branch.name if is_written else None,
        tip=branch.tip if is_written else None,
        tree=branch.tree,
        recipes=tuple(stage.recipe.id for stage in stages),
        configurations=configuration_records(bench, sites),
        sites=sites,
        totals=totals(sites),
        changes=tuple(record for stage in stages for record in ledger.changes(stage, commits)),
        questions=tuple(question for stage in stages for question in ledger.questions(stage)),
        settings=_settings(bench.request),
        sandbox=bench.sandbox,
        baseline=_baseline(bench, stages),
        seconds=SecondsRecord(
            scan=round(bench.seconds.get("scan", 0.0), 3),
            baseline=round(bench.seconds.get("baseline", 0.0), 3),
            trial=round(bench.seconds.get("trial", 0.0), 3),
            total=round(seconds, 3),
            prove=round(bench.seconds.get("prove", 0.0), 3),
            test=round(bench.seconds.get("test", 0.0), 3),
        ),
        compiles=bench.builder.compiles,
        compiled=_compiled(bench, stages),
        api=api_records(stage.api for stage in stages),
        bumps=bump_records([stage.api for stage in stages], bench.workspace.members),
        notes=(
            *bench.notes,
            *branch.notes,
            *(f"Not looked into: {n.path}: {n.reason}" for n in bench.not_read.values()),
        ),
    )


def _compiled(bench: Workbench, stages: Sequence[Stage]) -> CompiledRecord:
    builder = bench.builder
    changes = sum(len(stage.changes) for stage in stages)
    return CompiledRecord(
        trees=builder.trees - builder.commits,
        commits=builder.commits,
        parts=builder.compiles - builder.trees,
        kept=builder.kept,
        one_by_one=(1 + changes) * len(builder.configurations) if changes else 0,
    )


def _baseline(bench: Workbench, stages: Sequence[Stage]) -> BaselineRecord | None:
    baseline = bench.first_baseline
    if baseline is None:
        return None
    return BaselineRecord(
        errors=len(baseline.report.errors),
        warnings=baseline.warnings,
        tests=next((stage.tested.totals for stage in stages if stage.tested.totals), None),
        dropped=baseline.dropped,
        capped_lints=baseline.report.capped_lints,
    )


_OPTION_NAMES = {"packages": "package", "pass_environment": "pass-env", "targets": "target"}


def _settings(request: Request) -> dict[str, str | bool | float | list[str] | None]:
    """Return the settings that differ from the defaults, as a person would give them again."""
    left_out = {"directory", "folders", "environment", "recipes", "configured"}
    settings: dict[str, str | bool | float | list[str] | None] = {}
    for field in dataclasses.fields(request):
        value = getattr(request, field.name)
        default = (
            field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        )
        if field.name in left_out or value == default:
            continue
        name = _OPTION_NAMES.get(field.name, field.name.replace("_", "-"))
        match value:
            case tuple():
                settings[name] = list(value)
            case dict():
                settings["set"] = [f"{key}={text}" for key, text in sorted(value.items())]
            case bool() | float() | str():
                settings[name] = value if isinstance(value, bool | float) else str(value)
    return settings


def _exit_code(document: RunDocument) -> ExitCode:
    """Sites were found, none applied and at least one rejected or unverified: 4. Else done."""
    count = document.totals
    if count.found and not count.applied and count.rejected + count.unverified:
        return ExitCode.NOTHING_APPLIED
    return ExitCode.DONE
