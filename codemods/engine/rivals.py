"""Other macros of a name: where a package or a crate it depends on defines or imports one.

A rival that some configuration alone has (`#[cfg(windows)] macro_rules! try`) is seen by no build
here, so wherever it could be meant the site is contested, whatever the builds say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from tree_sitter import Node

from codemods.cargo.report import Unit
from codemods.errors import CodemodError
from codemods.rust.items import attributes_before
from codemods.rust.source import Source
from codemods.rust.spans import Span

Read = Callable[[str], bytes | None]  # a source file's content by the path a unit gives
Externs = Callable[[Unit], frozenset[str]]  # the sources of the crates that a unit names
PackageFiles = Callable[[str], frozenset[str]]  # every Rust file of a package, compiled here or not

_GAP = rb"(?:\s|/\*.*?\*/|//[^\n]*\n)*"
_SEEN_BY_BUILDS = ("#[cfg(test)]", "#[cfg(not(test))]")  # both sides of these are built


@dataclass(frozen=True, slots=True)
class Rival:
    """One definition or import. `scope` is the part of its file that it is limited to (None: no limit).

    `definition` is the byte offset of its `macro_rules!`, where it is one in a file of the package.

    `condition` says why the builds here may not show it: a `cfg`, or a file that none compiles.
    """

    path: str
    line: int
    scope: Span | None
    condition: str | None
    definition: int | None = None

    @property
    def place(self) -> str:
        """Where it stands: "src/lib.rs:3"."""
        return f"{self.path}:{self.line}"

    def may_be_meant_at(self, path: str, span: Span) -> bool:
        """Whether a use at `span` of `path` could mean it, as far as scopes go."""
        return self.scope is None or (path == self.path and span in self.scope)


class Rivals:
    """Finds the rivals of one macro of std. Each file is searched once."""

    def __init__(
        self, name: str, units: tuple[Unit, ...], read: Read, externs: Externs, package_files: PackageFiles
    ) -> None:
        self._name = name.encode()
        self._units = units
        self._read = read
        self._externs = externs
        self._package_files = package_files
        word = rb"(?:r#)?" + re.escape(name.encode()) + rb"\b"
        attributes = rb"(?:" + _GAP + rb"#" + _GAP + rb"\[[^\]]*\])*" + _GAP + rb"(?:pub\s+)?"
        macro = rb"(?:macro_rules" + _GAP + rb"!|\bmacro\b)" + _GAP
        use = rb"\buse\s(?!\s*(?:::)?\s*(?:std|core)\b)[\w:\s{},*#]*?\b"
        self._own = re.compile(
            rb"(?:" + macro + rb"|\bas\s+)" + word + rb"|" + use + word + rb"\s*[;,}]", re.DOTALL
        )
        exported = rb"#\s*\[\s*(?:macro_export[^\]]*\]" + attributes + macro + rb"|proc_macro\s*\]"
        self._exported = re.compile(exported + attributes + rb"fn\s+)" + word, re.DOTALL)
        self._imitation = re.compile(rb"#\s*\[\s*deprecated[^\]]*\]" + attributes + macro + word, re.DOTALL)
        self._by_file: dict[tuple[str, bool], tuple[Rival, ...]] = {}
        self._by_package: dict[str, tuple[Rival, ...]] = {}

    def of(self, unit: Unit) -> tuple[Rival, ...]:
        """Return the rivals that `unit` has: its package's, and those that its crates export."""
        exported = sorted(self._externs(unit) - unit.files)
        return (
            *self.of_package(unit.package),
            *(r for path in exported for r in self._in_file(path, own=False)),
        )

    def of_package(self, package: str) -> tuple[Rival, ...]:
        """Return the rivals in the files of `package`, compiled here or not."""
        if package not in self._by_package:
            compiled = {path for unit in self._units if unit.package == package for path in unit.files}
            paths = sorted(self._package_files(package) | compiled)
            found = (rival for path in paths for rival in self._in_file(path, own=True))
            self._by_package[package] = tuple(
                rival if rival.path in compiled else _uncompiled(rival) for rival in found
            )
        return self._by_package[package]

    def imitates(self, rival: Rival, note: str) -> bool:
        """Whether the rival's file has one that carries a deprecation which reads like std's."""
        content = self._read(rival.path) or b""
        return note.encode() in content and self._imitation.search(content) is not None

    def _in_file(self, path: str, *, own: bool) -> tuple[Rival, ...]:
        key = (path, own)
        if key not in self._by_file:
            content = (self._read(path) or b"") if path.endswith(".rs") else b""
            pattern = self._own if own else self._exported
            # The plain search first: the pattern takes its time, and few files have the name.
            found = self._rivals(path, content, pattern, own=own) if self._name in content else ()
            self._by_file[key] = tuple(found)
        return self._by_file[key]

    def _rivals(self, path: str, content: bytes, pattern: re.Pattern[bytes], *, own: bool) -> Iterator[Rival]:
        for found in pattern.finditer(content):
            line = content.count(b"\n", 0, found.end()) + 1
            if not own:
                yield Rival(path, line, None, None)
                continue
            try:
                source = Source(PurePosixPath(path), content, "2015")
                at = Span(found.start(), found.end())
                if any(at.start in range(each.span.start, each.span.end) for each in source.comments):
                    continue
                start = found.start() if found[0].startswith(b"macro_rules") else None
                yield Rival(path, line, _scope(source, at), _condition(source, at), start)
            except CodemodError:
                yield Rival(path, line, None, "a file that can't be parsed")


def _condition(source: Source, at: Span) -> str | None:
    cfgs = (cfg for cfg in source.in_attribute_cfg(at) if "".join(cfg.split()) not in _SEEN_BY_BUILDS)
    return next(cfgs, None)


def _uncompiled(rival: Rival) -> Rival:
    return replace(rival, condition=rival.condition or "in a file that no target here compiles")


def _scope(source: Source, at: Span) -> Span | None:
    """Return the block or module that a macro defined `at` is limited to; None where it gets out.

    What `#[macro_export]` or a `#[macro_use]` on a module lets out, and what stands at the top
    of a file (another file may say `#[macro_use] mod x;`), is not limited.
    """
    tree = source.file_tree
    node = tree.root.descendant_for_byte_range(at.start, at.end) if tree is not None else None
    while node is not None:
        if node.type == "macro_definition" and b"macro_export" in _attributes_of(node, source):
            return None
        if node.type == "block":
            return Span(node.start_byte, node.end_byte)
        if node.type == "mod_item" and b"macro_use" not in _attributes_of(node, source):
            return Span(node.start_byte, node.end_byte)
        node = node.parent
    return None


def _attributes_of(node: Node, source: Source) -> bytes:
    return b" ".join(source.content[each.start_byte : each.end_byte] for each in attributes_before(node))
