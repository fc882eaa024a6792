"""The `@recipe` decorator, and what it makes of a function: a frozen `Recipe`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import cast

from codemods.recipe.claims import EXPANSIONS, Claim, SameTree
from codemods.recipe.facts import Fact, Facts
from codemods.recipe.lift import Answered, RecipeError, complete, lifted
from codemods.recipe.observed import Errors
from codemods.recipe.packages import Packages
from codemods.recipe.proposals import Proposal
from codemods.recipe.search import Search, reads_manifests
from codemods.recipe.settings import Setting, read_settings
from codemods.recipe.site import Site

_OFFERED = frozenset({"facts", "settings", "packages"})


class Applicability(StrEnum):
    """How far a recipe's edits are trusted."""

    MACHINE_APPLICABLE = "machine-applicable"  # claims equality, so it is proved
    MAYBE_INCORRECT = "maybe-incorrect"  # the checks decide; ends at grade B
    HAS_PLACEHOLDERS = "has-placeholders"  # a question, never written


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """One idiom upgrade: what to look for, what to ask the compiler, how to rewrite."""

    id: str
    summary: str
    epoch: str
    min_rust: str
    applicability: Applicability
    searches: tuple[Search, ...]
    facts: tuple[Fact, ...]
    after: tuple[str, ...]
    settings: tuple[Setting, ...]
    codes: Mapping[str, str]
    macro_means: str
    documentation: str
    function: Callable[..., object] = field(repr=False)
    plans_all_sites: bool = False
    claim: Claim | None = None
    crates: tuple[str, ...] = ()
    observes: Errors | None = None

    def __call__(self, *arguments: object, **named: object) -> object:
        """Call the author's function as it was written, for tests of it alone."""
        return self.function(*arguments, **named)

    @property
    def claims_equality(self) -> bool:
        """Whether the rewrite promises not to change what a program does."""
        return self.applicability is Applicability.MACHINE_APPLICABLE

    @property
    def reads_manifests(self) -> bool:
        """Whether some of its sites stand in manifests."""
        return any(map(reads_manifests, self.searches))

    def may_match(self, content: bytes) -> bool:
        """Whether a file with this content can have a site: a byte search, no parsing."""
        return any(search.may_match(content) for search in self.searches)

    def plan(
        self,
        sites: Sequence[Site],
        facts: Facts,
        settings: Mapping[str, object] | None = None,
        packages: Packages | None = None,
    ) -> tuple[Proposal, ...]:
        """Return what to do about `sites`, of `packages`; each is settled by exactly one proposal. Pure.

        Raises:
            RecipeError: the recipe forgot a site, or answered with nothing or nonsense.
            UsageError: a setting is unknown or has a value of the wrong kind.
        """
        values = read_settings(self.id, self.settings, settings or {})
        offered = {"facts": facts, "settings": values, "packages": packages or Packages()}
        if self.plans_all_sites:
            return complete(self.id, sites, facts, lambda open_sites: self._planned(open_sites, offered))
        return tuple(lifted(self.id, site, facts, lambda site: self._answer(site, offered)) for site in sites)

    def _planned(self, sites: Sequence[Site], offered: Mapping[str, object]) -> Iterable[Proposal]:
        return cast("Iterable[Proposal]", self._call(sites, offered))

    def _answer(self, site: Site, offered: Mapping[str, object]) -> Answered:
        return cast("Answered", self._call(site, offered))

    def _call(self, first: object, offered: Mapping[str, object]) -> object:
        names = list(inspect.signature(self.function).parameters)[1:]
        return self.function(first, **{name: offered[name] for name in names})


def recipe(
    *,
    summary: str,
    epoch: str,
    min_rust: str,
    applicability: Applicability,
    pattern: Search | Sequence[Search],
    facts: Sequence[Fact] = (),
    after: Sequence[str] = (),
    settings: Sequence[Setting] = (),
    codes: Mapping[str, str] | None = None,
    macro_means: str = "",
    claim: Claim | None = None,
    crates: Sequence[str] = (),
    observes: Errors | None = None,
) -> Callable[[Callable[..., object]], Recipe]:
    """Make a recipe of a function; its id is the function's name with dashes.

    The function takes `site`, or `sites` to plan for all of them at once, and then those of `facts`,
    `settings` and `packages` that it wants. With `site` it returns edits, a `Form` or several
    in order of preference, `Skipped` or `Ambiguous`; with `sites`, proposals. `codes` says in a
    sentence what each of its reason codes means. Where each site is a macro call, `macro_means` are
    the rules of a macro that would stand for its rewrite, so that expansions can be compared. `claim`
    says what a proof is to find the same before and after; only machine-applicable recipes claim. With
    `crates` it looks only into packages whose manifest names one of these as a dependency. With `observes`
    what errors say is compared before and after, where tests run.

    Raises:
        RecipeError: the declaration is wrong.
    """
    searches = tuple(pattern) if isinstance(pattern, Sequence) else (pattern,)

    def decorate(function: Callable[..., object]) -> Recipe:
        made = Recipe(
            id=function.__name__.replace("_", "-"),
            summary=summary,
            epoch=epoch,
            min_rust=min_rust,
            applicability=Applicability(applicability),
            searches=searches,
            facts=tuple(facts),
            after=tuple(after),
            settings=tuple(settings),
            codes=dict(codes or {}),
            macro_means=macro_means,
            documentation=inspect.getdoc(inspect.getmodule(function)) or "",
            function=function,
            plans_all_sites=_plans_all_sites(function),
            claim=claim,
            crates=tuple(crates),
            observes=observes,
        )
        _refuse_wrong_declaration(made)
        return made

    return decorate


def _plans_all_sites(function: Callable[..., object]) -> bool:
    names = list(inspect.signature(function).parameters)
    if names[:1] not in (["site"], ["sites"]) or not set(names[1:]) <= _OFFERED:
        raise RecipeError(
            f"a recipe takes (site) or (sites), then facts, settings or packages; {function.__name__} takes"
            f" {names}",
            where=function.__module__,
        )
    return names[0] == "sites"


def _refuse_wrong_declaration(recipe: Recipe) -> None:
    problem = None
    if "\n" in recipe.summary or recipe.summary.rstrip().endswith(".") or not recipe.summary.strip():
        problem = "its summary is not one line without a full stop"
    elif not recipe.searches:
        problem = "it has nothing to look for"
    elif re.fullmatch(r"1\.\d+(\.\d+)?", recipe.min_rust) is None:
        problem = f'its min_rust is not like "1.39": {recipe.min_rust}'
    elif recipe.id in recipe.after:
        problem = "it is to run after itself"
    elif recipe.claim is not None and not recipe.claims_equality:
        problem = "it claims that nothing changes, but is not machine-applicable"
    elif isinstance(recipe.claim, SameTree) and not set(recipe.claim.expansions) <= set(EXPANSIONS):
        problem = f"it claims an expansion that the prover does not know: {recipe.claim.expansions}"
    if problem is not None:
        raise RecipeError(f"recipe {recipe.id}: {problem}", where=recipe.function.__module__)
