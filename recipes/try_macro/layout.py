"""The edits that turn one `try!(operand)` into `operand?`, and leave all other bytes alone.

Only tokens are touched, so that nested sites compose: `try!(` goes, `)` becomes `?`. Each
byte belongs to one site: what an inner one deletes, an outer one does not move.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from codemods.recipe import Edit, Span, Token, TokenKind

from .calls import Call, call_at, is_transparent
from .outline import Outline
from .statements import lacks_semicolon

# Byte pairs that would become another token or a comment if nothing stood between them.
_GLUED = frozenset({b"<<", b"::", b"//", b"/*", b"&&", b"||", b"..", b"<-", b"->", b"--"})


@dataclass(frozen=True, slots=True)
class Wording:
    """What replaces `try!(` and `)`, and what else changes inside of the operand."""

    before: str = ""
    after: str = "?"
    inner: tuple[Edit, ...] = field(default=())


def edits_of(call: Call, wording: Wording, gone: frozenset[int]) -> tuple[Edit, ...]:
    """Return the edits that write `call` as `wording` says."""
    after = wording.after + (";" if lacks_semicolon(call, gone) else "")
    opening = _opening(call, wording)
    return (opening, *wording.inner, *_closing(call, after, gone), *_dedented(call, gone))


def has_misplaced_comment(call: Call) -> bool:
    """Whether a comment in `try! (` ends a line, so that it cannot move in front of the operand."""
    return any(comment.text.startswith(b"//") or b"\n" in comment.text for comment in _head_comments(call))


def _opening(call: Call, wording: Wording) -> Edit:
    outline = call.outline
    start = outline.code[call.first].span.start
    first = _first(call)
    comments = b"".join(comment.text + b" " for comment in _head_comments(call)).decode()
    if _keeps_lines(call):
        text = wording.before + comments.rstrip()
        # No space may stay behind at the end of the line.
        begin = start if text else len(outline.content[:start].rstrip(b" \t"))
        return Edit(Span(begin, outline.code[call.opening].span.end), text)
    text = wording.before + comments
    beside = outline.content[start - 1 : start] + (text.encode() or first.text)[:1]
    if beside in _GLUED and (text or not any(edit.span.start == first.span.start for edit in wording.inner)):
        text = " " + text
    return Edit(Span(start, first.span.start), text)


def _head_comments(call: Call) -> list[Token]:
    """Return the comments between the macro's path and its opening delimiter, and inside of the path."""
    outline = call.outline
    head = outline.between(outline.code[call.first].span.start, outline.code[call.opening].span.start)
    return [token for token in head if token.kind is TokenKind.COMMENT]


def _closing(call: Call, after: str, gone: frozenset[int]) -> Iterator[Edit]:
    """Yield the edits at the end: `?` comes right after the operand, before any comment."""
    outline = call.outline
    last, closing = outline.code[call.end - 1].span, outline.code[call.closing].span
    glue = " " if _continues_word(outline.content[closing.end : closing.end + 1]) else ""
    trailing = outline.between(last.end, closing.start)
    comments = [token for token in trailing if token.kind is TokenKind.COMMENT]
    if not comments:
        yield Edit(Span(last.end, closing.end), after + glue)
        return
    comma = outline.code[call.end]
    if comma.span.end <= comments[-1].span.start:
        yield Edit(comma.span, "")
    yield from _closing_after(call, comments[-1], after, gone)


def _closing_after(call: Call, comment: Token, after: str, gone: frozenset[int]) -> Iterator[Edit]:
    """Yield the edits at the end where a comment stands before the closing delimiter."""
    outline = call.outline
    last, closing = outline.code[call.end - 1].span, outline.code[call.closing].span
    is_line = comment.text.startswith(b"//")
    # A line comment owns the `\r` of its line break.
    start, end = comment.span.start + len(comment.text.rstrip()), closing.end
    following = outline.text(call.closing + 1)
    moves = is_line and following in (b";", b",") and not _is_inside_try(call, gone)
    if moves and _is_beside_next(call) and _ends_line(outline, outline.code[call.closing + 1].span.end):
        # Else the `;` would stand alone on a line.
        after += following.decode()
        end = outline.code[call.closing + 1].span.end
    elif is_line and (not _ends_line(outline, end) or _ends_operand(call, gone)):
        start = next(token.span.start for token in outline.code[call.end :] if token.span.start >= start)
    yield Edit(Span(last.end, last.end), after)
    yield Edit(Span(start, end), "")


