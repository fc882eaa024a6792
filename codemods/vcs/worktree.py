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

    None stands for absent (or for a symlink or submodule in its place). Where git turns line breaks when
    it checks files out (`core.autocrlf`), they are turned back.

    Raises:
        MachineError: a file cannot be read.
    """
    committed = {entry.path: entry for entry in repository.entries(repository.head) if entry.is_regular}
    turns = repository.git.attempt("config", "--get", "core.autocrlf").stdout.strip() in (b"true", b"input")
    diff: FileDiff = {}
    for path in _changed(repository):
        old = repository.read(repository.head, path) if path in committed else None
        new = _on_disk(repository.root / path)
        if turns and new is not None and b"\r\n" not in (old or b""):
            new = new.replace(b"\r\n", b"\n")
        if old != new:
            diff[path] = (old, new)
    return diff


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
