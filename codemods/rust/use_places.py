"""Where a statement stands among the lines of its file, and where a new one goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from codemods.rust.imports import Declaration, declarations
from codemods.rust.outlines import Outline
from codemods.rust.prelude import STD_CRATES
from codemods.rust.spans import Span
from codemods.rust.tokens import Token, TokenKind
from codemods.rust.use_layout import sort_key

Stays = Callable[[Declaration], bool]


@dataclass(frozen=True, slots=True)
class Place:
    """Where to insert statements: `before`, they with `gap` between, `after`."""

    offset: int
    before: str
    gap: str
    after: str


def own_lines(outline: Outline, declaration: Declaration) -> Span | None:
    """Return the whole lines of the statement with the last one's break; None if something shares them."""
    content = outline.source.content
    span = outline.bytes_of(declaration.first, declaration.last)
    start = line_start(outline, span.start)
    end = content.find(b"\n", span.end) + 1 or len(content)
    before = _is_blank(outline, Span(start, span.start))
    after = not content[span.end : end].strip()
    return Span(start, end) if before and after else None


def removed_lines(outline: Outline, declaration: Declaration) -> Span:
    """Return what goes with a statement: its lines, and one of two empty lines around them."""
    content = outline.source.content
    span = outline.bytes_of(declaration.first, declaration.last)
    lines = own_lines(outline, declaration)
    if lines is None:
        return _with_gap(content, span)
    if outline.tree.example is not None:
        return lines
    following = content.find(b"\n", lines.end) + 1 or len(content)
    is_empty_after = lines.end < len(content) and not content[lines.end : following].strip()
    if is_empty_after and _is_empty_before(outline, lines.start):
        return Span(lines.start, following)
    return lines


def comment_about(outline: Outline, declaration: Declaration) -> int | None:
    """Return where a comment stands that may be about this statement alone: beside it, inside, or above."""
    content = outline.source.content
    span = outline.bytes_of(declaration.first, declaration.last)
    line_end = content.find(b"\n", span.end)
    line_end = len(content) if line_end < 0 else line_end
    start = line_start(outline, span.start)
    for token in outline.between(start, line_end):
        is_beside = not _has_code(outline, token.span.end, span.start) or token.span.start > span.start
        if token.kind is TokenKind.COMMENT and is_beside:
            return token.span.start
    above = _comment_above(outline, start)
    if above is None or (_is_heading(outline, declaration) and not _is_documentation(above)):
        return None
    return above.span.start


def line_start(outline: Outline, offset: int) -> int:
    """Return where the line of `offset` begins, behind a byte order mark."""
    return max(outline.source.content.rfind(b"\n", 0, offset) + 1, _file_start(outline))


def indent_at(outline: Outline, offset: int) -> str | None:
    """Return what stands before `offset` on its line; None if that is code.

    In documentation that is the comment's own mark as well.
    """
    span = Span(line_start(outline, offset), offset)
    return outline.source.text(span) if _is_blank(outline, span) else None


def beside(outline: Outline, declaration: Declaration, text: str) -> Place:
    """Return where a statement like `declaration`, with the tree `text`, goes: before or after it."""
    assert declaration.statement is not None, "only a `use` has neighbours of its kind"
    tree = declaration.statement.tree
    own = outline.source.text(outline.bytes_of(tree.first, tree.last))
    span = outline.bytes_of(declaration.first, declaration.last)
    indent = indent_at(outline, span.start)
    gap = " " if indent is None else outline.source.newline + indent
    if sort_key(text, is_ascii=True) < sort_key(own, is_ascii=True):
        return Place(span.start, "", gap, gap)
    return Place(span.end, gap, gap, "")


def new_place(outline: Outline, opening: int, text: str, stays: Stays) -> Place:
    """Return where a plain `use` of `text` goes in the module or example whose brace is `opening`.

    It never depends on a statement that does not stay.
    """
    uses = [each for each in _uses(outline, opening) if _owns_line(outline, each) and stays(each)]
    plain = [each for each in uses if not each.visibility and not each.attributes]
    if plain:
        return _among(outline, _runs(outline, plain), text)
    if uses:
        return _after(outline, uses[-1], 1)
    crates = [each for each in declarations(outline) if each.opening == opening and each.statement is None]
    crates = [each for each in crates if _owns_line(outline, each) and stays(each)]
    if crates:
        return _after(outline, crates[-1], 2 if outline.tree.example is None else 1)
    return _first_place(outline, opening)


