"""Writing a branch and its note: first as objects in a quarantine, then in one step.

    plans ──build_commits──▶ Built (hashes, and a pack of new objects) ──publish──▶ Written

`build_commits` writes nothing to the repository, so a dry run is the same code without
`publish`. `publish` adds the objects, then creates branch and note in one ref transaction.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from codemods.errors import CodemodError, MachineError, UsageError
from codemods.vcs.disk import is_full
from codemods.vcs.git import Output, shortened
from codemods.vcs.identity import Identity, identity_of
from codemods.vcs.names import BranchTaken, check_branch, is_taken
from codemods.vcs.quarantine import Quarantine
from codemods.vcs.repository import REGULAR_MODES, Repository

NOTES_REF = "refs/notes/codemod"

_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 0.0)  # seconds after each try to move the refs
_MANY_OBJECTS = 100  # beyond, a pack is kept as it is: one file to sync instead of hundreds


@dataclass(frozen=True, slots=True)
class CommitPlan:
    """One commit: its message, and the files that differ from the commit before.

    Paths are relative to the repository; None deletes. A file keeps its mode, a new one is
    not executable.
    """

    message: str
    files: Mapping[PurePosixPath, bytes | None]


@dataclass(frozen=True, slots=True)
class Built:
    """Commits that no ref names yet, and whose they are. `pack` holds their new objects."""

    base: str
    commits: tuple[str, ...]
    tree: str
    pack: bytes
    identity: Identity

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user must know of how they were made."""
        return self.identity.notes

    @property
    def tip(self) -> str:
        """The last commit; the base where there is none."""
        return self.commits[-1] if self.commits else self.base


@dataclass(frozen=True, slots=True)
class Written:
    """A branch that is in the repository, its commits in order, and what the user must know."""

    branch: str
    tip: str
    commits: tuple[str, ...]
    notes: tuple[str, ...] = ()


def build_commits(repository: Repository, base: str, plans: Sequence[CommitPlan]) -> Built:
    """Return the commits of `plans` on top of `base`; the repository is not written to.

    Raises:
        CodemodError: a plan deletes what is not there, or writes over a link, folder or submodule.
        MachineError: the disk is full, or an object is missing.
    """
    identity = identity_of(repository)
    with Quarantine.open(repository) as quarantine:
        if not plans:
            return Built(base, (), quarantine.tree(base), b"", identity)
        stream = _Stream()
        known = {entry.name: entry.mode for entry in repository.entries(base)}
        for number, plan in enumerate(plans, start=1):
            _check(plan, known)
            stream.commit("refs/heads/built", number, identity, plan.message, base if number == 1 else None)
            stream.files(plan.files, known)
            _apply(plan, known)
        marks = quarantine.fast_import(bytes(stream.content))
        commits = tuple(marks[number] for number in range(1, len(plans) + 1))
        return Built(base, commits, quarantine.tree(commits[-1]), quarantine.pack(), identity)


def publish(repository: Repository, built: Built, *, branch: str, note: bytes) -> Written:
    """Create `branch` at the tip of `built` with `note` on that commit, both or neither.

    Notes that others wrote in that ref stay. No hook runs and nothing is signed.

    Raises:
        BranchTaken: the branch exists, or a branch whose name is in its way.
        UsageError: the name is none for a branch, or there is no commit to write.
        MachineError: another process holds a lock on the refs, or the disk is full.
    """
    if not built.commits:
        raise UsageError("there is no commit to put on a branch")
    check_branch(repository, branch)
    _store(repository, built.pack)
    written = Written(branch, built.tip, built.commits, built.notes)
    for pause in _PAUSES:
        old_note = _ref(repository, NOTES_REF)
        new_note = _store_note(repository, built, branch, note, old_note)
        output = _move_refs(repository, built.identity, written, old_note, new_note)
        if output.status == 0:
            return written
        if is_taken(repository, branch):
            raise BranchTaken(branch)
        time.sleep(pause)  # another process writes there just now, or has written a note
    raise _explained(repository, output)


def _store_note(repository: Repository, built: Built, branch: str, note: bytes, old_note: str | None) -> str:
    """Add a commit on top of `old_note` with one note more to the store; return its hash."""
    with Quarantine.open(repository) as quarantine:
        stream = _Stream()
        stream.commit(NOTES_REF, 1, built.identity, f"Note the codemod run of {branch}", old_note)
        stream.note(built.tip, note)
        new_note = quarantine.fast_import(bytes(stream.content))[1]
        pack = quarantine.pack()
    _store(repository, pack)
    return new_note


