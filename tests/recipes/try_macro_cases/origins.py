"""Whose `try!` it is: std's by any path or name, or somebody else's."""

from codemods.recipe import Unknown
from codemods.recipe.testkit import OWN, STD, UNKNOWN
from tests.recipes.try_macro_cases import becomes, stays

CONTESTED = Unknown("src/macros.rs:3 defines one", contested=True)

CASES = [
    becomes("raw", "r#try!(g());", "g()?;", edition="2018"),
    becomes("raw in 2015", "r#try!(g());", "g()?;"),
    becomes("std", "::std::try!(g());", "g()?;"),
    becomes(
        "core",
        "std::r#try!(g()); core::r#try!(g()); ::std::r#try!(g()); ::core::r#try!(g());",
        "g()?; g()?; g()?; g()?;",
        edition="2021",
    ),
    becomes("path with spaces", ":: std :: try ! (g());", "g()?;"),
    becomes("nested paths", "::std::try!(r#try!(gg()));", "gg()??;"),
    # Imports: the last use takes the import with it.
    becomes(
        "alias",
        "use std::r#try as attempt;\nfn x() -> R { attempt!(g()); Ok(attempt!(attempt!(gg()))) }",
        "fn x() -> R { g()?; Ok(gg()??) }",
    ),
    becomes(
        "alias in 2021",
        "use std::r#try as attempt;\nfn x() -> R { Ok(attempt!(g())) }",
        "fn x() -> R { Ok(g()?) }",
        edition="2021",
    ),
    becomes("plain import", "use std::try;\nfn x() -> R { Ok(try!(g())) }", "fn x() -> R { Ok(g()?) }"),
    becomes(
        "alias in a list",
        "use std::{fmt, r#try as attempt, io};\nfn x() -> R { Ok(attempt!(g())) }",
        "use std::{fmt, io};\nfn x() -> R { Ok(g()?) }",
    ),
    becomes(
        "alias at the start of a list",
        "use std::{r#try as attempt, fmt};\nfn x() -> R { Ok(attempt!(g())) }",
        "use std::fmt;\nfn x() -> R { Ok(g()?) }",
    ),
    becomes(
        "alias at the end of a list",
        "use std::{fmt, r#try as attempt};\nfn x() -> R { Ok(attempt!(g())) }",
        "use std::fmt;\nfn x() -> R { Ok(g()?) }",
    ),
    becomes(
        "alias with a comment in a list, unused",
        "use std::{fmt, r#try /*c*/ as attempt};\nfn x() -> R { ::std::try!(g()); Ok(1) }",
        "use std::{fmt, r#try /*c*/ as attempt};\nfn x() -> R { g()?; Ok(1) }",
    ),
    becomes(
        "alias in a list with another one's comment",
        "use std::{\n    fmt, // text\n    r#try as attempt,\n    io\n};\nfn x() -> R { Ok(attempt!(g())) }",
        "use std::{\n    fmt, // text\n    io\n};\nfn x() -> R { Ok(g()?) }",
    ),
    becomes(
        "alias at the end of a list, behind another one's comment",
        "use std::{\n    fmt, // text\n    r#try as attempt\n};\nfn x() -> R { Ok(attempt!(g())) }",
        "use std::{\n    fmt // text\n};\nfn x() -> R { Ok(g()?) }",
    ),
    becomes(
        "alias alone in a list",
        "use std::{try as attempt};\nfn x() -> R { Ok(attempt!(g())) }",
        "fn x() -> R { Ok(g()?) }",
    ),
    becomes(
        "alias behind a heading of other imports",
        "// std\nuse std::r#try as attempt;\nuse std::fmt;\nfn x() -> R { Ok(attempt!(g())) }",
        "// std\nuse std::fmt;\nfn x() -> R { Ok(g()?) }",
    ),
    becomes(
        "alias behind a comment of something else",
        "// about this file\n\nuse std::r#try as attempt;\n// about x\nfn x() -> R { Ok(attempt!(g())) }",
        "// about this file\n\n// about x\nfn x() -> R { Ok(g()?) }",
    ),
    becomes(
        "another macro of the alias's name in a module, beside the alias",
        "use std::r#try as attempt;\nfn x() -> R { Ok(attempt!(g())) }\n"
        "mod m { macro_rules! attempt { ($e:expr) => { $e } } pub fn y() -> i32 { attempt!(1) } }",
        "fn x() -> R { Ok(g()?) }\n"
        "mod m { macro_rules! attempt { ($e:expr) => { $e } } pub fn y() -> i32 { attempt!(1) } }",
        answers=lambda site, _fact: UNKNOWN if site.text == "attempt!(1)" else STD,
    ),
    becomes(
        "public import stays",
        "pub use std::try as attempt;\nfn x() -> R { Ok(attempt!(g())) }",
        "pub use std::try as attempt;\nfn x() -> R { Ok(g()?) }",
    ),
    becomes(
        "import and a path into std",
        "use std::try;\nfn x() -> R { ::std::try!(g()); Ok(try!(g())) }",
        "fn x() -> R { g()?; Ok(g()?) }",
    ),
    becomes(
        "function called try",
        "fn try() -> R { g() } fn y() -> R { Ok(try!(try())) }",
        "fn try() -> R { g() } fn y() -> R { Ok(try()?) }",
    ),
]

