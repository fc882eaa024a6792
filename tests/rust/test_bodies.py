"""Whose body a place is in."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.rust.bodies import OwnerKind, owner_of
from codemods.rust.source import Source
from codemods.rust.spans import Span

CODE = b"""\
const N: usize = 3;
impl Foo {
    fn a(x: u8) -> u8 { let y = x; #[cfg(a)] y; const Z: u8 = 4; struct S { q: u8 } check!(x, 1); y }
}
macro_rules! m { ($e:expr) => { $e + 1 } }
trait T { fn q(&self) { go() } fn s(&self); }
/// ```
/// example();
/// ```
fn documented() {}
"""


@pytest.mark.parametrize(
    ("text", "kind", "path"),
    [
        (b"3", OwnerKind.ITEM, "const N"),
        (b"x: u8", OwnerKind.ITEM, "impl Foo/fn a"),
        (b"-> u8", OwnerKind.ITEM, "impl Foo/fn a"),
        (b"let y = x", OwnerKind.FUNCTION, "impl Foo/fn a"),
        (b"cfg(a)", OwnerKind.ITEM, "impl Foo/fn a"),
        (b"4", OwnerKind.ITEM, "impl Foo/fn a/const Z"),
        (b"q: u8", OwnerKind.ITEM, "impl Foo/fn a/struct S"),
        (b"x, 1", OwnerKind.FUNCTION, "impl Foo/fn a"),
        (b"{ let y", OwnerKind.ITEM, "impl Foo/fn a"),
        (b"$e + 1", OwnerKind.MACRO, "macro_rules! m"),
        (b"go()", OwnerKind.FUNCTION, "trait T/fn q"),
        (b"s(&self)", OwnerKind.ITEM, "trait T/fn s"),
        (b"example()", OwnerKind.EXAMPLE, "fn documented"),
    ],
)
def test_owner(text: bytes, kind: OwnerKind, path: str) -> None:
    source = Source(PurePosixPath("src/lib.rs"), CODE, "2021")
    start = CODE.index(text)
    owner = owner_of(source, Span(start, start + len(text)))
    assert owner.kind is kind
    if kind is not OwnerKind.EXAMPLE:
        assert owner.path == path


def test_the_owner_of_nothing_is_where_it_would_stand() -> None:
    source = Source(PurePosixPath("src/lib.rs"), CODE, "2021")
    at = CODE.index(b"go()")
    assert owner_of(source, Span(at, at)).kind is OwnerKind.FUNCTION
    assert owner_of(source, Span(0, 0)).kind is OwnerKind.ITEM
