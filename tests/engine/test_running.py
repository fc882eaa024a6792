"""Tests of how outputs are compared: what wavers without the change, what moved, and what differs."""

from __future__ import annotations

from codemods.cargo.commands import CommandOutput
from codemods.engine.running import Outputs

NONE: frozenset[str] = frozenset()


def outputs(*texts: str, codes: tuple[int, ...] = ()) -> Outputs:
    codes = codes or (0,) * len(texts)
    return Outputs(
        "demo", tuple(CommandOutput(text, "", code) for text, code in zip(texts, codes, strict=True))
    )


def differs(before: Outputs, after: CommandOutput, *moved: str) -> str:
    return before.difference(after, frozenset(moved))


def test_the_same_output_is_the_same() -> None:
    assert differs(outputs("a\nb\n", "a\nb\n"), CommandOutput("a\nb\n")) == ""


def test_a_difference_shows_what_is_around_it() -> None:
    text = differs(outputs("a\nb\nc\n", "a\nb\nc\n"), CommandOutput("a\nx\nc\n"))
    assert text.splitlines()[0] == "standard output:"
    assert [line for line in text.splitlines() if line[:1] in "+-" and line[1:2] not in "+-"] == ["-b", "+x"]


def test_standard_error_and_exit_code_count_as_well() -> None:
    before = outputs("", "")
    assert differs(before, CommandOutput("", "oops\n")).startswith("standard error:\n")
    assert differs(before, CommandOutput("", "", 3)) == "exit code 0 is now 3"
    assert differs(before, CommandOutput("", "", -11)) == "exit code 0 is now -11"


def test_a_line_that_wavers_is_left_out_and_named() -> None:
    before = outputs("took 1 ms\nb\n", "took 2 ms\nb\n")
    assert differs(before, CommandOutput("took 9 ms\nb\n")) == ""
    assert "+x" in differs(before, CommandOutput("took 9 ms\nx\n"))
    assert before.left_out() == ["line 1 of its standard output (`took 1 ms`)"]


def test_a_line_more_is_a_difference_even_beside_one_that_wavers() -> None:
    before = outputs("took 1 ms\nb\n", "took 2 ms\nb\n")
    assert "+more" in differs(before, CommandOutput("took 9 ms\nb\nmore\n"))


def test_a_stream_of_another_length_each_time_is_left_out() -> None:
    before = outputs("a\n", "a\nb\n")
    assert differs(before, CommandOutput("x\ny\nz\n")) == ""
    assert before.left_out() == ["its standard output, which has another length each time"]


def test_an_exit_code_that_wavers_is_left_out() -> None:
    before = outputs("", "", codes=(0, 1))
    assert differs(before, CommandOutput("", "", 7)) == ""
    assert before.left_out() == ["its exit code"]


def test_numbers_of_lines_count_but_in_files_that_were_edited() -> None:
    before = outputs("panicked at src/a.rs:3:9:\n", "panicked at src/a.rs:3:9:\n")
    after = CommandOutput("panicked at src/a.rs:4:9:\n")
    assert differs(before, after, "src/a.rs") == ""
    assert differs(before, after, "member/src/a.rs") == "", "it is named from the member's folder"
    assert differs(before, after, "src/b.rs") != ""
    assert before.has_moved(after, frozenset({"src/a.rs"}))
    assert not before.has_moved(before.runs[0], frozenset({"src/a.rs"}))


def test_what_does_not_end_after_the_change_differs() -> None:
    before = outputs("a", "a")
    assert differs(before, CommandOutput(problem="it was stopped: it took longer than 300 s")) == (
        "it was stopped: it took longer than 300 s"
    )


def test_what_does_not_end_before_the_change_shows_nothing() -> None:
    stopped = Outputs("demo", (CommandOutput(problem="cargo does not build it: oops"),) * 2)
    assert stopped.problem == "cargo does not build it: oops"


def test_long_differences_are_cut() -> None:
    long = "".join(f"{n}\n" for n in range(100))
    text = differs(outputs(long, long), CommandOutput(long.replace("\n", "!\n")))
    assert text.splitlines()[-1].startswith("… ") and len(text.splitlines()) == 32


def test_output_of_which_nothing_is_the_same_twice_is_not_compared() -> None:
    before = Outputs("demo", (CommandOutput("a\n", "x\n", 1), CommandOutput("a\nb\n", "", 0)))
    assert before.problem == "it ends with another exit code and another output each time"
    steady = Outputs("demo", (CommandOutput("a\n", "x\n", 1), CommandOutput("a\n", "", 0)))
    assert steady.problem is None
