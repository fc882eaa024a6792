"""What the check of the wheel complains about."""

from __future__ import annotations

from pathlib import Path

from tools.wheel import wanted_names, wheel_problems

GOOD = ["codemods/__init__.py", "codemods/recipes/try_macro.py", "codemod_rs-0.1.0.dist-info/METADATA"]
WANTED = {"codemods/__init__.py", "codemods/recipes/try_macro.py"}


def test_a_wheel_with_all_modules_and_nothing_else_is_fine() -> None:
    assert wheel_problems(GOOD, WANTED) == []


def test_a_top_level_package_of_another_name_is_a_problem() -> None:
    problems = wheel_problems([*GOOD, "recipes/__init__.py", "tests/test_a.py"], WANTED)

    assert problems == ["installs a top-level recipes", "installs a top-level tests"]


def test_a_module_that_packaging_forgot_is_a_problem() -> None:
    assert wheel_problems(GOOD, {*WANTED, "codemods/new/__init__.py"}) == ["lacks codemods/new/__init__.py"]


def test_recipes_and_shell_files_are_wanted_where_they_are_installed(tmp_path: Path) -> None:
    for name in ("codemods/cargo/capture.sh", "recipes/one/__init__.py", "recipes/one/__pycache__/x.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "codemods" / "notes.txt").touch()

    assert wanted_names(tmp_path) == {"codemods/cargo/capture.sh", "codemods/recipes/one/__init__.py"}
