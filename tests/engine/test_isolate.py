"""One bad change never costs a good one, and the usual case costs one build."""

from collections.abc import Sequence
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.engine.isolate import Failure, Isolated, Trial, isolate
from codemods.engine.overlay import Chosen
from codemods.errors import CodemodError
from codemods.recipe.proposals import Change, Created, Form


def change(name: str, forms: int = 1, requires: frozenset[str] = frozenset()) -> Change:
    path = PurePosixPath(name)
    return Change(
        (name,), tuple(Form((Created(path, b"%d" % i),), f"form {i}") for i in range(forms)), requires
    )


class Compiler:
    """Pretends to build: `good` gives the first form that compiles for each change, by site."""

    def __init__(
        self, good: dict[str, int], blaming: str = "sure", pairs: frozenset[frozenset[str]] = frozenset()
    ):
        self.good, self.blaming, self.pairs = good, blaming, pairs
        self.builds = 0

    def __call__(self, chosen: Sequence[Chosen]) -> Trial[int]:
        self.builds += 1
        bad = [c for c in chosen if c.form_index < self.good.get(c.change.sites[0], 0)]
        names = {c.change.sites[0] for c in chosen}
        clash = next((pair for pair in self.pairs if pair <= names), None)
        if not bad and clash is None:
            return Trial(self.builds, None)
        if clash is not None and not bad:
            return Trial(self.builds, Failure({}, {}, "they clash"))
        messages = {c.change.id: f"error in {c.change.sites[0]}" for c in bad}
        match self.blaming:
            case "sure":
                return Trial(self.builds, Failure(messages, {}))
            case "near":  # rustc points at a function: everything in it is suspected
                return Trial(self.builds, Failure({}, {c.change.id: "near" for c in chosen}))
            case _:
                return Trial(self.builds, Failure({}, {}, "somewhere"))


def kept(result: Isolated[int]) -> dict[str, int]:
    return {choice.change.sites[0]: choice.form_index for choice in result.kept}


def test_when_all_compile_one_build_is_enough() -> None:
    compiler = Compiler({})

    result = isolate([change("a"), change("b")], compiler)

    assert kept(result) == {"a": 0, "b": 0}
    assert compiler.builds == 1


def test_a_rejected_change_keeps_the_message_of_its_first_form() -> None:
    seen = iter(["first", "second", None])

    def attempt(chosen: Sequence[Chosen]) -> Trial[None]:
        message = next(seen)
        return Trial(None, Failure({chosen[0].change.id: message}, {}) if message else None)

    result = isolate([change("a", forms=2)], attempt)

    assert list(result.rejected.values()) == ["first"]


def test_the_next_form_is_tried_before_a_change_is_given_up() -> None:
    result = isolate([change("a", forms=3), change("b")], Compiler({"a": 2}))

    assert kept(result) == {"a": 2, "b": 0}
    assert result.rejected == {}


def test_what_requires_a_rejected_change_goes_with_it_and_says_so() -> None:
    first = change("a")
    second = change("b", requires=frozenset({first.id}))

    result = isolate([first, second, change("c")], Compiler({"a": 9}))

    assert kept(result) == {"c": 0}
    assert "requires change" in result.rejected[second.id]


def test_two_changes_that_fail_only_together_cost_one_of_them() -> None:
    compiler = Compiler({}, pairs=frozenset({frozenset({"a", "c"})}))

    result = isolate([change(name) for name in "abcd"], compiler)

    assert len(result.kept) == 3
    assert {"b", "d"} < kept(result).keys()


names = st.lists(st.sampled_from("abcdefghij"), unique=True, min_size=1)


@given(
    names,
    st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 3)),
    st.sampled_from(["sure", "near", "none"]),
)
def test_exactly_the_changes_that_compile_are_kept(
    all_names: list[str], good: dict[str, int], blaming: str
) -> None:
    changes = [change(name, forms=2) for name in all_names]

    result = isolate(changes, Compiler(good, blaming))

    expected = {name: good.get(name, 0) for name in all_names if good.get(name, 0) < 2}
    assert kept(result) == expected
    assert {c.id for c in changes} == {c.change.id for c in result.kept} | result.rejected.keys()


def test_a_tree_that_fails_without_changes_is_an_error_and_no_endless_loop() -> None:
    def attempt(_: Sequence[Chosen]) -> Trial[None]:
        return Trial(None, Failure({}, {}, "always"))

    with pytest.raises(CodemodError):
        isolate([change("a", forms=2), change("b")], attempt)


def test_what_is_blamed_on_a_change_that_stays_is_bisected() -> None:
    held = change("held")

    def attempt(chosen: Sequence[Chosen]) -> Trial[None]:
        bad = any(choice.change.sites == ("b",) for choice in chosen)
        return Trial(None, Failure({held.id: "points at the wrong one"}, {}) if bad else None)

    result = isolate([change("a"), change("b")], attempt, frozenset({held.id}))

    assert [choice.change.sites for choice in result.kept] == [("a",)]


def test_a_change_goes_where_what_it_requires_is_not_there() -> None:
    missing, held = change("missing"), change("held")
    changes = [change("a", requires=frozenset({missing.id})), change("b", requires=frozenset({held.id}))]

    result = isolate(changes, Compiler({}), frozenset({held.id}))

    assert kept(result) == {"b": 0}
    assert "which is not on the branch" in result.rejected[changes[0].id]


def test_many_suspects_with_one_culprit_take_few_builds() -> None:
    compiler = Compiler({"site 17": 9}, blaming="near")

    result = isolate([change(f"site {i}") for i in range(64)], compiler)

    assert len(result.kept) == 63
    assert compiler.builds <= 16


def test_chosen_forms_end() -> None:
    assert Chosen(change("a")).next() is None


def _in_spellings(name: str) -> Change:
    meanings = ("", "std Result", "std Result", "any Result", "any Result")
    path = PurePosixPath(name)
    forms = tuple(Form((Created(path, b"%d" % i),), f"form {i}", None, m) for i, m in enumerate(meanings))
    return Change((name,), forms)


@pytest.mark.parametrize(
    ("resolved", "tried"),
    [
        (frozenset({0, 1, 2, 3, 4}), [0, 1, 3]),
        (frozenset({2, 4}), [0, 1, 2, 3, 4]),
        (frozenset({1}), [0, 1, 3, 4]),
    ],
)
def test_what_failed_for_its_meaning_is_not_tried_in_other_words(
    resolved: frozenset[int], tried: list[int]
) -> None:
    attempts = []

    def attempt(chosen: Sequence[Chosen]) -> Trial[None]:
        if not chosen:
            return Trial(None, None)
        id, index = chosen[0].change.id, chosen[0].form_index
        attempts.append(index)
        return Trial(None, Failure({id: "no"}, {}, None, frozenset({id} if index in resolved else ())))

    isolated = isolate([_in_spellings("a")], attempt)

    assert attempts == tried
    assert not isolated.kept
