"""`codemod review`: read a branch this tool wrote, from the note on its tip."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from codemods.cli import options
from codemods.errors import UsageError

if TYPE_CHECKING:
    from codemods.vcs.repository import Repository


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
    from codemods.engine.serial import dump, load  # noqa: PLC0415
    from codemods.review import terminal  # noqa: PLC0415
    from codemods.review.writer import check_report_path, write_report  # noqa: PLC0415
    from codemods.vcs.repository import Repository  # noqa: PLC0415

    for path in given["report"]:
        check_report_path(path)
    document = load(_note(Repository.open(directory), branch))
    for path in given["report"]:
        write_report(document, path)
        click.echo(f"report: {path}", err=True)
    if given["as_json"]:
        click.echo(dump(document), nl=False)
    elif not given["report"]:
        terminal.show_review(options.console(given["color"]), document, verbose=given["verbose"])


def _note(repository: Repository, branch: str | None) -> bytes:
    from codemods.vcs.notes import noted_branches, read_note  # noqa: PLC0415

    ours = noted_branches(repository)
    if branch is None:
        if not ours:
            raise UsageError(
                "no branch here was written by codemod", hint="`codemod apply RECIPE` writes one."
            )
        branch = ours[0].name
    note = read_note(repository, repository.commit(branch))
    if note is None:
        names = ", ".join(each.name for each in ours) or "none"
        raise UsageError(
            f"the tip of {branch} has no note of codemod",
            where=branch,
            hint=f"Branches with one: {names}. Notes are fetched with"
            " `git fetch origin refs/notes/codemod:refs/notes/codemod`.",
        )
    return note
