"""Types that derive `Fail` print the same with `thiserror`, or are refused."""

from __future__ import annotations

import pytest
from codemods.recipes.failure.own_types import CODES, TypeRewrite
from codemods.recipes.failure.types import derived_types

from tests.recipes.failure.sources import names_of, refusal, rewritten


def derived(text: str, edition: str = "2018") -> str:
    names = names_of(text, edition)
    return rewritten(names, derived_types(names))


def struct(attribute: str, fields: str) -> str:
    return f"#[derive(Debug, Fail)]\n#[{attribute}]\nstruct S{fields}\n"


MESSAGES = [
    ("no arguments", 'display = "plain {{}}"', ";", '"plain {{}}"'),
    ("underscored index", 'display = "{} {:?}", _0, _1', "(u8, u8);", '"{0} {1:?}"'),
    ("number", 'display = "{}", 0', "(u8);", '"{0}"'),
    ("name", 'display = "{} of {}", a, b', "{ a: u8, b: u8 }", '"{a} of {b}"'),
    ("index of a named field", 'display = "{} {}", _1, 0', "{ a: u8, b: u8 }", '"{b} {a}"'),
    ("index into the list", 'display = "{0} {1} {0}", _1, _0', "(u8, u8);", '"{1} {0} {1}"'),
    ("index and next", 'display = "{1} {} {}", _0, _1', "(u8, u8);", '"{1} {0} {1}"'),
    ("width", 'display = "{:>1$}", _0, _1', "(u8, usize);", '"{:>1$}", .0, .1'),
    ("width, swapped", 'display = "{:>1$}", _1, _0', "(usize, u8);", '"{:>1$}", .1, .0'),
    ("precision", 'display = "{:.*}", _0, _1', "(usize, f64);", '"{:.1$}", .1, .0'),
    ("width, named", 'display = "{:w$}", a', "{ a: u8, w: usize }", None),
    ("width among others", 'display = "{} {:1$} {}", a, w, b', "{ a: u8, b: u8, w: usize }", None),
    ("keyword", 'display = "{}", r#type', "{ r#type: u8 }", '"{}", .r#type'),
    ("name beyond ASCII", 'display = "{}", ä', "{ ä: u8 }", '"{}", .ä'),
    ("raw string", 'display = r#"{} "\\n""#, _0', "(u8);", 'r#"{0} "\\n""#'),
    ("escapes", 'display = "\\u{41}{}\\t", _0', "(u8);", '"\\u{41}{0}\\t"'),
    ("trailing comma", 'display = "a",', ";", '"a"'),
    ("spread out", '\n    display = "a {}",\n    _0\n', "(u8);", '"a {0}"'),
    ("generic type with commas", 'display = "{}", _1', "(Map<u8, u8>, u8);", '"{1}"'),
    ("function pointer", 'display = "{}", _1', "(fn(u8, u8) -> u8, u8);", '"{1}"'),
]


@pytest.mark.parametrize(
    ("arguments", "fields", "expected"),
    [each[1:] for each in MESSAGES if each[3] is not None],
    ids=[each[0] for each in MESSAGES if each[3] is not None],
)
def test_a_message_prints_the_same_fields(arguments: str, fields: str, expected: str) -> None:
    before = "use failure::Fail;\n" + struct(f"fail({arguments})", fields)

    after = derived(before)

    assert after == (
        f"use failure::Fail;\n#[derive(Debug, thiserror::Error)]\n#[error({expected})]\nstruct S{fields}\n"
    )


def test_a_width_among_other_fields_follows_the_values() -> None:
    text = struct('fail(display = "{} {:1$} {}", a, w, b)', "{ a: u8, w: usize, b: u8 }")

    # The second `{}` takes the second argument, which is also the width.
    assert '#[error("{} {:3$} {}", .a, .w, .b, .w)]' in derived(text)


