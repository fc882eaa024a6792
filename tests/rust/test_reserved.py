"""Old words are masked by names of equal length, and only where they are names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.rust.grammar import new_parser
from codemods.rust.reserved import EDITIONS, masked

NAMES_IN_2015 = [
    "fn try() { try!(try(try)); std::try!(x); try !(x); }",
    "fn async(async: u8) -> async { async(1); async { x: 1 } }",
    "fn await() { await(1); x.await(); x.await; await!(f); }",
    "fn dyn(dyn: dyn, &dyn: &dyn) -> Vec<dyn> { dyn(1); dyn.x; dyn = 1; dyn as u8; dyn::f(); }",
    "fn f() { for dyn in x {} match dyn { dyn if dyn => 1 } }",
    "fn f() { rng.gen(); rng.gen::<u8>(); gen { x: 1 }; let y: Vec<gen>; }",
    "mod try { pub mod async {} } use try::async::*;",
]
KEYWORDS_IN_2015 = [
    "fn f(x: Box<dyn Foo>, y: &'a dyn Foo, z: &mut (dyn Foo + Send)) -> Box<dyn for<'a> Fn(&'a u8)> {}",
    "type T = Box<dyn Send + 'static>; type U<'a> = dyn for<'b> Fn(&'b u8) + 'a; impl dyn Foo {}",
]


def has_error(code: str, edition: str) -> bool:
    return new_parser().parse(masked(code.encode(), edition)).root_node.has_error


@pytest.mark.parametrize("code", NAMES_IN_2015 + KEYWORDS_IN_2015)
def test_code_of_2015_parses_without_error(code: str) -> None:
    assert not has_error(code, "2015")


@pytest.mark.parametrize("code", KEYWORDS_IN_2015)
def test_a_contextual_dyn_stays_a_keyword(code: str) -> None:
    assert masked(code.encode(), "2015") == code.encode()


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    "code", ["fn f() { try!(x); }", "fn f() { try /* c */ ! [x]; }", "fn f() { r#try!{x} }"]
)
def test_try_with_a_bang_is_a_macro_in_every_edition(code: str, edition: str) -> None:
    tree = new_parser().parse(masked(code.encode(), edition))

    assert "macro_invocation" in str(tree.root_node)
    assert not tree.root_node.has_error


@pytest.mark.parametrize(
    "code",
    ["async fn f() { x.await; async move {} }", "type T = Box<dyn Foo>;", "fn f() { let x = try { y? }; }"],
)
def test_keywords_of_2018_stay(code: str) -> None:
    assert masked(code.encode(), "2018") == code.encode()


def test_a_gen_block_of_2024_stays() -> None:
    code = b"fn f() { gen { yield 1; } }"

    assert masked(code, "2024") == code
    assert masked(code, "2021") != code


def test_an_async_fn_in_a_2015_file_stays_one() -> None:
    assert masked(b"async fn f() {}", "2015") == b"async fn f() {}"


def test_parts_of_words_are_no_words() -> None:
    code = "fn retry(trye: u8, étry: u8, tryé: u8) { try_opt!(x); entry!(x); }".encode()

    assert masked(code, "2015") == code


def test_tokens_that_only_macros_take_do_not_hide_the_file() -> None:
    assert not has_error("macro_rules! m { (~ $x:ident) => { 1 } }", "2021")


def test_an_associated_type_may_be_called_str() -> None:
    assert not has_error("fn f<W: AnyWrite<str=S> + ?Sized>(w: &W) {}", "2015")


@given(st.binary(), st.sampled_from(EDITIONS))
def test_masking_keeps_the_length(content: bytes, edition: str) -> None:
    assert len(masked(content, edition)) == len(content)


WORDS = st.sampled_from(
    [
        "try",
        "async",
        "await",
        "dyn",
        "gen",
        "!",
        " ",
        "(x)",
        "fn f",
        '"',
        "//",
        "\n",
        "é",
        "_",
        "1",
        "'a",
        "::",
    ]
)


@given(st.lists(WORDS).map("".join), st.sampled_from(EDITIONS))
def test_masking_changes_nothing_but_reserved_words(code: str, edition: str) -> None:
    content = code.encode()
    result = masked(content, edition)
    changed = {index for index in range(len(content)) if content[index] != result[index]}
    words = [match.span() for match in re.finditer(rb"try|async|await|dyn|gen", content)]

    assert all(any(start <= index < end for start, end in words) for index in changed)
    assert masked(result, edition) == result
