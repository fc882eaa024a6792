"""What a diff changes, item by item: each function, each item outside of functions, each other file.

A diff comes as files before and after. Lines that differ are taken apart into tokens, so that an
edit covers what differs and nothing more; each edit belongs to the function or item around it.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import PurePosixPath

from codemods.engine.hunks import lines_of
from codemods.engine.layout import is_seen_by_macros
from codemods.errors import CodemodError
from codemods.recipe.proposals import Change, Created, Deleted, Edited, FileChange, Form, Origin
from codemods.rust.bodies import Owner, OwnerKind, items_inside, owner_of
from codemods.rust.edits import Edit
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.tokens import TokenKind, tokens
from codemods.vcs.linediff import Opcode, opcodes

Diff = Mapping[PurePosixPath, tuple[bytes | None, bytes | None]]  # None: the file is not there
WHOLE_FILE = "the file"


@dataclass(frozen=True, slots=True)
class Piece:
    """One changed run of bytes: `old` of the file before is replaced by `new` of the file after."""

    old: Span
    new: Span
    text: str
    is_layout: bool  # white space and comments alone


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """One function, item or file that a diff changes; `name` is its path: `impl Reader/fn read`.

    `source` is the file after the change (None where it is gone, or no Rust).
    """

    path: PurePosixPath
    name: str
    kind: OwnerKind | None  # None: no Rust code, or a whole file
    pieces: tuple[Piece, ...]
    file: FileChange
    source: Source | None

    @property
    def id(self) -> str:
        """A hash of where it is and of what changes in it."""
        text = "\n".join(f"{piece.old}{piece.text}" for piece in self.pieces)
        return hashlib.sha256(f"{self.path}\0{self.name}\0{text}".encode()).hexdigest()[:12]

    @property
    def is_layout(self) -> bool:
        """Whether nothing but white space and comments differs."""
        return bool(self.pieces) and all(piece.is_layout for piece in self.pieces)

    @property
    def change(self) -> Change:
        """It as a change that can be tried."""
        return Change((self.id,), (Form((self.file,)),), origin=Origin.PERSON)


def changed_items(diff: Diff, edition_of: Mapping[PurePosixPath, str]) -> tuple[ChangedItem, ...]:
    """Return what `diff` changes, in the order of paths and places."""
    found: list[ChangedItem] = []
    for path, (old, new) in sorted(diff.items()):
        found += _of_file(path, old, new, edition_of.get(path, "2021"))
    return tuple(found)


def _of_file(
    path: PurePosixPath, old: bytes | None, new: bytes | None, edition: str
) -> Iterator[ChangedItem]:
    if new is None:
        yield ChangedItem(path, WHOLE_FILE, None, (), Deleted(path), None)
        return
    before, after = _source(path, old, edition), _source(path, new, edition)
    if old is None or not _is_text(old) or not _is_text(new):
        yield ChangedItem(path, WHOLE_FILE, None, (), Created(path, new), after)
        return
    pieces = tuple(pieces_of(old, new, is_rust=before is not None and after is not None))
    if before is None or after is None:
        yield ChangedItem(path, WHOLE_FILE, None, pieces, _edited(path, pieces), after)
        return
    pieces = tuple(_told(piece, before, after) for piece in pieces)
    groups: dict[str, list[tuple[OwnerKind, Piece]]] = {}
    for piece in pieces:
        owner = _owner(before, after, piece)
        groups.setdefault(owner.path, []).append((owner.kind, piece))
    for name, owned in groups.items():
        kinds, here = {kind for kind, _ in owned}, tuple(piece for _, piece in owned)
        # A function whose signature is another one too is more than its body.
        kind = kinds.pop() if len(kinds) == 1 else OwnerKind.ITEM
        yield ChangedItem(path, name or WHOLE_FILE, kind, here, _edited(path, here), after)


def _told(piece: Piece, before: Source, after: Source) -> Piece:
    """Return `piece`, as code where its layout is a value of some macro."""
    is_seen = piece.is_layout and is_seen_by_macros(before, piece.old, after, piece.new)
    return replace(piece, is_layout=False) if is_seen else piece


def _owner(before: Source, after: Source, piece: Piece) -> Owner:
    """Return whose the piece is: a function's, if it is inside of that function's block on both sides."""
    old, new = owner_of(before, piece.old), owner_of(after, piece.new)
    if (old.kind, old.path) == (new.kind, new.path) and new.kind is not OwnerKind.ITEM:
        return new
    source, shown = (after, new) if len(piece.new) else (before, old)
    inside = "" if shown.kind is OwnerKind.FUNCTION else ", ".join(items_inside(source, shown.span))
    return Owner(OwnerKind.ITEM, "/".join(filter(None, [shown.path, inside])), shown.span)


def pieces_of(old: bytes, new: bytes, *, is_rust: bool) -> Iterator[Piece]:
    """Yield what differs between two texts: by lines, and in Rust by the tokens of these."""
    before, after = lines_of(old), lines_of(new)
    starts, ends = _offsets(before), _offsets(after)
    cut_old, cut_new = (_cuts(old), _cuts(new)) if is_rust else ([], [])
    for opcode in opcodes(before, after):
        if opcode.tag == "change":
            spans = (
                Span(starts[opcode.old], starts[opcode.old_end]),
                Span(ends[opcode.new], ends[opcode.new_end]),
            )
            yield from _pieces(old, new, *spans, cut_old, cut_new)


def _pieces(
    old: bytes, new: bytes, old_span: Span, new_span: Span, cut_old: Sequence[int], cut_new: Sequence[int]
) -> Iterator[Piece]:
    first, second = _cut(old, old_span, cut_old), _cut(new, new_span, cut_new)
    old_at, new_at = _offsets(first, old_span.start), _offsets(second, new_span.start)
    room = 0  # equal parts before a change; one of them stays between it and the change before
    for found in opcodes(first, second):
        if found.tag == "equal":
            room = found.old_end - found.old - (1 if found.old or found.new else 0)
        else:
            opcode = _slid(found, first, second, room)
            replaced = Span(old_at[opcode.old], old_at[opcode.old_end])
            by = Span(new_at[opcode.new], new_at[opcode.new_end])
            is_layout = _is_layout(replaced.of(old)) and _is_layout(by.of(new))
            yield Piece(replaced, by, by.of(new).decode(), is_layout and bool(cut_old or cut_new))


def _slid(opcode: Opcode, old: Sequence[bytes], new: Sequence[bytes], room: int) -> Opcode:
    """Return an addition or removal moved back, up to `room`, to where it begins with its line, if it may.

    So a new function is `fn new() {}` and not the rest of it with the `fn ` of the next.
    """
    is_added = opcode.old == opcode.old_end
    if not is_added and opcode.new != opcode.new_end:
        return opcode
    parts, start, end = (new, opcode.new, opcode.new_end) if is_added else (old, opcode.old, opcode.old_end)
    back = 0
    while not _begins_line(parts, start - back):
        if back == room or parts[start - back - 1] != parts[end - back - 1]:
            return opcode
        back += 1
    return Opcode(opcode.tag, *(at - back for at in (opcode.old, opcode.old_end, opcode.new, opcode.new_end)))


def _begins_line(parts: Sequence[bytes], at: int) -> bool:
    return at == 0 or parts[at - 1].rstrip(b" \t").endswith(b"\n")


def _cuts(content: bytes) -> list[int]:
    """Return the offsets where a token begins or ends."""
    found = {0, len(content)}
    for token in tokens(content):
        found |= {token.span.start, token.span.end}
    return sorted(found)


def _cut(content: bytes, span: Span, cuts: Sequence[int]) -> list[bytes]:
    """Return the bytes of `span`, cut at the borders of tokens; lines where there are no cuts."""
    inner = cuts[bisect_right(cuts, span.start) : bisect_left(cuts, span.end)]
    if not inner:
        return lines_of(span.of(content))
    borders = [span.start, *inner, span.end]
    return [content[start:end] for start, end in pairwise(borders)]


def _is_layout(text: bytes) -> bool:
    return all(
        token.kind is TokenKind.COMMENT and not token.text.startswith((b"///", b"//!", b"/**", b"/*!"))
        for token in tokens(text)
    )


def _edited(path: PurePosixPath, pieces: Sequence[Piece]) -> Edited:
    return Edited(path, tuple(Edit(piece.old, piece.text) for piece in pieces))


def _source(path: PurePosixPath, content: bytes | None, edition: str) -> Source | None:
    if path.suffix != ".rs" or content is None:
        return None
    try:
        return Source(path, content, edition)
    except CodemodError:
        return None  # no UTF-8: no rustc reads it either


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _offsets(parts: Sequence[bytes], start: int = 0) -> list[int]:
    offsets = [start]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return offsets
