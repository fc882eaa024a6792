"""`codemod verify A..B`, `codemod verify --worktree`: grade anybody's diff with the same ladder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from codemods.cli import options
from codemods.cli.apply import finish, make_request, progress_for, with_run_options
from codemods.errors import UsageError


@click.command("verify")
@click.argument("range_", metavar="[A..B]", required=False)
@click.option("--worktree", is_flag=True, help="Grade what the files on disk change in HEAD.")
@click.option(
    "--require",
    type=click.Choice(["A", "B", "C", "U"], case_sensitive=False),
    default="C",
    help="Exit 4 where something is not of this grade at least [C].",
)
@options.directory
@with_run_options("features", "all_features", "target", "max_configurations", "test", "prove", "timeout",
                  "limits", "toolchain", "sandbox", "pass_env", "strict_stable", "report", "as_json",
                  "quiet", "verbose", "color")  # fmt: skip
def command(range_: str | None, directory: Path, worktree: bool, require: str, **given: Any) -> int:
    """Build A and B in scratch, and say for each function, item and file between them what was shown.

    Exit 0 where all of it is at least of the grade that is required, 4 where it is not, 3 where A itself
    does not build.
    """
    from codemods.engine.document import Grade  # noqa: PLC0415
    from codemods.engine.grading import grade_range, grade_worktree  # noqa: PLC0415

    if (range_ is None) != worktree:
        problem = "give a range or --worktree, not both" if worktree else "no range given"
        raise UsageError(problem, hint="`codemod verify main..HEAD`, or `codemod verify --worktree`.")
    request = make_request((), directory, given, needs_recipes=False)
    with progress_for(given) as listener:
        if range_ is None:
            result = grade_worktree(request, listener, Grade(require.upper()))
        else:
            result = grade_range(request, range_, listener, Grade(require.upper()))
    return finish(result, given, "review")
