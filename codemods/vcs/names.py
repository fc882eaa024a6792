"""Names of branches: which are free, which are none."""

from __future__ import annotations

from functools import cache
from itertools import count

from codemods.errors import UsageError
from codemods.vcs.repository import Repository


class BranchTaken(UsageError):
    """A branch of that name is there already, or one that is in its way."""

    def __init__(self, branch: str, obstacle: str | None = None) -> None:
        obstacle = obstacle or branch
        if obstacle == branch:
            message, hint = f"branch `{branch}` exists already", "Choose another name with --branch NAME."
        else:
            message = f"branch `{branch}` cannot be made, because branch `{obstacle}` exists"
            hint = "git keeps both as paths, and one would be the other's folder. Choose --branch NAME."
        super().__init__(message, hint=hint)
        self.branch = branch


def branches(repository: Repository) -> tuple[str, ...]:
    """Return the names of all local branches."""
    listing = repository.git.text("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/")
    return tuple(listing.splitlines())


def next_free_branch(repository: Repository, wanted: str) -> str:
    """Return `wanted`, or `wanted-2`, `wanted-3`, … : the first that can be created.

    Raises:
        BranchTaken: none can, because a branch has the name of the folder they would lie in.
        UsageError: it is no name for a branch.
    """
    _check_name(repository, wanted)
    taken = branches(repository)
    for number in count(1):
        name = wanted if number == 1 else f"{wanted}-{number}"
        obstacle = _obstacle(name, taken)
        if obstacle is None:
            return name
        if name.startswith(f"{obstacle}/"):
            raise BranchTaken(wanted, obstacle)
    raise AssertionError("there is always a next number")


def check_branch(repository: Repository, name: str) -> None:
    """Raise where a branch `name` cannot be created.

    Raises:
        BranchTaken: it exists, or one that is in its way.
        UsageError: it is no name for a branch.
    """
    _check_name(repository, name)
    obstacle = _obstacle(name, branches(repository))
    if obstacle is not None:
        raise BranchTaken(name, obstacle)


def is_taken(repository: Repository, name: str) -> bool:
    """Whether a branch `name` cannot be created because of another."""
    return _obstacle(name, branches(repository)) is not None


def _check_name(repository: Repository, name: str) -> None:
    if not _is_ref(repository, f"refs/heads/{name}") or name.startswith("-") or name == "HEAD":
        raise UsageError(
            f"`{name}` is no name that git allows for a branch", hint="See `git help check-ref-format`."
        )


@cache
def _is_ref(repository: Repository, name: str) -> bool:
    return repository.git.attempt("check-ref-format", name).status == 0


def _obstacle(name: str, taken: tuple[str, ...]) -> str | None:
    """Return the branch that is `name`, a folder of it, or lies below it.

    Case is ignored: some file systems keep `A` and `a` as one file.
    """
    folded = name.casefold()
    for other in taken:
        branch = other.casefold()
        if branch == folded or folded.startswith(f"{branch}/") or branch.startswith(f"{folded}/"):
            return other
    return None
