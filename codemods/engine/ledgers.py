"""The ledger of a branch, read from its note, and what speaks against taking it at its word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from codemods.engine.document import RunDocument
from codemods.engine.provenance import is_recorded
from codemods.engine.serial import load
from codemods.errors import UsageError
from codemods.vcs.notes import (
    commits_after,
    is_ancestor,
    moved_branches,
    noted_ancestor,
    noted_branches,
    read_note,
)
from codemods.vcs.repository import Repository, diff_files, diff_links

_NAMED = 3
_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class BranchLedger:
    """The ledger of `branch`: `commit` carries the note, `tip` is where the branch stands now.

    `document.doubts` says why it is only a claim; none where this machine made it and the branch stayed.
    """

    branch: str
    commit: str
    tip: str
    document: RunDocument


def read_ledger(repository: Repository, state: Path, branch: str | None = None) -> BranchLedger:
    """Return the ledger of `branch` (None: of the newest branch of ours) and what to think of it.

    `state` is the user's folder that holds what identifies the ledgers of this machine.

    Raises:
        UsageError: there is no such branch, or neither its tip nor a commit before it has a note.
        ReportError: the note is no run document.
    """
    name = branch if branch is not None else _newest(repository)
    tip = repository.commit(name)
    commit = noted_ancestor(repository, tip)
    note = read_note(repository, commit) if commit is not None else None
    if commit is None or note is None:
        raise _no_note(repository, name)
    document = load(note)
    # Who wrote the note may have filled the key in: what it says of itself does not count.
    doubts = tuple(_doubts(repository, document, commit, tip, is_own=is_recorded(state, note)))
    return BranchLedger(name, commit, tip, replace(document, doubts=doubts))


def _newest(repository: Repository) -> str:
    ours = [each.name for each in noted_branches(repository)] or list(moved_branches(repository))
    if not ours:
        raise UsageError("no branch here was written by codemod", hint="`codemod apply RECIPE` writes one.")
    return ours[0]


def _no_note(repository: Repository, branch: str) -> UsageError:
    names = ", ".join(each.name for each in noted_branches(repository)) or "none"
    return UsageError(
        f"the tip of {branch} has no note of codemod",
        where=branch,
        hint=f"Branches with one: {names}. Notes are fetched with"
        " `git fetch origin refs/notes/codemod:refs/notes/codemod`.",
    )


def _doubts(
    repository: Repository, document: RunDocument, commit: str, tip: str, *, is_own: bool
) -> Iterator[str]:
    if not is_own:
        yield (
            "this machine has no record of writing this ledger: it was made elsewhere, or edited since."
            " Its grades, reasons and diffs are what it claims"
        )
        yield from _contradictions(repository, document, commit)
    later = commits_after(repository, commit, tip)
    if later:
        names = ", ".join(each[:10] for each in later[:_NAMED])
        more = f" and {len(later) - _NAMED} more" if len(later) > _NAMED else ""
        count = "1 commit" if len(later) == 1 else f"{len(later)} commits"
        yield f"the branch has {count} that this ledger does not speak of: {names}{more}"


def _contradictions(repository: Repository, document: RunDocument, commit: str) -> Iterator[str]:
    """Yield where a ledger of somebody else says what git knows better."""
    if document.tip != commit:
        yield f"it speaks of the commit {(document.tip or 'none')[:10]}, and is a note on {commit[:10]}"
    if repository.git.text("rev-parse", f"{commit}^{{tree}}") != document.tree:
        yield "the tree it names is not that of the commit"
    if not _HASH.fullmatch(document.base) or not is_ancestor(repository, document.base, commit):
        yield f"the branch was not made from the commit {document.base[:10]} that it names"
        return
    strange = _unnamed_files(repository, document, commit)
    if strange:
        more = f" and {len(strange) - _NAMED} more" if len(strange) > _NAMED else ""
        yield f"the branch changes files that no change in it names: {', '.join(strange[:_NAMED])}{more}"


def _unnamed_files(repository: Repository, document: RunDocument, commit: str) -> list[str]:
    """Return the files that the commits change and the ledger does not mention."""
    named = {_tail(path) for change in document.changes if change.commit for path in change.paths}
    ends = (document.base, commit)
    changed = [*diff_files(repository, *ends), *diff_links(repository, *ends)]
    return [str(path) for path in sorted(changed) if not named.intersection(_tails(path))]


def _tail(path: str) -> PurePosixPath:
    """Return a path of the document, which counts from the workspace, without its `..`."""
    return PurePosixPath(*(part for part in PurePosixPath(path).parts if part != ".."))


def _tails(path: PurePosixPath) -> Iterator[PurePosixPath]:
    for start in range(len(path.parts)):
        yield PurePosixPath(*path.parts[start:])
