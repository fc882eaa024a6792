"""Edits that compile and mean something else, because a macro looks at what it is given."""

from pathlib import Path

import pytest

from tests.cli.command import Command
from tests.cli.workspaces import manifest, repository

pytestmark = pytest.mark.cargo

G = "pub fn g(n: u32) -> Result<u32, String> { Ok(n) }\n"


def outcomes(codemod: Command, folder: Path, files: dict[str, str], *options: str) -> list[str]:
    root = repository(folder, {"Cargo.toml": manifest("trap"), **files})
    ran = codemod("apply", "try-macro", "--dry-run", "--json", *options, cwd=root)
    return [code for path in sorted(ran.outcomes) for code in ran.outcomes[path]]


def test_a_macro_named_like_one_of_std_may_print_what_it_is_given(codemod: Command, tmp_path: Path) -> None:
    macros = "macro_rules! assert_eq { ($a:expr, $b:expr) => { if $a != $b { panic!(stringify!($a)) } } }\n"
    lib = f"#[macro_use] mod macros;\n{G}"
    lib += "pub fn f() -> Result<(), String> { assert_eq!(try!(g(1)), 1); Ok(()) }\n"

    assert outcomes(codemod, tmp_path / "r", {"src/lib.rs": lib, "src/macros.rs": macros}) == [
        "expands-differently"
    ]


def test_a_column_is_a_value_also_through_a_macro(codemod: Command, tmp_path: Path) -> None:
    lib = (
        f"macro_rules! col {{ () => {{ column!() }} }}\n{G}"
        "pub fn f() -> Result<u32, String> { Ok(try!(g(1)) + col!()) }\n"
        "pub fn h() -> Result<u32, String> {\n    let x = try!(g(1));\n    Ok(x + 1)\n}\n"
    )

    assert outcomes(codemod, tmp_path / "r", {"src/lib.rs": lib}) == ["expands-differently", "applied"]


def test_one_file_may_mean_two_macros_in_one_crate(codemod: Command, tmp_path: Path) -> None:
    lib = (
        "mod shared;\n"
        "macro_rules! try { ($e:expr) => { match $e { Ok(v) => v, Err(e) => return Err(e) } } }\n"
        '#[path = "shared.rs"] mod again;\n'
    )
    shared = f"{G}pub fn f() -> Result<u32, String> {{ Ok(try!(g(1))) }}\n"

    found = outcomes(codemod, tmp_path / "r", {"src/lib.rs": lib, "src/shared.rs": shared})

    assert set(found) <= {"unresolved-macro", "expands-differently"}


def test_a_semicolon_in_a_macros_braces_is_not_a_statements(codemod: Command, tmp_path: Path) -> None:
    lib = f"{G}pub fn f(n: &u32) -> Result<Vec<u32>, String> {{ Ok(vec!{{ try!{{ g(3) }} * n }}) }}\n"
    root = repository(tmp_path / "r", {"Cargo.toml": manifest("trap"), "src/lib.rs": lib})

    ran = codemod("apply", "try-macro", "--dry-run", "--json", cwd=root)

    (change,) = ran.document["changes"] or [{"grade": None, "diff": ""}]
    assert change["grade"] is None or "g(3)? * n" in change["diff"]


def test_what_macros_only_evaluate_is_applied(codemod: Command, tmp_path: Path) -> None:
    lib = (
        "macro_rules! twice { ($e:expr) => { try!($e) + try!($e) } }\n"
        f"{G}pub fn f() -> Result<Vec<u32>, String> {{\n"
        '    println!("{}", try!(g(1)));\n    let a = twice!(g(2));\n    Ok(vec![try!(g(3)), a])\n}\n'
    )

    assert outcomes(codemod, tmp_path / "r", {"src/lib.rs": lib}) == ["applied"] * 4


def test_without_unstable_options_such_sites_stay(codemod: Command, tmp_path: Path) -> None:
    lib = f'{G}pub fn f() -> Result<u32, String> {{ println!("{{}}", try!(g(1))); Ok(try!(g(2))) }}\n'

    found = outcomes(codemod, tmp_path / "r", {"src/lib.rs": lib}, "--strict-stable")

    assert found == ["expands-differently", "applied"]
