"""`codemod clean`: empty the caches."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path

import click

from codemods.cli import options


@click.command("clean")
@click.option("--state", is_flag=True, help="Also forget trusted recipes, lock files, own ledgers.")
def command(*, state: bool) -> None:
    """Remove scratch checkouts, build outputs and remembered steps; branches and notes stay."""
    folders = options.folders()
    for folder in (folders.cache, *([folders.state] if state else [])):
        freed = _size(folder)
        _remove(folder)
        click.echo(f"removed {folder}: {freed / 1e6:,.1f} MB")


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*")) if folder.exists() else 0


def _remove(folder: Path) -> None:
    """Remove `folder`; scratch that a run works in is waited for."""
    from codemods.vcs.lock import Lock  # noqa: PLC0415

    with ExitStack() as locks:
        for file in folder.glob("scratch/*/lock"):
            lock = Lock.acquire(file, 60, lambda text: click.echo(text, err=True))
            locks.callback(lock.release)
        for path in (folder, *folder.rglob("*")):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)  # analysed code may have taken the right to write away
        shutil.rmtree(folder, ignore_errors=not folder.exists())
