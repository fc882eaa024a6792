"""Which conditions stand around a place."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.rust.conditions import condition_at, gating_macros
from codemods.rust.source import Source
from codemods.rust.spans import Span

SITE = b"HERE"
GATING = 'macro_rules! cfg_rt { ($($item:item)*) => { $( #[cfg(feature = "rt")] #[doc = "x"] $item )* } }\n'


def condition(text: str) -> str:
    content = text.encode()
    at = content.index(SITE)
    source = Source(PurePosixPath("lib.rs"), content)
    return str(condition_at(source, Span(at, at + len(SITE)), gating_macros(source)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fn f() { HERE }", "true"),
        ("#![cfg(unix)] fn f() { HERE }", "unix"),
        ("#[cfg(a)] mod m { #![cfg(b)] impl X { #[cfg(c)] fn f() { HERE } } }", "all(a, b, c)"),
        ("fn f() { #[cfg(a)] let x = HERE; }", "a"),
        ("fn f() { #[cfg(a)] { HERE } }", "a"),
        ("fn f() { g(#[cfg(a)] HERE); }", "a"),
        ("fn f() { match x { #[cfg(a)] 1 => HERE, _ => 2 } }", "a"),
        ("fn f() { match x { #[cfg(a)] 1 => 2, _ => HERE } }", "true"),
        ("fn f() { S { #[cfg(a)] x: HERE } }", "a"),
        ("struct S { #[cfg(a)] x: HERE }", "a"),
        ("#[cfg(a)] /* why */ #[inline] /// text\nfn f() { HERE }", "a"),
        ("#[cfg_attr(a, cfg(b))] fn f() { HERE }", "any(not(a), b)"),
        ("#[cfg_attr(a, inline)] fn f() { HERE }", "true"),
        ("#![cfg_attr(a, HERE)]", "a"),
        ("#[test] fn f() { HERE }", "test"),
        ("fn f() { if cfg!(a) { HERE } }", "true"),
        ("fn f() { vec![{ #[cfg(a)] HERE; 1 }] }", "a"),
        ("#[cfg(a)] thread_local! { static X: u8 = HERE; }", "a"),
        ("cfg_if! { if #[cfg(a)] { fn f() { HERE } } else { } }", "a"),
        (
            "x::cfg_if! { if #[cfg(a)] { } else if #[cfg(b)] { #[cfg(c)] fn f() { HERE } } }",
            "all(not(a), b, c)",
        ),
        ("cfg_if! { if #[cfg(a)] { } else { mod m { fn f() { HERE } } } }", "not(a)"),
        ("cfg_select! { a => { HERE } _ => { } }", "a"),
        ("fn f() { cfg_select! { a => 1, any(b, c) => g(1, 2), _ => HERE } }", "all(not(a), not(any(b, c)))"),
        (GATING + "cfg_rt! { fn f() { HERE } }", 'feature = "rt"'),
        (GATING + "fn f() { other_macro! { HERE } }", "true"),
        ("macro_rules! m { () => { #[cfg(a)] fn f() { HERE } } }", "a"),
    ],
)  # fmt: skip
def test_conditions(text: str, expected: str) -> None:
    assert condition(text) == expected


@pytest.mark.parametrize(
    "macro",
    [
        "macro_rules! m { ($x:expr) => { #[cfg(a)] f($x) } }",
        "macro_rules! m { ($($item:item)*) => { $( #[cfg(a)] $item )* other!(); } }",
        "macro_rules! m { ($($item:item)*) => { $( $item )* $( #[cfg(a)] $item )* } }",
        "macro_rules! m { ($($item:item)*) => { } }",
    ],
)
def test_macros_that_do_more_than_put_a_cfg_before_items_gate_nothing(macro: str) -> None:
    assert gating_macros(Source(PurePosixPath("lib.rs"), macro.encode())) == {}
