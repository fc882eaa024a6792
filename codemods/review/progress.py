"""Progress of a run on the error stream: a live line on a terminal, plain lines in a pipe."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from codemods.engine.listener import Listener
from codemods.review.console import line, prose

Clock = Callable[[], float]


class Progress(Listener, Protocol):
    """A listener that is entered for the time of a run; what it shows is over at the exit."""

    def __enter__(self) -> Self:
        """Begin to show progress."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and leave the terminal as it was."""


def progress(console: Console, *, quiet: bool = False, verbose: bool = False) -> Progress:
    """Return the progress for this console: live on a terminal, else one line a phase.

    `quiet` shows nothing. Lines of finished phases stay with `verbose` only.
    """
    if quiet:
        return NoProgress()
    # Colours may be forced into a pipe; moving the cursor there would only litter a log.
    is_live = console.is_terminal and console.file.isatty() and not console.is_dumb_terminal
    return LiveProgress(console, keep=verbose) if is_live else PlainProgress(console)


class NoProgress:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def phase(self, name: str, detail: str) -> None:
        """Ignore it."""

    def step(self, done: int, total: int | None) -> None:
        """Ignore it."""

    def note(self, text: str) -> None:
        """Ignore it."""


class PlainProgress(NoProgress):
    """One line when a phase begins, one a note: for logs."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def phase(self, name: str, detail: str) -> None:
        """Print the phase."""
        self._console.print(line(f"{name}: {detail}" if detail else name), soft_wrap=True)

    def note(self, text: str) -> None:
        """Print the note."""
        self._console.print(line(f"note: {text}"), soft_wrap=True)


class LiveProgress(NoProgress):
    """A spinner with the phase, how far it is and for how long; notes stay above it."""

    def __init__(self, console: Console, *, keep: bool = False, clock: Clock = time.monotonic) -> None:
        self._console = console
        self._keep = keep
        self._clock = clock
        self._phase: tuple[str, str] | None = None
        self._began = 0.0
        self._step = ""
        self._spinner = Spinner("dots", style="command")
        self._live = Live(console=console, get_renderable=self._render, refresh_per_second=8, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._finish_phase("done" if error[0] is None else "stopped")
        self._live.stop()

    def phase(self, name: str, detail: str) -> None:
        """Show the phase from now on."""
        self._finish_phase()
        self._phase, self._step, self._began = (name, detail), "", self._clock()

    def step(self, done: int, total: int | None) -> None:
        """Show how far the phase is."""
        self._step = f"{done:,}" if total is None else f"{done:,}/{total:,}"

    def note(self, text: str) -> None:
        """Print the note above the live line, to stay."""
        for wrapped in prose(text, self._console.width, label="note: "):
            self._console.print(wrapped, soft_wrap=True)

    def _finish_phase(self, word: str = "done") -> None:
        if self._phase is not None and self._keep:
            self._console.print(self._text(f"{word:<8}"), soft_wrap=True)
        self._phase = None

    def _render(self) -> Text:
        if self._phase is None:
            return Text()
        frame = self._spinner.render(self._console.get_time())
        shown = Text.assemble(frame if isinstance(frame, Text) else "", " ", self._text(""))
        shown.no_wrap, shown.overflow = True, "ellipsis"
        return shown

    def _text(self, lead: str) -> Text:
        name, detail = self._phase or ("", "")
        seconds = self._clock() - self._began
        steps = f"  {self._step}" if self._step else ""
        # The time stands before the detail, which may be long and is cut at the end.
        return line(lead, (name, "title"), steps, f"  {_duration(seconds)}  ", (detail, "quiet"))


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02} s"
