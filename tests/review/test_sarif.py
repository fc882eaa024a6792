"""The SARIF report: results, rules, regions, and foreign text kept inert."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest

from codemods.engine.document import RunDocument
from codemods.review import sarif
from tests.review import documents


def run_of(document: RunDocument) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(sarif.render(document))
    assert values["version"] == "2.1.0"
    [run] = values["runs"]
    assert isinstance(run, dict)
    return run


def test_each_site_is_a_result_under_the_rule_of_its_code() -> None:
    run = run_of(documents.mixed())
    found = [(result["ruleId"], result["kind"], result["level"]) for result in run["results"]]
    assert sorted(found) == [
        ("E0283", "fail", "warning"),
        ("kept", "fail", "note"),
        ("not-compiled", "fail", "note"),
        ("own-macro", "fail", "note"),
        ("own-macro", "fail", "note"),
        ("try-macro", "pass", "none"),
        ("try-macro", "review", "none"),
        ("try-macro", "review", "none"),
    ]


@pytest.mark.parametrize("document", [documents.mixed(), documents.hostile()])
def test_rules_are_distinct_and_indexed(document: RunDocument) -> None:
    run = run_of(document)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [r["ruleId"] for r in run["results"]]


def test_a_site_without_code_falls_back_to_its_outcome() -> None:
    run = run_of(documents.document([replace(documents.refused(1), code=None, reason=None)]))
    [result] = run["results"]
    assert result["ruleId"] == "refused"
    assert result["message"]["text"] == "try-macro: refused: no reason was recorded"


def test_columns_count_characters_as_the_run_document_does() -> None:
    run = run_of(documents.document([documents.applied(41)]))
    assert run["columnKind"] == "unicodeCodePoints"
    [location] = run["results"][0]["locations"]
    assert location["physicalLocation"]["region"] == {"startLine": 41, "startColumn": 13}


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("src/a b.rs", "src/a%20b.rs"),
        ("src/größe.rs", "src/gr%C3%B6%C3%9Fe.rs"),
        ("javascript:alert(1).rs", "javascript%3Aalert%281%29.rs"),
        ("src/%41?#.rs", "src/%2541%3F%23.rs"),
        ("src/\udcff.rs", "src/%FF.rs"),
        ("src/\ud800.rs", "src/%ED%A0%80.rs"),
    ],
)
def test_a_path_is_a_percent_encoded_relative_uri(path: str, uri: str) -> None:
    [result] = run_of(documents.document([documents.applied(1, path=path)]))["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": uri, "uriBaseId": "%SRCROOT%"}
    if path.isprintable():
        assert unquote(uri) == path


def test_foreign_text_has_no_link_placeholder_or_control_character() -> None:
    text = sarif.render(documents.hostile())
    assert text.isascii()
    messages = [result["message"]["text"] for result in json.loads(text)["runs"][0]["results"]]
    foreign = [message for message in messages if "click" in message]
    assert len(foreign) == 3
    for message in foreign:
        assert r"\[click\](https://evil.example/x)" in message
        assert "pipe {{0}}" in message
        assert message.replace("\n", "").isprintable()


def kinds(document: RunDocument) -> dict[int, str]:
    return {
        result["locations"][0]["physicalLocation"]["region"]["startLine"]: result["kind"]
        for result in run_of(document)["results"]
    }


def test_what_needs_eyes_is_of_kind_review() -> None:
    found = kinds(documents.graded())
    assert {line for line, kind in found.items() if kind == "review"} == {10, 20, 30, 50}
    assert set(kinds(replace(documents.graded(), doubts=("made elsewhere",))).values()) == {"review"}


def test_a_result_tells_what_was_shown_and_what_was_not_checked() -> None:
    results = run_of(documents.graded())["results"]
    [twentieth] = [r for r in results if r["locations"][0]["physicalLocation"]["region"]["startLine"] == 20]
    assert twentieth["properties"]["configurations"] == ["default", "all-features"]
    assert {"check": "executed", "status": "skipped", "detail": "no passing test runs it"} in twentieth[
        "properties"
    ]["evidence"]
    assert "(not proved: not comparable: the dumps of this rustc" in twentieth["message"]["text"]
    [difference] = [
        found
        for result in results
        for found in result["properties"]["evidence"]
        if found["status"] == "failed"
        and result["locations"][0]["physicalLocation"]["region"]["startLine"] == 10
    ]
    assert difference["excerpt"] == "before: VarRef x\nafter:  VarRef y"


def test_doubts_and_dropped_configurations_are_notifications() -> None:
    run = run_of(replace(documents.graded(), doubts=("made elsewhere",)))
    notes = [n["message"]["text"] for n in run["invocations"][0]["toolExecutionNotifications"]]
    assert "Only a claim: made elsewhere" in notes
    assert "nothing was built in the configuration features:net: its build fails: E0432" in notes
