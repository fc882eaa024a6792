"""Cargo's configuration files: those that apply to the user's tree apply in scratch as well."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

# Keys that name a program, as cargo's own documentation has them; `*` is any name. Overridden by a variable
# of ours, or of no use to what we run:
_NOT_STARTED = (
    *("build.rustc", "build.rustdoc", "build.rustc-wrapper", "target.*.runner", "host.*.runner"),
    *("registry.credential-provider", "registry.global-credential-providers", "doc.browser"),
    *("registries.*.credential-provider", "credential-alias.*"),
)
_STARTED = ("build.rustc-workspace-wrapper", "target.*.linker", "host.*.linker")
_NAMES = ("config", "config.toml")  # the first wins, as in cargo


def config_arguments(
    workspace: Path, *, repository_root: Path, scratch_root: Path, cargo_home: Path
) -> tuple[str, ...]:
    """Return cargo's `--config` arguments for a build in scratch of the user's `workspace`.

    Empty where there is no configuration above the repository: cargo finds what is in scratch itself.
    Otherwise all files are named, farther ones first: a named file beats one that cargo
    finds, so those in scratch must be named too, for the nearer to win. Cargo's home is
    read in any case. Relative paths in a file count from its own place, as for the user.
    """
    above = _config_files(repository_root.parent, Path(repository_root.anchor), cargo_home)
    if not above:
        return ()
    inside = scratch_root / workspace.relative_to(repository_root)
    files = [*above, *_config_files(inside, scratch_root, cargo_home)]
    return tuple(part for file in files for part in ("--config", str(file)))


def workspace_wrapper(
    environ: Mapping[str, str], workspace: Path, *, repository_root: Path, cargo_home: Path
) -> str:
    """Return the `rustc-workspace-wrapper` the user has configured, or "".

    `workspace` is the user's real folder, or its like in scratch with `repository_root` accordingly.
    """
    for name in ("RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER"):
        if name in environ:
            return environ[name]
    files = _config_files(workspace, Path(repository_root.anchor), cargo_home)
    return _wrapper_in([*reversed(files), *_config_in(cargo_home)])


@dataclass(frozen=True, slots=True)
class NamedPrograms:
    """The keys of a repository's own cargo configuration that name programs."""

    not_started: tuple[str, ...]
    started: tuple[str, ...]


def named_programs(workspace: Path, repository_root: Path) -> NamedPrograms:
    """Return which programs the configuration inside a checkout at `repository_root` names."""
    keys = {key for _, table in config_tables(workspace, repository_root) for key in _keys(table)}
    return NamedPrograms(_matching(keys, _NOT_STARTED), _matching(keys, _STARTED))


def config_tables(workspace: Path, repository_root: Path) -> list[tuple[Path, dict[str, object]]]:
    """Return the configuration files inside a checkout, nearest last, with what they say."""
    files = _config_files(workspace, repository_root, cargo_home=Path(os.devnull))
    return [(file, _table(file)) for file in files]


def _keys(table: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    for name, value in table.items():
        yield prefix + name
        if isinstance(value, dict):
            yield from _keys(value, f"{prefix}{name}.")


def _matching(keys: Iterable[str], patterns: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(key for key in keys if any(fnmatchcase(key, pattern) for pattern in patterns)))


def _wrapper_in(files: Iterable[Path]) -> str:
    for file in files:
        wrapper = _read(file).get("rustc-workspace-wrapper")
        if isinstance(wrapper, str):
            is_path = os.sep in wrapper
            return str((file.parent.parent / wrapper).absolute()) if is_path else wrapper
    return ""


def _read(file: Path) -> dict[str, object]:
    build = _table(file).get("build")
    return build if isinstance(build, dict) else {}


def _table(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # cargo says what is wrong with it


def _config_files(directory: Path, stop: Path, cargo_home: Path) -> list[Path]:
    """Return the files from `stop` down to `directory`, nearest last."""
    found: list[Path] = []
    for folder in (directory, *directory.parents):
        if (folder / ".cargo").absolute() != cargo_home.absolute():
            found += _config_in(folder / ".cargo")
        if folder == stop:
            break
    return found[::-1]


def _config_in(folder: Path) -> list[Path]:
    return [folder / name for name in _NAMES if (folder / name).is_file()][:1]
