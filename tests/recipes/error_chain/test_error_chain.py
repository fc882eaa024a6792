"""The recipe `error-chain`: what it writes, what it leaves, and why."""

from __future__ import annotations

from importlib import import_module

import pytest

from codemods.recipe import Change, Dependency, Needs, NotASite, Package, Retires, Skipped
from codemods.recipe.testkit import Case, cases_of_docstring, check
from tests.recipes.error_chain.helpers import (
    ENTRY,
    change,
    error_chain,
    needed,
    package,
    planned,
    rewritten,
    upgraded,
    workspace,
)

ROOT = "#[macro_use]\nextern crate error_chain;\n\n"
LIBRARY = workspace(package("src/lib.rs"))
PROGRAM = workspace(package("src/main.rs"))
module = import_module("codemods.recipes.error_chain")


def kept(text: str, path: str = "src/lib.rs") -> str:
    """Return the file of a package without others, names kept."""
    found = upgraded({path: text}, workspace(package(path)), settings={"shape": "keep"})
    return found[path]


def written(errors: str) -> str:
    """Return what is written for an `error_chain!` in a library."""
    return kept(f"{ROOT}error_chain! {{\n{errors}\n}}\n")


@pytest.mark.parametrize("case", cases_of_docstring(module.__doc__ or "", "2018"), ids=lambda case: case.name)
def test_the_docstring_tells_the_truth(case: Case) -> None:
    check(error_chain, case)


