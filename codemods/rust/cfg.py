"""Predicates of conditional compilation: read, decide, negate, and the ways to make them true.

The language is that of the Rust reference, "Conditional compilation": `all`, `any`, `not`, `true`,
`false`, a name, or a name with a value. What is none of these (`version("1.60")`, `accessible(…)`) is kept
as it stands, and nothing is ever known of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import assert_never

from codemods.rust.tokens import Token, TokenKind, tokens


@dataclass(frozen=True, slots=True, order=True)
class Option:
    """A name that is set or not, or a name with a value: `unix`, `feature = "std"`."""

    name: str
    value: str | None = None

    def __str__(self) -> str:
        return self.name if self.value is None else f'{self.name} = "{self.value}"'


@dataclass(frozen=True, slots=True, order=True)
class Opaque:
    """Something of which nobody here can say whether it holds; `text` says what."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class All:
    """Holds where all of `parts` hold; without parts, always."""

    parts: tuple[Predicate, ...] = ()

    def __str__(self) -> str:
        return f"all({', '.join(map(str, self.parts))})" if self.parts else "true"


@dataclass(frozen=True, slots=True)
class Any:
    """Holds where one of `parts` holds; without parts, never."""

    parts: tuple[Predicate, ...] = ()

    def __str__(self) -> str:
        return f"any({', '.join(map(str, self.parts))})" if self.parts else "false"


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where `part` does not."""

    part: Predicate

    def __str__(self) -> str:
        return f"not({self.part})"


Atom = Option | Opaque
Predicate = Option | Opaque | All | Any | Not
Literals = frozenset[tuple[Atom, bool]]  # what must be on, and what off

ALWAYS = All()
NEVER = Any()
# A predicate with more ways than this to be true is not taken apart.
MAX_WAYS = 256


def parse(text: bytes) -> Predicate:
    """Return the predicate that stands between the parentheses of `cfg(…)`.

    Text that is no predicate is `Opaque`; nothing at all is always true, as in `all()`.
    """
    code = [token for token in tokens(text) if token.kind is not TokenKind.COMMENT]
    parts = [_read(part) for part in _split(code)]
    return parts[0] if len(parts) == 1 else all_of(parts)


def all_of(parts: Iterable[Predicate]) -> Predicate:
    """Return what holds where all `parts` do, without repetitions and nested `all`s.

    Parts that exclude each other stay, so that a person can be shown them.
    """
    flat: dict[Predicate, None] = {}
    for part in parts:
        flat |= dict.fromkeys(part.parts if isinstance(part, All) else (part,))
    if NEVER in flat:
        return NEVER
    return next(iter(flat)) if len(flat) == 1 else All(tuple(flat))


def any_of(parts: Iterable[Predicate]) -> Predicate:
    """Return what holds where one of `parts` does, without repetitions and nested `any`s."""
    flat: dict[Predicate, None] = {}
    for part in parts:
        flat |= dict.fromkeys(part.parts if isinstance(part, Any) else (part,))
    if ALWAYS in flat or any(Not(part) in flat for part in flat):
        return ALWAYS
    return next(iter(flat)) if len(flat) == 1 else Any(tuple(flat))


def negate(predicate: Predicate) -> Predicate:
    """Return what holds where `predicate` does not."""
    if predicate in (ALWAYS, NEVER):
        return NEVER if predicate == ALWAYS else ALWAYS
    return predicate.part if isinstance(predicate, Not) else Not(predicate)


def evaluate(predicate: Predicate, known: Callable[[Option], bool | None]) -> bool | None:
    """Return whether `predicate` holds, where `known` says which options are set; None: nobody knows."""
    match predicate:
        case Option():
            return known(predicate)
        case Opaque():
            return None
        case Not(part):
            held = evaluate(part, known)
            return None if held is None else not held
        case All(parts):
            return _first(False, parts, known)
        case Any(parts):
            return _first(True, parts, known)
        case _:
            assert_never(predicate)


def _first(decisive: bool, parts: Iterable[Predicate], known: Callable[[Option], bool | None]) -> bool | None:
    """Return `decisive` if one of `parts` is that, None if one is not known, else the opposite."""
    is_open = False
    for part in parts:
        held = evaluate(part, known)
        if held is decisive:
            return decisive
        is_open = is_open or held is None
    return None if is_open else not decisive


def atoms(predicate: Predicate) -> frozenset[Atom]:
    """Return everything that `predicate` depends on."""
    match predicate:
        case Not(part):
            return atoms(part)
        case All(parts) | Any(parts):
            return frozenset(atom for part in parts for atom in atoms(part))
        case _:
            return frozenset({predicate})


def ways(predicate: Predicate) -> tuple[Literals, ...] | None:
    """Return the ways to make `predicate` true, those that ask for least first; None: too many to list.

    `predicate` holds where at least one of them does (its disjunctive normal form). No way
    contradicts itself, and none asks for all that another asks and more.
    """
    found = _ways(predicate, True)
    return None if found is None else tuple(sorted(found, key=_size))


def _ways(predicate: Predicate, wanted: bool) -> frozenset[Literals] | None:
    match predicate:
        case Not(part):
            return _ways(part, not wanted)
        case All(parts) | Any(parts):
            found = [_ways(part, wanted) for part in parts]
            return _joined(found) if isinstance(predicate, All) is wanted else _united(found)
        case _:
            return frozenset({frozenset({(predicate, wanted)})})


def _joined(parts: Iterable[frozenset[Literals] | None]) -> frozenset[Literals] | None:
    """Return the ways in which all parts hold."""
    joined: frozenset[Literals] = frozenset({frozenset()})
    for part in parts:
        if part is None or len(joined) * len(part) > MAX_WAYS**2:
            return None
        both = (one | other for one, other in product(joined, part))
        reduced = _smallest(each for each in both if not _contradicts(each))
        if reduced is None:
            return None
        joined = reduced
    return joined


def _united(parts: Iterable[frozenset[Literals] | None]) -> frozenset[Literals] | None:
    united: set[Literals] = set()
    for part in parts:
        if part is None:
            return None
        united |= part
    return _smallest(united)


def _smallest(found: Iterable[Literals]) -> frozenset[Literals] | None:
    """Leave out each way that asks for all that another asks; None where too many are left."""
    kept: list[Literals] = []
    for each in sorted(set(found), key=len):
        if not any(other <= each for other in kept):
            kept.append(each)
            if len(kept) > MAX_WAYS:
                return None
    return frozenset(kept)


def _contradicts(literals: Literals) -> bool:
    return any((atom, not wanted) in literals for atom, wanted in literals)


def _size(literals: Literals) -> tuple[int, list[tuple[str, bool]]]:
    return len(literals), sorted((str(atom), wanted) for atom, wanted in literals)


# Reading


def _read(code: list[Token]) -> Predicate:
    match [token.text for token in code]:
        case [b"true" | b"false" as name]:
            return ALWAYS if name == b"true" else NEVER
        case [name] if code[0].kind is TokenKind.WORD:
            return Option(_word(name))
        case [name, b"=", value] if code[0].kind is TokenKind.WORD and code[2].kind is TokenKind.STRING:
            return Option(_word(name), _string(value))
        case [b"all" | b"any" | b"not" as name, b"(", *_, b")"]:
            parts = tuple(_read(part) for part in _split(code[2:-1]))
            if name == b"not" and len(parts) == 1:
                return negate(parts[0])
            return {b"all": all_of, b"any": any_of}.get(name, lambda _: _opaque(code))(parts)
        case _:
            return _opaque(code)


def _split(code: list[Token]) -> Iterator[list[Token]]:
    """Yield the parts between the commas of `code`; one comma may end it."""
    part: list[Token] = []
    depth = 0
    for token in code:
        depth += (token.kind is TokenKind.OPEN) - (token.kind is TokenKind.CLOSE)
        if depth == 0 and token.text == b",":
            yield part
            part = []
        else:
            part.append(token)
    if part:
        yield part


def _opaque(code: list[Token]) -> Opaque:
    return Opaque(" ".join(token.text.decode(errors="replace") for token in code))


def _word(text: bytes) -> str:
    return text.decode().removeprefix("r#")


def _string(text: bytes) -> str:
    """Return the value of a string literal; cfg values have no use for escapes."""
    return text.decode().lstrip("r").strip("#")[1:-1]
