"""The recipe `failure` on single files: macros, paths, methods, imports; what is left and why."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import pytest

from codemods.recipe import Answer, Fact, ItemOf, Known, Site, TypeOf, Unknown
from codemods.recipe.cases import Answers
from codemods.recipe.testkit import Case, check, rewritten, untouched
from tests.recipes.failure.workspaces import planned

failure = import_module("codemods.recipes.failure").failure

ERROR = "failure::error::{impl}::"
RESULT = "failure::result_ext::ResultExt::"
FAIL = "failure::Fail::"
DYN = "failure::{impl}::"


def answers(types: Mapping[str, str] | None = None, **items: str) -> Answers:
    """Return answers: by a method's name what it is, by a receiver's text its type."""

    def ask(site: Site, fact: Fact) -> Answer:
        if "name" not in site.captures or not site["call"].nodes:
            return Unknown("no call")
        if b"failure" not in site.source.content:  # after the upgrade
            return Known("anyhow::other" if isinstance(fact, ItemOf) else "no", "test")
        if isinstance(fact, ItemOf):
            item = items.get(site["name"].text)
            return Unknown("assumed by the test") if item is None else Known(item + site["name"].text, "test")
        if isinstance(fact, TypeOf) and fact.part == "receiver":
            found = (types or {}).get(site["receiver"].text)
            return Unknown("assumed by the test") if found is None else Known(found, "test")
        return (
            Known("yes", "test") if site.conditions and fact == site.conditions[0].fact else Unknown("test")
        )

    return ask


def file(name: str, before: str, after: str, types: Mapping[str, str] | None = None, **items: str) -> Case:
    return rewritten(name, before, after, is_file=True, answers=answers(types, **items))


def body(name: str, before: str, after: str, types: Mapping[str, str] | None = None, **items: str) -> Case:
    """Return a case of statements in a function of a file that imports `failure::Error`."""
    head = "use failure::Error;\n\nfn case() -> Result<(), Error> {\n"
    new_head = "use anyhow::Error;\n\nfn case() -> Result<(), Error> {\n"
    return file(name, f"{head}    {before}\n}}\n", f"{new_head}    {after}\n}}\n", types, **items)


MACROS = [
    file(
        "paths",
        'fn f() { failure::bail!("x {}", 1) }\nfn g() { ::failure::ensure!(a, "x {}", 1) }\n',
        'fn f() { anyhow::bail!("x {}", 1) }\nfn g() { ::anyhow::ensure!(a, "x {}", 1) }\n',
    ),
    file(
        "bail does not format a single literal",
        'use failure::bail;\nfn f() { bail!("a {} {x}\\u{41}") }\n',
        'use anyhow::bail;\nfn f() { bail!("a {{}} {{x}}\\u{41}") }\n',
    ),
    file(
        "bail with a last comma formats",
        'use failure::bail;\nfn f() { bail!("a {x}",) }\n',
        'use anyhow::bail;\nfn f() { bail!("a {x}",) }\n',
    ),
    file(
        "bail of a value flattens it",
        "use failure::bail;\nfn f() { bail!(error) }\n",
        'use anyhow::bail;\nfn f() { bail!("{}", error) }\n',
    ),
    file(
        "bail of a made text",
        'use failure::bail;\nfn f() { bail!(format!("{} {}", 1, 2)) }\n',
        'use anyhow::bail;\nfn f() { bail!(format!("{} {}", 1, 2)) }\n',
    ),
    file(
        "ensure keeps its condition as text",
        "use failure::ensure;\nfn f() { ensure!(x.len() > 3) }\n",
        'use anyhow::ensure;\nfn f() { ensure!(x.len() > 3, "{}", stringify!(x.len() > 3)) }\n',
    ),
    file(
        "ensure with a single message",
        'use failure::ensure;\nfn f() { ensure!(a::<u8, u8>(), "{}"); ensure!(|a, b| a < b, e) }\n',
        'use anyhow::ensure;\nfn f() { ensure!(a::<u8, u8>(), "{{}}"); ensure!(|a, b| a < b, "{}", e) }\n',
    ),
    file(
        "format_err formats what is no literal",
        'use failure::format_err;\nfn f() { (format_err!("{{"), format_err!(concat!("{{"))) }\n',
        'use anyhow::anyhow;\nfn f() { (anyhow!("{{"), anyhow!("{}", format_args!(concat!("{{")))) }\n',
    ),
    file(
        "macro_use of the whole crate",
        '#[macro_use]\nextern crate failure;\n\nfn f() { bail!("x"); format_err!("y") }\n',
        '#[macro_use]\nextern crate anyhow;\n\nfn f() { bail!("x"); anyhow!("y") }\n',
    ),
    file(
        "format_err of what another macro is given",
        "macro_rules! m { ($($a:tt)*) => { failure::format_err!($($a)*) } }\n",
        'macro_rules! m { ($($a:tt)*) => { anyhow::anyhow!("{}", format_args!($($a)*)) } }\n',
    ),
    file(
        "in other macros",
        'fn f() { vec![failure::err_msg("a {}")]; println!("{}", failure::format_err!("b")); }\n',
        'fn f() { vec![anyhow::Error::msg("a {}")]; println!("{}", anyhow::anyhow!("b")); }\n',
    ),
]
PATHS = [
    file(
        "error and alias",
        "type Result<T> = std::result::Result<T, failure::Error>;\nfn f() -> failure::Fallible<()> {}\n",
        "type Result<T> = std::result::Result<T, anyhow::Error>;\nfn f() -> anyhow::Result<()> {}\n",
    ),
    file(
        "functions as values",
        "use failure::err_msg;\nfn f() { a.map_err(err_msg); b.map_err(failure::Error::from); }\n",
        "fn f() { a.map_err(anyhow::Error::msg); b.map_err(anyhow::Error::from); }\n",
    ),
    file(
        "message by the imported name",
        'use failure::{err_msg, Error};\nfn f() -> Error { err_msg("{x}") }\n',
        'use anyhow::Error;\nfn f() -> Error { Error::msg("{x}") }\n',
    ),
    file(
        "boxed",
        "use failure::Error;\nfn f() { Error::from_boxed_compat(b) }\n",
        "use anyhow::Error;\nfn f() { Error::from_boxed(b) }\n",
    ),
    file(
        "trait objects",
        "use failure::Fail;\nfn f(a: &dyn Fail, b: Box<dyn Fail>, c: &Fail) -> Option<&dyn Fail> {}\n",
        "fn f(a: &(dyn std::error::Error + 'static), b: Box<dyn std::error::Error + Send + Sync>,"
        " c: &(dyn std::error::Error + 'static)) -> Option<&(dyn std::error::Error + 'static)> {}\n",
    ),
    file(
        "bounds",
        "use failure::Fail;\nfn f<E: Fail + Clone>(e: E, g: impl Fail) where E: Fail {}\n",
        "fn f<E: std::error::Error + Send + Sync + 'static + Clone>(e: E, g: impl std::error::Error + Send"
        " + Sync + 'static) where E: std::error::Error + Send + Sync + 'static {}\n",
    ),
    file(
        "a new context that becomes an error",
        'use failure::Context;\nfn f() { Err(Context::new("x").into()) }\n',
        'fn f() { Err(anyhow::Error::msg("x").into()) }\n',
    ),
]
METHODS = [
    file(
        "contexts of results",
        "use failure::ResultExt;\nfn f() { a.context(b); a.with_context(|_| b); a.with_context(|e| b); }\n",
        "use anyhow::Context as _;\nfn f() { a.context(b); a.with_context(|| b); a.with_context(|| b); }\n",
        context=RESULT,
        with_context=RESULT,
    ),
    file(
        "a closure that looks at the error",
        "use failure::ResultExt;\nfn f() { a.with_context(|e| g(e)) }\n",
        "fn f() { a.map_err(|error| { let context = { let e = &error; g(e) };"
        " anyhow::Error::from(error).context(context) }) }\n",
        with_context=RESULT,
    ),
    file(
        "a closure that prints the error",
        'use failure::ResultExt;\nfn f() { a.with_context(|e| format!("{e}")) }\n',
        'fn f() { a.map_err(|error| { let context = { let e = &error; format!("{e}") };'
        " anyhow::Error::from(error).context(context) }) }\n",
        with_context=RESULT,
    ),
    file(
        "a function that gives the context",
        "use failure::ResultExt;\nfn f() { a.with_context(g) }\n",
        "fn f() { a.map_err(|error| { let context = (g)(&error);"
        " anyhow::Error::from(error).context(context) }) }\n",
        with_context=RESULT,
    ),
    file(
        "an error with two contexts",
        'use failure::Fail;\nfn f() { a.b.context("x").context("y") }\n',
        'fn f() { anyhow::Error::new(a.b).context("x").context("y") }\n',
        {"a.b": "crate::Own", 'a.b.context("x")': "failure::Context<&str>"},
        context=FAIL,
    ),
    body("context of an error", "e.context(c)", "e.context(c)", {"e": "failure::Error"}, context=ERROR),
    body("chain", "e.iter_chain()", "e.chain()", iter_chain=ERROR),
    body("causes", "e.iter_causes().map(f)", "e.chain().skip(1).map(f)", iter_causes=ERROR),
    body("root", "e.find_root_cause()", "e.root_cause()", find_root_cause=ERROR),
    body("itself", "f(e.as_fail())", "f(&*e)", {"e": "failure::Error"}, as_fail=ERROR),
    body("itself, asked", "e.cause().f()", "(&**e).f()", {"e": "&failure::Error"}, cause=ERROR),
    body("cause of a trait object", "e.cause()", "e.source()", {"e": "&dyn failure::Fail"}, cause=FAIL),
    body("downcast without contexts", "e.downcast::<T>()", "e.downcast::<T>()", downcast=ERROR),
    body(
        "chain of a trait object",
        "e.iter_chain().count()",
        "anyhow::Chain::new(e).count()",
        {"e": "&dyn failure::Fail"},
        iter_chain=DYN,
    ),
    file(
        "cause of an own type needs the trait",
        "use failure::Fail;\nfn f() { own.cause() }\n",
        "use std::error::Error as _;\nfn f() { own.source() }\n",
        {"own": "crate::Own"},
        cause=FAIL,
    ),
    file(
        "cause of a type parameter",
        "use failure::Fail;\nfn f<E: Fail>(e: E) { e.cause() }\n",
        "fn f<E: std::error::Error + Send + Sync + 'static>(e: E) { e.source() }\n",
        {"e": "E"},
        cause=FAIL,
    ),
    file(
        "a downcast finds no more than before",
        "use failure::{Error, ResultExt};\nfn f(e: &Error) { a.context(b); e.downcast_ref::<T>() }\n",
        "use anyhow::{Context as _, Error};\nfn f(e: &Error) { a.context(b); (**e).downcast_ref::<T>() }\n",
        {"e": "&failure::Error"},
        context=RESULT,
        downcast_ref=ERROR,
    ),
    file(
        "a downcast by value finds no more than before",
        "use failure::{Error, ResultExt};\nfn f(e: Error) { a.context(b); e.downcast::<T>().ok() }\n",
        "use anyhow::{Context as _, Error};\nfn f(e: Error) { a.context(b);"
        " (if (*e).is::<T>() { e.downcast::<T>() } else { Err(e) }).ok() }\n",
        {"e": "failure::Error"},
        context=RESULT,
        downcast=ERROR,
    ),
    file(
        "nothing compiles it, the import tells",
        "use failure::ResultExt;\n#[cfg(windows)]\nfn f() { a.with_context(|_| b)?; }\n",
        "use anyhow::Context as _;\n#[cfg(windows)]\nfn f() { a.with_context(|| b)?; }\n",
    ),
]
IMPORTS = [
    file(
        "a glob",
        'use failure::*;\nfn f() -> Error { bail!("x") }\n',
        'use anyhow::{bail, Error};\nfn f() -> Error { bail!("x") }\n',
    ),
    file(
        "a glob that gave the message's type",
        "use failure::*;\nfn f() { err_msg(1) }\n",
        "use anyhow::Error;\nfn f() { Error::msg(1) }\n",
    ),
    file(
        "the crate itself",
        "use failure::{self, ResultExt};\nfn f() -> failure::Error { a.context(b) }\n",
        "use anyhow::{self, Context as _};\nfn f() -> anyhow::Error { a.context(b) }\n",
        context=RESULT,
    ),
    file(
        "the old edition",
        "extern crate failure;\nuse failure::Error;\n",
        "extern crate anyhow;\nuse anyhow::Error;\n",
    ),
    file(
        "a prelude of the crate keeps its names",
        "pub(crate) use failure::{format_err, Error, Fallible, ResultExt};\n",
        "pub(crate) use anyhow::{format_err, Context as ResultExt, Error, Result as Fallible};\n",
    ),
    file(
        "another name",
        "use failure::Error as Failure;\nfn f() -> Failure {}\n",
        "use anyhow::Error as Failure;\nfn f() -> Failure {}\n",
    ),
]
CASES = [*MACROS, *PATHS, *METHODS, *IMPORTS]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_failure(case: Case) -> None:
    check(failure, case)


LEFT = [
    ("context-value", "use failure::Context;\nstruct S(Context<String>, u8);\n"),
    ("compat", "fn f() -> failure::Compat<failure::Error> {}\n"),
    ("sync-failure", "fn f() { a.map_err(failure::SyncFailure::new) }\n"),
    ("backtrace", "fn f(b: &failure::Backtrace) {}\n"),
    ("as-fail", "fn f(b: &dyn failure::AsFail) {}\n"),
    ("ensure-text", "fn f() { failure::ensure!(a\n    == b) }\n"),
    ("ensure-text", "fn f() { failure::ensure!(a==b) }\n"),
    ("macro-arguments", "macro_rules! m { ($($a:tt)*) => { failure::bail!($($a)*) } }\n"),
    ("debug-text", 'fn f(e: failure::Error) { g("ErrorMessage { msg: 1 }") }\n'),
    ("macro-list", "#[macro_use(bail)] extern crate failure;\n"),
    ("ensure-text", "macro_rules! m { ($a:expr) => { failure::ensure!($a == 1) } }\n"),
    ("fail-trait", "use failure::Fail;\ntype T = dyn Fail;\n"),
    ("compat", "use failure::Error;\nfn f() { e.compat() }\n"),
    ("backtrace", "use failure::Error;\nfn f() { e.backtrace() }\n"),
    ("method", "use failure::Error;\nfn f() { e.get_context() }\n"),
    ("downcast-context", "use failure::Error;\nfn f() { a.and_then(Error::downcast::<T>) }\n"),
    ("method", "use failure::Error;\nfn f() { e.map(Error::as_fail) }\n"),
    (
        "two-macros",
        '#[macro_use] extern crate failure;\n#[macro_use] extern crate anyhow;\nfn f() { bail!("") }\n',
    ),
]


@pytest.mark.parametrize(("code", "source"), LEFT, ids=[f"{code} {n}" for n, (code, _) in enumerate(LEFT)])
def test_what_cannot_move_is_said(code: str, source: str) -> None:
    methods = ("compat()", "backtrace()", "downcast()", "get_context()")
    facts = {(text, "ItemOf:call"): ERROR + text[:-2] for text in methods}
    found = planned(
        {"src/lib.rs": source}, facts={**facts, ("context(b)", "ItemOf:call"): RESULT + "context"}
    )

    assert found.changes == []
    assert code in found.codes().values()
    assert set(found.codes().values()) <= {code, "waits-for"}


def test_a_call_that_nothing_tells_of_is_left() -> None:
    found = planned({"src/lib.rs": "use failure::Error;\nfn f() { e.cause() }\n"})

    assert found.codes() == {"cause()": "unknown-receiver", "failure::Error": "waits-for"}


NO_SITES = [
    untouched("somebody else's bail", 'use anyhow::bail;\nfn f() { bail!("a {}", 1) }\n', is_file=True),
    untouched("an own macro", "macro_rules! bail { () => {} }\nfn f() { bail!() }\n", is_file=True),
    untouched("a bare macro that nothing brings", 'fn f() { bail!("x") }\n', is_file=True),
    untouched("an own Fail", "trait Fail {}\nstruct S;\nimpl Fail for S {}\n", is_file=True),
    untouched("another derive's attribute", "#[derive(Other)]\nstruct S(#[cause] u8);\n", is_file=True),
]


@pytest.mark.parametrize("case", NO_SITES, ids=lambda case: case.name)
def test_what_is_not_failures_stays(case: Case) -> None:
    check(failure, case)
