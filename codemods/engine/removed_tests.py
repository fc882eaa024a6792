"""Tests that a diff takes away: that they are gone is what its author wants, not what it breaks."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from codemods.engine.changed_items import Diff
from codemods.engine.document import Evidence
from codemods.engine.testing import Tested

_FUNCTION = re.compile(rb"\bfn\s+(\w+)")


def without_removed(tested: Tested, diff: Diff) -> Tested:
    """Return `tested` without the broken tests whose functions `diff` removes or renames."""
    removed = _removed_functions(diff)
    gone = [name for name in tested.broken if name.rpartition(": ")[2].rpartition("::")[2] in removed]
    if not gone:
        return tested
    left = tuple(name for name in tested.broken if name not in gone)
    if left:
        return replace(tested, broken=left)
    shown = ", ".join(gone[:3]) + (f" and {len(gone) - 3} more" if len(gone) > 3 else "")
    detail = f"same verdicts before and after, but for tests that the diff takes away: {shown}"
    return replace(tested, broken=(), message="", evidence=Evidence("test", "passed", detail))


def _removed_functions(diff: Diff) -> frozenset[str]:
    """Return the names of functions that the files of `diff` define less often after it than before."""
    before, after = Counter[str](), Counter[str]()
    for path, (old, new) in diff.items():
        if path.suffix == ".rs":
            before.update(name.decode(errors="replace") for name in _FUNCTION.findall(old or b""))
            after.update(name.decode(errors="replace") for name in _FUNCTION.findall(new or b""))
    return frozenset((before - after).keys())
