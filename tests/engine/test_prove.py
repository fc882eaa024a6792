"""Tests of what can be proved at all, and of what equal trees do not say. Pure, but for the last."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.cargo.thir_places import Place, bodies_at
from codemods.engine.overlay import Chosen, Composition, compose
from codemods.engine.prove_doubts import first_alike, moved, moved_call, tracked_call
from codemods.engine.prove_edits import may_name, moves_macros, placed_edits, why_not_provable
from codemods.recipe.proposals import Change, Created, Edited, Form
from codemods.rust.edits import Edit
from codemods.rust.spans import Span

PATH = PurePosixPath("src/lib.rs")


def replaced(source: str, old: str, new: str) -> tuple[Chosen, Composition]:
    """Return the change that writes `new` for the only `old` in `source`, and the tree with it."""
    content = source.encode()
    assert content.count(old.encode()) == 1
    start = content.index(old.encode())
    edit = Edit(Span(start, start + len(old.encode())), new)
    choice = Chosen(Change(("site",), (Form((Edited(PATH, (edit,)),)),)))
    return choice, compose([choice], lambda _: content)


def why_not(source: str, old: str, new: str, *, is_compared: bool = False) -> str | None:
    choice, composition = replaced(source, old, new)
    return why_not_provable(choice, composition, {PATH: "2015"}, {choice.change.id} if is_compared else ())


@pytest.mark.parametrize(
    ("source", "old", "new"),
    [
        ("fn f() { let x = a; }", "a;", "b;"),
        ("impl X { fn f() { (|| { a })() } }", "a", "b"),
        ('fn f() { println!("{}", a); }', "a)", "b)"),
        ("fn f() { x as *const u8; }", "x as *const u8", "y as *const u8"),
        ("fn f() { struct S; enum E { A } a(S); }", "a(S)", "b(S)"),
        ("fn f() { if !(a) { b } }", "a", "c"),
        ('fn f() { a("the type is", "no type is"); /* type is */ }', "a(", "b("),
    ],
)
def test_an_edit_in_a_body_can_be_proved(source: str, old: str, new: str) -> None:
    assert why_not(source, old, new) is None


@pytest.mark.parametrize(
    ("source", "old", "new", "reason"),
    [
        ("fn f(a: u8) {}", "u8", "u16", "outside"),
        ("static S: u8 = 1;", "1", "2", "outside"),
        ("use a::b;", "b", "c", "outside"),
        ("#[inline] fn f() {}", "inline", "cold", "outside"),
        ("fn f() { struct S(u8); }", "u8", "u16", "outside"),
        ("fn f() { a(); }", "a();", "use b; a();", "`use`"),
        ("fn f() { use b; a(); }", "use b; a();", "a();", "`use`"),
        ("fn f() { a(); }", "a();", "#[cfg(x)] a();", "#[…]"),
        ("/// ```\n/// a();\n/// ```\nfn f() {}", "a", "b", "example"),
        ("fn f() { own!(a); }", "(a)", "(b)", "`own!`"),
        ("fn f() { own!(a); }", "a", "b", "`own!`"),
        ("fn f() { a(); }", "a()", "own!()", "`own!`"),
        ("#[own] fn f() { a(); }", "a()", "b()", "attribute"),
        ("macro_rules! m { () => { a() } }", "a()", "b()", "not compared"),
        ("fn f() { struct S(u8); {} struct S(u16); a(); }", "{}", "{", "two items called `S`"),
    ],
)
def test_an_edit_that_others_see_can_not(source: str, old: str, new: str, reason: str) -> None:
    assert reason in (why_not(source, old, new) or "")


def test_where_expansions_were_compared_macros_may_see_an_edit() -> None:
    assert why_not("fn f() { own!(a); }", "(a)", "(b)", is_compared=True) is None
    assert why_not("macro_rules! m { () => { a() } }", "a()", "b()", is_compared=True) is None


def test_a_macro_for_other_crates_can_not_be_proved() -> None:
    source = "#[macro_export] macro_rules! m { () => { a() } }"

    assert "other crates" in (why_not(source, "a()", "b()", is_compared=True) or "")


def test_a_new_file_can_not_be_proved() -> None:
    choice = Chosen(Change(("site",), (Form((Created(PATH, b"fn f() {}"),)),)))

    assert "created" in (why_not_provable(choice, compose([choice], lambda _: b""), {}, ()) or "")


def test_an_edit_reaches_over_the_layout_around_it() -> None:
    choice, composition = replaced("fn f() {\n    try!(\n        a)\n}", "try!(", "")
    (edit,) = placed_edits(choice, composition)

    assert edit.place == Place("src/lib.rs", (1, 9), (3, 9))


def test_bodies_stand_where_something_begins_or_ends() -> None:
    place = Place("src/lib.rs", (2, 5), (2, 7))
    bodies = {
        b"around": b"span: src/lib.rs:1:1: 9:2 (#0)\n",
        b"begins": b"span: src/lib.rs:2:7: 3:1 (#0)\n",
        b"ends": b"span: src/lib.rs:2:1: 2:5 (#9)\n",
        b"behind": b"span: src/lib.rs:2:8: 2:9 (#0)\n",
        b"elsewhere": b"span: src/other.rs:2:5: 2:7 (#0)\n",
    }

    assert bodies_at([place], bodies, bytes.decode) == {place: {b"begins", b"ends"}}


def call(crate: str, place: str) -> bytes:
    return (
        "            kind: Call {\n                ty: FnDef(\n"
        f"                    DefId(7:1 ~ {crate}[1234]::here),\n                ),\n"
        f"                fn_span: {place},\n            }},\n            span: src/lib.rs:1:1: 3:2 (#0)\n"
    ).encode()


@pytest.mark.parametrize(
    ("place", "is_moved"),
    [
        ("src/lib.rs:2:20: 2:24 (#0)", True),
        ("src/lib.rs:2:3: 2:4 (#0)", False),
        ("src/lib.rs:3:20: 3:24 (#0)", False),
        ("src/macros.rs:2:20: 2:24 (#5)", False),
    ],
)
def test_a_call_behind_an_edit_is_moved(place: str, is_moved: bool) -> None:
    _, composition = replaced("fn f() {\n    try!(a); log::here();\n}", "try!(a)", "a?")
    files = {"src/lib.rs": moved(composition.files[PATH])}

    found = moved_call(call("log", place), files, {b"log"}, bytes.decode)
    assert found == ((b"log", False) if is_moved else None)
    assert moved_call(call("log", place), files, set(), bytes.decode) is None


def test_a_macro_behind_an_edit_may_call_what_asks_for_its_place() -> None:
    _, composition = replaced("fn f() {\n    try!(a); warn!();\n}", "try!(a)", "a?")
    files = {"src/lib.rs": moved(composition.files[PATH])}

    found = moved_call(call("log", "src/macros.rs:9:1: 9:2 (#5)"), files, {b"log"}, bytes.decode)
    assert found == (b"log", True)


@pytest.mark.parametrize(
    ("source", "new", "moves"),
    [
        ("fn f() { try!(a); }", "a?", False),
        ("fn f() { try!(a); print!(); }", "a?", False),
        ("fn f() { try!(a); warn!(); }", "a?", True),
        ("fn f() { try!(a);\n warn!(); }", "a?", False),
        ("fn f() { try!(a);\n warn!(); }", "a\n?", True),
    ],
)
def test_who_moves_a_macro_is_known(source: str, new: str, *, moves: bool) -> None:
    assert moves_macros(*replaced(source, "try!(a)", new)) is moves


def test_a_name_that_two_crates_have_is_found_at_the_start_of_paths_alone() -> None:
    assert first_alike(b"ty: std::vec::Vec<url::Url>", {b"url"}) == b"url"
    assert first_alike(b"ty: net::url::Url", {b"url"}) is None
    assert first_alike(b"DefId(7:1 ~ url[1234]::parse)", {b"url"}) is None
    assert first_alike(b"ty: url::Url", set()) is None


def test_only_words_make_names_mean_something_else() -> None:
    assert not may_name(*replaced("fn f() { try!(a) }", "try!(", ""))
    assert may_name(*replaced("fn f() { a }", "a ", "b "))


@pytest.mark.parametrize(
    ("called", "tracked", "found"),
    [
        ("core[c1f1]::convert::From::from", b"from", b"from"),
        # What `?` calls, and what that calls.
        ("core[c1f1]::ops::try_trait::FromResidual::from_residual", b"from", b"from_residual"),
        ("core[c1f1]::ops::arith::Add::add", b"add", b"add"),
        ("core[c1f1]::ops::arith::Add::add", b"from", None),
        ("core[c1f1]::panic::location::{impl#6}::from", b"from", None),
        ("core[c1f1]::mem::from", b"from", None),
        ("mine[c1f1]::Trait::from", b"from", None),  # crates other than std are asked whether they ask
    ],
)
def test_a_trait_of_std_may_call_what_asks_where_it_is_called(
    called: str, tracked: bytes, found: bytes | None
) -> None:
    text = f"ty: FnDef(\n    DefId(2:3644 ~ {called}),\n    [\n        E,\n    ],\n)".encode()

    assert tracked_call(text, {tracked}) == found
