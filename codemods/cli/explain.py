"""`codemod explain`: what a recipe, a grade, a check, a reason code or a site of a branch is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import click

from codemods.cli import options
from codemods.cli.places import workspace_root
from codemods.errors import CodemodError, UsageError

if TYPE_CHECKING:
    from codemods.engine.document import RunDocument, SiteRecord
    from codemods.recipe.metadata import RecipeInfo


@click.command("explain")
@click.argument("what", metavar="RECIPE|GRADE|CHECK|CODE|SITE")
@options.directory
@options.color
def command(what: str, directory: Path, color: str) -> None:
    """Say what a recipe does, what a grade or a check shows, what a reason means, what became of a site."""
    from codemods.engine.codes import CODES  # noqa: PLC0415
    from codemods.engine.meanings import CHECKS, WORDS  # noqa: PLC0415
    from codemods.recipe.discover import discover  # noqa: PLC0415
    from codemods.recipe.metadata import MetadataCache  # noqa: PLC0415

    infos = discover(workspace_root(directory), MetadataCache(options.folders().cache / "recipes"))
    recipe = next((info for info in infos if info.id == what), None)
    if recipe is not None:
        _show_recipe(recipe, color)
        return
    if _show_meaning(what):
        return
    codes = {**CODES, **{code: text for info in infos for code, text in info.codes}}
    if what in codes:
        click.echo(fill(f"{what}: {codes[what]}", 90))
        return
    for document in _documents(directory):
        sites = [site for site in document.sites if what in (site.id, site.code)]
        if sites:
            _show_sites(document, sites, color)
            return
    raise _unknown(what, [info.id for info in infos] + list(codes) + [*WORDS, *CHECKS])


def _show_meaning(what: str) -> bool:
    """Print what the grade or check `what` means; whether it is one."""
    from codemods.engine.document import Grade  # noqa: PLC0415
    from codemods.engine.meanings import CHECKS, GRADES, WORDS  # noqa: PLC0415

    letter = what.upper() if what.upper() in {grade.value for grade in Grade} else None
    grade = Grade(letter) if letter is not None else WORDS.get(what)
    if grade is not None:
        meaning = GRADES[grade]
        _tell(
            f"Grade {grade.value}, {meaning.word}: {meaning.means}",
            f"What it does not say: {meaning.not_said}",
            f"Written to the branch: {meaning.written}.",
        )
        return True
    if what in CHECKS:
        _tell(f"The check {what}: {CHECKS[what].does}", CHECKS[what].otherwise)
        return True
    return False


def _tell(*paragraphs: str) -> None:
    click.echo("\n\n".join(fill(text, 90) for text in paragraphs))


def _show_recipe(info: RecipeInfo, color: str) -> None:
    from rich.markdown import Markdown  # noqa: PLC0415

    from codemods.recipe.pages import page  # noqa: PLC0415

    options.console(color).print(Markdown(page(info)))


def _documents(directory: Path) -> Iterator[RunDocument]:
    """Yield what the runs on our branches came to, the newest first."""
    from codemods.engine.ledgers import read_ledger  # noqa: PLC0415
    from codemods.vcs.notes import noted_branches  # noqa: PLC0415
    from codemods.vcs.repository import Repository  # noqa: PLC0415

    try:
        repository = Repository.open(directory)
    except CodemodError:
        return  # no repository: there are no branches either
    for branch in noted_branches(repository):
        yield read_ledger(repository, options.folders().state, f"refs/heads/{branch.name}").document


def _show_sites(document: RunDocument, sites: Sequence[SiteRecord], color: str) -> None:
    from dataclasses import replace  # noqa: PLC0415

    from codemods.review.terminal import show_review  # noqa: PLC0415

    ids = {site.id for site in sites}
    changes = tuple(change for change in document.changes if ids.intersection(change.sites))
    alone = replace(document, sites=tuple(sites), changes=changes)
    show_review(options.console(color), alone, verbose=True)


def _unknown(what: str, known: list[str]) -> UsageError:
    from difflib import get_close_matches  # noqa: PLC0415

    near = get_close_matches(what, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Recipes and codes are: {', '.join(sorted(known))}."
    return UsageError(f"{what} is no recipe, no reason code, and no site of a branch here", hint=hint)
