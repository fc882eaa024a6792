"""What of a repository's own cargo configuration holds in the one step that has the network.

Where packages come from must hold: a vendored folder, a mirror. All else does not: a credential provider
is a program, and it would run with the network and the user's keys; a proxy would see both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from codemods.cargo.configuration import config_tables

_KEPT = (
    *("source.*.registry", "source.*.replace-with", "source.*.directory", "source.*.local-registry"),
    *("source.*.git", "source.*.branch", "source.*.tag", "source.*.rev"),
    *("registries.*.index", "registries.*.protocol", "registry.index", "registry.default"),
    *("patch.*", "net.retry"),
)
_ADDRESSES = ("source.*.registry", "registries.*.index", "registry.index")
_FOLDERS = ("source.*.directory", "source.*.local-registry", "patch.*.path")
_NO_PROVIDERS = ("--config", "registry.global-credential-providers=[]")


@dataclass(frozen=True, slots=True)
class Sources:
    """`arguments` tell cargo where packages come from.

    `is_anonymous`: the repository itself names the server of a registry. Cargo chooses a token by the
    registry's name, so it would be shown to whomever the repository likes: none is.
    """

    arguments: tuple[str, ...]
    is_anonymous: bool


def repository_sources(workspace: Path, repository_root: Path) -> Sources:
    """Return what the configuration files inside a checkout at `repository_root` say of sources.

    As arguments, because cargo is started elsewhere: it would read whole files. Farther files come first.
    """
    values: dict[tuple[str, ...], object] = {}
    for file, table in config_tables(workspace, repository_root):
        values |= dict(_values(table, file.parent.parent))
    arguments = [part for key, value in values.items() for part in ("--config", _assignment(key, value))]
    is_anonymous = any(_fits(key, _ADDRESSES) for key in values)
    return Sources((*arguments, *(_NO_PROVIDERS if is_anonymous else ())), is_anonymous)


def _values(table: Mapping[str, object], base: Path) -> Iterator[tuple[tuple[str, ...], object]]:
    for key, value in _leaves(table):
        if _fits(key, _KEPT) and isinstance(value, str | bool | int | list):
            is_folder = isinstance(value, str) and _fits(key, _FOLDERS)
            yield key, str(base / str(value)) if is_folder else value


def _leaves(
    table: Mapping[str, object], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], object]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name), value


def _fits(key: Iterable[str], patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(".".join(key), pattern) for pattern in patterns)


def _assignment(key: Iterable[str], value: object) -> str:
    """Return TOML; a text of JSON is one of TOML."""
    return f"{'.'.join(json.dumps(name) for name in key)}={json.dumps(value, ensure_ascii=False)}"
