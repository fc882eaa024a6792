"""Which functions get an error probe, and which values of error types can be written down."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.rust.edits import Edit, apply_edits
from codemods.rust.error_probes import (
    Wrapping,
    call_at,
    error_expression,
    error_functions,
    expression_wrapping,
    function_wrapping,
    helper_edit,
    result_aliases,
)
from codemods.rust.error_reader import reader_levels
from codemods.rust.error_values import error_values, impl_spans, module_end, type_spans
from codemods.rust.source import Source
from codemods.rust.spans import Span


def _source(text: str) -> Source:
    return Source(PurePosixPath("src/lib.rs"), text.encode(), "2018")


def _names(text: str) -> list[str]:
    source = _source(text)
    return [function.path for function in error_functions(source, result_aliases(source))]


@pytest.mark.parametrize(
    "function",
    [
        "fn f() -> Result<u8, Error> { g() }",
        "fn f() -> io::Result<()> { g() }",
        "fn f() -> Fallible<()> { g() }",
        "fn f() -> Option<Result<u8, E>> { g() }",
        "fn f() -> ParseError { g() }",
        "async fn f() -> Result<u8, E> { g() }",
        "unsafe fn f() -> Result<u8, E> { g() }",
        "type Answer<T> = std::result::Result<T, E>; fn f() -> Answer<u8> { g() }",
    ],
)
def test_a_function_that_may_return_an_error_is_watched(function: str) -> None:
    assert _names(function) == ["fn f"]


@pytest.mark.parametrize(
    "function",
    [
        "fn f() -> u8 { g() }",
        "fn f() { g() }",
        "fn f() -> fmt::Result { g() }",
        "fn f() -> Result<impl Iterator<Item = u8>, E> { g() }",
        "const fn f() -> Result<u8, E> { g() }",
        'extern "C" fn f() -> Result<u8, E> { g() }',
        "fn f() -> Result<u8, /* why */ E> { g() }",
        "trait T { fn f() -> Result<u8, E>; }",
        "macro_rules! m { () => { fn f() -> Result<u8, E> { g() } } }",
        "my! { fn f() -> Result<u8, E> { g() } }",
        "fn f() -> Self { g() }",
        "type Answer = Option<u8>; fn f() -> Answer { g() }",
    ],
)
def test_a_function_that_returns_none_or_cant_be_watched_is_left_alone(function: str) -> None:
    assert _names(function) == []


def test_a_conversion_to_self_is_watched() -> None:
    assert _names("impl From<A> for B { fn from(a: A) -> Self { B(a) } }") == ["impl From<A> for B/fn from"]


def test_functions_inside_of_functions_and_modules_are_found_with_their_depth() -> None:
    source = _source(
        "mod a { mod b { fn f() -> Result<u8, E> { fn g() -> Result<u8, E> { h() } g() } } }"
        " impl S { fn k(&self) -> Result<u8, E> { h() } }"
    )

    found = error_functions(source)

    assert [(f.path, f.depth) for f in found] == [
        ("mod a/mod b/fn f", 2),
        ("mod a/mod b/fn f/fn g", 2),
        ("impl S/fn k", 0),
    ]


def _wrapped(source: Source, wrapping: Wrapping, *more: Edit) -> str:
    start, end = wrapping.span.start, wrapping.span.end
    around = (Edit(Span(start, start), wrapping.before), Edit(Span(end, end), wrapping.after))
    return apply_edits(source.content, [*around, *more]).decode()


def test_a_probe_keeps_lines_and_everything_that_was_there() -> None:
    text = "fn f<'a>(x: &'a str)\n    -> Result<&'a str,\n  E>\n{\n    // why\n  g(x)?;\n  Ok(x) // end\n}"
    source = _source(text)
    helper, levels = helper_edit(source, "/tmp/notes", [("fail", "Fail", "cause")])
    function = error_functions(source)[0]

    probed = _wrapped(source, function_wrapping(function, 7, levels), helper)

    lines = probed.split("\n")
    assert lines[:3] == text.split("\n")[:3]
    assert lines[3] == "{ let codemod_value = self::codemod_errors::run(move || -> Result<&'a str, E> {"
    assert lines[4:7] == text.split("\n")[4:7]
    assert lines[7].startswith("}); { use self::codemod_errors::*; (&&&")
    assert lines[7].endswith("Seen(&codemod_value)).codemod_see(7); } codemod_value }")
    assert len(lines) == 9
    assert "extern crate fail as codemod_crate_0" in lines[8]


def test_each_trait_adds_levels_and_the_text_has_one_for_each() -> None:
    assert reader_levels([("a", "T", "cause")]) == reader_levels([]) + 6
    _, levels = helper_edit(_source(""), "n", [("a", "T", "cause")])
    text = helper_edit(_source(""), "n", [("a", "T", "cause")])[0].text
    assert text.count("pub trait CodemodSee") == levels


@pytest.mark.parametrize(
    ("text", "name", "call"),
    [
        ("fn f() { g(1)?; }", "g", "g(1)"),
        ("fn f() { a.b().context(h(2))?; }", "context", "a.b().context(h(2))"),
        ("fn f() { a.b().context(h(2))?; }", "b", "a.b()"),
        ("fn f() { let e = x::y::<Z>(1); }", "y", "x::y::<Z>(1)"),
        ("fn f() { e.downcast::<Z>() }", "downcast", "e.downcast::<Z>()"),
        ("fn f() { Err(format_err!(1)) }", "format_err", "format_err!(1)"),
        ("fn f() { Err(x::err_msg(1)) }", "x::err_msg(1)", "x::err_msg(1)"),
    ],
)
def test_a_call_is_known_by_its_name(text: str, name: str, call: str) -> None:
    at = text.index(name)
    found = error_expression(_source(text), Span(at, at + len(name)))

    assert found is not None
    assert found.span.of(text.encode()).decode() == call
    assert call_at(_source(text), found.span) == found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("fn f() { g(h)?; }", "h"),
        ("fn f() { a.context(b); }", "a"),
        ("fn f() { bail!(1); }", "bail"),
        ("fn f() -> Error { g() }", "Error"),
        ("use failure::err_msg;", "err_msg"),
        ("static A: u8 = g(1);", "g"),
        ("m! { fn f() { g(1) } }", "g"),
    ],
)
def test_what_is_no_call_in_a_function_is_not_watched(text: str, name: str) -> None:
    at = text.index(name)

    assert error_expression(_source(text), Span(at, at + len(name))) is None


def test_a_call_is_watched_in_its_place() -> None:
    source = _source("mod a { fn f() { x.context(y)? } }")
    at = source.content.index(b"context")
    call = error_expression(source, Span(at, at + 7))

    assert call is not None
    assert _wrapped(source, expression_wrapping(call, 3, 1)) == (
        "mod a { fn f() { (match x.context(y) { codemod_value => { { use self::super::codemod_errors::*;"
        " (&Seen(&codemod_value)).codemod_see(3); } codemod_value } })? } }"
    )


def _values(text: str) -> dict[str, str]:
    return {value.label: value.expression for value in error_values(_source(text), lambda _: True)}


def test_variants_with_simple_fields_are_built() -> None:
    found = _values(
        "enum E { A, B(String, &'static str), C { n: u8, why: Option<io::Error> }, D(Cow<'static, str>) }\n"
        "struct S;"
    )

    assert found == {
        "E::A": "E::A",
        "E::B": 'E::B($S::string::String::from("value {1}"), "value {2}")',
        "E::C": (
            "E::C { n: 1, why: $S::option::Option::Some("
            '$S::io::Error::new($S::io::ErrorKind::Other, "value {2}")) }'
        ),
        "E::D": 'E::D($S::borrow::Cow::Borrowed("value {1}"))',
        "S": "S",
    }


@pytest.mark.parametrize("field", ["Error", "Other", "Box<str>", "fn()", "[u8; 2]", "HashMap<u8, u8>", "T"])
def test_a_variant_whose_field_nobody_can_write_down_is_not_built(field: str) -> None:
    assert _values(f"enum E {{ A({field}), B }}") == {"E::B": "E::B"}


def test_what_a_conversion_makes_of_a_value_is_built_too() -> None:
    found = _values("enum Kind { A } struct Error { kind: Kind } impl From<Kind> for Error { }")

    assert found == {"Kind::A": "Kind::A", "Error::from(Kind::A)": "Error::from(Kind::A)"}


def test_conversions_are_given_simple_values_as_well() -> None:
    found = _values(
        "enum E { A, #[error(transparent)] Io(#[from] io::Error), B(#[from] Other) }"
        " impl<'a> From<&'a str> for E {} impl From<String> for E {} impl From<Other> for E {}"
        " impl From<&'a str> for Elsewhere {}"
    )

    assert [label for label in found if "from" in label] == [
        "E::from(io::Error)",
        "E::from(&'a str)",
        "E::from(String)",
        "Elsewhere::from(&'a str)",
    ]
    assert found["E::from(&'a str)"] == 'E::from("value {1}")'
    assert found["E::from(io::Error)"] == found["E::Io"].replace("E::Io", "E::from")


def test_only_types_that_are_wanted_or_whose_impl_is_are_built() -> None:
    text = "#[derive(Debug)] struct A; struct B; impl Fail for B {} struct C; impl C {}"
    source = _source(text)

    def wanted(*pieces: str) -> list[str]:
        spans = [Span(at, at + len(piece)) for piece in pieces if (at := text.index(piece)) >= 0]
        found = error_values(source, lambda span: any(span.overlaps(each) for each in spans))
        return [value.label for value in found]

    assert wanted("#[derive") == ["A"]
    assert wanted("impl Fail") == ["B"]
    assert wanted("struct C", "impl C") == ["C"]
    assert wanted() == []


def test_the_end_of_a_module_is_before_its_brace() -> None:
    text = "mod a { mod b { struct S; } } mod c;\n"
    source = _source(text)

    assert module_end(source, ()) == len(text)
    assert module_end(source, ("a", "b")) == text.index(" } }") + 1
    assert module_end(source, ("c",)) is None
    assert module_end(source, ("d",)) is None
    assert error_values(source, lambda _: True)[0].modules == ("a", "b")


def test_a_value_knows_its_variant_and_the_head_of_its_type() -> None:
    text = "#[derive(X)]\nenum E {\n  #[say] A(u8),\n  B(Other),\n}"
    (value,) = error_values(_source(text), lambda _: True)

    assert value.head.of(text.encode()) == b"#[derive(X)]\nenum E "
    assert value.own.of(text.encode()) == b"#[say] A(u8)"


def test_types_and_their_impls_are_found_by_name() -> None:
    text = "struct A; impl A {} impl Fail for A {} impl Fail for B<u8> {} mod m { enum C {} }"
    content = text.encode()

    impls = {name: [span.of(content) for span in spans] for name, spans in impl_spans(_source(text)).items()}
    types = {name: [span.of(content) for span in spans] for name, spans in type_spans(_source(text)).items()}

    assert impls == {"A": [b"impl A {}", b"impl Fail for A {}"], "B": [b"impl Fail for B<u8> {}"]}
    assert types == {"A": [b"struct A;"], "C": [b"enum C {}"]}
