"""Which release of quick-error a package compiles with, as far as that changes what its macro makes."""

from __future__ import annotations

import re

from codemods.recipe import Package

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
        if (version := _numbers(text)) and _may_be(version, dependency.requirement, dependency.resolved)
    }
    answers = {version <= _LAST_TO_DESCRIBE for version in versions}
    return Release(describes=answers.pop()) if len(answers) == 1 else None


def versions_of(package: Package | None) -> str:
    """Return the versions in words."""
    found = {text for each in (package.depends_on(PACKAGE) if package else ()) for text in each.resolved}
    return " and ".join(sorted(found)) or "an unknown version"


def _lowest(requirement: str) -> str:
    """Return a version that stands for all that match, where these are of one kind: those of 2.x."""
    found = re.fullmatch(r"\s*[\^~]?\s*(2(\.\d+){0,2})\s*", requirement)
    return found[1] if found else ""


def _may_be(version: tuple[int, ...], requirement: str, resolved: tuple[str, ...]) -> bool:
    """Whether a locked version can be the one of this entry: of several, those of its major version."""
    if len(resolved) < 2:
        return True
    found = re.match(r"\s*[\^~=]?\s*(\d+)", requirement)
    return found is None or version[0] == int(found[1])


def _numbers(text: str) -> tuple[int, ...]:
    found = re.match(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?", text)
    return tuple(int(each or 0) for each in found.groups()) if found else ()
