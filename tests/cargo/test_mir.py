"""Tests of comparing MIR: no other program is called equal, plain scopes are."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

import pytest

from codemods.cargo.mir_compare import ARGUMENTS, MirDump, compare_owners, owner_key, read_dump
from codemods.cargo.mir_text import UnknownMirError, outside_literals, read_mir, split_mir
from codemods.cargo.thir import BodyComparison, Likeness
from tests.cargo.rewrites import Pair, crate
from tests.cargo.scope_pairs import OTHER, SAME, WRONG_WITHOUT_TRY

HEAD = "// WARNING: This output format is intended for human consumers only\n// HINT: See also\n"
LOCALS = "    let mut _0: u32;\n    let mut _3: u32;\n"
LOOP = """\
    bb0: {
        _3 = copy _1;
        goto -> bb1;
    }

    bb1: {
        _3 = g(copy _3, copy _2) -> [return: bb1, unwind continue];
    }
"""


def dump(blocks: str, locals: str = LOCALS, head: str = "fn f(_1: u32, _2: u32) -> u32") -> bytes:
    return f"{HEAD}{head} {{\n{locals}\n{blocks}}}\n".encode()


def plain(*statements: str) -> str:
    lines = "".join(f"        {statement};\n" for statement in statements)
    return f"    bb0: {{\n{lines}    }}\n"


def answer(before: bytes, after: bytes) -> BodyComparison:
    (found,) = compare_owners(read_dump(before), read_dump(after), ["f"]).values()
    return found


def likeness(before: str, after: str, locals: str = LOCALS) -> Likeness:
    return answer(dump(before, locals), dump(after, locals)).likeness


def test_locals_may_have_other_numbers() -> None:
    after = LOOP.replace("_3", "_7")

    assert answer(dump(LOOP), dump(after, LOCALS.replace("_3", "_7"))).likeness is Likeness.EQUAL


def test_arguments_keep_their_numbers() -> None:
    assert likeness(plain("_0 = copy _1", "return"), plain("_0 = copy _2", "return")) is Likeness.DIFFERENT


def test_arguments_may_have_arrows_in_their_types() -> None:
    head = "fn f(_1: impl Fn(u8) -> bool, _2: [u8; ')' as usize]) -> fn() -> u32"
    one, other = (dump(plain(f"_0 = copy _{at}", "return"), head=head) for at in (1, 2))

    assert answer(one, one).likeness is Likeness.EQUAL
    assert answer(one, other).likeness is Likeness.DIFFERENT


def test_a_call_of_a_local_is_told_from_a_function_called_like_one() -> None:
    call = plain("_0 = move _3(copy _1) -> [return: bb0, unwind continue]")

    assert likeness(call, call) is Likeness.EQUAL
    assert likeness(call, call.replace("move _3(", "move _0(")) is Likeness.DIFFERENT
    assert likeness(call.replace("move ", ""), call) is Likeness.NOT_COMPARABLE


def test_types_of_locals_count() -> None:
    other = LOCALS.replace("_3: u32", "_3: u8")

    assert answer(dump(LOOP), dump(LOOP, other)).likeness is Likeness.DIFFERENT


def test_what_a_debugger_is_told_does_not_count() -> None:
    told = LOCALS + "    scope 1 {\n        debug x => _3;\n    }\n"

    assert answer(dump(LOOP), dump(LOOP, told)).likeness is Likeness.EQUAL


def test_a_difference_is_shown() -> None:
    found = answer(dump(plain("_0 = copy _1", "return")), dump(plain("_0 = copy _2", "return")))

    assert found.excerpt == "before: `_0 = copy _1`\nafter: `_0 = copy _2`"


def test_a_unit_value_that_is_read_counts() -> None:
    locals = "    let mut _0: ();\n    let mut _3: ();\n"
    unread = plain("_3 = const ()", "_0 = const ()", "return")

    assert likeness(unread, plain("_0 = const ()", "return"), locals) is Likeness.EQUAL
    assert likeness(unread, plain("_3 = const ()", "_0 = copy _3", "return"), locals) is Likeness.DIFFERENT


def test_storage_of_what_nothing_borrows_may_end_anywhere() -> None:
    before = plain("StorageLive(_3)", "_3 = copy _1", "_0 = copy _3", "StorageDead(_3)", "return")
    after = plain("StorageLive(_3)", "_3 = copy _1", "_0 = copy _3", "return")

    assert likeness(before, after) is Likeness.EQUAL
    assert likeness(after, before) is Likeness.EQUAL


def test_what_is_borrowed_may_only_live_longer() -> None:
    locals = LOCALS + "    let _4: &u32;\n"
    use = ("StorageLive(_3)", "_3 = copy _1", "_4 = &_3")
    long = plain(*use, "_0 = g(copy _4) -> [return: bb1, unwind continue]")
    end = "\n    bb1: {\n        return;\n    }\n"
    short = long.replace("_4 = &_3;\n", "_4 = &_3;\n        StorageDead(_3);\n")

    assert likeness(short + end, long + end, locals) is Likeness.EQUAL
    assert likeness(long + end, short + end, locals) is Likeness.NOT_COMPARABLE


def test_statics_are_compared_by_name_and_constants_by_content() -> None:
    locals = LOCALS + "    let _4: &u32;\n"
    text = dump(plain("_4 = const {alloc1: &u32}", "_0 = copy (*_4)", "return"), locals)
    block = b"\nalloc1 (static: S1, size: 4, align: 4) {\n    05 00 00 00 \xe2\x94\x82 ....\n}\n"
    renumbered = (text + block).replace(b"alloc1", b"alloc9")

    assert answer(text + block, renumbered).likeness is Likeness.EQUAL
    assert answer(text + block, text + block.replace(b"S1", b"S2")).likeness is Likeness.DIFFERENT
    assert answer(text + block, text + block.replace(b"05", b"06")).likeness is Likeness.DIFFERENT
    assert answer(text, text).likeness is Likeness.NOT_COMPARABLE


def test_values_that_look_like_locals_count() -> None:
    locals = LOCALS + "    let _4: &str;\n"

    def said(text: str) -> str:
        return plain("StorageLive(_4)", f"_4 = const {text}", "return")

    for one, other in (('"_3"', '"_4"'), ('"{alloc1: &u8}"', '"{alloc2: &u8}"'), ("'_'", "'-'")):
        assert likeness(said(one), said(other), locals) is Likeness.DIFFERENT


@pytest.mark.parametrize(
    "blocks",
    [
        plain("_0 = copy _9", "return"),
        plain("_0 = _3(copy _1)", "return"),
        plain("_0 = copy _1"),
        plain("_0 = copy _1", "goto -> bb4"),
        plain("_0 = std::vec::Vec::<...>::new()", "return"),
        plain("asm!(nop)", "return"),
        plain("_0 = const {alloc7: &u32}", "return"),
        plain('_0 = const "x', "return"),
        plain("return").replace("        return;", "      return;"),
        plain("return").replace("    bb0: {", "    block: {"),
    ],
)
def test_another_shape_is_not_comparable(blocks: str) -> None:
    assert likeness(blocks, blocks) is Likeness.NOT_COMPARABLE


def test_a_function_without_mir_is_not_comparable() -> None:
    found = compare_owners(read_dump(dump(LOOP)), read_dump(dump(LOOP)), ["g"])

    assert found["g"].likeness is Likeness.NOT_COMPARABLE


def test_an_unwind_to_a_block_that_only_resumes_continues() -> None:
    call = plain("_0 = g(copy _1) -> [return: bb1, unwind: bb2]")
    end = "\n    bb1: {\n        return;\n    }\n"
    resume = "".join(
        f"\n    bb{at} (cleanup): {{\n        {end};\n    }}\n"
        for at, end in ((2, "goto -> bb3"), (3, "resume"))
    )

    assert (
        likeness(call + end + resume, call.replace("unwind: bb2", "unwind continue") + end) is Likeness.EQUAL
    )


@pytest.mark.parametrize("text", ["warning\n", "alloc1 (size: 1, align: 1) {\n}\n", "fn f() -> u32 {\n"])
def test_text_that_is_no_body_is_refused(text: str) -> None:
    with pytest.raises(UnknownMirError):
        split_mir(text.encode())


def test_an_argument_is_not_declared_again() -> None:
    with pytest.raises(UnknownMirError, match="twice"):
        read_mir("fn f(_1: u32) -> u32 {\n    let _1: u32;\n\n    bb0: {\n        return;\n    }\n}")


def test_literals_are_left_alone() -> None:
    changed = outside_literals(r"""x "x\"x" 'x' '\'' <'x, 'x> x""", lambda piece: piece.replace("x", "y"))

    assert changed == r"""y "x\"x" 'x' '\'' <'y, 'y> y"""


def test_an_owner_is_called_as_in_mir() -> None:
    assert owner_key("t[12ab]::a::{impl#3}::f#1") == "a::<impl>::f"
    assert owner_key("t[12ab]::f::{closure#0}") == "f::{closure#0}"


# With rustc itself

Dumped = Callable[[tuple[Pair, ...]], tuple[MirDump, MirDump]]


@pytest.fixture(scope="module")
def dumped(tmp_path_factory: pytest.TempPathFactory) -> Dumped:
    def compiled(pairs: tuple[Pair, ...], side: str) -> MirDump:
        folder = tmp_path_factory.mktemp(side)
        for name in ("a.txt", "b.txt"):
            (folder / name).write_text(name)
        # Neither of the editions has both, `try!` as a macro's name and `async`.
        edition = "2021" if pairs is not WRONG_WITHOUT_TRY else "2015"
        (folder / "t.rs").write_text(crate(pairs, side))
        command = ["rustc", f"--edition={edition}", "--crate-type=lib", "--crate-name=t", "--emit=mir=-"]
        environment = {**os.environ, "RUSTC_BOOTSTRAP": "1"}
        done = subprocess.run(
            [*command, *ARGUMENTS, "t.rs"], cwd=folder, env=environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return read_dump(done.stdout)

    return lambda pairs: (compiled(pairs, "before"), compiled(pairs, "after"))


def equal(dumps: tuple[MirDump, MirDump], pairs: tuple[Pair, ...]) -> list[str]:
    answers = compare_owners(*dumps, dumps[0].bodies)
    others = [path for path in answers if not path.startswith("p")]
    assert others and all(answers[path].likeness is Likeness.EQUAL for path in others)
    return [
        pair.name
        for at, pair in enumerate(pairs)
        if {answers[path].likeness for path in answers if path.startswith(f"p{at}::")} == {Likeness.EQUAL}
    ]


@pytest.mark.cargo
def test_no_wrong_rewrite_is_called_equal(dumped: Dumped) -> None:
    assert len(WRONG_WITHOUT_TRY) >= 140
    assert equal(dumped(WRONG_WITHOUT_TRY), WRONG_WITHOUT_TRY) == []


@pytest.mark.cargo
def test_what_ends_at_another_time_is_not_called_equal(dumped: Dumped) -> None:
    assert equal(dumped(OTHER), OTHER) == []


@pytest.mark.cargo
def test_plain_scopes_are_called_equal(dumped: Dumped) -> None:
    assert equal(dumped(SAME), SAME) == [pair.name for pair in SAME]
