"""Cases of the recipe `quick-error`: conversions, causes, descriptions, contexts."""

from __future__ import annotations

from codemods.recipe import (
    Packages,
)
from codemods.recipe.testkit import rewritten
from tests.recipes.quick_error.helpers import OLD, ONE, TWO, declared, derived, package

IO_FROM = """
impl From<Io> for E {
    fn from(err: Io) -> Self {
        Self::V(err)
    }
}
"""
CLAUSES = [
    rewritten(
        "silent throughout",
        declared("A {}\nB(x: u8)\nC"),
        '#[derive(Debug, thiserror::Error)]\n#[error("{self:?}")]\n'
        "pub enum E {\n    A,\n    B(u8),\n    C,\n}\n",
        packages=ONE,
    ),
    rewritten(
        "silent in part",
        declared('A {}\nB { display("b") }'),
        derived('#[error("{self:?}")]\nA,\n#[error("b")]\nB,'),
        packages=ONE,
    ),
    rewritten(
        "a source that is made from",
        declared('V(err: Io) { from() source(err) display("v") }'),
        derived('#[error("v")]\nV(#[from] Io),'),
        packages=TWO,
    ),
    rewritten(
        "a cause of 1.x",
        declared('V(a: u8, err: Io) { cause(err) display("v") description("old") }'),
        derived('#[error("v")]\nV(u8, #[source] Io),'),
        packages=ONE,
    ),
    rewritten(
        "a trait object in a box",
        declared('V(err: Box<dyn Error + Send + Sync>) { source(&**err) display("v") }'),
        derived('#[error("v")]\nV(#[source] Box<dyn Error + Send + Sync>),'),
        packages=TWO,
    ),
    rewritten(
        "made from what is no source",
        declared('V(err: Io) { from() display("v") }'),
        derived('#[error("v")]\nV(Io),') + IO_FROM,
        packages=TWO,
    ),
    rewritten(
        "made from what shall be a source",
        declared('V(err: Io) { from() display("v") }'),
        derived('#[error("v")]\nV(#[from] Io),'),
        packages=TWO,
        settings={"from": "source"},
    ),
    rewritten(
        "made from a text, which is no source",
        declared('V(err: String) { from() display("v") }'),
        derived('#[error("v")]\nV(String),') + IO_FROM.replace("Io", "String"),
        packages=TWO,
        settings={"from": "source"},
    ),
    rewritten(
        "no `#[from]` in edition 2015",
        declared('V(err: Io) { from() source(err) display("v") }'),
        derived('#[error("v")]\nV(#[source] Io),') + IO_FROM,
        edition="2015",
        packages=Packages((package("2.0.1", edition="2015"),)),
    ),
    rewritten(
        "conversions of all kinds",
        declared(
            'Unit { from(Fmt) display("u") }\n'
            'T(a: String, b: i32) { from(c: i32) -> (c.to_string(), c) display("t") }\n'
            'S { a: i32 } { from(x: u8) -> { a: x.into() } display("s") }'
        ),
        derived('#[error("u")]\nUnit,\n#[error("t")]\nT(String, i32),\n#[error("s")]\nS { a: i32 },')
        + """
impl From<Fmt> for E {
    fn from(_: Fmt) -> Self {
        Self::Unit
    }
}

impl From<i32> for E {
    fn from(c: i32) -> Self {
        Self::T(c.to_string(), c)
    }
}

impl From<u8> for E {
    fn from(x: u8) -> Self {
        Self::S { a: x.into() }
    }
}
""",
        packages=TWO,
    ),
    rewritten(
        "a condition on a variant stands at its conversion too",
        declared('#[cfg(unix)]\nV(err: Io) { from() display("v") }'),
        derived('#[cfg(unix)]\n#[error("v")]\nV(Io),') + IO_FROM.replace("\nimpl", "\n#[cfg(unix)]\nimpl"),
        packages=TWO,
    ),
    rewritten(
        "a condition on the invocation stands at each item",
        "#[cfg(unix)]\n" + declared('V(err: Io) { from() display("v") }'),
        "#[cfg(unix)]\n"
        + derived('#[error("v")]\nV(Io),')
        + IO_FROM.replace("\nimpl", "\n#[cfg(unix)]\nimpl"),
        packages=TWO,
    ),
    rewritten(
        "a wrapped enum",
        "quick_error! {\n    /// Says it.\n    #[derive(Debug)]\n    pub enum Outer wraps Inner {\n"
        '        A { display("a") }\n    }\n}\n',
        "/// Says it.\n#[derive(Debug, thiserror::Error)]\n#[error(transparent)]\n"
        "pub struct Outer(#[from] Inner);\n\n"
        '/// Says it.\n#[derive(Debug, thiserror::Error)]\nenum Inner {\n    #[error("a")]\n    A,\n}\n',
        packages=TWO,
    ),
    rewritten(
        "up to 1.2.2 the description is printed, and told",
        declared('A { description("a {}") }\nB'),
        """#[derive(Debug)]
pub enum E {
    A,
    B,
}

impl std::fmt::Display for E {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::A => write!(f, "a {{}}"),
            Self::B => write!(f, "B"),
        }
    }
}

impl std::error::Error for E {
    #[allow(deprecated)]
    fn description(&self) -> &str {
        match self {
            Self::A => "a {}",
            Self::B => "B",
        }
    }
}
""",
        packages=OLD,
    ),
    rewritten(
        "up to 1.2.2 the description is printed, and may be dropped",
        declared('A { description("a {}") }\nB(x: Io) { description(x.name()) }\nC'),
        derived('#[error("a {{}}")]\nA,\n#[error("{}", .0.name())]\nB(Io),\n#[error("C")]\nC,'),
        packages=OLD,
        settings={"description": "drop"},
    ),
]
