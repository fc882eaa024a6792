"""What the changes that are in force make of the files: a tree on top of the analysed commit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from codemods.recipe.proposals import Change, Created, Deleted, Edited, Form
from codemods.rust.edits import Edit, EditConflict, EditMap, apply_edits, ordered
from codemods.rust.spans import Span

Overlay = Mapping[PurePosixPath, bytes | None]  # `None`: the file is deleted


@dataclass(frozen=True, slots=True)
class Chosen:
    """A change with the form of it that is being tried."""

    change: Change
    form_index: int = 0

    @property
    def form(self) -> Form:
        """The form that is tried now."""
        return self.change.forms[self.form_index]

    def next(self, *, names_resolved: bool = False) -> Chosen | None:
        """Return the same change with its next form, if it has one.

        `names_resolved`: rustc found all that this form names, so that one of the same meaning is no better.
        """
        for index in range(self.form_index + 1, len(self.change.forms)):
            meaning = self.change.forms[index].meaning
            if not (names_resolved and meaning and meaning == self.form.meaning):
                return Chosen(self.change, index)
        return None


@dataclass(frozen=True, slots=True)
class EditedFile:
    """One file with all edits in force: where each change stands in the new text."""

    path: PurePosixPath
    old: bytes
    new: bytes
    edits: EditMap
    extents: tuple[tuple[str, Span], ...]  # change id, and the new text from its first to its last edit
    formatted: bytes | None = None  # `new` after rustfmt, where the file was rustfmt-clean before

    @property
    def compiled(self) -> bytes:
        """What rustc sees."""
        return self.new if self.formatted is None else self.formatted

    @property
    def compiled_extents(self) -> tuple[tuple[str, Span], ...]:
        """Where each change stands in `compiled`."""
        if self.formatted is None:
            return self.extents
        return tuple(
            (change, Span(*(same_ink(self.new, self.formatted, at) for at in (span.start, span.end))))
            for change, span in self.extents
        )

    def to_compiled(self, offset: int) -> int:
        """Return where `offset` of the old text is in `compiled`."""
        offset = self.edits.to_new(offset)
        return offset if self.formatted is None else same_ink(self.new, self.formatted, offset)

    def to_old(self, offset: int) -> int:
        """Return where `offset` of `compiled` was before any edit."""
        if self.formatted is not None:
            offset = same_ink(self.formatted, self.new, offset)
        return self.edits.to_old(offset)


@dataclass(frozen=True, slots=True)
class Composition:
    """All changes in force, put together; `conflicts` names those that could not join and why."""

    overlay: Overlay
    files: Mapping[PurePosixPath, EditedFile]
    conflicts: Mapping[str, str] = field(default_factory=dict)

    def with_formatted(self, formatted: Mapping[PurePosixPath, bytes]) -> Composition:
        """Return the same with these files reformatted."""
        files = {path: replace(file, formatted=formatted.get(path)) for path, file in self.files.items()}
        overlay = {**self.overlay, **{path: file.compiled for path, file in files.items()}}
        return Composition(overlay, files, self.conflicts)


def compose(
    chosen: Iterable[Chosen], read: Callable[[PurePosixPath], bytes], base: Overlay | None = None
) -> Composition:
    """Apply `chosen` on top of the tree that `read` shows.

    A change whose edits overlap those of an earlier one stays out, whole.
    """
    edits: dict[PurePosixPath, dict[Edit, list[str]]] = {}
    whole: dict[PurePosixPath, bytes | None] = {}
    conflicts: dict[str, str] = {}
    for choice in chosen:
        try:
            joined = _join(choice, edits, whole)
        except EditConflict as conflict:
            conflicts[choice.change.id] = conflict.message
            continue
        edits.update(joined)
        whole.update(_whole_files(choice.form))
    files = {path: _edited_file(path, read(path), owned) for path, owned in edits.items()}
    overlay = {**(base or {}), **{path: file.new for path, file in files.items()}, **whole}
    return Composition(overlay, files, conflicts)


INK = re.compile(rb"[^\s,{}()]")  # what a formatter neither adds nor removes


def same_ink(source: bytes, target: bytes, offset: int) -> int:
    """Return the offset in `target` that has as much ink before it as `offset` has in `source`.

    Good for two texts that differ in layout alone; used to point, never to edit.
    """
    count = sum(1 for _ in INK.finditer(source, 0, offset))
    for found in INK.finditer(target):
        if count == 0:
            return found.start()
        count -= 1
    return len(target)


def _join(
    choice: Chosen,
    edits: Mapping[PurePosixPath, Mapping[Edit, list[str]]],
    whole: Mapping[PurePosixPath, bytes | None],
) -> dict[PurePosixPath, dict[Edit, list[str]]]:
    joined: dict[PurePosixPath, dict[Edit, list[str]]] = {}
    for file in choice.form.files:
        match file:
            case Edited(path, new_edits):
                if path in whole:
                    raise EditConflict(Edit(Span(0, 0), ""), Edit(Span(0, 0), f"all of {path}"))
                owned = {edit: list(owners) for edit, owners in edits.get(path, {}).items()}
                for edit in new_edits:
                    owned.setdefault(edit, []).append(choice.change.id)
                ordered(owned)
                joined[path] = owned
            case Created(path) | Deleted(path):
                if path in whole or path in edits:
                    raise EditConflict(Edit(Span(0, 0), ""), Edit(Span(0, 0), f"all of {path}"))
    return joined


def _whole_files(form: Form) -> dict[PurePosixPath, bytes | None]:
    whole: dict[PurePosixPath, bytes | None] = {}
    for file in form.files:
        match file:
            case Created(path, content):
                whole[path] = content
            case Deleted(path):
                whole[path] = None
            case Edited():
                pass
    return whole


def _edited_file(path: PurePosixPath, old: bytes, owned: Mapping[Edit, list[str]]) -> EditedFile:
    edit_map = EditMap(owned)
    extents: dict[str, Span] = {}
    for edit in ordered(owned):
        span = edit_map.new_span(edit)
        for change_id in owned[edit]:
            known = extents.get(change_id, span)
            extents[change_id] = Span(min(known.start, span.start), max(known.end, span.end))
    return EditedFile(path, old, apply_edits(old, owned), edit_map, tuple(extents.items()))
