"""Imports of std's `try!` under its own or another name: `use std::r#try as attempt;`."""

from __future__ import annotations

from codemods.recipe import Edit, Import, ImportEditError, ImportEdits, imports_in

from .outline import Outline
from .spelling import STD_TRY


def try_imports(outline: Outline) -> tuple[Import, ...]:
    """Return the imports of `try` from std or core."""
    return tuple(each for each in imports_in(outline) if each.path in STD_TRY)


def reaches(outline: Outline, found: Import, index: int) -> bool:
    """Whether the import gives its name to the token at `index`: not across the border of a module."""
    for opening in (*outline.openings_around(index), -1):
        if outline.inside(opening) == found.scope:
            return True
        if outline.text(opening - 2) == b"mod":
            return False
    return False


def removal(outline: Outline, found: Import) -> list[Edit]:
    """Return the edits that take the import away; none where an attribute or a comment is in the way."""
    if found.attributes or found.visibility:
        return []
    edits = ImportEdits(outline.source)
    edits.remove(found)
    try:
        return edits.edits()
    except ImportEditError:
        return []


def uses_of(outline: Outline, name: str) -> int:
    """Return how often the name stands in the code, other than in paths into std or core.

    A definition of a macro of that name is another one's.
    """
    return sum(
        token.text.removeprefix(b"r#") == name.encode()
        and not (outline.text(index - 1) == b"::" and outline.text(index - 2) in (b"std", b"core"))
        and not (outline.text(index - 1) == b"!" and outline.text(index - 2) == b"macro_rules")
        for index, token in enumerate(outline.code)
    )
