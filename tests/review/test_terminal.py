"""Terminal reports: what a person reads, at 80 columns, with and without colour."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

from codemods.engine.document import Outcome, RunDocument
from codemods.review.console import ColorChoice, console
from codemods.review.scan import ScanRow, scan_table
from codemods.review.terminal import show_plan, show_review, show_summary
from tests.review import documents

Show = Callable[..., None]
SHOWS = [show_plan, show_summary, show_review]
COLOR = re.compile(r"\x1b\[[0-9;]*m")


def shown(show: Show, document: RunDocument, *, verbose: bool = False, color: ColorChoice = "never") -> str:
    stream = io.StringIO()
    show(console(stream, color=color, width=80), document, verbose=verbose)
    return stream.getvalue()


def test_the_plan_shows_each_change_by_file_with_line_and_grade() -> None:
    text = shown(show_plan, documents.mixed())
    assert text.index("src/lib.rs\n  line 7  B tested  try-macro\n") < text.index(
        "src/read.rs\n  lines 41, 44"
    )
    assert "      7 -     try!(File::open(path)).read_to_end(&mut text)\n" in text
    assert "        +     File::open(path)?.read_to_end(&mut text)\n" in text
    assert text.endswith("Dry run: nothing was written.\n")


def test_the_plan_says_what_is_left_alone_grouped_by_reason() -> None:
    text = shown(show_plan, documents.mixed())
    assert "Left alone: 5 sites" in text
    assert "  refused  own-macro  2 sites\n    `try!` is a macro of this crate here" in text
    assert "    src/own.rs:3, src/own.rs:9\n" in text
    assert "  rejected  E0283  1 site\n    error[E0283]: type annotations needed\n" in text
    assert "cannot infer type" not in text
    assert "cannot infer type" in shown(show_plan, documents.mixed(), verbose=True)


def test_the_summary_says_how_to_read_push_and_undo_the_branch() -> None:
    text = shown(show_summary, documents.mixed())
    assert "Branch codemod/try-macro  1 commit\n  5e1c0ffee5  try-macro: 3 sites in 2 files\n" in text
    assert "Read  git log -p 669dd6e012..codemod/try-macro\n      codemod review codemod/try-macro\n" in text
    assert "Push  git push origin codemod/try-macro refs/notes/codemod\n" in text
    assert "Undo  git branch -D codemod/try-macro\n" in text


def test_commands_are_quoted_for_the_shell() -> None:
    text = shown(show_summary, replace(documents.mixed(), branch="it's;$(x)"))
    assert "git branch -D 'it'\"'\"'s;$(x)'\n" in text


def test_the_summary_tells_totals_and_grades() -> None:
    text = shown(show_summary, documents.mixed())
    totals = text[text.index("try-macro: 8 sites found") : text.index("Branch")]
    assert [line.split(":")[0].split() for line in totals.split("\n")[1:7]] == [
        ["3", "applied", "in", "2", "files"],
        ["1", "B", "tested"],
        ["2", "C", "compiled"],
        ["3", "refused"],
        ["1", "rejected"],
        ["1", "unverified"],
    ]


def test_a_run_that_found_nothing_says_so() -> None:
    assert "Nothing to do: no site of try-macro was found." in shown(show_summary, documents.document([]))


def test_a_run_that_applied_nothing_names_no_branch() -> None:
    text = shown(show_summary, documents.document([documents.refused(1)]))
    assert text.endswith("No branch was written: nothing was applied.\nWhy   codemod explain own-macro\n")
    assert "git push" not in text


def test_notes_and_the_baseline_are_told() -> None:
    text = shown(show_summary, documents.mixed())
    assert "  - 2 files have uncommitted changes" in text
    assert "  - not built here, so its sites are unverified: url bench parse" in text
    assert "  - 1 test failed before any change" in text


def test_the_review_shows_messages_in_full() -> None:
    text = shown(show_review, documents.mixed())
    assert "src/read.rs:41:13  C compiled  try-macro  annotated form  2 sites  5e1c0ffee5" in text
    assert "  new warning\n    warning: unused `?`\n" in text
    assert "Tried, not on the branch: 1 change" in text
    assert "  31 |     let v: Vec<_> = it.collect()?;\n" in text
    assert "Left alone: 4 sites" in text, "a rejected change is not listed twice"


def test_the_review_shows_evidence_of_one_site_with_it() -> None:
    text = shown(show_review, documents.document([documents.applied(3)]))
    assert "  built in: default\n  compiled: 2 targets in the default configuration\n" in text
    assert "  not tested: tests were not asked for (--test)\n" in text


def test_thousands_of_sites_are_collapsed_and_verbose_shows_all() -> None:
    document = documents.large(2000)
    short, full = shown(show_plan, document), shown(show_plan, document, verbose=True)
    assert short.count("\n") < 500
    assert "… and 1,960 more changes in 98 files (-v shows them)" in short
    assert "    src/parse.rs:5, src/parse.rs:6, and 93 more\n" in short
    assert full.count("+     File::open(path)?") == 2099
    assert "-v shows" not in full
    assert shown(show_summary, document).count("\n") < 100


@pytest.mark.parametrize("show", SHOWS)
def test_calm_reports_fit_80_columns_and_have_no_trailing_space(show: Show) -> None:
    lines = shown(show, documents.mixed()).split("\n")
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line != line.rstrip()] == []
    assert lines[0] != "", "it does not begin with a blank line"


@pytest.mark.parametrize("show", SHOWS)
def test_colour_only_adds_colour(show: Show) -> None:
    colored = shown(show, documents.mixed(), color="always")
    assert "\x1b[" in colored
    assert COLOR.sub("", colored) == shown(show, documents.mixed())


@pytest.mark.parametrize("show", SHOWS)
@pytest.mark.parametrize("verbose", [False, True])
def test_foreign_text_neither_drives_the_terminal_nor_is_markup(show: Show, verbose: bool) -> None:
    text = COLOR.sub("", shown(show, documents.hostile(), color="always", verbose=verbose))
    assert {char for char in text if unicodedata.category(char)[0] == "C"} <= {"\n"}
    assert "[red]rich[/red]" in text
    assert ":smile:" in text
    assert r"\u{202e}gnp.exe" in text


def test_foreign_colours_do_not_pass_for_ours() -> None:
    text = shown(show_plan, documents.hostile("\x1b[32mgreen\x1b[0m"), color="never")
    assert "\x1b" not in text


def test_a_long_line_of_code_is_not_cut() -> None:
    site = documents.applied(1)
    diff = f"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-{'x' * 300}\n+{'y' * 300}\n"
    text = shown(show_plan, documents.document([site], [documents.change_of(site, diff=diff)]))
    assert "x" * 300 in text
    assert "y" * 300 in text


def test_skipped_context_is_marked() -> None:
    site = documents.applied(1)
    body = "-a\n+b\n 1\n 2\n 3\n 4\n-c\n+d\n"
    diff = f"--- a/src/read.rs\n+++ b/src/read.rs\n@@ -1,6 +1,6 @@\n{body}"
    text = shown(show_plan, documents.document([site], [documents.change_of(site, diff=diff)]))
    assert "      2   1\n      ⋮\n      5   4\n      6 - c\n" in text


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    stream = io.StringIO()
    show_summary(console(stream), documents.mixed())
    assert "\x1b[3" not in stream.getvalue()


def test_the_scan_table_is_aligned_and_sorted() -> None:
    stream = io.StringIO()
    rows = [ScanRow("failure", "2019", 0, 0, 0), ScanRow("try-macro", "2015", 1234, 40, 3)]
    console(stream, color="never", width=80).print(scan_table(rows))
    assert [line.split() for line in stream.getvalue().splitlines()] == [
        ["recipe", "epoch", "sites", "files", "packages"],
        ["try-macro", "2015", "1,234", "40", "3"],
        ["failure", "2019", "0", "0", "0"],
    ]


def test_a_hostile_recipe_name_in_the_scan_table_is_text() -> None:
    stream = io.StringIO()
    Console(file=stream, width=200).print(scan_table([ScanRow("[red]\x1b[31mx", "1", 1, 1, 1)]))
    assert r"[red]\u{1b}[31mx" in stream.getvalue()


def test_outcomes_have_a_style() -> None:
    text = shown(show_summary, documents.mixed(), color="always")
    for outcome in Outcome:
        assert re.search(rf"\x1b\[[0-9;]+m{outcome}", text)


def test_a_path_is_not_repeated_where_the_workspace_is_a_sub_folder() -> None:
    site = documents.applied(41)
    diff = documents.diff_of(replace(site, path="sub/src/read.rs"))
    text = shown(show_review, documents.document([site], [documents.change_of(site, diff=diff)]))
    assert "src/read.rs:41:13" in text
    assert "sub/src/read.rs" not in text


def test_the_files_of_a_change_over_several_files_are_named() -> None:
    site = documents.applied(41)
    diff = documents.diff_of(site) + "--- a/Cargo.toml\n+++ b/Cargo.toml\n@@ -1 +0,0 @@\n-failure = '1'\n"
    change = replace(documents.change_of(site, diff=diff), paths=("Cargo.toml", "src/read.rs"))
    text = shown(show_plan, documents.document([site], [change]))
    assert text.index("  src/read.rs\n") < text.index("  Cargo.toml\n      1 - failure = '1'\n")


def test_evidence_that_repeats_the_reason_is_shown_once() -> None:
    site = documents.rejected(31)
    site = replace(site, evidence=(replace(site.evidence[0], detail=documents.RUSTC_ERROR),))
    assert shown(show_review, documents.document([site])).count("cannot infer type") == 1
