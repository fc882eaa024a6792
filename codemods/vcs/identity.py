"""Who the author of a commit is: the user, as git would say."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from codemods.vcs.repository import Repository

_LAST_RESORT = ("codemod", "codemod@localhost")


@dataclass(frozen=True, slots=True)
class Identity:
    """Author and committer as `Name <mail> seconds zone`, and what the user should know about them."""

    author: str
    committer: str
    notes: tuple[str, ...] = ()

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that make git use this committer."""
        match = re.fullmatch(r"(.*?) ?<(.*)> (\d+) ([+-]\d+)", self.committer, re.DOTALL)
        assert match is not None
        name, mail, seconds, zone = match.groups()
        return {
            "GIT_COMMITTER_NAME": name,
            "GIT_COMMITTER_EMAIL": mail,
            "GIT_COMMITTER_DATE": f"@{seconds} {zone}",
        }


def identity_of(repository: Repository) -> Identity:
    """Return the user's identity; where git was never told one, a last resort and a note on it.

    What git would guess from the machine's name is not used.
    """
    author, committer = (_configured(repository, role) for role in ("AUTHOR", "COMMITTER"))
    if author and committer:
        return Identity(author, committer)
    name = _setting(repository, "user.name") or _LAST_RESORT[0]
    mail = _setting(repository, "user.email") or os.environ.get("EMAIL", "") or _LAST_RESORT[1]
    stamp = time.strftime("%s %z")
    fallback = f"{_clean(name)} <{_clean(mail)}> {stamp}"
    note = (
        f"git knows no author here (user.name and user.email): the commits are by {name} <{mail}>."
        " Set both, and `git rebase --reset-author-date` or amend them."
    )
    return Identity(author or fallback, committer or fallback, (note,))


def _configured(repository: Repository, role: str) -> str | None:
    output = repository.git.attempt("-c", "user.useConfigOnly=true", "var", f"GIT_{role}_IDENT")
    return os.fsdecode(output.stdout).strip() if output.status == 0 else None


def _setting(repository: Repository, key: str) -> str:
    return os.fsdecode(repository.git.attempt("config", "--get", key).stdout).strip()


def _clean(text: str) -> str:
    return re.sub(r"[<>\n\0]", "", text).strip(" .,:;\"'")