UNCOMPILED = [
    becomes(
        "cfg'd out",
        "#[cfg(windows)] fn x() -> R { Ok(try!(g())) }",
        "#[cfg(windows)] fn x() -> R { Ok(g()?) }",
        answers=UNKNOWN,
    ),
    stays(
        "own macro before the use",
        "macro_rules! try { ($e:expr) => { $e.unwrap() }; }\nfn x() { try!(g()); }",
        "own-macro",
        answers=OWN,
    ),
    stays(
        "own macro after the use",
        "fn x() { try!(g()); }\nmacro_rules! try { ($e:expr) => { $e.unwrap() }; }",
        "own-macro",
        answers=OWN,
    ),
    stays("own macro of another file", "fn x() { try!(g()); try!(try!(h())); }", "own-macro", answers=OWN),
    stays("own macro by path", "fn x() { my::try!(g()); }", "own-macro", answers=OWN),
    stays(
        "unknown, and something else has the name",
        "fn x() { try!(g()); }",
        "unresolved-macro",
        answers=CONTESTED,
    ),
    stays(
        "unknown, and this file defines one",
        "#[cfg(a)] macro_rules! try { ($e:expr) => { $e.unwrap() }; }\n#[cfg(b)] fn x() { try!(g()); }",
        "unresolved-macro",
        answers=UNKNOWN,
    ),
    stays(
        "unknown, and this file imports one",
        "use my::r#try;\n#[cfg(b)] fn x() { r#try!(g()); }",
        "unresolved-macro",
        answers=UNKNOWN,
        edition="2018",
    ),
    stays(
        "unknown, and this file renames one",
        "use my::attempt as try;\n#[cfg(b)] fn x() { try!(g()); }",
        "unresolved-macro",
        answers=UNKNOWN,
    ),
    stays("unknown, by another path", "fn x() { my::try!(g()); }", "unresolved-macro", answers=UNKNOWN),
    stays(
        "std's inside an own one",
        "macro_rules! try { ($($t:tt)*) => { stringify!($($t)*) }; }\nfn x() { try!(::std::try!(g())); }",
        answers=lambda site, _fact: STD if site.text.startswith("::") else OWN,
    ),
    stays(
        "std's inside one that rustc does not report",
        "fn x() { my::try!(try!(g())); }",
        answers=lambda site, _fact: UNKNOWN if site.text.startswith("my") else STD,
    ),
    stays(
        "std's inside one that is contested",
        "fn x() { try!(::std::try!(g())); }",
        answers=lambda site, _fact: STD if site.text.startswith("::") else CONTESTED,
    ),
    becomes(
        "nested where nothing is compiled",
        "#[cfg(windows)] fn x() -> R { Ok(try!(try!(gg()))) }",
        "#[cfg(windows)] fn x() -> R { Ok(gg()??) }",
        answers=UNKNOWN,
    ),
    stays("unknown, and not understood", "fn x() { try!(a b + c); }", "unparsed", answers=UNKNOWN),
    becomes(
        "sum that nothing compiles",
        "fn x() -> R { Ok(try!(it.sum())) }",
        "fn x() -> R { Ok(it.sum::<Result<_, _>>()?) }",
        answers=UNKNOWN,
    ),
    stays(
        "input of a compiler test",
        "fn x() { try!(g()); }",
        "compiler-input",
        answers=UNKNOWN,
        path="tests/ui/try.rs",
    ),
    becomes(
        "unknown, with std's own import",
        "use std::try;\nfn x() -> R { Ok(try!(g())) }",
        "fn x() -> R { Ok(g()?) }",
        answers=UNKNOWN,
    ),
    stays(
        "own macro whose body is std's",
        "macro_rules! try { ($e:expr) => { $e.unwrap() }; }\nfn x() { try!(g()); }",
        "own-macro",
        answers=OWN,
        edition="2018",
    ),
    # An import that cannot go together with its uses.
    stays(
        "alias used elsewhere",
        "use std::try as attempt;\nfn x() -> R { Ok(attempt!(g())) }\nmod y { use super::attempt; }",
        "alias",
    ),
    stays(
        "alias with an attribute",
        "#[cfg(a)] use std::try as attempt;\nfn x() -> R { Ok(attempt!(g())) }",
        "alias",
    ),
    stays(
        "alias for the crate",
        "pub(crate) use std::try as attempt;\nfn x() -> R { Ok(attempt!(g())) }",
        "alias",
    ),
    *(
        stays(f"alias with {kind}", f"{text}\nfn x() -> R {{ Ok(attempt!(g())) }}", "alias")
        for kind, text in [
            ("a comment inside", "use std::{fmt, r#try /*c*/ as attempt};"),
            ("a comment inside, first", "use std::{r#try as /*c*/ attempt, fmt};"),
            ("a comment in its path", "use std:: /*c*/ try as attempt;"),
            ("a comment on its line", "use std::try as attempt; // short"),
            ("a comment in front", "/* short */ use std::try as attempt;"),
            ("a comment above", "// short\nuse std::try as attempt;"),
            ("documentation", "/// doc\nuse std::r#try as attempt;"),
            ("documentation further above", "/// doc\n\nuse std::r#try as attempt;"),
            ("a comment in a list", "use std::{\n    r#try as attempt, // legacy name\n    fmt\n};"),
            ("a comment at the end of a list", "use std::{\n    fmt,\n    r#try as attempt // legacy\n};"),
            ("a comment above in a list", "use std::{\n    // legacy\n    r#try as attempt,\n    fmt\n};"),
        ]
    ),
    *(
        stays(f"another macro of the alias's name in {kind}", text, "own-macro", answers=UNKNOWN)
        for kind, text in [
            ("a module", "use std::r#try as attempt;\nmod m { fn y() { attempt!(1); } }"),
            ("the file of a module", "mod m { use std::r#try as attempt; }\nfn y() { attempt!(1); }"),
            ("a function", "fn x() { use std::r#try as attempt; }\nfn y() { attempt!(1); }"),
        ]
    ),
    stays(
        "unknown, and this file defines one of the alias's name",
        "mod m { macro_rules! attempt { ($e:expr) => { $e } } }\n"
        "use std::r#try as attempt;\n#[cfg(b)] fn x() -> R { Ok(attempt!(g())) }",
        "unresolved-macro",
        answers=UNKNOWN,
    ),
    stays("nothing is imported", "use std::{fmt, try_from as attempt};\nfn x() { attempt!(try as u8) }"),
    stays("somebody else's alias", "use my::try as attempt;\nfn x() -> R { Ok(attempt!(g())) }"),
]
