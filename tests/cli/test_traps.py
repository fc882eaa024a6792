"""What looks like the idiom and is not, or is and must be treated with care: judged by site in one run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Command, Ran
from tests.cli.workspaces import below, manifest
from tests.vcs.repos import git, make_repository

pytestmark = pytest.mark.cargo

DEPRECATED = '#[deprecated(since = "1.39.0", note = "use the `?` operator instead")]'
F = "pub fn {name}(t: &str) -> Result<i32, ::std::num::ParseIntError> {{ Ok({body}) }}\n"
OWN = "macro_rules! try { ($e:expr) => (match $e { Ok(v) => v, Err(e) => return Err(e) }) }\n"


def function(name: str, body: str = "try!(t.parse::<i32>())") -> str:
    return F.format(name=name, body=body)


OWN_IN_ONE_MODULE = {
    "Cargo.toml": manifest("own-module"),
    "src/lib.rs": f"pub mod own;\npub mod stds;\n{function('root')}",
    "src/own.rs": function("before") + OWN + function("after"),
    "src/stds.rs": function("f"),
}
OWN_EXPORTED = {
    "Cargo.toml": manifest("own-exported"),
    "src/lib.rs": function("root") + "#[macro_export]\n" + OWN + "pub mod inner;\n",
    "src/inner.rs": function("f"),
}
MACROS_OF_A_MEMBER = {
    "Cargo.toml": manifest("uses-own", '[dependencies]\nown-exported = { path = "../own-exported" }\n'),
    "src/lib.rs": "#[macro_use]\nextern crate own_exported;\n" + function("f"),
}
WITH_STDS_NOTE = {
    "Cargo.toml": manifest("disguised"),
    "src/lib.rs": f"#![allow(useless_deprecated)]\n{DEPRECATED}\n{OWN}{function('f')}",
}
SHARED_BY_TARGETS = {
    "Cargo.toml": manifest("shared-targets"),
    "src/lib.rs": "pub mod shared;\n",
    "src/main.rs": f'{OWN}mod shared;\nfn main() {{ let _ = shared::f("1"); }}\n',
    "src/shared.rs": function("f"),
}
OWN_IN_TESTS = {
    "Cargo.toml": manifest("own-in-tests"),
    "src/lib.rs": f"#[cfg(test)]\n{OWN}{function('f')}",
}
MACRO_BODIES = {
    "Cargo.toml": manifest("bodies"),
    "src/lib.rs": """\
macro_rules! of_std { ($e:expr) => { try!($e) } }
macro_rules! unused { ($e:expr) => { try!($e) } }
macro_rules! both { ($e:expr) => { try!($e) } }
"""
    + function("a", "of_std!(t.parse::<i32>())")
    + function("b", "both!(t.parse::<i32>())")
    + "pub mod own {\n"
    + OWN
    + function("c", "both!(t.parse::<i32>())")
    + "}\n",
}
INSIDE_MACROS = {
    "Cargo.toml": manifest("inside"),
    "src/lib.rs": """\
#[macro_use]
mod tokens;
macro_rules! count { () => (0); ($t:tt $($r:tt)*) => (1 + count!($($r)*)); }
"""
    + function("a", '{ println!("{}", try!(t.parse::<i32>())); 1 }')
    + function("b", "stringify!(try!(x)).len() as i32")
    + function("c", "{ assert!(try!(t.parse::<i32>()) > 0); 1 }")
    + function("d", "count!(try!(t.parse::<i32>()))")
    + function("e", "elsewhere!(try!(t.parse::<i32>()))")
    + function("f", "vec![try!(t.parse::<i32>())][0]"),
    "src/tokens.rs": "macro_rules! elsewhere { (try ! $t:tt) => (1); ($e:expr) => ($e); }\n",
}
EXAMPLES = {
    "Cargo.toml": manifest("docs"),
    "README.md": '```rust\nfn f() -> Result<i32, std::num::ParseIntError> { Ok(try!("1".parse())) }\n```\n',
    "src/lib.rs": """\
