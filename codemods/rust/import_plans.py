"""What is to become of each statement that imports something, and of its tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from codemods.rust.imports import Declaration, Import
from codemods.rust.outlines import Outline
from codemods.rust.use_layout import Changes, NewLeaf, by_home, rendered, statement_trees
from codemods.rust.use_trees import Leaf, UseNode


@dataclass(eq=False, slots=True)
class Plan:
    """What happens to one statement: its leaves by import, and statements that are to stand beside it."""

    outline: Outline
    declaration: Declaration
    changes: Changes = field(default_factory=Changes)
    new: dict[Import, NewLeaf] = field(default_factory=dict)  # written in place
    gone: set[Import] = field(default_factory=set)
    joining: list[NewLeaf] = field(default_factory=list)
    beside: list[NewLeaf] = field(default_factory=list)

    @property
    def style(self) -> tuple[object, ...]:
        """What statements must share to be one."""
        own = self.declaration
        return (
            id(self.outline),
            own.opening,
            self.outline.parents[own.keyword],
            own.visibility,
            own.attributes,
        )

    @property
    def leaves(self) -> list[tuple[Import, Leaf]]:
        """The imports with their places in the tree; none of an `extern crate`."""
        statement = self.declaration.statement
        return (
            [] if statement is None else list(zip(self.declaration.imports, statement.leaves(), strict=True))
        )

    @property
    def is_emptied(self) -> bool:
        """Whether nothing that it imports today stays."""
        return all(each in self.gone for each in self.declaration.imports)


def tree_text(plan: Plan, replaced: Mapping[Import, NewLeaf]) -> str | None:
    """Return the tree of a `use` as it is to be; None where all of it goes.

    Where a whole flat group goes to one other path, `plan.beside` becomes that group.
    """
    assert plan.declaration.statement is not None, "an `extern crate` has no tree"
    tree, edition = plan.declaration.statement.tree, plan.outline.edition
    _move_whole(plan, tree, replaced)
    for found, leaf in plan.leaves:
        if found in plan.new:
            new = plan.new[found]
            home = plan.changes.home
            prefix = len(home[1]) if home is not None else sum(len(each.path) for each in leaf.parents)
            plan.changes.replaced[leaf.node] = new.text(edition, prefix)
        elif found in plan.gone:
            plan.changes.removed.add(leaf.node)
    if plan.joining and not tree.is_group:
        staying = [each for each, _ in plan.leaves if each not in plan.gone]
        own = [plan.new.get(each, as_new(each)) for each in staying]
        return statement_trees([*own, *plan.joining], edition)[0]
    for new in dict.fromkeys(plan.joining):
        group = group_of(plan, new)
        assert group is not None, "a leaf joins braces of its own path"
        plan.changes.added.setdefault(group, []).append(new.text(edition, len(new.parent)))
    return rendered(plan.outline, tree, plan.changes)


def _move_whole(plan: Plan, tree: UseNode, replaced: Mapping[Import, NewLeaf]) -> None:
    is_flat = tree.is_group and not any(child.is_group for child in tree.children)
    homes = list(by_home(plan.beside))
    if not is_flat or len(homes) != 1 or not plan.is_emptied or plan.joining or plan.new:
        return
    _, path = homes[0]
    if not path or len(plan.beside) > len(tree.children):
        return
    plan.changes.home = homes[0]
    coming = {replaced[each]: each for each, _ in plan.leaves if each in replaced}
    plan.new = {coming[leaf]: leaf for leaf in plan.beside if leaf in coming}
    staying = [leaf for leaf in plan.beside if leaf not in coming]
    plan.changes.added[tree] = [leaf.text(plan.outline.edition, len(path)) for leaf in staying]
    plan.beside = []


def new_leaf(path: str | Sequence[str], name: str | None) -> NewLeaf:
    """Return the leaf that a path, as text or by its names, asks for."""
    if isinstance(path, str):
        text = "".join(path.split())
        segments = tuple(each.removeprefix("r#") for each in text.removeprefix("::").split("::"))
        return NewLeaf(segments, name, text.startswith("::"))
    return NewLeaf(tuple(each.removeprefix("r#") for each in path), name)


def as_new(found: Import) -> NewLeaf:
    """Return an import as something that is to be imported."""
    if found.name is None:
        return NewLeaf((*found.path, "*"), None, found.is_global)
    return NewLeaf(found.path, found.name if found.name != found.path[-1] else None, found.is_global)


def is_same(found: Import, leaf: NewLeaf) -> bool:
    """Whether an import makes one of `leaf` needless."""
    return not found.is_extern_crate and covers(as_new(found), leaf)


def covers(have: NewLeaf, wanted: NewLeaf) -> bool:
    """Whether an import of `have` makes one of `wanted` needless: a name also brings a trait into scope."""
    return have.path == wanted.path and wanted.bound in ("_", have.bound)


def group_of(plan: Plan, leaf: NewLeaf) -> UseNode | None:
    """Return the braces in the statement whose path is that of the leaf's parent."""
    statement = plan.declaration.statement
    if statement is None or not leaf.parent:
        return None
    queue: list[tuple[UseNode, tuple[str, ...]]] = [(statement.tree, statement.tree.path)]
    while queue:
        node, path = queue.pop(0)
        if node.is_group and path == leaf.parent and statement.tree.is_global == leaf.is_global:
            return node
        queue += [(child, path + child.path) for child in node.children]
    return None


def single_parent(plan: Plan) -> tuple[tuple[str, ...], bool] | None:
    """Return the path that a statement of one name imports from, as it will be."""
    statement = plan.declaration.statement
    if statement is None or statement.tree.is_group or len(plan.declaration.imports) != 1:
        return None
    (found,) = plan.declaration.imports
    leaf = plan.new.get(found, as_new(found))
    if found in plan.gone or leaf.bound is None:
        return None
    return leaf.parent, leaf.is_global
