"""The recipe `quick-error` on its cases."""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePosixPath

import pytest

from codemods.recipe import (
    Change,
    Dependency,
    Edit,
    Edited,
    Facts,
    Needs,
    Package,
    Packages,
    Proposal,
    Retires,
    Site,
    Skipped,
    Source,
    Target,
    find_sites,
)
from codemods.recipe.testkit import Case, cases_of_docstring, check, rewritten, untouched
from codemods.rust.edits import apply_edits

# Found by the path it has when installed, which type checkers do not see in the checkout.
module = import_module("codemods.recipes.quick_error")
quick_error = module.quick_error


def package(
    *versions: str,
    edition: str = "2021",
    requirement: str = "*",
    thiserror: str = "",
    source: str = "registry",
) -> Package:
    """Return a library that is locked to these versions of quick-error."""
    dependencies = [
        Dependency("quick-error", "quick-error", requirement=requirement, resolved=versions, source=source)
    ]
    if thiserror:
        dependencies.append(Dependency(thiserror, "thiserror", resolved=("2.0.21",)))
    return Package(
        "given",
        PurePosixPath("Cargo.toml"),
        edition,
        targets=(Target("given", "lib", PurePosixPath("src/lib.rs")),),
        dependencies=tuple(dependencies),
    )


ONE = Packages((package("1.2.3"),))
TWO = Packages((package("2.0.1"),))
OLD = Packages((package("1.2.2"),))


def declared(variants: str, name: str = "E") -> str:
    """Return an invocation of the macro that declares these variants."""
    lines = "".join(f"        {line}\n" for line in variants.splitlines())
    return f"quick_error! {{\n    #[derive(Debug)]\n    pub enum {name} {{\n{lines}    }}\n}}\n"


def derived(variants: str, name: str = "E") -> str:
    """Return an enum with these variants that derives `Error`."""
    lines = "".join(f"    {line}\n" for line in variants.splitlines())
    return f"#[derive(Debug, thiserror::Error)]\npub enum {name} {{\n{lines}}}\n"


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

