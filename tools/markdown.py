"""Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; cells that are numbers stand right."""
    rows = [list(row) for row in body]
    right = [all(_is_number(row[at]) for row in rows) for at in range(len(head))]
    rule = ["---:" if is_right else "---" for is_right in right]
    lines = [_line(head), _line(rule), *(_line([cell(text) for text in row]) for row in rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def cell(text: str) -> str:
    """Return `text` as one cell of a table."""
    return " ".join(text.replace("|", "\\|").split())


def _is_number(text: str) -> bool:
    return not text.strip("0123456789./ ")
