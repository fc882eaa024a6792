"""Promises that hold for every recipe: no comment is lost, and formatting changes layout alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from codemods.recipe.proposals import Change, Edited, Form, Proposal, Skipped
from codemods.rust.edits import Edit
from codemods.rust.source import Source
from codemods.rust.tokens import Token, TokenKind, tokens

_LAYOUT = frozenset({b",", b"{", b"}"})  # rustfmt puts them where lines break, and takes them away


def keeping_comments(proposal: Proposal, source_of: Callable[[PurePosixPath], Source | None]) -> Proposal:
    """Return `proposal` with the forms that keep every comment; refuse it where none does."""
    if not isinstance(proposal, Change):
        return proposal
    lost = {form: _lost_comment(form, source_of) for form in proposal.forms}
    forms = tuple(form for form, comment in lost.items() if comment is None)
    if forms:
        return replace(proposal, forms=forms)
    comment = next(iter(lost.values()))
    return Skipped("comment", f"the change would take a comment away: {comment}", proposal.sites)


def is_only_layout(before: bytes, after: bytes) -> bool:
    """Whether two texts have the same tokens and comments, but for what belongs to line breaks.

    The order of imports that stand together means nothing, and rustfmt sorts them.
    """
    return _inks(before) == _inks(after)


def _inks(text: bytes) -> list[list[bytes]]:
    """Return the tokens of `text` in groups: imports that stand together, sorted, and each other token."""
    found = [token for token in tokens(text) if token.text not in _LAYOUT]
    groups: list[list[bytes]] = []
    imports: list[bytes] = []
    at = 0
    while at < len(found):
        end = _end_of_import(found, at)
        if end is None and imports:
            groups.append(sorted(imports))
            imports = []
        if end is None:
            groups.append([_ink(found[at])])
        else:
            imports += [_ink(token) for token in found[at:end]]
        at = end or at + 1
    return [*groups, sorted(imports)]


def _end_of_import(found: Sequence[Token], at: int) -> int | None:
    """Return the index behind the `use` declaration that begins at `at`; None where none does."""
    start = at
    if found[at].text == b"pub":
        start = at + 1
        while start < len(found) and found[start].text in (b"(", b")", b"crate", b"super", b"in", b"self"):
            start += 1
    if start >= len(found) or found[start].text != b"use" or found[start].kind is not TokenKind.WORD:
        return None
    if at and found[at - 1].text == b"]":
        return None  # an attribute belongs to it
    end = next((n for n in range(start, len(found)) if found[n].text == b";"), None)
    return None if end is None else end + 1


def _ink(token: Token) -> bytes:
    """Return the token's text; of a comment without the white space, which rustfmt aligns."""
    return b"".join(token.text.split()) if token.kind is TokenKind.COMMENT else token.text


def _lost_comment(form: Form, source_of: Callable[[PurePosixPath], Source | None]) -> str | None:
    for file in form.files:
        source = source_of(file.path) if isinstance(file, Edited) else None
        if source is not None and isinstance(file, Edited):
            for edit in file.edits:
                lost = _lost_in(edit, source)
                if lost is not None:
                    return lost
    return None


def _lost_in(edit: Edit, source: Source) -> str | None:
    """Return a comment that `edit` removes; one that the edit lies within (an example) is not meant."""
    for comment in source.comments:
        is_around = comment.span.start < edit.span.start and edit.span.end <= comment.span.end
        if comment.span.overlaps(edit.span) and not is_around:
            text = source.text(comment.span)
            if text.strip() not in edit.text:
                return " ".join(text.split())
    return None
