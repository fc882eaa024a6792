"""Macro arguments, macro bodies and doc examples are trees at the file's own offsets."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.rust.nested import SourceTooDeep
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.trees import SyntaxTree, TreeKind, span_of


def source(code: str, edition: str = "2015") -> Source:
    return Source(PurePosixPath("src/lib.rs"), code.encode(), edition)


def root_text(tree: SyntaxTree) -> str:
    return tree.source.text(span_of(tree.root))


def shown(code: str, kind: TreeKind = TreeKind.MACRO_ARGUMENT) -> list[tuple[str, str, bool]]:
    """Return macro name, root text and exactness of the nested trees of a kind."""
    trees = source(code).trees
    return [
        (tree.macro.name if tree.macro else "", root_text(tree) if tree.exact else "", tree.exact)
        for tree in trees
        if tree.kind is kind
    ]


def in_function(statements: str) -> str:
    return f"fn f() {{ {statements} }}"


ARGUMENTS = [
    ("try!(x);", [("try", "x", True)]),
    ("r#try!{ x }", [("r#try", "x", True)]),
    ("::std::try![x,];", [("::std::try", "x", True)]),
    ("try!(a(try!(b)));", [("try", "a(try!(b))", True), ("try", "b", True)]),
    ("try!(/* é */ g() // why\n);", [("try", "g()", True)]),
    ("try!({a} - 1);", [("try", "{a} - 1", True)]),
    ("try!{ {a} - 1 }", [("try", "{a} - 1", True)]),
    ("try!{ S { a: 1 } }", [("try", "S { a: 1 }", True)]),
    ("try!(match x { A => 1, _ => 2 });", [("try", "match x { A => 1, _ => 2 }", True)]),
    ("foo!(g::<A, B>(x), y = z);", [("foo", "g::<A, B>(x)", True), ("foo", "y = z", True)]),
    ("vec![a; 3];", [("vec", "a", True), ("vec", "3", True)]),
    ("map!{ k => v, };", [("map", "k", True), ("map", "v", True)]),
    ("foo!{ let x = 1; x }", [("foo", "{ let x = 1; x }", True)]),
    ("foo!(let x = 1; g(x));", [("foo", "(let x = 1; g(x))", True)]),
    ("foo!(static X: u8 = a);", [("foo", "static X: u8 = a)", True)]),
    ("foo!();", []),
    ("foo!{ /* nothing */ }", []),
    ("foo!(a b, c);", [("foo", "", False), ("foo", "c", True)]),
    ("foo!(a b bar!(c + d));", [("foo", "", False), ("bar", "c + d", True)]),
    ("quote!{ fn f() {} };", [("quote", "", False)]),
    ("make!{ try!(#e) }", [("make", "", False), ("try", "", False)]),
    ("foo!(#[cfg(x)] a);", [("foo", "", False)]),
    ("foo!(#[cfg(x)] a, b);", [("foo", "", False), ("foo", "b", True)]),
    (
        "foo!('a', \"(\", r#\")\"#, b'\\'');",
        [("foo", text, True) for text in ["'a'", '"("', 'r#")"#', "b'\\''"]],
    ),
]


@pytest.mark.parametrize(("statements", "expected"), ARGUMENTS)
def test_arguments_are_parsed_in_place(statements: str, expected: list[tuple[str, str, bool]]) -> None:
    assert shown(in_function(statements)) == expected


BODIES = [
    ("($e:expr) => { try!($e); $e }", "{ try!($e); $e }"),
    (
        "($e:expr) => (match $e { Ok(v) => v, Err(e) => return $crate::f(e) })",
        "match $e { Ok(v) => v, Err(e) => return $crate::f(e) }",
    ),
    ("($($t:tt)*) => { f($($t)*) }", "f($($t)*)"),
    ("($($e:expr),*) => { vec![1]; f(0, $($e),*) }", "{ vec![1]; f(0, $($e),*) }"),
    ("($($n:ident: $t:ty;)*) => { $(let $n: $t = 1;)* }", "{ $(let $n: $t = 1;)* }"),
    ("($v:vis $b:block) => { $v fn f() $b }", "{ $v fn f() $b }"),
    (
        "($(#[$m:meta])* $l:lifetime) => { $(#[$m])* fn f<$l>(x: &$l u8) {} }",
        "{ $(#[$m])* fn f<$l>(x: &$l u8) {} }",
    ),
    ("($t:ty, $($i:item)*) => { impl X for $t { $($i)* } }", "{ impl X for $t { $($i)* } }"),
    ("($($m:ident($a:expr)),*) => { x$(.$m($a))*.y() }", "x$(.$m($a))*.y()"),
]


@pytest.mark.parametrize(("rule", "root"), BODIES)
def test_macro_bodies_are_parsed_with_their_metavariables(rule: str, root: str) -> None:
    (found,) = [
        tree for tree in source(f"macro_rules! m {{ {rule} }}").trees if tree.kind is TreeKind.MACRO_BODY
    ]

    assert found.exact
    assert root_text(found).strip() == root.strip()
    assert found.macro is not None
    assert found.macro.arm is not None
    assert found.macro.name == "m"


@pytest.mark.parametrize(
    "rule",
    [
        "($e:expr) => { $e $e }",
        "($a:expr, $($b:expr),*) => { $a $(+ $b)* }",
        "($($a:ident)*) => { A, B, }",
        "($d:tt) => { macro_rules! n { ($$x:expr) => { $$x } } }",
    ],
)
def test_a_body_that_is_no_code_alone_is_not_exact(rule: str) -> None:
    bodies = shown(f"macro_rules! m {{ {rule} }}", TreeKind.MACRO_BODY)

    assert not bodies[-1][2]


def test_an_operand_in_a_body_covers_the_whole_repetition() -> None:
    code = (
        "macro_rules! m { ($($t:tt)*) => { try!($($t)*); try!($e); vec![$(try!($t)),*]; try!($(f!($t))*) } }"
    )
    found = [entry for entry in shown(code) if entry[0] == "try"]

    assert found == [("try", "$($t)*", True), ("try", "$e", True), ("try", "$t", True), ("try", "", False)]


def test_every_arm_is_a_tree_of_its_own() -> None:
    code = "macro_rules! m { (a) => { 1 }; (b) => ( 2 ); (c) => [ 3 ] }"

    assert shown(code, TreeKind.MACRO_BODY) == [("m", "1", True), ("m", "2", True), ("m", "3", True)]


def test_trees_know_the_trees_around_them() -> None:
    trees = source(in_function('println!("{}", try!(a(try!(b))));')).trees
    innermost = next(tree for tree in trees if root_text(tree) == "b")

    assert [tree.macro.name if tree.macro else "" for tree in innermost.ancestors()] == ["try", "println", ""]
    assert innermost.is_trusted


def test_what_lies_in_tokens_is_not_trusted() -> None:
    trees = source(in_function("tokens!(a b try!(c));")).trees
    operand = next(tree for tree in trees if tree.macro and tree.macro.name == "try")

    assert operand.exact
    assert not operand.is_trusted


def test_an_error_elsewhere_in_the_file_does_not_matter() -> None:
    file = source("fn good() { try!(a); }\nfn bad() { let = try!(b); }\n")
    trust = {root_text(tree): tree.is_trusted for tree in file.trees if tree.kind is TreeKind.MACRO_ARGUMENT}

    assert file.has_errors
    assert trust == {"a": True, "b": False}


def test_only_trees_with_a_needle_are_read() -> None:
    file = source(in_function('try!(x); println!("{}", y); vec![try!(z)]; println!("{}", "try");'))
    found = [tree for tree in file.trees_containing((b"try!",)) if tree.macro]

    assert [root_text(tree) for tree in found] == ["x", "try!(z)", "z"]
    assert len(file.trees) == 8


def test_the_trees_at_a_place_are_those_that_hold_it() -> None:
    file = source(in_function('println!("{}", try!(a)); try!(b);'))
    start = file.content.index(b"a)")

    assert [root_text(tree) for tree in file.trees_at(Span(start, start + 1))][1:] == ["try!(a)", "a"]


def test_a_place_in_a_doc_example_may_cross_lines() -> None:
    file = source("/// ```\n/// try!(a(1,\n/// 2));\n/// ```\nfn f() {}")
    span = Span(file.content.index(b"try"), file.content.index(b";"))

    assert [tree.kind for tree in file.trees_at(span)] == [TreeKind.FILE, TreeKind.DOC_EXAMPLE]
    assert file.enclosing_item(span) == "example"


def test_offsets_are_right_behind_a_mark_crlf_and_wide_letters() -> None:
    file = source("\ufefffn größe() {\r\n\ttry!(é.ü(\r\n\t\ttry!(ß)));\r\n}")

    assert [root_text(tree) for tree in file.trees if tree.macro] == ["é.ü(\r\n\t\ttry!(ß))", "ß"]


def test_old_words_inside_macros_are_names() -> None:
    assert shown(in_function("foo!(async + await.dyn, try);")) == [
        ("foo", "async + await.dyn", True),
        ("foo", "try", True),
    ]


DOCUMENTED = """//! ```
//! # use std::io;
//! fn f() -> io::Result<()> {
//!     try!(g(1,
//! #          2)); // so
//!     Ok(())
//! }
//! ```
/// ```edition2018
/// async fn f() { x.await }
/// ```
/** Text.
 * ```
 * try!(
 *    h()
 * );
 * ```
 */
