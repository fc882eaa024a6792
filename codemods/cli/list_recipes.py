"""`codemod list`: every recipe, read without importing it."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap

import click

from codemods.cli import options
from codemods.cli.places import workspace_root


@click.command("list")
@options.directory
def command(directory: Path) -> None:
    """Show every recipe: epoch, what it upgrades, what it needs, what it leaves alone."""
    from codemods.recipe.discover import discover  # noqa: PLC0415
    from codemods.recipe.metadata import MetadataCache  # noqa: PLC0415
    from codemods.review.escape import terminal_line  # noqa: PLC0415

    for info in discover(workspace_root(directory), MetadataCache(options.folders().cache / "recipes")):
        click.echo(f"{info.id}  ({info.origin})" if info.origin != "built-in" else info.id)
        documentation = info.documentation
        lines = [
            info.summary,
            f"epoch {info.epoch}, needs Rust {info.min_rust}, {info.applicability}",
            *wrap(f"Left alone: {documentation.left_alone}" if documentation.left_alone else "", 90),
        ]
        for line in lines:
            click.echo(f"    {terminal_line(line)}")
