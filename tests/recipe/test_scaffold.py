from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.errors import UsageError
from codemods.recipe import pages
from codemods.recipe.cases import cases_of_docstring, cases_of_folder
from codemods.recipe.conformance import Subject, problems
from codemods.recipe.discover import run_file
from codemods.recipe.metadata import read_metadata
from codemods.recipe.scaffold import Place, new_recipe, project_place, workspace_place
from codemods.recipe.testkit import failure_of

MakePlace = Callable[[Path], Place]


def _written(files: dict[Path, str]) -> None:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.mark.parametrize("make_place", [project_place, workspace_place], ids=["project", "workspace"])
def test_a_new_recipe_conforms_at_once_but_for_its_first_fixture(
    tmp_path: Path, make_place: MakePlace
) -> None:
    place: Place = make_place(tmp_path)
    _written(new_recipe("my-thing", place))
    info = read_metadata(place.recipes / "my_thing.py", "workspace")
    page = tmp_path / "my-thing.md"
    page.write_text(pages.page(info), "utf-8")
    cases = cases_of_folder(place.fixtures / "my-thing")
    recipe = run_file(info)

    assert problems(Subject(info, recipe, cases, page)) == ()
    assert len(cases_of_docstring(info.docstring)) == 1
    assert [case.name for case in cases if failure_of(recipe, case)] == ["first"]
    assert [case.name for case in cases if case.is_unfinished] == ["first"]
    assert [case.name for case in cases if case.is_negative] == ["defined-elsewhere"]


@pytest.mark.parametrize("make_place", [project_place, workspace_place], ids=["project", "workspace"])
def test_the_files_are_formatted_and_clean(tmp_path: Path, make_place: MakePlace) -> None:
    place: Place = make_place(tmp_path)
    files = new_recipe("my-thing", place, summary='Say "so" with a \\ in it', epoch="2018")
    _written(files)
    modules = [str(path) for path in files if path.suffix == ".py"]
    # Outside of a project, codemods is a package like others; inside, it is the project's own.
    own = ["--config", 'lint.isort.known-first-party=["codemods"]'] if place.is_built_in else []
    isolated = ["--isolated", "--line-length", "110"]

    for command in (["check", "--select", "E,F,I,W", *own], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *isolated, *modules],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    place = workspace_place(tmp_path)
    _written(new_recipe("my-thing", place))

    with pytest.raises(UsageError, match="there already") as error:
        new_recipe("my-thing", place)
    assert error.value.where is not None
    assert error.value.where.endswith("my_thing.py")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("My Thing", "my-thing"),
        ("try_macro", "try-macro"),
        ("../evil", "evil"),
        ("", "trim-start-end"),
        ("class", "trim-start-end"),
        ("1st", "trim-start-end"),
        ("a--b", "a-b"),
    ],
)
def test_a_wrong_name_is_answered_with_a_right_one(tmp_path: Path, name: str, hint: str) -> None:
    with pytest.raises(UsageError, match="not a recipe's name") as error:
        new_recipe(name, workspace_place(tmp_path))
    assert error.value.hint is not None
    assert error.value.hint.endswith(f": {hint}")


@pytest.mark.parametrize("summary", ["Ends in a stop.", "two\nlines", " "])
def test_a_wrong_summary_is_refused(tmp_path: Path, summary: str) -> None:
    with pytest.raises(UsageError, match="one line"):
        new_recipe("x", workspace_place(tmp_path), summary=summary)
