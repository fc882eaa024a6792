"""Code examples in documentation, found the way rustdoc finds them."""

from __future__ import annotations

from dataclasses import dataclass

from codemods.rust.spans import Span


@dataclass(frozen=True, slots=True)
class DocExample:
    """One fenced or indented code block of a doc comment or a Markdown page.

    `code_ranges` holds the code, a range a line with its line break, without the comment's
    prefix and without the marker of hidden lines. `first_line` counts from 1.
    """

    span: Span
    code_ranges: tuple[Span, ...]
    language: str
    attributes: frozenset[str]
    edition: str
    first_line: int
