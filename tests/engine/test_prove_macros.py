"""What macros make outside of function bodies."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.engine.prove_macros import outside_bodies
from codemods.rust.source import Source


def outline(text: str) -> list[str]:
    tree = Source(PurePosixPath("expanded.rs"), text.encode(), "2021").file_tree
    assert tree is not None
    return list(outside_bodies(tree.root))


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        ("fn f() { 1 }", "fn f() { 2 }", True),
        ("fn f() { let x = || { 1 }; }", "fn f() { let x = || { 2 }; }", True),
        ("macro_rules! m { () => { 1 } }", "macro_rules! m { () => { 2 } }", True),
        ("fn f() { /* a */ }", "/* b */ fn f() { }", True),
        ("fn f() {}", "fn f(x: u8) {}", False),
        ("const N: u8 = 1;", "const N: u8 = 2;", False),
        ("fn f() { const N: u8 = 1; }", "fn f() { const N: u8 = 2; }", False),
        ("fn f() { struct S; impl Mark for S {} }", "fn f() { struct S; }", False),
        ("fn f() { #[cold] fn g() {} }", "fn f() { fn g() {} }", False),
        ("fn f() { fn g() { 1 } }", "fn f() { fn g() { 2 } }", True),
        ("struct S { a: u8 }", "struct S { a: u16 }", False),
        ("#[inline] fn f() {}", "fn f() {}", False),
    ],
)
def test_what_is_outside(before: str, after: str, is_same: bool) -> None:
    assert (outline(before) == outline(after)) is is_same
