"""No recipe takes a comment away, and no formatter changes more than layout."""

from pathlib import PurePosixPath

import pytest

from codemods.engine.safeguards import is_only_layout, keeping_comments
from codemods.recipe.proposals import Change, Edited, Form, Skipped
from codemods.rust.edits import Edit
from codemods.rust.source import Source
from codemods.rust.spans import Span

PATH = PurePosixPath("src/lib.rs")


def form(text: str, removed: str, by: str, name: str = "plain") -> Form:
    start = text.index(removed)
    return Form((Edited(PATH, (Edit(Span(start, start + len(removed)), by),)),), name)


def kept(text: str, *forms: Form) -> object:
    source = Source(PATH, text.encode(), "2021")
    return keeping_comments(Change(("s",), forms), lambda _: source)


TEXT = "fn f() { g(1 /* why */); }\n/// let x = old();\nfn h() {}\n"


def test_a_form_that_removes_a_comment_is_not_tried() -> None:
    losing = form(TEXT, "1 /* why */", "1")
    keeping = form(TEXT, "1 /* why */", "2 /* why */", "keeping")

    assert kept(TEXT, losing, keeping) == Change(("s",), (keeping,))
    assert kept(TEXT, losing) == Skipped("comment", "the change would take a comment away: /* why */", ("s",))


@pytest.mark.parametrize(("removed", "by"), [("g(1", "h(2"), (");", ")?;"), ("old()", "new()")])
def test_edits_beside_a_comment_and_inside_an_example_are_fine(removed: str, by: str) -> None:
    change = Change(("s",), (form(TEXT, removed, by),))

    assert kept(TEXT, *change.forms) == change


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("f(a,b)", "f(\n    a,\n    b,\n)", True),
        ("x => { a }", "x => a,", True),
        ("a?", "try!(a)", False),
        ("g(a)?", "g((a))?", False),
        ("a // why\n", "a\n", False),
        ('"a  b"', '"a b"', False),
        ("use b::B;\nuse a::{Z, Y};\n", "use a::{Y, Z};\nuse b::B;\n", True),
        ("pub(crate) use b::B;\nuse a::A;\n", "use a::A;\npub(crate) use b::B;\n", True),
        ("use b::B;\nuse a::A;\n", "use b::A;\nuse a::C;\n", False),
        ("use b::B;\nfn f() {}\nuse a::A;\n", "use a::A;\nfn f() {}\nuse b::B;\n", False),
        ("#[cfg(x)]\nuse b::B;\nuse a::A;\n", "#[cfg(x)]\nuse a::A;\nuse b::B;\n", False),
    ],
)
def test_layout_is_what_stands_between_tokens(before: str, after: str, same: bool) -> None:
    assert is_only_layout(before.encode(), after.encode()) is same
