"""The run document as one web page that loads nothing and runs nothing.

No script, no inline style attribute, no address: its content security policy allows only its
own style sheet, by hash, so a page that foreign text managed to alter still could do nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator

from codemods.engine.document import Outcome, RunDocument
from codemods.review.api import api_html
from codemods.review.escape import html
from codemods.review.groups import (
    GRADE_MEANINGS,
    GRADE_WORDS,
    baseline_notes,
    check_counts,
    commit_counts,
    grade_counts,
    left_alone,
    places,
    plural,
)
from codemods.review.html_changes import badge, change_parts
from codemods.review.needs import configuration_text, dropped_notes
from codemods.review.style import STYLE


def render(document: RunDocument) -> str:
    """Return the page."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    title = html(f"codemod: {', '.join(document.recipes)}")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{title}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            *_body(document),
            "</body>",
            "</html>",
            "",
        ]
    )


def _body(document: RunDocument) -> Iterator[str]:
    yield from _header(document)
    yield "<main>"
    yield from _list("Only a claim: codemod review --verify builds and grades it anew", document.doubts)
    yield from _totals(document)
    yield from _list("Notes", (*document.notes, *baseline_notes(document), *dropped_notes(document)))
    yield from api_html(document)
    yield from _questions(document)
    yield from _left_alone(document)
    yield from change_parts(document)
    yield from _verification(document)
    yield "</main>"


def _header(document: RunDocument) -> Iterator[str]:
    place = f"branch <code>{html(document.branch)}</code>" if document.branch else "no branch"
    tip = f" at <code>{html(document.tip[:10])}</code>" if document.tip else ""
    yield "<header>"
    yield f"<h1>{html(', '.join(document.recipes))}</h1>"
    yield f"<p>{place}{tip}, made from <code>{html(document.base[:10])}</code></p>"
    yield "</header>"


def _totals(document: RunDocument) -> Iterator[str]:
    totals = document.totals
    yield '<section class="totals">'
    for name in ("found", *Outcome):
        yield f'<div class="{name}"><b>{getattr(totals, name):,}</b> {name}</div>'
    yield "</section>"
    yield '<ul class="grades">'
    for grade, count in grade_counts(document):
        mark = badge(grade.value, f"{grade.value} {GRADE_WORDS[grade]}")
        yield f"<li>{mark} {plural(count, 'site')}: {GRADE_MEANINGS[grade]}</li>"
    yield "</ul>"


def _list(title: str, items: Iterable[str]) -> Iterator[str]:
    lines = [f"<li>{html(item)}</li>" for item in items]
    if lines:
        yield from (f"<h2>{html(title)}</h2>", "<ul>", *lines, "</ul>")


def _questions(document: RunDocument) -> Iterator[str]:
    if not document.questions:
        return
    sites = {site.id: site for site in document.sites}
    yield f"<h2>To decide: {plural(len(document.questions), 'question')}</h2>"
    yield "<dl>"
    for question in document.questions:
        site = sites.get(question.site)
        place = f"{site.path}:{site.line}:{site.column}" if site else question.site
        yield f"<dt><code>{html(place)}</code> {html(question.code)}</dt>"
        for option in question.options:
            yield f"<dd><code>{html(option.id)}</code> {html(option.effect)}</dd>"
    yield "</dl>"


def _left_alone(document: RunDocument) -> Iterator[str]:
    groups = left_alone(document)
    if not groups:
        return
    yield f"<h2>Left alone: {plural(sum(len(group.sites) for group in groups), 'site')}</h2>"
    for group in groups:
        title = f"{badge(group.outcome, group.outcome)} <code>{html(group.code)}</code>"
        count = plural(len(group.sites), "site")
        yield f"<details><summary>{title} {count}: {html(group.reason)}</summary>"
        yield "<ul>"
        for place in places(group.sites, None)[0]:
            yield f"<li><code>{html(place)}</code></li>"
        yield "</ul></details>"


def _verification(document: RunDocument) -> Iterator[str]:
    tool, seconds = document.tool, document.seconds
    checks = (
        f"{check.check}: passed {check.passed:,}, failed {check.failed:,}, skipped {check.skipped:,}"
        for check in check_counts(document)
    )
    configurations = (f"configuration {c.id}: {configuration_text(c)}" for c in document.configurations)
    commits = (
        f"commit {commit.commit}: {', '.join(commit.recipes)}, {plural(commit.sites, 'site')}"
        for commit in commit_counts(document)
    )
    items = (
        f"rustc {tool.rustc}, {tool.cargo}, codemod {tool.codemod}; {document.sandbox}",
        *configurations,
        *checks,
        f"{plural(document.compiles, 'compile')}; scan {seconds.scan:.1f} s,"
        f" baseline {seconds.baseline:.1f} s, trial {seconds.trial:.1f} s, total {seconds.total:.1f} s",
        f"base {document.base}, tree {document.tree}",
        *commits,
    )
    yield from _list("How it was verified", items)
