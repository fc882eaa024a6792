"""The page is whole, loads nothing, and lets no foreign text become markup."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from codemods.engine.document import RunDocument
from codemods.review import html
from tests.review import documents

VOID = {"meta"}
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "article", "div", "p"),
    *("h1", "h2", "h3", "ul", "li", "dl", "dt", "dd", "details", "summary", "table", "tr", "th", "td"),
    *("pre", "code", "span", "small", "b"),
}
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "open"}


class Page(HTMLParser):
    """Collects tags, attributes and text, and checks that tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("document", [documents.mixed(), documents.hostile(), documents.document([])])
def test_the_page_is_well_formed_and_inert(document: RunDocument) -> None:
    page = Page(html.render(document))
    assert set(page.tags) <= TAGS
    assert page.attributes <= ATTRIBUTES


def test_foreign_text_is_shown_as_it_is() -> None:
    text = "".join(Page(html.render(documents.hostile())).texts)
    assert "<script>alert(1)</script>" in text
    assert r"\u{202e}gnp.exe" in text
    assert "\x1b" not in text


def test_foreign_text_adds_no_element() -> None:
    calm, hostile = (html.render(documents.hostile(text)) for text in ("calm", documents.HOSTILE))
    assert Page(calm).tags == Page(hostile).tags


def test_the_policy_allows_the_style_sheet_and_nothing_else() -> None:
    page = html.render(documents.mixed())
    [style] = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert "url(" not in style
    assert "http" not in re.sub("http-equiv", "", page)


def test_the_page_tells_every_change_reason_and_note() -> None:
    text = "".join(Page(html.render(documents.mixed())).texts)
    for part in (
        "try!(File::open(path)).read_to_end(&mut text)",
        "File::open(path)?.read_to_end(&mut text)",
        "lines 41, 44 C compiled",
        "help: consider specifying the generic argument",
        "a comment asks to keep it",
        "2 files have uncommitted changes",
        "callers change",
        "compile: passed 3, failed 0, skipped 0",
        "warning: unused `?`",
    ):
        assert part in text


def test_a_large_page_begins_folded() -> None:
    page = html.render(documents.large(2000))
    assert page.count("<article>") == 2099
    assert " open>" not in page.split("Tried, not on the branch")[0]


def test_what_needs_eyes_stands_first_and_the_rest_is_folded() -> None:
    page = html.render(documents.graded())
    titles = [title for title in re.findall("<h2>(.*?)</h2>", page) if "change" in title]
    assert titles == [
        "Needs eyes, unverified: 1 change",
        "Needs eyes, the comparison found a difference: 2 changes",
        "Needs eyes, compiled only: 1 change",
        "Tested: 1 change",
        "Proved: 14 changes",
    ]
    assert " open>" in page.split("<h2>Tested")[0] and " open>" not in page.split("<h2>Tested")[1]


def test_each_change_says_what_was_shown_and_what_was_not() -> None:
    text = "".join(Page(html.render(documents.graded())).texts)
    for part in (
        "not equal: the body read::load of url lib urlbefore: VarRef x\nafter:  VarRef y",
        "built in: default, all-features",
        "executed: by url lib url: a::works, url test unit: b and 4 more",
        "not executed: no passing test runs it",
        "nothing was built in the configuration features:net: its build fails: E0432",
    ):
        assert part in text


def test_a_claim_is_called_one() -> None:
    text = "".join(Page(html.render(replace(documents.graded(), doubts=("it was made elsewhere",)))).texts)
    assert "it was made elsewhere" in text and "claimed A proved" in text
    assert "claim" not in html.render(documents.graded())