def _ends_operand(call: Call, gone: frozenset[int]) -> bool:
    """Whether the operand of a `try!` around it ends with the call: that one's `?` comes right behind."""
    parent = call.outline.parents[call.first]
    return parent in gone and call.closing + 1 == _nested(call, call.outline.group(parent).first).end


def _is_beside_next(call: Call) -> bool:
    """Whether no comment stands between the call and the token behind it."""
    outline = call.outline
    end, following = outline.code[call.closing].span.end, outline.code[call.closing + 1].span.start
    return not outline.between(end, following)


def _dedented(call: Call, gone: frozenset[int]) -> Iterator[Edit]:
    """Yield the edits that move an operand that had lines of its own to where `try!` stood."""
    extra = _extra_indentation(call)
    if not extra:
        return
    outline = call.outline
    taken = _taken_by_others(call, gone)
    end = outline.code[call.closing].span.start
    for token in outline.between(_first(call).span.end, end):
        if token.span.start in taken or not _begins_line(outline, token):
            continue
        stop = token.span.start - _outer_indentation(call, gone)
        start = stop - len(extra)
        if start >= 0 and outline.original[start:stop] == extra and outline.is_code(Span(start, stop)):
            yield Edit(Span(start, stop), "")


def _keeps_lines(call: Call) -> bool:
    """Whether an operand on lines of its own stays on them, behind other code: `let x =`, then the operand.

    So does one that a comment leads (`let x = // why`), and one of several lines after a `=`: to move
    them all would make a change of lines that say the same as before.
    """
    outline, first = call.outline, _first(call)
    is_inner = call.first > 0 and outline.parents[call.first] == call.first - 1
    if is_inner or not _begins_line(outline, first) or _begins_line(outline, outline.code[call.first]):
        return False
    operand = outline.content[first.span.start : outline.code[call.end - 1].span.end]
    return first.kind is TokenKind.COMMENT or (outline.text(call.first - 1) == b"=" and b"\n" in operand)


def _extra_indentation(call: Call) -> bytes:
    """Return by what the operand is indented more than the line of its `try!`; nothing if it stays."""
    outline, first = call.outline, _first(call)
    if not _begins_line(outline, first) or _keeps_lines(call):
        return b""
    outer = _indentation(outline, outline.code[call.first].span.start)
    inner = _indentation(outline, first.span.start)
    return inner.removeprefix(outer) if inner.startswith(outer) else b""


def _outer_indentation(call: Call, gone: frozenset[int]) -> int:
    """Return how many bytes before each token the sites around `call` take away."""
    groups = (group for group in call.outline.groups_around(call.first) if is_transparent(group, gone))
    return sum(len(_extra_indentation(_nested(call, group.first))) for group in groups)


def _taken_by_others(call: Call, gone: frozenset[int]) -> frozenset[int]:
    """Return where the tokens start whose place the sites inside of `call` decide."""
    outline = call.outline
    taken: set[int] = {outline.code[call.closing].span.start}
    for opening in range(call.opening, call.closing):
        if opening not in outline.partners or not is_transparent(outline.group(opening), gone):
            continue
        inner = _nested(call, outline.group(opening).first)
        if inner.start < inner.end:
            head = range(inner.first + 1, inner.opening + 1)
            taken |= {
                outline.code[index].span.start for index in (*head, *range(inner.end, inner.closing + 1))
            }
            taken |= {token.span.start for token in (_first(inner), *_head_comments(inner))}
    return frozenset(taken)


def _nested(call: Call, first: int) -> Call:
    return call_at(call.site, call.outline, first)


def _first(call: Call) -> Token:
    """Return the first token between the delimiters, a comment perhaps."""
    start = call.outline.code[call.opening].span.end
    return call.outline.between(start, call.outline.code[call.end - 1].span.end)[0]


def _is_inside_try(call: Call, gone: frozenset[int]) -> bool:
    parent = call.outline.parents[call.first]
    return parent >= 0 and is_transparent(call.outline.group(parent), gone)


def _begins_line(outline: Outline, token: Token) -> bool:
    line = outline.content.rfind(b"\n", 0, token.span.start) + 1
    return line > 0 and not outline.content[line : token.span.start].strip()


def _ends_line(outline: Outline, offset: int) -> bool:
    end = outline.content.find(b"\n", offset)
    return not outline.content[offset : end if end >= 0 else len(outline.content)].strip()


def _indentation(outline: Outline, offset: int) -> bytes:
    line = outline.content[outline.content.rfind(b"\n", 0, offset) + 1 : offset]
    return line[: len(line) - len(line.lstrip())]


def _continues_word(byte: bytes) -> bool:
    return byte.isalnum() or byte == b"_" or byte >= b"\x80"
