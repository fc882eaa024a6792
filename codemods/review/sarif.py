"""The run document as SARIF 2.1.0, for code scanning and editors.

A site left alone is a result of kind `fail` (rejected: warning, else note) under the rule
named by its code; an applied one is a result of kind `pass`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from codemods.engine.document import Outcome, RunDocument, SiteRecord
from codemods.review import escape
from codemods.review.groups import GRADE_MEANINGS, by_place, first_line

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Outcome.REJECTED: "warning", Outcome.UNVERIFIED: "note", Outcome.REFUSED: "note"}
_PATH_SAFE = "/-._~"  # anything else in a path is percent-encoded, `:` too: it could be a scheme


def render(document: RunDocument) -> str:
    """Return the document as SARIF text (ASCII JSON)."""
    text = json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(document)]}, indent=2)
    return text + "\n"


def _run(document: RunDocument) -> dict[str, Any]:
    sites = by_place(document.sites)
    rules = {rule: index for index, rule in enumerate(dict.fromkeys(map(_rule_id, sites)))}
    return {
        "tool": {"driver": _driver(document, _rules(sites))},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the Cargo workspace."}}},
        "results": [_result(site, rules) for site in sites],
        "invocations": [
            {"executionSuccessful": True, "toolExecutionNotifications": _notifications(document)}
        ],
        "properties": {"base": document.base, "branch": _branch(document), "tip": document.tip},
    }


def _driver(document: RunDocument, rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": "codemod",
        "semanticVersion": document.tool.codemod,
        "rules": rules,
        "properties": {
            "rustc": escape.terminal_line(document.tool.rustc),
            "cargo": escape.terminal_line(document.tool.cargo),
        },
    }


def _rules(sites: Iterable[SiteRecord]) -> list[dict[str, Any]]:
    first: dict[str, SiteRecord] = {}
    for site in sites:
        first.setdefault(_rule_id(site), site)
    return [
        {
            "id": rule,
            "shortDescription": {"text": _description(site)},
            "properties": {"tags": [escape.terminal_line(site.recipe)]},
        }
        for rule, site in first.items()
    ]


def _description(site: SiteRecord) -> str:
    if site.outcome is Outcome.APPLIED:
        return escape.sarif(f"Upgraded by the recipe {site.recipe}")
    return escape.sarif(f"Not upgraded by the recipe {site.recipe}: {site.outcome}")


def _rule_id(site: SiteRecord) -> str:
    if site.outcome is Outcome.APPLIED:
        return escape.terminal_line(site.recipe)
    return escape.terminal_line(site.code or site.outcome)


def _result(site: SiteRecord, rules: dict[str, int]) -> dict[str, Any]:
    rule = _rule_id(site)
    applied = site.outcome is Outcome.APPLIED
    return {
        "ruleId": rule,
        "ruleIndex": rules[rule],
        "kind": "pass" if applied else "fail",
        "level": "none" if applied else _LEVELS[site.outcome],
        "message": {"text": _message(site)},
        "locations": [_location(site)],
        "partialFingerprints": {"codemodSite/v1": escape.terminal_line(site.id)},
        "properties": {
            "recipe": escape.terminal_line(site.recipe),
            "outcome": site.outcome,
            "grade": site.grade,
            "configurations": [escape.terminal_line(name) for name in site.configurations],
            "byteSpan": list(site.span),
        },
    }


def _message(site: SiteRecord) -> str:
    if site.outcome is Outcome.APPLIED:
        meaning = GRADE_MEANINGS[site.grade] if site.grade else "no grade"
        return escape.sarif(f"{site.recipe}: upgraded; {meaning}")
    text = site.reason.rstrip() if site.reason and site.reason.strip() else first_line(None)
    return escape.sarif(f"{site.recipe}: {site.outcome}: {text}")


def _location(site: SiteRecord) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(site.path), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": site.line, "startColumn": site.column},
        }
    }


def _uri(path: str) -> str:
    try:
        return quote(path, safe=_PATH_SAFE, errors="surrogateescape")  # bytes that are not UTF-8
    except UnicodeEncodeError:
        return quote(path, safe=_PATH_SAFE, errors="surrogatepass")


def _notifications(document: RunDocument) -> list[dict[str, Any]]:
    return [{"level": "note", "message": {"text": escape.sarif(note)}} for note in document.notes]


def _branch(document: RunDocument) -> str | None:
    return None if document.branch is None else escape.terminal_line(document.branch)
