"""Tests of the API guard on a small library, with rustdoc: what other crates see, before and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from codemods.engine.api_compare import ApiComparison
from codemods.engine.api_guard import ApiGuard
from codemods.engine.overlay import Chosen, compose
from codemods.engine.workbench import Workbench
from codemods.recipe.proposals import Change, Edited, Form
from codemods.rust.edits import Edit
from codemods.rust.spans import Span
from tests.engine.benches import small_crate

pytestmark = pytest.mark.cargo
PATH = PurePosixPath("src/lib.rs")
SOURCE = """\
use std::fmt::Error as Old;
pub use std::fmt::Error as Shown;
pub type Answer<T> = std::result::Result<T, Old>;
type Private<T> = std::result::Result<T, Old>;
macro_rules! error {
    ($name:ident $($derive:ident)*) => { #[derive($($derive),*)] pub enum $name { One, Two } }
}
error!(Made Debug Clone);
#[derive(Debug, Clone)]
pub struct Reader { pub name: String, line: u32 }
impl Reader {
    pub fn read(&self) -> Answer<u8> { let base = 1; Ok(base) }
    pub fn close(self) -> Private<()> { Ok(()) }
    fn hidden(&self) -> Old { unimplemented!() }
}
impl std::str::FromStr for Reader {
    type Err = Old;
    fn from_str(_: &str) -> Result<Reader, Old> { unimplemented!() }
}
mod inner { pub struct Deep(pub u8); pub struct Lost; }
pub use inner::Deep;
#[doc(hidden)] pub fn secret(_: Old) {}
pub fn free(_: u8) -> u8 { let _ = inner::Lost; 1 }
#[non_exhaustive] pub enum Open { A }
pub trait Extra { fn must(&self); }
impl<'a> From<&'a str> for Deep { fn from(_: &'a str) -> Deep { Deep(1) } }
impl<'a> IntoIterator for &'a Deep {
    type Item = &'a u8;
    type IntoIter = std::iter::Once<&'a u8>;
    fn into_iter(self) -> Self::IntoIter { std::iter::once(&self.0) }
}
pub enum Hiding { A, #[doc(hidden)] B }
pub fn pick<'a>(text: &'a str) -> &'a str { text }
pub fn join<'a, 'b>(one: &'a str, _: &'b str) -> &'a str { one }
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    with small_crate(tmp_path_factory.mktemp("api"), SOURCE, "2021") as opened:
        yield opened


def compared(bench: Workbench, *rewrites: tuple[str, str]) -> ApiComparison:
    """Return what the guard finds with each rewrite as a change of its own, all of them in force."""
    chosen = [Chosen(Change((old,), (Form((Edited(PATH, edits(old, new)),)),))) for old, new in rewrites]
    baseline = bench.baseline({}, None)
    guard = ApiGuard(bench, {}, baseline.report)
    guard.look([choice.change for choice in chosen])
    composition = compose(chosen, lambda path: bench.read(path, {}))
    report = bench.check(composition.overlay, baseline.report.capped_lints)
    assert not report.errors, [error.rendered for error in report.errors]
    return guard.compared(chosen, composition, report)


def edits(old: str, new: str) -> tuple[Edit, ...]:
    start = SOURCE.index(old)
    return (Edit(Span(start, start + len(old)), new),)


def told(found: ApiComparison) -> dict[str, str]:
    """Return by item what is said of it."""
    return {each.item: f"{each.bump}: {each.kind}: {each.text}" for each in found.differences}


def test_what_an_import_means_shows_in_every_signature_that_names_it(bench: Workbench) -> None:
    found = compared(bench, ("use std::fmt::Error as Old;", "use std::io::Error as Old;"))

    old, new = "std::fmt::Error", "std::io::error::Error"
    assert told(found) == {
        "small::Answer": f"major: changed: `type Answer<T> = Result<T, {old}>` is now `type Answer<T> ="
        f" Result<T, {new}>`",
        "small::Reader::read": "major: changed: an alias, `small::Answer`, makes it another one: `fn"
        f" read(&self) -> Result<u8, {old}>` is now `fn read(&self) -> Result<u8, {new}>`",
        "small::Reader::close": f"major: changed: `fn close(self) -> Result<(), {old}>` is now"
        f" `fn close(self) -> Result<(), {new}>`",
        "impl std::str::traits::FromStr for Reader": "major: changed: `impl std::str::traits::FromStr for"
        f" Reader {{ type Err = {old} }}` is now `impl std::str::traits::FromStr for Reader {{ type Err ="
        f" {new} }}`",
    }
    assert found.checked == {"small": "as rustdoc sees it"}


def test_a_public_use_of_another_crate_shows(bench: Workbench) -> None:
    found = compared(bench, ("pub use std::fmt::Error as Shown;", "pub use std::io::Error as Shown;"))

    assert told(found) == {
        "small::Shown": "major: changed: `pub use std::fmt::Error` is now `pub use std::io::error::Error`"
    }


def test_traits_that_derives_give_show_also_where_a_macro_wrote_them(bench: Workbench) -> None:
    found = compared(
        bench,
        ("#[derive(Debug, Clone)]\npub struct Reader", "#[derive(Debug)]\npub struct Reader"),
        ("Made Debug Clone", "Made Debug Default Clone"),
        ("{ One, Two }", "{ #[default] One, Two }"),
    )

    assert told(found) == {
        "impl std::clone::Clone for Reader": "major: trait-removed: removed"
        " `impl std::clone::Clone for Reader`",
        "impl std::default::Default for Made": "minor: trait-added: added"
        " `impl std::default::Default for Made`",
    }


def test_auto_traits_are_lost_with_what_a_private_field_holds(bench: Workbench) -> None:
    found = compared(bench, ("line: u32 }", "line: std::rc::Rc<u32> }"))

    lost = {each.item for each in found.differences if each.kind == "trait-removed"}
    assert "impl std::marker::Send for Reader" in lost
    assert "impl std::marker::Sync for Reader" in lost
    assert {each.kind for each in found.differences} == {"trait-removed"}


def test_what_is_added_asks_for_what_it_may_break(bench: Workbench) -> None:
    found = compared(
        bench,
        ("One, Two", "One, Two, Three"),
        ("enum Open { A }", "enum Open { A, B(u8) }"),
        ("fn must(&self);", "fn must(&self); fn may(&self) {} fn has_to(&self);"),
        ("pub name: String,", "pub name: String, pub age: u8,"),
        ("pub fn free", "pub const fn free"),
    )

    assert {each.item: (each.kind, each.bump) for each in found.differences} == {
        "small::Made::Three": ("added", "major"),
        "small::Open::B": ("added", "minor"),
        "small::Extra::may": ("added", "minor"),
        "small::Extra::has_to": ("added", "major"),
        "small::Reader::age": ("added", "minor"),
        "small::free": ("changed", "minor"),
    }


def test_what_belongs_to_a_lost_type_is_not_listed_besides(bench: Workbench) -> None:
    found = compared(bench, ("pub use inner::Deep;", "use inner::Deep;"))

    assert told(found) == {"small::Deep": "major: removed: removed `struct Deep(u8)`"}


def test_what_nobody_can_reach_does_not_count(bench: Workbench) -> None:
    found = compared(
        bench,
        ("fn hidden(&self) -> Old", "fn hidden(&self) -> u8"),
        ("secret(_: Old)", "secret(_: u8)"),
        ("pub struct Lost;", "#[derive(Debug)] pub struct Lost;"),
        ("free(_: u8)", "free(renamed: u8)"),
    )

    assert found.differences == ()
    assert found.checked == {"small": "as rustdoc sees it"}
    assert len(found.compared) == 4


def test_another_way_to_write_the_same_is_the_same(bench: Workbench) -> None:
    found = compared(
        bench,
        (
            "impl<'a> From<&'a str> for Deep { fn from(_: &'a str)",
            "impl From<&str> for Deep { fn from(_: &str)",
        ),
        ("pub enum Hiding { A, #[doc(hidden)] B }", "#[non_exhaustive] pub enum Hiding { A }"),
        ("pick<'a>(text: &'a str) -> &'a str", "pick(text: &str) -> &str"),
        ("join<'a, 'b>(one: &'a str, _: &'b str)", "join<'a>(one: &'a str, _: &str)"),
        ("pub fn close(self) -> Private<()>", "pub fn close(self) -> std::result::Result<(), Shown>"),
    )

    assert found.differences == ()
    assert len(found.compared) == 5


def test_which_lifetime_comes_back_matters(bench: Workbench) -> None:
    found = compared(
        bench,
        ("(one: &'a str, _: &'b str) -> &'a str { one }", "(_: &'b str, one: &'a str) -> &'a str { one }"),
    )

    assert [each.item for each in found.differences] == ["small::join"]


def test_edits_inside_of_functions_are_not_looked_at(bench: Workbench) -> None:
    compiles = bench.builder.compiles
    found = compared(bench, ("let base = 1", "let base = 2"))

    assert found == ApiComparison()
    assert bench.builder.compiles == compiles + 1


def test_a_difference_is_laid_at_the_change_that_stands_there(bench: Workbench) -> None:
    blamed, innocent = (
        ("fn free(_: u8)", "fn free(_: u16)"),
        ("pub enum Open { A }", "pub enum Open { A, B }"),
    )
    found = compared(bench, blamed, innocent)

    ids = [Change((old,), ()).id for old, _ in (blamed, innocent)]
    assert [[each.item for each in found.causes[id]] for id in ids] == [["small::free"], ["small::Open::B"]]


VERDICT = """\
#!/bin/sh
for last; do :; done
grep -q '"includes_private":true' "$last" || exit 1
echo "--- failure repr_c_removed: repr(C) removed ---"
echo "Failed in:"
echo "  struct Reader in src/lib.rs:10"
echo "     Summary semver requires new major version: 1 major and 0 minor checks failed" >&2
exit 1
"""


def test_a_second_opinion_is_asked_where_it_is_there(bench: Workbench) -> None:
    place = bench.scratch.writable.parent / "programs"
    place.mkdir()
    (place / "cargo-semver-checks").write_text(VERDICT)
    (place / "cargo-semver-checks").chmod(0o755)
    environment = {**bench.request.environment, "PATH": f"{place}:{bench.request.environment['PATH']}"}
    asking = replace(bench, request=replace(bench.request, environment=environment))

    found = compared(asking, ("pub fn free", "pub const fn free"))

    said = "cargo-semver-checks asks for a major version (repr_c_removed)"
    assert found.checked == {"small": f"as rustdoc sees it; {said}"}
    assert told(found)["cargo-semver-checks repr_c_removed"] == (
        "major: changed: repr(C) removed: struct Reader in src/lib.rs:10"
    )
    assert len(found.differences) == 2


def test_without_unstable_options_the_text_is_compared_and_that_is_said(bench: Workbench) -> None:
    strict = replace(bench, request=replace(bench.request, strict_stable=True), notes={})
    found = compared(strict, ("free(_: u8)", "free(_: u16)"), ("#[derive(Debug, Clone)]", "#[derive(Debug)]"))

    assert {each.item: each.text for each in found.differences} == {
        "src/lib.rs: fn free": "`pub fn free ( _ : u8 ) -> u8` is now `pub fn free ( _ : u16 ) -> u8`",
        "src/lib.rs: struct Reader": "`# [ derive ( Debug , Clone ) ] pub struct Reader { pub name :"
        " String }` is now `# [ derive ( Debug ) ] pub struct Reader { pub name : String }`",
    }
    assert found.checked == {"small": "by the text of the sources"}
    assert any(
        "without what macros make: rustdoc shows public items by an unstable" in n for n in strict.notes
    )


def test_what_a_box_holds_lives_as_long_as_it_may_with_or_without_a_word(bench: Workbench) -> None:
    plain = ("pub fn free(_: u8) -> u8", "pub fn free(_: Box<dyn Extra>) -> u8")
    found = [
        compared(bench, plain),
        compared(bench, (plain[0], plain[1].replace("Extra", "Extra + 'static"))),
    ]

    assert told(found[0]) == told(found[1]) != {}


def test_crates_and_layouts_that_are_shown_count(bench: Workbench) -> None:
    found = compared(
        bench,
        ("pub use std::fmt::Error as Shown;", "pub extern crate core as kern; use std::fmt::Error as Shown;"),
        ("pub struct Deep", "#[repr(transparent)] pub struct Deep"),
    )

    assert told(found) == {
        "small::Deep": "major: changed: `struct Deep(u8)` is now `#[repr(transparent)] struct Deep(u8)`",
        "small::Shown": "major: removed: removed `pub use std::fmt::Error`",
        "small::kern": "minor: added: added `pub extern crate core as kern`",
    }
