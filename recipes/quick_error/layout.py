"""Lines of Rust, laid out as rustfmt does, from pieces of the file that keep their comments.

Lines come without the indentation of where they are to stand. A line break inside of a string literal is
kept as `KEPT_BREAK` until then, so that no indentation gets into the string.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from codemods.recipe import Source, Span, TokenKind, tokens

from .declarations import is_documentation

WIDTH = 100
INDENT = "    "
KEPT_BREAK = "\0"
_STRUCT_LITERAL, _STRUCT_VARIANT = 18, 35  # rustfmt's: what of these stands on one line


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the file writes: its path of `std::fmt`, and the conditions on each generated item."""

    fmt: str = "std::fmt"
    conditions: tuple[str, ...] = ()


def plain_comments(source: Source, inside: Span) -> tuple[Span, ...]:
    """Return the comments in there that are no documentation."""
    return tuple(
        token.span
        for token in tokens(source.content, inside)
        if token.kind is TokenKind.COMMENT and not is_documentation(token.text)
    )


def stacked(source: Source, spans: Iterable[Span], texts: dict[Span, str] | None = None) -> list[str]:
    """Return the lines of attributes and comments, one below the other.

    A comment behind something on one line stays there, and a blank line between two stays.
    `texts` are new texts of some.
    """
    lines: list[str] = []
    before: Span | None = None
    for span in sorted(spans):
        found = (texts or {}).get(span, "").splitlines() or dedented(source, span)
        between = source.content[before.end : span.start] if before is not None else b"\n"
        if b"\n" not in between and source.content.startswith((b"//", b"/*"), span.start):
            lines[-1] = f"{lines[-1]} {found[0]}"
            found = found[1:]
        elif between.count(b"\n") > 1:
            lines.append("")
        lines += found
        before = span
    return lines


def dedented(source: Source, span: Span) -> list[str]:
    """Return the lines at `span` without the indentation of its first line."""
    content = source.content
    line = content.rfind(b"\n", 0, span.start) + 1
    indentation = len(content[line : span.start]) - len(content[line : span.start].lstrip())
    pieces, done = [], span.start
    for token in tokens(content, span):
        if token.kind is TokenKind.STRING:
            pieces += [content[done : token.span.start], token.text.replace(b"\n", KEPT_BREAK.encode())]
            done = token.span.end
    first, *others = b"".join([*pieces, content[done : span.end]]).decode().splitlines()
    return [first, *(_without_indentation(each, indentation).rstrip() for each in others)]


def is_spaced(source: Source, before: int, after: int) -> bool:
    """Whether a blank line stands between the two bytes."""
    return source.content.count(b"\n", before, after) > 1


def with_list(head: str, items: Sequence[str], tail: str, indentation: int, width: int = WIDTH) -> list[str]:
    """Return `head`, the items and `tail` on one line where it fits, else an item a line."""
    whole = f"{head}{', '.join(items)}{tail}"
    if fits(whole, indentation, width):
        return [whole]
    return [head, *(f"{INDENT}{item}," for item in items), tail]


def macro_call(head: str, items: Sequence[str], tail: str, indentation: int) -> list[str]:
    """Return `head(items)tail` like `with_list`, without a comma after the last item."""
    whole = f"{head}{', '.join(items)}{tail}"
    if len(items) == 1 or fits(whole, indentation):
        return [whole]
    commas = [","] * (len(items) - 1) + [""]
    return [head, *(f"{INDENT}{item}{comma}" for item, comma in zip(items, commas, strict=True)), tail]


def braced(
    head: str, items: Sequence[str], tail: str, indentation: int, is_variant: bool = False
) -> list[str]:
    """Return `head { items }tail`, on one line where rustfmt would."""
    inner = ", ".join(items)
    whole = f"{head} {{ {inner} }}{tail}"
    limit = _STRUCT_VARIANT if is_variant else _STRUCT_LITERAL
    if len(inner) <= limit and fits(whole, indentation) and not any("#[" in item for item in items):
        return [whole]
    lines = [line for item in items for line in f"{item},".replace("] ", "]\n", "#[" in item).split("\n")]
    return [f"{head} {{", *indented(lines), f"}}{tail}"]


def fits(text: str, indentation: int, width: int = WIDTH) -> bool:
    """Whether `text` stands on one line."""
    return "\n" not in text and KEPT_BREAK not in text and indentation + len(text) <= width


def indented(lines: Iterable[str], depth: int = 1) -> list[str]:
    """Return the lines further to the right; empty ones stay empty."""
    return [INDENT * depth + line if line else line for line in lines]


def block(head: str, lines: Sequence[str], tail: str = "}") -> list[str]:
    """Return `head {`, the lines indented, `}`."""
    return [f"{head} {{", *indented(lines), tail]


def placed(source: Source, start: int, lines: Sequence[str]) -> str:
    """Return the lines as text for the byte `start`: indented as its line is, in the file's style."""
    content = source.content
    line = content.rfind(b"\n", 0, start) + 1
    before = content[line:start].decode()
    margin = before[: len(before) - len(before.lstrip())]
    uses_tabs = b"\n\t" in content and b"\n    " not in content
    texts = [margin + (_with_tabs(each) if uses_tabs else each) if each else "" for each in lines]
    text = source.newline.join(texts)
    return text.removeprefix(margin).replace(KEPT_BREAK, "\n")


def _with_tabs(line: str) -> str:
    depth = 0
    while line.startswith(INDENT, depth * len(INDENT)):
        depth += 1
    return "\t" * depth + line[depth * len(INDENT) :]


def _without_indentation(line: str, count: int) -> str:
    blank = len(line) - len(line.lstrip())
    return line[min(blank, count) :]
