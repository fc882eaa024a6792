"""Scan HEAD with the compiler's help: what it says of each site, before anything is changed."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from codemods.engine.asking import ask
from codemods.engine.equipment import open_workbench
from codemods.engine.listener import Listener
from codemods.engine.recipes import chosen_recipes
from codemods.engine.request import Request
from codemods.recipe.facts import Facts, Known, Unknown
from codemods.recipe.site import Site, is_ruled_out


@dataclass(frozen=True, slots=True)
class DeepSite:
    """A site, whether some target here compiles it, and what the compiler says of it."""

    site: Site
    path: str  # relative to the workspace root
    is_compiled: bool
    says: str


def deep_scan(request: Request, listener: Listener) -> tuple[DeepSite, ...]:
    """Return the sites of HEAD with the answers to what their recipes ask.

    Raises:
        CodemodError: what stops a run of `apply` before it changes anything.
    """
    found = []
    with open_workbench(request, listener) as bench:
        for recipe in chosen_recipes(request, bench.repository.root / bench.root):
            sites = bench.sites(recipe, {})
            if not sites:
                continue
            baseline = bench.baseline({}, None)
            sites = bench.within(sites, baseline)
            answers = ask(bench, recipe, sites, baseline, {})
            facts = Facts(answers.facts)
            for site in (each for each in sites if not is_ruled_out(each, facts)):
                says = [answer for (id, _), answer in answers.facts.items() if id == site.id]
                path = posixpath.relpath(site.source.path, bench.root)
                found.append(DeepSite(site, path, bool(answers.reached.get(site.id)), _sentence(says)))
    return tuple(found)


def _sentence(answers: list[Known | Unknown]) -> str:
    """Return the first answer in words: it decides; the others are details for the recipe."""
    match answers:
        case [Known(value, evidence), *_]:
            return f"{value}: {evidence}"
        case [Unknown(reason), *_]:
            return f"unknown: {reason}"
        case _:
            return "nothing was asked"
