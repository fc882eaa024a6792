"""A unified diff is read back without losing a line."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from codemods.review.diffs import Kind, Line, counts, parse_diff

DIFF = "--- a/src/a.rs\n+++ b/src/a.rs\n@@ -4,3 +4,3 @@ fn x()\n a\n-b\n+c\n d\n"


def test_a_diff_of_one_file() -> None:
    [file] = parse_diff(DIFF)
    assert (file.path, file.crlf, counts(file)) == ("src/a.rs", False, (1, 1))
    assert file.hunks[0].line == 4
    assert [(line.kind.value, line.text) for line in file.hunks[0].lines] == [
        (" ", "a"),
        ("-", "b"),
        ("+", "c"),
        (" ", "d"),
    ]


def test_several_files_and_hunks() -> None:
    text = DIFF + "@@ -9,1 +9,0 @@\n-z\n" + "diff --git a/b b/b\n" + DIFF.replace("a.rs", "b.rs")
    assert [(file.path, len(file.hunks)) for file in parse_diff(text)] == [("src/a.rs", 2), ("src/b.rs", 1)]


def test_a_created_and_a_deleted_file_have_their_path() -> None:
    created = "--- /dev/null\n+++ b/new.rs\n@@ -0,0 +1 @@\n+x\n"
    deleted = "--- a/old.rs\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    assert [file.path for file in parse_diff(created + deleted)] == ["new.rs", "old.rs"]


def test_lines_that_look_like_headers_are_code() -> None:
    [file] = parse_diff("--- a/q.sql\n+++ b/q.sql\n@@ -1,2 +1,2 @@\n--- a comment\n+++ b\n same\n")
    assert [line.text for line in file.hunks[0].lines] == ["-- a comment", "++ b", "same"]


def test_crlf_is_said_once_and_a_changed_line_end_is_seen() -> None:
    [file] = parse_diff(
        DIFF.replace("a\n", "a\r\n").replace("b\n", "b\r\n").replace("c\n", "c\r\n").replace("d\n", "d\r\n")
    )
    assert file.crlf
    assert "\r" not in "".join(line.text for line in file.hunks[0].lines)
    [mixed] = parse_diff(DIFF.replace("-b\n", "-b\r\n"))
    assert not mixed.crlf
    assert mixed.hunks[0].lines[1] == Line(Kind.REMOVED, "b\r")


def test_a_missing_newline_at_the_end_is_kept_as_a_remark() -> None:
    remark = "\\ No newline at end of file\n"
    [file] = parse_diff(f"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-b\n{remark}+c\n{remark}")
    assert [line.kind.value for line in file.hunks[0].lines] == ["-", "\\", "+", "\\"]
    assert {line.text for line in file.hunks[0].lines[1::2]} == {" No newline at end of file"}


def test_text_that_is_no_diff_is_kept() -> None:
    [file] = parse_diff("what\nis this")
    assert file.path is None
    assert [line.text for line in file.hunks[0].lines] == ["what", "is this"]
    assert parse_diff("") == ()


lines = st.lists(st.sampled_from(["a", "-- b", "++ c", "@@ -1 +1 @@", "--- a/x", "", "\\ y", "\x0cd\x85e"]))


@given(lines, lines)
def test_what_difflib_writes_is_read_back(old: list[str], new: list[str]) -> None:
    text = "".join(f"{line}\n" for line in difflib.unified_diff(old, new, "a/x.rs", "b/x.rs", lineterm=""))
    read = [line for file in parse_diff(text) for hunk in file.hunks for line in hunk.lines]
    shown = [f"{line.kind.value}{line.text}" for line in read]
    assert shown == [line for line in text.split("\n")[2:-1] if not line.startswith("@@ ")]
    assert all(line.kind is not Kind.OTHER for line in read)


def test_a_lock_file_is_told_in_short() -> None:
    lock, code = parse_diff(
        "--- a/sub/Cargo.lock\n+++ b/sub/Cargo.lock\n@@ -1,3 +1,2 @@\n-a\n-b\n+c\n d\n"
        "--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -1,1 +1,1 @@\n-a\n+c\n"
    )
    assert lock.in_short == "written by cargo: 2 lines out, 1 in"
    assert code.in_short is None
