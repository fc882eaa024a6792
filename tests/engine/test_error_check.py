"""Errors of a crate before and after it leaves an error crate, told by real tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from codemods.engine.document import Outcome
from codemods.engine.equipment import open_workbench
from codemods.engine.ledger import Ledger
from codemods.engine.listener import Silent
from codemods.engine.request import Folders, Request
from codemods.engine.stage import Stage
from codemods.engine.upgrade import upgrade
from codemods.engine.workbench import Workbench
from codemods.recipe import Applicability, Change, Edit, Edited, Errors, ErrorTrait, Form, Pattern, Site, Span
from codemods.recipe import Recipe as RecipeType
from codemods.recipe import recipe as declare
from tests.vcs.repos import make_repository

FAIL = """\
use std::fmt::{Debug, Display};
pub trait Fail: Display + Debug + Send + Sync + 'static {
    fn cause(&self) -> Option<&dyn Fail> { None }
}
impl<E: std::error::Error + Send + Sync + 'static> Fail for E {}
#[derive(Debug)]
pub struct Error(Box<dyn Fail>);
impl<F: Fail> From<F> for Error { fn from(fail: F) -> Error { Error(Box::new(fail)) } }
impl AsRef<dyn Fail> for Error { fn as_ref(&self) -> &dyn Fail { &*self.0 } }
"""
BEFORE = """\
use fail::{Error, Fail};
use std::fmt;
#[derive(Debug)]
pub enum Bad { Number(std::num::ParseIntError), Text(String), Nothing }
impl Fail for Bad {
    fn cause(&self) -> Option<&dyn Fail> { match self { Bad::Number(e) => Some(e), _ => None } }
}
impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Bad::Number(_) => f.write_str("no number"),
            Bad::Text(text) => write!(f, "bad text {}", text),
            Bad::Nothing => f.write_str("nothing"),
        }
    }
}
pub fn parsed(text: &str) -> Result<u8, Error> {
    if text.is_empty() { return Err(Bad::Text(text.into()).into()); }
    Ok(text.parse::<u8>().map_err(Bad::Number)?)
}
pub fn first<'a>(all: &'a mut Vec<u8>) -> Result<&'a mut u8, Bad> {
    all.get_mut(0).ok_or(Bad::Nothing)
}
pub async fn later(text: &str) -> Result<u8, Error> { Ok(parsed(text)?) }
#[test] fn numbers() { assert!(parsed("x").is_err()); assert!(parsed("7").is_ok()); }
#[test] fn empty() { assert!(parsed("").is_err()); assert!(first(&mut vec![]).is_err()) }
#[test] fn thread() { std::thread::spawn(|| parsed("x").is_err()).join().unwrap(); }
#[test] fn waits() {
    struct W;
    impl std::task::Wake for W { fn wake(self: std::sync::Arc<W>) {} }
    let waker = std::sync::Arc::new(W).into();
    let mut future = Box::pin(later("y"));
    let done = std::future::Future::poll(future.as_mut(), &mut std::task::Context::from_waker(&waker));
    assert!(matches!(done, std::task::Poll::Ready(Err(_))));
}
"""
AFTER = (
    BEFORE.replace("use fail::{Error, Fail};", "type Error = Box<dyn std::error::Error>;")
    .replace("impl Fail for Bad", "impl std::error::Error for Bad")
    .replace(
        "fn cause(&self) -> Option<&dyn Fail>",
        "fn source(&self) -> Option<&(dyn std::error::Error + 'static)>",
    )
)
LOST_CAUSE = AFTER.replace("Bad::Number(e) => Some(e), _ => None", "_ => None")
LOST_TEXT = AFTER.replace("bad text {}", "bad text `{}`")
FILES = {
    "Cargo.toml": '[workspace]\nmembers = ["fail", "app"]\nresolver = "2"\n',
    "fail/Cargo.toml": '[package]\nname = "fail"\nversion = "0.1.0"\nedition = "2021"\n',
    "fail/src/lib.rs": FAIL,
    "app/Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n'
    '[dependencies]\nfail = { path = "../fail" }\n',
    "app/src/lib.rs": BEFORE,
}
PATH = PurePosixPath("app/src/lib.rs")


def _form(after: str, name: str) -> Form:
    """Return a form that edits the lines that differ, each by itself where there are as many."""
    edits, at = [], 0
    for old, new in zip(BEFORE.splitlines(True), after.splitlines(True), strict=True):
        if old != new:
            edits.append(Edit(Span(at, at + len(old)), new))
        at += len(old)
    return Form((Edited(PATH, tuple(edits)),), name)


def _recipe(*forms: Form) -> RecipeType:
    @declare(
        summary="Leave `fail`",
        epoch="2018",
        min_rust="1.42",
        applicability=Applicability.MAYBE_INCORRECT,
        pattern=Pattern("Bad::Text(text.into())"),
        observes=Errors((ErrorTrait("fail", "Fail"),)),
    )
    def leave(sites: list[Site]) -> list[Change]:
        return [Change(tuple(site.id for site in sites), forms)]

    return leave


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    folder = tmp_path_factory.mktemp("errors")
    crate = make_repository(folder / "crate", FILES)
    request = Request(
        directory=crate,
        recipes=(),
        folders=Folders(folder / "cache", folder / "state"),
        environment=dict(os.environ),
        test=True,
    )
    with open_workbench(request, Silent()) as opened:
        yield opened


def _run(bench: Workbench, *forms: Form) -> Stage:
    bench.notes.clear()
    return upgrade(bench, _recipe(*forms), {}, None)


@pytest.mark.cargo
def test_errors_that_say_the_same_are_evidence_and_what_differs_by_design_is_named(bench: Workbench) -> None:
    stage = _run(bench, _form(AFTER, "plain"))

    site = Ledger(bench.root).sites(stage)[0]
    assert site.outcome is Outcome.APPLIED
    evidence = {each.check: each for each in site.evidence}["error-texts"]
    assert (evidence.status, evidence.detail) == (
        "passed",
        "1 error in 1 test: same texts, same chains",
    )
    notes = "\n".join(bench.notes)
    assert "what errors say: 6 errors in 4 tests and 3 values built to be compared: same texts" in notes
    assert "built and compared: `Bad::Number`" in notes
    assert "by design the first line of `{:?}`" in notes
    assert "can't be watched" not in notes
    assert stage.errors is not None
    assert stage.errors.lost == frozenset()


@pytest.mark.cargo
def test_a_lost_cause_or_text_is_found_and_the_next_form_is_tried(bench: Workbench) -> None:
    lost_cause = _form(LOST_CAUSE, "lost cause")
    stage = _run(bench, lost_cause, _form(LOST_TEXT, "lost text"), _form(AFTER, "plain"))

    (choice,) = stage.kept
    assert choice.form.name == "plain"
    (why,) = stage.earlier.values()
    assert "  before: “no number” <- “invalid digit found in string”\n  after: “no number”" in why


@pytest.mark.cargo
def test_without_another_form_the_site_is_rejected(bench: Workbench) -> None:
    site = Ledger(bench.root).sites(_run(bench, _form(LOST_TEXT, "plain")))[0]

    assert (site.outcome, site.code) == (Outcome.REJECTED, "error-text-differs")
    assert site.evidence[0].check == "error-texts"
    assert site.reason is not None
    assert "before: “bad text ”\n  after: “bad text ``”" in site.reason
