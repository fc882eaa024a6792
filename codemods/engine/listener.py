"""Who watches a run: told about phases as they begin, and how far they are."""

from __future__ import annotations

from typing import Protocol


class Listener(Protocol):
    """Receives progress. Calls are cheap, may come often, and never raise."""

    def phase(self, name: str, detail: str) -> None:
        """A phase begins ("baseline", "cargo check --workspace"); the one before is over."""

    def step(self, done: int, total: int | None) -> None:
        """The current phase has done `done` of `total` (`None`: nobody knows how many)."""

    def note(self, text: str) -> None:
        """Something a person should know now, in one sentence."""


class Silent:
    """A listener that does nothing."""

    def phase(self, name: str, detail: str) -> None:
        """Ignore it."""

    def step(self, done: int, total: int | None) -> None:
        """Ignore it."""

    def note(self, text: str) -> None:
        """Ignore it."""
