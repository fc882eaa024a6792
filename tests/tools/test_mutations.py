"""Wrong edits: what the generator makes, what compiles, and that the prover calls none of them equal."""

from __future__ import annotations

import random
import re
from itertools import pairwise
from pathlib import Path, PurePosixPath

import pytest

from codemods.engine.proof import Proof, ProofVerdict
from codemods.rust.edits import apply_edits
from codemods.rust.source import Source
from codemods.rust.spans import Span
from tools.crates import Crate, cache_folder, read_list
from tools.mutation_generator import harmless, mutations, sample
from tools.mutation_report import missed
from tools.mutation_subjects import Amount, Answer, CrateAnswers, crate_answers, trap_answers
from tools.mutation_traps import TRAPS, WIDE, Trap
from tools.mutation_values import Mutation, Where, surely_differ

CODE = b"""\
fn f(a: u8, b: u8) -> Result<u8, E> {
    if a < b && a != 3 { return Err(E); }
    let c = try!(g(a, b));
    println!("sum {}", a + c);
    Ok(c.min(a) + 1u8)
}
#[cfg(windows)]
fn w() -> u8 { 1 }
macro_rules! log { ($($any:tt)*) => {} }
fn l() { log!(1 + 2); }
fn same(a: u8) -> u8 { a + (a) }
"""


def found(code: bytes = CODE) -> list[Mutation]:
    return list(mutations(Source(PurePosixPath("src/lib.rs"), code, "2015")))


def results(kind: str, code: bytes = CODE) -> set[str]:
    return {apply_edits(code, each.edits).decode() for each in found(code) if each.kind == kind}


def test_every_mutation_changes_the_text_and_parses() -> None:
    assert len(found()) > 60
    for mutation in found():
        after = apply_edits(CODE, mutation.edits)
        assert after != CODE
        tree = Source(PurePosixPath("src/lib.rs"), after).file_tree
        assert tree is not None
        assert tree.exact, mutation.id


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("other comparison", "if a <= b && a != 3"),
        ("and for or", "if a < b || a != 3"),
        ("operands swapped", "if b < a && a != 3"),
        ("condition negated", "if !(a < b && a != 3)"),
        ("integer suffix", "Ok(c.min(a) + 1u16)"),
        ("string", 'println!("sum {}x", a + c)'),
        ("other operator", 'println!("sum {}", a - c)'),
        ("arguments swapped", "try!(g(b, a))"),
        ("other method", "Ok(c.max(a) + 1u8)"),
        ("wrong upgrade", "let c = g(a, b).unwrap();"),
        ("other variant", "Err(c.min(a) + 1u8)"),
        ("parameter names swapped", "fn f(b: u8, a: u8)"),
        ("statement dropped", "{\n    \n    let c = try!(g(a, b));"),
    ],
)
def test_a_kind_makes_this_edit(kind: str, expected: str) -> None:
    assert any(expected in text for text in results(kind))


def test_operands_that_may_be_the_same_are_not_swapped() -> None:
    assert not any("fn same(a: u8) -> u8 { (a) + a }" in text for text in results("operands swapped"))
    assert not surely_differ("(a)", "a")
    assert not surely_differ("u8::MAX", "core::u8::MAX")
    assert surely_differ("a", "b")


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("closure move", "fn f(v: Vec<u8>) { v.iter().map(|x| x + 1); }"),
        ("label dropped", "fn f() { 'a: loop { break 'a; } }"),
        ("wrong upgrade", "macro_rules! try { ($e:expr) => { $e } } fn f() { try!(g()); }"),
        ("statement dropped", "fn f() { log!(); }"),
        ("const or static", "impl A { const X: u8 = 1; }"),
    ],
)
def test_what_may_be_the_same_program_is_not_made(kind: str, code: str) -> None:
    assert results(kind, code.encode()) == set()


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        ("closure move", "fn f(v: u8) { g(|x| h(x, &v)); }", "g(move |x| h(x, &v))"),
        ("label dropped", "fn f() { 'a: loop { loop { break 'a; } } }", "loop { break ; }"),
        ("_ or _x", "fn f() { let _ = g(); }", "let _kept = g();"),
        ("scope flattened", "fn f() { { let g = m.lock(); } h(); }", "fn f() {  let g = m.lock();  h(); }"),
    ],
)
def test_a_wrong_edit_of_a_scope(kind: str, code: str, expected: str) -> None:
    assert any(expected in text for text in results(kind, code.encode()))


