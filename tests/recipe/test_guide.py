"""`docs/writing-recipes.md` is true to the API."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import codemods.recipe
from codemods.recipe import testkit
from codemods.recipe.conformance import Subject, problems
from codemods.recipe.discover import run_file
from codemods.recipe.metadata import read_metadata
from codemods.recipe.pattern import Pattern
from codemods.recipe.testkit import Case, check, rewritten, untouched

GUIDE = (Path(__file__).parents[2] / "docs" / "writing-recipes.md").read_text("utf-8")
MODULE = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)[0]

CASES = [
    rewritten("plain call", "s.trim_left();", "s.trim_start();"),
    rewritten("comment kept", "s./* x */trim_left();", "s./* x */trim_start();"),
    untouched("has an argument", "s.trim_left(2);"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_example_module_does_what_the_guide_says(tmp_path: Path, case: Case) -> None:
    path = tmp_path / "trim_start_end.py"
    path.write_text(MODULE, "utf-8")
    info = read_metadata(path, "workspace")
    recipe = run_file(info)

    check(recipe, case)
    assert problems(Subject(info, recipe, tuple(CASES))) == ()


def test_the_patterns_of_the_guide_can_be_read() -> None:
    rows = re.findall(r"^\| `(.*\$.*?)` \|", GUIDE, re.MULTILINE)
    patterns = [row for row in rows if not row.startswith(("$x", "$$$args", "$_"))]

    assert len(patterns) == 3
    for text in patterns:
        assert Pattern(text.replace("\\|", "|")).may_match(b"") is not None


def test_the_names_that_the_guide_uses_exist() -> None:
    for name in (
        "Applicability",
        "Edit",
        "Pattern",
        "Query",
        "Finder",
        "Kind",
        "Option",
        "Change",
        "MacroOrigin",
        "MacroRules",
        "Type",
        "TypeOf",
        "HasType",
        "NeedsDrop",
        "ItemOf",
        "TraitOf",
        "ConversionOf",
        "NameFree",
        "Compiles",
    ):
        assert name in GUIDE
        assert hasattr(codemods.recipe, name)
    for name in ("rewritten", "untouched", "check", "cases_of_folder", "parameters", "STD", "OWN", "UNKNOWN"):
        assert name in GUIDE
        assert hasattr(testkit, name)
