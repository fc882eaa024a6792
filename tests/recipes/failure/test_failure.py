"""The recipe `failure` on workspaces: what moves together, what alone, what manifests need."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import PurePosixPath

import pytest

from codemods.recipe import Dependency, Needs, Retires
from codemods.recipe.testkit import Case, cases_of_docstring, check
from tests.recipes.failure.workspaces import FAILURE, package, planned

module = import_module("codemods.recipes.failure")
own_types = import_module("codemods.recipes.failure.own_types")

MANIFEST = '[dependencies]\nfailure = "0.1"\n'
ERROR = "pub fn f() -> failure::Error { todo!() }\n"
OWN = '#[derive(Debug, failure::Fail)]\n#[fail(display = "own")]\nstruct Own;\n'


@pytest.mark.parametrize("case", cases_of_docstring(module.__doc__ or ""), ids=lambda case: case.name)
def test_the_docstring_tells_the_truth(case: Case) -> None:
    check(module.failure, case)


def test_every_code_of_types_is_explained() -> None:
    assert own_types.CODES.keys() <= module.CODES.keys()


def test_files_and_manifest_of_a_package_move_in_one_change() -> None:
    found = planned({"src/lib.rs": ERROR + "mod a;\n", "src/a.rs": ERROR, "Cargo.toml": MANIFEST})

    (change,) = found.changes
    assert len(change.sites) == 3
    assert change.forms[0].dependencies == (
        Needs(PurePosixPath("Cargo.toml"), "anyhow", "1", instead_of="failure", kinds=("normal",)),
        Retires(PurePosixPath("Cargo.toml"), "failure"),
    )


def test_a_bare_macro_is_what_the_root_of_its_crate_says() -> None:
    bare = 'fn f() { bail!("a {}") }\n'
    found = planned({"src/lib.rs": "#[macro_use]\nextern crate failure;\nmod a;\n", "src/a.rs": bare})
    other = planned({"src/lib.rs": ERROR, "src/a.rs": bare})

    assert found.after()["src/a.rs"] == 'fn f() { bail!("a {{}}") }\n'
    assert found.after()["src/lib.rs"].startswith("#[macro_use]\nextern crate anyhow;\n")
    assert other.after().keys() == {"src/lib.rs"}
    assert other.strangers() == {"bail"}


def test_packages_that_depend_on_each_other_move_together() -> None:
    files = {"a/src/lib.rs": ERROR, "b/src/lib.rs": ERROR, "c/src/lib.rs": ERROR}
    members = [package("a", "a"), package("b", "b"), package("c", "c")]
    found = planned(files, members, dependants={"a": ("b",)})

    assert sorted(sorted(found.after(change)) for change in found.changes) == [
        ["a/src/lib.rs", "b/src/lib.rs"],
        ["c/src/lib.rs"],
    ]


def test_one_mention_that_cannot_move_holds_back_the_packages_around() -> None:
    files = {"a/src/lib.rs": ERROR + "fn g(b: failure::Backtrace) {}\n", "b/src/lib.rs": ERROR}
    found = planned(files, [package("a", "a"), package("b", "b")], dependants={"a": ("b",)})

    assert found.changes == []
    assert found.codes() == {"failure::Backtrace": "backtrace", "failure::Error": "waits-for"}
    waiting = next(each for each in found.proposals if getattr(each, "code", "") == "waits-for")
    assert "a/src/lib.rs:2" in getattr(waiting, "reason", "")


def test_own_types_without_causes_move_alone_where_the_rest_cannot() -> None:
    cause = '#[derive(Debug, failure::Fail)]\n#[fail(display = "x")]\nstruct X(#[cause] std::fmt::Error);\n'
    found = planned({"src/lib.rs": OWN + cause + "fn g(b: failure::Backtrace) {}\n"})

    after = found.after()["src/lib.rs"]
    assert after.startswith('#[derive(Debug, thiserror::Error)]\n#[error("own")]\nstruct Own;\n')
    assert cause in after
    (change,) = found.changes
    assert [each.package for each in change.forms[0].dependencies] == ["thiserror"]


def test_no_type_moves_alone_where_its_name_is_asked_for() -> None:
    facts = {("name()", "ItemOf:call"): "failure::error::{impl}::name"}
    found = planned({"src/lib.rs": OWN + "fn g(e: failure::Error) { e.name(); }\n"}, facts=facts)

    assert found.changes == []
    assert found.codes()["name()"] == "type-name"


def test_the_second_form_moves_own_types_alone() -> None:
    found = planned({"src/lib.rs": OWN + ERROR, "Cargo.toml": MANIFEST})

    (change,) = found.changes
    assert [form.name for form in change.forms] == ["all", "types"]
    assert "failure::Error" in found.after(form=1)["src/lib.rs"]
    assert {found.sites[id].text for id in change.forms[1].leaves} == {"failure::Error", "failure"}


def test_the_setting_keep_moves_own_types_only() -> None:
    found = planned({"src/lib.rs": OWN + ERROR}, settings={"library": "keep"})

    assert "failure::Error" in found.after()["src/lib.rs"]
    assert found.codes() == {"failure::Error": "library"}


def test_the_setting_thiserror_asks_about_public_signatures_of_libraries() -> None:
    files = {"src/lib.rs": ERROR}
    program = {"src/main.rs": ERROR}

    assert planned(files, settings={"library": "thiserror"}).codes() == {"failure::Error": "public-error"}
    assert planned(program, [package(kind="bin")], settings={"library": "thiserror"}).codes() == {}


def test_what_somebody_keeps_holds_back_the_rest() -> None:
    kept = ERROR + '// codemod: keep\nfn g() { failure::bail!("x") }\n'

    assert planned({"src/lib.rs": kept}).codes() == {"failure::bail": "kept", "failure::Error": "waits-for"}


@pytest.mark.parametrize(
    ("dependency", "code"),
    [
        (replace(FAILURE, optional=True), "optional-dependency"),
        (replace(FAILURE, source="git"), "foreign-source"),
        (replace(FAILURE, resolved=("0.0.9",)), "other-version"),
    ],
)
def test_a_manifest_may_stand_in_the_way(dependency: Dependency, code: str) -> None:
    found = planned({"src/lib.rs": ERROR, "Cargo.toml": MANIFEST}, [package(dependencies=[dependency])])

    assert found.codes() == {"failure": code, "failure::Error": "waits-for"}


def test_a_rust_that_is_too_old_is_said() -> None:
    old = package(rust_version="1.20")

    assert planned({"src/lib.rs": ERROR, "Cargo.toml": MANIFEST}, [old]).codes()["failure"] == "rust-version"


def test_a_crate_without_std_is_left() -> None:
    found = planned({"src/lib.rs": "#![no_std]\n" + ERROR, "Cargo.toml": MANIFEST})

    assert found.codes()["failure"] == "no-std"


def test_tests_need_the_crate_among_their_own_dependencies() -> None:
    in_tests = planned({"tests/a.rs": ERROR, "Cargo.toml": MANIFEST})
    in_module = planned({"src/lib.rs": f"#[cfg(test)]\nmod tests {{\n{ERROR}}}\n", "Cargo.toml": MANIFEST})
    as_dev = [package(dependencies=[replace(FAILURE, kind="dev")])]
    in_code = planned({"src/lib.rs": ERROR, "Cargo.toml": MANIFEST}, as_dev)

    for found in (in_tests, in_module, in_code):
        (change,) = found.changes
        assert [each.kinds for each in change.forms[0].dependencies if isinstance(each, Needs)] == [("dev",)]


def test_an_older_rust_gets_the_thiserror_that_builds_there() -> None:
    found = planned({"src/lib.rs": OWN, "Cargo.toml": MANIFEST}, [package(rust_version="1.65")])

    (change,) = found.changes
    assert [each.requirement for each in change.forms[0].dependencies if isinstance(each, Needs)] == ["1"]


@pytest.mark.parametrize(
    ("kind", "expected"), [("normal", []), ("dev", [("thiserror", "^1.0.20", ("normal",))])]
)
def test_a_release_that_is_there_already_is_taken(
    kind: str, expected: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    there = Dependency("thiserror", "thiserror", kind=kind, requirement="^1.0.20")
    found = planned({"src/lib.rs": OWN, "Cargo.toml": MANIFEST}, [package(dependencies=[FAILURE, there])])

    (change,) = found.changes
    needs = [each for each in change.forms[0].dependencies if isinstance(each, Needs)]
    assert [(each.package, each.requirement, each.kinds) for each in needs] == expected


def test_a_public_reexport_is_a_question() -> None:
    files = {"src/lib.rs": "pub use failure::Error;\n"}

    assert planned(files).codes() == {"Error": "reexport"} or planned(files).codes() == {
        "failure::Error": "reexport"
    }
    assert planned(files, [package(publish=False)]).after()["src/lib.rs"] == "pub use anyhow::Error;\n"
    assert planned(files, settings={"reexports": "swap"}).changes


CALLING = "pub fn f() -> Result<(), failure::Error> { old::call()?; Ok(()) }\n"
SPEAKS = {
    ("old::call()?", "HasType:call"): "yes",
    ("old::call()?", "ItemOf:call"): "old::call",
}


def test_a_dependency_that_returns_failures_errors_holds_the_package_back() -> None:
    found = planned({"src/lib.rs": CALLING}, facts=SPEAKS, speakers=["old"])

    assert found.codes() == {"old::call()?": "dependency-speaks", "failure::Error": "waits-for"}


def test_the_setting_shim_takes_its_errors_apart() -> None:
    found = planned({"src/lib.rs": CALLING}, facts=SPEAKS, speakers=["old"], settings={"boundary": "shim"})

    after = found.after()["src/lib.rs"]
    assert "old::call().map_err(crate::from_failure)?" in after
    (change,) = found.changes
    assert any("`old`" in note for note in change.notes)


@pytest.mark.parametrize(
    "body",
    [
        "{ old::call() }",
        "{ return old::call(); }",
        "{ match 1 { _ => old::call() } }",
        "{ g(|| old::call()) }",
    ],
)
def test_a_result_that_is_handed_on_is_taken_apart_too(body: str) -> None:
    facts = {("old::call()", "HasType:call"): "yes", ("old::call()", "ItemOf:call"): "old::call"}
    source = f"fn f() -> Result<(), failure::Error> {body}\n"
    found = planned({"src/lib.rs": source}, facts=facts, speakers=["old"], settings={"boundary": "shim"})

    assert "old::call().map_err(" in found.after()["src/lib.rs"]


def test_errors_are_not_taken_apart_where_their_types_are_looked_for() -> None:
    source = "use failure::Error;\n" + CALLING + "fn g(e: Error) { e.downcast::<u8>(); }\n"
    facts = {**SPEAKS, ("downcast::<u8>()", "ItemOf:call"): "failure::error::{impl}::downcast"}
    found = planned({"src/lib.rs": source}, facts=facts, speakers=["old"], settings={"boundary": "shim"})

    assert found.codes()["old::call()?"] == "dependency-speaks"


def test_a_context_for_what_a_dependency_returns_follows_the_shim() -> None:
    source = 'use failure::ResultExt;\nfn f() { old::call().context("x"); }\n'
    call = 'context("x")'
    facts = {
        (call, "ItemOf:call"): "failure::result_ext::ResultExt::context",
        (call, "ItemOf:receiver"): "old::call",
        (call, "TypeOf:receiver"): "std::result::Result<u8, failure::Error>",
    }
    refused = planned({"src/lib.rs": source}, facts=facts, speakers=["old"])
    shim = planned({"src/lib.rs": source}, facts=facts, speakers=["old"], settings={"boundary": "shim"})

    assert refused.codes()[call] == "dependency-speaks"
    assert 'old::call().map_err(crate::from_failure).context("x")' in shim.after()["src/lib.rs"]


def test_calls_of_the_workspace_itself_are_no_sites() -> None:
    found = planned({"src/lib.rs": CALLING}, facts={**SPEAKS, ("old::call()?", "ItemOf:call"): "crate::call"})

    assert "old::call()?" in found.strangers()
    assert found.changes


PRINTING = 'pub fn f(e: failure::Error) { println!("{:#} {0:#} {:>9}", e, 1); }\n'


def test_the_alternate_form_prints_what_it_printed() -> None:
    facts = {("{:#}", "HasType:receiver"): "yes", ("{0:#}", "HasType:receiver"): "yes"}
    found = planned({"src/lib.rs": PRINTING}, facts=facts)

    assert '"{} {0} {:>9}"' in found.after()["src/lib.rs"]


def test_an_error_printed_with_a_width_is_left() -> None:
    printing = 'pub fn f(e: failure::Error) { println!("{x:>9}", x = e); }\n'
    found = planned({"src/lib.rs": printing}, facts={("{x:>9}", "HasType:receiver"): "yes"})

    assert found.codes() == {"{x:>9}": "format-width", "failure::Error": "waits-for"}


LOOKING = """\
use failure::{Error, ResultExt};
use crate::own::Own;
fn f(e: Error) -> Option<Own> { std::fs::read("x").context("y")?; e.downcast().ok() }
"""
LOOKED = {
    ('context("y")', "ItemOf:call"): "failure::result_ext::ResultExt::context",
    ('context("y")', "TypeOf:argument"): "&str",
    ("downcast()", "ItemOf:call"): "failure::error::{impl}::downcast",
    ("downcast()", "TypeOf:receiver"): "failure::Error",
    ("downcast()", "TypeOf:call"): "std::result::Result<crate::own::Own, failure::Error>",
}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("std::io::Error", "e.downcast().ok()"),
        ("crate::own::Own", "(if (*e).is::<Own>() { e.downcast::<Own>() } else { Err(e) }).ok()"),
        ("failure::Error", "(if (*e).is::<Own>() { e.downcast::<Own>() } else { Err(e) }).ok()"),
    ],
)
def test_a_downcast_stays_plain_where_no_context_hides_what_it_looks_for(error: str, expected: str) -> None:
    types = {('context("y")', "TypeOf:receiver"): f"std::result::Result<std::vec::Vec<u8>, {error}>"}
    found = planned({"src/lib.rs": LOOKING}, facts={**LOOKED, **types})

    assert expected in found.after()["src/lib.rs"]


def test_a_downcast_that_infers_its_type_still_does() -> None:
    found = planned({"src/lib.rs": LOOKING.replace("use crate::own::Own;\n", "")}, facts=LOOKED)

    after = found.after()["src/lib.rs"]
    assert "({ fn outermost<T: std::error::Error + Send + Sync + 'static>(error: anyhow::Error)" in after
    assert "outermost(e) }).ok()" in after


KINDS = """\
use failure::{Context, Fail, ResultExt};

