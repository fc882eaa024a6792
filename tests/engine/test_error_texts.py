"""When errors of two runs say the same, and when not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from codemods.cargo.error_traces import GENERATED, ErrorNote, ErrorTraces
from codemods.cargo.traces import OTHER_THREAD
from codemods.engine.error_texts import ErrorComparison, compare_traces, difference_message

TEST = "p lib p: one"


def _note(*chain: str, place: int = 1, debug: str = "D", causes: Sequence[str] = ()) -> ErrorNote:
    return ErrorNote(place, "p::E", debug, chain, tuple(causes))


def _traces(notes: Mapping[str, Sequence[ErrorNote]], ran: Sequence[str] = ()) -> ErrorTraces:
    tests = frozenset({*ran, *(name for name in notes if not name.endswith(OTHER_THREAD))})
    return ErrorTraces({name: tuple(each) for name, each in notes.items()}, tests, {}, None, 0.0)


def _compared(
    before: Sequence[ErrorNote], after: Sequence[ErrorNote], *again: Sequence[ErrorNote]
) -> ErrorComparison:
    runs = [_traces({TEST: each}, [TEST]) for each in again]
    return compare_traces(_traces({TEST: before}, [TEST]), _traces({TEST: after}, [TEST]), {1, 2}, again=runs)


def test_the_same_chain_is_the_same() -> None:
    found = _compared([_note("a", "b")], [_note("a", "b")])

    assert not found.differences
    assert (found.places[1].errors, found.places[1].tests) == (1, (TEST,))
    assert (found.grown, found.debug) == (0, 0)


@pytest.mark.parametrize("after", [("A", "b"), ("a",), ("b",), ("a", "x", "b"), ("x", "a", "b"), ("a ", "b")])
def test_another_text_or_a_chain_that_lost_a_link_differs(after: tuple[str, ...]) -> None:
    found = _compared([_note("a", "b")], [_note(*after)])

    assert [(d.before, d.after) for d in found.differences] == [(("a", "b"), after)]


def test_links_behind_the_end_of_the_chain_are_by_design() -> None:
    found = _compared([_note("a")], [_note("a", "b")])

    assert not found.differences
    assert (found.grown, found.grown_example) == (1, (("a",), ("a", "b")))


def test_another_first_line_of_debug_is_by_design() -> None:
    found = _compared([_note("a", debug="E { a }")], [_note("a", debug="a")])

    assert not found.differences
    assert (found.debug, found.debug_example) == (1, ("E { a }", "a"))


def test_what_only_cause_showed_may_be_shown_by_source_now() -> None:
    old = _note("a", causes=["a", "b"])

    assert _compared([old], [_note("a", "b")]).grown == 0
    assert not _compared([old], [_note("a", "b")]).differences
    assert _compared([old], [_note("a", "b")]).caused == 1
    assert not _compared([old], [_note("a")]).differences
    assert _compared([old], [_note("a")]).caused == 0
    assert _compared([old], [_note("a", "c")]).grown == 1
    assert _compared([old], [_note("c", "b")]).differences


def test_an_error_in_one_tree_only_differs() -> None:
    gone = _compared([_note("a"), _note("b")], [_note("a")])
    new = _compared([_note("a")], [_note("a"), _note("b")])

    assert [(d.before, d.after) for d in gone.differences] == [(("b",), None)]
    assert [(d.before, d.after) for d in new.differences] == [(None, ("b",))]


def test_the_order_in_one_test_does_not_matter_but_the_number_does() -> None:
    assert not _compared([_note("a"), _note("b")], [_note("b"), _note("a")]).differences
    assert _compared([_note("a"), _note("a")], [_note("a"), _note("b")]).differences


def test_places_are_not_mixed_up() -> None:
    assert _compared([_note("a"), _note("b", place=2)], [_note("b"), _note("a", place=2)]).differences


def test_only_tests_that_passed_in_both_trees_count() -> None:
    before = _traces({TEST: [_note("a")]})

    assert not compare_traces(before, _traces({}), {1}).differences
    assert compare_traces(before, _traces({}, [TEST]), {1}).differences
    assert not compare_traces(before, _traces({}, [TEST]), {2}).differences


def test_notes_of_no_test_count_where_the_same_tests_passed() -> None:
    other = "p lib p" + OTHER_THREAD
    before = _traces({other: [_note("a")]}, [TEST])

    assert compare_traces(before, _traces({}, [TEST]), {1}).differences
    assert not compare_traces(before, _traces({}, [TEST, "p lib p: two"]), {1}).differences
    assert not compare_traces(before, _traces({}, ["p lib p: two"]), {1}).differences


def test_a_word_that_wavers_without_the_change_is_not_held_against_it() -> None:
    before, again = _note("in /tmp/a1: gone", "b"), _note("in /tmp/b2: gone", "b")

    assert not _compared([before], [_note("in /tmp/c3: gone", "b")], [again]).differences
    assert _compared([before], [_note("in /tmp/c3: lost", "b")], [again]).differences
    assert _compared([before], [_note("in /tmp/c3: gone", "c")], [again]).differences
    assert _compared([before], [_note("in /tmp/c3: gone", "b")]).differences


def test_a_third_run_may_show_what_wavers() -> None:
    runs = [_note("at 1"), _note("at 1"), _note("at 2")]

    assert _compared(runs[:1], [_note("at 3")], runs[1:2]).differences
    assert not _compared(runs[:1], [_note("at 3")], runs[1:2], runs[2:]).differences


def test_a_place_that_wavers_by_more_than_words_is_named() -> None:
    found = _compared([_note("a")], [_note("b")], [])

    assert not found.differences
    assert found.wavering == ((1, TEST),)


def test_what_nothing_can_read_in_one_tree_is_not_compared() -> None:
    found = _compared([_note()], [_note("a")])

    assert not found.differences
    assert found.places == {}


def test_a_built_value_speaks_for_itself_alone() -> None:
    test = f"p lib p: m::{GENERATED}2"
    before = _traces({test: [_note("through"), _note("value", place=2)]})
    after = _traces({test: [_note("value", place=2)]})

    found = compare_traces(before, after, {1, 2})

    assert not found.differences
    assert set(found.places) == {2}


def test_the_message_shows_both_sides_once() -> None:
    found = _compared([_note("a\nb", "c")] * 2, [_note("A\nb", "c")] * 2)

    assert difference_message(found.differences, {1: "`fn f` of src/lib.rs"}).split("\n") == [
        "errors say something else than before:",
        f"`fn f` of src/lib.rs, in {TEST}:",
        "  before: “a\\nb” <- “c”",
        "  after: “A\\nb” <- “c”",
    ]


def test_where_errors_are_made_for_others_their_number_says_nothing() -> None:
    before, after = _traces({TEST: [_note("a"), _note("a")]}), _traces({TEST: [_note("a")]})
    other = _traces({TEST: [_note("b")]})

    assert compare_traces(before, after, {1}).differences
    assert not compare_traces(before, after, {1}, frozenset({1})).differences
    assert compare_traces(before, other, {1}, frozenset({1})).differences


def test_a_built_value_that_became_an_error_says_nothing_else() -> None:
    test = f"p lib p: {GENERATED}1"
    old, new = _traces({}, [test]), _traces({test: [_note("a")]}, [test])

    assert not compare_traces(old, new, {1}).differences
    assert compare_traces(new, old, {1}).differences