REFUSED = [
    ("name of the code around", 'fail(display = "{MAX}")', ";", "captured-name"),
    ("width of the code around", 'fail(display = "{:w$}", a)', "{ a: u8, w: usize }", "captured-name"),
    ("too few", 'fail(display = "{} {}", _0)', "(u8);", "display-argument"),
    ("no such field", 'fail(display = "{}", b)', "{ a: u8 }", "display-argument"),
    ("no such index", 'fail(display = "{}", _1)', "(u8);", "display-argument"),
    ("address", 'fail(display = "{:p}", _0)', "(u8);", "pointer-format"),
    ("open brace", 'fail(display = "{")', ";", "format-string"),
    ("brace as an escape", r'fail(display = "\x7b}", _0)', "(u8);", "format-string"),
    ("other attribute", "fail(display)", ";", "fail-attribute"),
    ("a comment", 'fail(display = "a" /* why */)', ";", "comment-inside"),
    ("no literal", "fail(display = MESSAGE)", ";", "macro-message"),
    ("thiserror's own", 'fail(display = "a")', "(#[from] u8);", "attribute-clash"),
    ("a context", 'fail(display = "a")', "(failure::Context<u8>);", "context-value"),
    ("a backtrace", 'fail(display = "a")', "(failure::Backtrace);", "backtrace-field"),
    ("Debug of an error", 'fail(display = "{:?}", _0)', "(failure::Error);", "debug-text"),
    ("width of an error", 'fail(display = "{:9}", _0)', "(failure::Error);", "debug-text"),
    ("attribute of a field", 'fail(display = "a")', "(#[fail(cuase)] u8);", "fail-attribute"),
]


@pytest.mark.parametrize(
    ("attribute", "fields", "code"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED]
)
def test_what_would_print_something_else_is_refused(attribute: str, fields: str, code: str) -> None:
    names = names_of(struct(attribute, fields))

    found = refusal(derived_types(names))

    assert found.code == code
    assert found.code in CODES


CAUSES = [
    ("attribute", "(#[cause] io::Error);", "(#[source] io::Error);"),
    ("attribute of fail", "(#[fail(cause)] io::Error);", "(#[source] io::Error);"),
    ("of two the first", "(#[cause] A, #[cause] B);", "(#[source] A, B);"),
    ("field called source", "{ source: u8 }", "{ r#source: u8 }"),
    ("public field called source", "{ pub source: u8 }", "{ pub r#source: u8 }"),
    ("source beside a cause", "{ source: u8, #[cause] a: A }", "{ source: u8, #[source] a: A }"),
    ("source is the cause", "{ #[cause] source: A }", "{ #[source] source: A }"),
    ("under a condition", "(#[cfg_attr(x, cause)] A);", "(#[cfg_attr(x, source)] A);"),
]


@pytest.mark.parametrize(
    ("fields", "expected"), [each[1:] for each in CAUSES], ids=[each[0] for each in CAUSES]
)
def test_a_cause_is_the_source_and_nothing_else_is(fields: str, expected: str) -> None:
    text = struct('fail(display = "a")', fields)

    assert derived(text) == f'#[derive(Debug, thiserror::Error)]\n#[error("a")]\nstruct S{expected}\n'


def test_a_field_called_source_is_printed_by_its_raw_name() -> None:
    assert '#[error("{}", .r#source)]' in derived(struct('fail(display = "{}", source)', "{ source: u8 }"))


def test_each_variant_of_an_enum_has_its_message() -> None:
    before = """\
use failure::Fail as Failing;

/// Errors.
#[derive(Failing, Debug)]
pub(crate) enum Error<T: Clone> {
    // First.
    #[cfg(feature = "a")]
    #[fail(display = "a {}", _0)]
    A(#[cause] std::io::Error), // kept
    #[fail(
        display = "a message that is too long to stand on one line with its attribute, so it has its own: {}",
        value
    )]
    B { value: T, },
    #[fail(display = "c")] C = 3,
}
"""
    after = """\
use failure::Fail as Failing;

/// Errors.
#[derive(thiserror::Error, Debug)]
pub(crate) enum Error<T: Clone> {
    // First.
    #[cfg(feature = "a")]
    #[error("a {0}")]
    A(#[source] std::io::Error), // kept
    #[error(
        "a message that is too long to stand on one line with its attribute, so it has its own: {value}"
    )]
    B { value: T, },
    #[error("c")] C = 3,
}
"""
    assert derived(before) == after


