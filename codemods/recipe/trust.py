"""Which foreign recipe modules a person allowed to run: by content, so a change asks again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from codemods.errors import CodemodError, MachineError
from codemods.recipe.metadata import RecipeInfo, write_whole


class UntrustedRecipe(CodemodError):
    """A workspace's recipe may not run: nobody said that this content of it is trusted."""

    def __init__(self, info: RecipeInfo, *, changed: bool) -> None:
        how = "has changed since it was trusted" if changed else "comes with this workspace"
        super().__init__(
            f"recipe {info.id} {how} and is code that would run on this machine",
            where=str(info.path),
            hint="Read it, then say --trust-recipes; that is remembered until its content changes.",
        )


class Trust:
    """The trusted content hashes, in one file of the user's state folder; None: nothing is trusted."""

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def require(self, info: RecipeInfo) -> None:
        """Return if `info` may run: it was not brought by the workspace, or is trusted.

        Raises:
            UntrustedRecipe: it may not.
        """
        if info.origin != "workspace":
            return
        trusted = self._read()
        if info.content_hash not in trusted:
            raise UntrustedRecipe(info, changed=str(info.path.resolve()) in trusted.values())

    def allows(self, info: RecipeInfo) -> bool:
        """Whether `info` may run."""
        try:
            self.require(info)
        except UntrustedRecipe:
            return False
        return True

    def remember(self, infos: Iterable[RecipeInfo]) -> None:
        """Trust what these recipes contain now.

        Raises:
            MachineError: the state folder cannot be written.
        """
        new = {info.content_hash: str(info.path.resolve()) for info in infos if info.origin == "workspace"}
        if not new or self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._file, json.dumps({**self._read(), **new}, indent=1))
        except OSError as error:
            raise MachineError(f"trust cannot be remembered: {error}", where=str(self._file)) from error

    def _read(self) -> dict[str, str]:
        if self._file is None:
            return {}
        try:
            stored = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}  # absent or damaged: nothing is trusted, and people are asked again
        return stored if isinstance(stored, dict) else {}
