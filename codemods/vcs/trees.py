"""Where `codemod scan` reads files: the disk, a commit, or the index.

    tree.each((".rs", "Cargo.toml"))  ->  (path, bytes | Unreadable), …

Paths are relative to the tree's root, with `/`. Symbolic links are never followed: what they
point at is read at its own place, or lies outside. Vendored registries are left out, because
Cargo refuses them when a byte changes.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from codemods.errors import CodemodError, MachineError, UsageError
from codemods.vcs.git import Git, nul_split
from codemods.vcs.repository import REGULAR_MODES, Repository

_VENDORED = ".cargo-checksum.json"
_CHUNK = 1 << 20


class FileError(CodemodError):
    """One file cannot be read; the others can."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that is there but cannot be read, and why."""

    reason: str


class Tree(Protocol):
    """A set of files."""

    def paths(self) -> Iterator[PurePosixPath]:
        """Yield every file."""

    def read(self, path: PurePosixPath) -> bytes:
        """Return the bytes of one file, or raise `FileError`."""

    def each(self, suffixes: tuple[str, ...] = ("",)) -> Iterator[tuple[str, bytes | Unreadable]]:
        """Yield the files whose path ends in one of `suffixes`, with their bytes."""


@dataclass(frozen=True, slots=True)
class DiskTree:
    """The files on disk below `root`: git's list (tracked, and untracked but not ignored) or a walk.

    A walk leaves out hidden folders, `target` folders that Cargo made, and vendored registries.
    """

    root: Path

    def paths(self) -> Iterator[PurePosixPath]:
        """Yield every file."""
        return map(PurePosixPath, self._names(("",)))

    def read(self, path: PurePosixPath) -> bytes:
        """Return the bytes of one file.

        Raises:
            FileError: it cannot be read.
        """
        return _checked(_read(f"{self.root}/{path}"), path)

    def each(self, suffixes: tuple[str, ...] = ("",)) -> Iterator[tuple[str, bytes | Unreadable]]:
        """Yield the files whose path ends in one of `suffixes`, with their bytes."""
        prefix = f"{os.fspath(self.root)}/"
        for name in self._names(suffixes):
            content = _read(prefix + name)
            if content is not None:
                yield name, content

    def _names(self, suffixes: tuple[str, ...]) -> Iterator[str]:
        if not self.root.is_dir():
            raise UsageError("there is no such directory", where=str(self.root))
        listed = _listed_by_git(self.root)
        if not listed:  # no repository, or one that ignores this folder
            return _walk(os.fspath(self.root), suffixes)
        chosen = (name for name in dict.fromkeys(listed) if name.endswith(suffixes))
        return _really_below(os.fspath(self.root), _without_vendored(listed, chosen))


@dataclass(frozen=True, slots=True)
class CommitTree:
    """The files of a commit."""

    repository: Repository
    commit: str

    def paths(self) -> Iterator[PurePosixPath]:
        """Yield every file."""
        return (PurePosixPath(name) for name, _ in self._entries(("",)))

    def read(self, path: PurePosixPath) -> bytes:
        """Return the bytes of one file.

        Raises:
            FileError: the commit does not have it.
        """
        return _object(self.repository, f"{self.commit}:{path}", path)

    def each(self, suffixes: tuple[str, ...] = ("",)) -> Iterator[tuple[str, bytes | Unreadable]]:
        """Yield the files whose path ends in one of `suffixes`, with their bytes."""
        return _each_object(self.repository, self._entries(suffixes))

    def _entries(self, suffixes: tuple[str, ...]) -> list[tuple[str, str]]:
        output = self.repository.git.run("ls-tree", "-r", "-z", "--full-tree", self.commit)
        return _regular(nul_split(output), suffixes, object_column=2)


@dataclass(frozen=True, slots=True)
class IndexTree:
    """The files as they are staged. In a commit hook that is the index that git is committing."""

    repository: Repository

    def paths(self) -> Iterator[PurePosixPath]:
        """Yield every file."""
        return (PurePosixPath(name) for name, _ in self._entries(("",)))

    def read(self, path: PurePosixPath) -> bytes:
        """Return the bytes of one file.

        Raises:
            FileError: it is not in the index.
        """
        objects = dict(self._entries((str(path),)))
        if str(path) not in objects:
            raise FileError("the file is not in the index", where=str(path))
        return _object(self.repository, objects[str(path)], path)

    def each(self, suffixes: tuple[str, ...] = ("",)) -> Iterator[tuple[str, bytes | Unreadable]]:
        """Yield the files whose path ends in one of `suffixes`, with their bytes."""
        return _each_object(self.repository, self._entries(suffixes))

    def _entries(self, suffixes: tuple[str, ...]) -> list[tuple[str, str]]:
        git = self.repository.git
        # `git commit -a` and `git commit PATH` make a temporary index and name it to their hooks.
        staged = os.environ.get("GIT_INDEX_FILE")
        if staged and (git.directory / staged).resolve().is_relative_to(self.repository.git_dir):
            git = Git(git.directory, git.options, {"GIT_INDEX_FILE": staged})
        lines = nul_split(git.run("ls-files", "--stage", "-z"))
        merged = [line for line in lines if line.split("\t", 1)[0].endswith(" 0")]
        return _regular(merged, suffixes, object_column=1)


