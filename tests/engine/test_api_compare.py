"""Tests of how two public APIs are compared, and of the version that asks for."""

from __future__ import annotations

import pytest

from codemods.cargo.public_api import Bump, PublicApi, PublicItem
from codemods.engine.api_compare import (
    asked_bump,
    differences,
    feature_differences,
    next_version,
    with_versions,
)


def item(path: str, signature: str, kind: str = "function", meaning: str = "", **more: object) -> PublicItem:
    return PublicItem(path, kind, signature, meaning or signature, **more)  # type: ignore[arg-type]


def compared(before: list[PublicItem], after: list[PublicItem]) -> list[tuple[str, str, Bump, str | None]]:
    found = differences("url", PublicApi("url", tuple(before)), PublicApi("url", tuple(after)))
    return [(each.kind, each.item, each.bump, each.via) for each in found]


def test_the_same_items_are_the_same_in_any_order() -> None:
    items = [item("url::a", "fn a()"), item("url::b", "fn b()")]
    assert compared(items, items[::-1]) == []


@pytest.mark.parametrize(
    ("old", "new", "bump"),
    [
        ("fn a()", "fn a() -> u8", "major"),
        ("fn a()", "const fn a()", "minor"),
        ("const fn a()", "fn a()", "major"),
        ("unsafe fn a()", "fn a()", "minor"),
        ("fn a()", "unsafe fn a()", "major"),
        ("#[non_exhaustive] enum A", "enum A", "minor"),
        ("enum A", "#[non_exhaustive] enum A", "major"),
    ],
)
def test_a_changed_signature_is_major_unless_it_takes_nothing_away(old: str, new: str, bump: Bump) -> None:
    assert compared([item("url::a", old)], [item("url::a", new)]) == [("changed", "url::a", bump, None)]


def test_an_item_of_another_kind_is_a_changed_one() -> None:
    before, after = item("url::A", "struct A", "struct"), item("url::A", "enum A", "enum")
    assert compared([before], [after]) == [("changed", "url::A", "major", None)]


def test_a_macro_and_a_function_of_one_name_are_told_apart() -> None:
    both = [item("url::a", "fn a()"), item("url::a", "macro_rules! a {}", "macro")]
    assert compared(both, both[:1]) == [("removed", "url::a", "major", None)]


def test_a_signature_that_an_alias_alone_changes_names_the_alias() -> None:
    old, new = ("core::result::Result<T, a::Error>", "core::result::Result<T, b::Error>")
    before, after = (
        [
            item("url::Result", f"type Result<T> = {means}", "type_alias"),
            item("url::f", "fn f() -> url::Result<u8>", meaning=f"fn f() -> {means.replace('T', 'u8')}"),
        ]
        for means in (old, new)
    )
    assert compared(before, after) == [
        ("changed", "url::Result", "major", None),
        ("changed", "url::f", "major", "url::Result"),
    ]


def test_writing_an_alias_out_changes_nothing() -> None:
    before = item("url::f", "fn f() -> url::Result", meaning="fn f() -> u8")
    assert compared([before], [item("url::f", "fn f() -> u8")]) == []


def test_members_of_what_is_new_or_gone_are_not_listed() -> None:
    type_, field = item("url::A", "struct A {}", "struct"), item("url::A::x", "x: u8", owners=("url::A",))
    assert compared([type_, field], []) == [("removed", "url::A", "major", None)]
    assert compared([], [type_, field]) == [("added", "url::A", "minor", None)]
    assert compared([type_, field], [type_]) == [("removed", "url::A::x", "major", None)]


def test_texts_are_short_unless_they_would_look_alike() -> None:
    before = item("url::f", "fn f(a::one::Error, core::result::Result<alloc::string::String, url::inner::E>)")
    other = item("url::f", "fn f(b::Error, core::result::Result<alloc::string::String, url::inner::E>)")
    (found,) = differences("url", PublicApi("url", (before,)), PublicApi("url", (other,)))
    assert (found.old, found.new) == (
        "fn f(a::Error, Result<String, E>)",
        "fn f(b::Error, Result<String, E>)",
    )

    alike = item("url::f", before.signature.replace("a::one", "a::two"))
    (found,) = differences("url", PublicApi("url", (before,)), PublicApi("url", (alike,)))
    assert found.old == before.signature


@pytest.mark.parametrize(
    ("version", "bump", "asked"),
    [
        ("1.2.3", "major", "2.0.0"),
        ("1.2.3", "minor", "1.3.0"),
        ("0.4.1", "major", "0.5.0"),
        ("0.4.1", "minor", "0.4.2"),
        ("0.0.3", "major", "0.0.4"),
        ("0.0.3", "minor", "0.0.4"),
        ("1.0.0-beta.1", "major", "1.0.0-beta.2"),
        ("0.0.3-alpha.1", "minor", "0.0.3-alpha.2"),
        ("1.0.0-rc1", "major", "1.0.0-rc1.1"),
        ("1.2.3+build.5", "minor", "1.3.0"),
    ],
)
def test_the_next_version_is_the_lowest_that_cargo_keeps_apart(version: str, bump: Bump, asked: str) -> None:
    assert next_version(version, bump) == asked


def test_types_of_incompatible_versions_of_a_crate_are_other_types() -> None:
    api = PublicApi("url", (item("url::f", "fn f(tokio::net::Tcp, tokio_util::A, own::tokio::B)"),))
    marked = [with_versions(api, {"tokio": version}) for version in ("0.2", "1")]
    (found,) = differences("url", *marked)
    assert found.text == (
        "`fn f(tokio@0.2::Tcp, tokio_util::A, own::B)` is now `fn f(tokio@1::Tcp, tokio_util::A, own::B)`"
    )
    assert with_versions(api, {}) == api


def test_a_feature_that_is_gone_breaks_who_names_it() -> None:
    found = feature_differences("url", {"default", "failure"}, {"default", "more"})
    assert [(each.kind, each.item, each.bump) for each in found] == [
        ("removed", 'feature "failure"', "major"),
        ("added", 'feature "more"', "minor"),
    ]
    assert asked_bump(found) == "major"
    assert asked_bump(()) is None
