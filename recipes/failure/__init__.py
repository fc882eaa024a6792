"""Replace the deprecated `failure` by `anyhow` for opaque errors and `thiserror` for own types.

`failure` came before `std::error::Error` had a `source`, and is not maintained since 2020: its errors are
no errors for anybody else. Errors that only travel become `anyhow::Error`; types that callers can
match on derive `thiserror::Error`, or implement std's trait by hand as they did `Fail`.

    use failure::{bail, Error};

    pub fn check(name: &str) -> Result<(), Error> {
        if name.is_empty() {
            bail!("no name in {}");
        }
        Ok(())
    }
    ->
    use anyhow::{bail, Error};

    pub fn check(name: &str) -> Result<(), Error> {
        if name.is_empty() {
            bail!("no name in {{}}");
        }
        Ok(())
    }

Messages stay what they are, also where the two crates read the same macro in another way:
`bail!` of failure does not format a single argument. Own types keep their texts and causes:

    use failure::Fail;

    #[derive(Debug, Fail)]
    #[fail(display = "cannot read {}: {}", path, cause)]
    pub struct ReadError {
        path: String,
        #[cause]
        cause: std::io::Error,
    }
    ->
    #[derive(Debug, thiserror::Error)]
    #[error("cannot read {path}: {cause}")]
    pub struct ReadError {
        path: String,
        #[source]
        cause: std::io::Error,
    }

All mentions in packages that depend on each other move in one change, with imports, manifests and lock
file. One that cannot move holds back the rest, but not the own types that failure still accepts. What a
method is called on is the compiler's answer: `cause()` of an error and of an own type differ.

Left alone: `Context`, `Compat` and `SyncFailure` as types, backtraces, what a library re-exports, and
whatever meets a dependency that still returns errors of failure.
"""

from collections.abc import Iterator, Sequence

from codemods.recipe import (
    Applicability,
    Compiles,
    ConversionOf,
    Errors,
    ErrorTrait,
    Facts,
    ItemOf,
    ManifestEntry,
    Packages,
    Proposal,
    Setting,
    Settings,
    Site,
    TypeOf,
    recipe,
)

from .boundaries import ask_std_error
from .finding import SEARCHES
from .planning import plan
from .public_paths import with_public_paths

CODES = {
    "as-fail": "`AsFail` has no counterpart.",
    "attribute-clash": "a field or variant has an attribute that `thiserror` would take for its own.",
    "backtrace": "failure's backtraces are types of its own; `--set failure.backtrace=std` takes std's.",
    "backtrace-field": "the type holds a backtrace, and not all code that handles it is understood.",
    "backtrace-shown": "the message prints the backtrace.",
    "captured-name": "the message of a type names something of the surrounding code.",
    "cause-body": "a hand-written `cause` does more than hand out a field.",
    "comment": "a comment stands in an import that would go.",
    "comment-inside": "a comment stands inside of what is replaced, and has no place afterwards.",
    "compat": "`Compat` makes one flat message of an error, on purpose.",
    "context-value": "a `Context` is kept as a value, for which there is no type elsewhere.",
    "debug-text": "a message prints an error by `{:?}` or with a width, which reads differently now.",
    "dependency-speaks": "a dependency elsewhere returns errors of failure; it must move first.",
    "display-argument": "the arguments of a message are not all fields.",
    "downcast-context": "a context may hide what a downcast looks for; anyhow's looks below it.",
    "ensure-text": "`ensure!` prints its condition, whose layout by rustc is not certain.",
    "enum-display": "a display attribute stands on the enum itself, where it never had a meaning.",
    "extension-trait": "`ResultExt` is named as a trait.",
    "fail-attribute": "a `fail` attribute has a form that is not understood.",
    "fail-method": "an `impl Fail` has a method that the trait does not have.",
    "fail-trait": "`Fail` is named where it is not clear what takes its place.",
    "foreign-source": "this failure is not the one of the registry.",
    "format-string": "the message of a type is not understood as a format string.",
    "format-width": "an error is printed with a width or precision, which anyhow ignores.",
    "item": "an item of failure is named for which there is nothing elsewhere.",
    "kind-value": "an error itself, no result, is given a kind.",
    "library": "the setting says that `failure::Error` stays.",
    "macro-arguments": "a macro hands its arguments on to one of failure's.",
    "macro-fields": "a macro repeats the fields that a message names by position.",
    "macro-list": "`#[macro_use]` lists the macros that it takes.",
    "macro-message": "a macro's caller writes the message, or the attributes of the type.",
    "method": "the method has no counterpart.",
    "name-clash": "a name that an import would give is taken.",
    "no-std": "the crate does without std.",
    "optional-dependency": "failure is optional here: what its feature means to callers is a decision.",
    "other-version": "it is not failure 0.1.",
    "overlap": "the edits of this change do not go together.",
    "pointer-format": "the message prints an address.",
    "public-error": "`failure::Error` is part of a public signature, which the setting asks about.",
    "reexport": "the library shows an item of failure to its callers.",
    "renamed-dependency": "the manifest gives failure another name.",
    "rust-version": "no release of the crates that are needed supports the package's Rust.",
    "sync-failure": "`SyncFailure` has no counterpart.",
    "two-contexts": "a file gives errors kinds and other contexts by the same method.",
    "two-macros": "two crates bring a macro of this name.",
    "type-name": "`name()` of an error has no counterpart.",
    "unknown-receiver": "nothing tells what a method is called on.",
    "unknown-type": "the derive does not stand at a type that is understood.",
    "unparsed": "it is not in a form that is understood.",
    "waits-for": "it moves together with something that cannot move.",
}


@recipe(
    summary="Replace `failure` with `anyhow` and `thiserror`, in code and manifests",
    epoch="2018",
    min_rust="1.34",
    applicability=Applicability.MAYBE_INCORRECT,
    pattern=(*SEARCHES, ManifestEntry("failure", "failure_derive")),
    crates=("failure", "failure_derive"),
    facts=(
        ItemOf("call"),
        TypeOf("receiver"),
        TypeOf("argument"),
        TypeOf("call"),
        ItemOf("receiver"),
        ConversionOf(""),
        Compiles(ask_std_error),
    ),
    observes=Errors(traits=(ErrorTrait("failure", "Fail"),)),
    codes=CODES,
    settings=(
        Setting(
            "library",
            "anyhow",
            "what becomes of `failure::Error`: anyhow's; in public signatures of a library a question; or"
            " nothing, only own types move",
            ("anyhow", "thiserror", "keep"),
        ),
        Setting(
            "boundary",
            "refuse",
            "where a dependency returns errors of failure: wait for it, or take them apart into messages",
            ("refuse", "shim"),
        ),
        Setting(
            "ensure_text",
            "keep",
            "the message of `ensure!(condition)`: as it is, or anyhow's own, which shows the values",
            ("keep", "new"),
        ),
        Setting(
            "reexports",
            "ask",
            "what a library exports of failure: a question, or anyhow's item in its place",
            ("ask", "swap"),
        ),
        Setting(
            "backtrace",
            "refuse",
            "`backtrace()` of an error: leave it, or take std's, which prints differently",
            ("refuse", "std"),
        ),
        Setting(
            "downcast",
            "exact",
            "a downcast of an error with contexts: find what it found, or what stands below them too",
            ("exact", "plain"),
        ),
    ),
)
def failure(
    sites: Sequence[Site], facts: Facts, settings: Settings, packages: Packages
) -> Iterator[Proposal]:
    """Yield what to do about each site; those of packages that depend on each other travel together."""
    yield from plan(sites, with_public_paths(facts), settings, packages)
