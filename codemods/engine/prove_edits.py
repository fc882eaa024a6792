"""The edits of a composition as the prover sees them: where each stands, and whether it can be proved."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import PurePosixPath

from codemods.cargo.thir_places import Place
from codemods.engine.expansion import has_attribute_macro
from codemods.engine.overlay import Chosen, Composition, EditedFile, same_ink
from codemods.errors import CodemodError
from codemods.recipe.proposals import Edited
from codemods.rust.bodies import OwnerKind, owner_of
from codemods.rust.edits import Edit
from codemods.rust.items import attributes_before
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.tokens import TokenKind, tokens
from codemods.rust.trees import TreeKind, path_to, span_of

OUTSIDE = "an edit outside of function bodies (signature, type, static, constant, impl, attribute, import)"
EXAMPLE = "an edit in a documentation example: examples are compiled and run, never proved"
MACRO = "an edit in a macro's definition, and its expansions were not compared"
EXPORTED = "an edit in a macro that other crates may expand"
ARGUMENT = "an edit in the arguments of `{}!`, and its expansions were not compared"
ATTRIBUTE = "an edit in code that an attribute macro is given, and its expansions were not compared"
ITEM = "an edit that adds or takes away `{}`: an item or attribute in a body is seen outside of it"
TWICE = "an edit in a function with two items called `{}`, which rustc prints alike"
WHOLE = "a file that is created or deleted"
UNREAD = "{} can't be read as Rust"

# Macros of std that evaluate their arguments, and make no items of them; and words before a negation, as in
# `if !(x)`.
EVALUATING = frozenset(
    b"break else if in let loop match move return unsafe while yield"
    b" assert assert_eq assert_ne dbg debug_assert debug_assert_eq debug_assert_ne eprint eprintln format"
    b" format_args panic print println todo try unimplemented unreachable vec write writeln".split()
)
_LAYOUT = re.compile(rb"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_MACRO_CALL = re.compile(rb"(?:r#)?(\w+)\s*!(?!=)")
_OF_MACRO = frozenset({b"try", b"r#try", b"std", b"core"})
_TYPE_WORDS = frozenset({b"struct", b"enum", b"union", b"type", b"trait", b"mod"})
_ITEM_WORDS = frozenset(
    b"const enum extern fn impl macro_rules mod static struct trait type union use".split()
)


@dataclass(frozen=True, slots=True)
class PlacedEdit:
    """One edit of a change: `place` is where its text stands in the file that rustc reads."""

    change: str
    edit: Edit
    place: Place


def placed_edits(choice: Chosen, composition: Composition) -> Iterator[PlacedEdit]:
    """Yield the edits of `choice` in files that are edited."""
    for file in choice.form.files:
        edited = composition.files.get(file.path)
        if isinstance(file, Edited) and edited is not None:
            source = _lines(file.path, edited.compiled)
            for edit in file.edits:
                yield PlacedEdit(choice.change.id, edit, _place(source, _compiled_span(edited, edit)))


@lru_cache(maxsize=8)  # as `_source`
def _lines(path: PurePosixPath, content: bytes) -> Source:
    return Source(path, content)


def _compiled_span(file: EditedFile, edit: Edit) -> Span:
    span = file.edits.new_span(edit)
    if file.formatted is None:
        return span
    start = same_ink(file.new, file.formatted, span.start)
    last = same_ink(file.new, file.formatted, span.end - 1) + 1 if len(span) else start
    return Span(start, max(start, last))


def _place(source: Source, span: Span) -> Place:
    """Return where the text of an edit stands, with the layout around it: code begins or ends behind that."""
    before = len(source.content[: span.start].rstrip())
    behind = _LAYOUT.match(source.content, span.end)
    start, end = source.position(before), source.position(behind.end() if behind else span.end)
    return Place(str(source.path), (start.line, start.column), (end.line, end.column))


def may_name(choice: Chosen, composition: Composition) -> bool:
    """Whether an edit takes away or adds a word, so that some name may mean something else.

    Without one, types are found by the same inference from the same names. The folded macro is no such word.
    """
    for file in choice.form.files:
        edited = composition.files.get(file.path)
        if not isinstance(file, Edited) or edited is None:
            return True
        for edit in file.edits:
            texts = (edit.span.of(edited.old), edit.text.encode())
            words = {token.text for text in texts for token in tokens(text) if token.kind is TokenKind.WORD}
            if words - _OF_MACRO:
                return True
    return False


def moves_macros(choice: Chosen, composition: Composition) -> bool:
    """Whether an edit moves a call of an unknown macro: it shifts lines, or one follows on its line."""
    for file in choice.form.files:
        edited = composition.files.get(file.path)
        if not isinstance(file, Edited) or edited is None or edited.formatted is not None:
            return True
        for edit in file.edits:
            rest = edited.old[edit.span.end :].partition(b"\n")[0]
            names = {found[1] for found in _MACRO_CALL.finditer(rest)}
            if edit.span.of(edited.old).count(b"\n") != edit.text.count("\n") or names - EVALUATING:
                return True
    return False


def why_not_provable(
    choice: Chosen,
    composition: Composition,
    edition_of: Mapping[PurePosixPath, str],
    compared: Collection[str],
) -> str | None:
    """Return why no comparison of bodies can prove the change, or None.

    `compared` are the changes whose macro expansions were compared, token by token.
    """
    for file in choice.form.files:
        edited = composition.files.get(file.path)
        if not isinstance(file, Edited) or edited is None:
            return WHOLE
        edition = edition_of.get(file.path, "2021")
        before, after = _source(file.path, edited.old, edition), _source(file.path, edited.compiled, edition)
        if before is None or after is None:
            return UNREAD.format(file.path)
        for edit in file.edits:
            is_compared = choice.change.id in compared
            sides = ((before, edit.span), (after, _compiled_span(edited, edit)))
            reasons = (_why_not_at(source, span, is_compared) for source, span in sides)
            if (reason := next(filter(None, reasons), None)) is not None:
                return reason
    return None


@lru_cache(maxsize=8)  # asked for once a change, and changes come file by file
def _source(path: PurePosixPath, content: bytes, edition: str) -> Source | None:
    try:
        return Source(path, content, edition) if path.suffix == ".rs" else None
    except CodemodError:
        return None


def _why_not_at(source: Source, span: Span, is_compared: bool) -> str | None:
    owner = owner_of(source, span)
    match owner.kind:
        case OwnerKind.EXAMPLE:
            return EXAMPLE
        case OwnerKind.MACRO:
            return _why_not_in_macro(source, span, is_compared)
        case OwnerKind.ITEM:
            return OUTSIDE
    if (word := _item_word(source, span)) is not None:
        return ITEM.format(word)
    if (name := _declared_twice(owner.span.of(source.content))) is not None:
        return TWICE.format(name)
    return None if is_compared else _why_not_expanded(source, span)


@lru_cache(maxsize=64)  # a function is asked for once an edit
def _declared_twice(body: bytes) -> str | None:
    """Return a name that a function gives to two items of its own: rustc prints both alike."""
    code = [token for token in tokens(body) if token.kind is not TokenKind.COMMENT]
    names = [
        name.text for word, name in pairwise(code) if word.text in _TYPE_WORDS and name.kind is TokenKind.WORD
    ]
    return next((name.decode() for name in names if names.count(name) > 1), None)


def _why_not_expanded(source: Source, span: Span) -> str | None:
    trees = source.trees_at(span)
    given = [tree.macro.span for tree in trees if tree.kind is TreeKind.MACRO_ARGUMENT and tree.macro]
    calls = (node for tree in trees for node in path_to(tree.root, span) if node.type == "macro_invocation")
    stretches = [*given, *map(span_of, calls)]
    names = [_macro_name(stretch.of(source.content)) for stretch in stretches]
    names += [found[1] for found in _MACRO_CALL.finditer(source.content, span.start, span.end)]
    name = next((name for name in names if name not in EVALUATING), None)
    if name is not None:
        return ARGUMENT.format(name.decode())
    return ATTRIBUTE if any(has_attribute_macro(tree, span) for tree in trees) else None


def _macro_name(call: bytes) -> bytes:
    """Return the last segment of the path of a macro call."""
    found = _MACRO_CALL.search(call)
    return found[1] if found else b"?"


def _why_not_in_macro(source: Source, span: Span, is_compared: bool) -> str | None:
    if not is_compared:
        return MACRO
    nodes = path_to(source.file_tree.root, span) if source.file_tree is not None else []
    definitions = [node for node in nodes if node.type == "macro_definition"]
    attributes = (each for node in definitions for each in attributes_before(node))
    is_exported = any(b"macro_export" in source.content[a.start_byte : a.end_byte] for a in attributes)
    return EXPORTED if is_exported or not definitions else None


def _item_word(source: Source, span: Span) -> str | None:
    """Return the word or mark in `span` that begins an item or attribute, or None."""
    found = tokens(source.content, span) if len(span) else ()
    code = [token for token in found if token.kind is not TokenKind.COMMENT]
    for at, token in enumerate(code):
        is_pointer = token.text == b"const" and at > 0 and code[at - 1].text == b"*"
        if token.text in _ITEM_WORDS and not is_pointer:
            return token.text.decode()
        if token.text == b"#" and at + 1 < len(code) and code[at + 1].text in (b"[", b"!"):
            return "#[…]"
    return None
