"""Find out whether a recipe guesses: changes code on an answer that the compiler did not give."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from codemods.recipe.facts import Answer, Fact, Facts, Known, Unknown
from codemods.recipe.proposals import Change, Form
from codemods.recipe.recipe import Recipe
from codemods.recipe.site import Site

Ask = Callable[[Site, Fact], Answer]

NOT_COMPILED = Unknown("no build reaches this site (assumed by the test)")
CONTESTED = Unknown("it may be something else (assumed by the test)", contested=True)


def guesses(
    recipe: Recipe, sites: tuple[Site, ...], ask: Ask, settings: Mapping[str, object] | None = None
) -> Iterator[str]:
    """Yield a sentence for each fact and site where the recipe takes an unknown answer for a known one.

    With the fact unknown (and the site compiled) it may only make a change that it offers for every answer:
    as the only form, or as a later one. It also must not fail where nothing is known; what it raises then
    is not caught.
    """
    recipe.plan(sites, _facts(recipe, sites, lambda _site, _fact: NOT_COMPILED), settings)
    recipe.plan(sites, _facts(recipe, sites, lambda _site, _fact: CONTESTED), settings)
    for fact in recipe.facts:
        yield from _guesses_of(recipe, sites, ask, fact, settings)


def _guesses_of(
    recipe: Recipe, sites: tuple[Site, ...], ask: Ask, fact: Fact, settings: Mapping[str, object] | None
) -> Iterator[str]:
    def changes(answer: Answer) -> Mapping[str, tuple[Form, ...]]:
        facts = _facts(recipe, sites, lambda site, each: answer if each == fact else ask(site, each))
        planned = recipe.plan(sites, facts, settings)
        return {id: each.forms for each in planned if isinstance(each, Change) for id in each.sites}

    told = {answer.value for site in sites if isinstance(answer := ask(site, fact), Known)}
    values = sorted({*fact.samples, *told}) if fact.samples else []
    known = {value: changes(Known(value, "assumed by the test")) for value in values}
    for site_id, forms in changes(CONTESTED).items():
        refusing = [value for value, found in known.items() if not set(forms) <= set(found.get(site_id, ()))]
        if refusing:
            site = next(site for site in sites if site.id == site_id)
            yield (
                f"line {site.position.line}: with {fact!r} unknown (and contested) it makes a change that it"
                f" does not offer when the answer is {refusing[0]!r}"
            )


def _facts(recipe: Recipe, sites: tuple[Site, ...], ask: Ask) -> Facts:
    found = {(site.id, fact): ask(site, fact) for site in sites for fact in recipe.facts}
    yes = Known("yes", "assumed by the test")
    found |= {(site.id, condition.fact): yes for site in sites for condition in site.conditions}
    return Facts(found)
