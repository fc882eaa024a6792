"""Where parentheses are needed, and what a macro call is to the block around it."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from tree_sitter import Node

from codemods.rust.expressions import (
    StatementRole,
    begins_with_block,
    exposes_struct_literal,
    in_no_struct_position,
    invocation_of,
    needs_parentheses,
    starts_statement,
    statement_role,
)
from codemods.rust.source import Source
from codemods.rust.trees import SyntaxTree


def operand(expression: str) -> tuple[Node, SyntaxTree]:
    """Return the operand of the innermost `try!` in a function with this statement."""
    source = Source(PurePosixPath("src/lib.rs"), f"fn f() {{ {expression}; }}".encode(), "2015")
    tree = [tree for tree in source.trees if tree.macro and tree.macro.last_name == "try"][-1]
    assert tree.exact
    return tree.root, tree


def invocation(statements: str) -> tuple[Node, SyntaxTree]:
    """Return the innermost `try!` call itself, with the tree that it is in."""
    source = Source(PurePosixPath("src/lib.rs"), f"fn f() {{ {statements} }}".encode(), "2015")
    tree = [tree for tree in source.trees if tree.macro and tree.macro.last_name == "try"][-1]
    node = invocation_of(tree)
    assert node is not None
    assert tree.parent is not None
    return node, tree.parent


@pytest.mark.parametrize(
    "code",
    [
        "x",
        "a::b",
        "::a",
        "self",
        "1",
        "1.5",
        '"s"',
        "b'c'",
        "true",
        "f(x)",
        "x.y",
        "x.y()",
        "x.0",
        "x[0]",
        "(a, b)",
        "()",
        "[a]",
        "[a; 3]",
        "(a + b)",
        "x?",
        "m!(a)",
        "m!{a}",
        "S { a: 1 }",
        "f::<T>()",
        "x.await",
        "match x {}.y()",
    ],
)
def test_complete_operands_take_a_postfix(code: str) -> None:
    assert not needs_parentheses(*operand(f"try!({code})"))


@pytest.mark.parametrize(
    "code",
    [
        "-a",
        "!a",
        "*a",
        "&a",
        "&mut a",
        "-1i32.f()",
        "a + b",
        "a == b",
        "a && b",
        "a = b",
        "a += b",
        "a..b",
        "..b",
        "a..",
        "a as T",
        "|x| g()",
        "return a",
        "break",
        "continue",
        "match x {}",
        "if a { b } else { c }",
        "loop {}",
        "while a {}",
        "for a in b {}",
        "{ a }",
        "unsafe { a }",
        "'l: loop {}",
    ],
)
def test_loose_operands_are_parenthesised(code: str) -> None:
    assert needs_parentheses(*operand(f"try!({code})"))


@pytest.mark.parametrize(
    ("operand_text", "expected"), [("$e", False), ("$($t)*", True), ("$a + $b", True), ("$a.$b($c)", False)]
)
def test_operands_of_metavariables(operand_text: str, expected: bool) -> None:
    code = f"macro_rules! m {{ ($($t:tt)*) => {{ try!({operand_text}) }} }}"
    tree = Source(PurePosixPath("a.rs"), code.encode(), "2015").trees[-1]

    assert needs_parentheses(tree.root, tree) is expected


@pytest.mark.parametrize(
    "code",
    [
        "S { a: 1 }",
        "S { a: 1 }.f()",
        "S{}.a[0]",
        "a + S {}",
        "&S {}",
        "|x| S {}",
        "S {} == b",
        "S{}?",
        "S{} as T",
    ],
)
def test_struct_literals_outside_of_brackets(code: str) -> None:
    assert exposes_struct_literal(operand(f"try!({code})")[0])


@pytest.mark.parametrize(
    "code",
    ["f(S {})", "(S {}).f()", "[S {}]", "a[S {}]", "match x { _ => S {} }", "{ S {} }", "m!{ S {} }", "x"],
)
def test_struct_literals_inside_of_brackets(code: str) -> None:
    assert not exposes_struct_literal(operand(f"try!({code})")[0])


@pytest.mark.parametrize(
    "code",
    [
        "if try!(x) {}",
        "while try!(x) {}",
        "match try!(x) {}",
        "for a in try!(x) {}",
        "if let A = try!(x) {}",
        "while let A = try!(x) {}",
        "if a && try!(x).b() {}",
        "if !try!(x) {}",
        "if try!(try!(x).y()) {}",
        "match try!(try!(x)).a {}",
        "if a {} else if try!(x) {}",
        "return if try!(x) == y { 1 } else { 2 }",
        "if try!(x)[0] {}",
        "if |a| try!(x) {}",
    ],
)
def test_heads_take_no_struct_literal(code: str) -> None:
    assert in_no_struct_position(*operand(code))


@pytest.mark.parametrize(
    "code",
    [
        "let a = try!(x)",
        "if a { try!(x); }",
        "if (try!(x)) {}",
        "if f(try!(x)) {}",
        "match a { b => try!(x) }",
        "if a[try!(x)] {}",
        "match a { b if try!(x) => 1 }",
        "if [try!(x)] == y {}",
        "if m!(try!(x)) {}",
        "for a in b { try!(x) }",
        "if { try!(x) } {}",
        "if f(try!(try!(x))) {}",
    ],
)
def test_everywhere_else_a_struct_literal_may_stand(code: str) -> None:
    assert not in_no_struct_position(*operand(code))


def test_only_transparent_macros_are_looked_through() -> None:
    node, tree = operand("if try!(try!(x)) {}")

    assert in_no_struct_position(node, tree)
    assert not in_no_struct_position(node, tree, frozenset())


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
    node = invocation_of(tree)

    assert node is not None
    assert tree.parent is not None
    assert statement_role(node, tree.parent) is role


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("match x {}.f()", True),
        ("{ a }[0]", True),
        ("if a {} else {}", True),
        ("unsafe { a } + b", True),
        ("x.f({ a })", False),
        ("(match x {}).f()", False),
        ("m!{}.f()", False),
        ("S {}.f()", False),
        ("[{ a }]", False),
    ],
)
def test_expressions_that_begin_with_a_block(code: str, expected: bool) -> None:
    assert begins_with_block(operand(f"try!({code})")[0]) is expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("try!(x);", True),
        ("try!(x).f() + 1;", True),
        ("try!(try!(x));", True),
        ("a; try!(x)", True),
        ("match a { b => try!(x).c() }", True),
        ("let a = try!(x);", False),
        ("a + try!(x);", False),
        ("f(try!(x));", False),
        ("return try!(x);", False),
        ("try!(f(try!(x)));", False),
    ],
)
def test_what_starts_a_statement(statements: str, expected: bool) -> None:
    assert starts_statement(*invocation(statements)) is expected
