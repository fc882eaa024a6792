"""A test is excused only where its own output shows that it expects a place in the source."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.engine.located import shows_place, unmoved_tree
from codemods.engine.overlay import Chosen, compose
from codemods.recipe.proposals import Change, Edited, Form
from codemods.rust.edits import Edit
from codemods.rust.spans import Span

AT = "thread 'place' (4) panicked at src/lib.rs:14:5:\n"
SIDES = AT + "assertion `left == right` failed\n  left: {}\n right: {}\nstack backtrace:\n  0: at x.rs:1:2\n"


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (SIDES.format('"src/lib.rs:2:63"', '"src/lib.rs:2:68"'), True),
        (
            SIDES.format(
                'Location { file: "a.rs", line: 3, col: 4 }', 'Location { file: "a.rs", line: 9, col: 4 }'
            ),
            True,
        ),
        (SIDES.format("E { line: 3 }", "E { line: 4 }"), True),
        (SIDES.format('"src/lib.rs:2:63"', '"src/lib.rs:2:63: more"'), False),
        (SIDES.format("3", "4"), False),  # a number may be anything
        (AT + "it is false\nnote: run with `RUST_BACKTRACE=1`", False),
        (AT + "it is false\nstack backtrace:\n 0: a\n   at ./src/lib.rs:1:2\nnote: Some details", False),
        (AT + "expected a panic at src/lib.rs:20", True),
        ("thread 'a' panicked at 'it is false', src/lib.rs:8:43\n", False),
        ("thread 'a' panicked at 'no line 8 in it', src/lib.rs:8:43\n", True),
        ("", False),
    ],
)
def test_a_place_is_seen_in_what_a_test_expects(printed: str, expected: bool) -> None:
    assert shows_place(printed) is expected


def _unmoved(old: bytes, *edits: Edit) -> bytes:
    path = PurePosixPath("src/lib.rs")
    change = Change(("s",), (Form((Edited(path, edits),)),))
    content = unmoved_tree(compose([Chosen(change)], lambda _: old))[path]
    assert content is not None
    return content


def test_where_text_goes_spaces_and_lines_stay() -> None:
    assert _unmoved(b"try!(x); y", Edit(Span(0, 5), ""), Edit(Span(6, 7), "?")) == b"     x?; y"
    assert _unmoved(b"a {\n  b\n} c", Edit(Span(2, 9), "d;")) == b"a d;\n\n  c"


def test_longer_text_moves_what_is_behind_it_on_its_line() -> None:
    assert _unmoved(b"a.b; c\nd", Edit(Span(2, 3), "longer")) == b"a.longer; c\nd"
    assert _unmoved(b"a.b; c\nd", Edit(Span(2, 3), "l\n")) == b"a.l\n; c\nd"
