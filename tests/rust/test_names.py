"""What a written path means in its file."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.rust.names import Names, root_macro_uses, root_names
from codemods.rust.scopes import Namespace
from codemods.rust.source import Source

CRATES = {"failure": "failure", "error_chain": "error-chain", "fail": "failure"}
EXPORTS = {"failure": ["Error", "Fail", "bail"]}


def names_in(text: str, edition: str = "2021", **known: object) -> Names:
    source = Source(PurePosixPath("src/a.rs"), text.encode(), edition)
    return Names(source, CRATES, exports=EXPORTS, **known)  # type: ignore[arg-type]


def meaning(
    text: str, path: str, space: Namespace = Namespace.TYPE, edition: str = "2021", **known: object
) -> str | None:
    """Return the meaning of `path` at `HERE`, or at the end of `text`."""
    at = text.find("HERE") if "HERE" in text else len(text)
    found = names_in(text, edition, **known).meaning(path, at, space)
    return "::".join(found) if found is not None else None


TYPES = [
    ("a crate", "", "failure::Error", "failure::Error"),
    ("a crate after colons", "", "::failure::Error", "failure::Error"),
    ("a crate of another name", "", "fail::Error", "failure::Error"),
    ("a package with a dash", "", "error_chain::State", "error_chain::State"),
    ("an unknown crate", "", "other::Error", None),
    ("std", "", "std::io::Error", "std::io::Error"),
    ("the prelude", "", "Result", "std::result::Result"),
    ("the prelude behind an unknown glob", "use crate::errors::*;", "Result", None),
    ("the prelude behind a known glob", "use failure::*;", "Result", "std::result::Result"),
    ("an import", "use failure::Error;", "Error", "failure::Error"),
    ("a renamed import", "use failure::Error as E;", "E", "failure::Error"),
    ("the old name of a renamed import", "use failure::Error as E;", "Error", None),
    ("what an import holds", "use failure::Error;", "Error::msg", "failure::Error::msg"),
    ("an imported module", "use std::io;", "io::Error", "std::io::Error"),
    ("an import of an import", "use failure as f; use f::Error;", "Error", "failure::Error"),
    ("imports in a circle", "use b::a; use a::b;", "a::X", None),
    ("an import of this crate", "use crate::errors::Error;", "Error", "crate::errors::Error"),
    ("an import of the module above", "use super::Error;", "Error", "super::Error"),
    ("a crate declared", "extern crate failure as f;", "f::Error", "failure::Error"),
    ("this crate declared", "extern crate self as me;", "me::Error", "crate::Error"),
    ("a glob", "use failure::*;", "Error", "failure::Error"),
    ("not in a glob", "use failure::*;", "Other", None),
    ("an item before a glob", "use failure::*; struct Error;", "Error", "self::Error"),
    ("an item", "enum Error {}", "Error", "self::Error"),
    ("a function is no type", "use failure::Error; fn Error() {}", "Error", "failure::Error"),
    (
        "an item of an impl is none",
        "use failure::Error; impl A for B { type Error = C; }",
        "Error",
        "failure::Error",
    ),
    ("an import before a crate", "use other::failure;", "failure::Error", None),
    ("a module before a crate", "mod failure {}", "failure::Error", "self::failure::Error"),
    ("a block", "fn f() { use failure::Error; HERE }", "Error", "failure::Error"),
    ("another block", "fn f() { use failure::Error; } fn g() { HERE }", "Error", None),
    (
        "an inner import",
        "use std::fmt::Error; fn f() { use failure::Error; HERE }",
        "Error",
        "failure::Error",
    ),
    ("no way into a module", "use failure::Error; mod m { HERE }", "Error", None),
    ("the module around", "use failure::Error; mod m { HERE }", "super::Error", "failure::Error"),
    (
        "two modules around",
        "use failure::Error; mod m { mod n { HERE } }",
        "super::super::Error",
        "failure::Error",
    ),
    ("above the file", "mod m { HERE }", "super::super::Error", "super::Error"),
    (
        "all of the module around",
        "use failure::Error; mod m { use super::*; HERE }",
        "Error",
        "failure::Error",
    ),
    ("an inline module", "mod e { pub use failure::Error; } use self::e::Error;", "Error", "failure::Error"),
    ("a path into an inline module", "mod e { pub use failure::Error; }", "e::Error", "failure::Error"),
    ("an item of an inline module", "mod e { pub struct Error; }", "e::Error", "self::e::Error"),
    ("self", "use failure::Error;", "self::Error", "failure::Error"),
    ("two under conditions", "#[cfg(a)] use failure::Error; #[cfg(b)] use std::fmt::Error;", "Error", None),
    (
        "one under two conditions",
        "#[cfg(a)] use failure::Error; #[cfg(b)] use fail::Error;",
        "Error",
        "failure::Error",
    ),
    ("raw names", "use r#failure::r#Error;", "r#Error", "failure::Error"),
    ("spaces", "", "failure :: Error", "failure::Error"),
]


@pytest.mark.parametrize(
    ("text", "path", "expected"), [case[1:] for case in TYPES], ids=[case[0] for case in TYPES]
)
def test_types(text: str, path: str, expected: str | None) -> None:
    assert meaning(text, path) == expected


MACROS = [
    ("a path", "", "failure::bail", "failure::bail"),
    ("an import", "use failure::bail;", "bail", "failure::bail"),
    ("unknown", "", "bail", None),
    ("std", "", "vec", "std::vec"),
    ("a definition", "use failure::bail; macro_rules! bail { () => {} }", "bail", "self::bail"),
    (
        "a definition below",
        "use failure::bail; fn f() { HERE } macro_rules! bail { () => {} }",
        "bail",
        "failure::bail",
    ),
    ("its own definition", "macro_rules! bail { () => {} }", "bail", "self::bail"),
    ("its own definition in a module", "macro_rules! bail { () => {} } mod m { HERE }", "bail", "self::bail"),
    ("macro_use here", "#[macro_use] extern crate failure;", "bail", "failure::bail"),
    ("macro_use of another", "#[macro_use(ensure)] extern crate failure;", "bail", None),
    ("macro_use behind an import", "#[macro_use] extern crate failure; use other::bail;", "bail", None),
    ("macro_use brings no other names", "#[macro_use] extern crate failure;", "vec", "std::vec"),
]


@pytest.mark.parametrize(
    ("text", "path", "expected"), [case[1:] for case in MACROS], ids=[case[0] for case in MACROS]
)
def test_macros(text: str, path: str, expected: str | None) -> None:
    assert meaning(text, path, Namespace.MACRO) == expected


def test_macros_that_the_root_takes_are_known_in_code_but_not_in_examples() -> None:
    text = "//! ```\n//! bail!(1)\n//! ```\n"

    assert meaning("", "bail", Namespace.MACRO, macro_uses=("failure",)) == "failure::bail"
    names = names_in(text, macro_uses=("failure",))
    assert names.meaning("bail", text.index("bail"), Namespace.MACRO) is None


def test_values() -> None:
    assert meaning("use failure::err_msg;", "err_msg", Namespace.VALUE) == "failure::err_msg"
    assert meaning("use failure::*; fn bail() {}", "bail", Namespace.VALUE) == "self::bail"
    assert meaning("", "Ok", Namespace.VALUE) == "std::result::Result::Ok"


def test_a_crate_alone_is_no_value() -> None:
    assert meaning("", "failure", Namespace.VALUE) is None
    assert meaning("", "failure") == "failure"


OLD = [
    ("an import begins at the root", "mod m { use failure::Error; HERE }", "Error", "failure::Error"),
    ("an import of an own module", "use errors::Error;", "Error", "crate::errors::Error"),
    ("colons begin at the root", "", "::errors::Error", "crate::errors::Error"),
    ("a crate after colons", "", "::failure::Error", "failure::Error"),
    ("a crate by its name", "", "failure::Error", "failure::Error"),
    ("no names of the file in an import", "use failure as f; use f::Error;", "Error", "crate::f::Error"),
]


@pytest.mark.parametrize(
    ("text", "path", "expected"), [case[1:] for case in OLD], ids=[case[0] for case in OLD]
)
def test_the_edition_2015(text: str, path: str, expected: str) -> None:
    assert meaning(text, path, edition="2015") == expected


def test_the_root_is_looked_up_where_it_is_known() -> None:
    text = "extern crate failure as f; mod m { use f::Error; HERE }"

    assert meaning(text, "Error", edition="2015") == "crate::f::Error"
    assert meaning(text, "Error", edition="2015", is_root=True) == "failure::Error"
    assert meaning("use failure::Error;", "crate::Error") == "crate::Error"
    assert meaning("use failure::Error;", "crate::Error", is_root=True) == "failure::Error"


def test_an_example_has_names_of_its_own() -> None:
    text = "//! ```\n//! use std::fmt::Error;\n//! HERE\n//! ```\nuse failure::Error;\n"

    assert meaning(text, "Error") == "std::fmt::Error"
    assert meaning(text.replace("HERE", "x"), "Error") == "failure::Error"


def test_what_the_root_file_declares() -> None:
    root = Source(
        PurePosixPath("src/lib.rs"),
        b"#[macro_use] extern crate failure; extern crate failure as f; #[macro_use] extern crate log;",
    )

    assert root_names(root, {"failure": "failure"}) == {"failure": "failure", "f": "failure"}
    assert root_macro_uses(root, {"failure": "failure"}) == ("failure",)
