"""Version requirements as cargo reads them, compared: is what is written enough for what is needed?"""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMPARATOR = re.compile(
    r"\s*(?P<op>\^|~|=|>=|<=|>|<)?\s*v?(?P<major>\d+|\*)(?:\.(?P<minor>\d+|[*xX]))?(?:\.(?P<patch>\d+|[*xX]))?"
    r"(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?\s*"
)
Version = tuple[int, int, int]
_NEVER: Version = (1 << 60, 0, 0)


@dataclass(frozen=True, slots=True)
class Range:
    """The versions from `lower` up to, not including, `upper`."""

    lower: Version
    upper: Version


def allowed(requirement: str) -> Range | None:
    """Return the versions that a requirement allows; None for what is no requirement.

    Pre-releases count as the release that they lead to.
    """
    lower, upper = (0, 0, 0), _NEVER
    for text in requirement.split(","):
        found = _COMPARATOR.fullmatch(text)
        if found is None:
            return None
        part = _range(found)
        lower, upper = max(lower, part.lower), min(upper, part.upper)
    return Range(lower, upper)


def suits(written: str, needed: str) -> bool:
    """Whether the lowest version that `written` allows is one that is `needed`.

    What cannot be read suits nothing but itself.
    """
    has, wants = allowed(written), allowed(needed)
    if has is None or wants is None:
        return written.strip() == needed.strip()
    return wants.lower <= has.lower < wants.upper


def _range(comparator: re.Match[str]) -> Range:
    numbers = [int(part) for part in comparator.group("major", "minor", "patch") if part and part.isdigit()]
    if not numbers:
        return Range((0, 0, 0), _NEVER)
    lower = _padded(numbers)
    above = _above(numbers, len(numbers))
    is_wildcard = any(part in ("*", "x", "X") for part in comparator.groups())
    ranges = {
        ">=": Range(lower, _NEVER),
        ">": Range(above, _NEVER),
        "<": Range((0, 0, 0), lower),
        "<=": Range((0, 0, 0), above),
        "=": Range(lower, above),
        "~": Range(lower, _above(numbers, min(2, len(numbers)))),
        "^": Range(lower, _above(numbers, _first_that_counts(numbers))),
    }
    return ranges[comparator["op"] or ("=" if is_wildcard else "^")]


def _first_that_counts(numbers: list[int]) -> int:
    """Return how many numbers must stay: up to the first that is not zero, all where all are zero."""
    return next((index + 1 for index, number in enumerate(numbers) if number), len(numbers))


def _above(numbers: list[int], kept: int) -> Version:
    """Return the lowest version whose first `kept` numbers are higher."""
    return _padded([*numbers[: kept - 1], numbers[kept - 1] + 1])


def _padded(numbers: list[int]) -> Version:
    major, minor, patch = [*numbers, 0, 0][:3]
    return (major, minor, patch)
