"""Prove items of a diff of which only the layout differs: the same tokens, unless lines are values there."""

from __future__ import annotations

from functools import cached_property

from codemods.cargo.report import CheckReport
from codemods.engine.changed_items import ChangedItem, Diff
from codemods.engine.expansion import has_position_values
from codemods.engine.layout import moves_code
from codemods.engine.overlay import Overlay
from codemods.engine.proof import Proof, ProofVerdict
from codemods.engine.prove_doubts import extern_crates, locating_crates
from codemods.engine.workbench import Workbench
from codemods.rust.bodies import OwnerKind

SAME_TOKENS = Proof(ProofVerdict.EQUAL, "the same tokens: only white space and comments differ")


class LayoutProofs:
    """Answers for items of `diff`; `report` is the build of the tree with `overlay`, the one after it."""

    def __init__(self, bench: Workbench, overlay: Overlay, report: CheckReport, diff: Diff) -> None:
        self._bench = bench
        self._overlay = overlay
        self._report = report
        self._diff = diff

    def of(self, item: ChangedItem) -> Proof | None:
        """Return what is known of an item of which only the layout differs; None: its bodies must tell."""
        if not item.is_layout:
            return None
        old, new = (content or b"" for content in self._diff[item.path])
        if not any(moves_code(old, piece.old, new, piece.new) for piece in item.pieces):
            return SAME_TOKENS
        doubt = self._why_lines_matter(item)
        if doubt is None:
            return SAME_TOKENS
        return None if item.kind is OwnerKind.FUNCTION else Proof(ProofVerdict.NOT_COMPARABLE, doubt)

    def _why_lines_matter(self, item: ChangedItem) -> str | None:
        """Return why lines may be values of a program that is made of the item's file."""
        for unit in (unit for unit in self._report.units if str(item.path) in unit.files):
            if self._has_macro_of_lines or has_position_values(self._bench.sources(unit, self._overlay)):
                return "the same tokens on other lines, and lines are values of a program here (`line!()`)"
            found = locating_crates(self._bench, unit, self._overlay, extern_crates(unit))
            if found:
                name = min(found).decode()
                return f"the same tokens on other lines, and {name} asks where it is called from"
        return None

    @cached_property
    def _has_macro_of_lines(self) -> bool:
        """Whether a source with macros makes lines values: it may do so in other crates."""
        tree = self._bench.tree(self._overlay)
        return has_position_values(
            text for _, text in tree.each((".rs",)) if isinstance(text, bytes) and b"macro_rules" in text
        )
