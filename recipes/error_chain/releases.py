"""What the macros of a release made: 0.11 and 0.12 differ in few items, older ones are not known here.

From the sources of 0.11.0 and 0.12.0 to 0.12.4, and their changelog.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from codemods.recipe import Dependency

_KNOWN = ((0, 11), (0, 12))


@dataclass(frozen=True, slots=True)
class Release:
    """What is special about a release, and its features.

    Whether the error derefs to its kind, tells its chain by `source()` (else by `cause()` alone), asks
    foreign errors for their description, has a backtrace.
    """

    derefs: bool = False
    has_source: bool = True
    describes_foreign: bool = False
    has_backtraces: bool = True


def release_of(entry: Dependency) -> Release | str:
    """Return the release that an entry stands for, or why that is not known."""
    versions = [version for text in entry.resolved if (version := _numbers(text))]
    required = _numbers(entry.requirement)
    if len({version[:2] for version in versions}) > 1:
        versions = [version for version in versions if required and version[:2] == required[:2]]
        if not versions:
            return "the workspace has several releases of error-chain, and it is not clear which one is meant"
    version = min(versions, default=required or (0, 12, 4))
    if version[:2] not in _KNOWN:
        shown = ".".join(map(str, version))
        return f"what the macros of error-chain {shown} make is not known here, only that of 0.11 and 0.12"
    exact = (*version, 4)[:3] if version[:2] == (0, 12) else version
    return Release(
        derefs=exact < (0, 12),
        has_source=exact >= (0, 12, 1),
        describes_foreign=exact < (0, 12, 2),
        has_backtraces=entry.default_features or "backtrace" in entry.features,
    )


def _numbers(text: str) -> tuple[int, ...]:
    """Return the numbers of a version, or of a requirement for compatible ones; none of another."""
    match = re.fullmatch(r"[\^~=\s]*(\d+(?:\.\d+){1,2})(?:[-+].*)?", text.strip())
    return tuple(map(int, match[1].split("."))) if match else ()
