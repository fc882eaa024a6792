"""Write out what `error_chain!` made, with `thiserror`, and leave error-chain behind.

The macro made an error with a kind, a chain and conversions. The same items are written out under the
same names: callers match on the same kinds, texts and sources stay, and `chain_err` goes on working.

    fn check(path: &Path) -> Result<()> {
        error_chain::bail!("no file {}", path.display());
    }
    ->
    fn check(path: &Path) -> Result<()> {
        return Err(format!("no file {}", path.display()).into());
    }

A program whose errors nobody looks into (no kinds of its own, no `kind()`, no pattern) gets `anyhow`:
`chain_err(|| text)` becomes `context(text)`, and `quick_main!` and `display_chain` print what they did.

Left alone: a package whose error-chain is older than 0.11, macros that make `error_chain!`,
paths to its trait `ChainedError`, re-exports of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codemods.recipe import (
    Applicability,
    ConversionOf,
    Errors,
    Facts,
    ItemOf,
    Packages,
    Proposal,
    Setting,
    Settings,
    Site,
    recipe,
)

from .finding import PACKAGE, SEARCHES
from .planning import Plan

CODES = {
    "attributes": "an attribute stands before `error_chain!`, and it is not clear which items it is for.",
    "comment": "a comment may be about an import that would go.",
    "doc-example": "it stands in an example of the documentation, where items cannot be written out.",
    "exit-code": "which exit code the function of `quick_main!` returns is not seen in its file.",
    "macro-body": "another macro makes it.",
    "name-clash": "a name that would be imported means something else there.",
    "needs-types": "the setting asks for `anyhow`, but callers look into these errors.",
    "no-replacement": "an item of error-chain is named for which nothing stands in the result.",
    "old-rust": "no release of the crate that is needed builds with the Rust that the package supports.",
    "other-release": "what the macros of this release make is not known: 0.11 and 0.12 are.",
    "other-source": "this error-chain is not the one of the registry.",
    "overlap": "the edits of this change do not go together.",
    "reexport": "the package shows an item of error-chain to its callers.",
    "unparsed": "it is not in a form that is understood.",
    "waits-for": "packages that share errors move together, and something in one of them cannot move.",
}


@recipe(
    summary="Replace `error_chain!` with written error types and `thiserror`, or with `anyhow`",
    epoch="2018",
    min_rust="1.34",
    applicability=Applicability.MAYBE_INCORRECT,
    pattern=SEARCHES,
    codes=CODES,
    crates=(PACKAGE,),
    observes=Errors(),
    facts=(ItemOf("call"), ConversionOf("call")),
    settings=(
        Setting(
            "shape",
            "auto",
            "what programs get: `anyhow` where nobody matches on kinds (auto), or the types written out",
            ("auto", "keep", "anyhow"),
        ),
    ),
)
def error_chain(
    sites: Sequence[Site], facts: Facts, settings: Settings, packages: Packages
) -> Iterator[Proposal]:
    """Yield what to do about each site; those of packages that share errors travel together."""
    yield from Plan(sites, facts, settings, packages).proposals()
