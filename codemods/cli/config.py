"""`codemod.toml`: the same names as the options. The workspace's own file may only narrow.

What a repository brings along cannot arm itself: where code runs, with which trust and where files
are written is said on the command line or in the user's own file alone.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codemods.cli.places import workspace_root
from codemods.errors import UsageError

FILE_NAME = "codemod.toml"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value may be: a description for people, and the test."""

    text: str
    accepts: Callable[[Any], bool]


def _one_of(*choices: str) -> Kind:
    return Kind(f"one of {', '.join(choices)}", lambda value: value in choices)


_TEXT = Kind("a text", lambda value: isinstance(value, str))
_TEXTS = Kind("a list of texts", lambda value: isinstance(value, list) and all(map(_TEXT.accepts, value)))
_TRUTH = Kind("true or false", lambda value: isinstance(value, bool))
_SECONDS = Kind(
    "a number of seconds, 1 or more",
    lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value >= 1,
)
_COUNT = Kind(
    "a whole number, 1 or more",
    lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 1,
)
_VERSION = Kind(
    'a Rust version such as "1.56"',
    lambda value: isinstance(value, str) and re.fullmatch(r"\d+\.\d+(\.\d+)?", value) is not None,
)
_SETTINGS = Kind(
    "a table of `RECIPE.KEY = VALUE`",
    lambda value: isinstance(value, dict) and all(isinstance(each, dict) for each in value.values()),
)

# What a workspace may say: which files, which policies.
NARROWING: Mapping[str, Kind] = {
    "only": _TEXTS,
    "exclude": _TEXTS,
    "package": _TEXTS,
    "msrv": _VERSION,
    "commit-per": _one_of("run", "package", "file"),
    "api": _one_of("keep", "report"),  # to allow more is no business of the workspace's
    "set": _SETTINGS,
}
# What only the user's own file may say besides.
OWN: Mapping[str, Kind] = {
    "features": _TEXTS,
    "all-features": _TRUTH,
    "test": _TRUTH,
    "prove": _TRUTH,
    "target": _TEXTS,
    "max-configurations": _COUNT,
    "timeout": _SECONDS,
    "limit": _TEXTS,
    "toolchain": _TEXT,
    "api": _one_of("keep", "report", "allow"),
    "sandbox": _one_of("auto", "require", "off"),
    "pass-env": _TEXTS,
    "strict-stable": _TRUTH,
    "report": _TEXTS,
    "run": _TEXTS,
    "branch": _TEXT,
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """The values of both files by option name, and a hash of the workspace's file."""

    values: Mapping[str, Any]
    hash: str | None = None


def read_configuration(directory: Path, user_file: Path) -> Configuration:
    """Return the configuration for `directory`: the user's own file, narrowed by the workspace's.

    Raises:
        UsageError: a file is no TOML, or has a name or value that it may not have.
    """
    own = _read(user_file, {**NARROWING, **OWN}) if user_file.is_file() else {}
    file = workspace_root(directory) / FILE_NAME
    if not file.is_file():
        return Configuration(own)
    narrowing = _read(file, NARROWING)
    for glob in narrowing.get("exclude", []):
        if glob.startswith("!"):
            raise UsageError(
                f"`{glob}` would take back what somebody excluded",
                where=str(file),
                hint="A workspace's file may only narrow what is done.",
            )
    # What the user chose, a workspace cannot widen.
    chosen = {name: value for name, value in own.items() if name in ("only", "package", "msrv")}
    values = {**own, **narrowing, **chosen}
    if "keep" in (own.get("api"), narrowing.get("api")):
        values["api"] = "keep"
    values["exclude"] = [*own.get("exclude", []), *narrowing.get("exclude", [])]
    values["set"] = {**narrowing.get("set", {}), **own.get("set", {})}
    return Configuration(values, hashlib.sha256(file.read_bytes()).hexdigest())


def _read(file: Path, allowed: Mapping[str, Kind]) -> dict[str, Any]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"the configuration cannot be read: {error}", where=str(file)) from error
    for name, value in values.items():
        if name not in allowed:
            raise UsageError(f"`{name}` is not allowed here", where=str(file), hint=_hint(name, allowed))
        kind = allowed[name]
        if not kind.accepts(value):
            raise UsageError(f"`{name}` must be {kind.text}, not {value!r}", where=str(file))
    return _flattened(values)


def _flattened(values: dict[str, Any]) -> dict[str, Any]:
    """Return `values` with the tables of `set` as on the command line: `RECIPE.KEY` -> text."""
    tables = values.pop("set", {})
    pairs = {
        f"{recipe}.{key}": str(value) for recipe, table in tables.items() for key, value in table.items()
    }
    return {**values, "set": pairs} if pairs else values


def _hint(name: str, allowed: Mapping[str, Kind]) -> str:
    if name in OWN or name in ("trust-recipes", "run", "endpoint", "key", "model"):
        return (
            "A workspace's file may only narrow what is done;"
            f" give --{name} on the command line or put it into your own file."
        )
    return f"The names are: {', '.join(sorted(allowed))}."
