"""What a file imports, wherever it does."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.rust.imports import Import, imports_of
from codemods.rust.source import Source


def source_of(text: str, edition: str = "2021") -> Source:
    return Source(PurePosixPath("src/lib.rs"), text.encode(), edition)


def only(text: str) -> Import:
    (found,) = imports_of(source_of(text))
    return found


LEAVES = [
    ("use a::B;", ["a::B = B"]),
    ("use a;", ["a = a"]),
    ("use ::a::B;", ["::a::B = B"]),
    ("use a::B as C;", ["a::B = C"]),
    ("use a::B as _;", ["a::B = _"]),
    ("use r#a::r#try;", ["a::try = try"]),
    ("use a::*;", ["a = *"]),
    ("use *;", [" = *"]),
    ("use a::{B, C as D,};", ["a::B = B", "a::C = D"]),
    ("use a::{self, B};", ["a = a", "a::B = B"]),
    ("use a::{self as b};", ["a = b"]),
    ("use a::{b::{C, d::*}, self};", ["a::b::C = C", "a::b::d = *", "a = a"]),
    ("use {a, b::C};", ["a = a", "b::C = C"]),
    ("use ::{a::B};", ["::a::B = B"]),
    ("use a::{};", ["a = _"]),
    (
        "use crate::a; use self::b; use super::super::c;",
        ["crate::a = a", "self::b = b", "super::super::c = c"],
    ),
    ("use /* x */ a :: { /* y */ B };", ["a::B = B"]),
    ("extern crate a;", ["a = a"]),
    ("extern crate a as b;", ["a = b"]),
    ("extern crate self as b;", ["self = b"]),
    ("fn f() { use a::B; }", ["a::B = B"]),
    ("mod m { mod n { use a::B; } }", ["a::B = B"]),
    ("cfg_if! { if #[cfg(x)] { use a::B; } }", ["a::B = B"]),
    ("macro_rules! m { () => { use $crate::B; use a::C; } }", ["a::C = C"]),
    (
        "//! ```\n//! use a::B;\n//! # use c::{D,\n//! #     E};\n//! ```",
        ["a::B = B", "c::D = D", "c::E = E"],
    ),
    ("//! ```text\n//! use a::B;\n//! ```", []),
    ('// use a::B;\nlet x = "use a::B;";', []),
    ("fn f() -> impl Sized + use<'a> {}", []),
    ("use a::{B", []),
    ("use a B;", []),
]


@pytest.mark.parametrize(("text", "expected"), LEAVES, ids=[text for text, _ in LEAVES])
def test_every_leaf_is_an_import(text: str, expected: list[str]) -> None:
    found = imports_of(source_of(text))

    colons = ["::" * each.is_global for each in found]
    paths = ["::".join(each.path) for each in found]
    names = [each.name or "*" for each in found]
    assert [
        f"{colon}{path} = {name}" for colon, path, name in zip(colons, paths, names, strict=True)
    ] == expected


def test_the_places_of_an_import() -> None:
    text = "mod m {\n    #[cfg(x)]\n    /// why\n    pub(crate) use a::{B as C, d};\n}\n"
    source = source_of(text)
    found, _ = imports_of(source)

    assert source.text(found.leaf) == "B as C"
    assert source.text(found.declaration) == text[12:-3]
    assert source.text(found.scope) == text[7:-2]
    assert found.visibility == "pub(crate)"
    assert found.attributes == ("#[cfg(x)]",)


@pytest.mark.parametrize(
    ("text", "visibility"),
    [
        ("use a;", ""),
        ("pub use a;", "pub"),
        ("pub(in b::c) use a;", "pub(in b::c)"),
        ("crate use a;", "crate"),
    ],
)
def test_visibility(text: str, visibility: str) -> None:
    assert only(text).visibility == visibility


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [("", None), ("#[macro_use]", ()), ("#[macro_use(b, c)]", ("b", "c")), ("#[cfg_attr(x, macro_use)]", ())],
)
def test_macro_use(attribute: str, expected: tuple[str, ...] | None) -> None:
    assert only(f"{attribute} extern crate a;").macro_use == expected


def test_only_conditions_are_cfgs() -> None:
    found = only("#[allow(x)] #[cfg(a)] # [ cfg_attr(b, c) ] use a::B;")

    assert found.cfgs == ("#[cfg(a)]", "# [ cfg_attr(b, c) ]")


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("fn f() { { use a; g() } }", " use a; g() "),
        ("impl S { fn f() { use a; } }", " use a; "),
        ("cfg_if::cfg_if! { if #[cfg(x)] { use a; } else { } }", None),
        ("m! { use a; }", " use a; "),
    ],
)
def test_an_import_holds_in_the_block_around(text: str, scope: str | None) -> None:
    assert source_of(text).text(only(text).scope) == (text if scope is None else scope)


@given(st.text(alphabet="use a:{},;*# as_self\n/!`", max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    for found in imports_of(source_of(text)):
        assert found.leaf in found.declaration
        assert found.declaration in found.scope
