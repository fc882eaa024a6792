"""Compare a template with syntax nodes, token by token; layout and comments do not count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.recipe.constraints import Test
from codemods.recipe.templates import ATOMS, SEPARATORS, Branch, Hole, Leaf, Template, significant
from codemods.rust.spans import Span
from codemods.rust.trees import TreeKind

if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.rust.source import Source


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """What a metavariable stands for: `text` as it is in the file, comments included.

    `kind` is the tree-sitter kind of a single node, else "nodes" (siblings, perhaps none:
    then the span is empty) or "tokens" (of a macro's argument that is no expression).
    """

    span: Span
    text: str
    kind: str
    nodes: tuple[Node, ...] = ()

    @property
    def node(self) -> Node:
        """The captured node (the first, where there are several)."""
        return self.nodes[0]


Captures = Mapping[str, Capture]
_Found = tuple[dict[str, Capture], int]  # the captures, and how many nodes were used


@dataclass(frozen=True, slots=True)
class Matcher:
    """Matches in one source, under the constraints of one pattern."""

    source: Source
    tests: Mapping[str, Test]

    def match_node(self, template: Template, node: Node) -> Captures | None:
        """Return what the holes of `template` stand for when it is `node`."""
        return self._node(template, node, {})

    def match_row(self, templates: Sequence[Template], nodes: Sequence[Node]) -> tuple[Captures, int] | None:
        """Return the captures when `templates` are the first of `nodes`, and how many they are."""
        return self._row(templates, nodes, {}, is_open=True)

    def _node(self, template: Template, node: Node, known: dict[str, Capture]) -> dict[str, Capture] | None:
        match template:
            case Hole():
                return self._bound(template, [node], node.start_byte, known) if node.is_named else None
            case Leaf():
                same = node.type == template.kind and self._bytes(node) == template.text
                return known if same else None
            case Branch():
                if node.type != template.kind:
                    return None
                found = self._row(template.children, significant(node), known)
                return None if found is None else found[0]

    def _row(
        self,
        templates: Sequence[Template],
        nodes: Sequence[Node],
        known: dict[str, Capture],
        *,
        is_open: bool = False,
    ) -> _Found | None:
        """Match siblings; the row must end where the templates do, unless it `is_open`."""
        if not templates:
            return (known, 0) if is_open or not nodes else None
        head, rest = templates[0], templates[1:]
        if isinstance(head, Hole) and (head.many or head.run):
            return self._several(head, rest, nodes, known, is_open=is_open)
        if nodes:
            bound = self._node(head, nodes[0], known)
            if bound is not None:
                found = self._row(rest, nodes[1:], bound, is_open=is_open)
                if found is not None:
                    return found[0], found[1] + 1
        if _is_comma(head) and rest and isinstance(rest[0], Hole) and rest[0].many:
            # `f($a, $$$rest)` matches `f(1)`: the comma goes with what it introduces.
            return self._taking(0, rest[0], rest[1:], nodes, known, is_open=is_open)
        return None

    def _several(
        self,
        hole: Hole,
        rest: Sequence[Template],
        nodes: Sequence[Node],
        known: dict[str, Capture],
        *,
        is_open: bool,
    ) -> _Found | None:
        if hole.run:
            return self._taking_argument(hole, rest, nodes, known, is_open=is_open)
        for size in _sizes(rest, nodes, is_open):
            found = self._taking(size, hole, rest, nodes, known, is_open=is_open)
            if found is None and size == 0 and rest and _is_comma(rest[0]):
                found = self._taking(0, hole, rest[1:], nodes, known, is_open=is_open)
            if found is not None:
                return found
        return None

    def _taking_argument(
        self,
        hole: Hole,
        rest: Sequence[Template],
        nodes: Sequence[Node],
        known: dict[str, Capture],
        *,
        is_open: bool,
    ) -> _Found | None:
        """Let the hole take one argument of a macro: the expression it is, else tokens up to a separator."""
        size = _tokens_before_separator(nodes)
        expression = self._expression_at(nodes[0]) if size else None
        if expression is not None:
            size = sum(node.end_byte <= expression.end_byte for node in nodes)
        if size == 0:
            return None
        taken = nodes[:size] if expression is None else [expression]
        bound = self._bound(hole, taken, nodes[0].start_byte, known)
        found = None if bound is None else self._row(rest, nodes[size:], bound, is_open=is_open)
        return None if found is None else (found[0], found[1] + size)

    def _expression_at(self, token: Node) -> Node | None:
        """Return the expression that begins with `token`, where a macro's argument was read as one."""
        for tree in reversed(self.source.trees_at(Span(token.start_byte, token.end_byte))):
            is_argument = tree.kind is TreeKind.MACRO_ARGUMENT and tree.exact
            if is_argument and tree.root.start_byte == token.start_byte and tree.root.type != "source_file":
                return tree.root
        return None

    def _taking(
        self,
        size: int,
        hole: Hole,
        rest: Sequence[Template],
        nodes: Sequence[Node],
        known: dict[str, Capture],
        *,
        is_open: bool,
    ) -> _Found | None:
        at = nodes[0].start_byte if nodes else len(self.source.content)
        bound = self._bound(hole, nodes[:size], at, known)
        if bound is None:
            return None
        found = self._row(rest, nodes[size:], bound, is_open=is_open)
        return None if found is None else (found[0], found[1] + size)

    def _bound(
        self, hole: Hole, nodes: Sequence[Node], at: int, known: dict[str, Capture]
    ) -> dict[str, Capture] | None:
        """Return `known` with the hole bound to `nodes`; None where it may not be."""
        if hole.name in ("", "_"):
            return known
        if hole.name in known:
            return known if self._tokens(known[hole.name].nodes) == self._tokens(nodes) else None
        span = Span(nodes[0].start_byte, nodes[-1].end_byte) if nodes else Span(at, at)
        several = "nodes" if hole.many else "tokens"
        kind = nodes[0].type if len(nodes) == 1 else several
        capture = Capture(span, self.source.text(span), kind, tuple(nodes))
        test = self.tests.get(hole.name)
        if test is not None and not test(capture.text, capture.kind):
            return None
        return {**known, hole.name: capture}

    def _bytes(self, node: Node) -> bytes:
        return self.source.content[node.start_byte : node.end_byte]

    def _tokens(self, nodes: Sequence[Node]) -> list[bytes]:
        found: list[bytes] = []
        for node in nodes:
            if node.type in ATOMS or node.child_count == 0:
                found.append(self._bytes(node))
            else:
                found += self._tokens(significant(node))
        return found


def _is_comma(template: Template) -> bool:
    return isinstance(template, Leaf) and template.kind == ","


def _tokens_before_separator(nodes: Sequence[Node]) -> int:
    """Return how many tokens stand before the next separator or the closing delimiter."""
    size = 0
    while size < len(nodes) - 1 and nodes[size].type not in SEPARATORS:
        size += 1
    return size


def _sizes(rest: Sequence[Template], nodes: Sequence[Node], is_open: bool) -> Sequence[int]:
    """Return how many nodes a `$$$` hole may take, in the order to try."""
    if is_open and not rest:  # `…; $$$rest` goes on to the end of the block
        ends = bool(nodes) and nodes[-1].type == "}"
        return [len(nodes) - ends]
    return range(len(nodes) + 1)
