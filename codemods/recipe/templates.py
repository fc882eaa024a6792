"""A pattern's text as a tree with holes.

    "$map.get_mut($key)"  ->  Branch(call_expression, (Branch(field_expression, (Hole(map), …)), …))

The text is parsed in every place of a Rust file where it could stand (expression, statement,
item, type, pattern, match arm); each reading that parses cleanly is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.errors import CodemodError
from codemods.rust.source import Source

if TYPE_CHECKING:
    from tree_sitter import Node


class PatternError(CodemodError):
    """A pattern is not Rust with metavariables; `hint` says what to try."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A token, or a literal as a whole, that must stand there as it is."""

    kind: str
    text: bytes


@dataclass(frozen=True, slots=True)
class Hole:
    """A metavariable; `_` and the empty name take anything and remember nothing.

    `many` takes any number of siblings (`$$$args`); `run` takes all tokens up to the next
    separator, which is what one argument of a macro is.
    """

    name: str
    many: bool = False
    run: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of this kind with these children."""

    kind: str
    children: tuple[Template, ...]


Template = Leaf | Hole | Branch
Reading = tuple[Template, ...]  # one template, or statements that follow each other

# Literals are compared as a whole: the grammar hides the hashes of r#""#.
ATOMS = frozenset({"string_literal", "raw_string_literal", "char_literal"})
COMMENTS = frozenset({"line_comment", "block_comment"})
SEPARATORS = frozenset({",", ";", "=>"})

_CLOSING = frozenset({")", "]", "}", ">"})
# `(A,)` and `(A)` differ; elsewhere a trailing comma says nothing.
_TUPLES = frozenset({"tuple_expression", "tuple_pattern", "tuple_type"})
_METAVARIABLE = re.compile(r"\$\$\$(?P<many>\w*)|\$(?P<one>\w+)")
_PLACEHOLDER = re.compile(rb"hole_\d+_")
_PLACES = (
    ("fn w() { let w = ", "; }"),
    ("fn w() { ", " }"),
    ("", ""),
    ("type W = ", ";"),
    ("fn w() { match w { ", " => {} } }"),
    ("fn w() { match w { ", " } }"),
)
# What can stand for a metavariable where a plain name does not parse: a match arm, a field,
# a statement, an item. Tried for at most two metavariables of a pattern at once.
_OTHER_SPELLINGS = ("{} => {{}}", "{0}: {0}", "{};", "{}! {{}}")


def significant(node: Node) -> list[Node]:
    """Return the children of `node` that count: no comments, no trailing comma."""
    children = [child for child in node.children if child.type not in COMMENTS]
    if node.type == "match_arm" and children and children[-1].type == ",":
        children.pop()
    elif node.type not in _TUPLES and _ends_in_comma(children):
        children.pop(-2)
    return children


def readings(text: str) -> tuple[Reading, ...]:
    """Return every way to read the pattern `text`.

    Raises:
        PatternError: there is none, or it would match everything.
    """
    pieces, holes = _split(text.strip())
    for spelled in _spellings(holes):
        code = "".join(piece.format(*spelled) for piece in pieces)
        found = dict.fromkeys(
            reading
            for place in _PLACES
            if (reading := _read(code, place, _hole_texts(holes, spelled))) is not None
        )
        if found:
            return tuple(_refuse_catch_all(text, reading) for reading in found)
    raise PatternError(
        f"this pattern is not a piece of Rust: {text}",
        hint="Write what stands in the source, with $name for one node and $$$name for any number;"
        " use Query for what a pattern cannot say.",
    )


def words(reading: Reading) -> frozenset[bytes]:
    """Return the names, keywords and literals that every match contains as they are."""
    found: set[bytes] = set()
    for template in reading:
        if isinstance(template, Branch):
            found |= words(template.children)
        elif isinstance(template, Leaf) and _is_word(template):
            found.add(template.text)
    return frozenset(found)


def hole_names(reading: Reading) -> frozenset[str]:
    """Return the names of the metavariables."""
    found: set[str] = set()
    for template in reading:
        if isinstance(template, Branch):
            found |= hole_names(template.children)
        elif isinstance(template, Hole):
            found.add(template.name)
    return frozenset(found)


def _ends_in_comma(children: list[Node]) -> bool:
    return len(children) > 1 and children[-1].type in _CLOSING and children[-2].type == ","


def _is_word(leaf: Leaf) -> bool:
    return b"\n" not in leaf.text and any(byte > 0x7F or chr(byte).isalnum() for byte in leaf.text)


def _split(text: str) -> tuple[list[str], tuple[Hole, ...]]:
    """Return format strings with one `{}` for each metavariable, and these in order."""
    pieces: list[str] = []
    holes: list[Hole] = []
    done = 0
    for match in _METAVARIABLE.finditer(text):
        pieces += [_literal(text[done : match.start()]), f"{{{len(holes)}}}"]
        many = match["many"]
        holes.append(Hole(match["one"]) if many is None else Hole(many, many=True))
        done = match.end()
    return [*pieces, _literal(text[done:])], tuple(holes)


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _placeholder(index: int) -> str:
    return f"hole_{index}_"


def _spellings(holes: tuple[Hole, ...]) -> Iterator[list[str]]:
    """Yield what to write for the holes: plain names first, then others for one and for two."""
    plain = [_placeholder(index) for index in range(len(holes))]
    yield plain
    for count in (1, 2):
        for chosen in combinations(range(len(holes)), count):
            for spellings in product(_OTHER_SPELLINGS, repeat=count):
                spelled = list(plain)
                for index, spelling in zip(chosen, spellings, strict=True):
                    spelled[index] = spelling.format(plain[index])
                yield spelled


def _hole_texts(holes: tuple[Hole, ...], spelled: list[str]) -> dict[bytes, Hole]:
    """Return the hole for each text that a node may have when it stands for one."""
    texts: dict[bytes, Hole] = {}
    for hole, spelling in zip(holes, spelled, strict=True):
        text = spelling.encode()
        texts[text] = texts[text + b","] = hole
        if hole.many:  # `$$$rest;` is how a row of statements is written
            texts[text + b";"] = hole
    return texts


def _read(code: str, place: tuple[str, str], texts: Mapping[bytes, Hole]) -> Reading | None:
    content = "".join([place[0], code, place[1]]).encode()
    root = Source(PurePosixPath("pattern.rs"), content, "2021").trees[0].root
    if root.has_error:
        return None
    start = len(place[0].encode())
    nodes = _nodes_at(root, start, start + len(code.encode()))
    reading = tuple(_template(node, content, texts) for node in nodes)
    return reading if reading and not _is_torn(reading) else None


def _nodes_at(root: Node, start: int, end: int) -> list[Node]:
    """Return the innermost node over exactly this range, or the siblings that make it up."""
    node = root.descendant_for_byte_range(start, end)
    while node is not None and (node.start_byte > start or node.end_byte < end):
        node = node.parent
    if node is None:
        return []
    if (node.start_byte, node.end_byte) == (start, end) and node.type != "source_file":
        while node.child_count == 1 and node.children[0].child_count > 0:
            node = node.children[0]
        return [node] if node.is_named else []
    inside = [child for child in significant(node) if start <= child.start_byte and child.end_byte <= end]
    whole = inside and (inside[0].start_byte, inside[-1].end_byte) == (start, end)
    if not whole or not all(child.is_named for child in inside):
        return []
    return inside if len(inside) > 1 or node.type == "source_file" else []


def _template(node: Node, content: bytes, texts: Mapping[bytes, Hole]) -> Template:
    text = content[node.start_byte : node.end_byte]
    if text in texts:
        return texts[text]
    if node.type in ATOMS or node.child_count == 0:
        return Leaf(node.type, _unspelled(text, texts))
    children = tuple(_template(child, content, texts) for child in significant(node))
    return Branch(node.type, _with_runs(children) if node.type == "token_tree" else children)


def _is_torn(reading: Reading) -> bool:
    """Whether a placeholder was read as a part of something else: `impl X; {}` for `impl X {}`."""
    return any(
        _is_torn(template.children)
        if isinstance(template, Branch)
        else isinstance(template, Leaf) and _PLACEHOLDER.fullmatch(template.text) is not None
        for template in reading
    )


def _unspelled(text: bytes, texts: Mapping[bytes, Hole]) -> bytes:
    """Return a literal's text as the author wrote it: `$` means nothing inside of one."""
    for placeholder in sorted(texts, key=len):
        hole = texts[placeholder]
        text = text.replace(placeholder, (b"$$$" if hole.many else b"$") + hole.name.encode())
    return text


def _with_runs(children: tuple[Template, ...]) -> tuple[Template, ...]:
    """Let a hole that stands alone between separators take a whole macro argument."""
    last = len(children) - 1
    return tuple(
        Hole(child.name, run=True)
        if isinstance(child, Hole)
        and not child.many
        and _separates(children[index - 1], index - 1 == 0)
        and _separates(children[index + 1], index + 1 == last)
        else child
        for index, child in enumerate(children)
    )


def _separates(template: Template, is_delimiter: bool) -> bool:
    return is_delimiter or (isinstance(template, Leaf) and template.kind in SEPARATORS)


def _refuse_catch_all(text: str, reading: Reading) -> Reading:
    if all(isinstance(template, Hole) for template in reading):
        raise PatternError(
            f"this pattern matches everything: {text}", hint="Name something that must stand there."
        )
    return reading
