"""What a macro call is to the block around it."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from tree_sitter import Node

from codemods.rust.source import Source
from codemods.rust.statements import StatementRole, statement_role
from codemods.rust.trees import SyntaxTree, path_to, span_of


def call_around(tree: SyntaxTree) -> tuple[Node, SyntaxTree]:
    """Return the macro call that `tree` is an argument of, with the tree that the call is in."""
    outer, call = tree.parent, tree.macro
    assert outer is not None
    assert call is not None
    found = [node for node in path_to(outer.root, call.span) if node.type == "macro_invocation"]
    assert span_of(found[-1]) == call.span
    return found[-1], outer


def invocation(statements: str) -> tuple[Node, SyntaxTree]:
    """Return the innermost `try!` call itself, with the tree that it is in."""
    source = Source(PurePosixPath("src/lib.rs"), f"fn f() {{ {statements} }}".encode(), "2015")
    return call_around([tree for tree in source.trees if tree.macro and tree.macro.last_name == "try"][-1])


@pytest.mark.parametrize(
    ("statements", "role"),
    [
        ("try!(x);", StatementRole.TERMINATED),
        ("try!{x};", StatementRole.TERMINATED),
        ("try![x]; y()", StatementRole.TERMINATED),
        ("try!{x} y();", StatementRole.BARE),
        ("try!{x} /* c */ y()", StatementRole.BARE),
        ("if a { try!{x} b; }", StatementRole.BARE),
        ("try!{x} let a = 1;", StatementRole.BARE),
        ("try!(x)", StatementRole.TAIL),
        ("try!{x} // c\n", StatementRole.TAIL),
        ("a; if b { try!{x} }", StatementRole.TAIL),
        ("|| { try!{x} };", StatementRole.TAIL),
        ("m!{ try!{x} let a = 1; }", StatementRole.BARE),
        ("let a = try!{x};", StatementRole.PART),
        ("try!{x}.f();", StatementRole.PART),
        ("f(try!(x));", StatementRole.PART),
        ("match a { b => try!{x} }", StatementRole.PART),
        ("m!(try!(x));", StatementRole.PART),
        ("try!(try!(x));", StatementRole.PART),
        ("try!(x)?;", StatementRole.PART),
        ("#[cfg(u)] try!(x);", StatementRole.TERMINATED),
    ],
)
def test_what_a_call_is_to_its_block(statements: str, role: StatementRole) -> None:
    assert statement_role(*invocation(statements)) is role


@pytest.mark.parametrize(
    ("code", "role"),
    [
        ("macro_rules! m { () => { try!{x} } }", StatementRole.TAIL),
        ("macro_rules! m { () => { try!{x} y() } }", StatementRole.BARE),
        ("try!{x}", StatementRole.PART),
        ("/// ```\n/// try!{x}\n/// y();\n/// ```\nfn f() {}", StatementRole.BARE),
        ("/// ```\n/// try!(x)\n/// ```\nfn f() {}", StatementRole.TAIL),
    ],
)
def test_roles_in_bodies_examples_and_between_items(code: str, role: StatementRole) -> None:
    tree = Source(PurePosixPath("a.rs"), code.encode(), "2015").trees[-1]

    assert statement_role(*call_around(tree)) is role
