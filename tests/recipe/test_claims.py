"""Tests of what a recipe may claim."""

from __future__ import annotations

import pytest

from codemods.recipe import Applicability, Pattern, RecipeError, SameMir, SameTree, recipe
from codemods.recipe.recipe import Recipe

PATTERN = Pattern("f($x)")


def declare(applicability: Applicability, claim: SameTree | SameMir) -> Recipe:
    @recipe(
        summary="Do it",
        epoch="2018",
        min_rust="1.31",
        applicability=applicability,
        pattern=PATTERN,
        claim=claim,
    )
    def do_it(site: object) -> list[object]:  # noqa: ARG001 - the name is asked for
        return []

    return do_it


def test_a_recipe_that_claims_equality_may_say_which() -> None:
    assert declare(Applicability.MACHINE_APPLICABLE, SameMir()).claim == SameMir()


def test_a_recipe_that_does_not_claim_equality_may_not_say_which() -> None:
    with pytest.raises(RecipeError, match="not machine-applicable"):
        declare(Applicability.MAYBE_INCORRECT, SameTree())


def test_an_unknown_expansion_is_refused() -> None:
    with pytest.raises(RecipeError, match="does not know"):
        declare(Applicability.MACHINE_APPLICABLE, SameTree(("question-mrak",)))
