"""What a metavariable may stand for, beyond its place in the pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from codemods.recipe.facts import HasType, Resolves
from codemods.recipe.templates import PatternError
from codemods.rust.types import pattern_of


@dataclass(frozen=True, slots=True, init=False)
class Kind:
    """The captured node has one of these tree-sitter kinds: `Kind("identifier", "self")`."""

    kinds: frozenset[str]

    def __init__(self, *kinds: str) -> None:
        object.__setattr__(self, "kinds", frozenset(kinds))


@dataclass(frozen=True, slots=True, init=False)
class Type:
    """The captured expression or variable is of one of these types: `Type("HashMap<_, _>", "&str")`.

    Syntax does not tell, so the pattern matches and the compiler is asked (see `facts.HasType`). A place
    where it says no is no site. Where it does not know, the site is refused with the code `unknown-type`;
    with `or_unknown`, the recipe gets it and must look at the fact itself.

    Raises:
        TypeTextError: a text is no type, or a name in it needs its path.
    """

    patterns: tuple[str, ...]
    or_unknown: bool

    def __init__(self, *patterns: str, or_unknown: bool = False) -> None:
        for pattern in patterns:
            pattern_of(pattern)
        object.__setattr__(self, "patterns", patterns)
        object.__setattr__(self, "or_unknown", or_unknown)


Constraint = (
    str
    | AbstractSet[str]
    | Mapping[str, object]
    | re.Pattern[str]
    | Kind
    | Type
    | tuple["Constraint", ...]
    | list["Constraint"]
)
"""One text, any text of a set or of a mapping's keys, a regular expression for the whole text,
a kind of node, a type; a tuple or list: all of these hold."""

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
        case Type():
            return lambda _text, _kind: True  # the compiler is asked later
        case Mapping() | AbstractSet():
            allowed = frozenset(constraint)
            return lambda text, _kind: text in allowed
        case tuple() | list():
            tests = [as_test(name, each) for each in constraint]
            return lambda text, kind: all(test(text, kind) for test in tests)
    raise PatternError(
        f"${name} is constrained by {type(constraint).__name__}",
        hint="A constraint is a text, a set or mapping of texts, a compiled pattern, a Kind or a Type.",
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


@dataclass(frozen=True, slots=True)
class Condition:
    """What the compiler must say of a match, so that it is a site.

    `is_unlikely`: hardly any match is one, so that a scan that asks no compiler does not count them.
    """

    fact: HasType | Resolves
    or_unknown: bool = False
    is_unlikely: bool = False


def conditions(constraints: Mapping[str, Constraint]) -> tuple[Condition, ...]:
    """Return the conditions that the types among `constraints` make."""
    return tuple(
        Condition(HasType(name, each.patterns), each.or_unknown)
        for name, constraint in constraints.items()
        for each in (constraint if isinstance(constraint, tuple | list) else (constraint,))
        if isinstance(each, Type)
    )