@dataclass(frozen=True, slots=True)
class SubTree:
    """The files of `tree` below its folder `folder`, by their paths from there."""

    tree: Tree
    folder: PurePosixPath

    def paths(self) -> Iterator[PurePosixPath]:
        """Yield every file."""
        return (
            path.relative_to(self.folder) for path in self.tree.paths() if path.is_relative_to(self.folder)
        )

    def read(self, path: PurePosixPath) -> bytes:
        """Return the bytes of one file, or raise `FileError`."""
        return self.tree.read(self.folder / path)

    def each(self, suffixes: tuple[str, ...] = ("",)) -> Iterator[tuple[str, bytes | Unreadable]]:
        """Yield the files whose path ends in one of `suffixes`, with their bytes."""
        prefix = f"{self.folder}/"
        for name, content in self.tree.each(suffixes):
            if name.startswith(prefix):
                yield name.removeprefix(prefix), content


def _listed_by_git(root: Path) -> list[str]:
    try:
        output = Git(root).attempt("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    except MachineError:  # no git on this machine: a scan does without
        return []
    return nul_split(output.stdout) if output.status == 0 else []


def _without_vendored(names: Iterable[str], chosen: Iterable[str]) -> Iterator[str]:
    folders = tuple(name.removesuffix(_VENDORED) for name in names if name.endswith(f"/{_VENDORED}"))
    return (name for name in chosen if not name.startswith(folders)) if folders else iter(chosen)


def _really_below(root: str, names: Iterable[str]) -> Iterator[str]:
    """Yield the names that no symbolic link stands above: git lists `a/b` also where `a` became one."""
    real: dict[str, bool] = {"": True}

    def is_real(folder: str) -> bool:
        if folder not in real:
            real[folder] = is_real(folder.rpartition("/")[0]) and not _is_link(f"{root}/{folder}")
        return real[folder]

    return (name for name in names if is_real(name.rpartition("/")[0]))


def _is_link(path: str) -> bool:
    try:
        return stat.S_ISLNK(os.lstat(path).st_mode)
    except OSError:
        return False


def _walk(root: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    pending = [""]
    while pending:
        prefix = pending.pop()
        try:
            with os.scandir(f"{root}/{prefix}") as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            continue
        names = {entry.name for entry in entries}
        if _VENDORED in names:
            continue
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                if entry.name.endswith(suffixes):
                    yield prefix + entry.name
            elif entry.is_dir(follow_symlinks=False) and not _is_skipped(entry, names):
                pending.append(f"{prefix}{entry.name}/")


def _is_skipped(folder: os.DirEntry[str], siblings: set[str]) -> bool:
    if folder.name.startswith("."):
        return True
    # A source folder may be called `target` too; Cargo's own stands beside a manifest, or is tagged.
    return folder.name == "target" and (
        "Cargo.toml" in siblings or Path(folder.path, "CACHEDIR.TAG").exists()
    )


def _read(path: str) -> bytes | Unreadable | None:
    """Return the bytes of a regular file, why it cannot be read, or None where there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO):
            return None
        return Unreadable(error.strerror or str(error))
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        content = os.read(descriptor, status.st_size + 1)
        while len(content) > status.st_size and (more := os.read(descriptor, _CHUNK)):
            content += more  # it grows while we read
        return content
    except OSError as error:
        return Unreadable(error.strerror or str(error))
    finally:
        os.close(descriptor)


def _checked(content: bytes | Unreadable | None, path: PurePosixPath) -> bytes:
    if isinstance(content, bytes):
        return content
    reason = "there is no such regular file" if content is None else content.reason
    raise FileError(f"the file cannot be read: {reason}", where=str(path))


def _regular(lines: list[str], suffixes: tuple[str, ...], object_column: int) -> list[tuple[str, str]]:
    """Return path and object of the regular files in a listing `mode … object …<tab>path`."""
    rows = [(header.split(), path) for header, path in (line.split("\t", 1) for line in lines)]
    objects = {path: columns[object_column] for columns, path in rows if columns[0] in REGULAR_MODES}
    chosen = (path for path in objects if path.endswith(suffixes))
    return [(path, objects[path]) for path in _without_vendored(objects, chosen)]


def _object(repository: Repository, name: str, path: PurePosixPath) -> bytes:
    output = repository.git.attempt("cat-file", "blob", name)
    if output.status != 0:
        raise FileError(f"the file cannot be read: {output.stderr.strip()}", where=str(path))
    return output.stdout


def _each_object(
    repository: Repository, entries: list[tuple[str, str]]
) -> Iterator[tuple[str, bytes | Unreadable]]:
    contents = repository.read_objects(name for _, name in entries)
    yield from zip((path for path, _ in entries), contents, strict=True)
