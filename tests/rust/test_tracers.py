"""Where a tracer is put, and where none can be."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.rust.edits import apply_edits
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.tracers import Tracer, Untraceable, place_tracer, tracer_edits


def _traced(marked: str) -> str:
    """Return the text with a tracer at each `‹…›`, numbered by where it begins."""
    spans: list[Span] = []
    opened: list[tuple[int, int]] = []
    plain = b""
    for character in marked:
        if character == "‹":
            opened.append((len(spans), len(plain)))
            spans.append(Span(0, 0))
        elif character == "›":
            index, start = opened.pop()
            spans[index] = Span(start, len(plain))
        else:
            plain += character.encode()
    source = Source(PurePosixPath("src/lib.rs"), plain)
    tracers = {}
    for number, span in enumerate(spans):
        found = place_tracer(source, span)
        if isinstance(found, Untraceable):
            return found.reason
        tracers[number] = found
    return apply_edits(plain, tracer_edits(tracers, lambda number: f"t{number}();")).decode()


@pytest.mark.parametrize(
    ("marked", "traced"),
    [
        ("fn f() { let a = ‹g(1)?›; }", "fn f() { let a = (g(1), { t0(); }).0?; }"),
        ("fn f() { ‹‹a()?›.b()?› }", "fn f() { ((a(), { t1(); }).0?.b(), { t0(); }).0? }"),
        ("fn f() { let a =‹ \n g(1)?\n ›; }", "fn f() { let a = \n (g(1), { t0(); }).0?\n ; }"),
        ("fn f() { h(‹g(1)? /* c */›) }", "fn f() { h((g(1), { t0(); }).0? /* c */) }"),
        ("fn f() { h(‹/* c */ g(1)?\n // d\n ›) }", "fn f() { h(/* c */ (g(1), { t0(); }).0?\n // d\n ) }"),
        ("fn f() { g(&‹x.await?›) }", "fn f() { g(&(x.await, { t0(); }).0?) }"),
        ("fn f() { g(‹h()›) }", "fn f() { g((h(), { t0(); }).0) }"),
        ("fn f() { || a && ‹b?› }", "fn f() { || a && (b, { t0(); }).0? }"),
        ("fn f() { p!(‹x?›, y); }", "fn f() { p!((x, { t0(); }).0?, y); }"),
        (
            "macro_rules! m { ($e:expr) => { ‹$e?› } }",
            "macro_rules! m { ($e:expr) => { ($e, { t0(); }).0? } }",
        ),
        ("fn f() { a(); ‹let b = c;\n b.d();› e() }", "fn f() { a(); { t0(); } let b = c;\n b.d(); e() }"),
        ("fn f() { a(‹1›); }", "fn f() { { t0(); } a(1); }"),
        ("/// ```\n/// ‹a()?›;\n/// ```\nfn f() {}", "/// ```\n/// (a(), { t0(); }).0?;\n/// ```\nfn f() {}"),
        # The value of a branch is given away, whatever it is.
        ("fn f() { a && ‹x›; }", "fn f() { a && (x, { t0(); }).0; }"),
        ("fn f() { let g = || ‹1›; }", "fn f() { let g = || (1, { t0(); }).0; }"),
        ("fn f() { match a { B => ‹c.d› } }", "fn f() { match a { B => (c.d, { t0(); }).0 } }"),
        ("fn f() { if ‹a› && b { c } }", "fn f() { { t0(); } if a && b { c } }"),
        ("const fn f() {} fn g() { ‹f()› }", "const fn f() {} fn g() { (f(), { t0(); }).0 }"),
    ],
)
def test_a_tracer_stands_behind_the_value_or_before_the_statement(marked: str, traced: str) -> None:
    assert _traced(marked) == traced


@pytest.mark.parametrize(
    ("marked", "reason"),
    [
        ("use ‹std::try›;", "an import runs nothing by itself"),
        ("#[‹derive(Fail)›] struct S;", "an attribute runs nothing by itself"),
        ("const fn f() -> u8 { ‹g()› }", "a `const fn` can note nothing"),
        ("const X: u8 = ‹g()›;", "the compiler itself evaluates this constant"),
        ("static X: [u8; 1] = [‹g()›];", "the compiler itself evaluates this constant"),
        # A statement that is begun may end before the place, or pass it over.
        ("fn f() { a()? + ‹1›; }", "no note can be put where exactly this code is run"),
        ("fn f() { let g = || a?‹.b + c(1)›; }", "no note can be put where exactly this code is run"),
        ("fn f() { a && !‹x›; }", "no note can be put where exactly this code is run"),
        ("fn f() { let g = || 1 + ‹1›; }", "no note can be put where exactly this code is run"),
        ("fn f() { let g = || ‹return 1›; }", "no note can be put where exactly this code is run"),
        ("fn f() { match a { ‹B› => 1 } }", "no note can be put where exactly this code is run"),
        ("fn f() { if a { b } else { c }; let ‹d› = if a { 1 } else { return }; }", None),
        ("struct S { ‹a: u8› }", "no note can be put where exactly this code is run"),
        ("fn f( { ‹g()› }", "the code is in a form that the parser does not understand"),
    ],
)
def test_no_tracer_is_put_where_it_would_tell_something_else(marked: str, reason: str | None) -> None:
    traced = _traced(marked)

    assert traced == reason if reason else "t0" in traced


def test_a_place_of_many_statements_is_told_by_the_first() -> None:
    source = Source(PurePosixPath("a.rs"), b"fn f() { // c\n a(); b(); }")

    assert place_tracer(source, Span(9, 25)) == Tracer(Span(15, 15))
