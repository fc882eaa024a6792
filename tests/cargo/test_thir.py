"""Tests of comparing typed trees: no wrong rewrite is called equal, right ones are."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.cargo.thir import BodyComparison, Likeness, compare_dumps
from codemods.cargo.thir_arena import read_body
from codemods.cargo.thir_text import UnknownShapeError, parse_body, split_bodies, without_places
from tests.cargo.rewrites import RIGHT, WRONG, Pair, crate

FOLDS = ("question-mark",)

# `fn f() -> u32 { 1 }`, as rustc 1.95 prints it.
BODY = b"""\
Thir {
    body_type: Fn(
        fn() -> u32,
    ),
    arms: [],
    blocks: [],
    exprs: [
        Expr {
            kind: Literal {
                lit: Spanned {
                    node: Int(
                        Pu128(
                            1,
                        ),
                        Unsuffixed,
                    ),
                    span: src/lib.rs:1:17: 1:18 (#0),
                },
                neg: false,
            },
            ty: u32,
            temp_scope_id: 3,
            span: src/lib.rs:1:17: 1:18 (#0),
        },
        Expr {
            kind: Scope {
                region_scope: Node(3),
                hir_id: HirId(DefId(0:3 ~ t[1234]::f).3),
                value: e0,
            },
            ty: u32,
            temp_scope_id: 3,
            span: src/lib.rs:1:17: 1:18 (#0),
        },
    ],
    stmts: [],
    params: [],
}
"""
DUMP = b"DefId(0:3 ~ t[1234]::f):\n" + BODY


def only(before: bytes, after: bytes) -> BodyComparison:
    (answer,) = compare_dumps(before, after, FOLDS).values()
    return answer


def test_the_same_text_elsewhere_is_equal_without_being_read() -> None:
    moved = DUMP.replace(b":1:17: 1:18 (#0)", b":9:1: 9:2 (#7)").replace(b"0:3 ~", b"0:4 ~")

    assert only(DUMP, moved) == BodyComparison(Likeness.EQUAL, is_changed=False)


def test_identities_may_have_other_numbers() -> None:
    numbered = DUMP.replace(b"Node(3)", b"Node(8)").replace(b"scope_id: 3", b"scope_id: 8")

    assert only(DUMP, numbered) == BodyComparison(Likeness.EQUAL)


def test_identities_must_stay_the_same_ones() -> None:
    other = DUMP.replace(b"Node(3)", b"Node(8)")

    assert only(DUMP, other).likeness is Likeness.DIFFERENT


def test_a_difference_is_shown_with_its_places() -> None:
    answer = only(DUMP, DUMP.replace(b"    1,", b"    2,").replace(b":1:17: 1:18", b":9:1: 9:2"))

    assert answer.likeness is Likeness.DIFFERENT
    assert answer.excerpt == (
        "before: `Literal 1` at src/lib.rs:1:17: 1:18\nafter: `Literal 2` at src/lib.rs:9:1: 9:2"
    )


def test_a_body_that_is_not_there_is_not_comparable() -> None:
    answers = compare_dumps(DUMP, DUMP + DUMP.replace(b"::f", b"::g"), FOLDS)

    assert answers["t[1234]::f"].likeness is Likeness.EQUAL
    assert answers["t[1234]::g"].reason == "there is no t[1234]::g before the change"


def test_a_closure_is_no_more_equal_than_the_function_around_it() -> None:
    closure = DUMP.replace(b"::f):", b"::f::{closure#0}):")
    answers = compare_dumps(DUMP + closure, DUMP.replace(b"    1,", b"    2,") + closure, FOLDS)

    assert answers["t[1234]::f::{closure#0}"].likeness is Likeness.DIFFERENT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"                neg: false,", b"                neg: false"),
        (b"                neg: false,", b"               neg: false,"),
        (b"                neg: false,", b"                neg: false,\n                ..,"),
        (b"                neg: false,", b"                neg: false,\nmore,"),
        (b"    params: [],\n", b"    params: [],\n    other: [],\n"),
        (b"value: e0", b"value: e7"),
        (b"value: e0", b"value: none"),
        (b"ty: u32,", b"ty: e0,"),
        (b"ty: u32,", b"ty: std::vec::Vec<...>,"),
        (b"        },\n    ],\n    stmts", b"    ],\n    stmts"),
        (b"Thir {", b"Thur {"),
    ],
)
def test_another_shape_is_not_comparable(old: bytes, new: bytes) -> None:
    changed = DUMP.replace(b"    1,", b"    2,")

    assert old in DUMP
    assert only(changed, DUMP.replace(old, new, 1)).likeness is Likeness.NOT_COMPARABLE


def harness(line: int, name: bytes = b"TestDesc", constant: bytes = b"test::TestDescAndFn") -> bytes:
    """Return what rustc makes of `#[test] fn f()`, in short."""
    literal = BODY[BODY.index(b"        Expr {") : BODY.index(b"        Expr {\n            kind: Scope")]
    field = b"FieldExpr {\n%sname: 4,\n%sexpr: e0,\n%s}," % (b" " * 28, b" " * 28, b" " * 24)
    adt = b"""\
        Expr {
            kind: Adt(
                AdtExpr {
                    adt_def: test::%s,
                    fields: [
                        %s
                    ],
                },
            ),
            ty: test::%s,
            temp_scope_id: 3,
            span: src/lib.rs:1:17: 1:18 (#0),
        },
""" % (name, field, name)
    head = BODY[: BODY.index(b"        Expr {")].replace(
        b"Fn(\n        fn() -> u32", b"Const(\n        " + constant
    )
    body = (
        head
        + literal.replace(b"    1,", b"    %d," % line)
        + adt
        + b"    ],\n    stmts: [],\n    params: [],\n}\n"
    )
    return b"DefId(0:3 ~ t[1234]::f):\n" + body


def test_the_lines_that_the_harness_keeps_of_a_test_are_places() -> None:
    function = DUMP.replace(b"::f)", b"::f#1)")
    answers = compare_dumps(harness(7) + function, harness(9) + function, FOLDS)

    assert {answer.likeness for answer in answers.values()} == {Likeness.EQUAL}


@pytest.mark.parametrize(
    ("function", "name", "constant"),
    [
        (b"", b"TestDesc", b"test::TestDescAndFn"),
        (b"#1", b"Other", b"test::TestDescAndFn"),
        (b"#1", b"TestDesc", b"u32"),
    ],
)
def test_lines_elsewhere_are_values(function: bytes, name: bytes, constant: bytes) -> None:
    beside = DUMP.replace(b"::f)", b"::f#1)") if function else b""
    answers = compare_dumps(harness(7, name, constant) + beside, harness(9, name, constant) + beside, FOLDS)

    assert answers["t[1234]::f"].likeness is Likeness.DIFFERENT


def test_where_a_variables_type_is_written_is_a_place() -> None:
    """Its number of hygiene is another in each unit, so nothing would be the same in two of them."""
    place = b"\n    ty_span: Some(\n        src/a.rs:1:5: 1:9 (#574),\n    ),"
    another = place.replace(b"ty_span", b"value")

    assert without_places(b"Thir {" + place + another + b"\n}") == b"Thir {" + another + b"\n}"


def test_two_bodies_of_one_path_are_refused() -> None:
    with pytest.raises(UnknownShapeError, match="same path"):
        split_bodies(DUMP + DUMP)


def test_text_before_the_first_body_is_refused() -> None:
    with pytest.raises(UnknownShapeError, match="begin"):
        split_bodies(b"warning\n" + DUMP)


def test_an_expression_that_is_used_twice_is_refused() -> None:
    block = b"        Block {\n            expr: Some(\n                e0,\n            ),\n        },\n"
    twice = BODY.replace(b"blocks: [],", b"blocks: [\n" + block + b"    ],")

    with pytest.raises(UnknownShapeError, match="twice"):
        read_body(twice)


def test_a_body_reads_as_nodes() -> None:
    body, references = parse_body(BODY)

    assert [reference.node.items[reference.at] for reference in references] == [(b"value", b"e0")]
    assert [key for key, _ in body.items] == [b"body_type", b"arms", b"blocks", b"exprs", b"stmts", b"params"]


# With rustc itself

Answers = dict[str, BodyComparison]


@pytest.fixture(scope="module")
def answers_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[tuple[Pair, ...]], Answers]:
    def dump(pairs: tuple[Pair, ...], side: str) -> bytes:
        folder = tmp_path_factory.mktemp(side)
        for name in ("a.txt", "b.txt"):
            (folder / name).write_text(name)
        (folder / "t.rs").write_text(crate(pairs, side))
        compile_crate(folder, "--emit=metadata")
        return compile_crate(folder, "-Zunpretty=thir-flat")

    return lambda pairs: compare_dumps(dump(pairs, "before"), dump(pairs, "after"), FOLDS)


def compile_crate(folder: Path, option: str) -> bytes:
    command = ["rustc", "--edition=2015", "--crate-type=lib", "--crate-name=t", "-Cdebuginfo=0", "t.rs"]
    environment = {**os.environ, "RUSTC_BOOTSTRAP": "1"}
    done = subprocess.run([*command, option], cwd=folder, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def of_pair(answers: Answers, at: int) -> list[Likeness]:
    return [answer.likeness for path, answer in answers.items() if f"::p{at}::" in path]


@pytest.mark.cargo
def test_no_wrong_rewrite_is_called_equal(answers_of: Callable[[tuple[Pair, ...]], Answers]) -> None:
    answers = answers_of(WRONG)
    equal = [pair.name for at, pair in enumerate(WRONG) if set(of_pair(answers, at)) <= {Likeness.EQUAL}]

    assert len(WRONG) >= 150
    assert equal == []
    assert all(answer.likeness is Likeness.EQUAL for path, answer in answers.items() if "::p" not in path)


@pytest.mark.cargo
def test_right_rewrites_are_called_equal(answers_of: Callable[[tuple[Pair, ...]], Answers]) -> None:
    answers = answers_of(RIGHT)
    unequal = [pair.name for at, pair in enumerate(RIGHT) if set(of_pair(answers, at)) != {Likeness.EQUAL}]

    assert unequal == []