LAYOUT = [
    rewritten(
        "comments, documentation and blank lines stay",
        """quick_error! {
    /// What went wrong.
    // not for the reader
    #[derive(Clone, Debug)] // both
    #[allow(dead_code)]
    enum E {
        /// One.
        A { display("a") } // behind

        // before
        B(/* in */ x: u8) {
            // inside
            display("b")
        }
        /* last */
    }
}
""",
        """/// What went wrong.
// not for the reader
#[derive(Clone, Debug, thiserror::Error)] // both
#[allow(dead_code)]
enum E {
    /// One.
    #[error("a")]
    A, // behind

    // before
    /* in */
    // inside
    #[error("b")]
    B(u8),
    /* last */
}
""",
        packages=TWO,
    ),
    rewritten(
        "in a module, with parentheses, without a derive",
        'mod m {\n    quick_error!(enum E { A { display("a") } });\n}\n',
        "mod m {\n    #[derive(thiserror::Error)]\n    enum E {\n"
        '        #[error("a")]\n        A,\n    }\n}\n',
        packages=TWO,
    ),
    rewritten(
        "tabs and carriage returns",
        "mod m {\r\n\tquick_error! {\r\n\t\t#[derive(Debug)]\r\n"
        '\t\tenum E { A { display("a") } }\r\n\t}\r\n}\r\n',
        "mod m {\r\n\t#[derive(Debug, thiserror::Error)]\r\n"
        '\tenum E {\r\n\t\t#[error("a")]\r\n\t\tA,\r\n\t}\r\n}\r\n',
        packages=TWO,
    ),
    rewritten(
        "a long message takes a line an argument, a long variant a line a field",
        declared(
            f"V(a: {'A' * 50}, b: {'B' * 50}) {{"
            f' display("{"x" * 60} {{}} {{}}", a.to_uppercase(), b.to_lowercase()) }}'
        ),
        derived(
            f'#[error(\n    "{"x" * 60} {{}} {{}}",\n    .0.to_uppercase(),\n    .1.to_lowercase()\n)]\n'
            f"V(\n    {'A' * 50},\n    {'B' * 50},\n),"
        ),
        packages=TWO,
    ),
    rewritten(
        "a line break in a text stays as it is",
        "mod m {\n    quick_error! {\n        #[derive(Debug)]\n"
        '        enum E { A(x: u8) { display("a\nb {}", x) } }\n    }\n}\n',
        "mod m {\n    #[derive(Debug, thiserror::Error)]\n    enum E {\n"
        '        #[error("a\nb {0}")]\n        A(u8),\n    }\n}\n',
        packages=TWO,
    ),
    rewritten(
        "imports go with their declarations",
        "use quick_error::quick_error;\nuse std::io;\n\n" + declared('A { display("a") }'),
        "use std::io;\n\n" + derived('#[error("a")]\nA,'),
        packages=TWO,
    ),
    rewritten(
        "an import of everything goes",
        "use quick_error::*;\nuse std::io;\n\n" + declared('A { display("a") }'),
        "use std::io;\n\n" + derived('#[error("a")]\nA,'),
        packages=TWO,
    ),
    rewritten(
        "`extern crate` goes",
        "#[macro_use]\nextern crate quick_error;\nextern crate libc;\n\n" + declared('A { display("a") }'),
        "extern crate libc;\n\n" + derived('#[error("a")]\nA,'),
        packages=TWO,
    ),
    rewritten(
        "`extern crate` becomes thiserror's in edition 2015",
        "#[macro_use]\nextern crate quick_error;\n\n" + declared('A { display("a") }'),
        "extern crate thiserror;\n\n" + derived('#[error("a")]\nA,'),
        edition="2015",
        packages=Packages((package("2.0.1", edition="2015"),)),
    ),
    rewritten(
        "contexts become the crate's own",
        "use quick_error::ResultExt;\n\n"
        + declared(
            'V(path: P, err: Io) {\n    display("v")\n    context(p: &\'a Q, err: Io) -> (p.into(), err)\n}'
        )
        + "fn read(p: &Q) -> Result<(), E> { Ok(open(p).context(p)?) }\n",
        derived('#[error("v")]\nV(P, Io),')
        + """
impl<'a> From<Context<&'a Q, Io>> for E {
    fn from(Context(p, err): Context<&'a Q, Io>) -> Self {
        Self::V(p.into(), err)
    }
}

/// An error, and what was being done when it came up.
#[derive(Debug)]
pub(crate) struct Context<X, E>(pub(crate) X, pub(crate) E);

/// Adds a context to the error of a result.
pub(crate) trait ResultExt<T, E> {
    fn context<X>(self, context: X) -> Result<T, Context<X, E>>;
}

impl<T, E> ResultExt<T, E> for Result<T, E> {
    fn context<X>(self, context: X) -> Result<T, Context<X, E>> {
        self.map_err(|err| Context(context, err))
    }
}
fn read(p: &Q) -> Result<(), E> { Ok(open(p).context(p)?) }
""",
        packages=TWO,
        is_file=True,
    ),
]

LEFT = [
    untouched(
        "made by another macro",
        "macro_rules! e { () => { quick_error! { enum E { A {} } } } }",
        code="macro-body",
        packages=TWO,
    ),
    untouched(
        "variables of another macro",
        "m! { quick_error! { enum $name { A {} } } }",
        code="macro-body",
        packages=TWO,
    ),
    untouched(
        "an example",
        "/// ```\n/// #[macro_use] extern crate quick_error;\n"
        "/// quick_error! { #[derive(Debug)] enum E { A {} } }\n/// ```\nfn f() {}",
        code="example",
        packages=TWO,
    ),
    untouched("offered to others", "pub use quick_error::ResultExt;", code="reexport", packages=TWO),
    untouched("no declaration", "quick_error! { struct S { a: u8 } }", code="unreadable", packages=TWO),
    untouched("no clause", declared("A { what() }"), code="unreadable", packages=TWO),
    untouched("a generic enum", "quick_error! { enum E<T> { A(t: T) {} } }", code="unreadable", packages=TWO),
    untouched(
        "no variants", "quick_error! { #[derive(Debug)] enum E { } }", code="no-variants", packages=TWO
    ),
    untouched(
        "an older release",
        declared("A {}"),
        code="other-release",
        packages=Packages((package("0.2.2"),)),
    ),
    untouched(
        "somebody else's",
        declared("A {}"),
        code="other-release",
        packages=Packages((package("2.0.1", source="git"),)),
    ),
    untouched(
        "several releases",
        declared("A {}"),
        code="unknown-version",
        packages=Packages((package("1.2.2", "1.2.3"),)),
    ),
    untouched(
        "nothing locked",
        declared("A {}"),
        code="unknown-version",
        packages=Packages((package(requirement="1"),)),
    ),
    untouched(
        "a context whose names are taken",
        "use quick_error::ResultExt;\nstruct Context;\n"
        + declared('V(a: A, b: B) { display("v") context(a: A, b: B) -> (a, b) }'),
        code="context",
        packages=TWO,
    ),
    untouched("a path to an item", "fn f() { quick_error::thing(); }", code="path", packages=TWO),
    untouched("the file's own macro", "macro_rules! quick_error { () => {} }\nquick_error! {}", packages=TWO),
]

