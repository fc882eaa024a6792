"""`codemod scan`: find sites in files; needs neither git nor cargo, and starts no compiler."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from codemods.cli import options
from codemods.cli.places import workspace_root
from codemods.errors import ExitCode, UsageError
from codemods.review.escape import terminal_line

if TYPE_CHECKING:
    from codemods.engine.scan import Scan
    from codemods.recipe.metadata import RecipeInfo
    from codemods.recipe.recipe import Recipe
    from codemods.recipe.site import Site
    from codemods.vcs.repository import Repository
    from codemods.vcs.trees import Tree


@click.command("scan")
@click.argument("recipes", nargs=-1, metavar="[RECIPE...]")
@options.directory
@options.only
@options.exclude
@click.option("--staged", is_flag=True, help="Scan what is staged in git.")
@click.option("--rev", metavar="REV", help="Scan a commit instead of the files on disk.")
@click.option("--check", is_flag=True, help="Exit 1 where a site is open.")
@click.option(
    "--max", "maximum", type=click.IntRange(min=0), metavar="N", help="With --check: allow N open sites."
)
@click.option("--since", metavar="REV", help="With --check: only sites that REV did not have.")
@click.option("--deep", is_flag=True, help="Ask the compiler what each site of HEAD means.")
@options.as_json
@options.trust
@options.quiet
@options.verbose
@options.color
def command(recipes: tuple[str, ...], directory: Path, **given: Any) -> int:
    """Count and locate sites in seconds; reads the files on disk, and starts no compiler but with --deep.

    Looks at the whole workspace that DIR is in, as `apply` does.
    """
    from codemods.engine.globs import file_filter  # noqa: PLC0415
    from codemods.engine.scan import scan  # noqa: PLC0415

    if given["staged"] and given["rev"]:
        raise UsageError("--staged and --rev exclude each other")
    if given["maximum"] is not None and not given["check"]:
        raise UsageError("--max needs --check", hint="`codemod scan --check --max N` exits 1 above N.")
    if given["deep"]:
        return _deep(recipes, directory, given)
    directory = workspace_root(directory)
    chosen, infos = _recipes(recipes, directory, trust=given["trust_recipes"])
    tree = _tree(directory, given)
    only, exclude = _globs(directory, given)
    wanted = file_filter(only, exclude)
    found = scan(tree, chosen, lambda path: wanted(str(path)), likely=True)
    open_sites = [site for site in found.sites if site.source.kept(site.span, site.recipe) is None]
    if given["since"]:
        earlier = _commit_tree(directory, given["since"])
        before = scan(earlier, chosen, lambda path: wanted(str(path)), likely=True)
        known = {site.id for site in before.sites}
        open_sites = [site for site in open_sites if site.id not in known]
    _show(found, infos, open_sites, directory, given)
    too_many = len(open_sites) > (given["maximum"] or 0)
    return ExitCode.FOUND if given["check"] and too_many else ExitCode.DONE


def _deep(recipes: tuple[str, ...], directory: Path, given: Mapping[str, Any]) -> int:
    """Show what the compiler says of each site; it builds HEAD once, as `apply` would."""
    from codemods.cli.apply import make_request, progress_for  # noqa: PLC0415
    from codemods.engine.deep_scan import deep_scan  # noqa: PLC0415

    for other in ("staged", "rev", "since", "check"):
        if given[other]:
            raise UsageError(f"--deep builds HEAD, so it does not go with --{other}")
    request = make_request(recipes, directory, {**given, "report": (), "all_recipes": not recipes})
    with progress_for(given) as listener:
        found = deep_scan(request, listener)
    if given["as_json"]:
        sites = [
            {**_site(each.site), "path": each.path, "compiled": each.is_compiled, "says": each.says}
            for each in found
        ]
        sys.stdout.write(json.dumps({"schema": "codemod.scan/1", "sites": sites}, indent=2) + "\n")
    elif not given["quiet"]:
        for each in found:
            click.echo(terminal_line(f"{each.path}:{each.site.position}: {each.says}"))
    return ExitCode.DONE


def _recipes(
    names: tuple[str, ...], directory: Path, *, trust: bool
) -> tuple[tuple[Recipe, ...], tuple[RecipeInfo, ...]]:
    from codemods.recipe.discover import discover, load, select  # noqa: PLC0415
    from codemods.recipe.metadata import MetadataCache  # noqa: PLC0415
    from codemods.recipe.trust import Trust, UntrustedRecipe  # noqa: PLC0415

    folders = options.folders()
    infos = discover(directory, MetadataCache(folders.cache / "recipes"))
    wanted = select(infos, names) if names else infos
    trusted = Trust(folders.trust)
    if trust:
        trusted.remember(wanted)
    recipes: dict[RecipeInfo, Recipe] = {}
    for info in wanted:
        try:
            recipes[info] = load(info, trusted)
        except UntrustedRecipe as error:
            if names:
                raise
            _say(f"not run: {error.message}; --trust-recipes runs it")
    return tuple(recipes.values()), tuple(recipes)


def _tree(directory: Path, given: Mapping[str, Any]) -> Tree:
    from codemods.vcs.repository import Repository  # noqa: PLC0415
    from codemods.vcs.trees import DiskTree, IndexTree  # noqa: PLC0415

    if given["staged"]:
        repository = Repository.open(directory)
        return _below(IndexTree(repository), repository, directory)
    return _commit_tree(directory, given["rev"]) if given["rev"] else DiskTree(directory)


def _commit_tree(directory: Path, revision: str) -> Tree:
    from codemods.vcs.repository import Repository  # noqa: PLC0415
    from codemods.vcs.trees import CommitTree  # noqa: PLC0415

    repository = Repository.open(directory)
    return _below(CommitTree(repository, repository.commit(revision)), repository, directory)


def _below(tree: Tree, repository: Repository, directory: Path) -> Tree:
    """Return the part of a repository's tree that is below `directory`."""
    from codemods.vcs.trees import SubTree  # noqa: PLC0415

    folder = PurePosixPath(directory.resolve().relative_to(repository.root.resolve()))
    return SubTree(tree, folder) if folder.parts else tree


