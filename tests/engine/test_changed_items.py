"""What a diff changes, item by item."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.engine.changed_items import ChangedItem, changed_items
from codemods.engine.overlay import Chosen, compose
from codemods.recipe.proposals import Created, Deleted
from codemods.rust.bodies import OwnerKind

PATH = PurePosixPath("src/lib.rs")
OLD = b"""\
use a::b;

fn one(x: &str) -> Result<u8, E> {
    let y = try!(x.parse());
    // a note
    Ok(y)
}

impl Foo {
    fn two(&self) { go() }
}
"""


def items(new: bytes, old: bytes = OLD) -> list[ChangedItem]:
    found = changed_items({PATH: (old, new)}, {})
    made = compose([Chosen(item.change) for item in found], lambda _: old).overlay[PATH]
    assert made == new, "all edits together make the new file, byte by byte"
    return list(found)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"try!(x.parse())", b"x.parse()?", [(OwnerKind.FUNCTION, "fn one")]),
        (b"x: &str", b"x: &mut str", [(OwnerKind.ITEM, "fn one")]),
        (b"use a::b;\n", b"use a::b;\nuse a::c;\n", [(OwnerKind.ITEM, "use")]),
        (b"go()", b"go(); go()", [(OwnerKind.FUNCTION, "impl Foo/fn two")]),
        (b"impl Foo {\n", b"fn new() {\n    4;\n}\n\nimpl Foo {\n", [(OwnerKind.ITEM, "fn new")]),
        (b"    fn two", b"    fn zwei() { 1 }\n\n    fn two", [(OwnerKind.ITEM, "impl Foo/fn zwei")]),
        (b"fn one(x: &str)", b"#[inline]\nfn one(x: &str)", [(OwnerKind.ITEM, "attribute")]),
        (b"&self) { go() }", b"&self, n: u8) { go(n) }", [(OwnerKind.ITEM, "impl Foo/fn two")]),
    ],
)  # fmt: skip
def test_owners(old: bytes, new: bytes, expected: list[tuple[OwnerKind, str]]) -> None:
    found = items(OLD.replace(old, new))
    assert [(item.kind, item.name) for item in found] == expected


def test_edits_cover_no_more_than_what_differs() -> None:
    (item,) = items(OLD.replace(b"try!(x.parse())", b"x.parse()?"))
    assert [(piece.old.of(OLD), piece.text) for piece in item.pieces] == [(b"try!(", ""), (b")", "?")]


def test_layout_and_comments_are_told_from_code() -> None:
    (layout,) = items(OLD.replace(b"// a note", b"// another note").replace(b"{ go() }", b"{ go() }"))
    assert layout.is_layout
    (spread,) = items(OLD.replace(b"{ go() }", b"{\n        go()\n    }"))
    assert spread.is_layout
    (documented,) = items(OLD.replace(b"fn one", b"/// Documented.\nfn one"))
    assert not documented.is_layout


def test_whole_files() -> None:
    gone = PurePosixPath("src/gone.rs")
    diff = {
        gone: (b"fn a() {}", None),
        PurePosixPath("src/new.rs"): (None, b"fn b() {}"),
        PurePosixPath("logo.png"): (b"\xff\x00", b"\xff\x01"),
        PurePosixPath("README.md"): (b"one\ntwo\n", b"one\n2\n"),
    }
    found = {str(item.path): item for item in changed_items(diff, {})}
    assert isinstance(found["src/gone.rs"].file, Deleted)
    assert isinstance(found["src/new.rs"].file, Created)
    assert found["src/new.rs"].source is not None
    assert isinstance(found["logo.png"].file, Created)
    assert found["README.md"].kind is None and not found["README.md"].is_layout


def test_an_item_has_the_same_id_in_each_run_and_no_other_has_it() -> None:
    new = OLD.replace(b"go()", b"go(); go()").replace(b"try!(x.parse())", b"x.parse()?")
    first, second = items(new)
    assert first.id != second.id
    assert [item.id for item in items(new)] == [first.id, second.id]


@pytest.mark.parametrize(
    ("old", "new", "is_layout"),
    [
        (b"let y = try!(x.parse());", b"let y = try!( x.parse( ) ) ;", True),
        (b"Ok(y)", b"Ok( text!(a  +b) )", False),
        (b"// a note", b"// another", True),
    ],
)
def test_layout_is_told_from_code(old: bytes, new: bytes, is_layout: bool) -> None:
    (item,) = items(OLD.replace(old, new))

    assert item.is_layout is is_layout


@pytest.mark.parametrize(
    ("old", "new", "is_layout"),
    [
        # Whether two tokens touch is a value: `stringify!(a+b)`.
        (b"fn f() { m!(a+b) }", b"fn f() { m!(a + b) }", False),
        (b'fn f() { println!("", m::t!(a+b)) }', b'fn f() { println!("", m::t!(a+ b)) }', False),
        (b"m! { a+b }", b"m! { a+/* c */b }", False),
        (b"macro_rules! m { () => { n!(1+2) } }", b"macro_rules! m { () => { n!(1 +2) } }", False),
        (b"#[mine(a=1)] fn f() {}", b"#[mine(a = 1)] fn f() {}", False),
        (b"#[mine] fn f() { a+b }", b"#[mine] fn f() { a + b }", False),
        (b"fn f() { m!(a + b) }", b"fn f() { m!(a  +\n // c\n b) }", True),
        (b"fn f() { vec![a+b] }", b"fn f() { vec![a + b] }", True),
        (b"fn f() { a+b }", b"fn f() { a + b }", True),
        (b'#[cfg(a="b")] fn f() {}', b'#[cfg(a = "b")] fn f() {}', True),
    ],
)
def test_layout_that_a_macro_sees_is_code(old: bytes, new: bytes, is_layout: bool) -> None:
    found = items(new, old)

    assert [item.is_layout for item in found] == [is_layout]


def test_two_additions_do_not_come_to_stand_at_one_place() -> None:
    old = b"fn f() {\n    all.sort_by(a, b);\n}\n"
    new = b"fn f() {\n    if x {\n        all.retain(c);\n    }\n    all.sort_by(a, c);\n}\n"

    found = items(new, old)

    starts = [piece.old.start for item in found for piece in item.pieces]
    assert len(starts) == len(set(starts))
