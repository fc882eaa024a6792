"""Which files a crate is made of, and under which condition each, from its root file on.

Followed are `mod x;`, inline modules, `#[path]`, `#[cfg_attr(…, path = …)]` and `include!` of a literal path,
also in the input of `cfg_if!` and its like. Where a file lies that a module names is in the Rust reference,
"Module source filenames". A module that some other macro declares is part of the crate on a
condition that nobody here knows; one that a macro makes out of nothing is not found.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from tree_sitter import Node, QueryCursor

from codemods.errors import CodemodError
from codemods.rust.cfg import ALWAYS, NEVER, Opaque, Predicate, all_of, any_of, negate
from codemods.rust.conditions import (
    Gates,
    attribute_text,
    conditional,
    gated_parts,
    gates_around,
    gating_macros,
    named,
    view,
)
from codemods.rust.grammar import query
from codemods.rust.items import attributes_before
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.trees import path_to, span_of

Read = Callable[[PurePosixPath], bytes | None]  # a file's content; None: there is no such file

_DECLARING = "[(mod_item) (macro_invocation)] @found"
_DECLARED = re.compile(rb"\bmod\s+(?:r#)?\w+\s*;|\binclude\s*!")
_PATH = re.compile(rb'path\s*=\s*r?#*"([^"]*)"#*\s*\Z')
_LITERAL = re.compile(rb'[({\[]\s*r?#*"([^"]*)"#*\s*,?\s*[)}\]]')
_ROOTS = frozenset({"mod.rs"})
_MAX_FILES = 20_000


@dataclass(frozen=True, slots=True)
class Crate:
    """The files of one crate by path, each with the condition under which it is read.

    `gates` are the macros of the crate that put a condition before the items they are given.
    """

    files: Mapping[PurePosixPath, Predicate]
    gates: Gates


@dataclass(frozen=True, slots=True)
class _File:
    """A file to read. The modules of a root lie beside it, those of any other in a folder of its name."""

    path: PurePosixPath
    condition: Predicate
    is_root: bool


def crate_files(root: PurePosixPath, edition: str, read: Read) -> Crate:
    """Return the files of the crate whose root file is `root`, as far as `read` finds them."""
    return _Reader(edition, read).crate(root)


class _Reader:
    def __init__(self, edition: str, read: Read) -> None:
        self.edition = edition
        self.read = read
        self.sources: dict[PurePosixPath, Source | None] = {}
        self.gates: dict[str, Predicate] = {}
        self.found: dict[PurePosixPath, Predicate] = {}

    def crate(self, root: PurePosixPath) -> Crate:
        """Read everything; again where a macro that gates modules is defined after them or elsewhere."""
        for _ in range(3):
            gates = dict(self.gates)
            self.found = {}
            self._follow(root)
            if gates == self.gates:
                break
        return Crate(self.found, self.gates)

    def _follow(self, root: PurePosixPath) -> None:
        queue = [_File(root, ALWAYS, is_root=True)]
        seen: set[_File] = set()
        while queue and len(seen) < _MAX_FILES:
            file = queue.pop()
            before = self.found.get(file.path, NEVER)
            condition = any_of([before, file.condition])
            if file in seen or (condition == before and file.path in self.found):
                continue
            seen.add(file)
            source = self._source(file.path)
            if source is None:
                continue
            self.found[file.path] = condition
            queue += self._named_in(source, file)

    def _source(self, path: PurePosixPath) -> Source | None:
        if path not in self.sources:
            content = self.read(path)
            try:
                source = None if content is None else Source(path, content, self.edition)
            except CodemodError:
                source = None  # rustc cannot read it either
            self.sources[path] = source
            if source is not None:
                self._learn_gates(source)
        return self.sources[path]

    def _learn_gates(self, source: Source) -> None:
        for name, condition in gating_macros(source).items():
            known = self.gates.get(name, condition)
            self.gates[name] = condition if known == condition else Opaque(f"`{name}!`")

    def _named_in(self, source: Source, file: _File) -> Iterator[_File]:
        if not _DECLARED.search(source.content):
            return
        folder = file.path.parent
        if not file.is_root and file.path.name not in _ROOTS:
            folder = folder / file.path.stem
        yield from self._declared(source, file.path.parent, folder, file.condition)

    def _declared(
        self, source: Source, beside: PurePosixPath, folder: PurePosixPath, condition: Predicate
    ) -> Iterator[_File]:
        """Yield the files that `source` (or a part of it) names; its modules lie in `folder`."""
        tree = source.file_tree
        if tree is None:
            return
        for node in QueryCursor(query(_DECLARING)).captures(tree.root).get("found", ()):
            path = path_to(tree.root, span_of(node))
            if node.type == "macro_invocation":
                yield from self._called(source, node, path, beside, folder, condition)
            elif node.child_by_field_name("body") is None:
                around = all_of([condition, *gates_around(source, path)])
                yield from self._module(source, node, path, beside, folder, around)

    def _module(
        self,
        source: Source,
        node: Node,
        path: list[Node],
        beside: PurePosixPath,
        folder: PurePosixPath,
        condition: Predicate,
    ) -> Iterator[_File]:
        """Yield the file of `mod x;`: the one of its first `path` attribute in force, else by its name."""
        folders = [each for each in path[:-1] if each.type == "mod_item"]
        inside = _inside(source, folder, beside, folders)
        start = inside if folders else beside
        rest: list[Predicate] = [condition]
        for when, written in _paths(source, node):
            yield _File(_joined(start, written), all_of([*rest, when]), is_root=True)
            rest.append(negate(when))
        name = _name(source, node)
        for candidate in (inside / f"{name}.rs", inside / name / "mod.rs"):
            if all_of(rest) != NEVER and self._source(candidate) is not None:
                yield _File(candidate, all_of(rest), is_root=False)

    def _called(
        self,
        source: Source,
        node: Node,
        path: list[Node],
        beside: PurePosixPath,
        folder: PurePosixPath,
        condition: Predicate,
    ) -> Iterator[_File]:
        """Yield what a macro call brings in: `include!`, or modules declared in its input."""
        macro, args = node.child_by_field_name("macro"), span_of(node.children[-1])
        name = source.text(span_of(macro)).rpartition("::")[2].strip() if macro is not None else ""
        text = args.of(source.content)
        around = all_of([condition, *gates_around(source, path)])
        if name == "include":
            literal = _LITERAL.fullmatch(text)
            if literal is not None:
                yield _File(_joined(beside, literal[1]), around, is_root=True)
        elif _DECLARED.search(text):
            parts = gated_parts(source.content, name, args, self.gates)
            inside = _inside(source, folder, beside, [each for each in path if each.type == "mod_item"])
            for part in parts:
                yield from self._declared(
                    view(source, part.span), beside, inside, all_of([around, part.condition])
                )
            if not parts:
                inner = Span(args.start + 1, max(args.start + 1, args.end - 1))
                unknown = all_of([around, Opaque(f"what `{name}!` makes of it")])
                yield from self._declared(view(source, inner), beside, inside, unknown)


def _inside(
    source: Source, folder: PurePosixPath, beside: PurePosixPath, modules: list[Node]
) -> PurePosixPath:
    """Return the folder of the modules that stand in the inline `modules`, outermost first."""
    for index, module in enumerate(modules):
        paths = [written for when, written in _paths(source, module) if when == ALWAYS]
        start = folder if index else beside
        folder = _joined(start, paths[0]) if paths else folder / _name(source, module)
    return folder


def _paths(source: Source, node: Node) -> Iterator[tuple[Predicate, bytes]]:
    """Yield the `path` attributes of a module, with the condition under which each is in force."""
    for attribute in attributes_before(node):
        yield from _paths_in(attribute_text(source, attribute))


def _paths_in(text: bytes) -> Iterator[tuple[Predicate, bytes]]:
    found = _PATH.match(text.strip())
    if found is not None:
        yield ALWAYS, found[1]
        return
    name, inner = named(text)
    if name == "cfg_attr" and inner is not None:
        condition, attributes = conditional(inner)
        for each in attributes:
            for when, path in _paths_in(each):
                yield all_of([condition, when]), path


def _name(source: Source, node: Node) -> str:
    name = node.child_by_field_name("name")
    return source.text(span_of(name)).removeprefix("r#") if name is not None else "?"


def _joined(folder: PurePosixPath, written: bytes) -> PurePosixPath:
    text = written.decode().replace("\\\\", "/")
    return PurePosixPath(posixpath.normpath(posixpath.join(str(folder), text)))
