"""What a written path means in a file, by its imports and items: `Error` is `failure::Error` here.

Everything is read from this one file. A name that comes through a glob of another file, or
that a macro makes, has no meaning here, and a `crate::` path stays one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from codemods.rust.imports import Import, imports_of, outlines
from codemods.rust.outlines import Outline
from codemods.rust.prelude import STD_CRATES, prelude_path
from codemods.rust.scopes import Namespace, Scope, scopes_of
from codemods.rust.source import Source

Path = tuple[str, ...]
_Seen = frozenset[Import]
# What an import means that leads to a crate nobody told of: it hides other things of its name.
_UNKNOWN = ("?",)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A path spelled out; `origin` is the import in scope that gave its first segment a meaning.

    The first segment of `path` is a crate (the package's name with `_` for `-`), "crate" and "super" for what
    another file holds, or "self" for an item of this file, below its inline modules.
    """

    path: Path
    origin: Import | None = None


def root_names(root: Source, crates: Mapping[str, str]) -> dict[str, str]:
    """Return `crates` with the names that `extern crate a as b` of the crate's root file adds."""
    added = {
        found.name: crates[found.path[0]]
        for found in imports_of(root)
        if found.is_extern_crate and found.name is not None and found.path[0] in crates
    }
    return {**crates, **added}


def root_macro_uses(root: Source, crates: Mapping[str, str]) -> tuple[str, ...]:
    """Return the packages whose macros the crate's root file takes by `#[macro_use] extern crate`."""
    found = [each.path[0] for each in imports_of(root) if each.macro_use is not None]
    return tuple(dict.fromkeys(crates[name] for name in found if name in crates))


class Names:
    """The meaning of names in one file.

    `crates` maps the names of crates in code to packages. `macro_uses` are the packages whose macros the
    crate's root takes by `#[macro_use]`, `exports` the names at a package's root, which
    that attribute and a glob need. `is_root` says that `crate::x` is to be looked up in this file.
    """

    def __init__(
        self,
        source: Source,
        crates: Mapping[str, str],
        macro_uses: Collection[str] = (),
        exports: Mapping[str, Collection[str]] | None = None,
        is_root: bool = False,
    ) -> None:
        self.source = source
        self.crates = crates
        self.macro_uses = macro_uses
        self.exports = exports or {}
        self.is_root = is_root

    def meaning(
        self, path: str | Sequence[str], at: int, namespace: Namespace = Namespace.TYPE
    ) -> Path | None:
        """Return what `path`, written at the byte `at`, spells out to; None if unknown or one of several."""
        paths = {each.path for each in self._meanings(path, at, namespace)}
        return paths.pop() if len(paths) == 1 and _UNKNOWN not in paths else None

    def meanings(self, path: str | Sequence[str], at: int, namespace: Namespace) -> tuple[Meaning, ...]:
        """Return all that it is known to mean: several where imports stand under a `cfg`."""
        return _known(self._meanings(path, at, namespace))

    def _meanings(self, path: str | Sequence[str], at: int, namespace: Namespace) -> list[Meaning]:
        segments, is_global = _segments(path)
        if not segments:
            return []
        resolver = self._resolver(at)
        scope = resolver.scopes.at(at)
        if namespace is Namespace.MACRO and len(segments) == 1:
            # What a `macro_rules!` above defines comes before all imports.
            own = resolver.textual_macro(scope, segments[0], at)
            if own:
                return own
        return resolver.resolve(scope, segments, is_global, namespace, frozenset())

    def import_meanings(self, found: Import) -> tuple[Meaning, ...]:
        """Return what an import of this file imports; of a glob, what its names stand in."""
        resolver = self._resolver(found.leaf.start)
        scope = resolver.scopes.at(found.leaf.start)
        return _known(resolver.expand(found, scope, (), Namespace.TYPE, frozenset()))

    def mentions_package(self, path: Path, package: str) -> bool:
        """Whether a meaning's path leads into `package`."""
        return bool(path) and path[0] == crate_name(package)

    def _resolver(self, at: int) -> _Resolver:
        for example in self._resolvers[1:]:
            if example.outline.span.start <= at <= example.outline.span.end:
                return example
        return self._resolvers[0]

    @cached_property
    def _resolvers(self) -> list[_Resolver]:
        return [_Resolver(self, outline) for outline in outlines(self.source)]


