"""Which release of quick-error a package compiles with, as far as that changes what its macro makes."""

from __future__ import annotations

import re

from codemods.recipe import Dependency, Package

from .designs import Release
from .finding import PACKAGE

_LAST_TO_DESCRIBE = (1, 2, 2)


def release_of(package: Package | None) -> Release | None:
    """Return what the releases of quick-error that the package uses do; None where that is not one thing."""
    if package is None:
        return None
    versions = {
        version
        for dependency in package.depends_on(PACKAGE)
        for text in dependency.resolved or (_lowest(dependency.requirement),)
        if (version := _numbers(text)) and _is_its(text, dependency)
    }
    answers = {version <= _LAST_TO_DESCRIBE for version in versions}
    return Release(describes=answers.pop()) if len(answers) == 1 else None


def is_known(package: Package | None) -> bool:
    """Whether the package's quick-error is a 1.x or 2.x of the registry, as far as it is known."""
    entries = package.depends_on(PACKAGE) if package is not None else ()
    versions = [_numbers(text) for entry in entries for text in entry.resolved if _is_its(text, entry)]
    return all(entry.source == "registry" for entry in entries) and all(
        version[:1] in ((1,), (2,)) for version in versions
    )


def versions_of(package: Package | None) -> str:
    """Return the versions in words."""
    found = {text for each in (package.depends_on(PACKAGE) if package else ()) for text in each.resolved}
    return " and ".join(sorted(found)) or "an unknown version"


def _lowest(requirement: str) -> str:
    """Return a version that stands for all that match, where these are of one kind: those of 2.x."""
    found = re.fullmatch(r"\s*[\^~]?\s*(2(\.\d+){0,2})\s*", requirement)
    return found[1] if found else ""


def _is_its(version: str, entry: Dependency) -> bool:
    """Whether a locked version can be the one of this entry: of several, those of its major version."""
    if len(entry.resolved) < 2:
        return True
    found = re.match(r"\s*[\^~=]?\s*(\d+)", entry.requirement)
    return found is None or _numbers(version)[:1] == (int(found[1]),)


def _numbers(text: str) -> tuple[int, ...]:
    found = re.match(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?", text)
    return tuple(int(each or 0) for each in found.groups()) if found else ()
