"""Where a package meets another one that still speaks failure.

failure's errors do not convert into anyhow's. A dependency outside of the workspace whose functions return
them is either upgraded first, or its errors are taken apart where they come in: message by message.
"""

from __future__ import annotations

from codemods.recipe import Facts, ItemOf, Known, Site, TypeOf

from .rewrites import Left, Outcome, Stranger, insertion, rewrite

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


def speaker(item: str, speakers: frozenset[str]) -> str | None:
    """Return the crate of `speakers` that defines `item`."""
    crate = item.partition("::")[0]
    return crate if crate in speakers else None


def rewrite_operand(
    site: Site, facts: Facts, item: ItemOf, speakers: frozenset[str], *, shim: bool
) -> Outcome:
    """Return what becomes of the operand of a `?` that is a result with failure's error."""
    answer = facts.about(site.id, item)
    crate = speaker(answer.value, speakers) if isinstance(answer, Known) else None
    if crate is None:
        return Stranger()  # of this workspace: what it calls moves as well
    if shim:
        return rewrite([insertion(site["call"].span.end, SHIM)], notes=[_note(crate)])
    return left_by(crate)


def left_by_receiver(site: Site, facts: Facts, receiver: TypeOf, speakers: frozenset[str]) -> Left | None:
    """Return why a method cannot follow: what it is called on comes from a crate that speaks failure."""
    type_, item = facts.about(site.id, receiver), facts.about(site.id, RECEIVER_ITEM)
    if not isinstance(item, Known) or not isinstance(type_, Known) or "failure::" not in type_.value:
        return None
    crate = speaker(item.value, speakers)
    return left_by(crate) if crate is not None else None


def left_by(crate: str) -> Left:
    """Return that `crate` stands in the way."""
    reason = f"`{crate}`, a dependency outside of this workspace, returns errors of failure; it moves first"
    return Left("dependency-speaks", reason, OPTIONS)


def _note(crate: str) -> str:
    return f"Errors that come from `{crate}` keep the texts of their chain; their types are lost."
