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
    """A docstring taken apart: `body` is prose in Markdown and examples, in their order."""

    title: str
    body: tuple[str | Example, ...]
    left_alone: str

    @property
    def reason(self) -> str:
        """The prose: what, why, how."""
        return "\n\n".join(block for block in self.body if isinstance(block, str))

    @property
    def examples(self) -> tuple[Example, ...]:
        """The examples."""
        return tuple(block for block in self.body if isinstance(block, Example))


def parse_documentation(docstring: str) -> Documentation:
    """Return the parts of a recipe's docstring; a part that it lacks is empty."""
    title, _, rest = inspect.cleandoc(docstring).partition("\n")
    body: list[str | Example] = []
    left: list[str] = []
    for block in _blocks(rest):
        example = _example(block)
        if example is not None:
            body.append(example)
        elif left or block.startswith(LEFT_ALONE):
            left.append(block.removeprefix(LEFT_ALONE).strip("\n"))
        else:
            body.append(block.strip("\n"))
    return Documentation(title, tuple(body), "\n\n".join(left).strip())


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
