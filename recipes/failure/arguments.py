"""The arguments of a macro call, from its tokens: as an author counts them, generics included."""

from __future__ import annotations

from dataclasses import dataclass

from codemods.recipe import Source, Span, Token, TokenKind, tokens


@dataclass(frozen=True, slots=True)
class Arguments:
    """What stands between the delimiters: each argument without the space around, and a last comma."""

    spans: tuple[Span, ...]
    has_trailing_comma: bool


def arguments_of(source: Source, args: Span) -> Arguments:
    """Return the arguments in the token tree `args`, which includes its delimiters."""
    code = [
        token
        for token in tokens(source.content, Span(args.start + 1, max(args.start + 1, args.end - 1)))
        if token.kind is not TokenKind.COMMENT
    ]
    found: list[Span] = []
    start, depth, angles, closures = 0, 0, 0, False
    for index, token in enumerate(code):
        depth += (token.kind is TokenKind.OPEN) - (token.kind is TokenKind.CLOSE)
        if depth == 0 and token.text == b"|":
            closures = not closures
        angles = _angles(code, index, angles)
        if token.text == b"," and depth == 0 and angles == 0 and not closures:
            if index > start:
                found.append(Span(code[start].span.start, code[index - 1].span.end))
            start = index + 1
    if start < len(code):
        found.append(Span(code[start].span.start, code[-1].span.end))
    return Arguments(tuple(found), bool(code) and code[-1].text == b",")


def _angles(code: list[Token], index: int, angles: int) -> int:
    """Return how many angle brackets of a turbofish are open behind the token at `index`."""
    text = code[index].text
    if text == b"<" and (angles or (index and code[index - 1].text == b"::")):
        return angles + 1
    return angles - 1 if text == b">" and angles else angles
