"""Two expansions are the same when only layout, comments and parentheses that change nothing differ."""

from pathlib import PurePosixPath

import pytest

from codemods.engine.expansion import compare, definition_edit
from codemods.rust.edits import apply_edits
from codemods.rust.source import Source


def differs(before: str, after: str, *, with_positions: bool = True) -> bool:
    return compare(before.encode(), after.encode(), with_positions=with_positions) is not None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("fn f() { g()?; }", "fn f()\n{\n    g()? ; // why\n}"),
        ("fn f() { match x { _ => 1, }? }", "fn f() { (match x { _ => 1, })? }"),
        ("fn f() { a::b(1 + 2)[3].c? }", "fn f() { (a::b(1 + 2)[3].c)? }"),
        ("macro_rules! m { () => { try!(x) } } fn f() {}", "macro_rules! m { () => { x? } } fn f() {}"),
        ("fn f() {}", "macro_rules! __t { () => {} } fn f() {}"),
        ('macro_rules! m {\n    () => {\n        a!("}")\n    }\n}\nfn f() {}\n', "fn f() {}\n"),
    ],
)
def test_the_same(before: str, after: str) -> None:
    assert not differs(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("fn f() { (a + b)? }", "fn f() { a + b? }"),
        ("fn f() { (-a)? }", "fn f() { -a? }"),
        ("fn f() { (*a)?.b }", "fn f() { *a?.b }"),
        ("fn f() { (a as B)? }", "fn f() { a as B? }"),
        ("fn f() { (return a)? }", "fn f() { return a? }"),
        ('fn f() { p("try!(x)") }', 'fn f() { p("x?") }'),
        ("fn f() { 7u32 }", "fn f() { 5u32 }"),
        ("fn f() { match r { Ok(v) => v, Err(e) => return Err(e) } }", "fn f() { r? }"),
        ("fn f() { g(); }", "fn f() { g(); g(); }"),
        (
            "macro_rules! m {\n    () => {}\n}\nfn f() { 1 }\n",
            "macro_rules! m {\n    () => {}\n}\nfn f() { 2 }\n",
        ),
    ],
)
def test_not_the_same(before: str, after: str) -> None:
    assert differs(before, after)


def test_numbers_like_lines_count_only_where_lines_are_values() -> None:
    assert not differs("fn f() { log(7u32) }", "fn f() { log(5u32) }", with_positions=False)
    assert differs("fn f() { log(7u64) }", "fn f() { log(5u64) }", with_positions=False)


def test_the_function_that_differs_is_named() -> None:
    found = compare(b"fn f() { 1 } fn g() { 2 }", b"fn f() { 1 } fn g() { 3 }", with_positions=True)

    assert found is not None
    assert found.functions == {"g"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fn f() {}\n", "macro_rules! __t { R } fn f() {}\n"),
        (
            "//! Docs\n#![allow(x)]\n\n/// d\nmod a;\n",
            "//! Docs\n#![allow(x)]\n\n/// d\nmacro_rules! __t { R } mod a;\n",
        ),
    ],
)
def test_a_definition_comes_first_on_the_first_items_line(text: str, expected: str) -> None:
    source = Source(PurePosixPath("src/lib.rs"), text.encode(), "2015")

    assert apply_edits(source.content, [definition_edit(source, "__t", "R")]) == expected.encode()
