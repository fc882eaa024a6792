"""What a file may show to other crates."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.rust.source import Source
from codemods.rust.surface import public_items


def items(text: str) -> dict[str, str]:
    return dict(public_items(Source(PurePosixPath("src/lib.rs"), text.encode(), "2021")))


def test_signatures_of_what_is_public() -> None:
    found = items("""
        pub fn read<R: Read>(from: R /* any */) -> u8 { 1 }
        fn own() {}
        pub(crate) fn ours() {}
        #[derive(Clone)] #[allow(dead_code)]
        pub struct Point { pub x: u8, y: u8 }
        pub const SIZE: usize = 4;
        pub use self::inner::Thing;
        pub mod inner { pub struct Thing; struct Hidden; }
        mod closed { pub fn unseen() {} }
        pub trait Shape { fn area(&self) -> f64; fn name(&self) -> String { String::new() } }
        impl Point { pub fn new() -> Self { todo!() } fn secret(&self) {} }
        impl Shape for Point { fn area(&self) -> f64 { 0.0 } }
    """)
    assert found["fn read"] == "pub fn read < R : Read > ( from : R ) -> u8"
    assert found["struct Point"] == "# [ derive ( Clone ) ] pub struct Point { pub x : u8 }"
    assert found["const SIZE"] == "pub const SIZE : usize"
    assert found["mod inner/struct Thing"] == "pub struct Thing ;"
    assert found["trait Shape/fn area"] == "fn area ( & self ) -> f64 ;"
    assert found["impl Point/fn new"] == "pub fn new ( ) -> Self"
    assert "impl Shape for Point" in found
    hidden = ("fn own", "fn ours", "mod closed/fn unseen", "impl Point/fn secret", "mod inner/struct Hidden")
    assert not found.keys() & set(hidden)


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        ("pub fn f() { 1 }", "pub fn f() { 2 }", True),
        ("pub fn f() {}", "pub fn f(x: u8) {}", False),
        ("pub struct S { a: u8 }", "pub struct S { a: u16 }", True),
        ("pub struct S { pub a: u8 }", "pub struct S { pub a: u16 }", False),
        ("pub enum E { A }", "pub enum E { A, B }", False),
        ("pub const N: u8 = 1;", "pub const N: u8 = 2;", True),
        (
            "#[macro_export] macro_rules! m { () => {} }",
            "#[macro_export] macro_rules! m { () => { 1 } }",
            False,
        ),
        ("impl Clone for S { fn clone(&self) -> S { S } }", "", False),
        ("#[inline] pub fn f() {}", "pub fn f() {}", True),
        ("pub struct S { a: u8, b: u8 }", "pub struct S {\n    a: u8,\n}", True),
        ("pub struct S { pub a: u8, b: u8 }", "pub struct S { b: u8, pub a: u8, }", True),
        ("pub fn f(a: u8, b: u8) {}", "pub fn f(\n    a: u8,\n    b: u8,\n) {}", True),
        ("pub struct T(u8, pub u8);", "pub struct T(pub u8, u8);", False),
        ("#[cfg(a)] pub fn f() {} #[cfg(b)] pub fn f(x: u8) {}", "#[cfg(a)] pub fn f() {}", False),
    ],
)
def test_what_changes_the_surface(before: str, after: str, is_same: bool) -> None:
    assert (items(before) == items(after)) is is_same
