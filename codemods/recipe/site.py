"""Sites: the places in one source where a recipe's idiom stands."""

from __future__ import annotations

import hashlib
import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.recipe.facts import Facts, Known
from codemods.recipe.matcher import Capture
from codemods.recipe.proposals import Edited, Form
from codemods.recipe.search import Match, reads_manifests
from codemods.rust.edits import Edit, ordered
from codemods.rust.source import Position, Source
from codemods.rust.spans import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.recipe.constraints import Condition
    from codemods.recipe.recipe import Recipe
    from codemods.rust.trees import SyntaxTree


ROOT = PurePosixPath()


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One place where `recipe`'s idiom stands; `span` covers the whole of it.

    `id` is a short hash of recipe, path, enclosing item, text and ordinal among equals: it
    survives commits elsewhere in the file. `site["name"]` is what a metavariable captured. `conditions`
    are what the compiler has to say of it: see `constraints.Type`.
    """

    id: str
    recipe: str
    source: Source
    tree: SyntaxTree
    node: Node
    span: Span
    captures: Mapping[str, Capture]
    damaged: bool = False
    conditions: tuple[Condition, ...] = ()

    def __getitem__(self, name: str) -> Capture:
        """Return what `$name` stands for here; raises KeyError for a name the pattern lacks."""
        return self.captures[name]

    @property
    def text(self) -> str:
        """The idiom as it stands in the file."""
        return self.source.text(self.span)

    @property
    def position(self) -> Position:
        """Where the idiom begins, 1-based, columns in characters."""
        return self.source.position(self.span.start)

    def form(
        self, edits: Iterable[Edit], name: str = "plain", min_rust: str | None = None, meaning: str = ""
    ) -> Form:
        """Return a form made of `edits` to this site's file; see `Form`.

        Raises:
            EditConflict: two of the edits overlap.
        """
        return Form((Edited(self.source.path, ordered(edits)),), name, min_rust, meaning)


def find_sites(recipe: Recipe, source: Source, base: PurePosixPath = ROOT) -> tuple[Site, ...]:
    """Return the sites of `recipe` in `source` by position, outer ones first; each place once.

    Their ids count the path from the folder `base`, the root of the workspace.
    """
    path = posixpath.relpath(source.path, base)
    matches: dict[Span, Match] = {}
    for search in recipe.searches:
        if reads_manifests(search) is not source.is_manifest:
            continue
        for match in search.find(source):
            matches.setdefault(match.place, match)
    seen: Counter[tuple[str, str]] = Counter()
    sites: list[Site] = []
    for span in sorted(matches, key=lambda span: (span.start, -span.end)):
        match = matches[span]
        around, text = source.enclosing_item(span), " ".join(source.text(span).split())
        identity = "\0".join([recipe.id, path, around, text, str(seen[around, text])])
        seen[around, text] += 1
        site_id = hashlib.sha256(identity.encode()).hexdigest()[:12]
        sites.append(
            Site(
                site_id,
                recipe.id,
                source,
                match.tree,
                match.node,
                span,
                match.captures,
                match.damaged,
                match.conditions,
            )
        )
    return tuple(sites)


def is_ruled_out(site: Site, facts: Facts) -> bool:
    """Whether the compiler says that the place is no site: a type is another one than the pattern's."""
    answers = [facts.about(site.id, condition.fact) for condition in site.conditions]
    return any(isinstance(answer, Known) and answer.value == "no" for answer in answers)
