"""What a developer of codemod does, as one command: `python3 dev.py --help`.

Needs Python alone. The virtual environment `.venv` beside this file is made, and brought up to
date, when a command needs it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"
CODEMOD = BIN / "codemod"
STAMP = VENV / "codemod-installed"
EXAMPLE = ROOT / "examples" / "legacy-inventory"
PICTURE = ROOT / "docs" / "picture.svg"
OLDEST_PYTHON = (3, 11)
PIP_OPTIONS = ("--quiet", "--disable-pip-version-check")


def demo(arguments: list[str]) -> int:
    """Upgrade the example workspace in a temporary git repository, and show the branch."""
    _no_more(arguments)
    _need("git", "cargo", "rustc")
    _install()
    folder = Path(tempfile.mkdtemp(prefix="codemod-demo-"))
    workspace = _example_repository(folder)
    environment = _own_folders(folder)
    for command in (
        ["codemod", "scan"],
        ["codemod", "apply", "try-macro"],
        ["codemod", "review"],
        ["git", "--no-pager", "log", "--stat", "--format=%h %s", "main..codemod/try-macro"],
    ):
        _say("$ " + " ".join(command))
        program = str(CODEMOD) if command[0] == "codemod" else command[0]
        code = _run([program, *command[1:]], workspace, environment)
        if code:
            return code
        print()
    _say(f"The workspace is {workspace}, with the branch codemod/try-macro.")
    _say(f"Delete {folder} when you have seen enough: everything is in there.")
    return 0


def test(arguments: list[str]) -> int:
    """Run the tests of the default suite; further arguments go to pytest."""
    _need("git", "cargo", "rustc")
    _install("dev")
    return _run([PYTHON, "-m", "pytest", *arguments])


def test_long(arguments: list[str]) -> int:
    """Run the long tests, also on published crates (minutes, needs a network)."""
    return test(["-m", "crates or long", *arguments])


def lint(arguments: list[str]) -> int:
    """Run linter, formatter check and strict type check; `--fix` mends what can be."""
    fix = arguments == ["--fix"]
    _no_more([] if fix else arguments)
    _install("dev")
    codes = [
        _run([PYTHON, "-m", "ruff", "check", *(["--fix"] if fix else []), "."]),
        _run([PYTHON, "-m", "ruff", "format", *([] if fix else ["--check"]), "."]),
        _run([PYTHON, "-m", "mypy"]),
    ]
    return max(codes)


def package(arguments: list[str]) -> int:
    """Build the wheel, check what it would install, install it elsewhere and run it."""
    _no_more(arguments)
    _install("dev")
    return _run([PYTHON, "-m", "tools.wheel"])


def corpus(arguments: list[str]) -> int:
    """Run `try-macro` over real crates; see `dev.py corpus --help`."""
    _need("git", "cargo", "rustc")
    _install("dev")
    return _run([PYTHON, "-m", "tools.corpus", *arguments])


def errors(arguments: list[str]) -> int:
    """Run `failure`, `error-chain`, `quick-error` over real crates; see `dev.py errors --help`."""
    _need("git", "cargo", "rustc")
    _install("dev")
    return _run([PYTHON, "-m", "tools.errors", *arguments])


def bench(arguments: list[str]) -> int:
    """Measure the speed as ratios to other tools; see `dev.py bench --help`."""
    _need("git", "cargo", "rustc")
    _install("dev")
    return _run([PYTHON, "-m", "tools.bench", *arguments])


def mutations(arguments: list[str]) -> int:
    """Prove the prover: wrong edits of real crates, none called equal; see `dev.py mutations --help`."""
    _need("git", "cargo", "rustc")
    _install("dev")
    return _run([PYTHON, "-m", "tools.mutations", *arguments])


def docs(arguments: list[str]) -> int:
    """Write the pages and the schema that are made from code."""
    _no_more(arguments)
    _install()
    codes = [_run([PYTHON, "-m", name]) for name in ("codemods.recipe.pages", "codemods.engine.serial")]
    return max(codes)


def picture(arguments: list[str]) -> int:
    """Draw `docs/picture.svg` from what the command really prints."""
    _no_more(arguments)
    _need("git", "cargo", "rustc")
    _install()
    with tempfile.TemporaryDirectory(prefix="codemod-picture-") as name:
        workspace = _example_repository(Path(name))
        environment = {**_own_folders(Path(name)), "COLUMNS": "100"}
        transcript = b"".join(
            _recorded(command, workspace, environment)
            for command in (
                "codemod scan",
                "codemod apply try-macro --dry-run --only stocktake",
                "codemod apply try-macro",
            )
        )
    drawn = subprocess.run([PYTHON, "-m", "tools.picture", PICTURE], input=transcript, cwd=ROOT, check=False)
    return drawn.returncode


COMMANDS = {
    "demo": demo,
    "test": test,
    "test-long": test_long,
    "lint": lint,
    "package": package,
    "corpus": corpus,
    "errors": errors,
    "bench": bench,
    "mutations": mutations,
    "docs": docs,
    "picture": picture,
}


def main(arguments: list[str]) -> int:
    """Run the command that `arguments` name; return its exit code."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_help())
        return 0 if arguments else 2
    if arguments[0] not in COMMANDS:
        return _fail(f"there is no command {arguments[0]}", "`python3 dev.py --help` shows them.")
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except _Stop as stop:
        return _fail(*stop.args)
    except KeyboardInterrupt:
        return 130


