"""How a file writes the macro's name: `try!`, `r#try !`, or what it imports it as."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemods.recipe import TokenGroups, TokenKind, tokens, use_statements

STD_ROOTS = (b"std", b"core", b"alloc")
STD_TRY = (("std", "try"), ("core", "try"))

_GAP = rb"(?:\s|//[^\n]*\n|/\*.*?\*/)*"
_IMPORT = re.compile(rb"\b(?:std|core)\s*::\s*(?:\{[^;]*?)?(?:r#)?try\s+as\s+(?:r#)?(\w+)")
_RENAMED = re.compile(rb"\btry" + _GAP + rb"as\b", re.DOTALL)
_CONTINUES = re.compile(rb"[\w\x80-\xff]")


def invocations(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield place and text of what reads like the name and its `!`, in comments and strings too."""
    for name in sorted({b"try", *_imported_names(content)}):
        # A pattern that begins with a plain word is searched fastest.
        for found in re.finditer(re.escape(name) + _GAP + rb"!(?!=)", content, re.DOTALL):
            start = found.start() - 2 * content.endswith(b"r#", 0, found.start())
            if not _CONTINUES.match(content, start - 1, start):
                yield start, content[start : found.end()]


def spellings(content: bytes) -> tuple[bytes, ...]:
    """Return the different texts of `invocations`: only syntax trees that hold one matter."""
    return tuple(sorted({text for _, text in invocations(content)}))


def _imported_names(content: bytes) -> Iterator[bytes]:
    """Yield what std's `try` is imported as; in doc examples, which are comments here, by its looks."""
    if _RENAMED.search(content) is None:
        return
    yield from (found[1] for found in _IMPORT.finditer(content))
    code = TokenGroups([token for token in tokens(content) if token.kind is not TokenKind.COMMENT])
    for statement in use_statements(code):
        yield from (leaf.name.encode() for leaf in statement.leaves() if leaf.name and leaf.path in STD_TRY)
