"""Submodules of the scratch checkout, laid out from the stores the user has already."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codemods.vcs.borrowed import isolated_git
from codemods.vcs.checkout import Checkout, make_real_folders
from codemods.vcs.git import Git, nul_split
from codemods.vcs.repository import SUBMODULE_MODE, Entry, Repository, entries_of

_MAXIMAL_DEPTH = 8


@dataclass(frozen=True, slots=True)
class _Parent:
    """What holds submodules: its checkout in scratch, and the user's folders for its modules."""

    git: Git
    commit: str
    root: Path
    user_root: Path
    stores: tuple[Path, ...]
    shown: PurePosixPath


def checkout_submodules(
    repository: Repository, commit: str, modules: tuple[Entry, ...], root: Path, git_home: Path
) -> tuple[str, ...]:
    """Lay out every submodule of `commit`, nested ones too, below `root`.

    Returns the paths of those that stay empty because the user's clone lacks their objects.
    `git_home` takes one git directory for each.
    """
    stores = tuple(dict.fromkeys((repository.git_dir / "modules", repository.common_dir / "modules")))
    parent = _Parent(repository.git, commit, root, repository.root, stores, PurePosixPath())
    return tuple(_lay_out(parent, modules, repository, git_home, 0))


def _lay_out(
    parent: _Parent, modules: tuple[Entry, ...], repository: Repository, git_home: Path, depth: int
) -> Iterator[str]:
    names = _names(parent)
    for module in modules:
        shown = parent.shown / module.path
        git_dir = _store(parent, module, names.get(module.name))
        if git_dir is None or depth >= _MAXIMAL_DEPTH:
            yield str(shown)
            continue
        make_real_folders(parent.root, parent.root / module.path)
        key = hashlib.sha256(str(shown).encode(errors="surrogateescape")).hexdigest()[:16]
        checkout = Checkout.prepare(
            parent.root / module.path, git_home / key, git_dir / "objects", repository.object_format
        )
        entries = entries_of(checkout.git, module.object)
        checkout.update(module.object, frozenset(entry.name for entry in entries))
        inner = tuple(entry for entry in entries if entry.mode == SUBMODULE_MODE)
        if inner:
            user_root = parent.user_root / module.path
            child = _Parent(
                checkout.git, module.object, checkout.root, user_root, (git_dir / "modules",), shown
            )
            yield from _lay_out(child, inner, repository, git_home, depth + 1)


def _names(parent: _Parent) -> Mapping[str, str]:
    """Return the name of each submodule by its path, from the `.gitmodules` of the commit."""
    blob = f"{parent.commit}:.gitmodules"
    output = parent.git.attempt("config", "-z", f"--blob={blob}", "--get-regexp", r"^submodule\..*\.path$")
    rows = (row.split("\n", 1) for row in nul_split(output.stdout))
    return {path: key.removeprefix("submodule.").removesuffix(".path") for key, path in rows}


def _store(parent: _Parent, module: Entry, name: str | None) -> Path | None:
    """Return the git directory of the user that has the module's commit."""
    candidates = [store / name for store in parent.stores if name is not None and _is_inside(name)]
    candidates.append(parent.user_root / module.path / ".git")  # from before git 1.7.8, or added by hand
    for candidate in candidates:
        if (candidate / "objects").is_dir() and _has(candidate, module.object):
            return candidate
    return None


def _is_inside(name: str) -> bool:
    """A commit chooses these names: one with `..` would lead out of the modules' folder."""
    return ".." not in PurePosixPath(name).parts and not name.startswith("/")


def _has(git_dir: Path, commit: str) -> bool:
    return isolated_git(git_dir, git_dir).attempt("cat-file", "-e", f"{commit}^{{commit}}").status == 0
