"""The macro that makes the text before an upgrade mean what its recipe says, for a comparison by hand.

Where a recipe replaces calls of a macro and says by which rules (`macro_means`), defining the macro by these
rules at a crate's root gives a tree that must be the same to rustc as the one with the calls replaced.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codemods.engine.editions import Owners
from codemods.engine.expansion import definition_edit
from codemods.engine.request import Folders
from codemods.errors import CodemodError, UsageError
from codemods.recipe.discover import discover, load, select
from codemods.recipe.facts import MacroOrigin
from codemods.recipe.metadata import MetadataCache
from codemods.recipe.trust import Trust
from codemods.rust.source import Source
from codemods.vcs.repository import Repository

_KEYWORDS_OF_2018 = frozenset({"async", "await", "dyn", "try"})


@dataclass(frozen=True, slots=True)
class Macro:
    """The macro that a recipe replaces, and the rules that stand for its rewrites."""

    name: str
    rules: str


@dataclass(frozen=True, slots=True)
class StandIn:
    """The `definition` to put in front of line `line` (from 1) of `root`, in both trees."""

    root: PurePosixPath
    line: int
    definition: str

    @property
    def escaped(self) -> str:
        """The definition as the replacement of a `sed` command."""
        return "".join(f"\\{char}" if char in "\\/&" else char for char in self.definition)


def replaced_macro(recipe: str, workspace: Path, folders: Folders) -> Macro | None:
    """Return the macro that `recipe` replaces; None where it replaces none, or is not known here."""
    try:
        infos = select(discover(workspace, MetadataCache(folders.cache / "recipes")), [recipe])
        loaded = load(infos[0], Trust(folders.trust))
    except CodemodError:
        return None
    origin = next((fact for fact in loaded.facts if isinstance(fact, MacroOrigin)), None)
    return Macro(origin.name, loaded.macro_means) if origin is not None and loaded.macro_means else None


def stand_in(
    repository: Repository, commits: tuple[str, str], path: PurePosixPath, macro: Macro
) -> StandIn | None:
    """Return where to define `macro` for the library around the file `path`; None where that is unclear.

    It must be the same line in both of the `commits`, and begin with the library's first item.
    """
    owner = Owners(lambda name: _content(repository, commits[0], name)).of(path)
    if owner.manifest is None:
        return None
    root = _library(repository, commits[0], owner.manifest)
    is_raw = owner.edition != "2015" and macro.name in _KEYWORDS_OF_2018
    name = f"r#{macro.name}" if is_raw else macro.name
    found = {_place(repository, commit, root, owner.edition, Macro(name, macro.rules)) for commit in commits}
    return found.pop() if len(found) == 1 else None


def _library(repository: Repository, commit: str, manifest: PurePosixPath) -> PurePosixPath:
    table = tomllib.loads((_content(repository, commit, manifest) or b"").decode())
    library = table.get("lib")
    named = library.get("path") if isinstance(library, dict) else None
    return manifest.parent / (named if isinstance(named, str) else "src/lib.rs")


def _place(
    repository: Repository, commit: str, root: PurePosixPath, edition: str, macro: Macro
) -> StandIn | None:
    content = _content(repository, commit, root)
    if content is None:
        return None
    try:
        edit = definition_edit(Source(root, content, edition), macro.name, macro.rules)
    except CodemodError:
        return None
    before = content[: edit.span.start]
    if before and not before.endswith(b"\n"):
        return None
    return StandIn(root, before.count(b"\n") + 1, edit.text.strip())


def _content(repository: Repository, commit: str, path: PurePosixPath) -> bytes | None:
    try:
        return repository.read(commit, path)
    except UsageError:
        return None
