"""Edits of a file's imports: take away, put another in place, add, each in the style of the file.

    use failure::{Error, ResultExt};
    ->
    use anyhow::{Context as _, Error};

What stays in a statement stays where it is; what belongs to another crate gets a statement beside
it, or joins one that imports from there already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from codemods.rust.edits import Edit
from codemods.rust.import_plans import (
    Plan,
    as_new,
    covers,
    group_of,
    is_same,
    new_leaf,
    single_parent,
    tree_text,
)
from codemods.rust.imports import Declaration, Import, declarations, outlines
from codemods.rust.outlines import Outline
from codemods.rust.scopes import Namespace, Scope, scopes_of
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.use_layout import Changes, ImportEditError, NewLeaf, statement_trees
from codemods.rust.use_places import (
    Place,
    beside,
    comment_about,
    crate_place,
    indent_at,
    new_place,
    removed_lines,
)

__all__ = ["ImportEditError", "ImportEdits"]


class ImportEdits:
    """Collects what is to become of the imports of one file, and gives the edits for all of it.

    Nothing is checked before `edits` is called.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._plans = [
            Plan(outline, declaration)
            for outline in outlines(source)
            for declaration in declarations(outline)
        ]
        self._plan_of = {each: plan for plan in self._plans for each in plan.declaration.imports}
        self._removed: dict[Import, None] = {}
        self._replaced: dict[Import, NewLeaf] = {}
        self._added: list[tuple[NewLeaf, int]] = []
        self._crates: dict[tuple[str, bool, int], None] = {}
        # What no statement takes, by file or example and the brace of its module.
        self._extra: dict[tuple[Outline, int], list[NewLeaf]] = {}

    def remove(self, found: Import) -> None:
        """Take an import away; a statement that imports nothing more goes with its line."""
        self._removed[found] = None

    def replace(self, found: Import, path: str | Sequence[str], name: str | None = None) -> None:
        """Import `path` instead; without `name` an import that gives a name of its own keeps that.

        Of an `extern crate` the first segment is the crate.
        """
        leaf = new_leaf(path, name)
        old = found.name if found.path and found.name not in (found.path[-1], None) else None
        self._replaced[found] = replace(leaf, name=name or old, is_global=leaf.is_global or found.is_global)

    def add(self, path: str | Sequence[str], at: int, name: str | None = None) -> None:
        """Import `path` in the module, or the example, around the byte `at`.

        Nothing is done where it is in scope there already.
        """
        self._added.append((new_leaf(path, name), at))

    def add_extern_crate(self, name: str, macro_use: bool = False, at: int = 0) -> None:
        """Declare a crate at the top of the file, or of the example around `at`, unless it is declared."""
        self._crates[name, macro_use, at] = None

    def is_free(self, name: str, at: int) -> bool:
        """Whether the module around `at` neither declares nor imports `name`, as far as this file shows."""
        _, module = self._module_at(at)
        return not self._clashes(module, NewLeaf((name,)))

    def edits(self) -> list[Edit]:
        """Return the edits, by position.

        Raises:
            ImportEditError: a comment stands in or at what would go, or a name is taken.
        """
        self._reset()
        for plan in self._plans:
            plan.gone = {each for each in plan.declaration.imports if each in self._removed}
            plan.gone |= {each for each in plan.declaration.imports if each in self._replaced}
        for found, leaf in sorted(self._replaced.items(), key=lambda item: item[0].leaf):
            if found not in self._removed:
                self._place(self._plan_of[found], found, leaf)
        # Outer modules first: what they import may reach the inner ones.
        for leaf, at in sorted(self._added, key=lambda each: len(self._module_at(each[1])[1].module_path)):
            self._place_new(leaf, at)
        edits = [edit for plan in self._plans for edit in self._plan_edits(plan)]
        edits += self._new_crates()
        edits += self._new_statements()
        return sorted(_joined(edits), key=lambda edit: edit.span)

    def _reset(self) -> None:
        self._extra = {}
        for plan in self._plans:
            plan.changes, plan.new, plan.joining, plan.beside = Changes(), {}, [], []

    def _place(self, plan: Plan, found: Import, leaf: NewLeaf) -> None:
        """Decide where the import that replaces `found` is written."""
        if found.is_extern_crate:
            plan.new[found] = leaf
            plan.gone.discard(found)
            return
        self._check_name(plan, found, leaf)
        if self._is_imported(plan, leaf):
            return
        node = next(node for each, node in plan.leaves if each == found)
        prefix = tuple(segment for parent in node.parents for segment in parent.path)
        target = self._target(plan, leaf)
        if node.parents and leaf.path[: len(prefix)] == prefix and len(leaf.path) > len(prefix):
            plan.new[found] = leaf
            plan.gone.discard(found)
        elif target is not None and target is not plan:
            target.joining.append(leaf)
        elif not node.parents:
            plan.new[found] = leaf
            plan.gone.discard(found)
        else:
            plan.beside.append(leaf)

    def _check_name(self, plan: Plan, found: Import, leaf: NewLeaf) -> None:
        if leaf.bound in (None, "_", found.name):
            return
        scope = scopes_of(plan.outline).scope(plan.declaration.opening)
        if self._clashes(scope, leaf):
            raise _clash(self.source, leaf, found.leaf.start)

    def _clashes(self, scope: Scope, leaf: NewLeaf) -> bool:
        """Whether `scope` gives the name to something else that stays, or only under a condition to this.

        A function is no obstacle: nobody can know here that what is imported is one as well.
        """
        name = leaf.bound
        if name in (None, "_"):
            return False
        if scope.items.get(str(name), set()) & {Namespace.TYPE} or name in scope.macros:
            return True
        return any(
            each.name == name
            and (each.cfgs or not is_same(each, leaf))
            and each not in self._plan_of[each].gone
            for each in scope.imports
        )

    def _is_imported(self, plan: Plan, leaf: NewLeaf) -> bool:
        """Whether a statement of the same scope imports it already, or will."""
        scope = (plan.outline, plan.declaration.opening)
        own = plan.declaration
        for other in self._plans:
            if (other.outline, other.declaration.opening) != scope:
                continue
            is_wide = not other.declaration.attributes and not own.visibility
            if not is_wide and other.style != plan.style:
                continue
            staying = [each for each in other.declaration.imports if each not in other.gone]
            coming = [*other.new.values(), *other.joining, *other.beside]
            if any(is_same(each, leaf) for each in staying if each not in other.new):
                return True
            if any(covers(each, leaf) for each in coming):
                return True
        return False

    def _target(self, plan: Plan, leaf: NewLeaf) -> Plan | None:
        """Return the statement that `leaf` joins: like `plan`, with braces behind the leaf's parent path.

        Where the file has one statement an import, that is none.
        """
        alike = [other for other in self._plans if other.style == plan.style and other.declaration.statement]
        groups = [other for other in alike if group_of(other, leaf) is not None and not other.is_emptied]
        if groups:
            return groups[0]
        if self._is_itemised(alike):
            return None
        singles = [other for other in alike if single_parent(other) == (leaf.parent, leaf.is_global)]
        return next((each for each in singles if leaf.parent), None)

    def _is_itemised(self, plans: Sequence[Plan]) -> bool:
        """Whether these statements import one name each, though some share their path."""
        trees = [plan.declaration.statement.tree for plan in plans if plan.declaration.statement is not None]
        if any(len(tree.children) > 1 for tree in trees):
            return False
        parents = [tree.path[:-1] for tree in trees if not tree.is_group and len(tree.path) > 1]
        return len(set(parents)) < len(parents)

    def _place_new(self, leaf: NewLeaf, at: int) -> None:
        outline, scope = self._module_at(at)
        if self._is_in_scope(outline, scopes_of(outline).at(at), leaf):
            return
        if self._clashes(scope, leaf):
            raise _clash(self.source, leaf, at)
        style = (id(outline), scope.opening, scope.opening, "", ())
        alike = [plan for plan in self._plans if plan.style == style and plan.declaration.statement]
        target = self._target(alike[0], leaf) if alike else None
        if target is not None:
            target.joining.append(leaf)
            return
        pending = [plan for plan in alike if any(each.parent == leaf.parent for each in plan.beside)]
        pending += [plan for plan in alike if plan.is_emptied]
        if pending:
            pending[0].beside.append(leaf)
        else:
            self._extra.setdefault((outline, scope.opening), []).append(leaf)

    def _is_in_scope(self, outline: Outline, scope: Scope, leaf: NewLeaf) -> bool:
        """Whether the scope, one around, or a module that it takes all of (`use super::*`) imports it."""
        if self._has(outline, scope, leaf):
            return True
        if scope.module is None:
            return scope.parent is not None and self._is_in_scope(outline, scope.parent, leaf)
        takes_outer = any(
            each.is_glob and each.path == ("super",) and not each.cfgs for each in scope.imports
        )
        outer = scope.outer_module
        return takes_outer and outer is not None and self._is_in_scope(outline, outer, leaf)

    def _has(self, outline: Outline, scope: Scope, leaf: NewLeaf) -> bool:
        coming = list(self._extra.get((outline, scope.opening), ()))
        for plan in self._plans:
            own = plan.declaration
            if plan.outline is outline and own.opening == scope.opening and not own.attributes:
                staying = [each for each in own.imports if each not in plan.gone and each not in plan.new]
                coming += [*map(as_new, staying), *plan.new.values(), *plan.joining, *plan.beside]
        return any(covers(each, leaf) for each in coming)

    def _module_at(self, at: int) -> tuple[Outline, Scope]:
        outline = self._outline_at(at)
        return outline, scopes_of(outline).at(at).enclosing_module

    def _outline_at(self, at: int) -> Outline:
        found = outlines(self.source)
        examples = [
            each for each in found if each.tree.example is not None and each.span.start <= at <= each.span.end
        ]
        return examples[0] if examples else found[0]

    def _plan_edits(self, plan: Plan) -> Iterator[Edit]:
        if plan.declaration.statement is None:
            yield from self._crate_edits(plan)
            return
        if not (plan.gone or plan.new or plan.joining or plan.beside):
            return
        tree = plan.declaration.statement.tree
        text = tree_text(plan, self._replaced)
        trees = statement_trees(plan.beside, plan.outline.edition)
        if text is None and not trees:
            yield self._removal(plan)
            return
        if text is None:
            text = trees.pop(0)
        yield from _difference(self.source, plan.outline.bytes_of(tree.first, tree.last), text)
        head = self._head(plan)
        for each in trees:
            yield _insertion(beside(plan.outline, plan.declaration, each), [f"{head}use {each};"])

    def _removal(self, plan: Plan) -> Edit:
        comment = comment_about(plan.outline, plan.declaration)
        if comment is not None:
            where = f"{self.source.path}:{self.source.position(comment)}"
            raise ImportEditError("comment", "a comment beside the import may be about it", where)
        return Edit(removed_lines(plan.outline, plan.declaration), "")

    def _crate_edits(self, plan: Plan) -> Iterator[Edit]:
        (found,) = plan.declaration.imports
        if found in plan.new:
            leaf = plan.new[found]
            yield Edit(found.leaf, leaf.text(plan.outline.edition))
        elif found in plan.gone:
            yield self._removal(plan)

    def _head(self, plan: Plan) -> str:
        """Return the attributes and the visibility of a statement, as a copy of it has them."""
        own = plan.declaration
        start = plan.outline.code[own.first].span.start
        indent = indent_at(plan.outline, start)
        gap = " " if indent is None else self.source.newline + indent
        visibility = f"{own.visibility} " if own.visibility else ""
        return "".join(attribute + gap for attribute in own.attributes) + visibility

    def _new_statements(self) -> Iterator[Edit]:
        for (outline, opening), leaves in self._extra.items():
            by_place: dict[Place, list[str]] = {}
            for tree in statement_trees(leaves, outline.edition):
                place = new_place(outline, opening, tree, self._stays)
                by_place.setdefault(place, []).append(f"use {tree};")
            yield from (_insertion(place, found) for place, found in by_place.items())

    def _new_crates(self) -> Iterator[Edit]:
        for name, macro_use, at in self._crates:
            outline = self._outline_at(at)
            known = [
                each
                for plan in self._plans
                if plan.outline is outline and plan.declaration.opening == -1
                for each in plan.declaration.imports
                if each.is_extern_crate
            ]
            if (name,) not in [each.path for each in self._staying(known)]:
                attribute = f"#[macro_use]{self._attribute_gap}" if macro_use else ""
                yield _insertion(crate_place(outline, self._stays), [f"{attribute}extern crate {name};"])

    @property
    def _attribute_gap(self) -> str:
        """What stands between `#[macro_use]` and the crate in this file: a blank, or a line break."""
        on_one_line = re.search(rb"#\[macro_use\][ \t]+extern", self.source.content) is not None
        in_two = re.search(rb"#\[macro_use\]\s*\n\s*extern", self.source.content) is not None
        return self.source.newline if in_two and not on_one_line else " "

    def _stays(self, declaration: Declaration) -> bool:
        plan = self._plan_of.get(declaration.imports[0]) if declaration.imports else None
        return plan is None or not plan.is_emptied

    def _staying(self, crates: Sequence[Import]) -> Iterator[NewLeaf]:
        for each in crates:
            plan = self._plan_of[each]
            if each in plan.new:
                yield plan.new[each]
            elif each not in plan.gone:
                yield as_new(each)


