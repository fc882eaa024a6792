"""A recipe's docstring: title, reason, examples, and what is left alone.

Call `trim_start` instead of `trim_left`.

Why, in a paragraph or two.

    line.trim_left();
    ->
    line.trim_start();

Left alone: methods of the same name on other types.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent

ARROW = "->"
LEFT_ALONE = "Left alone:"


@dataclass(frozen=True, slots=True)
class Example:
    """Code before and after a recipe, as its docstring shows it."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Documentation:
    """A docstring taken apart. `reason` and `left_alone` are Markdown, paragraphs of prose."""

    title: str
    reason: str
    examples: tuple[Example, ...]
    left_alone: str


def parse_documentation(docstring: str) -> Documentation:
    """Return the parts of a recipe's docstring; a part that it lacks is empty."""
    title, _, rest = inspect.cleandoc(docstring).partition("\n")
    prose: list[str] = []
    left: list[str] = []
    examples: list[Example] = []
    for block in _blocks(rest):
        example = _example(block)
        if example is not None:
            examples.append(example)
        elif left or block.startswith(LEFT_ALONE):
            left.append(block.removeprefix(LEFT_ALONE).strip("\n"))
        else:
            prose.append(block.strip("\n"))
    return Documentation(title, "\n\n".join(prose), tuple(examples), "\n\n".join(left).strip())


def _blocks(text: str) -> Iterator[str]:
    """Yield paragraphs; an indented block goes on over empty lines as long as it is indented."""
    block = ""
    for paragraph in re.split(r"\n[ \t]*\n", text.strip("\n")):
        if block and _is_code(block) and _is_code(paragraph):
            block += "\n\n" + paragraph
            continue
        if block:
            yield block
        block = paragraph
    if block:
        yield block


def _is_code(block: str) -> bool:
    return all(line.startswith("    ") or not line.strip() for line in block.strip("\n").split("\n"))


def _example(block: str) -> Example | None:
    if not _is_code(block):
        return None
    lines = dedent(block.strip("\n")).split("\n")
    arrows = [index for index, line in enumerate(lines) if line.strip() == ARROW]
    if len(arrows) != 1:
        return None
    before, after = lines[: arrows[0]], lines[arrows[0] + 1 :]
    return Example("\n".join(before).strip("\n"), "\n".join(after).strip("\n"))
