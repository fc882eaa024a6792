"""One package as the recipe sees it: its files with sites, their crate roots, what it shows its callers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from codemods.recipe import Import, Package, Source, Span, TokenKind, imports_of, root_macro_uses, tokens

from .declaration import Declaration
from .finding import CRATE, PACKAGE, mentions_in, place_of

_ALL = frozenset({"error", "kind", "extension", "result"})


@dataclass(frozen=True)
class PackageFiles:
    """A package and those of its sources that hold a site, by path."""

    package: Package
    sources: Mapping[PurePosixPath, Source]

    def takes_macros(self, path: PurePosixPath) -> bool:
        """Whether a root that may hold the file takes error-chain's macros by `#[macro_use]`."""
        return any(self._root_takes_macros(root) for root in self.roots_of(path))

    def roots_of(self, path: PurePosixPath) -> tuple[PurePosixPath, ...]:
        """Return the crate roots whose module the file may be: itself, else those in a folder around it.

        Of several those that declare its module, where their text is known.
        """
        roots = [target.path for target in self.package.targets]
        if path in roots:
            return (path,)
        around = [root for root in roots if path.is_relative_to(root.parent)]
        deepest = max((len(root.parent.parts) for root in around), default=0)
        near = [root for root in around if len(root.parent.parts) == deepest]
        holding = [root for root in near if self._declares_module_of(root, path)]
        return tuple(holding or near)

    def is_of_library(self, path: PurePosixPath) -> bool:
        """Whether the library compiles the file, as far as its place tells."""
        library = self.package.library
        return library is not None and library.path in self.roots_of(path)

    def shown(self, path: PurePosixPath, place: Span, declaration: Declaration) -> frozenset[str]:
        """Return which of the names that stand at `place` callers of the library can name.

        Words of `error`, `kind`, `extension` and `result`. All of them where the files with sites do not
        tell; none where the file is no part of a library.
        """
        if not self.is_of_library(path):
            return frozenset()
        module = self.module_of(path, place)
        root = self.sources.get(self._library_root)
        if not module:
            return _ALL
        if root is None or len(module) > 1 or self._is_public_module(root, module[0]):
            return _ALL
        names = {
            "error": declaration.error,
            "kind": declaration.kind,
            "extension": declaration.extension,
            "result": declaration.result,
        }
        exported = _reexports(root, module)
        if exported is None:
            return _ALL
        return frozenset(role for role, name in names.items() if name in exported)

    def module_of(self, path: PurePosixPath, place: Span) -> tuple[str, ...]:
        """Return the path of the module at `place` below the crate root."""
        roots = self.roots_of(path)
        inline = re.findall(r"mod (\w+)", self.sources[path].enclosing_item(place))
        if path in roots or not roots:
            return tuple(inline)
        below = path.relative_to(roots[0].parent).with_suffix("").parts
        return (*(below[:-1] if below[-1] == "mod" else below), *inline)

    def mentions_word(self, *words: str) -> bool:
        """Whether code of a file with sites has one of the words, outside of `error_chain!` itself."""
        return any(word in self._words for word in words)

    @property
    def _library_root(self) -> PurePosixPath:
        library = self.package.library
        return library.path if library is not None else PurePosixPath()

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(word for source in self.sources.values() for word in words_of(source))

    def _root_takes_macros(self, root: PurePosixPath) -> bool:
        source = self.sources.get(root)
        return source is not None and PACKAGE in root_macro_uses(source, {CRATE: PACKAGE})

    def _declares_module_of(self, root: PurePosixPath, path: PurePosixPath) -> bool:
        source = self.sources.get(root)
        name = path.relative_to(root.parent).with_suffix("").parts[0]
        return source is not None and re.search(rf"\bmod\s+{name}\b", source.content.decode()) is not None

    def _is_public_module(self, root: Source, name: str) -> bool:
        text = root.content.decode()
        return re.search(rf"^\s*pub\s+mod\s+{name}\b", text, re.MULTILINE) is not None


def words_of(source: Source) -> frozenset[str]:
    """Return the words in the code of a file that stand in no `error_chain!` call."""
    if source.is_manifest:
        return frozenset()
    inside = [
        place_of(mention)
        for mention in mentions_in(source, takes_macros=True)
        if mention.path[-1] == "error_chain" and mention.kind == "macro"
    ]
    found = tokens(source.content)
    return frozenset(
        token.text.decode()
        for token in found
        if token.kind is TokenKind.WORD and not any(token.span in place for place in inside)
    )


def _reexports(root: Source, module: tuple[str, ...]) -> frozenset[str] | None:
    """Return the names of `module` that the root shows its callers; None for all of them."""
    found = [each for each in imports_of(root) if each.visibility == "pub" and _is_of(each, module)]
    if any(each.is_glob for each in found):
        return None
    return frozenset(each.path[-1] for each in found)


def _is_of(found: Import, module: tuple[str, ...]) -> bool:
    path = found.path[1:] if found.path[:1] in (("crate",), ("self",)) else found.path
    return path[: len(module)] == module
