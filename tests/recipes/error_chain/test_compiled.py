"""What programs with error-chain print, and what they print after the upgrade: the same, line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.recipe import Dependency
from tests.recipes.error_chain.helpers import (
    GIVEN,
    change,
    manifest,
    needed,
    package,
    planned,
    program,
    ran,
    rewritten,
    workspace,
)

WORDS = [
    "braces",
    "text",
    "made",
    "small",
    "little",
    "number",
    "option",
    "function",
    "block",
    "deep",
    "1",
    "x",
]


@pytest.mark.cargo
@pytest.mark.crates
@pytest.mark.parametrize(
    ("root", "form", "rust"),
    [("src/lib.rs", 0, None), ("src/main.rs", 1, None), ("src/main.rs", 1, "1.56"), ("src/main.rs", 2, None)],
    ids=["tidy", "in full", "thiserror 1", "by hand"],
)
def test_written_types_say_what_the_macros_types_said(
    root: str, form: int, rust: str | None, tmp_path: Path
) -> None:
    files = {root: (GIVEN / "kept.rs").read_text()}
    packages = workspace(package(root, rust_version=rust))
    found = change(planned(files, packages, {"shape": "keep"})).forms[form]
    (text,) = rewritten(files, found).values()

    old = ran(program(tmp_path / "old", {"src/main.rs": files[root]}, {"error-chain": "0.12"}))
    new = ran(program(tmp_path / "new", {"src/main.rs": text}, needed(found)))

    assert old[1:] == ("", 0)
    assert new[0].splitlines() == old[0].splitlines()
    assert len(old[0].splitlines()) > 100


@pytest.mark.cargo
@pytest.mark.crates
@pytest.mark.parametrize("form", [0, 1], ids=["anyhow", "kept"])
def test_a_program_says_and_exits_as_before(form: int, tmp_path: Path) -> None:
    files = {f"src/{path.name}": path.read_text() for path in (GIVEN / "program").iterdir()}
    found = change(planned(files, workspace(package("src/main.rs")))).forms[form]

    old = program(tmp_path / "old", files, {"error-chain": "0.12"})
    new = program(tmp_path / "new", rewritten(files, found), needed(found))

    before = {word: ran(old, WHAT=word) for word in WORDS}
    assert {word: ran(new, WHAT=word) for word in WORDS} == before
    assert ran(new) == ran(old)
    assert len({each[1] for each in before.values()}) == len(WORDS)


@pytest.mark.cargo
@pytest.mark.crates
@pytest.mark.parametrize("edition", ["2015", "2018"])
def test_packages_that_link_their_errors_say_the_same(edition: str, tmp_path: Path) -> None:
    text = (GIVEN / "workspace" / "lib.rs").read_text()
    library = text if edition == "2015" else text.replace("\nuse errors", "\nuse crate::errors")
    files = {"base/src/lib.rs": library, "src/main.rs": (GIVEN / "workspace" / "main.rs").read_text()}
    packages = workspace(
        package("src/lib.rs", name="base", folder="base", edition=edition),
        package("src/main.rs", dependencies=(Dependency("base", "base"),)),
    )
    found = change(planned(files, packages)).forms[0]
    base, new_base = (manifest("base", each, edition) for each in ({"error-chain": "0.12"}, needed(found)))

    old = program(
        tmp_path / "old", {**files, "base/Cargo.toml": base}, {"base": "base", "error-chain": "0.12"}
    )
    new = program(
        tmp_path / "new",
        {**rewritten(files, found), "base/Cargo.toml": new_base},
        {"base": "base", **needed(found)},
    )

    words = ("none", "x", "1", "-1", "xy", "-20", "xyz", "123")
    before = {word: ran(old, WHAT=word) for word in words}
    assert {word: ran(new, WHAT=word) for word in words} == before
    assert "Caused by: -20 is negative" in before["-20"][1]


@pytest.mark.cargo
@pytest.mark.crates
@pytest.mark.parametrize("form", [0, 1, 2], ids=["anyhow", "tidy", "in full"])
def test_the_main_of_the_documentation_goes_on_as_it_did(form: int, tmp_path: Path) -> None:
    files = {"src/main.rs": (GIVEN / "canonical.rs").read_text()}
    items = {name: f"crate::errors::{{impl}}::{name}" for name in ("iter", "backtrace")}
    found = change(planned(files, workspace(package("src/main.rs")), items=items)).forms[form]

    old = program(tmp_path / "old", files, {"error-chain": "0.12"})
    new = program(tmp_path / "new", rewritten(files, found), needed(found))

    for word in ("text", "x", "1", "5"):
        assert ran(new, WHAT=word) == ran(old, WHAT=word)
    assert ran(new) == ran(old)
    for path in (old, new):
        asked = ran(path, WHAT="1", RUST_BACKTRACE="1")[1]
        assert "caused by: not above 3\nbacktrace: " in asked
        assert "level" in asked
