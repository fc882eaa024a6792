"""What the files on disk change in HEAD: tracked, staged and new ones, ignored ones left out."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from codemods.errors import MachineError
from codemods.vcs.git import nul_split
from codemods.vcs.repository import Repository

FileDiff = dict[PurePosixPath, tuple[bytes | None, bytes | None]]


def diff_worktree(repository: Repository) -> FileDiff:
    """Return the regular files that differ between HEAD and the disk: bytes before and after.

    None stands for absent; what is or was a symlink or submodule is left to `worktree_links`. Where git
    turns line breaks when it checks files out (`core.autocrlf`), they are turned back.

    Raises:
        MachineError: a file cannot be read.
    """
    committed = {entry.path: entry for entry in repository.entries(repository.head) if entry.is_regular}
    turns = repository.git.attempt("config", "--get", "core.autocrlf").stdout.strip() in (b"true", b"input")
    diff: FileDiff = {}
    links = set(worktree_links(repository))
    for path in _changed(repository):
        if path in links:
            continue
        old = repository.read(repository.head, path) if path in committed else None
        new = _on_disk(repository.root / path)
        if turns and new is not None and b"\r\n" not in (old or b""):
            new = new.replace(b"\r\n", b"\n")
        if old != new:
            diff[path] = (old, new)
    return diff


def worktree_links(repository: Repository) -> tuple[PurePosixPath, ...]:
    """Return the paths that differ from HEAD and are a symlink or submodule in it or on the disk."""
    committed = {entry.path for entry in repository.entries(repository.head) if not entry.is_regular}
    return tuple(
        path for path in _changed(repository) if path in committed or (repository.root / path).is_symlink()
    )


def _changed(repository: Repository) -> list[PurePosixPath]:
    command = ("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
    return [PurePosixPath(line[3:]) for line in nul_split(repository.git.run(*command))]


def _on_disk(file: Path) -> bytes | None:
    if file.is_symlink() or not file.is_file():
        return None
    try:
        return file.read_bytes()
    except OSError as error:
        raise MachineError(f"cannot read a changed file: {error.strerror}", where=os.fspath(file)) from error
