"""Foreign text stays text, and stays visible, in every place it is shown."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from codemods.review import escape
from tests.review.documents import HOSTILE

HIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}
BIDI = [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
# Text that is likely to break out: the characters of markup and hidden ones, in any order.
NASTY = st.text(st.sampled_from("`~<>[](){}|\\*_#&!@:;/.-+=1aW \n\r\t\x1b\x07\x7f\x9b\u202e\u200b\ud800é"))
ANY = st.one_of(st.text(st.characters()), NASTY, st.just(HOSTILE))
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def hidden(text: str) -> set[str]:
    return {char for char in text if unicodedata.category(char) in HIDDEN_CATEGORIES} - {"\n", "\t"}


def test_every_hidden_character_of_unicode_is_spelled_out() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    assert hidden(escape.terminal(everything)) == set()


@pytest.mark.parametrize("code", [*BIDI, 0x1B, 0x9B, 0x200B, 0xFEFF, 0xE0041, 0xFE00, 0x3164, 0xD800])
def test_hidden_characters_are_shown_as_rust_writes_them(code: int) -> None:
    assert escape.terminal(f"a{chr(code)}b") == f"a\\u{{{code:x}}}b"


def test_ordinary_text_is_not_touched() -> None:
    text = "fn größe() -> 漢字 { 'é' } // ✓ 🦀\n\tx"
    assert escape.terminal(text) == text


def test_a_line_has_no_line_break() -> None:
    assert escape.terminal_line("a\nb\tc\r\n") == r"a\nb\tc\u{d}\n"


@given(ANY)
def test_no_function_lets_a_hidden_character_pass(text: str) -> None:
    for function in (
        escape.terminal,
        escape.terminal_line,
        escape.html,
        escape.markdown_inline,
        escape.markdown_code,
        escape.markdown_code_block,
        escape.sarif,
    ):
        assert hidden(function(text)) == set()


@given(ANY)
def test_html_leaves_no_markup(text: str) -> None:
    escaped = escape.html(text)
    assert not set("<>\"'") & set(escaped)
    assert re.sub("&(?:amp|lt|gt|quot|#x27);", "", escaped).count("&") == 0


@given(ANY)
def test_inline_markdown_is_one_paragraph_of_text_and_code(text: str) -> None:
    tokens = MARKDOWN.parse(escape.markdown_inline(text))
    assert [token.type for token in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"])
    children = tokens[1].children or [] if tokens else []
    kinds = {child.type for child in children if child.content != "<!-- -->"}
    assert kinds <= {"text", "text_special", "code_inline"}


@given(NASTY)
def test_inline_markdown_says_what_the_text_says(text: str) -> None:
    shown = "".join(
        re.findall(r">([^<]*)<", "".join(MARKDOWN.render(escape.markdown_inline(text)).split("<!-- -->")))
    )
    expected = escape.html(escape.terminal(text))
    # Space and the backticks of code spans are the only things that may differ.
    assert re.sub(r"[\s`]", "", shown) == re.sub(r"[\s`]", "", expected.replace("&#x27;", "'"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`try!` is [not](x) std's", r"`try!` is \[not\](x) std's"),
        ("- a list", r"\- a list"),
        ("1. a list", r"1\. a list"),
        ("# a heading", r"\# a heading"),
        ("see #12 and @user", "see #<!-- -->12 and @<!-- -->user"),
        ("http://a.example", "http:<!-- -->//a.example"),
        ("one\n\ntwo", "one two"),
        ("<b>", r"\<b\>"),
    ],
)
def test_inline_markdown(text: str, expected: str) -> None:
    assert escape.markdown_inline(text) == expected


@given(ANY)
def test_a_code_span_holds_all_of_its_text(text: str) -> None:
    [_, inline, _] = MARKDOWN.parse("x " + escape.markdown_code(text))
    children = inline.children or []
    expected = escape.terminal_line(text)
    if expected.strip():
        assert [child.type for child in children] == ["text", "code_inline"]
        assert children[1].content.strip() == expected.strip()
    else:
        assert {child.type for child in children} <= {"text", "code_inline"}


@given(ANY)
def test_a_code_span_does_not_leave_its_table_cell(text: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| {escape.markdown_code(text, in_table=True)} | 2 |\n"
    tokens = MARKDOWN.parse(table)
    assert [token.type for token in tokens].count("td_open") == 2
    assert [token.content for token in tokens if token.type == "inline"][-1] == "2"


@given(ANY, st.text())
def test_a_code_block_holds_all_of_its_text(text: str, language: str) -> None:
    tokens = MARKDOWN.parse(f"{escape.markdown_code_block(text, language)}\n\nafter\n")
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert tokens[0].content.removesuffix("\n") == escape.terminal(text).removesuffix("\n")
    assert re.fullmatch(r"[A-Za-z0-9+-]*", tokens[0].info)


def test_sarif_text_has_neither_placeholder_nor_link() -> None:
    assert escape.sarif("use {0} of [u8; 4]") == "use {{0}} of [u8; 4]"
    assert escape.sarif("[a](http://evil.example)") == r"\[a\](http://evil.example)"
