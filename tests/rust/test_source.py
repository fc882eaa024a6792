"""A source is bytes, lines and columns; nothing in it is lost."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.rust.comments import CommentKind
from codemods.rust.source import Position, Source, SourceError
from codemods.rust.spans import Span


def source(code: str | bytes, path: str = "src/lib.rs", edition: str = "2015") -> Source:
    return Source(PurePosixPath(path), code.encode() if isinstance(code, str) else code, edition)


def find(code: Source, text: str, index: int = 0) -> Span:
    start = -1
    for _ in range(index + 1):
        start = code.content.index(text.encode(), start + 1)
    return Span(start, start + len(text.encode()))


@pytest.mark.parametrize(
    ("code", "text", "position"),
    [
        ("fn f() {\n\ttry!(x)\n}", "try", (2, 2)),
        ("fn f() {\r\n    try!(x)\r\n}", "try", (2, 5)),
        ("\ufefffn f() {}", "fn", (1, 1)),
        ("\ufefffn f() {}", "f()", (1, 4)),
        ("// é\nfn größe() { try!(x) }", "try", (2, 14)),
        ("fn f() {}", "}", (1, 9)),
        ('"😀" x', "x", (1, 5)),
    ],
)
def test_lines_and_columns_count_characters(code: str, text: str, position: tuple[int, int]) -> None:
    file = source(code)
    span = find(file, text)

    assert file.position(span.start) == Position(*position)
    assert file.offset(*position) == span.start


@given(st.text(st.sampled_from("a\té😀\n\r\ufeff "), max_size=40).map(str.encode))
def test_positions_come_back_as_offsets(content: bytes) -> None:
    file = source(content)
    starts = [index for index in range(len(content)) if content[index] & 0xC0 != 0x80]

    for offset in starts:
        position = file.position(offset)
        line = file.line_span(offset)
        if line.start <= offset <= line.end:
            assert file.offset(position.line, position.column) == offset


@pytest.mark.parametrize("position", [(0, 1), (1, 0), (3, 1)])
def test_a_position_outside_of_the_file_is_refused(position: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="has no position"):
        source("a\nb").offset(*position)


def test_a_line_goes_without_its_line_break() -> None:
    file = source("a\r\nbc\r\n\nd")

    assert [file.text(file.line_span(offset)) for offset in (0, 1, 3, 4, 8)] == ["a", "a", "bc", "bc", "d"]
    assert file.newline == "\r\n"
    assert source("a\nb").newline == "\n"
    assert source("").newline == "\n"


def test_a_file_that_is_not_utf8_is_refused_with_its_line() -> None:
    with pytest.raises(SourceError) as error:
        source(b"fn f() {}\n// caf\xe9\n")

    assert error.value.where == "src/lib.rs:2"


def test_a_huge_file_is_refused() -> None:
    with pytest.raises(SourceError, match="bytes"):
        source(b" " * 8_000_001)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "\n",
        "\ufeff",
        "fn f() {}",
        "fn f() {}\r\n",
        "\ufefffn é() {\r\n\ttry!(ü);\r\n}",
        "#!/usr/bin/env x\nfn f() {}",
    ],
)
def test_files_of_every_shape_parse(code: str) -> None:
    assert not source(code).has_errors
    assert source(code).trees[0].span == Span(0, len(code.encode()))


def test_errors_are_seen() -> None:
    assert source("fn f( {").has_errors


def test_comments_are_told_apart_also_inside_macros() -> None:
    code = '//! a\n/// b\n//// c\n/** d */ /*** e */ /**/ /*! f */ fn g() { m!(/* h */ x // i\r\n); "// j" }'
    file = source(code)
    kinds = {file.text(comment.span): comment.kind for comment in file.comments}

    assert kinds == {
        "//! a": CommentKind.INNER_DOC_LINE,
        "/// b": CommentKind.OUTER_DOC_LINE,
        "//// c": CommentKind.LINE,
        "/** d */": CommentKind.OUTER_DOC_BLOCK,
        "/*** e */": CommentKind.BLOCK,
        "/**/": CommentKind.BLOCK,
        "/*! f */": CommentKind.INNER_DOC_BLOCK,
        "/* h */": CommentKind.BLOCK,
        "// i": CommentKind.LINE,
    }
    broken = source(code + " fn (")
    assert [broken.text(comment.span) for comment in broken.comments] == list(kinds)


KEPT = [
    ("try!(x); // codemod: keep", "a `codemod: keep` comment asks for it"),
    ("// codemod: keep: the macro logs\ntry!(x);", "the macro logs"),
    ("// codemod: keep(try-macro): why\ntry!(x);", "why"),
    (
        "// codemod: keep(nll-scopes, try-macro)\n// more\n#[cfg(u)]\ntry!(x);",
        "a `codemod: keep` comment asks for it",
    ),
    ("/* codemod: keep */ try!(x);", "a `codemod: keep` comment asks for it"),
    ("println!(\n// codemod: keep: in a macro\ntry!(x));", "in a macro"),
]
NOT_KEPT = [
    "// codemod: keep(nll-scopes)\ntry!(x);",
    "// codemod: keep\n\ntry!(x);",
    "y(); // codemod: keep\ntry!(x);",
    "// codemod: keepsake\ntry!(x);",
    "// see codemod: keep\ntry!(x);",
    '"// codemod: keep"; try!(x);',
    "try!(x);\n// codemod: keep\ny();",
]


@pytest.mark.parametrize(("statements", "reason"), KEPT)
def test_a_keep_comment_speaks_for_its_line_and_the_next(statements: str, reason: str) -> None:
    file = source(f"fn f() {{\n{statements}\n}}")

    assert file.kept(find(file, "try!(x)"), "try-macro") == reason


@pytest.mark.parametrize("statements", NOT_KEPT)
def test_other_comments_keep_nothing(statements: str) -> None:
    file = source(f"fn f() {{\n{statements}\n}}")

    assert file.kept(find(file, "try!(x)"), "try-macro") is None


def test_a_keep_comment_works_inside_a_doc_example() -> None:
    file = source(
        "/// ```\n/// # // codemod: keep: shown on purpose\n/// try!(x);\n/// try!(y);\n/// ```\nfn f() {}"
    )

    assert file.kept(find(file, "try!(x)"), "try-macro") == "shown on purpose"
    assert file.kept(find(file, "try!(y)"), "try-macro") is None


AROUND = """#![cfg(top)]
mod m {
    #![cfg(inner)]
    /// Doc.
    #[cfg(item)] #[allow(x)]
    impl<T> Foo<T> for Bar {
        #[cfg(method)]
        fn f(&self) {
            let c = || { try!(a) };
            #[cfg(statement)]
            println!("{}", try!(b));
            match x { #[cfg(arm)] A => try!(c), B => try!(d) }
        }
    }
    macro_rules! mac { () => { try!(e) } }
    const C: u8 = try!(g);
}
lazy_static! { static ref S: u8 = { fn inner() { try!(h) } 1 }; }
"""


@pytest.mark.parametrize(
    ("site", "item"),
    [
        ("try!(a)", "mod m/impl Foo<T> for Bar/fn f"),
        ("try!(b)", "mod m/impl Foo<T> for Bar/fn f"),
        ("try!(e)", "mod m/macro_rules! mac"),
        ("try!(g)", "mod m/const C"),
        ("try!(h)", "static S/fn inner"),
        ("mod m", "mod m"),
        ("lazy_static", ""),
    ],
)
def test_the_items_around_a_place(site: str, item: str) -> None:
    file = source(AROUND)

    assert not file.has_errors
    assert file.enclosing_item(find(file, site)) == item


def test_the_body_around_a_place_is_the_innermost_function() -> None:
    file = source(AROUND)
    bodies = {name: file.enclosing_body(find(file, f"try!({name})")) for name in "abegh"}

    assert [file.text(span).split("(")[0] for span in bodies.values() if span] == [
        "fn f",
        "fn f",
        "macro_rules! mac { ",
        "const C: u8 = try!",
        "fn inner",
    ]
    assert file.enclosing_body(find(file, "lazy_static")) is None


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        ("try!(a)", ["top", "inner", "item", "method"]),
        ("try!(b)", ["top", "inner", "item", "method", "statement"]),
        ("try!(c)", ["top", "inner", "item", "method", "arm"]),
        ("try!(d)", ["top", "inner", "item", "method"]),
        ("try!(h)", ["top"]),
    ],
)
def test_the_cfg_attributes_in_force(site: str, expected: list[str]) -> None:
    file = source(AROUND)
    texts = file.in_attribute_cfg(find(file, site))

    assert [text.partition("(")[2].rstrip(")]") for text in texts] == expected
