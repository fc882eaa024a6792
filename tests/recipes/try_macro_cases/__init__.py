"""What `try-macro` does, as data: one module for each question about a site."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from codemods.recipe.testkit import STD, Case, rewritten, untouched

# What the snippets use; the slow test compiles and runs them on top of it.
GIVEN = (Path(__file__).parent / "given.rs").read_text()


def becomes(name: str, before: str, after: str, **more: object) -> Case:
    """Return the case that 2015 code changes."""
    return rewritten(name, before, after, **{"edition": "2015", **more})  # type: ignore[arg-type]


def stays(name: str, source: str, code: str | None = None, **more: object) -> Case:
    """Return the case that 2015 code stays, each site for the reason `code`; None: it has no site."""
    settings: Mapping[str, object] = {"edition": "2015", "answers": STD, **more}
    return untouched(name, source, code=code, **settings)  # type: ignore[arg-type]
