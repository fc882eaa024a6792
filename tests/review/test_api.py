"""Tests of how the reports show what becomes of the public API."""

from __future__ import annotations

import io
from dataclasses import replace

from codemods.engine.document import ApiRecord, BumpRecord, RunDocument
from codemods.review import html, markdown
from codemods.review.api import api_groups
from codemods.review.console import console
from codemods.review.terminal import show_plan, show_review, show_summary
from tests.review import documents

HOW = "as rustdoc sees it"
CHANGED = ApiRecord("url", "url::parse", "changed", "fn parse() -> u8", "fn parse() -> u16", "major")
LOST = ApiRecord("url", "impl Fail for Error", "trait-removed", "impl Fail for Error", None, "major")
ADDED = ApiRecord("url", "url::more", "added", None, "fn more()", "minor")
THROUGH = [
    ApiRecord("url", f"url::f{n}", "changed", "fn f() -> A", "fn f() -> B", "major", "url::Result")
    for n in range(3)
]
BUMPS = (BumpRecord("url", "1.2.3", "2.0.0", "major", HOW), BumpRecord("calm", "0.1.0", None, None, HOW))


def run(*records: ApiRecord) -> RunDocument:
    return replace(documents.mixed(), api=records, bumps=BUMPS)


def plain(show: object, document: RunDocument, *, verbose: bool = False) -> str:
    stream = io.StringIO()
    show(console(stream, color="never", width=80), document, verbose=verbose)  # type: ignore[operator]
    return stream.getvalue()


def test_the_terminal_shows_old_and_new_and_the_version_that_is_asked_for() -> None:
    for show in (show_plan, show_summary, show_review):
        text = plain(show, run(ADDED, CHANGED, LOST, *THROUGH))
        part = text[text.index("Public API") :].partition("\n\n")[0]
        assert part == (
            "Public API\n"
            "  url 1.2.3 asks for 2.0.0 (5 major, 1 minor)\n"
            "    changed       url::parse\n"
            "        - fn parse() -> u8\n"
            "        + fn parse() -> u16\n"
            "    trait-removed impl Fail for Error\n"
            "    added         url::more\n"
            "        + fn more()\n"
            "    and 3 signatures that name `url::Result`\n"
            "    compared as rustdoc sees it"
        )


def test_the_terminal_says_nothing_where_all_is_the_same() -> None:
    same = replace(documents.mixed(), bumps=BUMPS[1:])
    assert "Public API" not in plain(show_summary, same)
    assert "Public API" not in plain(show_review, documents.mixed())


def test_long_lists_are_cut_but_for_verbose() -> None:
    many = run(*(replace(CHANGED, item=f"url::f{n}") for n in range(30)))
    assert "and 18 more items" in plain(show_summary, many)
    assert "more items" not in plain(show_summary, many, verbose=True)


def test_pages_show_every_library_that_was_compared() -> None:
    text = markdown.render(run(CHANGED))
    assert "<summary>url 1.2.3 asks for 2.0.0 (1 major)</summary>" in text
    assert "- changed `url::parse` (major): `fn parse() -> u8` → `fn parse() -> u16`" in text
    assert "calm 0.1.0: the same (as rustdoc sees it)." in text

    page = html.render(run(CHANGED))
    assert "<code>fn parse() -&gt; u8</code> → <code>fn parse() -&gt; u16</code>" in page
    assert "calm 0.1.0: the same" in page


def test_breaking_things_come_first() -> None:
    (group, _) = api_groups(run(ADDED, LOST, CHANGED))
    assert group.records == (CHANGED, LOST, ADDED)
