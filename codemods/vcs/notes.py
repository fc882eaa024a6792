"""Reading the notes that `publish` wrote: which branches are ours, and what was found."""

from __future__ import annotations

from dataclasses import dataclass

from codemods.vcs.branch import NOTES_REF
from codemods.vcs.repository import Repository


@dataclass(frozen=True, slots=True)
class NotedBranch:
    """A local branch whose tip carries a note of ours."""

    name: str
    tip: str


def read_note(repository: Repository, commit: str) -> bytes | None:
    """Return the note on `commit`, None where there is none."""
    listing = repository.git.attempt("notes", f"--ref={NOTES_REF}", "list", commit)
    if listing.status != 0:
        return None
    return repository.git.run("cat-file", "blob", listing.stdout.decode().strip())


def noted_branches(repository: Repository) -> tuple[NotedBranch, ...]:
    """Return the branches that carry a note on their tip, the newest commit first."""
    listing = repository.git.attempt("notes", f"--ref={NOTES_REF}", "list").stdout.decode()
    noted = {line.split()[1] for line in listing.splitlines()}
    command = ("for-each-ref", "--sort=-committerdate", "--format=%(objectname) %(refname:lstrip=2)")
    rows = (line.split(" ", 1) for line in repository.git.text(*command, "refs/heads/").splitlines())
    return tuple(NotedBranch(name, tip) for tip, name in rows if tip in noted)
