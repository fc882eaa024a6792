"""Whether an edited macro makes the same of everything outside of function bodies.

The typed tree shows what a macro makes in bodies. What it makes elsewhere (types, impls, constants,
attributes) is in no body, so there the expanded text must be the same, token for token.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from pathlib import PurePosixPath

from tree_sitter import Node

from codemods.cargo.replay import Replayed, hashed_like
from codemods.cargo.report import Unit
from codemods.engine.prove_unit import Sides, changed_files
from codemods.engine.shadow import replay_changed
from codemods.engine.workbench import Workbench
from codemods.errors import CodemodError
from codemods.rust.source import Source

UNREADABLE = "what macros make of {} can't be read"
DIFFERENT = "macros make something else outside of function bodies in {}: `{}` became `{}`"

_EXPANDED = ("-Zunpretty=expanded",)
_BOOTSTRAP = {"RUSTC_BOOTSTRAP": "1"}
_COMMENTS = frozenset({"line_comment", "block_comment"})
_ITEMS = frozenset({"use_declaration", "extern_crate_declaration", "inner_attribute_item"})


def why_not_same_outside(bench: Workbench, unit: Unit, now: Unit, sides: Sides) -> str | None:
    """Return why what macros make outside of bodies is not known to be the same in `unit`, or None.

    `now` is the unit after the change.

    Raises:
        BaselineError: rustc ran into the time limit.
    """
    key = bench.builder.key("macros-outside", sides.after, unit.id, now.id, sorted(map(str, sides.before)))
    return bench.builder.remember(key, str, lambda: _compared(bench, unit, now, sides) or "") or None


def _compared(bench: Workbench, unit: Unit, now: Unit, sides: Sides) -> str | None:
    changed = replace(now, argv=hashed_like(now.argv, unit.argv))
    texts = []
    for each, overlay in ((unit, sides.before), (changed, sides.after)):
        files = changed_files(bench, each, sides, overlay)
        shown = replay_changed(bench, each, files, extra=_EXPANDED, environment=_BOOTSTRAP)
        outline = _outline(shown, unit.edition)
        if outline is None:
            return UNREADABLE.format(unit.name)
        texts.append(outline)
    for one, other in zip_longest(*texts, fillvalue="nothing"):
        if one != other:
            return DIFFERENT.format(unit.name, one, other)
    return None


def _outline(shown: Replayed, edition: str) -> list[str] | None:
    if not shown.succeeded:
        return None
    text = shown.stdout.replace(shown.root.encode(), b"") if shown.root else shown.stdout
    try:
        source = Source(PurePosixPath("expanded.rs"), text, edition)
    except CodemodError:
        return None
    tree = source.file_tree
    if tree is None or tree.root.has_error:
        return None
    return list(outside_bodies(tree.root))


def outside_bodies(root: Node) -> Iterator[str]:
    """Yield the tokens outside of function bodies, and of items in bodies; none of macro definitions."""
    stack = [(root, False)]
    while stack:
        node, is_body = stack.pop()
        if node.type in _COMMENTS or node.type == "macro_definition":
            continue
        if is_body and (node.type.endswith("_item") or node.type in _ITEMS):
            is_body = False
        if not node.children:
            if not is_body:
                yield (node.text or b"").decode(errors="replace")
            continue
        block = node.child_by_field_name("body") if node.type == "function_item" else None
        stack += [(child, is_body or child == block) for child in reversed(node.children)]
