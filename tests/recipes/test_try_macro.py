"""The recipe `try-macro` on its cases, and rustc on the cases themselves."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from codemods.recipe import TokenKind, tokens
from codemods.recipe.testkit import Case, cases_of_docstring, check
from tests.recipes.try_macro_cases import GIVEN, contexts, examples, forms, layouts, macros, operands, origins

# Found by the path it has when installed, which type checkers do not see in the checkout.
module = import_module("codemods.recipes.try_macro")
try_macro = module.try_macro

GROUPS = (operands, contexts, layouts, macros, origins, forms)
COMPILED = [case for group in GROUPS for case in group.CASES] + macros.STRINGIFIED
UNCOMPILED = [case for group in (*GROUPS, examples) for case in group.UNCOMPILED]
CASES = [*COMPILED, *UNCOMPILED]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_try_macro(case: Case) -> None:
    check(try_macro, case)


@pytest.mark.parametrize("case", cases_of_docstring(module.__doc__ or ""), ids=lambda case: case.name)
def test_the_docstring_tells_the_truth(case: Case) -> None:
    check(try_macro, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_comment_is_lost(case: Case) -> None:
    after = iter(_comments(case.after))
    assert [comment for comment in _comments(case.before) if comment not in after] == []


def test_each_case_has_a_name_of_its_own() -> None:
    counts = Counter((case.name, case.before) for case in CASES)
    assert [name for name, count in counts.items() if count > 1] == []


def test_every_code_is_explained_and_has_a_case() -> None:
    used = {case.code for case in CASES if case.code is not None} - {"kept"}
    assert used == set(try_macro.codes)


def test_the_declared_fact_is_the_one_that_is_asked_for() -> None:
    origins = import_module("codemods.recipes.try_macro.origins")

    assert try_macro.facts == (origins.ORIGIN, origins.RULES)


@pytest.mark.cargo
@pytest.mark.skipif(shutil.which("rustc") is None, reason="needs rustc")
@pytest.mark.parametrize("edition", sorted({case.edition for case in COMPILED}))
def test_the_cases_compile_and_do_the_same_before_and_after(edition: str, tmp_path: Path) -> None:
    cases = [case for case in COMPILED if case.edition == edition]
    before = _output_of([case.before for case in cases], edition, tmp_path)
    after = _output_of([case.after for case in cases], edition, tmp_path)
    assert before == after
    assert len(before) == len(cases)


def _comments(code: str) -> list[bytes]:
    """Return the comments of `code`, without documentation, whose examples change."""
    found = (token.text.rstrip() for token in tokens(code.encode()) if token.kind is TokenKind.COMMENT)
    return [text for text in found if re.match(rb"//[/!]|/\*[*!]", text) is None]


def _output_of(snippets: list[str], edition: str, folder: Path) -> list[str]:
    """Return what a program prints that holds each snippet as a module and runs it."""
    modules = [f"pub mod c{number} {{ {_as_module(text)} }}\n" for number, text in enumerate(snippets)]
    calls = [f'    println!("{number} {{:?}}", c{number}::case());\n' for number in range(len(snippets))]
    source, program = folder / "cases.rs", folder / "cases"
    source.write_text(f"{GIVEN}\n{''.join(modules)}fn main() {{\n{''.join(calls)}}}\n", newline="")
    options = [f"--edition={edition}", "--crate-name=cases", "-Awarnings"]
    command = ["rustc", *options, "-o", str(program), str(source)]
    built = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert built.returncode == 0, built.stderr[-6000:]
    ran = subprocess.run([program], capture_output=True, text=True, check=True, timeout=60)
    return [line for line in ran.stdout.splitlines() if re.match(r"\d+ (Ok|Err)", line)]


def _as_module(snippet: str) -> str:
    if "pub fn case()" in snippet:
        return f"use super::*; {snippet}"
    body = snippet if re.match(r"\s*(?:pub )?use ", snippet) else f"use super::*; {snippet}"
    return f"use super::*; pub fn case() -> Result<i32, String> {{ {body}\nOk(0) }}"