def _difference(source: Source, span: Span, text: str) -> Iterator[Edit]:
    """Yield the edit that makes `text` of what stands at `span`, as small as it can be."""
    old = source.text(span)
    if old == text:
        return
    first = 0
    while first < min(len(old), len(text)) and old[first] == text[first]:
        first += 1
    last = 0
    while last < min(len(old), len(text)) - first and old[-1 - last] == text[-1 - last]:
        last += 1
    start = span.start + len(old[:first].encode())
    end = span.end - len(old[len(old) - last :].encode())
    yield Edit(Span(start, end), text[first : len(text) - last])


def _insertion(place: Place, statements: Sequence[str]) -> Edit:
    text = place.before + place.gap.join(statements) + place.after
    return Edit(Span(place.offset, place.offset), text)


def _joined(edits: Sequence[Edit]) -> Iterator[Edit]:
    """Yield `edits`, those that insert at one place as one, or as part of the edit that begins there."""
    by_start: dict[int, list[Edit]] = {}
    for edit in edits:
        by_start.setdefault(edit.span.start, []).append(edit)
    for found in by_start.values():
        inserted = "".join(edit.text for edit in found if not len(edit.span))
        others = [edit for edit in found if len(edit.span)]
        if not others:
            yield replace(found[0], text=inserted)
        for index, edit in enumerate(others):
            yield replace(edit, text=inserted + edit.text) if index == 0 else edit


def _clash(source: Source, leaf: NewLeaf, at: int) -> ImportEditError:
    where = f"{source.path}:{source.position(at)}"
    return ImportEditError("name-clash", f"`{leaf.bound}` is the name of something else here", where)
