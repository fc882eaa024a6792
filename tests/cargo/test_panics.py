"""Panic messages of old and new toolchains are read the same."""

from __future__ import annotations

import pytest

from codemods.cargo.panics import panics


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ("thread 'tests::a' (7803) panicked at src/lib.rs:8:43:\nboo 1\nmore\n", ("boo #",)),
        ("thread 'tests::a' panicked at src/lib.rs:8:43:\nboo\nnote: run with", ("boo",)),
        ("thread '<unnamed>' panicked at 'it's boo 0xff', src/lib.rs:8:43\nnote: x", ("it's boo #",)),
        ("thread 't' panicked at 'one\ntwo', src/lib.rs:8:43", ("one",)),
        ("x\nthread 'a' panicked at a b.rs:1:2:\nq\n\nthread 'b' panicked at c.rs:3:4:\nq\n", ("q",)),
        ("nothing panicked at src/lib.rs:8:43:\nhere", ()),
        ("", ()),
    ],
)
def test_the_messages_of_panics_are_read(printed: str, found: tuple[str, ...]) -> None:
    assert panics(printed) == found
