"""Predicates: reading, deciding, and the ways to make them true."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.rust.cfg import (
    ALWAYS,
    NEVER,
    All,
    Any,
    Not,
    Opaque,
    Option,
    Predicate,
    all_of,
    any_of,
    atoms,
    evaluate,
    negate,
    parse,
    ways,
)

NAMES = [Option(name) for name in "abcd"]
predicates = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, max_size=3).map(lambda parts: Any(tuple(parts)))
    ),
    max_leaves=8,
)


def worlds() -> list[dict[Option, bool]]:
    return [dict(zip(NAMES, values, strict=True)) for values in itertools.product((False, True), repeat=4)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unix", Option("unix")),
        ('feature = "std"', Option("feature", "std")),
        ('feature=r#"std"#', Option("feature", "std")),
        ("r#async", Option("async")),
        ("all(a, /* not b */ any(c, not(d)),)", All((Option("a"), Any((Option("c"), Not(Option("d"))))))),
        ("all()", ALWAYS),
        ("any()", NEVER),
        ("true", ALWAYS),
        ("not(false)", ALWAYS),
        ("not(not(a))", Option("a")),
        ('version("1.60")', Opaque('version ( "1.60" )')),
        ("not(a, b)", Opaque("not ( a , b )")),
    ],
)
def test_reading(text: str, expected: Predicate) -> None:
    assert parse(text.encode()) == expected


@given(predicates)
def test_what_is_shown_reads_back_the_same(predicate: Predicate) -> None:
    again = parse(str(predicate).encode())
    assert all(evaluate(predicate, world.get) == evaluate(again, world.get) for world in worlds()), (
        "the text means the same"
    )


@given(predicates)
def test_a_predicate_holds_where_one_of_its_ways_does(predicate: Predicate) -> None:
    found = ways(predicate)
    assert found is not None
    for world in worlds():
        by_ways = any(all(world[atom] is wanted for atom, wanted in way) for way in found)  # type: ignore[index]
        assert evaluate(predicate, world.get) is by_ways


@given(predicates)
def test_no_way_contains_another_or_contradicts_itself(predicate: Predicate) -> None:
    found = ways(predicate) or ()
    assert not any(one < other for one in found for other in found)
    assert not any((atom, not wanted) in way for way in found for atom, wanted in way)


@given(st.lists(predicates, max_size=3))
def test_joining_and_negating(parts: list[Predicate]) -> None:
    for world in worlds():
        each = [evaluate(part, world.get) for part in parts]
        assert evaluate(all_of(parts), world.get) is all(each)
        assert evaluate(any_of(parts), world.get) is any(each)
        assert evaluate(negate(all_of(parts)), world.get) is not all(each)


@given(predicates, st.sampled_from(NAMES))
def test_what_does_not_depend_on_the_unknown_is_decided(predicate: Predicate, unknown: Option) -> None:
    for world in worlds():
        partly = {**world, unknown: None}
        both = {evaluate(predicate, {**world, unknown: value}.get) for value in (False, True)}
        found = evaluate(predicate, partly.get)
        assert found is None or both == {found}, "an answer is never wrong"


def test_a_predicate_with_too_many_ways_is_not_taken_apart() -> None:
    pairs = [any_of([Option(f"a{n}"), Option(f"b{n}")]) for n in range(20)]
    assert ways(all_of(pairs)) is None


def test_opaque_parts_are_never_decided() -> None:
    predicate = parse(b'any(a, version("1.2"))')
    assert evaluate(predicate, {Option("a"): True}.get) is True
    assert evaluate(predicate, {Option("a"): False}.get) is None
    assert atoms(predicate) == {Option("a"), Opaque('version ( "1.2" )')}
