"""`codemod verify A..B`: grade anybody's diff with the same ladder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from codemods.cli import options
from codemods.cli.apply import finish, make_request, progress_for, with_run_options


@click.command("verify")
@click.argument("range_", metavar="A..B")
@options.directory
@with_run_options("features", "all_features", "target", "max_configurations", "test", "prove", "timeout",
                  "toolchain", "sandbox", "pass_env", "strict_stable", "report", "as_json",
                  "quiet", "verbose", "color")  # fmt: skip
def command(range_: str, directory: Path, **given: Any) -> int:
    """Build A and B in scratch, and say for each hunk between them what was shown.

    Exit 4 where B breaks what A built (or, with --test, a test).
    """
    from codemods.engine.grading import grade_range  # noqa: PLC0415

    request = make_request((), directory, given, needs_recipes=False)
    with progress_for(given) as listener:
        result = grade_range(request, range_, listener)
    return finish(result, given, "review")
