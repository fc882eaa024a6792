"""What a recipe may ask the compiler, and what it gets back.

A recipe declares the facts it needs; the engine answers all of them, for all sites, from
builds it makes anyway. A recipe must handle `Unknown`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """An answer, with what it rests on (a sentence for the ledger)."""

    value: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer, and why. `contested`: there is a second thing it may well mean."""

    reason: str
    contested: bool = False


Answer = Known | Unknown


@dataclass(frozen=True, slots=True)
class MacroOrigin:
    """Does the macro that a site invokes come from the standard library?

    The site's node is the macro invocation. Answered from the compiler's own report of
    deprecated items, so it serves macros that std deprecated. `Known("std")` means: in every
    compilation that reaches the site; `Known("own")`: in at least one it is somebody
    else's; `Unknown`: no compilation reaches it.
    """

    name: str  # as std calls it: `try`
    note: str  # the deprecation note that std gives it


@dataclass(frozen=True, slots=True)
class MacroRules:
    """How are the macros defined that a site is given to, where its own file does not show it?

    `Known(text)`: the `macro_rules!` definitions, one after another, of every macro around the site
    that has one in its crate or in a crate that this one depends on. A name may have several. `known`
    are names that the recipe knows by itself, so that nobody looks for them.
    """

    known: frozenset[str] = frozenset()


Fact = MacroOrigin | MacroRules


@dataclass(frozen=True, slots=True)
class Facts:
    """The answers for some sites, by site id and fact."""

    answers: Mapping[tuple[str, Fact], Answer]

    def about(self, site_id: str, fact: Fact) -> Answer:
        """Return the answer to `fact` at the site; `Unknown` where nobody asked."""
        return self.answers.get((site_id, fact), Unknown("the compiler was not asked"))
