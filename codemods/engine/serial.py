"""The run document as JSON, and its JSON Schema.

`python -m codemods.engine.serial` writes `docs/run.schema.json` from the types.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from codemods.engine.document import RunDocument
from codemods.errors import CodemodError

NAME = "codemod.run/1"
SCHEMA_PATH = Path(__file__).parents[2] / "docs" / "run.schema.json"


class ReportError(CodemodError):
    """A text that should be a run document is none, or is damaged."""


def dump(document: RunDocument, *, indent: int | None = 2) -> str:
    """Return the document as JSON in ASCII: `schema` first, then the order of the types.

    ASCII, because the text is also shown by `git notes` and `cat`: no control character or
    lone surrogate of the analysed code leaves as itself.
    """
    values = {"schema": document.schema, **asdict(document)}
    return json.dumps(values, indent=indent, allow_nan=False) + "\n"


def load(text: str | bytes) -> RunDocument:
    """Return the run document in `text`; keys that this version does not know are ignored.

    Raises:
        ReportError: it is not JSON, not a run document, of another version, or damaged.
    """
    values = _parsed(text)
    name = values.get("schema") if isinstance(values, dict) else None
    if name != NAME:
        raise _foreign(name)
    return _validated(values)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of what `dump` writes; unknown keys are allowed."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - 90 ms, and only reading needs it

    generated = TypeAdapter(RunDocument).json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": NAME,
        **{key: value for key, value in generated.items() if key != "title"},
    }


def schema_text() -> str:
    """Return the content of `docs/run.schema.json`."""
    return json.dumps(json_schema(), indent=2, sort_keys=True) + "\n"


def _parsed(text: str | bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # also UnicodeDecodeError
        raise ReportError(
            f"the run document is not JSON: {error}",
            hint="It may be cut off or edited; run `codemod apply` again to write a new one.",
        ) from error


def _foreign(name: object) -> ReportError:
    if isinstance(name, str) and name.startswith("codemod.run/"):
        return ReportError(
            f"the run document has version {name!r}; this codemod reads {NAME!r}",
            hint="Read it with the version of codemod that wrote it, or a newer one.",
        )
    found = f'its "schema" is {name!r}' if name is not None else 'it has no "schema"'
    return ReportError(
        f"this is not a run document: {found}, expected {NAME!r}",
        hint="Give a file written by `codemod apply --report FILE.json` or `--json`.",
    )


def _validated(values: object) -> RunDocument:
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - see json_schema

    try:
        return TypeAdapter(RunDocument).validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise ReportError(
            f"the run document is damaged at {place!r}: {first['msg']}{more}",
            hint="It may have been edited; run `codemod apply` again to write a new one.",
        ) from error


if __name__ == "__main__":
    SCHEMA_PATH.parent.mkdir(exist_ok=True)
    SCHEMA_PATH.write_text(schema_text(), encoding="utf-8")
    print(f"wrote {SCHEMA_PATH}")
