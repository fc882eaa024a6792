"""Which targets may compile a place of a member, and on which conditions; which cfgs its sources ask of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from codemods.cargo.metadata import Package
from codemods.engine.surroundings import DEBUG, FEATURE, Way
from codemods.errors import CodemodError
from codemods.rust.cfg import Option, Predicate, all_of, atoms, parse
from codemods.rust.conditions import condition_at, conditional
from codemods.rust.modules import Crate, Read, crate_files
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.tokens import TokenKind, matching, tokens
from codemods.rust.trees import TreeKind

_CFG = re.compile(rb"\bcfg(?:_attr)?\s*\(")
_COMPILE_ERROR = re.compile(rb"^[ \t]*(?:(?:std|core)::)?compile_error\s*!", re.MULTILINE)
MAX_PREDICATES = 64  # of one package; one with more is built in the configurations that its sites need


@dataclass(frozen=True)
class Gates:
    """The conditions in the sources of one member. `read` gives a file, `files` the Rust files it owns."""

    package: Package
    read: Read
    files: tuple[PurePosixPath, ...]
    _at: dict[tuple[PurePosixPath, Span], tuple[Way, ...]] = field(default_factory=dict, repr=False)
    _sources: dict[PurePosixPath, Source] = field(default_factory=dict, repr=False)

    def ways(self, source: Source, span: Span) -> tuple[Way, ...]:
        """Return the targets that may compile `span` of `source`; none where no module leads to the file."""
        key = (source.path, span)
        if key not in self._at:
            self._at[key] = tuple(self._ways(source, span))
        return self._at[key]

    @cached_property
    def errors(self) -> tuple[Way, ...]:
        """Return the places of all `compile_error!`, but for those in the definition of a macro."""
        return tuple(
            way
            for path in sorted(self.files)
            for at in self._compile_errors(path)
            for way in self.ways_at(path, at)
        )

    def ways_at(self, path: PurePosixPath, span: Span) -> tuple[Way, ...]:
        """Return the targets that may compile `span` of the file at `path`; none where it can't be read."""
        try:
            return self.ways(self._source(path), span)
        except (CodemodError, ValueError):
            return ()

    def _source(self, path: PurePosixPath) -> Source:
        """Return the file, parsed once for all that is asked of it."""
        if path not in self._sources:
            self._sources[path] = Source(path, self.read(path) or b"")
        return self._sources[path]

    def _compile_errors(self, path: PurePosixPath) -> Iterator[Span]:
        for found in _COMPILE_ERROR.finditer(self.read(path) or b""):
            span = Span(*found.span())
            try:
                trees = self._source(path).trees_at(span)
            except CodemodError:
                return  # no UTF-8: no rustc reads it either
            if not any(tree.kind is TreeKind.MACRO_BODY for tree in trees):
                yield span

    @cached_property
    def predicates(self) -> tuple[Predicate, ...]:
        """Return the predicates on features or the profile anywhere in the sources, each once.

        Too many to build both sides of are none.
        """
        found: dict[Predicate, None] = {}
        for path in sorted(self.files):
            content = self.read(path) or b""
            if b"feature" in content or DEBUG.encode() in content:
                found |= dict.fromkeys(filter(is_of_builds, predicates_in(content)))
        return tuple(found) if len(found) <= MAX_PREDICATES else ()

    def _ways(self, source: Source, span: Span) -> Iterator[Way]:
        conditions: dict[int, Predicate] = {}
        for target in self.package.targets:
            crate = self._crates[target.path, target.edition]
            if source.path in crate.files:
                inside = conditions.get(id(crate.gates))
                if inside is None:
                    inside = conditions[id(crate.gates)] = condition_at(source, span, crate.gates)
                yield Way(self.package.name, target, all_of([crate.files[source.path], inside]))

    @cached_property
    def _crates(self) -> Mapping[tuple[PurePosixPath, str], Crate]:
        roots = dict.fromkeys((target.path, target.edition) for target in self.package.targets)
        return {(path, edition): crate_files(path, edition, self.read) for path, edition in roots}


def predicates_in(content: bytes) -> Iterator[Predicate]:
    """Yield the predicates of the `cfg(…)` and `cfg_attr(…)` attributes in `content`, comments left out."""
    if not _CFG.search(content):
        return
    code = [token for token in tokens(content) if token.kind is not TokenKind.COMMENT]
    partners = matching(code)
    for index, token in enumerate(code):
        if token.text in (b"cfg", b"cfg_attr") and index + 1 in partners:
            inner = content[code[index + 1].span.end : code[partners[index + 1]].span.start]
            yield parse(inner) if token.text == b"cfg" else conditional(inner)[0]


def is_of_builds(predicate: Predicate) -> bool:
    """Whether a feature or the profile decides it, so that two builds on one machine see both sides."""
    return any(isinstance(atom, Option) and atom.name in (FEATURE, DEBUG) for atom in atoms(predicate))
