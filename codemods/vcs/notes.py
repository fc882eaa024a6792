"""Reading the notes that `publish` wrote: which branches are ours, and what was found."""

from __future__ import annotations

from dataclasses import dataclass

from codemods.vcs.branch import NOTES_REF
from codemods.vcs.repository import Repository

_FAR = 1000


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
    noted = _noted(repository)
    command = ("for-each-ref", "--sort=-committerdate", "--format=%(objectname) %(refname:lstrip=2)")
    rows = (line.split(" ", 1) for line in repository.git.text(*command, "refs/heads/").splitlines())
    return tuple(NotedBranch(name, tip) for tip, name in rows if tip in noted)


def noted_ancestor(repository: Repository, commit: str) -> str | None:
    """Return the nearest commit with a note of ours: `commit`, or one of a thousand first parents."""
    noted = _noted(repository)
    line = repository.git.text("rev-list", "--first-parent", f"--max-count={_FAR}", commit).splitlines()
    return next((each for each in line if each in noted), None)


def moved_branches(repository: Repository) -> tuple[str, ...]:
    """Return the branches that HEAD does not contain and that went on from a commit with a note of ours."""
    noted = _noted(repository)
    if not noted:
        return ()
    command = ("for-each-ref", "--sort=-committerdate", "--no-merged=HEAD", "--format=%(refname:lstrip=2)")
    names = repository.git.text(*command, "refs/heads/").splitlines()
    return tuple(n for n in names if noted_ancestor(repository, f"refs/heads/{n}") is not None)


def commits_after(repository: Repository, commit: str, tip: str) -> tuple[str, ...]:
    """Return the commits of `tip` that `commit` does not have, the oldest first."""
    return tuple(repository.git.text("rev-list", "--reverse", f"{commit}..{tip}").splitlines())


def is_ancestor(repository: Repository, commit: str, descendant: str) -> bool:
    """Whether `commit` is here and `descendant` goes back to it."""
    command = ("merge-base", "--is-ancestor", "--end-of-options", commit, descendant)
    return repository.git.attempt(*command).status == 0


def _noted(repository: Repository) -> frozenset[str]:
    listing = repository.git.attempt("notes", f"--ref={NOTES_REF}", "list").stdout.decode()
    return frozenset(line.split()[1] for line in listing.splitlines())