fn documented() {}
"""


def test_doc_examples_are_trees_with_trees_in_them() -> None:
    file = source(DOCUMENTED)
    examples = [tree for tree in file.trees if tree.kind is TreeKind.DOC_EXAMPLE]
    operands = [tree for tree in file.trees if tree.kind is TreeKind.MACRO_ARGUMENT]

    assert [tree.exact for tree in examples] == [True, True, True]
    assert [(tree.root.type, len(tree.root.children)) for tree in operands] == [
        ("call_expression", 2),
        ("call_expression", 2),
    ]
    assert [tree.parent for tree in operands] == [examples[0], examples[2]]
    assert root_text(operands[1]) == "h()"
    # The arguments cross a line: the prefix between them is no part of the syntax.
    assert [child.type for child in operands[0].root.children[1].children] == [
        "(",
        "integer_literal",
        ",",
        "integer_literal",
        ")",
    ]


def test_a_markdown_page_has_examples_only() -> None:
    page = Source(
        PurePosixPath("README.md"), b"# T\n\n```rust\ntry!(x);\n```\n\n```sh\ntry!(y)\n```\n", "2015"
    )

    assert page.file_tree is None
    assert not page.has_errors
    assert [(tree.kind, root_text(tree)) for tree in page.trees[1:]] == [(TreeKind.MACRO_ARGUMENT, "x")]


def test_deep_nesting_ends_in_an_error_not_in_hours() -> None:
    depth = 1_000

    with pytest.raises(SourceTooDeep) as error:
        _ = source(in_function("a!(" * depth + ")" * depth)).trees

    assert error.value.where == "src/lib.rs"


def test_a_large_file_is_read() -> None:
    file = source("fn f() { try!(x); }\n" * 5_000)

    assert len(file.trees_containing((b"try!",))) == 5_001


def test_an_example_in_a_macros_input_does_not_become_code() -> None:
    code = """macro_rules! m { ($n:ident) => {
    /// ```
    /// try!(a
    /// );
    /// ```
    fn $n() { try!(b) }
} }
flags! {
    /// ```
    /// try!(c);
    /// ) try!(d
    /// ```
    fn e() { try!(f) }
}
"""
    operands = [
        (root_text(tree), tree.is_trusted)
        for tree in source(code).trees
        if tree.kind is TreeKind.MACRO_ARGUMENT
    ]

    assert ("b", True) in operands
    assert ("f", True) in operands
    assert ("a", True) in operands
    assert [tree.exact for tree in source(code).trees if tree.kind is TreeKind.MACRO_BODY] == [True]


def test_reading_in_parts_gives_what_reading_at_once_gives() -> None:
    code = DOCUMENTED + "macro_rules! m { ($($t:tt)*) => { try!($($t)*); vec![try!(x)] } }"
    whole = [(tree.kind, tree.span, tree.exact) for tree in source(code).trees]
    file = source(code)
    for kind, span, _ in whole:
        assert (kind, span) in [(tree.kind, tree.span) for tree in file.trees_at(span)]

    assert [(tree.kind, tree.span, tree.exact) for tree in file.trees] == whole