def _globs(directory: Path, given: Mapping[str, Any]) -> tuple[Sequence[str], Sequence[str]]:
    from codemods.cli.config import read_configuration  # noqa: PLC0415

    said = read_configuration(directory, options.user_configuration()).values
    return given["only"] or said.get("only", ()), (*given["exclude"], *said.get("exclude", ()))


def _show(
    found: Scan,
    infos: Sequence[RecipeInfo],
    open_sites: Sequence[Site],
    directory: Path,
    given: Mapping[str, Any],
) -> None:
    if given["as_json"]:
        sys.stdout.write(json.dumps(_document(found), indent=2) + "\n")
        return
    if given["quiet"]:
        return
    from codemods.review.scan import ScanRow, scan_table  # noqa: PLC0415

    console = options.console(given["color"])
    packages = {scanned.source.path: scanned.owner.manifest for scanned in found.scanned}
    rows = []
    for info in infos:
        sites = [site for site in open_sites if site.recipe == info.id]
        files = {site.source.path for site in sites}
        rows.append(
            ScanRow(info.id, info.epoch, len(sites), len(files), len({packages[path] for path in files}))
        )
    console.print(scan_table(rows))
    if given["verbose"]:
        for site in open_sites:
            console.print(f"{site.source.path}:{site.position}", markup=False, highlight=False)
    kept = sum(site.source.kept(site.span, site.recipe) is not None for site in found.sites)
    _say(
        f"{found.files:,} {'file' if found.files == 1 else 'files'}, {found.bytes / 1e6:.1f} MB read"
        + (f"; kept by comment: {kept}" if kept else "")
    )
    for each in found.unreadable:
        _say(f"not looked into: {each.path}: {each.reason}")
    if not given["staged"] and not given["rev"] and open_sites:
        _say_what_differs(directory)


def _say(text: str) -> None:
    click.echo(terminal_line(text), err=True)


def _say_what_differs(directory: Path) -> None:
    """`apply` analyses HEAD, so say where the files on disk are not those of HEAD."""
    from codemods.errors import CodemodError  # noqa: PLC0415
    from codemods.vcs.repository import Repository  # noqa: PLC0415

    try:
        repository = Repository.open(directory)
        changed = repository.uncommitted()
    except CodemodError:
        return  # no repository: there is nothing to differ from
    if changed:
        shown = ", ".join(changed[:3]) + (", …" if len(changed) > 3 else "")
        _say(f"the disk differs from HEAD, which `codemod apply` analyses: {shown}")


def _document(found: Scan) -> dict[str, Any]:
    return {
        "schema": "codemod.scan/1",
        "files": found.files,
        "bytes": found.bytes,
        "sites": [_site(site) for site in found.sites],
        "unreadable": [{"path": str(each.path), "reason": each.reason} for each in found.unreadable],
    }


def _site(site: Site) -> dict[str, Any]:
    return {
        "id": site.id,
        "recipe": site.recipe,
        "path": str(site.source.path),
        "line": site.position.line,
        "column": site.position.column,
        "span": [site.span.start, site.span.end],
        "kept": site.source.kept(site.span, site.recipe),
    }
