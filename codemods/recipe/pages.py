"""The recipes' documentation pages and their table, made from docstrings and metadata.

`python -m codemods.recipe.pages` writes them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from codemods.recipe.discover import BUILT_IN_PACKAGE, built_in, in_run_order
from codemods.recipe.documentation import Documentation, Example
from codemods.recipe.metadata import RecipeInfo

COMMAND = "python -m codemods.recipe.pages"
INDEX = "README.md"

_TRUST = {
    "machine-applicable": "claims that nothing but the idiom changes; verified, and proved where it can be",
    "maybe-incorrect": "verified by compiling and testing; a person should read it",
    "has-placeholders": "asks; nothing is written",
}


def page(info: RecipeInfo) -> str:
    """Return the Markdown page of one recipe."""
    documentation = info.documentation
    parts = [f"# `{info.id}`", f"{info.summary}.", _facts(info), *_body(documentation)]
    if documentation.left_alone:
        parts += ["## Left alone", _sentence(documentation.left_alone)]
    parts += ["## Run it", f"```console\n$ codemod scan {info.id}\n$ codemod apply {info.id}\n```"]
    if info.codes:
        parts += ["Reasons it gives:", "\n".join(f"- `{code}`: {meaning}" for code, meaning in info.codes)]
    if info.settings:
        parts += ["Settings, for `--set`:", "\n".join(f"- {setting}" for setting in info.settings)]
    parts.append(f"<!-- Written by `{COMMAND}` from the recipe's docstring and metadata. -->")
    return "\n\n".join(parts) + "\n"


def index(infos: Iterable[RecipeInfo]) -> str:
    """Return the Markdown table of all recipes, in the order in which they run."""
    rows = [
        f"| [`{info.id}`]({info.id}.md) | {info.epoch} | {_cell(info.summary)}"
        f" | {info.min_rust} | {info.applicability} |"
        for info in in_run_order(infos)
    ]
    lines = [
        "# Recipes",
        "",
        "| recipe | epoch | what it does | needs Rust | edits are |",
        "| --- | --- | --- | --- | --- |",
        *rows,
        "",
        "How to write one: [writing-recipes.md](../writing-recipes.md).",
        "",
        f"<!-- Written by `{COMMAND}` from the recipes' docstrings and metadata. -->",
    ]
    return "\n".join(lines) + "\n"


def pages(infos: Iterable[RecipeInfo]) -> Mapping[str, str]:
    """Return every page by file name: one for each recipe, and the table."""
    infos = tuple(infos)
    return {INDEX: index(infos), **{f"{info.id}.md": page(info) for info in infos}}


def write_pages(folder: Path, infos: Iterable[RecipeInfo]) -> Iterator[Path]:
    """Write the pages into `folder`, delete those of recipes that are gone; yield what changed."""
    wanted = pages(infos)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in wanted.items():
        file = folder / name
        if not file.is_file() or file.read_text("utf-8") != text:
            file.write_text(text, "utf-8")
            yield file
    for file in sorted(folder.glob("*.md")):
        if file.name not in wanted:
            file.unlink()
            yield file


def project_folder() -> Path | None:
    """Return the checkout that the built-in recipes are in; None where they are installed."""
    from importlib import import_module  # noqa: PLC0415

    (folder, *_) = import_module(BUILT_IN_PACKAGE).__path__
    root = Path(folder).resolve().parent
    return root if (root / "pyproject.toml").is_file() and (root / "docs").is_dir() else None


def main() -> int:
    """Write the pages of the checkout, and say which changed; return the exit code."""
    root = project_folder()
    if root is None:
        print("error: the recipes are not in a checkout of this project", file=sys.stderr)
        return 2
    for file in write_pages(root / "docs" / "recipes", built_in()):
        print(file.relative_to(root))
    return 0


def _facts(info: RecipeInfo) -> str:
    rows = [
        ("epoch", info.epoch),
        ("the result needs Rust", f"{info.min_rust} or later"),
        ("edits are", f"{info.applicability}: {_TRUST.get(info.applicability, 'unknown')}"),
        ("runs after", ", ".join(f"[`{other}`]({other}.md)" for other in info.after)),
        ("asks the compiler", ", ".join(_cell(_code(need)) for need in info.needs)),
    ]
    lines = ["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows if value)]
    return "\n".join(lines)


def _body(documentation: Documentation) -> Iterator[str]:
    for block in documentation.body:
        if isinstance(block, Example):
            yield f"```rust\n// before\n{block.before}\n```\n\n```rust\n// after\n{block.after}\n```"
        else:
            yield block


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


if __name__ == "__main__":
    sys.exit(main())
