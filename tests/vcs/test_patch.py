from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.vcs.linediff import opcodes
from codemods.vcs.patch import changed_lines, unified_diff

LINES = st.sampled_from([b"a\n", b"b\n", b"}\n", b"\r\n", b"x\ry\n"])
SHORT_FILES = st.lists(LINES, max_size=12).map(b"".join)
ENDINGS = st.sampled_from([b"", b"last", b"\r"])
FILES = st.tuples(SHORT_FILES, ENDINGS).map(b"".join)


def applied(old: bytes, diff: bytes, folder: Path, name: str = "f.rs") -> bytes:
    (folder / name).write_bytes(old)
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], input=diff, cwd=folder, check=True)
    return (folder / name).read_bytes()


@given(FILES, FILES)
def test_opcodes_cover_both_files_and_equal_runs_are_equal(old: bytes, new: bytes) -> None:
    before, after = old.splitlines(), new.splitlines()
    ops = opcodes(before, after)

    assert [line for op in ops for line in before[op.old : op.old_end]] == before
    assert [line for op in ops for line in after[op.new : op.new_end]] == after
    for op in ops:
        same = before[op.old : op.old_end] == after[op.new : op.new_end]
        assert same == (op.tag == "equal")


@given(FILES, FILES)
def test_the_difference_is_the_least_one(old: bytes, new: bytes) -> None:
    before, after = old.splitlines(), new.splitlines()
    longest = [[0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for i, first in enumerate(before):
        for j, second in enumerate(after):
            longest[i + 1][j + 1] = (
                longest[i][j] + 1 if first == second else max(longest[i][j + 1], longest[i + 1][j])
            )
    kept = sum(op.old_end - op.old for op in opcodes(before, after) if op.tag == "equal")
    assert kept == longest[-1][-1]


@pytest.mark.parametrize("seed", range(12))
def test_git_applies_the_diff(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    lines = [b"line %d%s" % (n % 7, chance.choice([b"\n", b"\r\n", b" \n"])) for n in range(60)]
    old = b"".join(lines) + chance.choice([b"", b"end"])
    for _ in range(4):
        lines[chance.randrange(60)] = chance.choice([b"", b"new\n", b"new\r\n", b"one\ntwo\n"])
    new = b"".join(lines) + chance.choice([b"", b"end", b"other"])

    assert applied(old, unified_diff("f.rs", old, new), tmp_path) == new


@pytest.mark.parametrize("name", ["a b.rs", 'q"uote.rs', "ümlaut.rs", "back\\slash.rs", "tab\there.rs"])
def test_odd_names_are_quoted_as_git_reads_them(name: str, tmp_path: Path) -> None:
    assert applied(b"a\n", unified_diff(name, b"a\n", b"b\n"), tmp_path, name) == b"b\n"


def test_new_and_deleted_files(tmp_path: Path) -> None:
    subprocess.run(["git", "apply", "-"], input=unified_diff("n.rs", None, b"x"), cwd=tmp_path, check=True)
    assert (tmp_path / "n.rs").read_bytes() == b"x"

    subprocess.run(["git", "apply", "-"], input=unified_diff("n.rs", b"x", None), cwd=tmp_path, check=True)
    assert not (tmp_path / "n.rs").exists()


def test_a_missing_final_newline_is_said() -> None:
    diff = unified_diff("f", b"a\nb", b"a\nc")

    assert diff.endswith(b"-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n")


def test_carriage_returns_stay_in_the_diff() -> None:
    assert b"-a\r\n+b\r\n" in unified_diff("f", b"a\r\nz\r\n", b"b\r\nz\r\n")


def test_equal_contents_have_no_diff() -> None:
    assert unified_diff("f", b"a", b"a") == b""
    assert changed_lines(b"a", b"a").total == 0


def test_changed_lines_counts_both_sides() -> None:
    counted = changed_lines(b"a\nb\nc\n", b"a\nx\ny\nc\n")

    assert (counted.removed, counted.added, counted.total) == (1, 2, 3)


def test_too_many_differences_still_give_a_right_diff(tmp_path: Path) -> None:
    old = b"".join(b"old %d\n" % n for n in range(2000))
    new = b"".join(b"new %d\n" % n for n in range(2000))

    assert applied(old, unified_diff("f.rs", old, new), tmp_path) == new


def test_binary_files_are_named_only() -> None:
    assert unified_diff("f", b"\0", b"\0\0").endswith(b"Binary files differ\n")
