"""Expressions of a clause, rewritten for where thiserror or a written `impl` puts them.

In the macro a field has a name of its own and is bound by reference. In `#[error("…", .0, .name)]` it is
`.0` or `.name`, bound by reference too; in a written `match` it keeps its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from codemods.recipe import Span, Token, TokenKind, matching, tokens

# After one of these thiserror reads `.0` as a field rather than as a field access.
_BEGINNERS = frozenset(
    b"( [ { , = + - * / % & && | || ! ^ < > => == != <= >= ; if in match mut return while break".split()
)
# Where one of these stands, a name may be bound again: then nothing is rewritten.
_BINDERS = frozenset([b"let", b"=>", b"fn", b"for", b"static", b"const", b"macro_rules"])


def code_tokens(content: bytes, span: Span) -> list[Token]:
    """Return the tokens at `span` without comments."""
    return [token for token in tokens(content, span) if token.kind is not TokenKind.COMMENT]


def split_arguments(code: Sequence[Token], *, has_types: bool = False) -> list[Sequence[Token]]:
    """Return the parts of `code` between commas outside of all brackets; a trailing comma does not count.

    With `has_types`, angle brackets are brackets.
    """
    partners = matching(code)
    parts, first, at, depth = [], 0, 0, 0
    while at < len(code):
        if has_types:
            depth += (code[at].text == b"<") - (code[at].text == b">")
        if code[at].text == b"," and depth == 0:
            parts.append(code[first:at])
            first = at + 1
        at = partners.get(at, at) + 1
    return [*parts, code[first:]] if first < len(code) else parts


def names_in(code: Sequence[Token], names: Sequence[str]) -> tuple[str, ...]:
    """Return those of `names` that the tokens mention, also inside of format strings."""
    words = {token.text.decode() for token in code if token.kind is TokenKind.WORD}
    strings = [token.text.decode() for token in code if token.kind is TokenKind.STRING]
    return tuple(name for name in names if name in words or _is_captured(strings, name))


def rewritten(
    content: bytes, code: Sequence[Token], names: Mapping[str, str], is_attribute: bool
) -> str | None:
    """Return the expression with `names` replaced; None where what a name means there is not certain.

    Line breaks become spaces. With `is_attribute`, a replacement that begins with a dot must stand where
    thiserror understands it.
    """
    if not code:
        return ""
    if _binds_again(code, names):
        return None
    pieces, end = [], code[0].span.start
    for index, token in enumerate(code):
        pieces += [_gap(content, end, token.span.start), token.text.decode()]
        end = token.span.end
        name = token.text.decode()
        if token.kind is not TokenKind.WORD or name not in names or _is_other(code, index):
            continue
        before = code[index - 1].text if index else b","
        if is_attribute and names[name].startswith(".") and before not in _BEGINNERS:
            return None
        pieces[-1] = names[name]
    return "".join(pieces)


def _gap(content: bytes, start: int, end: int) -> str:
    between = content[start:end]
    return "" if not between else " "


def _is_other(code: Sequence[Token], index: int) -> bool:
    """Whether the word is a field, a method, or part of a path rather than a variable."""
    before = code[index - 1].text if index else b""
    after = code[index + 1].text if index + 1 < len(code) else b""
    return before in (b".", b"::") or after in (b"::", b"!")


def _binds_again(code: Sequence[Token], names: Mapping[str, str]) -> bool:
    """Whether a name might mean something else than the field somewhere in there."""
    strings = [token.text.decode() for token in code if token.kind is TokenKind.STRING]
    if any(_is_captured(strings, name) for name in names):
        return True
    mentioned = names_in(code, tuple(names))
    if not mentioned:
        return False
    if any(token.text in _BINDERS for token in code):
        return True
    return any(name in _parameters(code) or _is_label(code, name) for name in mentioned)


def _is_captured(strings: Sequence[str], name: str) -> bool:
    bare = re.escape(name.removeprefix("r#"))
    return any(re.search(rf"\{{\s*{bare}\b|[:.<>^+#0-9]{bare}\$", text) for text in strings)


def _parameters(code: Sequence[Token]) -> frozenset[str]:
    """Return the words between the bars of closures."""
    words: set[str] = set()
    inside = False
    for index, token in enumerate(code):
        before = code[index - 1].text if index else b","
        if token.text == b"|" and (inside or before in (b"(", b",", b"=", b"move", b"{", b";")):
            inside = not inside
        elif inside:
            words.add(token.text.decode())
    return frozenset(words)


def _is_label(code: Sequence[Token], name: str) -> bool:
    """Whether the name stands before a `:`, as the field of a struct literal."""
    texts = [token.text for token in code]
    return any(text == name.encode() and after == b":" for text, after in pairwise(texts))
