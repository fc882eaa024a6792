"""What holds for every built-in recipe: a new one is complete when these pass."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from codemods.recipe.cases import Case, cases_of_folder
from codemods.recipe.conformance import PROPERTIES, Property, Subject
from codemods.recipe.discover import built_in, load
from codemods.recipe.metadata import RecipeInfo
from codemods.recipe.pages import COMMAND, INDEX, index

ROOT = Path(__file__).parents[2]
RECIPES = built_in()


def _subject(info: RecipeInfo) -> Subject:
    cases = (*_cases_of_test(info), *cases_of_folder(ROOT / "tests" / "fixtures" / info.id))
    return Subject(info, load(info), cases, ROOT / "docs" / "recipes" / f"{info.id}.md")


def _cases_of_test(info: RecipeInfo) -> tuple[Case, ...]:
    """Return the `CASES` of the recipe's own test module."""
    name = info.id.replace("-", "_")
    path = ROOT / "tests" / "recipes" / f"test_{name}.py"
    path = path if path.is_file() else path.with_name(name) / path.name
    if not path.is_file():
        return ()
    spec = importlib.util.spec_from_file_location(f"cases_of_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return tuple(case for case in getattr(module, "CASES", ()) if isinstance(case, Case))


@pytest.mark.parametrize("check", PROPERTIES, ids=lambda check: check.__name__)
@pytest.mark.parametrize("info", RECIPES, ids=lambda info: info.id)
def test_every_recipe(info: RecipeInfo, check: Property) -> None:
    assert list(check(_subject(info))) == []


def test_the_table_of_recipes_is_current() -> None:
    file = ROOT / "docs" / "recipes" / INDEX

    assert file.read_text("utf-8") == index(RECIPES), f"`{COMMAND}` writes it"
