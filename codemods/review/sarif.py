"""The run document as SARIF 2.1.0, for code scanning and editors.

A site left alone is a result of kind `fail` (rejected: warning, else note) under the rule
named by its code; an applied one is a result of kind `pass` where it is proved or tested, else of
kind `review`: a person must look (SARIF 3.27.9).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from codemods.engine.document import Evidence, Grade, Outcome, RunDocument, SiteRecord
from codemods.review import escape
from codemods.review.groups import GRADE_MEANINGS, GRADE_WORDS, by_place, first_line
from codemods.review.needs import dropped_notes, not_checked, words

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
        "results": [_result(site, rules, document) for site in sites],
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


def _result(site: SiteRecord, rules: dict[str, int], document: RunDocument) -> dict[str, Any]:
    rule = _rule_id(site)
    applied = site.outcome is Outcome.APPLIED
    return {
        "ruleId": rule,
        "ruleIndex": rules[rule],
        "kind": _kind(site, document),
        "level": "none" if applied else _LEVELS[site.outcome],
        "message": {"text": _message(site, document)},
        "locations": [_location(site)],
        "partialFingerprints": {"codemodSite/v1": escape.terminal_line(site.id)},
        "properties": {
            "recipe": escape.terminal_line(site.recipe),
            "outcome": site.outcome,
            "grade": site.grade,
            "claimed": bool(document.doubts),
            "configurations": [escape.terminal_line(name) for name in site.configurations],
            "evidence": [_evidence(found) for found in site.evidence],
            "byteSpan": list(site.span),
        },
    }


def _kind(site: SiteRecord, document: RunDocument) -> str:
    if site.outcome is not Outcome.APPLIED:
        return "fail"
    is_different = any(found.check == "prove" and found.status == "failed" for found in site.evidence)
    is_calm = site.grade in (Grade.PROVED, Grade.TESTED) and not is_different and not document.doubts
    return "pass" if is_calm else "review"


def _evidence(found: Evidence) -> dict[str, str]:
    """Return one check, as text that nothing interprets."""
    texts = {"check": found.check, "status": found.status, "detail": found.detail, "excerpt": found.excerpt}
    return {key: escape.terminal(text) for key, text in texts.items() if text}


def _message(site: SiteRecord, document: RunDocument) -> str:
    if site.outcome is Outcome.APPLIED:
        word = f"{GRADE_WORDS[site.grade]}: {GRADE_MEANINGS[site.grade]}" if site.grade else "no grade"
        claimed = "claimed " if document.doubts else ""
        missing = "; ".join(": ".join(words(found)) for found in not_checked(site.evidence))
        text = f"{site.recipe}: upgraded; {claimed}{word}" + (f" ({missing})" if missing else "")
        return escape.sarif(text)
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
    notes = [("note", note) for note in (*document.notes, *dropped_notes(document))]
    doubts = [("warning", f"Only a claim: {doubt}") for doubt in document.doubts]
    return [{"level": level, "message": {"text": escape.sarif(text)}} for level, text in (*doubts, *notes)]


def _branch(document: RunDocument) -> str | None:
    return None if document.branch is None else escape.terminal_line(document.branch)
