"""What becomes of one mention: edits and what they need, or why it is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from codemods.recipe import Edit, Span


class Need(StrEnum):
    """What the new text of a mention relies on."""

    ANYHOW = "anyhow"  # the crate
    THISERROR = "thiserror"  # the crate
    CONTEXT = "Context"  # anyhow's extension trait, in scope
    SOURCE = "Error as _"  # std's trait, in scope
    ANYHOW_MACRO = "anyhow!"
    BAIL = "bail!"
    ENSURE = "ensure!"


MACROS = {Need.ANYHOW_MACRO: "anyhow", Need.BAIL: "bail", Need.ENSURE: "ensure"}


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The edits of one mention (none where an import's edit is all), in the mention's own file.

    `notes` are sentences on differences by design. `is_type`: it belongs to an own error type, which could
    move without the rest. `kind_trait` is a trait of the package itself that must be in scope: module, name.
    `taken_apart` are crates whose errors it hands to the function that takes these apart.
    """

    edits: tuple[Edit, ...] = ()
    needs: frozenset[Need] = frozenset()
    notes: tuple[str, ...] = ()
    is_type: bool = False
    kind_trait: tuple[str, str] | None = None
    taken_apart: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Left:
    """A mention that cannot be rewritten, or not without a decision: code and sentence.

    With `options` (id and what it changes) it is a question.
    """

    code: str
    reason: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Stranger:
    """With the package in view, no mention of failure at all."""


Outcome = Rewrite | Left | Stranger


def insertion(at: int, text: str) -> Edit:
    """Return the edit that puts `text` before the byte `at`."""
    return Edit(Span(at, at), text)


def rewrite(edits: Iterable[Edit] = (), *needs: Need, notes: Iterable[str] = ()) -> Rewrite:
    """Return a `Rewrite` of these edits that needs the crate anyhow, and `needs`."""
    return Rewrite(tuple(edits), frozenset({Need.ANYHOW, *needs}), tuple(notes))
