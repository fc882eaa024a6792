"""Edits of imports and of `extern crate`."""

from __future__ import annotations

from collections.abc import Sequence

from codemods.recipe import Edit, Import, ImportEdits, Site, Span, imports_of

THISERROR = "thiserror"


def import_edits(sites: Sequence[Site]) -> list[Edit]:
    """Return the edits that take the imports at `sites`, all of one file, away."""
    edits = ImportEdits(sites[0].source)
    for site in sites:
        edits.remove(import_at(site))
    return edits.edits()


def import_at(site: Site) -> Import:
    """Return the import whose leaf is the site."""
    return next(each for each in imports_of(site.source) if each.leaf == site.span)


def replaced_crate(site: Site, by_thiserror: bool) -> list[Edit]:
    """Return the edit that takes the `extern crate` at `site` away; thiserror's may come in its place."""
    found = import_at(site)
    source = site.source
    if by_thiserror and not _has_thiserror(site):
        kept = [each for each in found.attributes if not each[2:].strip().startswith("macro_use")]
        lines = [*kept, f"extern crate {THISERROR};"]
        margin = " " * (source.position(found.declaration.start).column - 1)
        return [Edit(found.declaration, f"{source.newline}{margin}".join(lines))]
    edits = ImportEdits(source)
    edits.remove(found)
    return edits.edits()


def added_crate(site: Site) -> list[Edit]:
    """Return the edit that puts thiserror's `extern crate` below the one at `site`."""
    if _has_thiserror(site):
        return []
    end = import_at(site).declaration.end
    return [Edit(Span(end, end), f"{site.source.newline}extern crate {THISERROR};")]


def _has_thiserror(site: Site) -> bool:
    return any(each.is_extern_crate and each.path == (THISERROR,) for each in imports_of(site.source))