def crate_place(outline: Outline, stays: Stays) -> Place:
    """Return where an `extern crate` goes: behind the others, or else before everything."""
    crates = [each for each in declarations(outline) if each.opening == -1 and each.statement is None]
    crates = [each for each in crates if _owns_line(outline, each) and stays(each)]
    return _after(outline, crates[-1], 1) if crates else _first_place(outline, -1)


def _among(outline: Outline, runs: Sequence[list[Declaration]], text: str) -> Place:
    """Return the place in the run that `text` belongs to, or in a run of its own in the usual order."""
    kind = _kind(text)
    kinds = [{_kind(_text(outline, each)) for each in run} for run in runs]
    fitting = [run for run, found in zip(runs, kinds, strict=True) if kind in found]
    fitting += [run for run, found in zip(runs, kinds, strict=True) if len(found) > 1]
    if not fitting and len(runs) > 1:
        earlier = [run for run, found in zip(runs, kinds, strict=True) if max(found) < kind]
        return _after(outline, earlier[-1][-1], 2) if earlier else _before(outline, runs[0][0], 2)
    run = fitting[0] if fitting else runs[0]
    keys = [sort_key(_text(outline, each), is_ascii=True) for each in run]
    later = [each for each, key in zip(run, keys, strict=True) if key > sort_key(text, is_ascii=True)]
    if later and keys == sorted(keys):
        return _before(outline, later[0], 1)
    return _after(outline, run[-1], 1)


def _before(outline: Outline, declaration: Declaration, breaks: int) -> Place:
    start = outline.code[declaration.first].span.start
    gap, empty = _breaks(outline, start)
    return Place(start, "", gap, empty * (breaks - 1) + gap)


def _after(outline: Outline, declaration: Declaration, breaks: int) -> Place:
    span = outline.bytes_of(declaration.first, declaration.last)
    content = outline.source.content
    line_end = outline.source.line_span(span.end).end
    is_commented = content[span.end : line_end].strip() and outline.tree.example is None
    gap, empty = _breaks(outline, span.start)
    return Place(line_end if is_commented else span.end, empty * (breaks - 1) + gap, gap, "")


def _breaks(outline: Outline, start: int) -> tuple[str, str]:
    """Return what leads to a next line like that at `start`, and what makes an empty one."""
    indent = indent_at(outline, start) or ""
    newline = outline.source.newline
    return newline + indent, newline + ("" if outline.tree.example is None else indent.rstrip())


def _runs(outline: Outline, uses: Sequence[Declaration]) -> list[list[Declaration]]:
    """Return `uses` in stretches of neighbouring lines."""
    runs: list[list[Declaration]] = []
    for each in uses:
        if runs and _is_adjacent(outline, runs[-1][-1], each):
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def _kind(text: str) -> int:
    """Return the place of an import in the usual order: std, other crates, this crate."""
    head = text.removeprefix("::").split("::")[0].split(" ")[0]
    if head in STD_CRATES:
        return 0
    return 2 if head in ("crate", "self", "super") else 1


def _uses(outline: Outline, opening: int) -> list[Declaration]:
    found = [each for each in declarations(outline) if each.opening == opening and each.statement is not None]
    return [each for each in found if outline.parents[each.keyword] == opening]


def _is_adjacent(outline: Outline, first: Declaration, second: Declaration) -> bool:
    between = Span(outline.code[first.last].span.end, outline.code[second.first].span.start)
    return second.first == first.last + 1 and between.of(outline.source.content).count(b"\n") == 1


def _text(outline: Outline, declaration: Declaration) -> str:
    assert declaration.statement is not None, "only of a `use`"
    tree = declaration.statement.tree
    return outline.source.text(outline.bytes_of(tree.first, tree.last))


def _owns_line(outline: Outline, declaration: Declaration) -> bool:
    return indent_at(outline, outline.code[declaration.first].span.start) is not None