class _Stop(Exception):
    """Ends the command: what is wrong, and what to do."""


def _help() -> str:
    lines = [f"  {name:<11}{(command.__doc__ or '').splitlines()[0]}" for name, command in COMMANDS.items()]
    return "\n".join(["usage: python3 dev.py COMMAND [ARGUMENT...]", "", *lines])


def _fail(problem: str, hint: str) -> int:
    _say(f"error: {problem}")
    _say(f"hint: {hint}")
    return 2


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _no_more(arguments: list[str]) -> None:
    if arguments:
        raise _Stop(f"unexpected argument {arguments[0]}", "This command takes none.")


def _need(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            where = "git" if program == "git" else "a Rust toolchain (for example with rustup)"
            raise _Stop(
                f"{program} is not on the PATH", f"Install {where}, or open a new shell if you just did."
            )


def _run(command: list[str | Path], cwd: Path = ROOT, environment: dict[str, str] | None = None) -> int:
    return subprocess.run(command, cwd=cwd, env=environment, check=False).returncode


# The virtual environment


def _install(extra: str = "") -> None:
    """Make `.venv` hold the package as pyproject.toml has it now, with `extra`; quick when it does."""
    if sys.version_info < OLDEST_PYTHON:
        oldest = ".".join(str(part) for part in OLDEST_PYTHON)
        raise _Stop(f"this is Python {sys.version.split()[0]}; codemod needs {oldest}", _newer_python())
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if _installed(wanted, extra):
        return
    if not _works(PYTHON):
        _say("making .venv")
        _make_venv()
    _say("installing the package and what it needs into .venv")
    target = f"{ROOT}[{extra}]" if extra else str(ROOT)
    if _run([PYTHON, "-m", "pip", *PIP_OPTIONS, "install", "--editable", target]):
        raise _Stop("pip could not install the package", "Its message above says why.")
    STAMP.write_text(f"{wanted} {extra}\n", encoding="utf-8")


def _installed(wanted: str, extra: str) -> bool:
    if not STAMP.is_file() or not _works(PYTHON):
        return False
    digest, _, has = STAMP.read_text(encoding="utf-8").strip().partition(" ")
    return digest == wanted and has in (extra, "dev")


def _works(python: Path) -> bool:
    """Whether this interpreter starts and is new enough (its base may have been removed)."""
    check = f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    return python.exists() and subprocess.run([python, "-c", check], check=False).returncode == 0


def _make_venv() -> None:
    """Make `.venv` with pip in it, by way of this Python's pip where venv cannot (as on Debian)."""
    making = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(making, capture_output=True, text=True, check=False)
    if made.returncode == 0:
        return
    pip = [sys.executable, "-m", "pip", "--python", str(PYTHON), *PIP_OPTIONS]
    if _run([*making, "--without-pip"]) or _run([*pip, "install", "pip"]):
        raise _Stop(
            f"no virtual environment could be made: {(made.stdout + made.stderr).strip()}",
            "Debian and Ubuntu have the missing part in the package python3-venv.",
        )


def _newer_python() -> str:
    for minor in range(OLDEST_PYTHON[1], OLDEST_PYTHON[1] + 9):
        if shutil.which(f"python3.{minor}"):
            return f"python3.{minor} is here: run `python3.{minor} dev.py …`."
    return "Install a newer Python, and run this file with it."


# The example workspace


def _example_repository(folder: Path, example: Path = EXAMPLE) -> Path:
    """Copy the example into `folder` and make it a git repository with one commit; return where."""
    workspace = folder / example.name
    shutil.copytree(example, workspace, ignore=shutil.ignore_patterns("target"))
    (workspace / ".gitignore").write_text("/target\n", encoding="utf-8")
    author = {"user.name": "Example", "user.email": "example@localhost", "commit.gpgsign": "false"}
    _git(workspace, "-c", "init.defaultBranch=main", "init", "--quiet")
    for key, value in author.items():
        _git(workspace, "config", key, value)
    _git(workspace, "add", "--all")
    _git(workspace, "-c", f"core.hooksPath={os.devnull}", "commit", "--quiet", "-m", "Keep stock")
    return workspace


def _git(directory: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=directory, check=True)


def _own_folders(folder: Path) -> dict[str, str]:
    """Return an environment in which codemod keeps its caches in `folder`, so that all goes with it."""
    names = {"XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state"}
    return {**os.environ, **{name: str(folder / part) for name, part in names.items()}}


def _recorded(command: str, workspace: Path, environment: dict[str, str]) -> bytes:
    """Return the prompt, the command and what it printed, in colour."""
    done = subprocess.run(
        [CODEMOD, *command.split()[1:], "--color", "always"],
        cwd=workspace,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return b"\x1b[1m$ " + command.encode() + b"\x1b[0m\n" + done.stdout.rstrip(b"\n") + b"\n\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
