"""Cases of the recipe `quick-error`: what messages become."""

from __future__ import annotations

from codemods.recipe import (
    Packages,
)
from codemods.recipe.testkit import Case, rewritten
from tests.recipes.quick_error.helpers import TWO, declared, derived, package


def message(name: str, fields: str, display: str, attribute: str, now: str) -> Case:
    """Return the case that a variant's `display` becomes this `#[error(…)]`."""
    before = declared(f"V{fields} {{ display({display}) }}")
    return rewritten(name, before, derived(f"#[error({attribute})]\nV{now},"), packages=TWO)


AB = "(a: String, b: u32)"
MESSAGES = [
    message("text", "", '"plain"', '"plain"', ""),
    message("braces and escapes", "", r'"a {{}} \"b\"\n"', r'"a {{}} \"b\"\n"', ""),
    message("fields in a row", AB, '"{} {:?}", a, b', '"{0} {1:?}"', "(String, u32)"),
    message("indices go through the arguments", AB, '"{0} {1} {0}", b, a', '"{1} {0} {1}"', "(String, u32)"),
    message("named arguments", AB, '"{y} {x:>5}", x = b, y = a', '"{0} {1:>5}"', "(String, u32)"),
    message("captured fields", AB, '"{a}-{b:04}"', '"{0}-{1:04}"', "(String, u32)"),
    message("fields of a struct", " { a: u8, b: u8 }", '"{} {}", b, a', '"{b} {a}"', " { a: u8, b: u8 }"),
    message("width from a field", AB, '"{:>1$}", a, b', '"{:>1$}", .0, .1', "(String, u32)"),
    message("precision from a field", AB, '"{:.*}", b, a', '"{:.*}", .1, .0', "(String, u32)"),
    message("expressions", AB, '"{} {}", a.len(), b + 1', '"{} {}", .0.len(), .1 + 1', "(String, u32)"),
    message("a field's own field", "(a: P)", '"{}", a.b.c', '"{}", .0.b.c', "(P)"),
    message("of a struct too", " { a: P }", '"{}", a.b', '"{}", .a.b', " { a: P }"),
    message(
        "captured beside an expression", AB, '"{a} {}", b + 1', '"{a} {}", .1 + 1, a = .0', "(String, u32)"
    ),
    message(
        "indices beside expressions",
        AB,
        '"{1} {0}", a.len(), b',
        '"{}", format_args!("{1} {0}", .0.len(), .1)',
        "(String, u32)",
    ),
    message(
        "a format that is no literal",
        AB,
        'concat!("a", " {}"), b',
        '"{}", format_args!(concat!("a", " {}"), .1)',
        "(String, u32)",
    ),
    message(
        "the error itself", AB, 'me) -> ("{} {}", me.code(), a', '"{} {}", self.code(), .0', "(String, u32)"
    ),
    message(
        "the error itself, captured",
        AB,
        'me) -> ("{me:?} {}", a',
        '"{me:?} {}", .0, me = self',
        "(String, u32)",
    ),
    message("an address", "(a: P)", '"{:p}", a', '"{:p}", .0', "(P)"),
    message("a captured address", " { a: P }", '"{a:p}"', '"{a:p}", a = .a', " { a: P }"),
    message("a keyword", " { r#type: u8 }", '"{}", r#type', '"{}", .r#type', " { r#type: u8 }"),
    message("a constant", "(a: u8)", '"{} {}", LIMIT, a', '"{} {}", LIMIT, .0', "(u8)"),
    message("a raw string", "(a: u8)", """r#"a "{}" \\n"#, a""", """r#"a "{0}" \\n"#""", "(u8)"),
    message("a trailing comma", "(a: u8)", '"{}", a,', '"{0}"', "(u8)"),
    message(
        "a closure with another parameter", "(a: V)", '"{}", a.m(|x| x + 1)', '"{}", .0.m(|x| x + 1)', "(V)"
    ),
    message("a nested macro", "(a: u8)", '"{}", format!("<{}>", a)', '"{}", format!("<{}>", .0)', "(u8)"),
]


def shown(arm: str, variant: str = "V(u8)") -> str:
    """Return an enum whose `Display` is written out."""
    return f"""#[derive(Debug)]
pub enum E {{
    {variant},
}}

impl std::fmt::Display for E {{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{
        match self {{
            {arm}
        }}
    }}
}}

impl std::error::Error for E {{}}
"""


WRITTEN = [
    rewritten(
        "a parameter of the field's name",
        declared('V(a: u8) { display("{}", x().m(|a| a + 1)) }'),
        shown('Self::V(a) => write!(f, "{}", x().m(|a| a + 1)),'),
        packages=TWO,
    ),
    rewritten(
        "a field that a nested format string names",
        declared('V(a: u8) { display("{}", format!("<{a}>")) }'),
        shown('Self::V(a) => write!(f, "{}", format!("<{a}>")),'),
        packages=TWO,
    ),
    rewritten(
        "a field of the formatter's name",
        declared('V(f: u8) { display("{}", format!("<{f}>")) }'),
        shown('Self::V(f) => write!(formatter, "{}", format!("<{f}>")),').replace(
            "(&self, f:", "(&self, formatter:"
        ),
        packages=TWO,
    ),
    rewritten(
        "`fmt` where the file imports it",
        "use std::fmt;\n" + declared('V(a: u8) { display("{}", format!("<{a}>")) }'),
        "use std::fmt;\n"
        + shown('Self::V(a) => write!(f, "{}", format!("<{a}>")),').replace("std::fmt:", "fmt:"),
        packages=TWO,
    ),
    rewritten(
        "thiserror is there under another name",
        declared('V(a: u8) { display("{}", a) }'),
        shown('Self::V(a) => write!(f, "{}", a),'),
        packages=Packages((package("2.0.1", thiserror="te"),)),
    ),
    rewritten(
        "a field that thiserror would take for the source",
        declared('V { source: u8 } { display("{}", source) }'),
        shown('Self::V { source } => write!(f, "{}", source),', "V { source: u8 }"),
        packages=TWO,
    ),
    rewritten(
        "a source that is an expression",
        declared('V(a: P) { display("v") source(a.inner()) }\nW { display("w") }'),
        """#[derive(Debug)]
pub enum E {
    V(P),
    W,
}

impl std::fmt::Display for E {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::V(..) => write!(f, "v"),
            Self::W => write!(f, "w"),
        }
    }
}

impl std::error::Error for E {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::V(a) => Some(a.inner()),
            _ => None,
        }
    }
}
""",
        packages=TWO,
    ),
]
