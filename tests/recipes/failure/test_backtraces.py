"""Backtraces that types hold go with the values that constructors give them, or the types stay."""

from __future__ import annotations

import pytest
from codemods.recipes.failure.backtraces import Backtraces, backtraces_of
from codemods.recipes.failure.hand_written import hand_written_types
from codemods.recipes.failure.own_types import OwnType, TypeRefused
from codemods.recipes.failure.types import all_mentions, derived_types

from codemods.rust.edits import apply_edits
from tests.recipes.failure.sources import names_of, rewritten

USE = "use failure::{Backtrace, Fail};\n"
NAMED = '#[derive(Debug, Fail)]\n#[fail(display = "{}", a)]\nstruct E { a: u8, backtrace: Backtrace }\n'
TUPLE = '#[derive(Debug, Fail)]\n#[fail(display = "{}", _1)]\nstruct E(Backtrace, u8);\n'
VARIANT = '#[derive(Debug, Fail)]\nenum T { #[fail(display = "{}", _1)] V(failure::Backtrace, u8) }\n'


def types(text: str, *, is_library: bool = False) -> tuple[list[OwnType], Backtraces]:
    names = names_of(USE + text)
    mentions = all_mentions(names)
    found = backtraces_of([(names, mentions)], is_library=is_library)
    made: list[OwnType] = [*derived_types(names, mentions, backtraces=found)]
    made += hand_written_types(names, mentions, backtraces=found)
    return made + list(found.made_in(names.source.path)), found


def without(text: str) -> str:
    return rewritten(names_of(USE + text), types(text)[0]).removeprefix(USE)


NEW_NAMED = '#[derive(Debug, thiserror::Error)]\n#[error("{a}")]\nstruct E { a: u8 }\n'
NEW_TUPLE = '#[derive(Debug, thiserror::Error)]\n#[error("{0}")]\nstruct E(u8);\n'
NEW_VARIANT = '#[derive(Debug, thiserror::Error)]\nenum T { #[error("{0}")] V(u8) }\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            NAMED + "fn f() -> E { E { a: 1, backtrace: Backtrace::new() } }",
            NEW_NAMED + "fn f() -> E { E { a: 1 } }",
        ),
        (NAMED + "fn f() { E { backtrace: Backtrace::default(), a } }", NEW_NAMED + "fn f() { E { a } }"),
        (
            NAMED + "fn f(e: E) { let E { a, .. } = e; e.backtrace(); }",
            NEW_NAMED + "fn f(e: E) { let E { a, .. } = e; e.backtrace(); }",
        ),
        (
            NAMED + "impl E { fn f() -> Self { Self { a: 1, backtrace: Backtrace::new() } } }",
            NEW_NAMED + "impl E { fn f() -> Self { Self { a: 1 } } }",
        ),
        (TUPLE + "fn f() -> E { E(Backtrace::new(), 1) }", NEW_TUPLE + "fn f() -> E { E(1) }"),
        (
            VARIANT + "fn f() { T::V(Backtrace::new(), 1); match t { T::V(_, b) => b, T::V(..) => 1 } }",
            NEW_VARIANT + "fn f() { T::V(1); match t { T::V(b) => b, T::V(..) => 1 } }",
        ),
    ],
)
def test_a_backtrace_goes_with_its_values(before: str, after: str) -> None:
    assert without(before) == after


def test_lines_of_their_own_go_whole() -> None:
    before = """\
#[derive(Debug, Fail)]
#[fail(display = "a")]
struct E {
    a: u8, // kept
    /// Where it began.
    backtrace: Backtrace,
}

fn f() -> E {
    E {
        a: 1,
        backtrace: Backtrace::new(),
    }
}
"""
    after = """\
#[derive(Debug, thiserror::Error)]
#[error("a")]
struct E {
    a: u8, // kept
}

fn f() -> E {
    E {
        a: 1,
    }
}
"""
    assert without(before) == after


def test_the_impl_of_a_type_takes_its_backtrace_along() -> None:
    before = (
        "struct E { a: u8, backtrace: Backtrace }\n"
        "impl Fail for E { fn backtrace(&self) -> Option<&Backtrace> { Some(&self.backtrace) } }\n"
        "fn f() -> E { E { a: 1, backtrace: Backtrace::new() } }\n"
    )

    assert without(before) == (
        "struct E { a: u8 }\nimpl std::error::Error for E {}\nfn f() -> E { E { a: 1 } }\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        NAMED + "fn f(e: E) { g(e.backtrace) }",
        NAMED + "fn f(e: E) { let E { a, backtrace } = e; }",
        NAMED + "fn f(backtrace: Backtrace) -> E { E { a: 1, backtrace } }",
        NAMED + "fn f() -> E { E { a: 1, backtrace: make() } }",
        TUPLE + "fn f(b: Backtrace) -> E { E(b, 1) }",
        TUPLE + "fn f(e: E) { let E(b, _) = e; }",
        '#[derive(Debug, Fail)]\n#[fail(display = "a")]\nstruct E(Backtrace);\n',
        '#[derive(Debug, Fail)]\n#[fail(display = "{:?}", backtrace)]\nstruct E { backtrace: Backtrace }\n',
    ],
)
def test_a_type_whose_backtrace_is_used_stays(text: str) -> None:
    (found,) = types(text)[0]

    assert isinstance(found, TypeRefused)
    assert found.code in ("backtrace-field", "backtrace-shown")


def test_what_callers_of_a_library_see_stays() -> None:
    text = VARIANT.replace("enum T", "pub enum T")

    (inside,), (outside,) = types(text)[0], types(text, is_library=True)[0]

    assert not isinstance(inside, TypeRefused)
    assert isinstance(outside, TypeRefused)
    assert "callers outside" in outside.reason


def test_values_in_another_file_go_too() -> None:
    first = names_of(USE + NAMED, path="src/a.rs")
    second = names_of(USE + "fn f() -> E { E { a: 1, backtrace: Backtrace::new() } }", path="src/b.rs")

    found = backtraces_of([(each, all_mentions(each)) for each in (first, second)])

    assert not list(found.made_in(first.source.path))
    (value,) = found.made_in(second.source.path)
    assert not value.moves_alone
    assert apply_edits(second.source.content, value.edits).decode() == USE + "fn f() -> E { E { a: 1 } }"
