"""Write plain enums, with what `thiserror` derives, instead of `quick_error!` declarations.

The enum becomes readable to people and tools; its errors print the same texts and are made from the same
values as before.

    quick_error! {
        #[derive(Debug)]
        pub enum LoadError {
            Io(err: std::io::Error) {
                from()
                cause(err)
                display("cannot read: {}", err)
            }
            TooLong(length: usize) {
                display("{} bytes are too long", length)
            }
        }
    }
    ->
    #[derive(Debug, thiserror::Error)]
    pub enum LoadError {
        #[error("cannot read: {0}")]
        Io(#[from] std::io::Error),
        #[error("{0} bytes are too long")]
        TooLong(usize),
    }

What thiserror does not do the same way is written out: `from()` without a source, conversions with an
expression, a message that is no literal.

    quick_error! {
        #[derive(Debug)]
        enum ParseError {
            Number(err: std::num::ParseIntError) {
                from()
                display("not a number")
            }
        }
    }
    ->
    #[derive(Debug, thiserror::Error)]
    enum ParseError {
        #[error("not a number")]
        Number(std::num::ParseIntError),
    }

    impl From<std::num::ParseIntError> for ParseError {
        fn from(err: std::num::ParseIntError) -> Self {
            Self::Number(err)
        }
    }

Left alone: declarations that another macro makes, documentation examples, re-exports of quick-error, contexts
that several crates of a package share. Where one of these stays, so does the dependency.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codemods.recipe import (
    Applicability,
    Errors,
    Finder,
    ManifestEntry,
    Package,
    Packages,
    Proposal,
    Setting,
    Settings,
    Site,
    recipe,
)

from .finding import NEEDLE, PACKAGE, find_quick_error
from .planning import Plan, with_shared_entries
from .survey import Survey

CODES = {
    "context": "the package's contexts cannot become its own; the reason says why.",
    "example": "it stands in a documentation example.",
    "macro-body": "another macro makes the declaration, out of parts that are not known here.",
    "no-variants": "an enum without variants has nothing to derive from.",
    "other-release": "the package's quick-error is not a 1.x or 2.x of the registry.",
    "path": "it names an item of quick-error for which there is no other.",
    "reexport": "the package offers quick-error's items to others.",
    "still-used": "something else in the package keeps quick-error; the reason names the first such place.",
    "unknown-version": "what the errors print depends on the release of quick-error, which is not known.",
    "unreadable": "the input of the macro is not a declaration that quick-error takes.",
}


@recipe(
    summary="Replace `quick_error!` with enums that derive `thiserror::Error`",
    epoch="2018",
    min_rust="1.37",
    applicability=Applicability.MAYBE_INCORRECT,
    pattern=(Finder(find_quick_error, needles=(NEEDLE,)), ManifestEntry(PACKAGE)),
    codes=CODES,
    crates=(PACKAGE,),
    observes=Errors(),
    settings=(
        Setting(
            "from",
            "keep",
            "what `from()` without a source becomes: `keep` leaves `source()` as it is, `source` makes the"
            " error inside its source (`#[from]`)",
            ("keep", "source"),
        ),
        Setting(
            "description",
            "keep",
            "what becomes of `Error::description` where quick-error is 1.2.2 or older: `keep` writes it out,"
            " `drop` lets it go, unless a message prints one",
            ("keep", "drop"),
        ),
    ),
)
def quick_error(sites: Sequence[Site], settings: Settings, packages: Packages) -> Iterator[Proposal]:
    """Yield what to do about each site; those of one package are looked at together."""
    by_package: dict[Package | None, list[Site]] = {}
    for site in sites:
        by_package.setdefault(packages.owner(site.source.path), []).append(site)
    shared = [site.id for site in by_package.get(None, []) if site.source.is_manifest]
    if shared:
        by_package[None] = [site for site in by_package[None] if site.id not in shared]
    plans = [Plan(Survey(package, found), settings) for package, found in by_package.items() if found]
    proposals = [proposal for plan in plans for proposal in plan.proposals()]
    yield from with_shared_entries(proposals, tuple(shared)) if shared else proposals