@pytest.mark.parametrize(
    "derive",
    [
        "derive(Fail)",
        "derive(failure::Fail)",
        "derive(::failure::Fail)",
        "derive(failure_derive::Fail)",
        'cfg_attr(feature = "std", derive(Debug, Fail))',
    ],
)
def test_the_derive_is_found_in_every_spelling(derive: str) -> None:
    after = derived(f"use failure::Fail;\n#[{derive}]\nstruct S;\n")

    assert "thiserror::Error" in after
    assert "Fail" not in after.partition("\n")[2]


def test_a_type_without_a_message_keeps_its_own_display() -> None:
    text = "#[derive(Debug, Fail)]\nstruct S(u8);\nimpl Display for S { }\n"

    assert derived(text) == text.replace("Fail", "thiserror::Error", 1)


@pytest.mark.parametrize(
    ("matcher", "before", "after"),
    [
        ("$n:ident, $m:expr", "#[fail(display = $m)] struct $n;", "#[error($m)] struct $n;"),
        (
            "$($v:ident)*",
            'enum E { $(#[fail(display = "{}", _0)] $v(u8),)* }',
            'enum E { $(#[error("{0}")] $v(u8),)* }',
        ),
        (
            "$f:ident",
            '#[fail(display = "{}", $f)] struct E { $f: u8 }',
            '#[error("{}", .$f)] struct E { $f: u8 }',
        ),
        (
            "$(#[$a:meta])*",
            '$(#[$a])* #[fail(display = "{}", _0)] pub struct E(u8);',
            '$(#[$a])* #[error("{0}")] pub struct E(u8);',
        ),
    ],
)
def test_a_type_in_a_macro_is_rewritten(matcher: str, before: str, after: str) -> None:
    text = f"macro_rules! m {{ ({matcher}) => {{ #[derive(Debug, %s)] %s }} }}"

    assert derived(text % ("Fail", before)) == text % ("thiserror::Error", after)


@pytest.mark.parametrize(
    ("matcher", "text", "code"),
    [
        ("$m:expr", "#[fail(display = $m, _0)] struct S(u8);", "macro-message"),
        ("$m:meta", "#[fail($m)] struct S(u8);", "macro-message"),
        ("$($t:ty)*", '#[fail(display = "{}", _0)] struct S($($t),*);', "macro-fields"),
    ],
)
def test_what_callers_of_a_macro_write_is_not_guessed(matcher: str, text: str, code: str) -> None:
    names = names_of(f"macro_rules! m {{ ({matcher}) => {{ #[derive(Fail)] {text} }} }}")

    assert refusal(derived_types(names)).code == code


def test_what_else_names_the_old_crate_is_left_to_the_caller() -> None:
    names = names_of(
        "#[derive(Debug, Fail)]\n"
        "struct S<T: failure::Fail> { #[cause] a: failure::Error, b: Box<dyn failure::Fail> }\n"
    )

    (found,) = derived_types(names)

    assert isinstance(found, TypeRewrite)
    assert not found.moves_alone
    assert [names.source.text(span) for span in found.speaks] == [
        "failure::Fail",
        "failure::Error",
        "failure::Fail",
    ]
    assert {names.source.text(span) for span in found.covers} == {"Fail", "cause"}


def test_a_derive_of_another_crate_is_no_error_type() -> None:
    names = names_of("use crate::other::Fail;\n#[derive(Fail)]\nstruct S;\n")

    assert not list(derived_types(names))


def test_the_example_of_a_documentation_is_rewritten() -> None:
    code = ["use failure::Fail;", "#[derive(Debug, Fail)]", '#[fail(display = "{}", _0)]', "struct S(u8);"]
    text = "\n".join(["```", *code, "```"]).replace("\n", "\n/// ")
    text = f"/// {text}\nfn f() {{}}\n"

    assert '/// #[derive(Debug, thiserror::Error)]\n/// #[error("{0}")]\n' in derived(text)
