"""Types as texts, and patterns of them."""

from __future__ import annotations

import pytest

from codemods.rust.drops import needs_drop
from codemods.rust.types import TypeTextError, matches, parameters, pattern_of, type_of


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("u8", "u8"),
        ("&'a mut [u8]", "&mut [u8]"),
        ("&'{erased} str", "&str"),
        ("*const *mut u8", "*const *mut u8"),
        ("(u8,)", "(u8,)"),
        ("(u8)", "u8"),
        ("[alloc::string::String; 4_usize]", "[std::string::String; 4]"),
        ("std::vec::Vec<u8, alloc::alloc::Global>", "std::vec::Vec<u8>"),
        (
            "std::collections::HashMap<u8, u8, std::hash::RandomState, std::alloc::Global>",
            "std::collections::HashMap<u8, u8>",
        ),
        ("fn(&str)", "fn(&str)"),
        ("&(dyn b::B + a::A)", "&(dyn a::A + b::B)"),
        ("r#type::Thing", "r#type::Thing"),
        ("a::Matrix<3, 4>", "a::Matrix<3, 4>"),
        ("!", "!"),
    ],
)
def test_a_type_is_written_in_one_way(text: str, written: str) -> None:
    assert str(type_of(text)) == written
    assert type_of(written) == type_of(text)


@pytest.mark.parametrize("text", ["", "Vec<", "Vec<u8", "u8 u8", "&", "[u8; ", "impl Iterator", "a b", "%"])
def test_what_is_no_type_is_an_error(text: str) -> None:
    with pytest.raises(TypeTextError):
        pattern_of(text)


@pytest.mark.parametrize("text", ["Error", "Vec<Peer>", "&Thing"])
def test_a_name_that_could_be_anybodys_needs_its_path(text: str) -> None:
    with pytest.raises(TypeTextError) as caught:
        pattern_of(text)

    assert "needs its path" in caught.value.message


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("_", "crate::Anything<u8>"),
        ("HashMap<_, _>", "std::collections::HashMap<std::string::String, u8>"),
        ("HashMap", "std::collections::HashMap<std::string::String, u8>"),
        ("&str", "&'{erased} str"),
        ("Result<_, failure::Error>", "std::result::Result<(), failure::Error>"),
        ("Box<dyn std::error::Error + Send>", "std::boxed::Box<dyn core::marker::Send + core::error::Error>"),
        ("[_; 4]", "[u8; 4_usize]"),
    ],
)
def test_a_pattern_matches(pattern: str, found: str) -> None:
    assert matches(pattern_of(pattern), type_of(found))


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("HashMap<_, _>", "hashbrown::HashMap<u8, u8>"),
        ("HashMap<_, _>", "crate::HashMap<u8, u8>"),
        ("HashMap<_, _>", "std::collections::HashMap<u8, u8, fnv::BuildHasher>"),
        ("&str", "std::string::String"),
        ("&str", "&mut str"),
        ("Vec<u8>", "std::vec::Vec<T>"),
        ("()", "(u8,)"),
        ("failure::Error", "crate::failure::Error"),
        ("Vec<_>", "T"),
    ],
)
def test_a_pattern_does_not_match_another_type(pattern: str, found: str) -> None:
    assert not matches(pattern_of(pattern), type_of(found))


def test_parameters_are_single_names() -> None:
    assert list(parameters(type_of("std::vec::Vec<(T, u8, &U)>"))) == ["T", "U"]


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("u8", False),
        ("&std::string::String", False),
        ("*mut std::string::String", False),
        ("std::string::String", True),
        ("std::vec::Vec<T>", True),
        ("std::option::Option<u8>", False),
        ("std::option::Option<T>", None),
        ("std::option::Option<std::string::String>", True),
        ("std::result::Result<T, std::string::String>", True),
        ("(u8, crate::Own)", None),
        ("(u8, std::rc::Rc<u8>)", True),
        ("[std::string::String; 0]", False),
        ("[std::string::String; 2]", True),
        ("()", False),
        ("T", None),
        ("closure", None),
        ("fn_item", False),
        ("crate::Own", None),
        ("std::cell::RefMut<u8>", True),
        ("std::mem::ManuallyDrop<std::string::String>", False),
        ("std::boxed::Box<dyn std::error::Error>", True),
    ],
)
def test_drop_glue_follows_from_the_type_where_it_can(text: str, needs: bool | None) -> None:
    assert needs_drop(type_of(text)) is needs
