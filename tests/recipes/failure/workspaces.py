"""Small workspaces in memory, and what the recipe `failure` proposes for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePosixPath

from codemods.recipe import (
    Answer,
    Change,
    Dependency,
    Edited,
    Facts,
    Known,
    NotASite,
    Package,
    Packages,
    Proposal,
    Site,
    Source,
    Target,
    find_sites,
)
from codemods.rust.edits import apply_edits

failure = import_module("codemods.recipes.failure").failure

FAILURE = Dependency("failure", "failure", resolved=("0.1.8",))


@dataclass(frozen=True)
class Planned:
    """The proposals for a workspace, its sites by id and its sources by path."""

    proposals: tuple[Proposal, ...]
    sites: Mapping[str, Site]
    sources: Mapping[str, Source]

    @property
    def changes(self) -> list[Change]:
        """The changes alone."""
        return [each for each in self.proposals if isinstance(each, Change)]

    def codes(self) -> dict[str, str]:
        """Return by the text of a site that is left why it is."""
        return {
            self.sites[id].text: str(getattr(each, "code", ""))
            for each in self.proposals
            if not isinstance(each, Change | NotASite)
            for id in each.sites
        }

    def strangers(self) -> set[str]:
        """Return the texts of the places that are no sites after all."""
        return {
            self.sites[id].text for each in self.proposals if isinstance(each, NotASite) for id in each.sites
        }

    def after(self, change: Change | None = None, form: int = 0) -> dict[str, str]:
        """Return the files that a change (the only one) edits, as they are afterwards."""
        if change is None:
            (change,) = self.changes
        return {
            str(file.path): apply_edits(self.sources[str(file.path)].content, file.edits).decode()
            for file in change.forms[form].files
            if isinstance(file, Edited)
        }


def package(
    name: str = "one",
    root: str = ".",
    *,
    kind: str = "lib",
    publish: bool = True,
    dependencies: Sequence[Dependency] = (FAILURE,),
    edition: str = "2021",
    rust_version: str | None = None,
) -> Package:
    folder = PurePosixPath(root)
    main = folder / "src" / ("lib.rs" if kind == "lib" else "main.rs")
    return Package(
        name,
        folder / "Cargo.toml",
        edition,
        rust_version,
        publish,
        targets=(Target(name, kind, main),),
        dependencies=tuple(dependencies),
    )


def planned(
    files: Mapping[str, str],
    packages: Sequence[Package] | None = None,
    *,
    settings: Mapping[str, object] | None = None,
    facts: Mapping[tuple[str, str], str] | None = None,
    dependants: Mapping[str, tuple[str, ...]] | None = None,
    speakers: Sequence[str] = (),
) -> Planned:
    """Return what is proposed. `facts` are answers by a site's text and a fact's (or condition's) part."""
    members = tuple(packages if packages is not None else [package()])
    edition = members[0].edition
    sources = {path: Source(PurePosixPath(path), text.encode(), edition) for path, text in files.items()}
    sites = [site for source in sources.values() for site in find_sites(failure, source)]
    answers: dict[tuple[str, object], Answer] = {}
    for site in sites:
        for fact in [*failure.facts, *(condition.fact for condition in site.conditions)]:
            name = f"{type(fact).__name__}:{getattr(fact, 'part', '')}"
            value = (facts or {}).get((site.text, name))
            if value is not None:
                answers[site.id, fact] = Known(value, "assumed by the test")
    known = Packages(members, dependants=dependants or {}, speakers={"failure": tuple(speakers)})
    proposals = failure.plan(sites, Facts(answers), settings, known)  # type: ignore[arg-type]
    return Planned(proposals, {site.id: site for site in sites}, sources)
