"""Where a package meets another one that still speaks failure.

failure's errors do not convert into anyhow's. A dependency outside of the workspace whose functions return
them is either upgraded first, or its errors are taken apart where they come in: message by message.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from codemods.recipe import Answer, Facts, ItemOf, Known, Site

from .calls import ITEM, RECEIVER
from .rewrites import Left, Outcome, Rewrite, Stranger, insertion, rewrite

RECEIVER_ITEM = ItemOf("receiver")
SHIM = (
    ".map_err(|error| error.iter_chain().map(|each| each.to_string()).collect::<Vec<_>>().into_iter().rev()"
    ".map(anyhow::Error::msg).reduce(|cause, context| cause.context(context))"
    '.expect("a chain begins with the error itself"))'
)
OPTIONS = (
    ("shim", "its errors become messages, one for each link of the chain; nothing can be downcast"),
    ("keep", "nothing changes until the dependency has a release without failure"),
)


@dataclass(frozen=True, slots=True)
class Boundary:
    """Crates outside of the workspace that depend on failure, and what to do about their errors."""

    speakers: frozenset[str] = frozenset()
    takes_apart: bool = False
    downcasts: bool = False  # the component looks for types, which errors that are taken apart do not keep

    def crate_of(self, answer: Answer) -> str | None:
        """Return the crate of `speakers` that defines an item."""
        crate = answer.value.partition("::")[0] if isinstance(answer, Known) else ""
        return crate if crate in self.speakers else None

    def left(self, crate: str) -> Left | None:
        """Return why errors of `crate` stand in the way, if they do."""
        if self.takes_apart and not self.downcasts:
            return None
        reason = (
            f"`{crate}`, a dependency outside of this workspace, returns errors of failure; it moves first"
        )
        if self.takes_apart:
            return Left("dependency-speaks", f"{reason}, because types of errors are looked for here")
        return Left("dependency-speaks", reason, OPTIONS)


def rewrite_operand(site: Site, facts: Facts, boundary: Boundary) -> Outcome:
    """Return what becomes of the operand of a `?` that is a result with failure's error."""
    crate = boundary.crate_of(facts.about(site.id, ITEM))
    if crate is None:
        return Stranger()  # of this workspace: what it calls moves as well
    return boundary.left(crate) or rewrite([insertion(site["call"].span.end, SHIM)], notes=[_note(crate)])


def with_foreign_receiver(outcome: Outcome, site: Site, facts: Facts, boundary: Boundary) -> Outcome:
    """Return the outcome of a method call, with regard to where its receiver comes from."""
    crate = boundary.crate_of(facts.about(site.id, RECEIVER_ITEM))
    type_ = facts.about(site.id, RECEIVER)
    if crate is None or not isinstance(type_, Known) or "failure::" not in type_.value:
        return outcome
    left = boundary.left(crate)
    if left is not None or not isinstance(outcome, Rewrite):
        return left or outcome
    if not type_.value.startswith("std::result::Result<"):
        return Left("dependency-speaks", f"an error of `{crate}` is asked for what only failure knows")
    edits = (insertion(site["receiver"].span.end, SHIM), *outcome.edits)
    return replace(outcome, edits=edits, notes=(*outcome.notes, _note(crate)))


def _note(crate: str) -> str:
    return f"Errors that come from `{crate}` keep the texts of their chain; their types are lost."
