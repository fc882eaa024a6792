"""Parts of a site that a fact is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.errors import CodemodError
from codemods.rust.trees import span_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.recipe.site import Site
    from codemods.rust.spans import Span


class PartError(CodemodError):
    """A fact names a part that its recipe's pattern can not have."""


def part_of(site: Site, part: str) -> tuple[Span, Node] | None:
    """Return span and node of the part of `site` that `part` names; None where this site has none.

    `""` is the whole site, `"map"` a metavariable, `"map.value"` or `".value"` a path of tree-sitter
    fields from there or from the site's node; a number counts named children.

    Raises:
        PartError: the pattern has no such metavariable.
    """
    if not part:
        return site.span, site.node
    name, *steps = part.split(".")
    start = _captured(site, name) if name else (site.span, site.node)
    if start is None or not steps:
        return start
    node: Node | None = start[1]
    for step in steps:
        node = _child(node, step) if node is not None else None
    return None if node is None else (span_of(node), node)


def _captured(site: Site, name: str) -> tuple[Span, Node] | None:
    if name not in site.captures:
        known = ", ".join(site.captures) or "none"
        raise PartError(
            f"recipe {site.recipe} asks about ${name}, which its pattern does not capture",
            hint=f"Captured here: {known}.",
        )
    capture = site.captures[name]
    return (capture.span, capture.node) if len(capture.nodes) == 1 else None


def _child(node: Node, step: str) -> Node | None:
    if step.isdigit():
        return node.named_child(int(step)) if int(step) < node.named_child_count else None
    return node.child_by_field_name(step)