CASES = [*MESSAGES, *WRITTEN, *CLAUSES, *LAYOUT, *LEFT]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_quick_error(case: Case) -> None:
    check(quick_error, case)


@pytest.mark.parametrize("case", cases_of_docstring(module.__doc__ or ""), ids=lambda case: case.name)
def test_the_docstring_tells_the_truth(case: Case) -> None:
    check(quick_error, case)


def test_every_code_has_a_case() -> None:
    used = {case.code for case in CASES if case.code is not None}
    assert used | {"still-used"} == set(quick_error.codes)


# Several files


def planned(
    files: dict[str, str], given: Package, settings: dict[str, object] | None = None
) -> tuple[dict[str, Site], tuple[Proposal, ...]]:
    """Return the sites by id, and what is proposed."""
    sources = [Source(PurePosixPath(path), text.encode(), given.edition) for path, text in files.items()]
    sites = [site for source in sources for site in find_sites(quick_error, source)]
    return {site.id: site for site in sites}, quick_error.plan(
        sites, Facts({}), settings or {}, Packages((given,))
    )


MANIFEST = '[package]\nname = "given"\n\n[dependencies]\nquick-error = "2"\n'
ROOT = "#[macro_use]\nextern crate quick_error;\nmod a;\nmod b;\n"
A, B = declared('A { display("a") }', "A"), declared('B { display("b") }', "B")


def test_declarations_move_one_by_one_and_the_dependency_after_them() -> None:
    files = {"Cargo.toml": MANIFEST, "src/lib.rs": ROOT, "src/a.rs": A, "src/b.rs": B}
    sites, proposals = planned(files, package("2.0.1"))

    first, second, closing = [each for each in proposals if isinstance(each, Change)]
    assert [str(sites[id].source.path) for id in first.sites + second.sites] == ["src/a.rs", "src/b.rs"]
    assert closing.requires == {first.id, second.id}
    assert {str(sites[id].source.path) for id in closing.sites} == {"Cargo.toml", "src/lib.rs"}
    manifest = PurePosixPath("Cargo.toml")
    assert first.forms[0].dependencies == (Needs(manifest, "thiserror", "2", instead_of="quick-error"),)
    assert closing.forms[0].dependencies == (Retires(manifest, "quick-error"),)


def test_a_declaration_that_stays_keeps_what_it_needs() -> None:
    files = {
        "Cargo.toml": MANIFEST,
        "src/lib.rs": ROOT,
        "src/a.rs": A,
        "src/b.rs": "quick_error! { nothing }\n",
    }
    sites, proposals = planned(files, package("2.0.1"))

    assert [len(each.sites) for each in proposals if isinstance(each, Change)] == [1]
    left = {
        (str(sites[id].source.path), each.code)
        for each in proposals
        if isinstance(each, Skipped)
        for id in each.sites
    }
    assert left == {("src/b.rs", "unreadable"), ("src/lib.rs", "still-used"), ("Cargo.toml", "still-used")}
    reason = next(
        each.reason for each in proposals if isinstance(each, Skipped) and each.code == "still-used"
    )
    assert "src/b.rs:1" in reason


WORKSPACE = """[workspace]
members = ["one", "two"]

[workspace.dependencies]
quick-error = "2"
"""


@pytest.mark.parametrize("second", [B, "quick_error! { nothing }\n"], ids=["all move", "one stays"])
def test_the_entry_of_the_workspace_goes_with_the_last_member(second: str) -> None:
    entry = Dependency("quick-error", "quick-error", resolved=("2.0.1",))
    members = tuple(
        Package(name, PurePosixPath(name, "Cargo.toml"), dependencies=(entry,)) for name in ("one", "two")
    )
    files = {"Cargo.toml": WORKSPACE, "one/src/lib.rs": ROOT + A, "two/src/lib.rs": ROOT + second}
    sources = [Source(PurePosixPath(path), text.encode()) for path, text in files.items()]
    sites = [site for source in sources for site in find_sites(quick_error, source)]
    (shared,) = [site.id for site in sites if site.source.is_manifest]

    proposals = quick_error.plan(sites, Facts({}), {}, Packages(members))

    (settling,) = [each for each in proposals if shared in each.sites]
    if second == B:
        assert isinstance(settling, Change)
        assert len(settling.requires) == len(members)
    else:
        assert isinstance(settling, Skipped)
        assert settling.code == "still-used"