def _first_place(outline: Outline, opening: int) -> Place:
    """Return the place before the first item, behind inner attributes and documentation."""
    index = opening + 1
    while outline.text(index) == b"#" and outline.text(index + 1) == b"!":
        index = outline.partners.get(index + 2, index + 2) + 1
    newline = outline.source.newline
    inside = outline.inside(opening)
    if index >= len(outline.code) or outline.code[index].span.start >= inside.end:
        return _end_place(outline, inside)
    item = _item_start(outline, index, outline.code[index - 1].span.end if index else inside.start)
    indent = indent_at(outline, item)
    if indent is None:
        return Place(item, "", " ", " ")
    is_document = outline.tree.example is not None
    return Place(item, "", newline + indent, newline * (1 if is_document else 2) + indent)


def _end_place(outline: Outline, inside: Span) -> Place:
    """Return the place behind all that is there, in a file or module without any item."""
    newline = outline.source.newline
    content = inside.of(outline.source.content)
    end = inside.start + len(content.rstrip())
    if end == inside.start:
        return Place(end, "", newline, newline)
    return Place(end, newline * 2, newline, "" if content.endswith(b"\n") else newline)


def _item_start(outline: Outline, index: int, after: int) -> int:
    """Return where the item at the token `index` begins with the comments right above it."""
    start = outline.code[index].span.start
    content = outline.source.content
    for token in reversed(outline.between(after, start)):
        gap = content[token.span.end : start]
        is_inner = token.text.startswith((b"//!", b"/*!"))
        if token.kind is not TokenKind.COMMENT or is_inner or gap.count(b"\n") > 1:
            break
        is_header = token.span.start <= _file_start(outline) and not token.text.startswith((b"///", b"/**"))
        if is_header or indent_at(outline, token.span.start) is None:
            break
        start = token.span.start
    return start


def _is_blank(outline: Outline, span: Span) -> bool:
    """Whether the example, or the file, has no code and no comment of its own in `span`."""
    if outline.tree.example is None:
        return not span.of(outline.source.content).strip()
    return not outline.between(span.start, span.end) and not _code_of_example(outline, span).strip()


def _code_of_example(outline: Outline, span: Span) -> bytes:
    example = outline.tree.example
    content = outline.source.content
    parts = example.code_ranges if example is not None else ()
    return b"".join(
        content[max(part.start, span.start) : min(part.end, span.end)]
        for part in parts
        if part.overlaps(span)
    )


def _has_code(outline: Outline, start: int, end: int) -> bool:
    return any(token.kind is not TokenKind.COMMENT for token in outline.between(start, end))


def _comment_above(outline: Outline, start: int) -> Token | None:
    """Return the comment alone on the line above the line at `start`, or documentation from further up."""
    found = [token for token in outline.between(0, start)[-1:] if token.kind is TokenKind.COMMENT]
    if not found or found[0].text.startswith((b"//!", b"/*!")) or start <= _file_start(outline):
        return None
    is_near = found[0].span.end >= line_start(outline, start - 1)
    is_alone = indent_at(outline, found[0].span.start) is not None
    return found[0] if is_alone and (is_near or _is_documentation(found[0])) else None


def _is_documentation(comment: Token) -> bool:
    return comment.text.startswith((b"///", b"/**")) and not comment.text.startswith(
        (b"////", b"/***", b"/**/")
    )


def _is_heading(outline: Outline, declaration: Declaration) -> bool:
    """Whether what stands above is a heading: more imports follow on the next line."""
    following = [each for each in declarations(outline) if each.first == declaration.last + 1]
    return any(_is_adjacent(outline, declaration, each) for each in following)


def _is_empty_before(outline: Outline, start: int) -> bool:
    """Whether the line before is empty, or opens the block, or there is none."""
    if start <= _file_start(outline):
        return True
    content = outline.source.content
    line = content[line_start(outline, start - 1) : start].strip()
    return not line or line.endswith(b"{")


def _file_start(outline: Outline) -> int:
    return outline.span.start if outline.tree.example is None else 0


def _with_gap(content: bytes, span: Span) -> Span:
    end = span.end
    while content[end : end + 1] in (b" ", b"\t"):
        end += 1
    return Span(span.start, end)
