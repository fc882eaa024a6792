"""The review in the terminal: what needs eyes stands first, and what is proved is one line a file."""

from __future__ import annotations

from dataclasses import replace

from codemods.engine.document import Evidence, Grade, RunDocument
from codemods.review.terminal import show_review
from tests.review import documents
from tests.review.test_terminal import shown


def review(document: RunDocument, *, verbose: bool = False) -> str:
    return shown(show_review, document, verbose=verbose)


def test_what_needs_eyes_stands_first() -> None:
    text = review(documents.graded())
    titles = [line for line in text.splitlines() if line.startswith(("Needs eyes", "Tested:", "Proved:"))]
    assert titles == [
        "Needs eyes, unverified: 1 change",
        "Needs eyes, the comparison found a difference: 2 changes",
        "Needs eyes, compiled only: 1 change",
        "Tested: 1 change",
        "Proved: 14 changes",
    ]


def test_the_first_lines_say_how_many_need_eyes() -> None:
    head = " ".join(review(documents.graded()).split("Needs eyes, unverified")[0].split())
    assert (
        "19 changes, 4 need eyes: 1 unverified, 2 found different, 1 compiled only, 1 tested, 14 proved"
        in head
    )


def test_proved_changes_are_a_line_a_file_and_verbose_shows_each() -> None:
    short, full = review(documents.graded()), review(documents.graded(), verbose=True)
    assert "  src/lib.rs  2 changes  lines 5, 15\n" in short
    assert "  src/read.rs  12 changes  lines 100, 110, 120, 130, 140, 150, 160, 170 and 4 more\n" in short
    assert short.count("A proved  try-macro") == 0
    assert full.count("A proved  try-macro") == 14


def test_what_proved_changes_rest_on_is_said_once() -> None:
    assert review(documents.graded()).count("proved: the same typed tree in 2 bodies of url lib url") == 1


def test_what_differs_between_proved_changes_is_counted() -> None:
    part = review(documents.graded()).split("Proved: 14 changes")[1]
    assert "    executed: 2 of 14\n" in part and "    not executed: 12 of 14\n" in part
    assert "proved: 14 of 14" not in part, "that is shared, and said in full"


def test_a_proved_change_with_a_new_warning_is_not_folded() -> None:
    site = replace(documents.applied(3, grade=Grade.PROVED), evidence=(documents.PROVED,))
    change = replace(documents.change_of(site), warnings=("warning: unused `?`\n",))
    assert "new warning" in review(documents.document([site], [change]))


def test_a_difference_is_shown_with_its_excerpt() -> None:
    text = review(documents.graded())
    assert "  not equal: the body read::load of url lib url\n      before: VarRef x\n" in text
    assert "  not proved: not comparable: the dumps of this rustc have another shape\n" in text


def test_a_long_excerpt_is_cut_and_verbose_shows_it() -> None:
    long = replace(documents.DIFFERENT, excerpt="\n".join(f"row {number}" for number in range(40)))
    document = documents.document([replace(documents.applied(3), evidence=(long,))])
    assert "row 39" not in review(document)
    assert "row 39" in review(document, verbose=True)


def test_the_tests_that_ran_a_change_are_named() -> None:
    assert "executed: by url lib url: a::works, url test unit: b and 4 more" in review(documents.graded())


def test_what_was_not_checked_is_said_with_the_reason() -> None:
    text = review(documents.graded())
    assert "  not executed: no passing test runs it\n" in text
    assert "  not proved: nothing was compared\n" in text


def test_configurations_are_told_of_each_change_and_dropped_ones_in_words() -> None:
    text = review(documents.graded())
    assert "  built in: default, all-features\n" in text
    note = "nothing was built in the configuration features:net: its build fails: E0432"
    assert note in " ".join(text.split())
    full = review(documents.graded(), verbose=True)
    assert "  all-features: x86_64-unknown-linux-gnu, all features; reaches 1 site\n" in full
    words = "features:net: x86_64-unknown-linux-gnu, default features and features net; shows nothing"
    assert words in " ".join(full.split())


def test_evidence_of_one_line_of_a_change_names_the_line() -> None:
    first = replace(documents.applied(3), evidence=(documents.EXECUTED,))
    second = replace(
        documents.applied(9), evidence=(documents.NOT_EXECUTED,), change=first.change, configurations=("x",)
    )
    change = replace(documents.change_of(first), sites=(first.id, second.id))
    text = review(documents.document([first, second], [change]))
    assert "executed: by url lib url: a::works, url test unit: b and 4 more (line 3)\n" in text
    assert "not executed: no passing test runs it (line 9)\n" in text
    assert "built in: default, x (default, x: not every line)\n" in text


def test_a_model_that_wrote_a_change_needs_eyes_whatever_its_grade() -> None:
    site = documents.applied(3, grade=Grade.TESTED)
    change = replace(documents.change_of(site), origin="model")
    assert "Needs eyes, written by a model: 1 change" in review(documents.document([site], [change]))


def test_the_weakest_site_decides() -> None:
    first = replace(documents.applied(3, grade=Grade.PROVED), evidence=(documents.PROVED,))
    second = replace(documents.applied(9, grade=Grade.COMPILED), change=first.change)
    change = replace(documents.change_of(first), sites=(first.id, second.id))
    assert "Needs eyes, compiled only: 1 change" in review(documents.document([first, second], [change]))


def test_a_claim_is_called_one_everywhere() -> None:
    document = replace(documents.graded(), doubts=("it was made elsewhere",))
    text = review(document)
    assert "Only a claim\n  - it was made elsewhere.\n" in text
    assert "codemod review --verify codemod/try-macro" in text
    assert "Proved: 14 changes: as claimed\n" in text
    assert "src/read.rs:40:13  claimed B tested" in text
    assert "A proved (claimed)" in text
    assert "claim" not in review(documents.graded())


def test_a_check_of_a_later_version_is_shown_as_it_is() -> None:
    site = replace(documents.applied(3), evidence=(Evidence("fuzz", "passed", "the same"),))
    assert "  fuzz passed: the same\n" in review(documents.document([site]))
