"""Programs that read their own lines and columns: there the place of code is behaviour."""

from __future__ import annotations

from collections.abc import Sequence

from codemods.recipe import Edit, Skipped

from .outline import Outline


def moved_position(outline: Outline, edits: Sequence[Edit]) -> Skipped | None:
    """Return why `edits` would change what `line!()` or `column!()` give; None if they do not.

    `line!()` in a macro gives the line of its caller, so it counts wherever it stands.
    """
    joins_lines = any(b"\n" in edit.span.of(outline.content) for edit in edits)
    if joins_lines and b"line" in outline.macros:
        return Skipped(
            "position-value",
            "the file reads line numbers with `line!()`; joined lines would shift them",
        )
    for column in outline.macros.get(b"column", ()):
        ends = [edit.span.end for edit in edits if edit.span.end <= column]
        if ends and b"\n" not in outline.content[max(ends) : column]:
            return Skipped("position-value", "`column!()` on the same line would give another number")
    return None
