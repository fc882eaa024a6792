"""The table of `codemod scan`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from codemods.review.escape import terminal_line


@dataclass(frozen=True, slots=True)
class ScanRow:
    """What was found of one recipe: how many sites, in how many files and packages."""

    recipe: str
    epoch: str
    sites: int
    files: int
    packages: int


def scan_table(rows: Iterable[ScanRow]) -> Table:
    """Return the rows as a table, most sites first; print it on any console."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
    table.add_column("recipe")
    table.add_column("epoch")
    for name in ("sites", "files", "packages"):
        table.add_column(name, justify="right")
    for row in sorted(rows, key=lambda row: (-row.sites, row.recipe)):
        style = "" if row.sites else "dim"
        cells = (row.recipe, row.epoch, f"{row.sites:,}", f"{row.files:,}", f"{row.packages:,}")
        table.add_row(*(Text(terminal_line(cell)) for cell in cells), style=style)
    return table
