"""Tests of the second look: what has another typed tree and the same MIR."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from codemods.engine.overlay import Chosen, compose
from codemods.engine.proof import Proof, ProofVerdict
from codemods.engine.prove import prove
from codemods.engine.prove_mir import why_not_named
from codemods.engine.workbench import Workbench
from codemods.recipe.claims import Claim, SameMir, SameTree
from codemods.recipe.proposals import Change, Edited, Form
from codemods.rust.edits import Edit
from codemods.rust.spans import Span
from tests.engine.benches import small_crate

F = b"t[12ab]::f"
CLOSURE = F + b"::{closure#0}"


def tree(*definitions: str, types: str = "") -> bytes:
    named = "".join(f"    DefId(0:7 ~ {name}),\n" for name in definitions)
    return f"Thir {{\n{named}    ty: {types},\n}}\n".encode()


def test_the_same_items_may_be_compared_by_their_names() -> None:
    one = {F: tree("core[12]::mem::drop", "t[12ab]::f::{closure#0}"), CLOSURE: tree("t[12ab]::g")}

    assert why_not_named(F, one, one) is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ({F: tree("t[1]::g")}, {F: tree("t[1]::h")}, "only one side names t[1]::g"),
        ({F: tree("t[1]::f::g", "t[1]::f::g#1")}, None, "written alike"),
        ({F: tree("one[1]::g", "one[2]::g")}, None, "written alike"),
        ({F: tree()}, {F: tree(), CLOSURE: tree()}, "other ones"),
        ({F: tree()}, {}, "other ones"),
        ({F: tree(types="f::T")}, None, "declared in it"),
        ({F: tree(types="std::vec::Vec<a::f::T>")}, None, "declared in it"),
        ({F: tree(types="<P as q::Tr>::f::{closure#0}::T")}, None, "declared in it"),
    ],
)
def test_other_items_may_not(old: dict[bytes, bytes], new: dict[bytes, bytes] | None, reason: str) -> None:
    assert reason in (why_not_named(F, old, old if new is None else new) or "")


def test_types_of_std_in_a_module_called_like_the_function_are_others() -> None:
    text = {b"t[1]::{impl#0}::fmt": tree(types="&mut std::fmt::Formatter<'{erased}>")}

    assert why_not_named(b"t[1]::{impl#0}::fmt", text, text) is None


# With rustc itself

PATH = PurePosixPath("src/lib.rs")
SOURCE = """\
use std::fmt;
use std::sync::Mutex;

pub struct P { pub a: Vec<u32> }

impl P {
    pub fn plain(&mut self) -> usize {
        { let f = |x: usize| x + self.a.len(); assert!(f(1) > 0, "message {}", f(2)); }
        self.a.push(3);
        self.a.len()
    }
    pub fn guard(m: &Mutex<u32>) {
        { let mut g = m.lock().unwrap(); *g += 1; }
        println!("x");
    }
}

impl fmt::Display for P {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        { let n = self.a.len(); write!(f, "{}", n)?; }
        f.write_str("x")
    }
}

pub fn conditional(v: &mut Vec<u32>) {
    { let r = &mut v[0]; *r += 1; #[cfg(windows)] let _g = P { a: vec![] }; }
    v.push(2);
}

pub fn inner() -> usize {
    struct T(#[allow(dead_code)] u8);
    { let r = T(1); let _ = &r; }
    std::mem::size_of::<T>()
}
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    with small_crate(tmp_path_factory.mktemp("prove-mir"), SOURCE, "2021") as opened:
        yield opened


def flattened(*scopes: str) -> list[Chosen]:
    """Return for each scope, by how it begins, the change that takes its braces away."""
    changes = []
    for scope in scopes:
        start = SOURCE.index(f"{{ {scope}")
        end = SOURCE.index("}\n", start)
        edits = (Edit(Span(start, start + 2), ""), Edit(Span(end - 1, end + 1), ""))
        changes.append(Chosen(Change((scope,), (Form((Edited(PATH, edits),)),))))
    return changes


def proofs(bench: Workbench, claim: Claim | None, changes: list[Chosen]) -> list[Proof]:
    baseline = bench.baseline({}, None)
    composition = compose(changes, lambda path: bench.read(path, {}))
    report = bench.check(composition.overlay, baseline.report.capped_lints)
    assert not report.errors
    found = prove(bench, claim, changes, composition, baseline.report, report, {}, ())
    return [found[choice.change.id] for choice in changes]


SCOPES = ("let f = |x", "let n =", "let mut g =", "let r = &mut", "let r = T")


@pytest.mark.cargo
@pytest.mark.parametrize("claim", [SameMir(), None])
def test_scopes_are_proved_by_their_mir(bench: Workbench, claim: Claim | None) -> None:
    closure, display, guard, conditional, inner = proofs(bench, claim, flattened(*SCOPES))

    for proof in (closure, display):
        assert proof.verdict is ProofVerdict.EQUAL
        assert proof.detail.startswith("the same MIR of ")
    assert guard.verdict is ProofVerdict.DIFFERENT
    for proof in (conditional, inner):
        assert proof.verdict is not ProofVerdict.EQUAL


@pytest.mark.cargo
def test_who_claims_the_mir_is_told_of_the_mir(bench: Workbench) -> None:
    _, _, guard, conditional, inner = proofs(bench, SameMir(), flattened(*SCOPES))

    assert guard.detail == "the MIR of <impl>::guard is another one"
    assert "before: `drop(" in guard.excerpt
    assert conditional.detail.startswith("a `cfg` in the function")
    assert inner.detail == "it names a type that is declared in it"


@pytest.mark.cargo
def test_who_claims_the_tree_gets_no_second_look(bench: Workbench) -> None:
    (proof,) = proofs(bench, SameTree(), flattened("let n ="))

    assert proof.verdict is ProofVerdict.DIFFERENT
