"""What holds for the repository as a whole: imports go one way, and the pages tell the truth."""

from __future__ import annotations

import ast
import dataclasses
import re
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import click
import pytest

from codemods.cli.config import NARROWING, OWN, read_configuration
from codemods.cli.main import COMMANDS, cli
from codemods.engine.document import RunDocument
from codemods.errors import ExitCode

ROOT = Path(__file__).parents[1]
# Room -> the rooms that its modules may import.
MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "rust": frozenset(),
    "vcs": frozenset({"rust"}),
    "cargo": frozenset({"rust"}),
    "recipe": frozenset({"rust"}),
    "engine": frozenset({"rust", "vcs", "cargo", "recipe"}),
    "review": frozenset({"rust", "engine"}),
    "cli": frozenset({"rust", "vcs", "cargo", "recipe", "engine", "review"}),
}
EVERYBODY = frozenset({"codemods", "errors"})
STARTS_PROCESSES = frozenset({"vcs", "cargo"})
PROCESS_MODULES = frozenset({"subprocess", "multiprocessing", "pty"})
NETWORK_MODULES = re.compile(r"(socket|urllib\.request|http|ssl|ftplib|smtplib)(\.|$)")
DOCUMENTED_SCHEMES = ("http://", "https://", "#", "mailto:")


def tracked(*patterns: str) -> list[Path]:
    """Return the repository's files, committed or not, that are not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def pages() -> list[Path]:
    return tracked("*.md")


def modules(room: str) -> list[Path]:
    return sorted(path for path in (ROOT / "codemods" / room).rglob("*.py"))


@cache
def imported(path: Path) -> frozenset[str]:
    """Return the modules that a file imports anywhere, also inside of functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(found)


def rooms_of(names: frozenset[str]) -> set[str]:
    """Return the rooms of ours among imported names: `codemods.cargo.report.Unit` is in `cargo`."""
    return {name.split(".")[1] for name in names if name.startswith("codemods.")} - {"__version__"}


# Imports


def test_the_rooms_are_those_whose_imports_are_checked() -> None:
    rooms = {path.parent.name for path in (ROOT / "codemods").glob("*/__init__.py")}

    assert rooms == set(MAY_IMPORT)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_go_one_way(room: str) -> None:
    allowed = MAY_IMPORT[room] | EVERYBODY | {room}

    wrong = {path.name: found for path in modules(room) if (found := rooms_of(imported(path)) - allowed)}

    assert wrong == {}


def test_recipes_see_the_recipe_kit_alone() -> None:
    wrong = {
        path.name: found
        for path in (ROOT / "recipes").rglob("*.py")
        if (found := {name for name in imported(path) if name.startswith(("codemods", "tools", "tests"))})
        and not all(name.startswith("codemods.recipe.") for name in found)
    }

    assert wrong == {}


def test_the_installed_package_does_not_import_the_developers_tools() -> None:
    installed = [*(ROOT / "codemods").rglob("*.py"), *(ROOT / "recipes").rglob("*.py")]

    wrong = {
        path.name for path in installed for name in imported(path) if name.split(".")[0] in ("tools", "tests")
    }

    assert wrong == set()


@pytest.mark.parametrize("room", sorted(set(MAY_IMPORT) - STARTS_PROCESSES))
def test_processes_are_started_in_two_rooms(room: str) -> None:
    starters = {
        path.name
        for path in modules(room)
        if PROCESS_MODULES & {name.split(".")[0] for name in imported(path)}
        or re.search(r"\bos\.(exec|spawn|popen|system|fork)", path.read_text("utf-8"))
    }

    assert starters == set()


def test_nothing_opens_a_connection_by_itself() -> None:
    installed = [*(ROOT / "codemods").rglob("*.py"), *(ROOT / "recipes").rglob("*.py")]

    wrong = {path.name for path in installed if any(map(NETWORK_MODULES.match, imported(path)))}

    assert wrong == set()


# Pages


def test_the_architecture_names_every_module_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \|(.*)$", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.MULTILINE)
    named = {room: set(re.findall(r"`(\w+)`", cells.rsplit("|", 2)[1])) for room, cells in rows}

    existing = {room: {path.stem for path in modules(room)} - {"__init__"} for room in MAY_IMPORT}

    assert named == existing, "name what is new in the table of ARCHITECTURE.md, and drop what is gone"


def links(page: Path) -> Iterator[str]:
    """Yield the targets of a page's links and pictures."""
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    yield from re.findall(r"\]\(([^)\s]+)\)", text)


def test_links_lead_somewhere() -> None:
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages()
        if not page.is_relative_to(ROOT / "tests")
        for target in links(page)
        if not target.startswith(DOCUMENTED_SCHEMES) and not (page.parent / target.split("#")[0]).exists()
    ]

    assert dead == []