def crate_name(package: str) -> str:
    """Return how a package's library is called in code that does not rename it."""
    return package.replace("-", "_")


class _Resolver:
    """Looks names up in one file or example."""

    def __init__(self, names: Names, outline: Outline) -> None:
        self.names = names
        self.outline = outline
        self.scopes = scopes_of(outline)
        self.is_example = outline.tree.example is not None

    def resolve(
        self, scope: Scope, path: Path, is_global: bool, namespace: Namespace, seen: _Seen
    ) -> list[Meaning]:
        """Return the meanings of a path that stands in `scope`."""
        head, rest = path[0], path[1:]
        if is_global:
            return self._global(path, namespace, seen)
        if head in ("crate", "$crate"):
            return self._from_root(rest, namespace, seen)
        if head == "self":
            return self._in_module(scope.enclosing_module, rest, namespace, seen)
        if head == "super":
            outer = scope.outer_module
            return [Meaning(path)] if outer is None else self._in_module(outer, rest, namespace, seen)
        return self._lexical(scope, path, namespace, seen)

    def textual_macro(self, scope: Scope, name: str, at: int) -> list[Meaning]:
        """Return the macro that a `macro_rules!` above `at` defines, in a scope around."""
        current: Scope | None = scope
        while current is not None:
            if current.macros.get(name, at) < at:
                return [Meaning(("self", name))]
            current = current.parent
        return []

    def expand(
        self, found: Import, scope: Scope, rest: Path, namespace: Namespace, seen: _Seen
    ) -> list[Meaning]:
        """Return the meanings of what `found`, which stands in `scope`, imports, followed by `rest`."""
        if found.is_extern_crate:
            own = found.path == ("self",)
            meanings = [Meaning(("crate", *rest))] if own else self._crate(found.path + rest)
        else:
            meanings = self._use(found, scope, found.path + rest, namespace, seen | {found})
        return [Meaning(each.path, found) for each in meanings] or [Meaning(_UNKNOWN, found)]

    def _use(
        self, found: Import, scope: Scope, path: Path, namespace: Namespace, seen: _Seen
    ) -> list[Meaning]:
        if not path:
            return []
        is_relative = path[0] in ("self", "super", "crate", "$crate")
        if self.outline.edition == "2015" and not is_relative:
            return self._global(path, namespace, seen)
        return self.resolve(scope, path, found.is_global, namespace, seen)

    def _lexical(self, scope: Scope, path: Path, namespace: Namespace, seen: _Seen) -> list[Meaning]:
        current: Scope | None = scope
        has_unknown_glob = False
        while current is not None:
            found, is_unknown = self._in_scope(current, path, namespace, seen)
            if found:
                return found
            has_unknown_glob |= is_unknown
            if current.module is not None:
                break
            current = current.parent
        is_macro = namespace is Namespace.MACRO and len(path) == 1
        if is_macro and (found := self._macro_use(path[0])):
            return found
        if found := self._crate(path) if len(path) > 1 or namespace is Namespace.TYPE else []:
            return found
        std = None if has_unknown_glob else prelude_path(path[0], is_macro)
        return [Meaning((*std, *path[1:]))] if std else []

    def _in_scope(
        self, scope: Scope, path: Path, namespace: Namespace, seen: _Seen
    ) -> tuple[list[Meaning], bool]:
        """Return the meanings by what `scope` itself holds, and whether a glob there may know more."""
        head, rest = path[0], path[1:]
        own = self._item(scope, path, namespace, seen)
        if own:
            return own, False
        found = [
            meaning
            for each in scope.imports
            if each.name == head and each not in seen
            for meaning in self.expand(each, scope, rest, namespace, seen)
        ]
        return (found, False) if found else self._by_globs(scope, path, namespace, seen)

    def _item(self, scope: Scope, path: Path, namespace: Namespace, seen: _Seen) -> list[Meaning]:
        head, rest = path[0], path[1:]
        wanted = Namespace.TYPE if rest else namespace
        if wanted not in scope.items.get(head, ()):
            return []
        if rest and head in scope.modules:
            return self._in_module(scope.modules[head], rest, namespace, seen)
        return [Meaning(("self", *scope.module_path, *path))]

    def _in_module(self, module: Scope, path: Path, namespace: Namespace, seen: _Seen) -> list[Meaning]:
        """Return the meanings of a path that begins in `module`, not in what is around it."""
        here = ("self", *module.module_path)
        if not path:
            return [Meaning(here)]
        if path[0] in ("self", "super"):
            return self.resolve(module, path, False, namespace, seen)
        found, _ = self._in_scope(module, path, namespace, seen)
        return found or [Meaning((*here, *path))]

    def _by_globs(
        self, scope: Scope, path: Path, namespace: Namespace, seen: _Seen
    ) -> tuple[list[Meaning], bool]:
        found: list[Meaning] = []
        is_unknown = False
        for each in scope.imports:
            if not each.is_glob or each in seen:
                continue
            for meaning in self.expand(each, scope, (), Namespace.TYPE, seen):
                named, known = self._by_glob(each, meaning.path, path, namespace, seen | {each})
                found += named
                is_unknown |= not known
        return found, is_unknown

    def _by_glob(
        self, glob: Import, within: Path, path: Path, namespace: Namespace, seen: _Seen
    ) -> tuple[list[Meaning], bool]:
        """Return the meanings of `path` by a glob of all names in `within`, and whether those are known."""
        if within[0] == "self":
            module = self._module(within[1:])
            if module is None:
                return [], False
            found, is_unknown = self._in_scope(module, path, namespace, seen)
            return [Meaning(each.path, glob) for each in found], not is_unknown
        for package, names in self.names.exports.items():
            if within == (crate_name(package),):
                return ([Meaning(within + path, glob)] if path[0] in names else []), True
        return [], within[0] in STD_CRATES and within[-1] != "prelude"

    def _module(self, path: Path) -> Scope | None:
        module: Scope | None = self.scopes.root
        for name in path:
            module = module.modules.get(name) if module is not None else None
        return module

    def _macro_use(self, name: str) -> list[Meaning]:
        """Return the macro of a crate that this file or the root takes by `#[macro_use]`."""
        own = [each for each in self.scopes.root.imports if each.macro_use is not None]
        found = [
            Meaning((crate_name(package), name), each)
            for each in own
            if (package := self.names.crates.get(each.path[0])) is not None
            and (name in each.macro_use if each.macro_use else name in self.names.exports.get(package, ()))
        ]
        packages = () if self.is_example else self.names.macro_uses
        elsewhere = [
            Meaning((crate_name(package), name))
            for package in packages
            if name in self.names.exports.get(package, ())
        ]
        return found or elsewhere[-1:]

    def _global(self, path: Path, namespace: Namespace, seen: _Seen) -> list[Meaning]:
        """Return the meanings of a path after `::`; in the edition 2015 it begins at the crate's root."""
        if self.outline.edition != "2015":
            return self._crate(path)
        if self.names.is_root or self.is_example:
            found, _ = self._in_scope(self.scopes.root, path, namespace, seen)
            if found:
                return found
        return self._crate(path) or [Meaning(("crate", *path))]

    def _from_root(self, path: Path, namespace: Namespace, seen: _Seen) -> list[Meaning]:
        if path and (self.names.is_root or self.is_example):
            found, _ = self._in_scope(self.scopes.root, path, namespace, seen)
            if found:
                return found
        return [Meaning(("crate", *path))]

    def _crate(self, path: Path) -> list[Meaning]:
        head = path[0]
        if head in STD_CRATES:
            return [Meaning(path)]
        package = self.names.crates.get(head)
        return [Meaning((crate_name(package), *path[1:]))] if package is not None else []


def _known(found: Sequence[Meaning]) -> tuple[Meaning, ...]:
    return tuple(dict.fromkeys(each for each in found if each.path != _UNKNOWN))


def _segments(path: str | Sequence[str]) -> tuple[Path, bool]:
    if not isinstance(path, str):
        return tuple(each.removeprefix("r#") for each in path), False
    text = "".join(path.split())
    parts = text.removeprefix("::").split("::")
    return tuple(part.removeprefix("r#") for part in parts if part), text.startswith("::")


def all_meanings(names: Names, path: str, at: int) -> Iterator[Meaning]:
    """Yield what `path` may mean in any namespace."""
    for namespace in Namespace:
        yield from names.meanings(path, at, namespace)
