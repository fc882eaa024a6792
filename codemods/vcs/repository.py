"""The user's repository, read only: where it is, what a commit holds, what is not committed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Literal

from codemods.errors import CodemodError, MachineError, UsageError
from codemods.vcs.git import Git, GitError, nul_split

ObjectFormat = Literal["sha1", "sha256"]

REGULAR_MODES = frozenset({"100644", "100755", "100664"})
_ABSENT = "000000"
SUBMODULE_MODE = "160000"


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of a commit: its git mode ("100755") and the hash of its content."""

    name: str
    mode: str
    object: str

    @property
    def path(self) -> PurePosixPath:
        """Its path, relative to the repository; `name` is the same as text."""
        return PurePosixPath(self.name)  # made when asked for: a commit has tens of thousands

    @property
    def is_regular(self) -> bool:
        """Whether it is a file with bytes of its own: no symlink, no submodule."""
        return self.mode in REGULAR_MODES


@dataclass(frozen=True, slots=True)
class Repository:
    """One checkout of a git repository.

    `root` is its top folder, `git_dir` what belongs to this checkout alone, `common_dir`
    what linked worktrees share. `head` is the commit; `branch` is None when HEAD is detached.
    """

    root: Path
    git_dir: Path
    common_dir: Path
    head: str
    branch: str | None
    object_format: ObjectFormat
    is_shallow: bool

    @classmethod
    def open(cls, directory: Path) -> Repository:
        """Return the repository that `directory` lies in.

        Raises:
            UsageError: there is none, it is bare, it has no commit, or git distrusts its owner.
        """
        git = Git(_existing(directory))
        git_dir, common_dir, object_format, is_shallow = _locate(git, directory)
        root = Path(_toplevel(git, directory))
        head = git.attempt("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if head.status != 0:
            raise UsageError(
                "the repository has no commit that can be analysed (HEAD points nowhere)",
                where=str(root),
                hint="Commit your files first: codemod analyses commits, never uncommitted files.",
            )
        branch = git.attempt("symbolic-ref", "--quiet", "--short", "HEAD")
        return cls(
            root=root,
            git_dir=Path(git_dir),
            common_dir=Path(common_dir),
            head=head.stdout.decode().strip(),
            branch=os.fsdecode(branch.stdout).strip() if branch.status == 0 else None,
            object_format="sha256" if object_format == "sha256" else "sha1",
            is_shallow=is_shallow == "true",
        )

    @property
    def git(self) -> Git:
        """git, run for this repository from its top folder."""
        return Git(self.root, (f"--git-dir={self.git_dir}", f"--work-tree={self.root}"))

    @property
    def objects(self) -> Path:
        """The folder of its object store."""
        return self.common_dir / "objects"

    def commit(self, revision: str) -> str:
        """Return the full hash of the commit that `revision` names.

        Raises:
            UsageError: it names none.
        """
        return commit_of(self, revision)

    def range(self, revisions: str) -> tuple[str, str]:
        """Return both commits of `A..B`, or of `A...B` (their merge base, and B).

        An empty side means HEAD, as in git.

        Raises:
            UsageError: it is no range, or a side names no commit.
        """
        match = re.fullmatch(r"(.*?)(\.{2,3})(.*)", revisions)
        if match is None:
            raise UsageError(f"`{revisions}` is no range of commits", hint="Write it as A..B.")
        old, dots, new = match.groups()
        start, end = commit_of(self, old or "HEAD"), commit_of(self, new or "HEAD")
        if dots == "...":
            base = self.git.attempt("merge-base", start, end)
            if base.status != 0:
                raise UsageError(f"`{old}` and `{new}` have no common ancestor")
            start = base.stdout.decode().strip()
        return start, end

    def entries(self, commit: str) -> tuple[Entry, ...]:
        """Return everything that `commit` holds, in git's order: files, symlinks, submodules."""
        return _entries(self, commit)

    def tracked_files(self, commit: str) -> tuple[PurePosixPath, ...]:
        """Return the regular files of `commit`, in git's order."""
        return tuple(entry.path for entry in self.entries(commit) if entry.is_regular)

    def read(self, commit: str, path: PurePosixPath) -> bytes:
        """Return the bytes of `path` in `commit`.

        Raises:
            UsageError: there is no such file.
        """
        output = self.git.attempt("cat-file", "blob", f"{commit}:{path}")
        if output.status != 0:
            raise UsageError(f"commit {commit[:12]} has no file {path}")
        return output.stdout

    def read_objects(self, objects: Iterable[str]) -> Iterator[bytes]:
        """Yield the content of each of `objects`, read one at a time from one process.

        Raises:
            MachineError: one is missing (a partial clone that was never completed).
        """
        with self.git.start("cat-file", "--batch") as process:
            assert process.stdin is not None
            assert process.stdout is not None
            for name in objects:
                process.stdin.write(name.encode() + b"\n")
                process.stdin.flush()
                header = process.stdout.readline().split()
                if len(header) != 3:
                    raise MachineError(
                        f"object {name} is missing from the repository",
                        where=str(self.root),
                        hint="Is it a partial clone? `git fetch --refetch --no-filter` completes it.",
                    )
                yield process.stdout.read(int(header[2]))
                process.stdout.read(1)
            process.stdin.close()

    def uncommitted(self, paths: Iterable[PurePosixPath] = ()) -> tuple[str, ...]:
        """Return what on disk or in the index is not in HEAD: changed, staged and untracked paths.

        Only those below `paths` where some are given. The index is not written to.
        """
        command = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=normal"]
        listing = nul_split(self.git.run(*command, "--", *(str(path) for path in paths)))
        return tuple(line[3:] for line in listing)


@lru_cache(maxsize=2)
def _entries(repository: Repository, commit: str) -> tuple[Entry, ...]:
    # A commit never changes, and several steps of a run ask for all that it holds.
    return entries_of(repository.git, commit)


def entries_of(git: Git, commit: str) -> tuple[Entry, ...]:
    """Return everything that `commit` holds, as read by `git`."""
    return tuple(_entry(line) for line in nul_split(git.run("ls-tree", "-r", "-z", "--full-tree", commit)))


def commit_of(repository: Repository, revision: str) -> str:
    """Return the full hash of the commit that `revision` names.

    Raises:
        UsageError: it names none.
    """
    command = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    output = repository.git.attempt(*command)
    if output.status != 0:
        raise UsageError(
            f"`{revision}` names no commit here",
            where=str(repository.root),
            hint="A shallow clone lacks older commits." if repository.is_shallow else None,
        )
    return output.stdout.decode().strip()


def diff_files(
    repository: Repository, old: str, new: str
) -> dict[PurePosixPath, tuple[bytes | None, bytes | None]]:
    """Return the regular files that differ between two commits: bytes before and after.

    None stands for absent. Renames are a deletion and an addition. A file whose mode alone changed has equal
    bytes. What is or was a symlink or submodule is left to `diff_links`.
    """
    rows = [row for row in _rows(repository, old, new) if not row.is_link]
    wanted = sorted({object for row in rows for object in row.objects if object is not None})
    content = dict(zip(wanted, repository.read_objects(wanted), strict=True))
    sides = ((row.path, [None if each is None else content[each] for each in row.objects]) for row in rows)
    return {path: (before, after) for path, (before, after) in sides}


def diff_links(repository: Repository, old: str, new: str) -> tuple[PurePosixPath, ...]:
    """Return the paths that differ between two commits and are a symlink or submodule in one of them."""
    return tuple(row.path for row in _rows(repository, old, new) if row.is_link)


@dataclass(frozen=True, slots=True)
class _Row:
    """One path that differs, with git's mode and object on both sides."""

    path: PurePosixPath
    modes: tuple[str, str]
    hashes: tuple[str, str]

    @property
    def is_link(self) -> bool:
        return any(mode not in REGULAR_MODES and mode != _ABSENT for mode in self.modes)

    @property
    def objects(self) -> tuple[str | None, str | None]:
        before, after = (
            hash if mode in REGULAR_MODES else None
            for mode, hash in zip(self.modes, self.hashes, strict=True)
        )
        return before, after


def _rows(repository: Repository, old: str, new: str) -> list[_Row]:
    raw = nul_split(repository.git.run("diff-tree", "-r", "-z", "--no-renames", "--raw", old, new))
    rows = ((header[1:].split(), path) for header, path in zip(raw[::2], raw[1::2], strict=True))
    return [_Row(PurePosixPath(path), (row[0], row[1]), (row[2], row[3])) for row, path in rows]


def _existing(directory: Path) -> Path:
    if not directory.is_dir():
        raise UsageError("there is no such directory", where=str(directory))
    return directory


def _locate(git: Git, directory: Path) -> list[str]:
    """Return git directory, common directory, object format and whether it is shallow."""
    try:
        rows = git.text(
            "rev-parse",
            "--path-format=absolute",
            "--git-dir",
            "--git-common-dir",
            "--show-object-format",
            "--is-shallow-repository",
        ).split("\n")
    except GitError as error:
        raise _explained(error, directory) from error
    if rows[0].startswith("--"):  # options that git does not know come back as they are
        raise MachineError("git is too old", hint="Install git 2.31 or newer.")
    if len(rows) != 4:
        raise UsageError("there is a line break in the path of the repository", where=str(directory))
    return rows


def _toplevel(git: Git, directory: Path) -> str:
    try:
        return git.text("rev-parse", "--path-format=absolute", "--show-toplevel")
    except GitError as error:
        if git.text("rev-parse", "--is-bare-repository") == "true":
            raise UsageError(
                "the repository is bare: it has no files to work on",
                where=str(directory),
                hint="Run codemod in a clone or in a worktree (`git worktree add`) of it.",
            ) from error
        raise _explained(error, directory) from error


def _explained(error: GitError, directory: Path) -> CodemodError:
    where, said = str(directory), error.stderr
    if "dubious ownership" in said:
        return UsageError(
            "git does not trust this repository, because another user owns it",
            where=where,
            hint=f"If you do: git config --global --add safe.directory {directory.resolve()}",
        )
    if "must be run in a work tree" in said:
        return UsageError(
            "this is the inside of a git directory",
            where=where,
            hint="Run codemod in the folder above `.git`.",
        )
    if "not a git repository" in said:
        return UsageError(
            "not a git repository",
            where=where,
            hint="Name one with -C DIR, or make one: git init && git add . && git commit",
        )
    return UsageError(f"git cannot open the repository: {said.strip()}", where=where)


def _entry(line: str) -> Entry:
    header, path = line.split("\t", 1)
    mode, _, name = header.split()
    return Entry(path, mode, name)