/// ```
/// fn f() -> Result<i32, std::num::ParseIntError> { Ok(try!("1".parse())) }
/// ```
pub fn passes() {}
/// ```
/// fn f() -> Result<i32, NoSuchType> { Ok(try!("1".parse())) }
/// ```
pub fn fails() {}
/// ```ignore
/// fn f() -> Result<i32, std::num::ParseIntError> { Ok(try!("1".parse())) }
/// ```
pub fn ignored() {}
/// ```compile_fail
/// fn f() -> Result<i32, std::num::ParseIntError> { Ok(try!(1)) }
/// ```
pub fn must_fail() {}
/// ```text
/// try!(prose)
/// ```
/// And `try!(prose)` here.
pub fn prose() {}
#[doc = include_str!("../README.md")]
pub struct Readme;
""",
}
TRAPS = {
    "own-module": OWN_IN_ONE_MODULE,
    "own-exported": OWN_EXPORTED,
    "uses-own": MACROS_OF_A_MEMBER,
    "disguised": WITH_STDS_NOTE,
    "shared-targets": SHARED_BY_TARGETS,
    "own-in-tests": OWN_IN_TESTS,
    "bodies": MACRO_BODIES,
    "inside": INSIDE_MACROS,
    "docs": EXAMPLES,
}


@pytest.fixture(scope="module")
def ran(codemod: Command, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """One run over all traps, each a member of one workspace."""
    members = ", ".join(f'"{name}"' for name in TRAPS)
    files: dict[str, str | bytes] = {"Cargo.toml": f"[workspace]\nmembers = [{members}]\n"}
    for name, package in TRAPS.items():
        files |= below(name, package)
    root = make_repository(tmp_path_factory.mktemp("traps") / "repo", files)
    done = codemod("apply", "try-macro", "--json", cwd=root)
    assert done.code == 0, done.err
    left = git(root, "grep", "-c", "try!", "codemod/try-macro", "--", "*.rs")
    assert left, "the branch is there"
    return done


@pytest.mark.parametrize(
    ("path", "outcomes"),
    [
        ("own-module/src/lib.rs", ["applied"]),
        ("own-module/src/own.rs", ["applied", "own-macro"]),
        ("own-module/src/stds.rs", ["applied"]),
        ("own-exported/src/lib.rs", ["own-macro"]),
        ("own-exported/src/inner.rs", ["own-macro"]),
        ("uses-own/src/lib.rs", ["own-macro"]),
        ("disguised/src/lib.rs", ["unresolved-macro"]),
        ("shared-targets/src/shared.rs", ["own-macro"]),
        ("own-in-tests/src/lib.rs", ["own-macro"]),
        ("bodies/src/lib.rs", ["unresolved-macro"] * 3),
        (
            "inside/src/lib.rs",
            ["applied", "source-text", "stringified", "unknown-macro", "unknown-macro", "applied"],
        ),
        ("docs/src/lib.rs", ["applied", "not-compiled", "ignored-example", "compile-fail"]),
        ("docs/README.md", ["applied"]),
    ],
)
def test_trap(ran: Ran, path: str, outcomes: list[str]) -> None:
    assert ran.outcomes[path] == outcomes, [s for s in ran.document["sites"] if s["path"] == path]


def test_no_site_is_missing(ran: Ran) -> None:
    totals = ran.document["totals"]
    assert totals["found"] == sum(len(codes) for codes in ran.outcomes.values())
    assert totals["found"] == sum(totals[name] for name in ("applied", "refused", "rejected", "unverified"))
    assert totals["rejected"] == 0
    for site in ran.document["sites"]:
        assert site["outcome"] == "applied" or (site["code"] and site["reason"])


LONG_CALL = """\
use std::num::ParseIntError;

pub fn f(the_first_number_as_text: &str, the_second_number_as_text: &str) -> Result<i32, ParseIntError> {
    let number = try!(add_numbers_given_as_text(
        the_first_number_as_text,
        the_second_number_as_text
    ));
    Ok(number)
}

fn add_numbers_given_as_text(first: &str, second: &str) -> Result<i32, ParseIntError> {
    Ok(first.parse::<i32>()? + second.parse::<i32>()?)
}
"""


def test_layout(codemod: Command, tmp_path: Path) -> None:
    """A file that rustfmt left alone is formatted in a commit of its own; another keeps its layout."""
    unclean = LONG_CALL.replace("Ok(number)", "Ok( number )").replace("\n", "\r\n")
    files: dict[str, str | bytes] = {
        "Cargo.toml": manifest("layout"),
        "rustfmt.toml": "max_width = 105\nfn_call_width = 60\n",
        "src/lib.rs": "pub mod clean;\npub mod unclean;\n",
        "src/clean.rs": LONG_CALL,
        "src/unclean.rs": b"\xef\xbb\xbf" + unclean.encode(),
    }
    root = make_repository(tmp_path / "repo", files)
    ran = codemod("apply", "try-macro", "--json", cwd=root)
    assert ran.document["totals"]["applied"] == 2
    subjects = git(root, "log", "--reverse", "--format=%s", "main..codemod/try-macro").split("\n")
    assert len(subjects) == 2 and "format" in subjects[1].lower(), subjects
    assert git(root, "diff", "--name-only", "codemod/try-macro^", "codemod/try-macro") == "src/clean.rs"
    joined = "let number = add_numbers_given_as_text(the_first_number_as_text, the_second_number_as_text)?;"
    assert joined in git(root, "show", "codemod/try-macro:src/clean.rs")
    expected = unclean.replace("try!(add_", "add_").replace("));\r\n    Ok(", ")?;\r\n    Ok(")
    blob = git(root, "rev-parse", "codemod/try-macro:src/unclean.rs")
    assert blob == git(root, "hash-object", "--stdin", stdin=b"\xef\xbb\xbf" + expected.encode())