def test_code_that_may_not_be_compiled_is_left_alone() -> None:
    start = CODE.index(b"#[cfg(windows)]")
    cfg_or_log = Span(start, CODE.index(b"fn same"))
    inside = [m for m in found() if m.where is Where.BODY and any(e.span in cfg_or_log for e in m.edits)]

    assert {mutation.kind for mutation in inside} == {"scope opened"}  # a block, whatever `log!` makes


def test_a_sample_depends_on_its_seed_and_takes_one_of_a_function() -> None:
    first = sample(found(), 50, random.Random(1))

    assert first == sample(found(), 50, random.Random(1))
    assert any(first != sample(found(), 50, random.Random(seed)) for seed in range(2, 30))
    spans = sorted(mutation.within for mutation in first)
    assert all(one.end <= other.start for one, other in pairwise(spans))


def test_harmless_edits_keep_all_tokens() -> None:
    edits = list(harmless(Source(PurePosixPath("src/lib.rs"), CODE, "2015")))

    assert edits
    for mutation in edits:
        after = re.sub(rb"/\*.*?\*/", b"", apply_edits(CODE, mutation.edits))
        assert after.translate(None, b" ()") == CODE.translate(None, b" ()")


def test_a_trap_is_what_its_marks_say() -> None:
    trap = next(trap for trap in TRAPS if trap.name == "format_order")
    wide = next(trap for trap in WIDE if trap.name == "format_order")
    after = apply_edits(trap.before.encode(), trap.mutation.edits)

    assert trap.before == 'pub fn f(x: u8, y: u8) -> String { format!("{0} {1}", x, y) }\n'
    assert after == b'pub fn f(x: u8, y: u8) -> String { format!("{1} {0}", x, y) }\n'
    assert apply_edits(wide.before.encode(), wide.mutation.edits) == after
    assert len(wide.mutation.edits) == 1


def test_traps_have_different_names() -> None:
    assert len({trap.name for trap in TRAPS}) == len(TRAPS)


def answered(verdict: ProofVerdict) -> CrateAnswers:
    answer = Answer("a-1.0.0", found()[0], Proof(verdict, ""), upgraded=False)
    return CrateAnswers("a-1.0.0", 1, (answer,), (), {"x": (Proof(ProofVerdict.EQUAL, ""), 1)})


def test_a_wrong_edit_that_is_called_equal_is_a_miss() -> None:
    assert missed([answered(ProofVerdict.EQUAL)], (), is_whole=False)
    assert not missed([answered(ProofVerdict.DIFFERENT)], (), is_whole=False)
    assert missed([answered(ProofVerdict.DIFFERENT)], (), is_whole=True)
    assert missed([], ((TRAPS[0], Proof(ProofVerdict.EQUAL, "")),), is_whole=False)
    assert missed([], ((TRAPS[-1], Proof(ProofVerdict.NOT_COMPARABLE, "")),), is_whole=False)


@pytest.mark.cargo
def test_no_trap_of_a_sample_is_called_equal(tmp_path: Path) -> None:
    chosen = tuple(random.Random(7).sample(WIDE, 40))
    answers = trap_answers(chosen, "2021", tmp_path)

    assert missed([], answers, is_whole=False) == []


@pytest.mark.crates
@pytest.mark.parametrize("traps", [TRAPS, WIDE], ids=["tokens", "whole expressions"])
def test_no_trap_is_called_equal(traps: tuple[Trap, ...], tmp_path: Path) -> None:
    assert missed([], trap_answers(traps, "2021", tmp_path), is_whole=False) == []


@pytest.mark.crates
@pytest.mark.parametrize("crate", read_list(), ids=lambda crate: crate.slug)
def test_no_wrong_edit_of_a_crate_is_called_equal(crate: Crate) -> None:
    answers = crate_answers(crate, cache_folder(), Amount(60, 1))

    assert missed([answers], (), is_whole=False) == []
