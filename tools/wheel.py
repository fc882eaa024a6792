"""Build the wheel, check what it would install, install it elsewhere and run it.

    python -m tools.wheel

Ends with 1 where the wheel installs a stranger, lacks a module or does not run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = {"codemods": "codemods", "recipes": "codemods/recipes"}  # in the checkout -> when installed
INSTALLED = (".py", ".sh")


def main() -> int:
    """Build, check, install, run; return the exit code."""
    with tempfile.TemporaryDirectory(prefix="codemod-wheel-") as name:
        folder = Path(name)
        wheel = build_wheel(folder)
        with zipfile.ZipFile(wheel) as archive:
            problems = wheel_problems(archive.namelist(), wanted_names(ROOT))
        for problem in problems:
            sys.stderr.write(f"error: {wheel.name} {problem}\n")
        if problems:
            return 1
        listed = try_wheel(wheel, folder)
        sys.stdout.write(f"{wheel.name}\n{listed}")
        return 0 if "try-macro" in listed else 1


def build_wheel(folder: Path) -> Path:
    """Return a wheel built in `folder`, from a copy: setuptools would leave its output in the checkout."""
    source = folder / "source"
    unwanted = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__", "target")
    shutil.copytree(ROOT, source, ignore=unwanted)
    _must(_pip("wheel", "--no-deps", "--wheel-dir", str(folder / "dist"), str(source)))
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


def wanted_names(root: Path) -> set[str]:
    """Return the names that every module of the checkout should have in the wheel."""
    return {
        f"{prefix}/{path.relative_to(root / folder).as_posix()}"
        for folder, prefix in FOLDERS.items()
        for path in (root / folder).rglob("*")
        if path.suffix in INSTALLED and "__pycache__" not in path.parts
    }


def wheel_problems(names: Sequence[str], wanted: set[str]) -> list[str]:
    """Return what is among the wheel's `names` and should not be, and what is missing."""
    top = {name.split("/")[0] for name in names}
    strangers = sorted(name for name in top if name != "codemods" and not name.endswith(".dist-info"))
    return [f"installs a top-level {name}" for name in strangers] + [
        f"lacks {name}" for name in sorted(wanted.difference(names))
    ]


def try_wheel(wheel: Path, folder: Path) -> str:
    """Install the wheel and what it needs into an environment of its own; return its list of recipes."""
    venv = folder / "venv"
    _must([sys.executable, "-m", "venv", "--without-pip", str(venv)])
    bin_folder = venv / Path(sys.executable).parent.name
    _must(_pip("--python", str(bin_folder / "python"), "install", str(wheel)))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"XDG_CACHE_HOME": str(folder), "XDG_STATE_HOME": str(folder)}
    return _must([str(bin_folder / "codemod"), "list"], cwd=folder, environment=environment)


def _pip(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]


def _must(command: list[str], cwd: Path = ROOT, environment: dict[str, str] | None = None) -> str:
    """Return what `command` printed; its errors go to ours."""
    done = subprocess.run(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"error: failed with {done.returncode}: {' '.join(command)}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
