"""Put the typed tree of a body together: rustc prints an arena whose nodes name each other by index."""

from __future__ import annotations

from dataclasses import dataclass

from codemods.cargo.thir_text import Node, Reference, UnknownShapeError, Value, parse_body

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
    thir, references = parse_body(text)
    if [key for key, _ in thir.items] != [b"body_type", b"arms", b"blocks", b"exprs", b"stmts", b"params"]:
        raise UnknownShapeError("a body has other parts")
    arenas = {letter: _elements(thir, name) for name, letter in _ARENAS.items()}
    named: set[int] = set()
    for reference in references:
        _resolve(reference, arenas, named)
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


def _resolve(reference: Reference, arenas: dict[bytes, list[Node]], named: set[int]) -> None:
    """Put the node that an index means in its place; each is meant once."""
    key, value = reference.node.items[reference.at]
    holder = key or reference.node.holder
    if not isinstance(value, bytes) or holder == b"alloc_id":
        return
    elements, index = arenas[value[:1]], int(value[1:])
    if holder not in _HOLDERS or index >= len(elements):
        raise UnknownShapeError(f"`{holder.decode()}: {value.decode()}` may be an index or a name")
    if id(elements[index]) in named:
        raise UnknownShapeError("an expression is used twice")
    named.add(id(elements[index]))
    reference.node.items[reference.at] = (key, elements[index])
