"""Examples in documentation."""

from codemods.recipe import Unknown
from codemods.recipe.testkit import UNKNOWN
from tests.recipes.try_macro_cases import becomes, stays


def doc(*lines: str, info: str = "", prefix: str = "///") -> str:
    """Return a function with an example of `lines` in its documentation."""
    text = [f"```{info}", *lines, "```"]
    return "".join(f"{prefix} {line}".rstrip() + "\n" for line in text) + "pub fn documented() {}\n"


UNCOMPILED = [
    becomes("example", doc("let x = try!(g());"), doc("let x = g()?;")),
    becomes(
        "hidden lines",
        doc("# fn f() -> R {", "try!(g());", "# try!(h());", "# Ok(1) }"),
        doc("# fn f() -> R {", "g()?;", "# h()?;", "# Ok(1) }"),
    ),
    *(
        becomes(f"fence {info}", doc("try!(g());", info=info), doc("g()?;", info=info))
        for info in ("rust", "no_run", "should_panic", "edition2015", "edition2018", "rust,no_run")
    ),
    becomes(
        "operand on its own lines", doc("try!(", "    of(1,", "        2)", ");"), doc("of(1,", "    2)?;")
    ),
    becomes(
        "operand on its own hidden lines",
        doc("# try!(", "#     of(1,", "#         2)", "# );"),
        doc("# of(1,", "#     2)?;"),
    ),
    becomes("trailing comment", doc("try!(g() // why", ");"), doc("g()?; // why")),
    becomes("nested", doc("try!(try!(gg()).map(|x| x));"), doc("gg()?.map(|x| x)?;")),
    becomes("parentheses", doc("try!(-N(1));"), doc("(-N(1))?;")),
    becomes("inside println", doc('println!("{}", try!(g()));'), doc('println!("{}", g()?);')),
    becomes("inner documentation", "//! ```\n//! try!(g());\n//! ```\n", "//! ```\n//! g()?;\n//! ```\n"),
    becomes(
        "block documentation",
        "/**\n```\ntry!(g());\n```\n*/\nfn x() {}\n",
        "/**\n```\ng()?;\n```\n*/\nfn x() {}\n",
    ),
    becomes(
        "indented method",
        "impl T {\n    /// ```\n    /// try!(g());\n    /// ```\n    fn x() {}\n}\n",
        "impl T {\n    /// ```\n    /// g()?;\n    /// ```\n    fn x() {}\n}\n",
    ),
    becomes("CRLF", doc("try!(", "    g()", ");").replace("\n", "\r\n"), doc("g()?;").replace("\n", "\r\n")),
    becomes(
        "code and example",
        doc("try!(g());") + "fn x() -> R { Ok(try!(g())) }\n",
        doc("g()?;") + "fn x() -> R { Ok(g()?) }\n",
    ),
    becomes(
        "Markdown page",
        "# Title\n\nUse try!(x).\n\n```rust\ntry!(g());\n```\n",
        "# Title\n\nUse try!(x).\n\n```rust\ng()?;\n```\n",
        path="README.md",
        is_file=True,
    ),
    becomes(
        "ignored example, when told to",
        doc("try!(g());", info="ignore"),
        doc("g()?;", info="ignore"),
        settings={"ignored_examples": True},
    ),
    becomes("not compiled", doc("try!(g());"), doc("g()?;"), answers=UNKNOWN),
    stays(
        "inside a macro that is not understood",
        doc("cfg_if! { if #[cfg(a)] { fn x() -> R {", "    Ok(try!(g()))", "} } }"),
        "unknown-macro",
    ),
    becomes("assertion", doc("assert!(try!(b()));"), doc("assert!(b()?);")),
    becomes(
        "collect that nothing compiles",
        doc("let v: Vec<u8> = try!(it.collect());"),
        doc("let v: Vec<u8> = it.collect::<Result<_, _>>()?;"),
        answers=UNKNOWN,
    ),
    stays("ignored example", doc("try!(g());", info="ignore"), "ignored-example"),
    becomes(
        "ignored on another target",
        doc("try!(g());", info="ignore-windows"),
        doc("g()?;", info="ignore-windows"),
    ),
    stays("example that must fail", doc("try!(g());", info="compile_fail"), "compile-fail"),
    stays("example that must fail with a code", doc("try!(g());", info="compile_fail,E0277"), "compile-fail"),
    stays("text", doc("try!(g());", info="text")),
    stays("another language", doc("try!(g());", info="c")),
    stays(
        "macro of the example's own",
        doc("macro_rules! try { ($e:expr) => { $e }; }", "try!(g());"),
        "own-macro",
    ),
    stays("contested", doc("try!(g());"), "unresolved-macro", answers=Unknown("lib.rs:1", contested=True)),
    stays("kept", doc("// codemod: keep", "try!(g());"), "kept"),
    stays("prose in a Markdown page", "Use `try!(x)`.\n", path="README.md", is_file=True),
]
