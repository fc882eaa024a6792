"""`codemod recipe new` and `codemod recipe test`: write a recipe, and run its cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codemods.cli import options
from codemods.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from rich.text import Text

    from codemods.recipe.cases import Case
    from codemods.recipe.metadata import MetadataCache, RecipeInfo
    from codemods.recipe.recipe import Recipe
    from codemods.recipe.scaffold import Place
    from codemods.recipe.testkit import Failure


@click.group("recipe")
def command() -> None:
    """Write and test recipes."""


@command.command("new", short_help="Write a recipe's module, fixtures and test.")
@click.argument("name")
@options.directory
@click.option("--summary", metavar="TEXT", help="What it does, in one line without a full stop.")
@click.option("--epoch", metavar="EPOCH", default="2021", show_default=True, help="What it brings code to.")
def new(name: str, directory: Path, summary: str | None, epoch: str) -> None:
    """Write the module, fixtures and test of a new recipe NAME.

    Inside a checkout of codemod they go to recipes/ and tests/, elsewhere to codemod/ of the
    Cargo workspace. Nothing is overwritten.
    """
    from codemods.recipe.discover import built_in  # noqa: PLC0415
    from codemods.recipe.scaffold import new_recipe  # noqa: PLC0415

    place = _place(directory)
    if not place.is_built_in and any(info.id == name for info in built_in(_cache())):
        raise UsageError(f"there is a built-in recipe called {name}", hint="Choose another name.")
    files = new_recipe(name, place, summary, epoch)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    pages = _write_pages(place) if place.is_built_in else []
    for path in (*files, *pages):
        click.echo(f"wrote {path.relative_to(place.root)}")
    fixture = next(path for path in files if path.name == "before.rs")
    click.echo(f"\nNext: fill in {fixture.relative_to(place.root)}, then: codemod recipe test {name}")


@command.command("test", short_help="Run its examples and fixtures.")
@click.argument("target", metavar="NAME|FILE")
@options.directory
@options.trust
@options.color
@options.verbose
def test(target: str, directory: Path, trust_recipes: bool, color: str, verbose: bool) -> int:
    """Run the docstring examples and fixtures of a recipe, and show what differs.

    A FILE that is named is run; a workspace's recipe that is named by NAME must be trusted.
    Exits with 1 if a case fails.
    """
    from codemods.recipe.testkit import failure_of  # noqa: PLC0415

    info, recipe = _find(target, directory, trust_recipes)
    cases = _cases(info)
    failures = [(case, failure) for case in cases if (failure := failure_of(recipe, case)) is not None]
    _show(info, cases, failures, color, verbose)
    if not cases:
        raise UsageError(
            f"recipe {info.id} has no cases",
            hint="Put an example into its docstring: before, a line `->`, after.",
        )
    return ExitCode.FOUND if failures else ExitCode.DONE


def _place(directory: Path) -> Place:
    from codemods.recipe.scaffold import project_place, workspace_place  # noqa: PLC0415

    folders = [directory.resolve(), *directory.resolve().parents]
    for folder in folders:
        if (folder / "recipes" / "__init__.py").is_file() and (folder / "codemods" / "recipe").is_dir():
            return project_place(folder)
    workspace = _workspace(folders)
    if workspace is None:
        raise UsageError(
            "this is neither a Cargo workspace nor a checkout of codemod",
            where=str(folders[0]),
            hint="Go to the folder of a Cargo.toml, or name it with -C.",
        )
    return workspace_place(workspace)


def _workspace(folders: Sequence[Path]) -> Path | None:
    """Return the nearest folder whose manifest has a `[workspace]`, else the nearest package's."""
    import tomllib  # noqa: PLC0415

    packages: list[Path] = []
    for folder in folders:
        manifest = folder / "Cargo.toml"
        if not manifest.is_file():
            continue
        try:
            if "workspace" in tomllib.loads(manifest.read_text("utf-8")):
                return folder
        except (OSError, ValueError) as error:
            raise UsageError(f"this manifest cannot be read: {error}", where=str(manifest)) from error
        packages.append(folder)
    return packages[0] if packages else None


def _write_pages(place: Place) -> list[Path]:
    from codemods.recipe.discover import built_in  # noqa: PLC0415
    from codemods.recipe.pages import write_pages  # noqa: PLC0415

    return list(write_pages(place.root / "docs" / "recipes", built_in()))


def _find(target: str, directory: Path, trust_recipes: bool) -> tuple[RecipeInfo, Recipe]:
    from codemods.recipe.discover import discover, load, run_file, select  # noqa: PLC0415
    from codemods.recipe.metadata import read_metadata  # noqa: PLC0415
    from codemods.recipe.trust import Trust  # noqa: PLC0415

    if target.endswith(".py"):
        info = read_metadata(Path(target), "workspace")
        return info, run_file(info)
    folders = [directory.resolve(), *directory.resolve().parents]
    (info,) = select(discover(_workspace(folders), _cache()), [target])
    trust = Trust(options.folders().trust)
    if trust_recipes:
        trust.remember([info])
    return info, load(info, trust)


def _cases(info: RecipeInfo) -> tuple[Case, ...]:
    """Return the docstring's examples, then the fixtures beside the module."""
    from codemods.recipe.cases import cases_of_docstring, cases_of_folder  # noqa: PLC0415

    module = info.path.resolve()
    home = module.parent.parent if module.name == "__init__.py" else module.parent
    folders = (home.parent / "tests" / "fixtures", home.parent / "fixtures")
    fixtures = [case for folder in folders for case in cases_of_folder(folder / info.id)]
    return (*cases_of_docstring(info.docstring), *fixtures)


def _cache() -> MetadataCache:
    from codemods.recipe.metadata import MetadataCache  # noqa: PLC0415

    return MetadataCache(options.folders().cache / "recipes")


def _show(
    info: RecipeInfo,
    cases: Sequence[Case],
    failures: Sequence[tuple[Case, Failure]],
    color: str,
    verbose: bool,
) -> None:
    from codemods.review.console import line, print_lines  # noqa: PLC0415

    failed = {case.name: failure for case, failure in failures}
    lines: list[Text] = []
    for case in cases:
        if case.name in failed:
            lines += [
                line(("failed ", "removed"), case.name, "  (only started)" if case.is_unfinished else "")
            ]
            lines += [*_drawn(failed[case.name]), line()]
        elif verbose:
            lines.append(line(("passed ", "added"), case.name))
    passed = len(cases) - len(failures)
    totals = f"{info.id}: {passed} passed" + (f", {len(failures)} failed" if failures else "")
    print_lines(options.console(color), [*lines, line((totals, "title"))])


def _drawn(failure: Failure) -> Iterator[Text]:
    """Yield the failure's message and the difference, what was expected in red, what came in green."""
    from codemods.review.console import line  # noqa: PLC0415

    styles = {"+": "added", "-": "removed", "@": "quiet"}
    for text in str(failure).split("\n"):
        yield line((text, styles.get(text[:1], "")), indent=4)
