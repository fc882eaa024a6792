"""The token tree behind a macro's name."""

from __future__ import annotations

from codemods.recipe import Source, Span, Token, TokenKind, matching, tokens


def macro_arguments(source: Source, path: Span) -> Span | None:
    """Return the token tree, with its delimiters, of the macro call whose path is at `path`."""
    code: list[Token] = []
    depth = 0
    for token in tokens(source.content, Span(path.end, len(source.content))):
        if token.kind is TokenKind.COMMENT:
            continue
        code.append(token)
        depth += (token.kind is TokenKind.OPEN) - (token.kind is TokenKind.CLOSE)
        if depth == 0 and len(code) > 1:
            break
    partners = matching(code)
    if len(code) < 2 or code[0].text != b"!" or 1 not in partners:
        return None
    return Span(code[1].span.start, code[partners[1]].span.end)
