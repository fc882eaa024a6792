"""Small crates that use error-chain, and what the recipe makes of them."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path, PurePosixPath

from codemods.recipe import (
    Answer,
    Change,
    ConversionOf,
    Dependency,
    Edited,
    Fact,
    Facts,
    Form,
    ItemOf,
    Known,
    Needs,
    Package,
    Packages,
    Proposal,
    Recipe,
    Site,
    Source,
    Target,
    find_sites,
)
from codemods.rust.edits import apply_edits

GIVEN = Path(__file__).parent / "given"
error_chain: Recipe = import_module("codemods.recipes.error_chain").error_chain
_FACTS: dict[str, Fact] = {"into": ConversionOf("call")}
ENTRY = Dependency("error-chain", "error-chain", requirement="0.12", resolved=("0.12.4",))


def package(
    *paths: str,
    name: str = "given",
    folder: str = "",
    edition: str = "2018",
    entry: Dependency = ENTRY,
    dependencies: Sequence[Dependency] = (),
    **other: object,
) -> Package:
    """Return a package whose targets have these root files."""
    root = PurePosixPath(folder)
    targets = tuple(Target(PurePosixPath(path).stem, _kind(path), root / path) for path in paths)
    return Package(
        name,
        root / "Cargo.toml",
        edition,
        targets=targets,
        dependencies=(entry, *dependencies),
        **other,  # type: ignore[arg-type]
    )


def _kind(path: str) -> str:
    if path.endswith("lib.rs"):
        return "lib"
    return "test" if path.startswith("tests") else "bin"


def workspace(*members: Package) -> Packages:
    """Return a workspace of these members."""
    dependants = {
        member.name: tuple(each.name for each in members if each.depends_on(member.name))
        for member in members
    }
    return Packages(members, dependants=dependants)


def planned(
    files: Mapping[str, str],
    packages: Packages,
    settings: Mapping[str, object] | None = None,
    items: Mapping[str, str] | None = None,
) -> tuple[Proposal, ...]:
    """Return what the recipe says to these files, where the compiler knows only methods of `items`."""
    sites: list[Site] = []
    for path, text in files.items():
        owner = packages.owner(PurePosixPath(path))
        source = Source(PurePosixPath(path), text.encode(), owner.edition if owner else "2018")
        if error_chain.may_match(source.content):
            sites += find_sites(error_chain, source)
    known = items or {}
    answers: dict[tuple[str, Fact], Answer] = {
        (site.id, _FACTS.get(site["name"].text, ItemOf("call"))): Known(known[site["name"].text], "a test")
        for site in sites
        if site["name"].text in known
    }
    return error_chain.plan(sites, Facts(answers), settings or {}, packages)


def change(proposals: Sequence[Proposal]) -> Change:
    """Return the one change among them."""
    (found,) = [each for each in proposals if isinstance(each, Change)]
    return found


def rewritten(files: Mapping[str, str], form: Form) -> dict[str, str]:
    """Return the files with the edits of a form."""
    result = dict(files)
    for file in form.files:
        assert isinstance(file, Edited)
        path = str(file.path)
        result[path] = apply_edits(files[path].encode(), file.edits).decode()
    return result


def upgraded(
    files: Mapping[str, str],
    packages: Packages,
    form: int = 0,
    settings: Mapping[str, object] | None = None,
) -> dict[str, str]:
    """Return the files with the form of that number of the one change."""
    return rewritten(files, change(planned(files, packages, settings)).forms[form])


def needed(form: Form) -> dict[str, str]:
    """Return the requirements of the dependencies that a form needs."""
    return {each.package: each.requirement for each in form.dependencies if isinstance(each, Needs)}


def manifest(name: str, dependencies: Mapping[str, str], edition: str = "2018") -> str:
    """Return a manifest; a dependency is a requirement, or the path of a folder."""
    listed = (
        f'{crate} = {{ path = "{text}" }}' if text[0].isalpha() else f'{crate} = "{text}"'
        for crate, text in dependencies.items()
    )
    lines = ["[package]", f'name = "{name}"', 'version = "0.1.0"', f'edition = "{edition}"', "[dependencies]"]
    return "\n".join([*lines, *listed, ""])


def program(folder: Path, files: Mapping[str, str], dependencies: Mapping[str, str]) -> Path:
    """Return the program that cargo builds of these files."""
    own = f"{manifest('given', dependencies)}[workspace]\n"
    for path, text in {"Cargo.toml": own, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    built = subprocess.run(["cargo", "build", "-q"], cwd=folder, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr[-8000:]
    return folder / "target" / "debug" / "given"


def ran(path: Path, **environment: str) -> tuple[str, str, int]:
    """Return what a program prints, on both streams, and its exit code."""
    done = subprocess.run([path], capture_output=True, text=True, check=False, env=environment)
    return done.stdout, done.stderr, done.returncode
