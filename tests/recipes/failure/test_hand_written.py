"""`impl Fail` becomes `impl std::error::Error`; what only `Fail` had goes away."""

from __future__ import annotations

import pytest
from codemods.recipes.failure.hand_written import hand_written_types
from codemods.recipes.failure.own_types import CODES, TypeRewrite

from tests.recipes.failure.sources import names_of, refusal, rewritten

USE = "use failure::{Backtrace, Error, Fail};\n"
RESULT = "Option<&(dyn std::error::Error + 'static)>"


def written(text: str) -> str:
    names = names_of(USE + text)
    return rewritten(names, hand_written_types(names)).removeprefix(USE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("impl Fail for E {}", "impl std::error::Error for E {}"),
        ("impl failure::Fail for a::E<u8> { }", "impl std::error::Error for a::E<u8> { }"),
        (
            "impl<T: Clone> Fail for E<T> where T: Copy {}",
            "impl<T: Clone> std::error::Error for E<T> where T: Copy {}",
        ),
    ],
)
def test_an_empty_impl_names_the_other_trait(before: str, after: str) -> None:
    assert written(before) == after


@pytest.mark.parametrize("result", ["&Fail", "&dyn Fail", "&(dyn Fail)", "&failure::Fail"])
def test_a_cause_is_a_source(result: str) -> None:
    body = "{\n        Some(&self.a) // a\n    }\n}"
    before = f"impl Fail for E {{\n    fn cause(&self) -> Option<{result}> {body}"

    assert written(before) == f"impl std::error::Error for E {{\n    fn source(&self) -> {RESULT} {body}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Some(self.e.as_fail())", "Some(&*self.e)"),
        ("Some(self.e.cause())", "Some(&*self.e)"),
        ("Some(&self.b)", "Some(&*self.b)"),
        ("self.b.cause()", "self.b.source()"),
        ("self.own.cause()", "std::error::Error::source(&self.own)"),
        ("Some(&self.own)", "Some(&self.own)"),
        (
            "self.o.as_ref().map(|x| x as &Fail)",
            "self.o.as_ref().map(|x| x as &(dyn std::error::Error + 'static))",
        ),
        ("None", "None"),
    ],
)
def test_what_a_field_hands_out_depends_on_its_type(before: str, after: str) -> None:
    given = "struct E { e: Error, b: Box<dyn Fail>, own: Own, o: Option<Own> }\n"
    text = f"{given}impl Fail for E {{ fn cause(&self) -> Option<&Fail> {{ %s }} }}"

    expected = text.replace("impl Fail", "impl std::error::Error").replace(
        "fn cause(&self) -> Option<&Fail>", f"fn source(&self) -> {RESULT}"
    )
    assert written(text % before) == expected % after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("E::B(ref e) => Some(e.as_fail()), _ => None", "E::B(ref e) => Some(&**e), _ => None"),
        ("E::B(e) => { Some(e.cause()) } _ => None", "E::B(e) => { Some(&**e) } _ => None"),
        (
            "E::A => {} E::C(_, ref e) => e.cause()",
            "E::A => {} E::C(_, ref e) => std::error::Error::source(e)",
        ),
        ("E::D { ref own, .. } => own.cause()", "E::D { ref own, .. } => std::error::Error::source(own)"),
        ("E::D { b: ref x, .. } => x.cause()", "E::D { b: ref x, .. } => x.source()"),
        ("E::D { b: ref x, .. } => Some(x)", "E::D { b: ref x, .. } => Some(&**x)"),
        ("E::C(_, ref e) => Some(e)", "E::C(_, ref e) => Some(e)"),
    ],
)
def test_what_a_pattern_binds_depends_on_the_field(before: str, after: str) -> None:
    given = "enum E { A, B(Error), C(u8, Own), D { own: Own, b: Box<dyn Fail> } }\n"
    text = f"{given}impl Fail for E {{ fn cause(&self) -> Option<&Fail> {{ match *self {{ %s }} }} }}"

    expected = text.replace("impl Fail", "impl std::error::Error").replace(
        "fn cause(&self) -> Option<&Fail>", f"fn source(&self) -> {RESULT}"
    )
    assert written(text % before) == expected % after


@pytest.mark.parametrize(
    "arm",
    [
        "E::X(ref e) => e.cause()",
        "E::C(.., ref e) => e.cause()",
        "E::B(ref e) | E::C(ref e, _) => e.cause()",
        "E::B(ref e) if a => e.cause()",
    ],
)
def test_a_binding_that_is_not_followed_is_refused(arm: str) -> None:
    given = "enum E { B(Error), C(u8, Own) }\n"
    text = f"{USE}{given}impl Fail for E {{ fn cause(&self) -> Option<&Fail> {{ match *self {{ {arm} }} }} }}"

    assert refusal(hand_written_types(names_of(text))).code == "cause-body"


def test_what_only_fail_had_goes_with_its_comments() -> None:
    before = """\
impl Fail for E {
    // The name.
    fn name(&self) -> Option<&str> { Some("e") }

    fn cause(&self) -> Option<&dyn Fail> { None } // none

    /// Where.
    #[inline]
    fn backtrace(&self) -> Option<&Backtrace> {
        Some(&self.backtrace)
    }
}
"""
    after = f"""\
impl std::error::Error for E {{
    fn source(&self) -> {RESULT} {{ None }} // none
}}
"""
    assert written(before) == after


def test_nothing_is_left_where_all_goes() -> None:
    before = "impl Fail for E {\n    fn backtrace(&self) -> Option<&Backtrace> { None }\n}\n"

    assert written(before) == "impl std::error::Error for E {}\n"


def test_a_name_that_is_lost_is_said() -> None:
    names = names_of(USE + 'impl Fail for E { fn name(&self) -> Option<&str> { Some("e") } }')

    (found,) = hand_written_types(names)

    assert isinstance(found, TypeRewrite)
    assert found.notes == ("`E` no longer has a `name()` of its own.",)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("fn cause(&self) -> Option<&Fail> { self.unknown().cause() }", "cause-body"),
        ("fn cause(&self) -> Option<&Fail> { Some(self.x.find_root_cause()) }", "cause-body"),
        ("fn cause(&self) -> Option<&Fail> { Error::from(1); None }", "cause-body"),
        ("fn cause(&self) -> Option<&Fail> { match self { E::A(e) => e.cause() } }", "cause-body"),
        ("fn other(&self) {}", "fail-method"),
        ("delegate!();", "fail-method"),
    ],
)
def test_what_is_not_understood_is_refused(body: str, code: str) -> None:
    found = refusal(hand_written_types(names_of(USE + f"impl Fail for E {{ {body} }}")))

    assert found.code == code
    assert found.code in CODES


def test_other_mentions_of_the_trait_are_no_impl() -> None:
    assert not list(
        hand_written_types(names_of(USE + "fn f<T: Fail>(x: &dyn Fail) {} impl X for Box<dyn Fail> {}"))
    )


def test_an_impl_that_others_rewrite_is_left_to_them() -> None:
    names = names_of(USE + "impl Fail for E {}")
    (found,) = hand_written_types(names)

    assert not list(hand_written_types(names, claimed=(found.span,)))
