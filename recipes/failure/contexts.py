"""Whether a context may stand before an error that a downcast looks for."""

from __future__ import annotations

from codemods.recipe import Facts, Known, Site

from .methods import ITEM, is_call


def may_hide(site: Site, facts: Facts) -> bool:
    """Whether the site adds a context to an error: failure's downcast then finds nothing, anyhow's does."""
    if not is_call(site) or site["name"].text not in ("context", "with_context"):
        return False
    item = facts.about(site.id, ITEM)
    return not isinstance(item, Known) or item.value.startswith("failure::")