VARIANTS = {
    "name alone": ("V", '#[error("V")]\n    V,'),
    "empty braces": ("V { }", '#[error("V")]\n    V,'),
    "description": ('V { description("say {}") }', '#[error("say {{}}")]\n    V,'),
    "description of a field": ("V(s: String) { description(s) }", '#[error("{}", .0)]\n    V(String),'),
    "display": ('V(a: u8) { description("d") display("a {}", a) }', '#[error("a {0}")]\n    V(u8),'),
    "display alone": ('V(a: u8) { display("{:?}!", a) }', '#[error("{0:?}!")]\n    V(u8),'),
    "first clause": ('V { display("one") display("two") }', '#[error("one")]\n    V,'),
    "indices": ('V(a: u8, b: u8) { display("{1} {0}", a, b) }', '#[error("{1} {0}")]\n    V(u8, u8),'),
    "swapped": ('V(a: u8, b: u8) { display("{} {}", b, a) }', '#[error("{1} {0}")]\n    V(u8, u8),'),
    "named": ('V(a: u8) { display("{n} {n}", n = a) }', '#[error("{0} {0}")]\n    V(u8),'),
    "captured": ('V(a: u8) { display("{a:>4}") }', '#[error("{0:>4}")]\n    V(u8),'),
    "expression": ('V(a: u8) { display("{}", a + 1) }', '#[error("{}", .0 + 1)]\n    V(u8),'),
    "method": ('V(a: P) { display("{}", a.display()) }', '#[error("{}", .0.display())]\n    V(P),'),
    "width": (
        'V(a: u8, w: usize) { display("{:1$}", a, w) }',
        '#[error("{:1$}", .0, .1)]\n    V(u8, usize),',
    ),
    "struct": ('V { a: u8, } { display("{}", a) }', '#[error("{a}")]\n    V { a: u8 },'),
    "source": ('V { source: u8 } { display("{}", source) }', '#[error("{source}")]\n    V { r#source: u8 },'),
    "generic": ('V(a: M<u8, u8>) { display("{:?}", a) }', '#[error("{0:?}")]\n    V(M<u8, u8>),'),
    "two": ("V W(a: u8)", '#[error("V")]\n    V,\n    #[error("W")]\n    W(u8),'),
    "documented": ("/// Why.\n#[cfg(unix)] V", '/// Why.\n    #[cfg(unix)]\n    #[error("V")]\n    V,'),
    "commented": ('V { // so\n display("v") } // end\n', '// so\n    #[error("v")]\n    V, // end'),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_prints_the_same(name: str) -> None:
    errors, expected = VARIANTS[name]
    assert f"\n    {expected}\n" in written(f"errors {{ {errors} }}")


def test_line_breaks_within_strings_are_not_indented() -> None:
    errors = 'V(a: u8) { display("a\n  b {}\\\n   c", a) } W { description("w\nx") }'
    text = written(f"errors {{ {errors} }}")
    assert '#[error("a\n  b {0}\\\n   c")]' in text
    assert '#[error("w\nx")]' in text
    assert 'ErrorKind::W => "w\nx",' in text

    by_hand = written(f"errors {{ {errors} {UNPRINTABLE['closure'].replace('V', 'X', 1)} }}")
    assert 'write!(f, "a\n  b {}\\\n   c", a)' in by_hand


def test_a_long_attribute_has_its_arguments_below_each_other() -> None:
    text = f"{'text ' * 20}{{}} {{}}"
    expected = f'    #[error(\n        "{text}",\n        .0.len(),\n        .0 + 1,\n    )]\n    V(T),'
    assert expected in written(f'errors {{ V(a: T) {{ display("{text}", a.len(), a + 1) }} }}')


def test_comments_stay_with_what_they_are_about() -> None:
    text = written(
        "    // First.\n    errors {\n        V { // in V\n        }\n        // W\n        W\n    }\n"
        "    // Links.\n    foreign_links {\n        Io(io::Error); // Io\n"
        "        // Fmt\n        Fmt(fmt::Error);\n"
        "        // Rest.\n    }\n"
    )
    assert '    // First.\n    // in V\n    #[error("V")]\n    V,' in text
    assert '    // W\n    #[error("W")]\n    W,' in text
    assert "    // Links.\n    #[error(transparent)]\n    Io(io::Error), // Io" in text
    assert "    // Fmt\n    #[error(transparent)]\n    Fmt(fmt::Error)," in text
    assert text.count("// Rest.") == 1


def test_line_breaks_are_those_of_the_file() -> None:
    code = (
        f"{ROOT}error_chain! {{\n    errors {{\n        /// Why.\n        // So.\n"
        '        V(a: u8) {\n            display("{}\n x",\n                a + // one\n                1)\n'
        "        }\n    }\n}\nfn f() -> Result<()> {\n    ensure!(\n        ok,\n        1\n    );\n}\n"
    )
    assert kept(code.replace("\n", "\r\n")) == kept(code).replace("\n", "\r\n")


def test_an_if_among_the_arguments_is_one_for_thiserror_too() -> None:
    clause = 'display("{} {x}", LIMIT, x = if *a { "yes" } else { "no" })'
    expected = '#[error("{} {x}", LIMIT, x = if *.0 { "yes" } else { "no" })]'
    assert expected in written(f"errors {{ V(a: bool) {{ {clause} }} }}")


UNPRINTABLE = {
    "receiver": 'V(a: u8) { display(me) -> ("{} {}", a, me.description()) }',
    "closure": 'V(a: Vec<u8>) { display("{}", a.iter().map(|x| x + 1).sum::<u8>()) }',
    "address": 'V(a: u8) { display("{:p}", a) }',
    "concat": 'V(a: u8) { display(concat!("{}", "!"), a) }',
    "captured constant": 'V(a: u8) { display("{LIMIT} {}", a) }',
    "nested capture": 'V(a: u8) { display("{}", format!("{a}")) }',
    "backtrace": "V(a: ::std::backtrace::Backtrace)",
}


@pytest.mark.parametrize("name", UNPRINTABLE)
def test_what_thiserror_would_print_otherwise_is_written_out(name: str) -> None:
    text = written(f"errors {{ {UNPRINTABLE[name]} }}")
    assert "impl std::fmt::Display for ErrorKind" in text
    assert "thiserror" not in text


def test_links_convert_and_chain_as_before() -> None:
    text = written("links { Other(other::Error, other::ErrorKind) #[cfg(unix)]; }")

    assert '#[cfg(unix)]\n    #[error("{0}")]\n    Other(other::ErrorKind),' in text
    assert "#[cfg(unix)]\nimpl From<other::Error> for Error {" in text
    assert "next_error: error.1.next_error," in text
    assert "#[cfg(unix)]\nimpl From<other::ErrorKind> for ErrorKind {" in text


def test_foreign_links_are_transparent() -> None:
    text = written('foreign_links { Io(::std::io::Error) #[doc = "Files."]; }')

    assert "/// Files.\n    #[error(transparent)]\n    Io(::std::io::Error)," in text
    assert "impl From<::std::io::Error> for Error {" in text
    assert "None => std::error::Error::source(&self.0)," in text


def test_names_are_those_of_the_types_section() -> None:
    text = written("types { E, K, X, R; } skip_msg_variant errors { V }")

    assert "pub struct E(" in text
    assert "pub enum K {" in text
    assert "pub trait X<T> {" in text
    assert "pub type R<T> = std::result::Result<T, E>;" in text
    assert "Msg" not in text
    assert "From<&str>" not in text
    assert "pub type" not in written("types { E, K, X; }")


def test_a_library_keeps_its_api_and_a_program_what_it_uses() -> None:
    errors = "error_chain! { errors { V } }\n"
    call = "fn f() -> Result<()> { None.chain_err(|| ErrorKind::V) }\n"

    library, program = kept(ROOT + errors), kept(ROOT + errors, "src/main.rs")

    for method in ("with_boxed_chain", "kind", "iter", "chain_err", "description"):
        assert f"pub fn {method}" in library
        assert f"pub fn {method}" not in program
    assert "#[non_exhaustive]" in library
    assert "non_exhaustive" not in program
    assert "trait ResultExt" in library
    assert "trait ResultExt" not in program
    assert "trait ResultExt" in kept(ROOT + errors + call, "src/main.rs")


def test_what_a_private_module_shows_nobody_is_left_out() -> None:
    files = {
        "src/lib.rs": f"{ROOT}mod errors;\npub use errors::{{Error, ErrorKind, Result}};\n",
        "src/errors.rs": "error_chain! {}\n",
    }
    assert "trait ResultExt" not in upgraded(files, LIBRARY)["src/errors.rs"]
    files["src/lib.rs"] = f"{ROOT}pub mod errors;\n"
    assert "trait ResultExt" in upgraded(files, LIBRARY)["src/errors.rs"]


def test_the_second_form_is_as_the_macro_wrote_it() -> None:
    found = upgraded({"src/lib.rs": f"{ROOT}error_chain! {{}}\n"}, LIBRARY, form=1)["src/lib.rs"]

    assert '#[doc(hidden)]\n    #[error("")]\n    __Nonexhaustive {},' in found
    assert "#[allow(dead_code)]\nimpl Error {" in found


CALLS = {
    "literal": ('bail!("a {}");', 'return Err("a {}".into());'),
    "format": ('bail!("a {}", 1);', 'return Err(format!("a {}", 1).into());'),
    "value": ("bail!(make());", "return Err(make().into());"),
    "path": ("bail!(ErrorKind::V(1));", "return Err(ErrorKind::V(1).into());"),
    "operator": ("bail!(&a);", "return Err((&a).into());"),
    "addition": ('bail!("a".to_string() + b);', 'return Err(("a".to_string() + b).into());'),
    "macro": ('bail!(format!("{}", a));', 'return Err(format!("{}", a).into());'),
    "turbofish": ("bail!(make::<A, B>(1));", "return Err(make::<A, B>(1).into());"),
    "qualified": ('error_chain::bail!("a");', 'return Err("a".into());'),
    "in an arm": ('match a { _ => bail!("a"), }', 'match a { _ => return Err("a".into()), }'),
    "braces": ('bail! { "a" } b();', 'return Err("a".into()); b();'),
    "comment": ('bail!(/* why */ "a");', 'return Err(/* why */ "a".into());'),
    "ensure": ('ensure!(ok, "a");', 'if !ok {\n        return Err("a".into());\n    }'),
    "ensure operator": (
        'ensure!(a == b, "a {}", c);',
        'if !(a == b) {\n        return Err(format!("a {}", c).into());\n    }',
    ),
    "ensure call": ("ensure!(a.b()?, make());", "if !a.b()? {\n        return Err(make().into());\n    }"),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_of_a_macro_is_written_out(name: str) -> None:
    before, after = CALLS[name]
    text = kept(f"{ROOT}fn f() -> Result<()> {{\n    {before}\n}}\n")
    assert text == f"fn f() -> Result<()> {{\n    {after}\n}}\n"


@pytest.mark.parametrize(("returns", "arm"), [("()", "Ok(()) => 0,"), ("i32", "Ok(code) => code,")])
def test_main_prints_and_exits_as_before(returns: str, arm: str) -> None:
    text = kept(f"{ROOT}quick_main!(run);\nfn run() -> Result<{returns}> {{ work() }}\n", "src/main.rs")

    assert arm in text
    assert "std::process::exit(match run() {" in text
    assert 'eprint!("{}", error.display_chain());' in text
    assert "quick_main" not in text


def test_a_closure_as_main_is_called() -> None:
    text = kept(f"{ROOT}quick_main!(|| -> Result<()> {{ work() }});\n", "src/main.rs")
    assert "    let run = || -> Result<()> { work() };\n    std::process::exit(match run() {" in text


def test_calls_in_a_closure_as_main_are_written_out_too() -> None:
    text = kept(f'{ROOT}quick_main!(|| -> Result<()> {{ bail!("a") }});\n', "src/main.rs")
    assert 'let run = || -> Result<()> { return Err("a".into()) };' in text


def test_inner_macros_that_were_imported_go() -> None:
    names = "error_chain, error_chain_processing, impl_error_chain_kind, impl_extract_backtrace"
    text = kept(f"use error_chain::{{{names}}};\nerror_chain! {{}}\n")
    assert text.startswith("/// An error")
    assert kept("use error_chain::*;\nfn f() { bail!(1) }\n") == "fn f() { return Err(1.into()) }\n"


def test_the_edition_2015_gets_an_extern_crate() -> None:
    packages = workspace(package("src/lib.rs", edition="2015"))
    found = upgraded({"src/lib.rs": f"{ROOT}error_chain! {{}}\n"}, packages)["src/lib.rs"]
    assert "extern crate thiserror;\n" in found
    assert "error_chain" not in found


def test_imports_go_and_a_comment_above_them_stays() -> None:
    text = kept(
        "// About errors.\nuse error_chain::{bail, ChainedError};\nuse std::io;\nfn f() { bail!(1) }\n"
    )
    assert text == "// About errors.\nuse std::io;\nfn f() { return Err(1.into()) }\n"


PROGRAM_FILES = {
    "src/main.rs": ROOT + "mod errors;\nuse errors::*;\nquick_main!(run);\n"
    'fn run() -> Result<()> { read().chain_err(|| "no {}")?; bail!("a {}") }\n',
    "src/errors.rs": "error_chain! { foreign_links { Io(::std::io::Error); } }\n",
}


def test_a_program_that_looks_into_no_error_gets_anyhow() -> None:
    found = change(planned(PROGRAM_FILES, PROGRAM))
    result = upgraded(PROGRAM_FILES, PROGRAM)

    assert [form.name for form in found.forms] == [
        "anyhow",
        "names-kept",
        "names-kept-in-full",
        "written-by-hand",
    ]
    assert needed(found.forms[0]) == {"anyhow": "1"}
    assert result["src/errors.rs"] == "pub use anyhow::Result;\n"
    assert 'read().context("no {}")?; bail!("a {{}}")' in result["src/main.rs"]
    assert "use anyhow::{bail, Context as _};" in result["src/main.rs"]
    assert 'eprintln!("Caused by: {}", cause);' in result["src/main.rs"]
    assert "`anyhow`" in found.notes[0]


LOOKS = {
    "kinds": ("src/errors.rs", "error_chain! { errors { V } }\n"),
    "no messages": ("src/errors.rs", "error_chain! { skip_msg_variant }\n"),
    "a kind": ("src/main.rs", 'fn g(e: ErrorKind) { bail!("a") }\n'),
    "a constructor": ("src/main.rs", 'fn g() { Error::with_chain(a, "b"); bail!("a") }\n'),
    "main": ("src/main.rs", 'fn main() -> Result<()> { bail!("a") }\n'),
    "description": ("src/main.rs", 'fn g(e: Error) { e.description(); bail!("a") }\n'),
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_program_that_looks_into_its_errors_keeps_the_types(name: str) -> None:
    path, text = LOOKS[name]
    files = {**PROGRAM_FILES, path: (ROOT if path.endswith("main.rs") else "") + text}
    found = change(planned(files, PROGRAM))

    assert [form.name for form in found.forms][:2] == ["names-kept", "names-kept-in-full"]
    asked = planned(files, PROGRAM, {"shape": "anyhow"})
    assert {each.code for each in asked if isinstance(each, Skipped)} == {"needs-types"}


def test_the_last_form_needs_no_thiserror() -> None:
    form = change(planned({"src/lib.rs": f"{ROOT}error_chain! {{}}\n"}, LIBRARY)).forms[-1]

    assert needed(form) == {}
    assert form.min_rust is None


def test_lints_before_the_macro_stay_and_conditions_are_refused() -> None:
    text = kept(f"{ROOT}#[allow(missing_docs)]\nerror_chain! {{}}\n")
    assert text.startswith("#[allow(missing_docs)]\n/// An error:")


def test_the_errors_of_a_program_beside_a_library_are_no_api() -> None:
    packages = workspace(package("src/lib.rs", "src/main.rs"))
    files = {
        "src/lib.rs": f"{ROOT}pub fn f() -> Result<(), String> {{ bail!(1) }}\n",
        "src/main.rs": f"{ROOT}mod errors;\nuse errors::*;\nfn f() -> Result<()> {{ bail!(1) }}\n",
        "src/errors.rs": "error_chain! { errors { V } }\n",
    }
    assert "non_exhaustive" not in upgraded(files, packages)["src/errors.rs"]


def test_a_library_never_gets_anyhow_by_itself() -> None:
    found = change(planned({"src/lib.rs": f"{ROOT}error_chain! {{}}\n"}, LIBRARY))
    assert [form.name for form in found.forms] == ["names-kept", "names-kept-in-full", "written-by-hand"]


def test_a_kind_that_std_has_is_no_kind_of_ours() -> None:
    main = PROGRAM_FILES["src/main.rs"] + "use std::io::{self, ErrorKind};\nfn g(e: ErrorKind) {}\n"
    assert change(planned({**PROGRAM_FILES, "src/main.rs": main}, PROGRAM)).forms[0].name == "anyhow"


def test_a_name_that_is_taken_keeps_the_types() -> None:
    work = 'mod m {\nuse errors::*;\nuse other::bail;\nfn f() -> Result<u8> { error_chain::bail!("a") }\n}\n'
    files = {**PROGRAM_FILES, "src/work.rs": f"macro_rules! ensure {{ () => {{}} }}\n{work}"}
    assert change(planned(files, PROGRAM)).forms[0].name == "anyhow"
    files["src/work.rs"] = 'use errors::*;\nfn f() -> Result<u8> { g().chain_err::<_, _>(|| "a") }\n'
    assert change(planned(files, PROGRAM)).forms[0].name == "names-kept"


def test_an_io_kind_is_no_kind_of_ours() -> None:
    main = PROGRAM_FILES["src/main.rs"] + "fn g(e: io::Error) -> bool { e.kind() == io::ErrorKind::Other }\n"
    assert change(planned({**PROGRAM_FILES, "src/main.rs": main}, PROGRAM)).forms[0].name == "anyhow"


def test_texts_that_become_errors_are_made_by_anyhow() -> None:
    work = (
        "use errors::*;\n"
        'fn f() -> Result<u8> {\n    Err("a {}".into())\n}\n'
        'fn g() -> Result<u8> {\n    Err(format!("b {}", 1).into())\n}\n'
        'fn h() -> Result<u8, String> {\n    Err("c".into())\n}\n'
        "fn i() -> Result<u8> {\n    bail!(1)\n}\n"
    )
    result = upgraded({**PROGRAM_FILES, "src/work.rs": work}, PROGRAM)["src/work.rs"]

    assert 'Err(anyhow::anyhow!("a {{}}"))' in result
    assert 'Err(anyhow::anyhow!("b {}", 1))' in result
    assert 'Err("c".into())' in result


@pytest.mark.parametrize(
    ("into", "is_changed"), [("crate::errors::Error", True), ("std::string::String", False)]
)
def test_the_compiler_says_what_a_text_becomes(into: str, is_changed: bool) -> None:
    work = 'use errors::*;\nfn f() -> Made {\n    Err("a".into())\n}\nfn g() -> Made {\n    bail!(1)\n}\n'
    files = {**PROGRAM_FILES, "src/work.rs": work}
    found = change(planned(files, PROGRAM, items={"into": f"<&str as Into<{into}>>"}))
    assert ('anyhow::anyhow!("a")' in rewritten(files, found.forms[0])["src/work.rs"]) is is_changed


CANONICAL = {
    "src/main.rs": ROOT + "error_chain! {}\nfn main() { if let Err(ref e) = run() {\n"
    "    for e in e.iter().skip(1) {}\n    if let Some(b) = e.backtrace() {}\n} }\n"
}


def test_the_chain_and_the_backtrace_of_a_main_are_kept() -> None:
    items = {name: f"crate::{{impl}}::{name}" for name in ("iter", "backtrace")}
    found = change(planned(CANONICAL, PROGRAM, items=items))
    opaque, tidy = (rewritten(CANONICAL, form)["src/main.rs"] for form in found.forms[:2])

    assert "e.chain().skip(1)" in opaque
    assert "= Some(e.backtrace()).filter(|it| it.status() == " in opaque
    assert len(found.sites) == 4
    assert "pub fn iter(&self)" in tidy
    assert "self.1.backtrace.as_deref()" in tidy
    assert "Error(kind, State::new(None))" in tidy
    assert found.forms[1].min_rust == "1.65"


def test_without_its_feature_there_is_no_backtrace() -> None:
    entry = Dependency("error-chain", "error-chain", requirement="0.12", default_features=False)
    items = {name: f"crate::{{impl}}::{name}" for name in ("iter", "backtrace")}
    found = change(planned(CANONICAL, workspace(package("src/main.rs", entry=entry)), items=items))
    opaque, tidy = (rewritten(CANONICAL, form)["src/main.rs"] for form in found.forms[:2])

    assert "= None::<&std::backtrace::Backtrace> {" in opaque
    assert "-> Option<&std::backtrace::Backtrace> {\n        None\n    }" in tidy


def test_methods_of_others_are_nobodys_business() -> None:
    items = {"iter": "std::slice::{impl}::iter", "backtrace": "other::Error::backtrace"}
    found = planned(CANONICAL, PROGRAM, items=items)
    opaque, tidy = (rewritten(CANONICAL, form)["src/main.rs"] for form in change(found).forms[:2])

    assert "e.iter().skip(1)" in opaque
    assert "backtrace" not in tidy.partition("fn main")[0]


CONTEXTS = {
    "literal": ('.chain_err(|| "a {}")', '.context("a {}")'),
    "format": ('.chain_err(|| format!("a {}", 1))', '.with_context(|| format!("a {}", 1))'),
    "variable": (".chain_err(|| name)", ".with_context(|| String::from(name))"),
    "reference": (".chain_err(|| &name[..])", ".with_context(|| String::from(&name[..]))"),
    "function": (".chain_err(make)", ".with_context(make)"),
    "block": ('.chain_err(|| { "a" })', '.with_context(|| { "a" })'),
    "moving": (".chain_err(move || make(a))", ".with_context(move || make(a))"),
    "comma": ('.chain_err(\n        || "a", // why\n    )', '.context(\n        "a", // why\n    )'),
    "next line": ('\n        .chain_err(|| "a")', '\n        .context("a")'),
}


@pytest.mark.parametrize("name", CONTEXTS)
def test_a_chained_error_becomes_a_context(name: str) -> None:
    before, after = CONTEXTS[name]
    main = f"use errors::*;\nfn f() -> Result<u8> {{\n    g(){before}\n}}\n"
    result = upgraded({**PROGRAM_FILES, "src/work.rs": main}, PROGRAM)["src/work.rs"]
    assert (
        result == f"use anyhow::Context as _;\nuse errors::*;\nfn f() -> Result<u8> {{\n    g(){after}\n}}\n"
    )


REFUSED = {
    "other-release": (
        f"{ROOT}error_chain! {{}}\n",
        Dependency("error-chain", "error-chain", resolved=("0.10.0",)),
    ),
    "other-source": (f"{ROOT}error_chain! {{}}\n", Dependency("error-chain", "error-chain", source="git")),
    "no-replacement": (f"{ROOT}fn f(e: error_chain::Backtrace) {{}}\n", ENTRY),
    "reexport": ("pub use error_chain::bail;\n", ENTRY),
    "unparsed": (f"{ROOT}error_chain! {{ errors {{ 1 }} }}\n", ENTRY),
    "attributes": (f"{ROOT}#[cfg(unix)]\nerror_chain! {{}}\n", ENTRY),
    "macro-body": (f"{ROOT}macro_rules! m {{ () => {{ error_chain! {{}} }} }}\n", ENTRY),
    "exit-code": (f"{ROOT}quick_main!(other::run);\n", ENTRY),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_upgraded_is_refused_with_all_that_waits_for_it(code: str) -> None:
    text, entry = REFUSED[code]
    manifest = '[dependencies]\nerror-chain = "0.12"\n'
    packages = workspace(package("src/lib.rs", entry=entry))
    found = planned({"src/lib.rs": text, "Cargo.toml": manifest}, packages)

    assert not any(isinstance(each, Change) for each in found)
    assert code in {each.code for each in found if isinstance(each, Skipped)}
    assert all(isinstance(each, Skipped | NotASite) for each in found)


def test_an_example_stays_and_holds_nothing_back() -> None:
    text = f'{ROOT}/// ```\n/// use error_chain::bail;\n/// ```\nfn f() {{ bail!("a") }}\n'
    found = planned({"src/lib.rs": text}, LIBRARY)

    assert [each.code for each in found if isinstance(each, Skipped)] == ["doc-example"]
    assert len(change(found).sites) == 2


def test_every_code_is_explained() -> None:
    assert set(REFUSED) <= set(error_chain.codes)
    assert "waits-for" in error_chain.codes


def test_another_crates_macros_are_nobodys_business() -> None:
    found = planned({"src/lib.rs": 'use anyhow::bail;\nfn f() { bail!("a") }\n'}, LIBRARY)
    assert found == ()
    found = planned({"src/lib.rs": 'fn f() { bail!("a"); ensure!(a, "b"); }\n'}, LIBRARY)
    assert [type(each) for each in found] == [NotASite]


def members() -> tuple[Package, Package, Package]:
    """Return a library, a program that depends on it, and a package that has to do with neither."""
    return (
        package("src/lib.rs", name="base", folder="base"),
        package("src/main.rs", name="tool", folder="tool", dependencies=(Dependency("base", "base"),)),
        package("src/lib.rs", name="other", folder="other"),
    )


def test_packages_that_share_errors_move_together() -> None:
    files = {
        "base/src/lib.rs": f"{ROOT}error_chain! {{}}\n",
        "tool/src/main.rs": f"{ROOT}error_chain! {{ links {{ Base(base::Error, base::ErrorKind); }} }}\n",
        "other/src/lib.rs": f"{ROOT}error_chain! {{}}\n",
    }
    found = planned(files, workspace(*members()))

    changes = [each for each in found if isinstance(each, Change)]
    paths = sorted(sorted(str(file.path) for file in each.forms[0].files) for each in changes)
    assert paths == [["base/src/lib.rs", "tool/src/main.rs"], ["other/src/lib.rs"]]
    kinds = [
        sorted(type(each).__name__ for each in form.dependencies) for each in changes for form in each.forms
    ]
    assert ["Needs", "Needs", "Retires", "Retires"] in kinds


def test_a_package_that_cannot_move_holds_back_those_of_its_group_alone() -> None:
    files = {
        "base/src/lib.rs": f"{ROOT}pub use error_chain::Backtrace;\n",
        "tool/src/main.rs": f'{ROOT}fn f() {{ bail!("a") }}\n',
        "other/src/lib.rs": f"{ROOT}error_chain! {{}}\n",
    }
    found = planned(files, workspace(*members()))

    assert len([each for each in found if isinstance(each, Change)]) == 1
    assert {each.code for each in found if isinstance(each, Skipped)} == {"reexport", "waits-for"}


def test_a_dependency_that_no_code_uses_is_retired_alone() -> None:
    found = change(planned({"Cargo.toml": '[dependencies]\nerror-chain = "0.12"\n'}, LIBRARY))

    assert found.forms[0].files == ()
    assert [type(each) for each in found.forms[0].dependencies] == [Retires]


def test_an_old_rust_gets_the_older_thiserror() -> None:
    packages = workspace(package("src/lib.rs", rust_version="1.56"))
    form = change(planned({"src/lib.rs": f"{ROOT}error_chain! {{}}\n"}, packages)).forms[0]
    assert [each.requirement for each in form.dependencies if isinstance(each, Needs)] == ["1"]
