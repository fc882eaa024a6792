"""The scopes of a file: modules and blocks, with what each one imports and declares."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from codemods.rust.imports import Import, declarations, is_transparent, scope_at
from codemods.rust.outlines import Outline


class Namespace(StrEnum):
    """Rust keeps three sets of names apart."""

    TYPE = "type"  # modules and crates too
    VALUE = "value"
    MACRO = "macro"  # derives and attributes too


_ITEMS = {
    b"struct": frozenset({Namespace.TYPE, Namespace.VALUE}),
    b"enum": frozenset({Namespace.TYPE}),
    b"union": frozenset({Namespace.TYPE}),
    b"trait": frozenset({Namespace.TYPE}),
    b"type": frozenset({Namespace.TYPE}),
    b"mod": frozenset({Namespace.TYPE}),
    b"fn": frozenset({Namespace.VALUE}),
    b"const": frozenset({Namespace.VALUE}),
    b"static": frozenset({Namespace.VALUE}),
}
# Their braces hold members, which paths reach through the item alone.
_BODIES_OF_ITEMS = (b"struct", b"enum", b"union", b"trait", b"impl")
_MAX_HEADER = 400  # tokens between an item's keyword and its body


@dataclass(eq=False, slots=True)
class Scope:
    """A module, or a block within one; `opening` is its brace by token index, -1 that of the whole file."""

    opening: int
    parent: Scope | None
    module: str | None  # the name of an inline module, "" of the file's own, None of a block
    imports: list[Import] = field(default_factory=list)
    items: dict[str, set[Namespace]] = field(default_factory=dict)
    macros: dict[str, int] = field(default_factory=dict)  # `macro_rules!` by where the first begins
    modules: dict[str, Scope] = field(default_factory=dict)

    @property
    def enclosing_module(self) -> Scope:
        """The module that it is, or that it stands in."""
        scope = self
        while scope.module is None:
            assert scope.parent is not None, "the outermost scope is a module"
            scope = scope.parent
        return scope

    @property
    def outer_module(self) -> Scope | None:
        """The module around the module that it is in; None where another file holds that."""
        around = self.enclosing_module.parent
        return around.enclosing_module if around is not None else None

    @property
    def module_path(self) -> tuple[str, ...]:
        """The names of the inline modules from the file down."""
        module = self.enclosing_module
        path: tuple[str, ...] = ()
        while module.module and module.parent is not None:
            path = (module.module, *path)
            module = module.parent.enclosing_module
        return path


class Scopes:
    """All scopes of one file or example."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.root = Scope(-1, None, "")
        self._by_opening = {-1: self.root}
        for declaration in declarations(outline):
            self.scope(declaration.opening).imports += declaration.imports
        for index in range(len(outline.code)):
            self._declare(index)

    def at(self, offset: int) -> Scope:
        """Return the innermost scope around the byte `offset`."""
        opening = self.outline.group_at(offset)
        if opening >= 0 and not self._is_scope(opening):
            opening = scope_at(self.outline, opening)
        return self.scope(opening)

    def scope(self, opening: int) -> Scope:
        """Return the scope whose brace is the token at `opening`."""
        found = self._by_opening.get(opening)
        if found is None:
            parent = self.scope(scope_at(self.outline, opening))
            found = self._by_opening[opening] = Scope(opening, parent, self._module_name(opening))
            if found.module:
                parent.modules.setdefault(found.module, found)
        return found

    def _is_scope(self, opening: int) -> bool:
        return self.outline.text(opening) == b"{" and not is_transparent(self.outline, opening)

    def _module_name(self, opening: int) -> str | None:
        outline = self.outline
        is_module = outline.text(opening - 2) == b"mod" and outline.is_word(opening - 1)
        return outline.name(opening - 1) if is_module else None

    def _declare(self, index: int) -> None:
        """Enter the item whose keyword is the token at `index`, where it is one."""
        outline = self.outline
        keyword = outline.text(index)
        if keyword == b"macro_rules" and outline.text(index + 1) == b"!" and outline.is_word(index + 2):
            macros = self.scope(scope_at(outline, index)).macros
            macros.setdefault(outline.name(index + 2), outline.code[index].span.start)
            return
        spaces = _ITEMS.get(keyword)
        if spaces is None or not outline.is_word(index + 1) or not outline.is_word(index):
            return
        if keyword == b"const" and outline.text(index + 1) in (b"fn", b"unsafe", b"extern", b"async"):
            return
        around = outline.parents[index]
        if around >= 0 and (not self._opens_items(around) or outline.text(index - 1) in (b"*", b"<")):
            return
        scope = self.scope(scope_at(outline, index))
        at = index + 1 + (outline.text(index + 1) == b"mut")
        scope.items.setdefault(outline.name(at), set()).update(spaces)
        if keyword == b"mod" and outline.text(index + 2) == b"{":
            self.scope(index + 2)

    def _opens_items(self, opening: int) -> bool:
        """Whether the group may hold items of its own: a block or a module, not the body of an `impl`."""
        outline = self.outline
        if outline.text(opening) != b"{":
            return False
        at = opening - 1
        while at >= 0 and opening - at < _MAX_HEADER:
            text = outline.text(at)
            if text in (b";", b"{", b"}", b"=>", b"=") or (text == b"fn" and outline.is_word(at)):
                return True
            if text in _BODIES_OF_ITEMS and not _is_in_signature(outline, at):
                return False
            at = outline.openings.get(at, at) - 1
        return True


@lru_cache(maxsize=64)
def scopes_of(outline: Outline) -> Scopes:
    """Return the scopes of one file or example; asked several times of each."""
    return Scopes(outline)


def _is_in_signature(outline: Outline, at: int) -> bool:
    """Whether an `impl` at the token `at` is a type (`-> impl Fail {`), not an item."""
    return outline.text(at) == b"impl" and outline.text(at - 1) in (
        b"->",
        b"<",
        b",",
        b"(",
        b"&",
        b"+",
        b":",
        b"=",
    )
