"""What programs with error-chain print, and what they print after the upgrade: the same, line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recipes.error_chain.helpers import (
    GIVEN,
    change,
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
@pytest.mark.parametrize(("root", "form"), [("src/lib.rs", 0), ("src/main.rs", 1)], ids=["tidy", "in full"])
def test_written_types_say_what_the_macros_types_said(root: str, form: int, tmp_path: Path) -> None:
    files = {root: (GIVEN / "kept.rs").read_text()}
    found = change(planned(files, workspace(package(root)), {"shape": "keep"})).forms[form]
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
