"""The recipe `failure` on code that is written to mislead it."""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePosixPath

import pytest

from codemods.recipe import Answer, Fact, HasType, Known, Site, Source, Span, Unknown
from codemods.recipe.testkit import Case, check, rewritten

failure = import_module("codemods.recipes.failure").failure
bindings = import_module("codemods.recipes.failure.bindings")


def prints(name: str, before: str, after: str, *errors: str) -> Case:
    """Return a case of statements that print; `errors` are the texts of the values that are errors."""

    def ask(site: Site, fact: Fact) -> Answer:
        if isinstance(fact, HasType) and fact.part == "receiver" and site["receiver"].nodes:
            return Known("yes" if site["receiver"].text in errors else "no", "test")
        return Unknown("assumed by the test")

    head = "use {}::Error;\n\nfn case(e: Error, n: u8, list: Vec<Error>) {{\n    {}\n}}\n"
    texts = (head.format("failure", before), head.format("anyhow", after))
    return rewritten(name, *texts, is_file=True, answers=ask)


PRINTED = [
    prints("captured", 'println!("{e:#} {n:#}");', 'println!("{e} {n:#}");', "e"),
    prints("captured in a macro", 'log!(1, "{e:#}");', 'log!(1, "{e}");', "e"),
    prints(
        "captured in a loop",
        'for one in &list { println!("{one:#}"); }',
        'for one in &list { println!("{one}"); }',
        "one",
    ),
]


@pytest.mark.parametrize("case", PRINTED, ids=lambda case: case.name)
def test_an_error_that_a_string_captures_prints_no_chain(case: Case) -> None:
    check(failure, case)


BOUND = [
    ('fn f(e: E) { p!("@"); }', "f(e"),
    ('fn f(e: E) { let e = 1; p!("@"); let e = 2; }', "let e"),
    ('fn f(e: E) { if let Some(e) = a { p!("@"); } }', "Some(e"),
    ('fn f(e: E) { if let Some(e) = a {} else { p!("@"); } }', "f(e"),
    ('fn f(e: E) { match e { Err(ref e) if g => p!("@") } }', "ref e"),
    ('fn f(e: E) { a.map(|e| p!("@")); }', "|e"),
    ('fn f(e: E) { for (n, e) in e { p!("@"); } }', "n, e"),
    ('fn f(e: E) { while let Some(S { e, .. }) = a { q!(b, p!("@")); } }', "{ e,"),
    ('fn f(e: E) { q!(a, |e| p!("@")); }', "|e"),
    ('fn f(e: E) { fn g() { p!("@"); } }', None),
]


@pytest.mark.parametrize(("code", "where"), BOUND, ids=[code for code, _ in BOUND])
def test_a_name_is_bound_where_rust_says(code: str, where: str | None) -> None:
    source = Source(PurePosixPath("src/lib.rs"), code.encode())
    start = code.index('"@"')

    found = bindings.binding_of(source, "e", Span(start, start + 3))

    assert (None if found is None else found.start_byte) == (
        None if where is None else code.index(where) + where.rindex("e")
    )


FORWARDED = [
    prints(
        "message of an assertion",
        'assert_eq!(n, "a", "got {:#}", e);\n    assert!(n == "{}", "{e:#}");',
        'assert_eq!(n, "a", "got {}", e);\n    assert!(n == "{}", "{e}");',
        "e",
    ),
    prints("not a message", 'assert_eq!(n, "{e:#}");', 'assert_eq!(n, "{e:#}");', "e"),
    prints(
        "handed on",
        "fmt::Display::fmt(&&e, f)?; Display::fmt(&n, f)?; Debug::fmt(&e, f)?;",
        'write!(f, "{}", e)?; Display::fmt(&n, f)?; Debug::fmt(&e, f)?;',
        "e",
    ),
    prints(
        "a method within Display",
        "impl fmt::Display for S { fn fmt(&self, f: F) -> R { self.0.fmt(f) } }",
        'impl fmt::Display for S { fn fmt(&self, f: F) -> R { write!(f, "{}", self.0) } }',
        "self.0",
    ),
    prints(
        "a method within Debug",
        "impl fmt::Debug for S { fn fmt(&self, f: F) -> R { self.0.fmt(f) } }",
        "impl fmt::Debug for S { fn fmt(&self, f: F) -> R { self.0.fmt(f) } }",
        "self.0",
    ),
]


@pytest.mark.parametrize("case", FORWARDED, ids=lambda case: case.name)
def test_an_error_that_is_printed_on_the_way_prints_no_chain(case: Case) -> None:
    check(failure, case)
