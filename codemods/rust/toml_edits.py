"""Small edits of TOML that keep the file's own layout: items of lists, whole lines, quotes. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codemods.rust.edits import Edit
from codemods.rust.spans import Span
from codemods.rust.toml_layout import Value, ValueKind

_LINE_REST = re.compile(rb"[ \t]*(#[^\n]*?)?(\r?\n|\Z)")
_COMMA = re.compile(rb"[ \t\r\n]*,")
_BLANKS = re.compile(rb"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def newline_of(content: bytes) -> str:
    """Return the line break that the file uses most."""
    return "\r\n" if 2 * content.count(b"\r\n") > content.count(b"\n") else "\n"


def line_start(content: bytes, at: int) -> int:
    """Return where the line of the byte `at` begins; a byte order mark is no part of it."""
    start = content.rfind(b"\n", 0, at) + 1
    return 3 if start == 0 and content.startswith(b"\xef\xbb\xbf") else start


def whole_lines(content: bytes, span: Span) -> Span | None:
    """Return the lines of `span` with comment and line break; None where something else stands on them."""
    start = line_start(content, span.start)
    rest = _LINE_REST.match(content, span.end)
    if content[start : span.start].strip() or rest is None:
        return None
    return Span(start, rest.end())


def comment_behind(content: bytes, span: Span) -> str:
    """Return the comment at the end of the line where `span` ends, with the blanks before it."""
    rest = _LINE_REST.match(content, span.end)
    return content[span.end : rest.end(1)].decode() if rest and rest[1] else ""


def quoted(text: str, like: bytes = b'"') -> str:
    """Return `text`, of a version or a name, as a string in the quotes of `like`."""
    quote = "'" if like.startswith(b"'") else '"'
    return f"{quote}{text}{quote}"


def written_key(name: str) -> str:
    """Return `name` as a key: bare where TOML allows it."""
    return name if _BARE.fullmatch(name) else quoted(name)


def items_of(container: Value) -> tuple[Span, ...]:
    """Return where the items of a list or the pairs of an inline table stand."""
    if container.kind is ValueKind.TABLE:
        return tuple(pair.span for pair in container.pairs)
    return tuple(item.span for item in container.items)


def without_items(content: bytes, container: Value, indexes: Sequence[int]) -> list[Edit]:
    """Return edits that take items out of a list or inline table, each with its comma."""
    items = items_of(container)
    if len(set(indexes)) == len(items):
        return [_emptied(content, container, items)]
    kept = [index for index in range(len(items)) if index not in set(indexes)]
    edits = []
    for index in sorted(set(indexes)):
        behind = index > kept[-1]
        edits.append(Edit(_with_comma(content, items, index, behind), ""))
    return edits


def with_items(content: bytes, container: Value, texts: Sequence[str]) -> list[Edit]:
    """Return edits that put `texts` at the end of a list or inline table, in its own layout."""
    items = items_of(container)
    if not texts:
        return []
    if not items:
        blank = " " if container.kind is ValueKind.TABLE else ""
        inner = Span(container.span.start + 1, container.span.end - 1)
        if inner.of(content).strip():  # a comment in an empty list
            return [Edit(Span(inner.start, inner.start), ", ".join(texts) + ",")]
        return [Edit(inner, blank + ", ".join(texts) + blank)]
    last = items[-1]
    comma = _COMMA.match(content, last.end)
    start = line_start(content, last.start)
    indent = content[start : last.start]
    if b"\n" not in content[last.end : container.span.end] or indent.strip():
        return [Edit(Span(last.end, last.end), "".join(f", {text}" for text in texts))]
    return _on_lines(content, last, comma, indent.decode(), texts)


def _on_lines(
    content: bytes, last: Span, comma: re.Match[bytes] | None, indent: str, texts: Sequence[str]
) -> list[Edit]:
    """Put each on a line of its own, behind the last item's comment."""
    newline = newline_of(content)
    rest = _LINE_REST.match(content, comma.end() if comma else last.end)
    if rest is None:  # the bracket closes on the line of the last item
        return [Edit(Span(last.end, last.end), "".join(f",{newline}{indent}{text}" for text in texts))]
    lines = [f"{indent}{text},{newline}" for text in texts]
    if comma is None:
        lines[-1] = lines[-1].removesuffix(f",{newline}") + newline
    added = Edit(Span(rest.end(), rest.end()), "".join(lines))
    return [added] if comma else [Edit(Span(last.end, last.end), ","), added]


def _emptied(content: bytes, container: Value, items: Sequence[Span]) -> Edit:
    inner = Span(container.span.start + 1, container.span.end - 1)
    if b"#" not in _outside(content, inner, items):
        return Edit(inner, "")
    comma = _COMMA.match(content, items[-1].end)
    return Edit(Span(items[0].start, comma.end() if comma else items[-1].end), "")


def _outside(content: bytes, inner: Span, items: Sequence[Span]) -> bytes:
    starts = [inner.start, *(item.end for item in items)]
    ends = [*(item.start for item in items), inner.end]
    return b"".join(content[start:end] for start, end in zip(starts, ends, strict=True))


def _with_comma(content: bytes, items: Sequence[Span], index: int, behind: bool) -> Span:
    """Return what goes with an item: its own line, else its comma; behind all that stay, the comma before."""
    item = items[index]
    comma = _COMMA.match(content, item.end)
    end = comma.end() if comma else item.end
    lines = whole_lines(content, Span(item.start, end))
    if lines is not None:
        return lines
    before = content[items[index - 1].end : item.start] if index else b"#"
    if behind and b"#" not in before:
        return Span(items[index - 1].end, item.end)
    blanks = _BLANKS.match(content, end)
    return Span(item.start, blanks.end() if blanks else end)
