"""One commit laid out as files, byte for byte, in a folder of our own.

git's index does the bookkeeping: it knows by stat which files may differ, looks into those,
and writes only where bytes differ. Cargo judges by path and mtime, so an untouched file
keeps what was built from it fresh.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codemods.errors import MachineError
from codemods.vcs.borrowed import ensure_git_directory, isolated_git, write_if_different
from codemods.vcs.disk import FULL_HINT, is_full
from codemods.vcs.git import Git, GitError, nul_joined, nul_split, shortened
from codemods.vcs.repository import ObjectFormat

# Highest in git's order, so no attribute in the commit can convert line ends, expand
# keywords or start a filter (LFS stays a pointer). `-working-tree-encoding` would be an error.
_BYTE_EXACT = b"* -text !eol !crlf -filter -ident !working-tree-encoding\n"


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder of files (`root`) and the git directory outside of it that keeps its index."""

    root: Path
    git_dir: Path

    @classmethod
    def prepare(cls, root: Path, git_dir: Path, objects: Path, object_format: ObjectFormat) -> Checkout:
        """Return a checkout that borrows from the store `objects`; nothing is laid out yet."""
        ensure_git_directory(git_dir, objects, object_format)
        write_if_different(git_dir / "info/attributes", _BYTE_EXACT)
        (git_dir / "index.lock").unlink(missing_ok=True)  # left by a kill; the caller holds our own lock
        root.mkdir(parents=True, exist_ok=True)
        return cls(root, git_dir)

    @property
    def git(self) -> Git:
        """git on this checkout."""
        return isolated_git(self.git_dir, self.root)

    def update(self, commit: str, tracked: frozenset[str]) -> None:
        """Bring the files to `commit`, which holds the paths `tracked`; rewrite what differs only.

        Files that the checkout does not know go, ignored ones (build outputs) stay.

        Raises:
            MachineError: an object is missing, or the disk is full.
        """
        known = self._known_paths()
        self.remove(PurePosixPath(path) for path in known - tracked)
        self._merge_into_index(commit)
        self.restore_all()
        self._remove_unknown()

    def restore_all(self) -> None:
        """Rewrite every tracked file whose bytes, mode or kind are not those of the commit."""
        # Looks into files with a fresh stat only; says 1 when some need an update.
        self.git.attempt("update-index", "-q", "--really-refresh")
        self._checkout("--all")

    def restore(self, paths: Iterable[PurePosixPath]) -> None:
        """Write the bytes of the commit to `paths`."""
        names = nul_joined(str(path) for path in paths)
        if names:
            self._checkout("-z", "--stdin", stdin=names)

    def remove(self, paths: Iterable[PurePosixPath]) -> None:
        """Delete files, and the folders that this empties. Links are not followed."""
        for path in paths:
            if self.has_real_parents(path):
                remove_anything(self.root / path)
                self._remove_empty_parents(path)

    def changed(self) -> tuple[PurePosixPath, ...]:
        """Return the tracked files that differ from the commit, by content, mode or absence."""
        self.git.attempt("update-index", "-q", "--really-refresh")
        return tuple(
            PurePosixPath(path) for path in nul_split(self.git.run("diff-files", "-z", "--name-only"))
        )

    def has_real_parents(self, path: PurePosixPath) -> bool:
        """Whether each folder above `path`, up to the root, is there and is no symbolic link."""
        for parent in path.parents[-2::-1]:
            try:
                if not stat.S_ISDIR((self.root / parent).lstat().st_mode):
                    return False
            except (FileNotFoundError, NotADirectoryError):
                return False
        return True

    def _known_paths(self) -> frozenset[str]:
        try:
            return frozenset(nul_split(self.git.run("ls-files", "-z")))
        except GitError:  # an index that cannot be read is as good as none
            (self.git_dir / "index").unlink(missing_ok=True)
            return frozenset()

    def _merge_into_index(self, commit: str) -> None:
        """Make the index that of `commit`; entries that stay the same keep their stat."""
        try:
            self.git.run("read-tree", "--reset", commit)
        except GitError:
            # A broken index; where the commit itself is the trouble this fails again and says so.
            (self.git_dir / "index").unlink(missing_ok=True)
            self._say_what_is_missing("read-tree", commit)

    def _checkout(self, *arguments: str, stdin: bytes = b"") -> None:
        self._say_what_is_missing("checkout-index", "--force", "--index", "--quiet", *arguments, stdin=stdin)

    def _say_what_is_missing(self, *arguments: str, stdin: bytes = b"") -> None:
        try:
            self.git.run(*arguments, stdin=stdin)
        except GitError as error:
            if is_full(self.root):
                raise MachineError("the disk is full", where=str(self.root), hint=FULL_HINT) from error
            raise MachineError(
                f"the scratch checkout could not be written: {shortened(error.stderr)}",
                where=str(self.root),
                hint="If objects are missing (a partial clone), `git fetch --refetch --no-filter` completes"
                " it; `codemod clean` makes a new scratch.",
            ) from error

    def _remove_unknown(self) -> None:
        command = ("ls-files", "-z", "--others", "--directory", "--exclude-standard")
        for name in nul_split(self.git.run(*command)):
            remove_anything(self.root / name.rstrip("/"))

    def _remove_empty_parents(self, path: PurePosixPath) -> None:
        for parent in path.parents[:-1]:
            try:
                (self.root / parent).rmdir()
            except OSError:  # not empty, or gone
                return


def make_real_folders(base: Path, folder: Path) -> None:
    """Make `folder`, below `base`, with every folder on the way; links and files there give way."""
    for part in folder.relative_to(base).parts:
        base /= part
        if base.is_symlink() or not base.is_dir():
            remove_anything(base)
            base.mkdir()


def remove_anything(path: Path) -> None:
    """Delete a file, a link or a whole folder; nothing there is fine. Links are not followed."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if not stat.S_ISDIR(mode):
        path.unlink()
        return
    _make_removable(path)
    shutil.rmtree(path)


def _make_removable(folder: Path) -> None:
    """Give ourselves write permission below `folder`: tests of analysed code make read-only ones."""
    for parent, names, _ in os.walk(folder):
        Path(parent).chmod(0o700)
        for name in names:
            child = Path(parent, name)
            if not child.is_symlink():
                child.chmod(0o700)
