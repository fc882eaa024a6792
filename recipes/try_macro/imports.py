"""Imports of std's `try!` under its own or another name: `use std::r#try as attempt;`."""

from __future__ import annotations

from dataclasses import dataclass

from codemods.recipe import Edit, Span, Token, TokenKind

from .outline import Outline
from .use_trees import Leaf, leaves_in


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
    leaves = leaves_in(outline.code, outline.partners)
    return tuple(_import_of(outline, leaf) for leaf in leaves if leaf.is_std_try)


def reaches(outline: Outline, found: Import, index: int) -> bool:
    """Whether the import gives its name to the token at `index`: not across the border of a module."""
    scope, opening = outline.parents[found.statement.start], outline.parents[index]
    while opening not in (scope, -1):
        if outline.text(opening - 2) == b"mod":
            return False
        opening = outline.parents[opening]
    return opening == scope


def removal(outline: Outline, found: Import) -> Edit | None:
    """Return the edit that takes the import away; None where more than one leaf or statement would go.

    A comment beside it may be about it, so that too is None.
    """
    if found.has_attributes or found.visibility:
        return None
    span = _removed(outline, found)
    return None if span is None or _has_comment(outline, span) else Edit(span, "")


def uses_of(outline: Outline, name: str) -> int:
    """Return how often the name stands in the code, other than in paths into std or core.

    A definition of a macro of that name is another one's.
    """
    return sum(
        token.text.removeprefix(b"r#") == name.encode()
        and not (outline.text(index - 1) == b"::" and outline.text(index - 2) in (b"std", b"core"))
        and not (outline.text(index - 1) == b"!" and outline.text(index - 2) == b"macro_rules")
        for index, token in enumerate(outline.code)
    )


def _import_of(outline: Outline, leaf: Leaf) -> Import:
    visibility, start = _visibility(outline, leaf.statement.start)
    has_attributes = outline.text(start - 1) == b"]"
    return Import(leaf.name.decode(), leaf.span, Span(start, leaf.statement.end), visibility, has_attributes)


def _removed(outline: Outline, found: Import) -> Span | None:
    before, after = outline.text(found.leaf.start - 1), outline.text(found.leaf.end)
    code = outline.code
    if after == b"," and before in (b"{", b","):
        return Span(code[found.leaf.start].span.start, code[found.leaf.end + 1].span.start)
    if before == b"," and after == b"}":
        return Span(code[found.leaf.start - 1].span.start, code[found.leaf.end - 1].span.end)
    if before == b"{" or after == b"}":
        return None
    return _with_line(outline, found.statement)


def _has_comment(outline: Outline, span: Span) -> bool:
    """Whether a comment stands inside of `span`, beside it, or alone on the line above."""
    inside = outline.between(span.start, span.end)
    first = outline.tokens.index(inside[0])
    neighbours = outline.tokens[max(first - 1, 0) : first + len(inside) + 1]
    before = neighbours[0] if first else None
    after = neighbours[-1] if neighbours[-1] != inside[-1] else None
    is_led = before is not None and _is_comment(before) and _leads(outline, before, span.start)
    is_followed = after is not None and _is_comment(after) and not _breaks(outline, inside[-1], after)
    return is_led or is_followed or any(map(_is_comment, inside))


def _leads(outline: Outline, comment: Token, start: int) -> bool:
    """Whether `comment` is on the line of `start`, or alone on the line above, or documents it."""
    content = outline.content
    between = content[comment.span.end : start].count(b"\n")
    line = content.rfind(b"\n", 0, comment.span.start) + 1
    is_alone = not content[line : comment.span.start].strip()
    is_documentation = comment.text[:3] in (b"///", b"/**")
    return between == 0 or (between == 1 and is_alone) or is_documentation


def _breaks(outline: Outline, first: Token, second: Token) -> bool:
    return b"\n" in outline.content[first.span.end : second.span.start]


def _is_comment(token: Token) -> bool:
    return token.kind is TokenKind.COMMENT


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
