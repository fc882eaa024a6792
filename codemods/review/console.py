"""How text leaves for the terminal: colours, width, and lines that are never cut."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import IO, Literal

from rich.console import Console
from rich.text import Text
from rich.theme import Theme

from codemods.engine.document import Grade, Outcome
from codemods.review.escape import terminal, terminal_line

ColorChoice = Literal["auto", "always", "never"]

# Only the sixteen colours that a person's terminal theme defines: readable on any background.
_THEME = Theme(
    {
        "title": "bold",
        "quiet": "dim",
        "command": "cyan",
        "added": "green",
        "removed": "red",
        "warning": "yellow",
        "applied": "green",
        "refused": "blue",
        "rejected": "red",
        "unverified": "yellow",
        "grade.A": "bold green",
        "grade.B": "green",
        "grade.C": "cyan",
        "grade.M": "bold magenta",
        "grade.U": "bold yellow",
        "grade.X": "blue",
    }
)
_READABLE = 100  # prose in longer lines is hard to read


def console(stream: IO[str], *, color: ColorChoice = "auto", width: int | None = None) -> Console:
    """Return a console on `stream` that interprets nothing in what it is given.

    `auto` colours on a terminal, unless NO_COLOR says otherwise.
    """
    return Console(
        file=stream,
        theme=_THEME,
        width=width,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=True,
        color_system="standard" if color == "always" else "auto",  # also where TERM promises none
        force_terminal={"auto": None, "always": True, "never": False}[color],
        no_color={"auto": None, "always": False, "never": True}[color],
    )


def print_lines(target: Console, lines: Iterable[Text]) -> None:
    """Print the lines as they are, never two blank ones together.

    A line that is wider than the terminal is wrapped by it, so that code can be copied.
    """
    kept = [now for before, now in pairwise([Text(), *lines]) if before.plain or now.plain]
    target.print(Text("\n").join(kept), soft_wrap=True)


def line(*parts: str | tuple[str, str] | Text, indent: int = 0) -> Text:
    """Return one line of parts: foreign text, (text, style) or a `Text`, escaped where foreign."""
    result = Text(" " * indent)
    for part in parts:
        if isinstance(part, Text):
            result.append_text(part)
        else:
            text, style = part if isinstance(part, tuple) else (part, "")
            result.append(terminal_line(text), style)
    result.rstrip()
    return result


def prose(text: str, width: int, *, indent: int = 0, style: str = "", label: str = "") -> Iterator[Text]:
    """Yield `text` wrapped at `width`, indented; `label` stands before the first line."""
    room = max(20, min(width, _READABLE) - indent - len(label))
    pieces = [
        piece
        for paragraph in terminal(text).split("\n")
        for piece in textwrap.wrap(paragraph, room, break_long_words=False, break_on_hyphens=False) or [""]
    ]
    for number, piece in enumerate(pieces):
        lead = label if number == 0 else " " * len(label)
        yield line(lead, (piece, style), indent=indent)


def verbatim(text: str, *, indent: int = 0, style: str = "", limit: int | None = None) -> Iterator[Text]:
    """Yield the lines of `text` as they are (a compiler's drawing), at most `limit` of them."""
    lines = terminal(text).rstrip("\n").expandtabs(4).split("\n")
    for shown in lines[:limit]:
        yield line((shown, style), indent=indent)
    if limit is not None and len(lines) > limit:
        yield line((f"… {len(lines) - limit} more lines (-v shows them)", "quiet"), indent=indent)


def grade_style(grade: Grade | None) -> str:
    """Return the style of a grade."""
    return "quiet" if grade is None else f"grade.{grade.value}"


def outcome_style(outcome: Outcome | None) -> str:
    """Return the style of an outcome."""
    return "quiet" if outcome is None else outcome.value
