"""Imports of std's `try!` under its own or another name: `use std::r#try as attempt;`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codemods.recipe import Edit, Span, TokenKind

from .outline import Outline

_ROOTS = (b"std", b"core")


@dataclass(frozen=True, slots=True)
class Import:
    """One imported `try`: the name it gets, its leaf in the use tree, the whole statement, by token index."""

    name: str
    leaf: Span
    statement: Span
    visibility: str  # as written, "" for a private one
    has_attributes: bool


def imports_in(outline: Outline) -> tuple[Import, ...]:
    """Return the imports of `try` from std or core."""
    return tuple(
        found
        for index, token in enumerate(outline.code)
        if token.text == b"use" and token.kind is TokenKind.WORD
        for found in _in_statement(outline, index)
    )


def removal(outline: Outline, found: Import) -> Edit | None:
    """Return the edit that takes the import away; None where that is more than one leaf or statement."""
    if found.has_attributes or found.visibility:
        return None
    before, after = outline.text(found.leaf.start - 1), outline.text(found.leaf.end)
    code = outline.code
    if after == b"," and before in (b"{", b","):
        return Edit(Span(code[found.leaf.start].span.start, code[found.leaf.end + 1].span.start), "")
    if before == b"," and after == b"}":
        return Edit(Span(code[found.leaf.start - 1].span.start, code[found.leaf.end - 1].span.end), "")
    if before == b"{" or after == b"}":
        return None
    return Edit(_with_line(outline, found.statement), "")


def uses_of(outline: Outline, name: str) -> int:
    """Return how often the name stands in the code, other than in paths into std or core."""
    return sum(
        token.text.removeprefix(b"r#") == name.encode()
        and not (outline.text(index - 1) == b"::" and outline.text(index - 2) in _ROOTS)
        for index, token in enumerate(outline.code)
    )


def _in_statement(outline: Outline, use: int) -> Iterator[Import]:
    end = use
    while outline.text(end) not in (b";", b""):
        end += 1
    visibility, start = _visibility(outline, use)
    has_attributes = outline.text(start - 1) == b"]"
    for name, leaf in _leaves(outline, use + 1, end, ()):
        yield Import(name, leaf, Span(start, end + 1), visibility, has_attributes)


def _leaves(outline: Outline, at: int, end: int, path: tuple[bytes, ...]) -> Iterator[tuple[str, Span]]:
    """Yield name and span of each leaf in the use trees of `at..end` that is std's `try`."""
    while at < end:
        start, segments = at, path
        while at < end and outline.text(at) not in (b",", b"{", b"as"):
            segments += (outline.text(at),) if outline.text(at) != b"::" else ()
            at += 1
        if outline.text(at) == b"{" and at < end:
            yield from _leaves(outline, at + 1, outline.partners[at], segments)
            at = outline.partners[at] + 1
        elif _is_std_try(segments):
            name = segments[-1]
            if outline.text(at) == b"as" and at < end:
                name, at = outline.text(at + 1), at + 2
            yield name.decode().removeprefix("r#"), Span(start, at)
        while at < end and outline.text(at) != b",":
            at += 1
        at += 1


def _is_std_try(segments: tuple[bytes, ...]) -> bool:
    return len(segments) == 2 and segments[0] in _ROOTS and segments[1] in (b"try", b"r#try")


def _visibility(outline: Outline, use: int) -> tuple[str, int]:
    """Return the visibility before `use` as written, and the index where the statement begins."""
    if outline.text(use - 1) == b"pub":
        return "pub", use - 1
    opening = outline.openings.get(use - 1, 0)
    if outline.text(use - 1) == b")" and outline.text(opening - 1) == b"pub":
        return "pub(…)", opening - 1
    return "", use


def _with_line(outline: Outline, statement: Span) -> Span:
    """Return the bytes of the statement, with its line where nothing else stands on it."""
    content = outline.content
    start, end = outline.code[statement.start].span.start, outline.code[statement.end - 1].span.end
    line = content.rfind(b"\n", 0, start) + 1
    if content.startswith(b"\xef\xbb\xbf", line):
        line += 3
    line_end = content.find(b"\n", end) + 1 or len(content)
    is_alone = not content[line:start].strip() and not content[end:line_end].strip()
    is_alone = is_alone and outline.is_code(Span(line, line_end))
    return Span(line, line_end) if is_alone else Span(start, end)
