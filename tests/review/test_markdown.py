"""The Markdown report is complete, short, and lets no foreign text become markup."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from codemods.engine.document import Grade, RunDocument
from codemods.review import markdown
from tests.review import documents

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OWN_HTML = re.compile(
    r"(<details><summary>(?:[^<>]|<code>[^<>]*</code>)*</summary>|</details>|<!-- -->)\n*\Z"
)


def every(tokens: list[Token]) -> list[Token]:
    return [token for parent in tokens for token in (parent, *(parent.children or []))]


def test_the_report_says_what_was_done_and_how_it_was_verified() -> None:
    text = markdown.render(documents.mixed())
    assert "**3 of 8 sites upgraded**, every change compiled." in text
    assert "| applied, tested (B) | 1 |" in text
    assert "| rejected | 1 |" in text
    assert "- compile: passed 3. 2 targets in the default configuration" in text
    assert "- before any change: 0 errors, 12 warnings, tests 40 passed, 1 failed, 2 ignored" in text
    assert "| `src/read.rs` | 2 | 0 | 0 | 0 |" in text
    assert "git checkout 669dd6e0123456789abcdef0123456789abcdef0\ncodemod apply try-macro\n" in text


def test_reasons_are_folded_with_their_places() -> None:
    text = markdown.render(documents.mixed())
    assert "<details><summary>refused <code>own-macro</code>: 2 sites</summary>\n\nReason: `try!` is" in text
    assert "- `src/own.rs:3`\n- `src/own.rs:9`\n" in text
    assert "    |\n31 |" not in text, "the compiler's drawing is not cut by Markdown"
    assert "31 |     let v: Vec<_> = it.collect()?;" in text


def test_an_unverified_change_on_the_branch_is_not_called_compiled() -> None:
    document = documents.document([replace(documents.applied(1), grade=Grade.UNVERIFIED)])
    assert "every change compiled" not in markdown.render(document)


def test_what_needs_eyes_is_listed_and_the_rest_is_folded() -> None:
    text = markdown.render(documents.graded())
    eyes, calm = text.index("**Needs eyes, unverified: 1 change"), text.index("<summary>Tested: 1 change")
    assert eyes < text.index("**Needs eyes, the comparison found") < calm < text.index("<summary>Proved: 14")
    assert "  - not equal: the body read::load of url lib url\n    - `before: VarRef x`\n" in text
    assert "- `src/read.rs:20`, built in default, all-features\n" in text
    assert "- `src/lib.rs`: 2 changes, lines 5, 15\n" in text
    assert "  - not comparable" not in text
    assert "  - not proved: not comparable: the dumps of this rustc" in text
    assert "nothing was built in the configuration features:net: its build fails: E0432" in text


def test_a_claim_is_called_one() -> None:
    text = markdown.render(replace(documents.graded(), doubts=("it was made elsewhere",)))
    assert "**All of this is only a claim**" in text and "- it was made elsewhere\n" in text
    assert "Proved: 14 changes, as claimed" in text
    assert "claim" not in markdown.render(documents.graded())


def test_what_holds_for_all_is_said_once_and_thousands_are_folded() -> None:
    text = markdown.render(documents.large(2000))
    part = text[text.index("### The changes") : text.index("### How")]
    assert part.count("compiled: 2 targets") == 1
    assert "- `crates/c0/src/lib.rs`: 20 changes, lines 10, 15" in part
    assert "- and 80 more files\n" in part


def test_a_run_that_found_nothing() -> None:
    text = markdown.render(documents.document([]))
    assert "Nothing to do: no site was found." in text
    assert "| outcome |" not in text


@pytest.mark.parametrize(
    "text", [documents.HOSTILE, "\n# heading\n\n- list\n\n    code", "`" * 9, "</details>", "|" * 5]
)
def test_foreign_text_is_no_markup(text: str) -> None:
    rendered = markdown.render(documents.hostile(text))
    tokens = every(PARSER.parse(rendered))
    assert {"link_open", "image", "em_open", "strong_open", "s_open"} & {t.type for t in tokens} <= {
        "strong_open"
    }
    html = [token.content for token in tokens if token.type in ("html_block", "html_inline")]
    assert [content for content in html if not OWN_HTML.match(content)] == []
    headings = [
        tokens[index + 1].content for index, token in enumerate(tokens) if token.type == "heading_open"
    ]
    assert [heading.split(":")[0] for heading in headings] == [
        "Upgrade with codemod",
        "Public API",
        "The changes, what needs eyes first",
        "How it was verified",
        "Left alone",
        "To decide",
        "Reproduce",
    ]


def test_a_hostile_report_has_as_many_table_cells_as_a_calm_one() -> None:
    rows = [token for token in PARSER.parse(markdown.render(documents.hostile())) if token.type == "td_open"]
    assert len(rows) == 4 * 3 + 1 * 5


@pytest.mark.parametrize(
    "document",
    [
        documents.large(2000),
        documents.hostile("`x` " * 5000),
        documents.hostile("|\\" * 9000),
        documents.large(9000),
    ],
    ids=["2,000 sites", "long words", "long escapes", "9,000 sites"],
)
def test_the_report_fits_a_pull_request(document: RunDocument) -> None:
    text = markdown.render(document)
    assert len(text) < 65_536
    assert "### Reproduce" in text
    assert text.count("<details>") == text.count("</details>")
