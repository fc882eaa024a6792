"""Find recipes: ours, installed ones, and a workspace's own. Finding imports none of them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from codemods.errors import CodemodError
from codemods.recipe.metadata import MetadataCache, MetadataError, RecipeInfo, hash_of_contents, read_metadata
from codemods.recipe.trust import Trust

if TYPE_CHECKING:
    from codemods.recipe.recipe import Recipe

BUILT_IN_PACKAGE = "codemods.recipes"
ENTRY_POINT_GROUP = "codemods.recipes"
WORKSPACE_FOLDER = Path("codemod") / "recipes"


class UnknownRecipe(CodemodError):
    """No recipe has this id; the hint names the nearest."""


class RecipeClash(CodemodError):
    """Two recipes have the same id, or each is to run after the other."""


def discover(workspace: Path | None = None, cache: MetadataCache | None = None) -> tuple[RecipeInfo, ...]:
    """Return every recipe, in the order in which they would run; none is imported.

    Raises:
        RecipeClash: two have the same id.
        MetadataError: a module is not a recipe that can be read.
    """
    found: dict[str, RecipeInfo] = {}
    for info in _all(workspace, cache or MetadataCache(None)):
        other = found.setdefault(info.id, info)
        if other is not info:
            raise RecipeClash(
                f"two recipes are called {info.id}: the {other.origin} one in {other.path}"
                f" and the {info.origin} one",
                where=str(info.path),
                hint="Rename one of them: module, function and folder of fixtures.",
            )
    return in_run_order(found.values())


def built_in(cache: MetadataCache | None = None) -> tuple[RecipeInfo, ...]:
    """Return the recipes that come with this tool, in the order in which they run.

    Raises:
        MetadataError: a module is not a recipe that can be read.
    """
    return in_run_order(read_metadata(path, "built-in", cache, module) for path, module in _built_in())


def select(infos: Sequence[RecipeInfo], ids: Iterable[str]) -> tuple[RecipeInfo, ...]:
    """Return the recipes with these ids, in the order in which they run.

    Raises:
        UnknownRecipe: an id is not there.
    """
    by_id = {info.id: info for info in infos}
    for wanted in ids:
        if wanted.replace("_", "-") not in by_id:
            near = get_close_matches(wanted.replace("_", "-"), by_id, n=1, cutoff=0.4)
            hint = f"Did you mean {near[0]}?" if near else "codemod list shows every recipe."
            raise UnknownRecipe(f"there is no recipe {wanted}", hint=hint)
    return in_run_order(by_id[each] for each in dict.fromkeys(wanted.replace("_", "-") for wanted in ids))


def in_run_order(infos: Iterable[RecipeInfo]) -> tuple[RecipeInfo, ...]:
    """Return `infos` so that each comes after those it names; else by epoch, then id.

    Raises:
        RecipeClash: some are to run after each other.
    """
    waiting = {info.id: info for info in sorted(infos, key=lambda info: (info.epoch, info.id))}
    ordered: list[RecipeInfo] = []
    while waiting:
        ready = next((info for info in waiting.values() if not waiting.keys() & set(info.after)), None)
        if ready is None:
            raise RecipeClash(f"these recipes are to run after each other: {', '.join(waiting)}")
        ordered.append(waiting.pop(ready.id))
    return tuple(ordered)


def load(info: RecipeInfo, trust: Trust | None = None) -> Recipe:
    """Import the recipe that `info` is about. A workspace's runs exactly the bytes that are trusted.

    Raises:
        UntrustedRecipe: it is a workspace's and `trust` does not know it.
        MetadataError: it changed since it was read, fails while it is imported, or is no recipe.
    """
    if info.origin == "workspace":
        (trust or Trust(None)).require(info)
        return run_file(info)
    return _recipe_of(_imported(info), info)


def run_file(info: RecipeInfo) -> Recipe:
    """Run a module that is in no package, from the bytes that `info` was read from, whoever wrote it.

    Raises:
        MetadataError: see `load`.
    """
    return _recipe_of(_module_of(info), info)


def _recipe_of(module: ModuleType, info: RecipeInfo) -> Recipe:
    from codemods.recipe.recipe import Recipe  # noqa: PLC0415 - tree-sitter, which `list` does without

    made = getattr(module, info.id.replace("-", "_"), None)
    if not isinstance(made, Recipe):
        raise MetadataError(f"the module of {info.id} has no recipe of that name", where=str(info.path))
    return made


def _all(workspace: Path | None, cache: MetadataCache) -> Iterator[RecipeInfo]:
    for path, module in _built_in():
        yield read_metadata(path, "built-in", cache, module)
    for path, module in _installed():
        yield read_metadata(path, "installed", cache, module)
    if workspace is not None:
        for path in sorted((workspace / WORKSPACE_FOLDER).glob("*.py")):
            if not path.name.startswith("_"):
                yield read_metadata(path, "workspace", cache)


def _built_in() -> Iterator[tuple[Path, str]]:
    for folder in import_module(BUILT_IN_PACKAGE).__path__:
        for path in sorted(Path(folder).iterdir()):
            file = path / "__init__.py" if path.is_dir() else path
            if file.suffix == ".py" and not path.name.startswith(("_", ".")) and file.is_file():
                yield file, f"{BUILT_IN_PACKAGE}.{path.stem}"


def _installed() -> Iterator[tuple[Path, str]]:
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.value):
        file = _file_of(entry.module)
        if file is None:
            raise MetadataError(
                f"the installed recipe {entry.name} is not there: no module {entry.module}",
                hint="Install its package again, or remove it.",
            )
        yield file, entry.module


def _file_of(module: str) -> Path | None:
    """Return the file of a module, without importing the packages it is in where that can be helped."""
    name, *rest = module.split(".")
    spec = find_spec(name)
    for part in rest:
        if spec is None or spec.submodule_search_locations is None:
            return None
        name = f"{name}.{part}"
        # An editable install may map a package to elsewhere: only its own finder knows where.
        spec = PathFinder.find_spec(name, list(spec.submodule_search_locations)) or find_spec(name)
    return Path(spec.origin) if spec is not None and spec.origin is not None else None


def _imported(info: RecipeInfo) -> ModuleType:
    try:
        return import_module(info.module)
    except ImportError as error:
        raise MetadataError(f"recipe {info.id} cannot be imported: {error}", where=str(info.path)) from error


def _module_of(info: RecipeInfo) -> ModuleType:
    """Execute the very bytes that were hashed: the file may change at any time."""
    content = info.path.read_bytes()
    if hash_of_contents([(info.path.name, content)]) != info.content_hash:
        raise MetadataError(
            f"recipe {info.id} changed while we looked", where=str(info.path), hint="Run again."
        )
    module = ModuleType(f"codemod_workspace_recipes.{info.path.stem}")
    module.__file__ = str(info.path)
    sys.modules[module.__name__] = module  # dataclasses and inspect look modules up there
    try:
        exec(compile(content, str(info.path), "exec"), module.__dict__)
    except CodemodError:
        raise
    except Exception as error:  # foreign code: whatever it raises is the recipe's fault, not a bug of ours
        raise MetadataError(
            f"recipe {info.id} fails when it is loaded: {type(error).__name__}: {error}", where=str(info.path)
        ) from error
    return module
