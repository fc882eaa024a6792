"""`codemod doctor`: what of the toolchain is there, and what each missing piece would add."""

from __future__ import annotations

import os
from pathlib import Path

import click

from codemods.cli import options
from codemods.errors import UsageError


@click.command("doctor")
@options.directory
@click.option("--toolchain", metavar="NAME", help="Look at this rustup toolchain.")
def command(directory: Path, toolchain: str | None) -> None:
    """Show what `codemod` finds on this machine for DIR. Nothing is ever installed."""
    from codemods.cargo.probe import probe  # noqa: PLC0415
    from codemods.cargo.toolchain import find_toolchain  # noqa: PLC0415
    from codemods.review.escape import terminal_line  # noqa: PLC0415

    if not directory.is_dir():
        raise UsageError("there is no such directory", where=str(directory))
    folder = directory.resolve()
    found = find_toolchain(folder, environ=os.environ, repository_root=folder, override=toolchain)
    click.echo(f"toolchain {found.name}, chosen by {found.chosen_by}")
    for finding in probe(found, os.environ):
        mark = "ok     " if finding.is_present else "missing"
        click.echo(terminal_line(f"  {mark}  {finding.name:14} {finding.detail}"))
        if not finding.is_present:
            click.echo(terminal_line(f"           {'':14} would add: {finding.adds}"))
    folders = options.folders()
    click.echo(f"cache {folders.cache}\nstate {folders.state}")
