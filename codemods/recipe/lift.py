"""Turn what a recipe's function answers into proposals that account for every site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from codemods.errors import CodemodError
from codemods.recipe.facts import Facts, Unknown
from codemods.recipe.proposals import Ambiguous, Change, Form, NotASite, Proposal, Skipped
from codemods.recipe.site import Site
from codemods.rust.edits import Edit

Answered = Sequence[Edit] | Form | Sequence[Form] | Skipped | Ambiguous
"""What the function of a local recipe may return for its site."""


class RecipeError(CodemodError):
    """A recipe is declared wrongly, or broke a promise that every recipe makes."""


def lifted(recipe: str, site: Site, facts: Facts, answer: Callable[[Site], Answered]) -> Proposal:
    """Return the proposal for one site, from what the recipe's function answers.

    Raises:
        RecipeError: it answered with nothing, or with something that is no answer.
    """
    left = left_alone(recipe, site, facts)
    if left is not None:
        return left
    answered = answer(site)
    if isinstance(answered, Skipped | Ambiguous):
        return replace(answered, sites=(site.id,))
    forms = _forms(site, answered)
    if not forms or any(not form.files for form in forms):
        raise RecipeError(
            f"recipe {recipe} answered with {answered!r}",
            where=_where(site),
            hint="Return edits, a Form or several, Skipped or Ambiguous; to leave a site alone say why.",
        )
    return Change((site.id,), forms)


def complete(
    recipe: str, sites: Sequence[Site], facts: Facts, plan: Callable[[Sequence[Site]], Iterable[Proposal]]
) -> tuple[Proposal, ...]:
    """Return the proposals of a recipe that plans for all sites at once.

    Raises:
        RecipeError: a site is settled by no proposal, or by two, or is not one of ours.
    """
    left = {site.id: proposal for site in sites if (proposal := left_alone(recipe, site, facts)) is not None}
    open_sites = [site for site in sites if site.id not in left]
    proposals = tuple(plan(open_sites)) if open_sites else ()
    settled = Counter(site_id for proposal in proposals for site_id in proposal.sites)
    for site in open_sites:
        if settled.pop(site.id, 0) != 1:
            raise RecipeError(
                f"recipe {recipe} did not settle a site exactly once: {site.text[:60]}", where=_where(site)
            )
    if settled:
        raise RecipeError(f"recipe {recipe} answered for sites it was not given: {', '.join(settled)}")
    return (*left.values(), *proposals)


def left_alone(recipe: str, site: Site, facts: Facts) -> Skipped | NotASite | None:
    """Return why no recipe may touch the site: a person said so, it does not parse, a type is not known.

    What hardly ever is a site is none where it does not parse.
    """
    kept = site.source.kept(site.span, recipe)
    if kept is not None:
        return Skipped("kept", kept, (site.id,))
    if site.damaged and any(condition.is_unlikely for condition in site.conditions):
        return NotASite((site.id,))
    if site.damaged:
        return Skipped(
            "unparsed", "part of this code is in a form the parser does not understand", (site.id,)
        )
    return _of_unknown_type(site, facts)


def _of_unknown_type(site: Site, facts: Facts) -> Skipped | None:
    for condition in site.conditions:
        answer = facts.about(site.id, condition.fact)
        if isinstance(answer, Unknown) and not condition.or_unknown:
            reason = f"it is not known whether ${condition.fact.part} is of a type for this: {answer.reason}"
            return Skipped("unknown-type", reason, (site.id,))
    return None


def _forms(site: Site, answered: object) -> tuple[Form, ...]:
    if isinstance(answered, Form):
        return (answered,)
    if not isinstance(answered, Sequence) or isinstance(answered, str):
        return ()
    if all(isinstance(each, Form) for each in answered):
        return tuple(answered)
    if all(isinstance(each, Edit) for each in answered):
        return (site.form(answered),)
    return ()


def _where(site: Site) -> str:
    position = site.position
    return f"{site.source.path}:{position.line}:{position.column}"
