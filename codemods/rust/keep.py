"""`// codemod: keep`: the comment that tells this tool to leave a place alone."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from codemods.rust.spans import Span
from codemods.rust.tokens import Token, TokenKind, in_attributes, tokens

KEEP_MARK = b"codemod:"
_KEEP = re.compile(r"codemod:\s*keep\b(?!-)\s*(?:\((?P<recipes>[^)]*)\))?\s*[:–—-]*\s*(?P<why>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CommentLines:
    """Which lines (from 1) have comments, with their text, and which have code beside attributes."""

    comments: Mapping[int, Sequence[str]]
    code: frozenset[int]

    def reason(self, first: int, last: int, recipe_id: str) -> str | None:
        """Return why the site on lines `first` to `last` is kept; None if it is not.

        A comment counts on the first or last line, and above the first with nothing but
        comments and attributes between.
        """
        above = first
        while above - 1 in self.comments and above - 1 not in self.code:
            above -= 1
        for line in dict.fromkeys([last, *range(first, above - 1, -1)]):
            for comment in self.comments.get(line, ()):
                reason = keep_reason(comment, recipe_id)
                if reason is not None:
                    return reason
        return None


def keep_reason(comment: str, recipe_id: str) -> str | None:
    """Return why `comment` asks to leave a site of the recipe alone; None if it does not ask.

    `// codemod: keep` speaks to every recipe, `// codemod: keep(try-macro, nll-scopes): why` to those.
    """
    match = _KEEP.match(comment.strip("/*! \t\r\n"))
    if match is None:
        return None
    recipes = match["recipes"]
    if recipes is not None and recipe_id not in [name.strip() for name in recipes.split(",")]:
        return None
    return " ".join(match["why"].split()) or "a `codemod: keep` comment asks for it"


def comment_lines(content: bytes, spans: Sequence[Span], line_of: Callable[[int], int]) -> CommentLines:
    """Return the comment lines of the code that stands at `spans`, read as one text."""
    comments: dict[int, list[str]] = defaultdict(list)
    code: set[int] = set()
    found = list(_tokens_at(content, spans))
    attributes = in_attributes([token for token, _ in found])
    for index, (token, start) in enumerate(found):
        lines = range(line_of(start), line_of(start) + token.text.count(b"\n") + 1)
        if token.kind is TokenKind.COMMENT:
            for line in lines:
                comments[line].append(token.text.decode())
        elif index in attributes:
            for line in lines:
                comments[line] += []
        else:
            code.update(lines)
    return CommentLines(comments, frozenset(code))


def _tokens_at(content: bytes, spans: Sequence[Span]) -> Iterator[tuple[Token, int]]:
    """Yield the tokens of the joined `spans`, each with its offset in `content`."""
    starts: list[int] = []
    length = 0
    for span in spans:
        starts.append(length)
        length += len(span)
    for token in tokens(b"".join(span.of(content) for span in spans)):
        index = bisect_right(starts, token.span.start) - 1
        yield token, spans[index].start + token.span.start - starts[index]
