"""Which code must be run for what a diff changes to count as run."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.engine.changed_items import changed_items
from codemods.engine.item_places import item_places
from codemods.rust.source import Source
from codemods.rust.tracers import Tracer, Untraceable, place_tracer

PATH = PurePosixPath("src/lib.rs")


def noted(old: str, new: str) -> list[str]:
    """Return the function after the change with `@` where each note goes."""
    before, after = (f"fn f() {{ {text} }}\n".encode() for text in (old, new))
    source = Source(PATH, after)
    found = []
    for item in changed_items({PATH: (before, after)}, {}):
        for place in item_places(item):
            match place_tracer(source, place.span):
                case Tracer(span):
                    text = after[: span.end] + b"@" + after[span.end :]
                    found.append(text.decode().strip()[len("fn f() { ") : -2])
                case Untraceable():
                    found.append("not measured")
    return sorted(found)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a(1); b()", "a(2); b()", ["@a(2); b()"]),
        # Where a statement is gone, that place must be come to: not the begin of the block.
        ("if x { return 1; } side(); 2", "if x { return 1; } 2", ["if x { return 1; } @2"]),
        ("if x { a(); b(); } 2", "if x { a(); } 2", ["if x { a(); @} 2"]),
        ("if x { a(); } 2", "if x { } 2", ["if x { @} 2"]),
        # An arm, a closure, a right operand may stay unrun although the statement is run.
        (
            "match x { A => 1, B => 5 }",
            "match y { A => 1, B => 6 }",
            ["@match y { A => 1, B => 6 }", "match y { A => 1, B => 6@ }"],
        ),
        (
            "let y = x.map(|v| v + 1);",
            "let y = x.then(|v| v + 2);",
            ["@let y = x.then(|v| v + 2);", "let y = x.then(|v| v + 2@);"],
        ),
        (
            "let y = x > 1 && g(x);",
            "let y = x > 2 && h(x);",
            ["@let y = x > 2 && h(x);", "let y = x > 2 && h(x)@;"],
        ),
        (
            "if let A = x && g(x) { a() }",
            "if let B = x && h(x) { a() }",
            ["if let B = x && h(x)@ { a() }", "not measured"],
        ),
        (
            "match x { A if g() => 1, B => 5 }",
            "match x { A if h() => 1, B => 5 }",
            ["match x { A if h()@ => 1, B => 5 }"],
        ),
        ("match x { A => 1 }", "match x { C => 1 }", ["not measured"]),
        # What is new may be left before its end.
        (
            "a();",
            "a(); let c = h(g(x)?, 1); d(c)?;",
            [
                "a(); @let c = h(g(x)?, 1); d(c)?;",
                "a(); let c = h(g(x)@?, 1); d(c)?;",
                "a(); let c = h(g(x)?, 1); @d(c)?;",
                "a(); let c = h(g(x)?, 1); d(c)@?;",
            ],
        ),
        ("if a { 1 } else { 2 }", "if b { 1 } else { 2 }", ["@if b { 1 } else { 2 }"]),
        ("x", "if a { return 77; } x", ["@if a { return 77; } x", "if a { @return 77; } x"]),
    ],
)
def test_each_strand_with_something_new_is_noted(old: str, new: str, expected: list[str]) -> None:
    assert noted(old, new) == sorted(expected)
