"""Replace the deprecated `failure` by `anyhow` and `thiserror`.

TODO
"""

from collections.abc import Iterator, Sequence

from codemods.recipe import (
    Applicability,
    Errors,
    ErrorTrait,
    Facts,
    ManifestEntry,
    Packages,
    Proposal,
    Setting,
    Settings,
    Site,
    recipe,
)

from .finding import SEARCHES
from .methods import FACTS
from .own_types import CODES as TYPE_CODES
from .planning import plan


@recipe(
    summary="Replace `failure` with `anyhow` and `thiserror`, in code and manifests",
    epoch="2018",
    min_rust="1.34",
    applicability=Applicability.MAYBE_INCORRECT,
    pattern=(*SEARCHES, ManifestEntry("failure", "failure_derive")),
    crates=("failure", "failure_derive"),
    facts=FACTS,
    observes=Errors(traits=(ErrorTrait("failure", "Fail"),)),
    settings=(
        Setting("library", "anyhow", "what `failure::Error` becomes", ("anyhow", "thiserror", "keep")),
        Setting("boundary", "refuse", "what to do where a dependency speaks failure", ("refuse", "shim")),
        Setting("ensure_text", "keep", "which text `ensure!(c)` has", ("keep", "new")),
        Setting("reexports", "ask", "what to do about public re-exports", ("ask", "swap")),
        Setting("backtrace", "refuse", "what to do about `backtrace()`", ("refuse", "std")),
        Setting("downcast", "exact", "what a downcast may find", ("exact", "plain")),
    ),
)
def failure(
    sites: Sequence[Site], facts: Facts, settings: Settings, packages: Packages
) -> Iterator[Proposal]:
    """Yield what to do about each site; those of packages that depend on each other travel together."""
    yield from plan(sites, facts, settings, packages)
