"""The recipes of a run: found, trusted, imported, in the order in which they run."""

from __future__ import annotations

from pathlib import Path

from codemods.engine.request import Request
from codemods.errors import UsageError
from codemods.recipe.discover import discover, load, select
from codemods.recipe.metadata import MetadataCache
from codemods.recipe.recipe import Recipe
from codemods.recipe.settings import read_settings
from codemods.recipe.trust import Trust


def chosen_recipes(request: Request, workspace: Path) -> tuple[Recipe, ...]:
    """Return the recipes that `request` names (none: all that claim equality) in run order.

    `workspace` is the user's workspace root on disk, whose own recipes count too.

    Raises:
        UnknownRecipe, UntrustedRecipe: see `codemods.recipe`.
        UsageError: a setting names a recipe that does not run, or is not one of its settings.
    """
    infos = discover(workspace, MetadataCache(request.folders.cache / "recipes"))
    wanted = select(infos, request.recipes) if request.recipes else infos
    trust = Trust(request.folders.trust)
    if request.trust_recipes:
        trust.remember(wanted)
    if request.recipes:
        recipes = tuple(load(info, trust) for info in wanted)
    else:  # a workspace's untrusted recipe is not asked for by name, so it stops nobody
        loaded = (load(info, trust) for info in wanted if trust.allows(info))
        recipes = tuple(recipe for recipe in loaded if recipe.claims_equality)
    _refuse_stray_settings(request, recipes)
    for recipe in recipes:
        read_settings(recipe.id, recipe.settings, settings_of(recipe, request))
    return recipes


def settings_of(recipe: Recipe, request: Request) -> dict[str, object]:
    """Return what `--set` says for `recipe`."""
    prefix = f"{recipe.id}."
    return {
        name.removeprefix(prefix): value
        for name, value in request.settings.items()
        if name.startswith(prefix)
    }


def _refuse_stray_settings(request: Request, recipes: tuple[Recipe, ...]) -> None:
    ids = {recipe.id for recipe in recipes}
    for name in request.settings.keys() - request.configured:
        if name.partition(".")[0] not in ids:
            raise UsageError(
                f"the setting {name} is for a recipe that does not run",
                where="--set",
                hint=f"Running: {', '.join(sorted(ids))}.",
            )
