"""Types made of a `Context` of a kind are rebuilt, in their usual shapes only."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from codemods.recipes.failure.hand_written import hand_written_types
from codemods.recipes.failure.kinds import KindError, kind_errors, module_path
from codemods.recipes.failure.own_types import TypeRefused

from codemods.rust.edits import apply_edits
from tests.recipes.failure.sources import names_of

BEFORE = """\
use failure::{Backtrace, Context, Fail};

/// What went wrong.
#[derive(Debug)]
pub struct Error {
    inner: Context<Kind>,
}

impl Fail for Error {
    fn cause(&self) -> Option<&dyn Fail> {
        self.inner.cause()
    }

    fn backtrace(&self) -> Option<&Backtrace> {
        self.inner.backtrace()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        DISPLAY
    }
}

impl Error {
    pub fn kind(&self) -> Kind {
        KIND
    }
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Self { inner: Context::new(kind) }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Error {
        Error {
            inner: error.context(Kind::Io),
        }
    }
}

impl From<Context<Kind>> for Error {
    fn from(inner: Context<Kind>) -> Error {
        Error { inner }
    }
}

struct Other {
    inner: u8,
}

impl Other {
    fn inner(&self) -> u8 {
        self.inner
    }
}
"""
AFTER = """\
use failure::{Backtrace, Context, Fail};

/// What went wrong.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error.as_ref() as _)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        DISPLAY
    }
}

impl Error {
    pub fn kind(&self) -> Kind {
        KIND
    }
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Self { kind, source: None }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Error {
        Error {
            kind: Kind::Io,
            source: Some(error.into()),
        }
    }
}

TRAITstruct Other {
    inner: u8,
}

impl Other {
    fn inner(&self) -> u8 {
        self.inner
    }
}
"""
TRAIT = """\
/// Gives the error of a result a kind, and keeps it as the cause.
pub(crate) trait ResultExt<T, E> {
    fn context(self, kind: Kind) -> std::result::Result<T, Error>;
}

impl<T, E> ResultExt<T, E> for std::result::Result<T, E>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn context(self, kind: Kind) -> std::result::Result<T, Error> {
        self.map_err(|error| Error {
            kind,
            source: Some(error.into()),
        })
    }
}

"""
PRINTED = 'write!(f, "{}", self.kind)'


def file(
    text: str, display: str = "Display::fmt(&self.inner, f)", kind: str = "*self.inner.get_context()"
) -> str:
    return text.replace("DISPLAY", display).replace("KIND", kind)


def rebuilt(text: str, uses: frozenset[str] = frozenset()) -> str:
    names = names_of(text)
    (found,) = kind_errors(names)
    assert isinstance(found, KindError), found
    assert not list(hand_written_types(names, claimed=found.claims))
    return apply_edits(names.source.content, found.rewrite(uses).edits).decode()


def test_the_usual_shape_keeps_kind_and_cause() -> None:
    assert rebuilt(file(BEFORE)) == file(AFTER, PRINTED, "self.kind").replace("TRAIT", "")


def test_the_calls_of_context_get_a_trait() -> None:
    after = file(AFTER, PRINTED, "self.kind").replace("TRAIT", TRAIT)

    assert rebuilt(file(BEFORE), frozenset({"context"})) == after


def test_a_closure_gets_the_error() -> None:
    after = rebuilt(file(BEFORE), frozenset({"context", "with_context"}))

    assert "fn with_context<F: FnOnce(&E) -> Kind>(self, kind: F) -> std::result::Result<T, Error>;" in after
    assert "            kind: kind(&error),\n            source: Some(error.into()),\n" in after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("fmt::Display::fmt(&self.inner, f)", PRINTED),
        ("::std::fmt::Display::fmt(&self.inner, f)", PRINTED),
        ("self.inner.fmt(f)", PRINTED),
        ('write!(f, "{}", self.inner)', PRINTED),
    ],
)
def test_the_text_is_that_of_the_kind(before: str, after: str) -> None:
    assert file(AFTER, after, "self.kind").replace("TRAIT", "") == rebuilt(file(BEFORE, before))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("self.inner.get_context().clone()", "self.kind.clone()"),
        ("self.inner.get_context()", "&self.kind"),
    ],
)
def test_the_kind_is_a_field(before: str, after: str) -> None:
    assert file(AFTER, PRINTED, after).replace("TRAIT", "") == rebuilt(file(BEFORE, kind=before))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("self.inner.cause()", "None"),
        ("    inner: Context<Kind>,", "    pub inner: Context<Kind>,"),
        ("#[derive(Debug)]", "#[derive(Debug, Clone)]"),
        ("*self.inner.get_context()", "take(&self.inner)"),
        ("*self.inner.get_context()", "other.inner.kind()"),
        ("Display::fmt(&self.inner, f)", 'write!(f, "{:?}", self.inner)'),
        ("Context::new(kind)", "kind.into()"),
        ("Context::new(kind)", "make(kind)"),
        ("struct Other {", "fn take(error: Error) { let Error { inner } = error; }\nstruct Other {"),
    ],
)
def test_another_shape_is_refused(old: str, new: str) -> None:
    names = names_of(file(BEFORE).replace(old, new))

    (found,) = kind_errors(names)

    assert isinstance(found, TypeRefused)
    assert found.code == "context-value"


def test_a_conversion_of_a_new_context_is_a_value() -> None:
    before = file(BEFORE).replace("Self { inner: Context::new(kind) }", "Error::from(Context::new(kind))")

    after = file(AFTER, PRINTED, "self.kind").replace(
        "Self { kind, source: None }", "Error { kind, source: None }"
    )
    assert rebuilt(before) == after.replace("TRAIT", "")


def test_a_type_with_more_than_a_context_is_not_this_pattern() -> None:
    assert not list(kind_errors(names_of("struct E { a: u8, inner: failure::Context<Kind> }")))
    assert not list(kind_errors(names_of("fn f(x: failure::Context<Kind>) {}")))


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("src/lib.rs", "crate"),
        ("src/error.rs", "crate::error"),
        ("src/a/mod.rs", "crate::a"),
        ("src/a/b.rs", "crate::a::b"),
    ],
)
def test_the_module_of_a_file(path: str, module: str) -> None:
    assert module_path(PurePosixPath(path), PurePosixPath("src/lib.rs")) == module
