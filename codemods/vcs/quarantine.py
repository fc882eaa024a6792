"""A throw-away git directory for objects that are not to be in the user's store yet."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from codemods.errors import MachineError
from codemods.vcs.borrowed import ensure_git_directory
from codemods.vcs.disk import disk_errors
from codemods.vcs.git import ISOLATED, Git, GitError
from codemods.vcs.repository import Repository


@dataclass(frozen=True, slots=True)
class Quarantine:
    """A git directory outside of the repository that borrows its objects."""

    git_dir: Path
    git: Git

    @classmethod
    @contextmanager
    def open(cls, repository: Repository) -> Iterator[Quarantine]:
        """Give a quarantine for new objects on top of those of `repository`; it goes at the end."""
        with (
            disk_errors(Path(tempfile.gettempdir())),
            tempfile.TemporaryDirectory(prefix="codemod-") as folder,
        ):
            git_dir = Path(folder, "git")
            ensure_git_directory(git_dir, repository.objects, repository.object_format)
            yield cls(git_dir, Git(git_dir, (f"--git-dir={git_dir}", "-c", "core.fsync=none"), ISOLATED))

    def fast_import(self, stream: bytes) -> Mapping[int, str]:
        """Run a `git fast-import` stream; return the hash of each mark.

        Raises:
            MachineError: git refused it.
        """
        marks = self.git_dir / "marks"
        try:
            self.git.run(
                *("-c", "fastimport.unpackLimit=0"),
                *("fast-import", "--quiet", "--done", "--date-format=raw", f"--export-marks={marks}"),
                stdin=stream + b"done\n",
            )
        except GitError as error:
            reason = next(
                (line for line in error.stderr.splitlines() if line.startswith("fatal:")), error.message
            )
            raise MachineError(f"the commits could not be built: {reason}") from error
        rows = (line.split() for line in marks.read_text().splitlines())
        return {int(mark.removeprefix(":")): name for mark, name in rows}

    def pack(self) -> bytes:
        """Return the objects that `fast_import` made, as one pack."""
        packs = list((self.git_dir / "objects/pack").glob("*.pack"))
        assert len(packs) == 1, "fast-import keeps one pack a run"
        return packs[0].read_bytes()

    def tree(self, commit: str) -> str:
        """Return the hash of the tree of `commit`."""
        return self.git.text("rev-parse", "--verify", f"{commit}^{{tree}}")
