"""Where a file names the items of a crate."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.rust.mentions import Mention, MentionKind, mentions_of
from codemods.rust.names import Names
from codemods.rust.source import Source
from codemods.rust.trees import TreeKind

EXPORTS = {"failure": ["Error", "Fail", "ResultExt", "bail", "ensure", "err_msg"]}


def found_in(text: str, edition: str = "2021", **known: object) -> list[Mention]:
    source = Source(PurePosixPath("src/a.rs"), text.encode(), edition)
    names = Names(source, {"failure": "failure"}, exports=EXPORTS, **known)  # type: ignore[arg-type]
    return list(mentions_of(names, "failure"))


def shown(text: str, **known: tuple[str, ...]) -> list[str]:
    return [
        f"{each.kind} {text.encode()[each.span.start : each.span.end].decode()}"
        for each in found_in(text, "2021", **known)
    ]


IMPORTED = "use failure::{bail, err_msg, Error, Fail};\n"
OF_IMPORT = ["use bail", "use err_msg", "use Error", "use Fail"]

CASES = [
    ("type", "fn f(e: &failure::Error) {}", ["path failure::Error"]),
    ("generic", "type R<T> = Result<T, failure::Error>;", ["path failure::Error"]),
    ("bound", "fn f<T: failure::Fail>() where T: failure::Fail {}", ["path failure::Fail"] * 2),
    (
        "qualified",
        "fn f() { <failure::Error as failure::Fail>::g() }",
        ["path failure::Error", "path failure::Fail"],
    ),
    ("impl", "impl failure::Fail for S {}", ["path failure::Fail"]),
    (
        "global",
        "fn f(e: &mut ::failure::Error) { return ::failure::err_msg(1) }",
        ["path ::failure::Error", "path ::failure::err_msg"],
    ),
    (
        "global after a keyword",
        "impl ::failure::Fail for Box<dyn ::failure::Fail> {}",
        ["path ::failure::Fail"] * 2,
    ),
    ("global after generics", "impl<T: A<B<u8>>> ::failure::Fail for S<T> {}", ["path ::failure::Fail"]),
    ("global after lifetimes", "fn f<T>() where T: for<'a> ::failure::Fail {}", ["path ::failure::Fail"]),
    ("cast", "fn f() { x as ::failure::Error }", ["path ::failure::Error"]),
    ("behind a type", "fn f() { <X>::failure::Error; Vec::<u8>::failure::Error }", []),
    ("call", "fn f() { failure::err_msg(1) }", ["path failure::err_msg"]),
    ("call with type", "fn f() { failure::Context::<u8>::new(1) }", ["path failure::Context"]),
    ("pattern", "fn f() { match e { failure::E::X(y) => {} } }", ["path failure::E::X"]),
    ("struct", "fn f() { failure::S { a: 1 } }", ["path failure::S"]),
    ("macro", "fn f() { failure::bail!(1) }", ["macro failure::bail"]),
    ("not equal", "fn f() { failure::X != (1) }", ["path failure::X"]),
    ("derive", "#[derive(Debug, failure::Fail)] struct S;", ["derive failure::Fail"]),
    ("derive under a condition", "#[cfg_attr(x, derive(failure::Fail))] struct S;", ["derive failure::Fail"]),
    ("attribute", "#[failure::attr] struct S;", ["attribute failure::attr"]),
    ("attribute under a condition", "#[cfg_attr(x, failure::attr)] struct S;", ["attribute failure::attr"]),
    ("attribute's argument", "#[x(y = failure::attr)] struct S;", ["path failure::attr"]),
    ("macro argument", "fn f() { vec![failure::err_msg(1)] }", ["path failure::err_msg"]),
    ("format argument", 'fn f() { println!("{}", failure::X) }', ["path failure::X"]),
    ("tokens of a macro", "m! { a => failure::Error; }", ["path failure::Error"]),
    ("macro body", "macro_rules! m { () => { failure::bail!(1) } }", ["macro failure::bail"]),
    ("example", "//! ```\n//! use failure::Error;\n//! ```", ["use failure::Error"]),
    ("hidden line", "//! ```\n//! # failure::bail!(1);\n//! ```", ["macro failure::bail"]),
    (
        "link",
        "/// [`failure::Error`], [it](failure::Fail)\nstruct S;",
        ["doc-link failure::Error", "doc-link failure::Fail"],
    ),
    ("reference", "/// [it]\n///\n/// [it]: failure::Fail\nstruct S;", ["doc-link failure::Fail"]),
    ("no link", "/// failure::Error, `failure::Error`, [x](http://failure/Error)\nstruct S;", []),
    ("extern crate", "#[macro_use] extern crate failure;", ["extern-crate failure"]),
    (
        "renamed",
        "extern crate failure as f; fn f() { f::bail!(1) }",
        ["extern-crate failure as f", "macro f::bail"],
    ),
    ("reexport", "pub use failure::{Error, Fail as F};", ["reexport Error", "reexport Fail as F"]),
    ("the crate", "use failure; fn f() { failure::X }", ["use failure", "path failure::X"]),
    ("empty", "use failure::{};", ["use failure::{}"]),
    ("glob", "use failure::*; fn f(e: Error) {}", ["use failure::*", "path Error"]),
    ("comment", "// failure::Error\nstruct S;", []),
    ("string", 'const S: &str = "failure::Error";', []),
    ("method", "fn f() { x.failure(); x.failure::<u8>() }", []),
    ("field", "struct S { failure: u8 } fn f() { s.failure }", []),
    ("variable", "fn f(failure: u8) { failure }", []),
    ("another's", "fn f() { other::failure::Error }", []),
    ("this crate's", "fn f() { crate::failure::Error; $crate::failure::Error }", []),
    ("own module", "mod failure {} fn f() { failure::Error }", []),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_mentions(text: str, expected: list[str]) -> None:
    assert shown(text) == expected


WORDS = [
    ("type", "fn f(e: Error) -> Option<Error> {}", ["path Error"] * 2),
    ("where", "fn f<T>() where Error: From<T> {}", ["path Error"]),
    ("function", "fn f() { Error::from(1) }", ["path Error::from"]),
    ("value", "fn f() { g.map_err(err_msg) }", ["path err_msg"]),
    ("macro", "fn f() { bail!(1) }", ["macro bail"]),
    ("derive", "#[derive(Fail)] struct S;", ["derive Fail"]),
    ("not the macro", "fn f() { bail(1) }", ["path bail"]),
    ("item", "trait T { type Error; fn err_msg(); const Fail: u8; }", []),
    ("associated type", "impl T for S { type Error = Error; }", ["path Error"]),
    ("associated type given", "fn f() -> Box<F<Item = u8, Error = Error>> {}", ["path Error"]),
    ("associated path", "fn f() -> Self::Error {}", []),
    ("variant", "enum E { Error, Fail(Fail) }", ["path Fail"]),
    ("field", "struct S { Error: u8, e: Error }", ["path Error"]),
    ("field given", "fn f() { S { err_msg: 1 } }", []),
    ("parameter", "fn f(err_msg: u8) { g(err_msg) }", []),
    ("variable", "fn f() { let err_msg = err_msg(1); g(err_msg) }", ["path err_msg"]),
    ("generic parameter", "fn f<Error>(e: Error) {}", []),
    ("generic of an impl", "impl<Error> S<Error> { fn f(e: Error) {} }", []),
    ("method", "fn f() { x.err_msg() }", []),
    ("other module", "mod m { fn f(e: Error) {} }", []),
    ("test module", "mod tests { use super::*; fn f(e: Error) { bail!(1) } }", ["path Error", "macro bail"]),
    ("metavariable", "macro_rules! m { ($Error:ty) => { $Error } }", []),
    ("another import", "mod m { use other::Fail; #[derive(Fail)] struct S; }", []),
    ("link", "/// [`Error`] and [this](Fail)\nstruct S;", ["doc-link Error", "doc-link Fail"]),
    ("attribute's argument", "#[serde(Error)] struct S;", []),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in WORDS], ids=[case[0] for case in WORDS])
def test_imported_words(text: str, expected: list[str]) -> None:
    assert shown(IMPORTED + text) == OF_IMPORT + expected


def test_macros_and_derives_by_macro_use_of_the_root() -> None:
    text = "#[derive(Fail)] struct S; fn f() { bail!(1); other!(1) }"

    assert shown(text) == []
    assert shown(text, macro_uses=("failure",)) == ["derive Fail", "macro bail"]


def test_what_a_mention_tells() -> None:
    text = IMPORTED + "fn f() { vec![Error::from(1)] }"
    *_, found = found_in(text)

    assert found.kind is MentionKind.PATH
    assert found.path == ("failure", "Error", "from")
    assert [text[span.start : span.end] for span in found.segments] == ["Error", "from"]
    assert found.tree.kind is TreeKind.MACRO_ARGUMENT
    assert found.node.type == "scoped_identifier"
    assert found.origin is not None
    assert found.origin.name == "Error"


def test_the_edition_2015() -> None:
    text = "extern crate failure; mod m { use failure::Error; fn f() -> ::failure::Error {} }"

    found = [each.kind for each in found_in(text, edition="2015")]
    assert found == [MentionKind.EXTERN_CRATE, MentionKind.USE, MentionKind.PATH]


WORDS_OF_CODE = st.sampled_from(
    [
        "use",
        "failure",
        "Error",
        "::",
        "{",
        "}",
        "(",
        ")",
        "<",
        ">",
        ",",
        ";",
        "!",
        "#",
        "[",
        "]",
        "self",
        "super",
        "crate",
        "as",
        "*",
        "mod",
        "m",
        "fn",
        "derive",
        "pub",
        "=",
        ".",
        "$",
        "&",
    ]
)


@given(st.lists(WORDS_OF_CODE, max_size=30), st.sampled_from(["2015", "2021"]))
def test_any_text_can_be_read(words: list[str], edition: str) -> None:
    text = " ".join(words)

    for found in found_in(text, edition):
        assert found.path[0] == "failure"
        assert found.segments[-1].end <= found.span.end <= len(text)
