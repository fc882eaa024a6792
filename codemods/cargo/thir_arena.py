"""Put the typed tree of a body together: rustc prints an arena whose nodes name each other by index."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from codemods.cargo.thir_text import Node, UnknownShapeError, Value, parse_body

_REFERENCE = re.compile(rb"([ebsap])\d+")
_ARENAS = {b"exprs": b"e", b"blocks": b"b", b"stmts": b"s", b"arms": b"a", b"params": b"p"}
_ELEMENTS = {b"e": b"Expr", b"b": b"Block", b"s": b"Stmt", b"a": b"Arm", b"p": b"Param"}
# The fields that hold an index, directly or in an `Option` or list.
_HOLDERS = frozenset(
    b"arg arms base block body cond else_block else_opt expr fake_reads fields fun guard in_expr index"
    b" initializer lhs out_expr rhs scrutinee source stmts then upvars value".split()
)


@dataclass(frozen=True, slots=True)
class Body:
    """One typed tree: what the signature says, the parameters, and the expression that is the body."""

    body_type: Value
    params: Value
    root: Node


def read_body(text: bytes) -> Body:
    """Return the tree that `text` prints, its indices replaced by what they stand for.

    Raises:
        UnknownShapeError: it is not as the compilers that were tested write it.
    """
    thir = parse_body(text)
    if [key for key, _ in thir.items] != [b"body_type", b"arms", b"blocks", b"exprs", b"stmts", b"params"]:
        raise UnknownShapeError("a body has other parts")
    arenas = {letter: _elements(thir, name) for name, letter in _ARENAS.items()}
    named: Counter[int] = Counter()
    for nodes in arenas.values():
        for node in nodes:
            _link(node, arenas, named)
    if any(count > 1 for count in named.values()):
        raise UnknownShapeError("an expression is used twice")
    roots = [node for node in arenas[b"e"] if id(node) not in named]
    if len(roots) != 1 or roots[0] is not arenas[b"e"][-1]:
        raise UnknownShapeError("it is not clear which expression is the body")
    return Body(thir.items[0][1], thir.items[5][1], roots[0])


def _elements(thir: Node, name: bytes) -> list[Node]:
    array = thir.get(name)
    if array == b"[]":
        return []
    expected = _ELEMENTS[_ARENAS[name]]
    elements = [value for _, value in array.items] if isinstance(array, Node) else [b""]
    nodes = [value for value in elements if isinstance(value, Node) and value.name == expected]
    if len(nodes) != len(elements):
        raise UnknownShapeError(f"`{name.decode()}` holds something else")
    return nodes


def _link(element: Node, arenas: dict[bytes, list[Node]], named: Counter[int]) -> None:
    """Replace the indices in `element` by nodes, and count how often each node is named."""
    waiting = [(element, b"")]
    while waiting:
        node, holder = waiting.pop()
        for at, (key, value) in enumerate(node.items):
            inner = key or holder
            if key == b"args" and node.name == b"Call":
                inner = b"value"
            if isinstance(value, Node):
                waiting.append((value, inner))
            elif key != b"alloc_id" and (found := _REFERENCE.fullmatch(value)):
                node.items[at] = (key, target := _target(value, found[1], inner, arenas))
                named[id(target)] += 1


def _target(reference: bytes, letter: bytes, holder: bytes, arenas: dict[bytes, list[Node]]) -> Node:
    index = int(reference[1:])
    if holder not in _HOLDERS or index >= len(arenas[letter]):
        raise UnknownShapeError(f"`{holder.decode()}: {reference.decode()}` may be an index or a name")
    return arenas[letter][index]
