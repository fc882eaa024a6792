"""Options that several commands share, and the folders that they all use."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

    from codemods.engine.request import Folders

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

directory = click.option(
    "-C",
    "--directory",
    metavar="DIR",
    default=".",
    type=click.Path(path_type=Path),
    callback=lambda _context, _parameter, folder: folder.absolute(),  # messages say where that is
    help="Work in DIR instead of the current folder.",
)
color = click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to use colour."
)
verbose = click.option("-v", "--verbose", is_flag=True, help="Show everything, and count the compiles.")
quiet = click.option("-q", "--quiet", is_flag=True, help="Show errors only.")
only = click.option("--only", metavar="GLOB", multiple=True, help="Only files that match; repeatable.")
exclude = click.option("--exclude", metavar="GLOB", multiple=True, help="Not files that match; repeatable.")
packages = click.option(
    "-p", "--package", "packages", metavar="PACKAGE", multiple=True, help="Only this member."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output, nothing else.")
trust = click.option(
    "--trust-recipes", is_flag=True, help="Run the workspace's own recipes; remembered until they change."
)


def folders() -> Folders:
    """Return where the tool keeps its caches and its state, as the platform has it."""
    import platformdirs  # noqa: PLC0415

    from codemods.engine.request import Folders  # noqa: PLC0415

    return Folders(Path(platformdirs.user_cache_dir("codemod")), Path(platformdirs.user_state_dir("codemod")))


def user_configuration() -> Path:
    """Return the path of the user's own configuration file; it need not exist."""
    import platformdirs  # noqa: PLC0415

    return Path(platformdirs.user_config_dir("codemod")) / "config.toml"


def console(color_choice: str, stream: IO[str] | None = None) -> Console:
    """Return a console on `stream` (standard output)."""
    from codemods.review import console as consoles  # noqa: PLC0415

    return consoles.console(stream or sys.stdout, color=color_choice)  # type: ignore[arg-type]
