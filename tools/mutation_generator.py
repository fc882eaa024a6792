"""All wrong edits of a file, and a sample of them that is spread over kinds and items."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.trees import SyntaxTree, TreeKind
from tools.mutation_flow import FLOW
from tools.mutation_names import NAMES
from tools.mutation_operators import OPERATORS
from tools.mutation_outside import OUTSIDE
from tools.mutation_values import File, Mutation, Mutator, Where, around, nodes

if TYPE_CHECKING:
    from tree_sitter import Node

INSIDE: dict[str, dict[str, Mutator]] = {}
for _table in (OPERATORS, NAMES, FLOW):
    for _type, _by_kind in _table.items():
        INSIDE.setdefault(_type, {}).update(_by_kind)

# Std's macros that evaluate what they are given; another macro may throw an argument away.
STD_MACROS = frozenset(
    [
        "assert",
        "assert_eq",
        "assert_ne",
        "debug_assert",
        "debug_assert_eq",
        "debug_assert_ne",
        "eprint",
        "eprintln",
        "format",
        "matches",
        "panic",
        "print",
        "println",
        "todo",
        "try",
        "unimplemented",
        "unreachable",
        "vec",
        "write",
        "writeln",
    ]
)
_CONDITIONAL = ("#[cfg(", "#[cfg_attr(", "#![cfg(")


def mutations(source: Source, own_macros: frozenset[str] = frozenset()) -> Iterator[Mutation]:
    """Yield the wrong edits of one file that its syntax allows, in the order of its text.

    `own_macros` are defined elsewhere in the crate: what they do with an argument is not known.

    None is another way to write the same tree: see `surely_differ`, and what each mutator leaves alone.
    Whether one compiles is for rustc to say.
    """
    if source.file_tree is None or not source.file_tree.exact:
        return
    root = source.file_tree.root
    file = File(source, _field_names(root, source), _variants(root, source))
    own_macros |= macro_names(source)
    seen: set[tuple[object, ...]] = set()
    for tree in source.trees:
        if not _is_readable(tree, own_macros):
            continue
        for node in nodes(tree.root):
            if Span(node.start_byte, node.end_byte) not in tree.span and tree.kind is not TreeKind.FILE:
                continue
            for mutation in _of_node(file, tree, node):
                is_own_try = mutation.kind == "wrong upgrade" and "try" in own_macros
                if mutation.edits not in seen and not is_own_try:
                    seen.add(mutation.edits)
                    yield mutation


def harmless(source: Source) -> Iterator[Mutation]:
    """Yield edits of layout and comments in function bodies: two ways to write one program."""
    if source.file_tree is None or not source.file_tree.exact:
        return
    tree = source.file_tree
    file = File(source)
    for node in nodes(tree.root):
        parent = node.parent
        if node.type not in _HARMLESS or parent is None or parent.type == "token_tree":
            continue
        where, within, owner = _place(file, tree, Span(node.start_byte, node.end_byte))
        if where is Where.BODY:
            line = source.position(node.start_byte).line
            for before, after in _HARMLESS[node.type]:
                edits = around(node, before, after)
                yield Mutation("comment or layout", source.path, edits, where, within, line, owner)


_HARMLESS = {
    "binary_expression": (("(", ")"), ("/* the same */ ", "  ")),
    "call_expression": (("(", ")"), ("/* the same */ ", " /* and this */")),
    "field_expression": ((" ", " "),),
    "integer_literal": ((" ", "  "), ("(", ")")),
}


def sample(found: Iterable[Mutation], count: int, chance: random.Random) -> tuple[Mutation, ...]:
    """Return up to `count` mutations, one in an item at most, as many kinds as can be."""
    by_kind: dict[str, list[Mutation]] = defaultdict(list)
    for mutation in found:
        by_kind[mutation.kind].append(mutation)
    for listed in by_kind.values():
        chance.shuffle(listed)
    chosen: list[Mutation] = []
    while len(chosen) < count and by_kind:
        for kind in chance.sample(sorted(by_kind), len(by_kind)):
            free = _next_free(by_kind[kind], chosen)
            if free is None:
                del by_kind[kind]
            elif len(chosen) < count:
                chosen.append(free)
    return tuple(chosen)


def _next_free(listed: list[Mutation], chosen: Sequence[Mutation]) -> Mutation | None:
    while listed:
        mutation = listed.pop()
        if not any(
            other.path == mutation.path and other.within.overlaps(mutation.within) for other in chosen
        ):
            return mutation
    return None


def _is_readable(tree: SyntaxTree, own_macros: frozenset[str]) -> bool:
    """Whether a mutation in this tree is one of the program: no example, no argument of any macro."""
    if not tree.is_trusted:
        return False
    for each in (tree, *tree.ancestors()):
        if each.kind is TreeKind.DOC_EXAMPLE:
            return False
        call = each.macro if each.kind is TreeKind.MACRO_ARGUMENT else None
        if call is not None and call.last_name not in STD_MACROS - own_macros:
            return False
    return True


def _of_node(file: File, tree: SyntaxTree, node: Node) -> Iterator[Mutation]:
    inside, outside = INSIDE.get(node.type), OUTSIDE.get(node.type)
    if not inside and not outside:
        return
    span = Span(node.start_byte, node.end_byte)
    where, within, owner = _place(file, tree, span)
    if _is_conditional(file, span):
        return  # this build may not compile it: nothing would be wrong in it
    for kind, mutator in _mutators(where, inside, outside):
        for edits in mutator(file, node):
            line = file.source.position(span.start).line
            yield Mutation(kind, file.source.path, edits, where, within, line, owner)


def _mutators(
    where: Where, inside: Mapping[str, Mutator] | None, outside: Mapping[str, Mutator] | None
) -> Iterator[tuple[str, Mutator]]:
    if where is not Where.OUTSIDE:
        yield from (inside or {}).items()
    else:
        yield from (outside or {}).items()


def _place(file: File, tree: SyntaxTree, span: Span) -> tuple[Where, Span, str]:
    """Return what `span` stands in, the outermost function or definition around it, and its name."""
    trees = (tree, *tree.ancestors())
    body = next((each for each in trees if each.kind is TreeKind.MACRO_BODY), None)
    if body is not None and body.macro is not None:
        return Where.MACRO, body.macro.span, body.macro.name
    node: Node | None = trees[-1].root.descendant_for_byte_range(span.start, span.end)
    outermost, item = None, None
    while node is not None and node.parent is not None:
        if node.type == "function_item":
            outermost = node
        if node.type.endswith("_item") or node.type == "use_declaration":
            item = node
        node = node.parent
    block = outermost.child_by_field_name("body") if outermost is not None else None
    if outermost is not None and block is not None and span in Span(block.start_byte, block.end_byte):
        name = outermost.child_by_field_name("name")
        owner = file.text(name) if name is not None else ""
        return Where.BODY, Span(outermost.start_byte, outermost.end_byte), owner
    around = item if item is not None else trees[-1].root
    return Where.OUTSIDE, Span(around.start_byte, around.end_byte), ""


def _is_conditional(file: File, span: Span) -> bool:
    return bool(file.source.in_attribute_cfg(span))


def macro_names(source: Source) -> frozenset[str]:
    """Return the names of the macros that a file defines."""
    trees = (tree for tree in source.trees if tree.kind is TreeKind.MACRO_BODY)
    return frozenset(tree.macro.last_name for tree in trees if tree.macro is not None)


def _field_names(root: Node, source: Source) -> tuple[str, ...]:
    names = {
        source.text(Span(name.start_byte, name.end_byte)): None
        for node in nodes(root)
        if node.type == "field_declaration" and (name := node.child_by_field_name("name")) is not None
    }
    return tuple(names)


def _variants(root: Node, source: Source) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for node in nodes(root):
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if node.type != "enum_item" or name is None or body is None:
            continue
        each = [
            child.child_by_field_name("name") for child in body.named_children if child.type == "enum_variant"
        ]
        texts = tuple(source.text(Span(one.start_byte, one.end_byte)) for one in each if one is not None)
        found[source.text(Span(name.start_byte, name.end_byte))] = texts
    return found