def test_the_links_are_seen_at_all() -> None:
    assert "ARCHITECTURE.md" in links(ROOT / "README.md")


def options(command: click.Command, group: click.Context) -> set[str]:
    """Return every option of a command and its subcommands."""
    found = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    found |= {"--help", "-h"}
    if isinstance(command, click.Group):
        for name in command.list_commands(group):
            each = command.get_command(group, name)
            assert each is not None, name
            found |= options(each, group)
    return found


@pytest.fixture(scope="module")
def known_options() -> set[str]:
    return options(cli, click.Context(cli))


def own_words(page: Path) -> str:
    """Return the page's code without lines that run other commands."""
    spans = re.findall(r"`([^`\n]+)`", page.read_text("utf-8"))
    commands = re.findall(r"^\$? ?(codemod .*)$", page.read_text("utf-8"), re.MULTILINE)
    others = ("cargo ", "git ", "mypy", "python", "rustdoc ", "ruff", "rustc", "pipx", "uv ")
    return "\n".join(text.split("  #")[0] for text in (*spans, *commands) if not text.startswith(others))


@pytest.mark.parametrize("name", ["README.md", "docs", "CHANGELOG.md"])
def test_every_option_in_the_pages_exists(name: str, known_options: set[str]) -> None:
    measured = {ROOT / "docs" / name for name in ("results.md", "benchmarks.md", "mutations.md")}
    files = [page for page in pages() if page.is_relative_to(ROOT / name) and page not in measured]
    # Options of cargo and dev.py that the pages name by themselves.
    others = {"--fix", "--workspace", "--all-targets", "--strict"}

    wrong = {
        f"{page.name}: {option}"
        for page in files
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", own_words(page))
        if option not in known_options | others
    }

    assert files
    assert wrong == set()


def test_every_command_in_the_readme_exists() -> None:
    text = (ROOT / "README.md").read_text("utf-8")

    named = set(re.findall(r"(?:\$ |`)codemod ([a-z]+)", text))

    assert named
    assert named <= set(COMMANDS)


def test_the_readme_names_commands_that_dev_py_has() -> None:
    import dev  # noqa: PLC0415 - beside the package, not in it

    texts = [
        (ROOT / name).read_text("utf-8")
        for name in ("README.md", "CONTRIBUTING.md", ".ci/run", "examples/legacy-inventory/README.md")
    ]
    named = {word for text in texts for word in re.findall(r"dev\.py ([a-z][a-z-]*)", text)}

    assert {"demo", "test", "lint"} <= named
    assert named <= set(dev.COMMANDS)


def test_the_page_of_exit_codes_lists_them_all() -> None:
    text = (ROOT / "docs" / "exit-codes.md").read_text("utf-8")

    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}

    assert listed == {int(code) for code in ExitCode}


def test_the_page_of_the_run_document_lists_every_key() -> None:
    text = (ROOT / "docs" / "run-document.md").read_text("utf-8")
    rows = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)

    listed = {key for keys in rows for key in re.findall(r"`(\w+)`", keys)}

    # A model is not used yet; the key says so.
    assert listed == {field.name for field in dataclasses.fields(RunDocument)} - {"model"}


def test_the_page_of_the_configuration_lists_every_name_and_who_may_say_it() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    rows = re.findall(r"^\| (`.*?`) \|.*\| (yes|no) \| yes \|$", text, re.MULTILINE)

    listed = {name: allowed for names, allowed in rows for name in re.findall(r"`([a-z-]+)`", names)}

    accepted = {**dict.fromkeys(OWN, "no"), **dict.fromkeys(NARROWING, "yes")}

    assert listed == accepted


def test_the_example_of_a_configuration_is_accepted(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "codemod.toml").write_text(example, "utf-8")

    values = read_configuration(tmp_path, tmp_path / "none.toml").values

    assert values["set"] == {"try-macro.stringified": "rewrite"}
    assert values["commit-per"] == "file"


def test_the_picture_loads_nothing() -> None:
    picture = (ROOT / "docs" / "picture.svg").read_text("utf-8")

    assert "<script" not in picture
    assert re.findall(r"(?:href|src)=|url\((?!#)|@import", picture) == []
    assert "codemod apply try-macro" in picture.replace("&#160;", " ")


# The repository stands alone


def test_no_file_names_a_machine() -> None:
    homes = r"/(?:home|Users)/(?!(?:u|me|user|USER)\b)\w+|(?<![\w>])/root/\w"
    unwanted = re.compile(homes + r"|/work/(?:main|shared)|\.internal\b")
    binary = {".ico", ".png", ".gif", ".jpg"}

    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in tracked()
        if path.suffix not in binary and path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
        if unwanted.search(line)
    ]

    assert found == []


def test_the_version_is_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert "version" not in project
    assert "version" in project["dynamic"]
