"""`codemod review`: read a branch this tool wrote, from its note; or grade it anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from codemods.cli import options
from codemods.cli.apply import make_request, progress_for, with_run_options
from codemods.errors import UsageError

if TYPE_CHECKING:
    from codemods.engine.document import RunDocument
    from codemods.engine.ledgers import BranchLedger
    from codemods.vcs.repository import Repository


@click.command("review")
@click.argument("branch", required=False)
@options.directory
@click.option("--verify", is_flag=True, help="Build and grade the branch here, and compare with its ledger.")
@click.option(
    "--how", metavar="CHANGE", help="Print commands that show one change by hand: an id, or FILE:LINE."
)
@with_run_options("features", "all_features", "target", "max_configurations", "test", "prove", "timeout",
                  "limits", "toolchain", "sandbox", "pass_env", "strict_stable", "report", "as_json", "quiet",
                  "verbose", "color")  # fmt: skip
def command(branch: str | None, directory: Path, *, verify: bool, how: str | None, **given: Any) -> int:
    """Show each change of BRANCH with its diff, grade and evidence, and what was left alone.

    BRANCH is the newest branch of ours where none is given. What needs eyes stands first; -v unfolds what is
    proved. With --verify the branch is graded anew, by the options that follow and what the ledger says of
    features and tests: exit 4 where less is shown than it claims.
    """
    from codemods.engine.ledgers import read_ledger  # noqa: PLC0415
    from codemods.review.writer import check_report_path  # noqa: PLC0415
    from codemods.vcs.repository import Repository  # noqa: PLC0415

    for path in given["report"]:
        check_report_path(path)
    repository = Repository.open(directory)
    ledger = read_ledger(repository, options.folders().state, branch)
    if verify:
        return _verify(ledger, directory, given)
    if how is not None:
        click.echo(_how(repository, directory, ledger, how), nl=False)
    else:
        _show(ledger.document, given)
    return 0


def _show(document: RunDocument, given: Mapping[str, Any]) -> None:
    from codemods.engine.serial import dump  # noqa: PLC0415
    from codemods.review import terminal  # noqa: PLC0415
    from codemods.review.writer import write_report  # noqa: PLC0415

    for path in given["report"]:
        write_report(document, path)
        click.echo(f"report: {path}", err=True)
    if given["as_json"]:
        click.echo(dump(document), nl=False)
    elif not given["report"] and not given["quiet"]:
        terminal.show_review(options.console(given["color"]), document, verbose=given["verbose"])


def _how(repository: Repository, directory: Path, ledger: BranchLedger, wanted: str) -> str:
    from codemods.cli.places import workspace_root  # noqa: PLC0415
    from codemods.engine.reproduction import find_subject  # noqa: PLC0415
    from codemods.engine.stand_in import replaced_macro  # noqa: PLC0415
    from codemods.review.how import script  # noqa: PLC0415

    root = workspace_root(directory.resolve())
    folder = PurePosixPath(root.relative_to(repository.root.resolve()))
    return script(
        find_subject(
            repository, folder, ledger, wanted, lambda recipe: replaced_macro(recipe, root, options.folders())
        )
    )


def _verify(ledger: BranchLedger, directory: Path, given: Mapping[str, Any]) -> int:
    from codemods.engine.recheck import recheck  # noqa: PLC0415
    from codemods.review.recheck import dump_recheck, show_recheck  # noqa: PLC0415

    if given["report"]:
        raise UsageError(
            "--verify writes no report", hint="Use --json, or `codemod verify A..B --report FILE`."
        )
    request = make_request((), directory, as_claimed(ledger.document, given), needs_recipes=False)
    with progress_for(given) as listener:
        found = recheck(request, ledger, listener)
    if given["as_json"]:
        click.echo(dump_recheck(found), nl=False)
    elif not given["quiet"]:
        show_recheck(options.console(given["color"]), found, verbose=given["verbose"])
    return found.exit_code


def as_claimed(document: RunDocument, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with the features and tests that the ledger names, where none are given.

    Nothing else of a ledger is followed: cage, environment, toolchain and limits are the user's.
    """
    from codemods.engine.recheck import claimed_features  # noqa: PLC0415

    said = document.settings
    return {
        **given,
        "features": given.get("features") or claimed_features(document),
        "all_features": given.get("all_features") or said.get("all-features") is True or None,
        "test": given["test"] if given.get("test") is not None else said.get("test") is True or None,
    }