#[derive(Debug)]
pub struct Error {
    inner: Context<ErrorKind>,
}

#[derive(Copy, Clone, Eq, PartialEq, Debug, Fail)]
pub enum ErrorKind {
    #[fail(display = "io")]
    Io,
}

impl Fail for Error {
    fn cause(&self) -> Option<&dyn Fail> {
        self.inner.cause()
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.inner, f)
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Error {
        Error { inner: Context::new(kind) }
    }
}

impl From<Context<ErrorKind>> for Error {
    fn from(inner: Context<ErrorKind>) -> Error {
        Error { inner }
    }
}
"""


def test_calls_that_give_a_kind_use_the_packages_own_trait() -> None:
    caller = "use failure::ResultExt;\nfn f() -> Result<(), Error> { g().context(ErrorKind::Io)?; Ok(()) }\n"
    call = "context(ErrorKind::Io)"
    facts = {(call, "ItemOf:call"): "failure::result_ext::ResultExt::context"}
    found = planned({"src/error.rs": KINDS, "src/lib.rs": caller}, facts=facts)

    after = found.after()
    assert after["src/lib.rs"].startswith("use crate::error::ResultExt;\n")
    assert "pub(crate) trait ResultExt" in after["src/error.rs"]
    assert "failure" not in after["src/error.rs"]


def test_kinds_and_other_contexts_in_one_file_are_left() -> None:
    caller = 'use failure::ResultExt;\nfn f() { g().context(ErrorKind::Io)?; h().context("x")?; }\n'
    item = "failure::result_ext::ResultExt::context"
    facts = {("context(ErrorKind::Io)", "ItemOf:call"): item, ('context("x")', "ItemOf:call"): item}
    found = planned({"src/error.rs": KINDS, "src/lib.rs": caller}, facts=facts)

    assert found.codes()["context(ErrorKind::Io)"] == "two-contexts"
