"""The run document leaves as JSON that fits its schema, and comes back as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from codemods.engine.document import RunDocument
from codemods.engine.serial import ReportError, dump, json_schema, load, schema_text
from tests.review import documents

SCHEMA = Path(__file__).parents[2] / "docs" / "run.schema.json"
DOCUMENTS = [documents.mixed(), documents.hostile(), documents.document([])]


def test_the_schema_in_the_repository_is_current() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), "run: python -m codemods.engine.serial"


@pytest.mark.parametrize("document", DOCUMENTS, ids=["mixed", "hostile", "empty"])
def test_a_document_fits_the_schema_and_comes_back(document: RunDocument) -> None:
    text = dump(document)
    jsonschema.Draft202012Validator(json_schema()).validate(json.loads(text))
    assert load(text) == document
    assert dump(load(text)) == text


def test_the_schema_refuses_what_is_no_run_document() -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    values = json.loads(dump(documents.mixed()))
    values["sites"][0]["outcome"] = "perhaps"
    assert not validator.is_valid(values)
    assert not validator.is_valid({"schema": "codemod.run/1"})


def test_keys_stand_in_a_steady_order_with_schema_first() -> None:
    keys = list(json.loads(dump(documents.mixed())))
    assert keys[:3] == ["schema", "tool", "base"]
    assert keys.count("schema") == 1


def test_the_text_holds_nothing_that_drives_a_terminal() -> None:
    text = dump(documents.hostile())
    assert text.isascii()
    assert text.replace("\n", "").isprintable()


def test_an_indent_of_none_gives_one_line() -> None:
    assert dump(documents.mixed(), indent=None).count("\n") == 1


def test_unknown_keys_of_a_newer_version_are_ignored() -> None:
    values = json.loads(dump(documents.mixed()))
    values["speed"] = {"rows": 1}
    values["sites"][0]["mood"] = "calm"
    values["tool"]["llvm"] = "21"
    assert load(json.dumps(values)) == documents.mixed()


def test_keys_with_a_default_may_be_missing_in_an_older_document() -> None:
    values = json.loads(dump(documents.mixed()))
    del values["notes"]
    assert load(json.dumps(values)) == replace(documents.mixed(), notes=())


def damaged(key: str, value: object) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(dump(documents.mixed()))
    values["sites"][1][key] = value
    return values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", 'has no "schema"'),
        ('"codemod.run/1"', 'has no "schema"'),
        ('{"schema": "codemod.scan/1"}', "'codemod.scan/1'"),
        ('{"schema": {}}', "not a run document"),
        ('{"schema": "codemod.run/2"}', "version 'codemod.run/2'"),
        ('{"schema": "codemod.run/1"}', "damaged at 'tool'"),
        (json.dumps(damaged("outcome", "perhaps")), "damaged at 'sites.1.outcome'"),
        (json.dumps(damaged("span", [1])), "damaged at 'sites.1.span"),
    ],
)
def test_foreign_or_damaged_text_is_named(text: str | bytes, message: str) -> None:
    with pytest.raises(ReportError, match=r".") as caught:
        load(text)
    assert message in caught.value.message
    assert caught.value.hint
