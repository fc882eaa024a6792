"""`codemod review`: read a branch this tool wrote, from the note on its tip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from codemods.cli import options


@click.command("review")
@click.argument("branch", required=False)
@options.directory
@click.option(
    "--report", metavar="FILE", multiple=True, type=click.Path(path_type=Path, dir_okay=False),
    help="Write a report: .json, .md, .html or .sarif; repeatable.",
)  # fmt: skip
@options.as_json
@options.verbose
@options.color
def command(branch: str | None, directory: Path, **given: Any) -> None:
    """Show each change of BRANCH with its diff, grade and evidence, and what was left alone.

    BRANCH is the newest branch of ours where none is given.
    """
    from codemods.engine.ledgers import read_ledger  # noqa: PLC0415
    from codemods.engine.serial import dump  # noqa: PLC0415
    from codemods.review import terminal  # noqa: PLC0415
    from codemods.review.writer import check_report_path, write_report  # noqa: PLC0415
    from codemods.vcs.repository import Repository  # noqa: PLC0415

    for path in given["report"]:
        check_report_path(path)
    document = read_ledger(Repository.open(directory), options.folders().state, branch).document
    for path in given["report"]:
        write_report(document, path)
        click.echo(f"report: {path}", err=True)
    if given["as_json"]:
        click.echo(dump(document), nl=False)
    elif not given["report"]:
        terminal.show_review(options.console(given["color"]), document, verbose=given["verbose"])
