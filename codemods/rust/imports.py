"""What a file imports: every leaf of every `use`, and every `extern crate`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from codemods.rust.outlines import Outline, outlines_of
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.use_trees import Leaf, UseStatement, use_statements

_CONDITIONAL = re.compile(r"#\s*\[\s*cfg(_attr)?\s*\(")
# Of a macro that only puts a condition before items, what its braces hold stands where the call stands.
_CFG_MACROS = (b"cfg_if", b"cfg_match")


@dataclass(frozen=True, slots=True)
class Import:
    """One imported path and the name it gets.

    `path` is as written, all prefixes included, without `r#` and without the `self` of `a::{self}`.
    `name` is None for a glob and "_" for what is only in scope. `leaf` is this import's own part of the
    `use` tree, or the crate with its new name. `declaration` is all of the statement: attributes,
    visibility, `;`. `scope` is where the name holds: the inside of a block or module, all of the file
    or of the example.
    `macro_use` is None without the attribute, () with it, or the macros that it lists.
    """

    path: tuple[str, ...]
    name: str | None
    is_global: bool
    leaf: Span
    declaration: Span
    scope: Span
    visibility: str
    attributes: tuple[str, ...]
    is_extern_crate: bool = False
    macro_use: tuple[str, ...] | None = None

    @property
    def is_glob(self) -> bool:
        """Whether it imports all names of its path."""
        return self.name is None

    @property
    def cfgs(self) -> tuple[str, ...]:
        """The attributes that put it, or one of its attributes, under a condition."""
        return tuple(each for each in self.attributes if _CONDITIONAL.match(each))


@dataclass(frozen=True, slots=True)
class Declaration:
    """A `use` or `extern crate`, by token index: from attributes and visibility to the `;`."""

    first: int
    keyword: int
    last: int
    visibility: str
    attributes: tuple[str, ...]
    opening: int  # the delimiter of the scope, -1 for the whole file or example
    statement: UseStatement | None  # None: an extern crate
    imports: tuple[Import, ...]


def imports_of(source: Source) -> tuple[Import, ...]:
    """Return what `source` imports, by position.

    Function bodies, inline modules, the input of macros and examples in documentation count;
    what a macro makes out of nothing is not known.
    """
    found = [each for outline in outlines(source) for each in imports_in(outline)]
    return tuple(sorted(found, key=lambda each: each.leaf))


def imports_in(outline: Outline) -> tuple[Import, ...]:
    """Return what one file without its examples, or one example, imports."""
    return tuple(each for declaration in declarations(outline) for each in declaration.imports)


@lru_cache(maxsize=32)
def outlines(source: Source) -> tuple[Outline, ...]:
    """Return the outlines of the file and of its examples; asked several times of a file."""
    return outlines_of(source)


@lru_cache(maxsize=256)
def declarations(outline: Outline) -> tuple[Declaration, ...]:
    """Return the statements of one file or example that import something, by position."""
    found = [*_extern_crates(outline)]
    found += (_declaration(outline, each.first, each.last, each) for each in use_statements(outline))
    return tuple(sorted(found, key=lambda each: each.first))


def scope_at(outline: Outline, index: int) -> int:
    """Return the delimiter of the innermost block or module around the token at `index`, or -1."""
    for opening in outline.openings_around(index):
        if outline.text(opening) == b"{" and not is_transparent(outline, opening):
            return opening
    return -1


def is_transparent(outline: Outline, opening: int) -> bool:
    """Whether the braces are those of `cfg_if!` or of one of its branches: no scope of their own."""
    if outline.text(opening - 1) == b"!" and outline.text(opening - 2) in _CFG_MACROS:
        return True
    around = outline.parents[opening]
    return (
        around >= 0
        and outline.text(around - 1) == b"!"
        and outline.text(around - 2) in _CFG_MACROS
        and outline.text(opening) == b"{"
    )


def _extern_crates(outline: Outline) -> Iterator[Declaration]:
    for index, token in enumerate(outline.code):
        if token.text != b"extern" or outline.text(index + 1) != b"crate" or not outline.is_word(index + 2):
            continue
        end = index + 3 + 2 * (outline.text(index + 3) == b"as")
        if outline.text(end) == b";":
            yield _declaration(outline, index, end, None)


def _declaration(outline: Outline, keyword: int, last: int, statement: UseStatement | None) -> Declaration:
    start, visibility = _visibility(outline, keyword)
    first, attributes = _attributes(outline, start)
    opening = scope_at(outline, keyword)
    declaration = Declaration(first, keyword, last, visibility, attributes, opening, statement, ())
    if statement is None:
        imports: tuple[Import, ...] = (_crate_import(outline, declaration),)
    else:
        imports = tuple(_leaf_import(outline, declaration, leaf) for leaf in statement.leaves())
    return Declaration(first, keyword, last, visibility, attributes, opening, statement, imports)


def _leaf_import(outline: Outline, declaration: Declaration, leaf: Leaf) -> Import:
    return Import(
        path=leaf.path,
        name=leaf.name,
        is_global=leaf.is_global,
        leaf=outline.bytes_of(leaf.node.first, leaf.node.last),
        declaration=outline.bytes_of(declaration.first, declaration.last),
        scope=outline.inside(declaration.opening),
        visibility=declaration.visibility,
        attributes=declaration.attributes,
    )


def _crate_import(outline: Outline, declaration: Declaration) -> Import:
    crate, end = declaration.keyword + 2, declaration.last - 1
    return Import(
        path=(outline.name(crate),),
        name=outline.name(end),
        is_global=False,
        leaf=outline.bytes_of(crate, end),
        declaration=outline.bytes_of(declaration.first, declaration.last),
        scope=outline.inside(declaration.opening),
        visibility=declaration.visibility,
        attributes=declaration.attributes,
        is_extern_crate=True,
        macro_use=_macro_use(declaration.attributes),
    )


def _macro_use(attributes: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the macros that `#[macro_use]` lists, () for all; under a `cfg_attr` it counts as well."""
    for attribute in attributes:
        _, found, rest = attribute.partition("macro_use")
        if found:
            listed = rest.partition("(")[2].partition(")")[0] if rest.lstrip().startswith("(") else ""
            return tuple(name.strip() for name in listed.split(",") if name.strip())
    return None


def _visibility(outline: Outline, keyword: int) -> tuple[int, str]:
    """Return the first token of the visibility before `keyword`, and its text without spaces."""
    start = keyword
    if outline.text(keyword - 1) == b")":
        opening = outline.openings.get(keyword - 1, 0)
        start = opening - 1 if outline.text(opening - 1) == b"pub" else keyword
    elif outline.text(keyword - 1) in (b"pub", b"crate") and outline.is_word(keyword - 1):
        start = keyword - 1
    inside = outline.code[start:keyword]
    text = " ".join(token.text.decode() for token in inside)
    return start, text.replace(" ( ", "(").replace(" )", ")").replace(" :: ", "::")


def _attributes(outline: Outline, start: int) -> tuple[int, tuple[str, ...]]:
    """Return the first token of the attributes before the token `start`, and their texts in order."""
    texts: list[str] = []
    while outline.text(start - 1) == b"]":
        opening = outline.openings.get(start - 1, 0)
        if outline.text(opening - 1) != b"#":
            break
        texts.insert(0, outline.source.text(outline.bytes_of(opening - 1, start - 1)))
        start = opening - 1
    return start, tuple(texts)