class _Stream:
    """The input of `git fast-import`."""

    def __init__(self) -> None:
        self.content = bytearray()

    def commit(self, ref: str, mark: int, identity: Identity, message: str, parent: str | None) -> None:
        text = message.rstrip("\n") + "\n"
        self._line(f"commit {ref}")
        self._line(f"mark :{mark}")
        self._line(f"author {identity.author}")
        self._line(f"committer {identity.committer}")
        self._data(text.encode(errors="surrogateescape"))
        if parent is not None:
            self._line(f"from {parent}")

    def files(self, files: Mapping[PurePosixPath, bytes | None], modes: Mapping[str, str]) -> None:
        ordered = sorted(files.items(), key=lambda item: (item[1] is not None, item[0]))
        for path, content in ordered:  # deletions first: a file may give way to a folder
            if content is None:
                self._line(f"D {_quoted(str(path))}")
            else:
                self._line(f"M {modes.get(str(path), '100644')} inline {_quoted(str(path))}")
                self._data(content)

    def note(self, commit: str, content: bytes) -> None:
        self._line(f"N inline {commit}")
        self._data(content)

    def _line(self, text: str) -> None:
        self.content += text.encode(errors="surrogateescape") + b"\n"

    def _data(self, content: bytes) -> None:
        self.content += b"data %d\n" % len(content) + content + b"\n"


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _check(plan: CommitPlan, modes: Mapping[str, str]) -> None:
    """Refuse what would silently replace a link, a folder or a submodule, or escape."""
    removed = {str(path) for path, content in plan.files.items() if content is None}
    for path, content in plan.files.items():
        name, mode = str(path), modes.get(str(path))
        if path.is_absolute() or not path.parts or {"..", ".git"} & {part.lower() for part in path.parts}:
            raise CodemodError("not a path that a commit can hold", where=name)
        if content is None and mode is None:
            raise CodemodError("a file is to be deleted that the commit does not have", where=name)
        if mode is not None and mode not in REGULAR_MODES:
            raise CodemodError("a symbolic link or submodule is not edited", where=name)
        if content is not None and mode is None and _is_folder(name, modes, removed):
            raise CodemodError("a folder has the name of the new file", where=name)
        if any(str(parent) in modes and str(parent) not in removed for parent in path.parents[:-1]):
            raise CodemodError("a folder on the way is a file, a link or a submodule", where=name)


def _is_folder(name: str, modes: Mapping[str, str], removed: set[str]) -> bool:
    return any(path.startswith(f"{name}/") and path not in removed for path in modes)


def _apply(plan: CommitPlan, modes: dict[str, str]) -> None:
    for path, content in plan.files.items():
        if content is None:
            modes.pop(str(path))
        else:
            modes.setdefault(str(path), "100644")


def _ref(repository: Repository, name: str) -> str | None:
    output = repository.git.attempt("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    return output.stdout.decode().strip() if output.status == 0 else None


def _store(repository: Repository, pack: bytes) -> None:
    """Add the objects of `pack` to the repository's store."""
    git = replace(repository.git, shielded=True)  # killed half-way, it would leave its temporary files
    if int.from_bytes(pack[8:12], "big") <= _MANY_OBJECTS:
        output = git.attempt("unpack-objects", "-q", stdin=pack)
    else:
        output = git.attempt("index-pack", "--stdin", stdin=pack)
    if output.status != 0:
        reason = "the disk is full" if is_full(repository.objects) else shortened(output.stderr)
        raise MachineError(f"the commits could not be stored: {reason}", where=str(repository.objects))


def _move_refs(
    repository: Repository, identity: Identity, written: Written, old_note: str | None, new_note: str
) -> Output:
    """Create the branch and move the notes in one transaction; neither moves where one cannot."""
    zero = "0" * len(written.tip)
    commands = [
        "start",
        f"create refs/heads/{written.branch} {written.tip}",
        f"update {NOTES_REF} {new_note} {old_note or zero}",
        "prepare",
        "commit",
    ]
    # The reflog needs an identity too, and would complain where none is configured.
    # Killed half-way, git would leave its lock files, and nobody could write these refs any more.
    git = replace(repository.git, environment=identity.environment, shielded=True)
    return git.attempt("update-ref", "--stdin", "-m", "codemod", stdin="\n".join([*commands, ""]).encode())


def _explained(repository: Repository, output: Output) -> CodemodError:
    locked = ".lock" in output.stderr
    return MachineError(
        f"the branch could not be created, nothing was: {shortened(output.stderr)}",
        where=str(repository.root),
        hint="If no git process runs there, delete the lock file it names." if locked else None,
    )