def test_a_description_that_a_message_prints_is_never_dropped() -> None:
    own = declared('A { display(x) -> ("{}", x.description()) description("a") }', "A")
    _, proposals = planned({"src/a.rs": own, "src/b.rs": B}, package("1.2.2"), {"description": "drop"})

    changes = [each for each in proposals if isinstance(each, Change)]
    assert all("fn description(&self)" in edit.text for change in changes[:2] for edit in _edits(change))


def _edits(change: Change) -> list[Edit]:
    return [edit for file in change.forms[0].files if isinstance(file, Edited) for edit in file.edits]


def test_edition_2015_moves_at_once() -> None:
    files = {"Cargo.toml": MANIFEST, "src/lib.rs": ROOT, "src/a.rs": A, "src/b.rs": B}
    sites, proposals = planned(files, package("2.0.1", edition="2015"))

    (change,) = proposals
    assert isinstance(change, Change)
    assert set(change.sites) == set(sites)


def test_edition_2015_has_both_crates_where_one_declaration_stays() -> None:
    files = {"src/lib.rs": ROOT, "src/a.rs": A, "src/b.rs": "quick_error! { nothing }\n"}
    _, proposals = planned(files, package("2.0.1", edition="2015"))

    (change,) = [each for each in proposals if isinstance(each, Change)]
    assert _text(change, "src/lib.rs", ROOT).startswith(
        "#[macro_use]\nextern crate quick_error;\nextern crate thiserror;\n"
    )


def test_contexts_are_defined_once_and_imported_elsewhere() -> None:
    user = (
        "use quick_error::{Context, ResultExt};\nfn f() -> Result<(), Context<u8, u8>> { g().context(2) }\n"
    )
    context = declared('A(a: u8, b: u8) { display("a") context(a: u8, b: u8) -> (a, b) }', "A")
    _, proposals = planned({"src/lib.rs": ROOT, "src/a.rs": context, "src/b.rs": user}, package("2.0.1"))

    (change,) = proposals
    assert isinstance(change, Change)
    assert _text(change, "src/b.rs", user).startswith("use crate::a::{Context, ResultExt};\n")
    assert "pub(crate) trait ResultExt" in _text(change, "src/a.rs", context)


def test_a_conversion_from_a_context_that_nobody_makes_goes_and_is_named() -> None:
    context = declared('A(a: u8, b: u8) { display("a") context(a: u8, b: u8) -> (a, b) }', "A")
    _, proposals = planned({"src/a.rs": context}, package("2.0.1"))

    change = next(each for each in proposals if isinstance(each, Change))
    assert _text(change, "src/a.rs", context) == derived('#[error("a")]\nA(u8, u8),', "A")
    assert any("`Context` is gone" in note for note in change.notes)


def test_a_form_without_thiserror_is_there_where_rustc_rejects_the_first() -> None:
    _, proposals = planned({"src/a.rs": A}, package("2.0.1"))

    change = next(each for each in proposals if isinstance(each, Change))
    assert [form.name for form in change.forms] == ["derived", "written"]
    assert change.forms[1].dependencies == ()


@pytest.mark.parametrize(
    ("variant", "version", "words"),
    [
        ("A", "1.2.3", "still prints its Debug text"),
        ("A", "1.2.2", "still prints its description or its name"),
        (
            'A(e: E) { cause(e) display("a") }',
            "1.2.3",
            "`source()` now returns what only `cause()` returned (A)",
        ),
        ('A(e: E) { from() display("a") }', "2.0.1", "because `#[from]` would add a source"),
    ],
)
def test_notes_say_what_differs_or_was_decided(variant: str, version: str, words: str) -> None:
    _, proposals = planned({"src/a.rs": declared(variant)}, package(version))

    change = next(each for each in proposals if isinstance(each, Change))
    assert any(words in note for note in change.notes)


def _text(change: Change, path: str, before: str) -> str:
    files = [each for each in change.forms[0].files if isinstance(each, Edited) and str(each.path) == path]
    return apply_edits(before.encode(), files[0].edits).decode()
