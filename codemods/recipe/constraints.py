"""What a metavariable may stand for, beyond its place in the pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from codemods.recipe.templates import PatternError


@dataclass(frozen=True, slots=True, init=False)
class Kind:
    """The captured node has one of these tree-sitter kinds: `Kind("identifier", "self")`."""

    kinds: frozenset[str]

    def __init__(self, *kinds: str) -> None:
        object.__setattr__(self, "kinds", frozenset(kinds))


Constraint = (
    str
    | AbstractSet[str]
    | Mapping[str, object]
    | re.Pattern[str]
    | Kind
    | tuple["Constraint", ...]
    | list["Constraint"]
)
"""One text, any text of a set or of a mapping's keys, a regular expression for the whole text,
a kind of node; a tuple or list: all of these hold."""

Test = Callable[[str, str], bool]  # of a capture's text and kind


def as_test(name: str, constraint: Constraint) -> Test:
    """Return the function that tells whether a text and kind satisfy `constraint`.

    Raises:
        PatternError: it is none of the things a constraint can be.
    """
    match constraint:
        case str():
            return lambda text, _kind: text == constraint
        case re.Pattern():
            return lambda text, _kind: constraint.fullmatch(text) is not None
        case Kind():
            return lambda _text, kind: kind in constraint.kinds
        case Mapping() | AbstractSet():
            allowed = frozenset(constraint)
            return lambda text, _kind: text in allowed
        case tuple() | list():
            tests = [as_test(name, each) for each in constraint]
            return lambda text, kind: all(test(text, kind) for test in tests)
    raise PatternError(
        f"${name} is constrained by {type(constraint).__name__}",
        hint="A constraint is a text, a set or mapping of texts, a compiled regular expression or a Kind.",
    )


def allowed_texts(constraint: Constraint) -> frozenset[str] | None:
    """Return the texts that `constraint` allows, one of which must occur; None: any."""
    match constraint:
        case str():
            return frozenset({constraint})
        case Mapping() | AbstractSet():
            return frozenset(constraint)
        case tuple() | list():
            found = [texts for each in constraint if (texts := allowed_texts(each)) is not None]
            return frozenset.intersection(*found) if found else None
    return None
