"""Cases of the recipe `quick-error`: layout and imports, and what is left."""

from __future__ import annotations

from codemods.recipe import (
    Packages,
)
from codemods.recipe.testkit import rewritten, untouched
from tests.recipes.quick_error.helpers import TWO, declared, derived, package

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
