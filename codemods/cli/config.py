"""`codemod.toml`: the same names as the options. The workspace's own file may only narrow.

What a repository brings along cannot arm itself: where code runs, with which trust and where files
are written is said on the command line or in the user's own file alone.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codemods.errors import UsageError

FILE_NAME = "codemod.toml"

# Name -> the type of its value. What a workspace may say: which files, which policies.
NARROWING: Mapping[str, type] = {
    "only": list,
    "exclude": list,
    "package": list,
    "msrv": str,
    "commit-per": str,
    "set": dict,
}
# What only the user's own file may say besides.
OWN: Mapping[str, type] = {
    "features": list,
    "all-features": bool,
    "test": bool,
    "timeout": (int),
    "toolchain": str,
    "sandbox": str,
    "pass-env": list,
    "strict-stable": bool,
    "report": list,
    "branch": str,
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
    file = find_workspace_file(directory)
    if file is None:
        return Configuration(own)
    narrowing = _read(file, NARROWING)
    values = {**own, **narrowing}
    values["exclude"] = [*own.get("exclude", []), *narrowing.get("exclude", [])]
    values["set"] = {**own.get("set", {}), **narrowing.get("set", {})}
    return Configuration(values, hashlib.sha256(file.read_bytes()).hexdigest())


def find_workspace_file(directory: Path) -> Path | None:
    """Return the nearest `codemod.toml` in `directory` or above it, within the repository."""
    for folder in (directory.absolute(), *directory.absolute().parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
        if (folder / ".git").exists():
            return None
    return None


def _read(file: Path, allowed: Mapping[str, type]) -> dict[str, Any]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"the configuration cannot be read: {error}", where=str(file)) from error
    for name, value in values.items():
        if name not in allowed:
            raise UsageError(f"`{name}` is not allowed here", where=str(file), hint=_hint(name, allowed))
        if not isinstance(value, allowed[name]):
            raise UsageError(
                f"`{name}` must be {_kind(allowed[name])}, not {value!r}", where=str(file), hint=None
            )
    return values


def _hint(name: str, allowed: Mapping[str, type]) -> str:
    if name in OWN or name in ("trust-recipes", "run", "endpoint", "key", "model"):
        return (
            "A workspace's file may only narrow what is done;"
            f" give --{name} on the command line or put it into your own file."
        )
    return f"The names are: {', '.join(sorted(allowed))}."


def _kind(kind: type) -> str:
    return {list: "a list", str: "a text", dict: "a table", bool: "true or false"}.get(kind, "a number")
