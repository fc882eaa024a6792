"""The texts of the items that are the same for every declaration but for their names.

`$error`, `$kind`, `$state`, `$extension` and `$result` stand for these names; line breaks and margins are put
in when the text goes into a file.
"""

from __future__ import annotations

from string import Template

ERROR = Template("""\
/// An error: what kind it is of, and what caused it.
#[derive(Debug)]
pub struct $error(
    /// The kind of the error.
    pub $kind,
    /// The error that caused this one.
    #[doc(hidden)]
    pub $state,
);""")

STATE = Template("""\
/// What an error holds beside its kind.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct $state {
    /// The next error in the chain.
    pub next_error: Option<Box<dyn std::error::Error + Send>>,
}""")

STATE_WITH_BACKTRACE = Template("""\
/// What an error holds beside its kind.
#[doc(hidden)]
#[derive(Debug)]
pub struct $state {
    /// The next error in the chain.
    pub next_error: Option<Box<dyn std::error::Error + Send>>,
    /// Where the first error of the chain was made, if the environment asks for that.
    pub backtrace: Option<std::sync::Arc<std::backtrace::Backtrace>>,
}

impl $state {
    fn new(next_error: Option<Box<dyn std::error::Error + Send>>) -> $state {
        let next = next_error.as_ref().and_then(|error| error.downcast_ref::<$error>());
        let backtrace = match next {
            Some(error) => error.1.backtrace.clone(),
            None => {
                let backtrace = std::backtrace::Backtrace::capture();
                let is_captured = backtrace.status() == std::backtrace::BacktraceStatus::Captured;
                is_captured.then(|| std::sync::Arc::new(backtrace))
            }
        };
        $state {
            next_error,
            backtrace,
        }
    }
}

impl Default for $state {
    fn default() -> Self {
        $state::new(None)
    }
}""")

_WITH_CHAIN = """\
/// Constructs a chained error from another error and a kind.
pub fn with_chain<E, K>(error: E, kind: K) -> $error
where
    E: std::error::Error + Send + 'static,
    K: Into<$kind>,
{
"""

CHAINED_ALONE = Template(f"""\
{_WITH_CHAIN}    $error(
        kind.into(),
        $state {{
            next_error: Some(Box::new(error)),
        }},
    )
}}""")

METHODS = {
    "from_kind": Template("""\
/// Constructs an error from a kind.
pub fn from_kind(kind: $kind) -> $error {
    $error(kind, $state { next_error: None })
}"""),
    "with_chain": Template(f"""\
{_WITH_CHAIN}    $error::with_boxed_chain(Box::new(error), kind)
}}"""),
    "with_boxed_chain": Template("""\
/// Constructs a chained error from another boxed error and a kind.
pub fn with_boxed_chain<K>(error: Box<dyn std::error::Error + Send>, kind: K) -> $error
where
    K: Into<$kind>,
{
    $error(
        kind.into(),
        $state {
            next_error: Some(error),
        },
    )
}"""),
    "backtrace": Template("""\
/// Returns the backtrace of the error, if there is one.
pub fn backtrace(&self) -> Option<&std::backtrace::Backtrace> {
    $backtrace
}"""),
    "kind": Template("""\
/// Returns the kind of the error.
pub fn kind(&self) -> &$kind {
    &self.0
}"""),
    "iter": Template("""\
/// Iterates over the error chain, this error first.
pub fn iter(&self) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(self);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}"""),
    "display_chain": Template("""\
/// Returns the text of the whole chain: this error, and a line for each of its causes.
pub fn display_chain(&self) -> String {
    let mut text = format!("Error: {}\\n", self);
    let mut cause = std::error::Error::source(self);
    while let Some(error) = cause {
        text += &format!("Caused by: {}\\n", error);
        cause = error.source();
    }
$behind    text
}"""),
    "chain_err": Template("""\
/// Extends the error chain with a new entry.
pub fn chain_err<F, EK>(self, error: F) -> $error
where
    F: FnOnce() -> EK,
    EK: Into<$kind>,
{
    $error::with_chain(self, error())
}"""),
    "description": Template("""\
/// A short description of the error.
pub fn description(&self) -> &str {
    self.0.description()
}"""),
}

BACKTRACE_BEHIND = """\
    if let Some(backtrace) = self.backtrace() {
        text += &format!("{:?}\\n", backtrace);
    }
"""

DISPLAY = Template("""\
impl std::fmt::Display for $error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, f)
    }
}""")

DEREF = Template("""\
impl std::ops::Deref for $error {
    type Target = $kind;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}""")

DESCRIPTION = """\
fn description(&self) -> &str {
    self.0.description()
}"""

SOURCE = """\
fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
    self.1.next_error.as_ref().map(|error| error.as_ref() as _)
}"""

SOURCE_OF_FOREIGN = Template("""\
fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
    match &self.1.next_error {
        Some(error) => Some(error.as_ref()),
$none
    }
}""")

LINKED = Template("""\
$error(
    $kind::$link(error.0),
    $state {
        next_error: error.1.next_error,
    },
)""")

EXTENSION = (
    Template("""\
/// Additional methods for `Result` and `Option`, for easy interaction with this crate.
pub trait $extension<T> {
    /// Makes an error of what `callback` returns, and chains the old error to it.
    fn chain_err<F, EK>(self, callback: F) -> std::result::Result<T, $error>
    where
        F: FnOnce() -> EK,
        EK: Into<$kind>;
}"""),
    Template("""\
impl<T, E> $extension<T> for std::result::Result<T, E>
where
    E: std::error::Error + Send + 'static,
{
    fn chain_err<F, EK>(self, callback: F) -> std::result::Result<T, $error>
    where
        F: FnOnce() -> EK,
        EK: Into<$kind>,
    {
        self.map_err(|error| $error::with_chain(error, callback()))
    }
}"""),
    Template("""\
impl<T> $extension<T> for Option<T> {
    fn chain_err<F, EK>(self, callback: F) -> std::result::Result<T, $error>
    where
        F: FnOnce() -> EK,
        EK: Into<$kind>,
    {
        self.ok_or_else(|| $error::from_kind(callback().into()))
    }
}"""),
)

RESULT = Template("""\
/// Convenient wrapper around `std::result::Result`.
pub type $result<T> = std::result::Result<T, $error>;""")

CONVERSION = Template("""\
impl From<$of> for $to {
    fn from($name: $of) -> Self {
$value
    }
}""")
