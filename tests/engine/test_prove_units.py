"""Tests of the prover on a small crate, with rustc: what it proves, and where it holds back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from codemods.engine.overlay import Chosen, compose
from codemods.engine.proof import Proof, ProofVerdict
from codemods.engine.prove import prove
from codemods.engine.prove_shape import what_differs
from codemods.engine.workbench import Workbench
from codemods.recipe.claims import SameTree
from codemods.recipe.proposals import Change, Edited, Form
from codemods.rust.edits import Edit
from codemods.rust.spans import Span
from tests.engine.benches import small_crate

pytestmark = pytest.mark.cargo
PATH = PurePosixPath("src/lib.rs")
SOURCE = """\
#![allow(deprecated)]
pub struct E;
impl From<std::num::ParseIntError> for E {
    fn from(_: std::num::ParseIntError) -> E { E }
}
pub fn one(s: &str) -> Result<u32, E> { Ok(try!(s.parse::<u32>())) }
pub fn two(s: &str, t: &str) -> Result<u32, E> { let _ = t; Ok(try!(s.parse::<u32>()) + 2) }
#[cfg(windows)]
pub fn three(s: &str) -> Result<u32, E> { Ok(try!(s.parse::<u32>()) + 3) }
#[test]
fn it_works() { assert!(one("1").is_ok()); }
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    with small_crate(tmp_path_factory.mktemp("prove"), SOURCE, "2015") as opened:
        yield opened


def proofs(bench: Workbench, *rewrites: tuple[str, str]) -> list[Proof]:
    """Return what the prover says of each rewrite, all of them in force at once."""
    changes = [Chosen(Change((old,), (Form((Edited(PATH, edits(old, new)),)),))) for old, new in rewrites]
    baseline = bench.baseline({}, None)
    composition = compose(changes, lambda path: bench.read(path, {}))
    report = bench.check(composition.overlay, baseline.report.capped_lints)
    assert not report.errors
    found = prove(bench, SameTree(("question-mark",)), changes, composition, baseline.report, report, {}, ())
    return [found[choice.change.id] for choice in changes]


def edits(old: str, new: str) -> tuple[Edit, ...]:
    """Return the edits of what differs: one at the first, one at the last difference of `old` and `new`."""
    start = SOURCE.index(old)
    if not old.startswith("try!("):
        return (Edit(Span(start, start + len(old)), new),)
    end = start + len(old)
    return (Edit(Span(start, start + 5), ""), Edit(Span(end - 1, end), new.removeprefix(old[5:-1])))


def test_a_right_rewrite_is_proved_in_all_units(bench: Workbench) -> None:
    (proof,) = proofs(bench, ("try!(s.parse::<u32>())", "s.parse::<u32>()?"))

    assert proof.verdict is ProofVerdict.EQUAL
    assert "small lib small, small lib small (test)" in proof.detail


def test_each_change_has_its_own_verdict(bench: Workbench) -> None:
    right, wrong = proofs(bench, ("try!(s.parse::<u32>())", "s.parse::<u32>()?"), ("+ 2", "+ 3"))

    assert right.verdict is ProofVerdict.EQUAL
    assert wrong.verdict is ProofVerdict.DIFFERENT
    assert "`Literal 2` at src/lib.rs:7" in wrong.excerpt


def test_what_nothing_compiles_is_not_proved(bench: Workbench) -> None:
    (proof,) = proofs(bench, ("u32>()) + 3", "u32>()) + 3 + 0"))

    assert proof.verdict is ProofVerdict.NOT_COMPARABLE
    assert "no body to compare" in proof.detail


def test_what_is_outside_of_bodies_is_not_proved(bench: Workbench) -> None:
    (proof,) = proofs(bench, ("pub struct E;", "pub struct E ;"))

    assert proof.verdict is ProofVerdict.NOT_COMPARABLE


def test_this_rustc_passes_the_small_test(bench: Workbench) -> None:
    assert what_differs(bench) == ""
