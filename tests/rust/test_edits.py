"""Edits are an ordered, disjoint set; bytes outside of them survive."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.rust.edits import Edit, EditConflict, EditMap, apply_edits
from codemods.rust.spans import Span

SOURCE = "fn é() {\r\n\tg(ü);\r\n}".encode()


@st.composite
def disjoint_edits(draw: st.DrawFn) -> list[Edit]:
    marks = sorted(draw(st.sets(st.integers(0, len(SOURCE)), max_size=8)))
    spans = [Span(start, end) for start, end in zip(marks[::2], marks[1::2], strict=False)]
    return [Edit(span, draw(st.text(max_size=4))) for span in spans]


@given(disjoint_edits(), st.randoms())
def test_the_order_of_edits_does_not_matter(edits: list[Edit], random: Random) -> None:
    shuffled = list(edits)
    random.shuffle(shuffled)

    assert apply_edits(SOURCE, edits) == apply_edits(SOURCE, shuffled)


@given(disjoint_edits())
def test_bytes_outside_of_the_spans_survive(edits: list[Edit]) -> None:
    result = apply_edits(SOURCE, edits)
    new = EditMap(edits)
    outside = [
        offset
        for offset in range(len(SOURCE))
        if not any(edit.span.start <= offset < edit.span.end for edit in edits)
    ]

    assert all(result[new.to_new(offset)] == SOURCE[offset] for offset in outside)
    assert len(result) == len(outside) + sum(len(edit.text.encode()) for edit in edits)


@given(disjoint_edits())
def test_offsets_outside_of_the_spans_come_back(edits: list[Edit]) -> None:
    mapped = EditMap(edits)
    for offset in range(len(SOURCE)):
        if not any(edit.span.start <= offset < edit.span.end for edit in edits):
            assert mapped.to_old(mapped.to_new(offset)) == offset


@given(disjoint_edits())
def test_the_new_span_of_an_edit_holds_its_text(edits: list[Edit]) -> None:
    result = apply_edits(SOURCE, edits)

    assert all(EditMap(edits).new_span(edit).of(result) == edit.text.encode() for edit in edits)


def test_overlapping_edits_are_a_conflict() -> None:
    with pytest.raises(EditConflict, match=r"0\.\.4 .* 3\.\.5"):
        apply_edits(SOURCE, [Edit(Span(3, 5), "a"), Edit(Span(0, 4), "b")])


def test_two_insertions_at_one_place_are_a_conflict_and_equal_ones_count_once() -> None:
    edit = Edit(Span(2, 2), "a")

    assert apply_edits(b"0123", [edit, edit]) == b"01a23"
    with pytest.raises(EditConflict):
        apply_edits(b"0123", [edit, Edit(Span(2, 2), "b")])


def test_an_edit_outside_of_the_file_is_refused() -> None:
    with pytest.raises(ValueError, match="lies outside"):
        apply_edits(b"0123", [Edit(Span(2, 5), "")])


def test_the_new_span_of_another_edit_is_refused() -> None:
    edits = EditMap([Edit(Span(2, 4), "x")])
    for other in (Edit(Span(2, 4), "y"), Edit(Span(5, 6), "x"), Edit(Span(0, 1), "x")):
        with pytest.raises(ValueError, match="not made here"):
            edits.new_span(other)
