"""The hand-written lexer and what is counted with it."""

from __future__ import annotations

import pytest

from tools.tokens import Kind, doc_examples, doc_try_count, least_diff, line_and_column, tokens, try_sites


def texts(source: str) -> list[str]:
    return [token.text.decode() for token in tokens(source.encode())]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("let x = 'a';", ["let", "x", "=", "'a'", ";"]),
        ("f::<'a>('b')", ["f", ":", ":", "<", "'a", ">", "(", "'b'", ")"]),
        (r"'\'' '\u{1F600}' b'\\'", [r"'\''", r"'\u{1F600}'", r"b'\\'"]),
        ("'é' 'static", ["'é'", "'static"]),
        ('"a \\" try!(x)" y', ['"a \\" try!(x)"', "y"]),
        ('r#"a " try!(x)"# y', ['r#"a " try!(x)"#', "y"]),
        ('br##"x"# "## y', ['br##"x"# "##', "y"]),
        ("r#try!(x)", ["r#try", "!", "(", "x", ")"]),
        ("/* a /* b */ c */ d", ["/* a /* b */ c */", "d"]),
        ("// try!(x)\ny", ["// try!(x)", "y"]),
        ("0..1 1.5e3 0xFFu8 t.0.1", ["0", ".", ".", "1", "1.5e3", "0xFFu8", "t", ".", "0.1"]),
        ("/* never closed", ["/* never closed"]),
        ('r"never closed', ['r"never closed']),
        ('"never closed', ['"', "never", "closed"]),
    ],
)
def test_tokens(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


def test_tokens_cover_everything_but_space() -> None:
    source = "\ufefffn f<'a>() { let c = '\\n'; /* é */ \"ü\" }\r\n".encode()
    covered = {at for token in tokens(source) for at in range(token.start, token.end)}
    left = bytes(byte for at, byte in enumerate(source) if at not in covered)
    assert left.removeprefix(b"\xef\xbb\xbf").strip() == b""


def test_kinds() -> None:
    kinds = [token.kind for token in tokens(b"a 'b 'c' 1 ; // d")]
    assert kinds == [
        Kind.WORD,
        Kind.LIFETIME,
        Kind.LITERAL,
        Kind.LITERAL,
        Kind.PUNCTUATION,
        Kind.COMMENT,
    ]


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("try!(x)", 1),
        ("try!(a(try!(b)))", 2),
        ("try ! [x]; try!{y}; r#try!(z)", 3),
        ("std::try!(x); ::core::try!(y)", 2),
        ('println!("{}", try!(x))', 1),
        ('// try!(x)\n/* try!(y) */ "try!(z)"', 0),
        ("macro_rules! try { () => {} }", 0),
        ("try { x }; mod try; try_opt!(x); tryhard!(y); r#try(z)", 0),
        ("try!(never closed", 0),
        ("$try!(x)", 0),
    ],
)
def test_try_sites(source: str, count: int) -> None:
    assert len(try_sites(source.encode())) == count


def test_a_site_begins_at_its_path() -> None:
    source = b"let x = ::std::try!(y)?;"
    (site,) = try_sites(source)
    assert source[site.start : site.end] == b"::std::try!(y)"


def test_a_path_of_another_crate_is_no_part_of_the_site() -> None:
    (site,) = try_sites(b"mine::try!(y)")
    assert site.start == len("mine::")


@pytest.mark.parametrize(
    ("source", "least"),
    [
        ("let x = try!(y);\n", 2),
        ("f(try!(x), try!(y));\n", 2),
        # `?` after the last token of the operand: all three lines change.
        ("f(try!(\n    y\n).g());\n", 6),
        # The `;` follows the `?`, so the last line goes.
        ("let x = try!(\n    y\n);\n", 5),
        # The first line holds nothing but tokens to remove: it goes.
        ("try!(\n    y\n);\n", 4),
        ("try!(\n    y,\n)\n", 4),
        ("try!(f(\n    y\n))\n", 4),
        ("try!(f(|x| {\n    y\n}))\n", 4),
        # The parentheses of the macro become those round the block.
        ("try!(\n    match x {\n    }\n)\n", 4),
        ("try!(x // why\n)\n", 3),
        ("nothing\n", 0),
    ],
)
def test_least_diff(source: str, least: int) -> None:
    assert least_diff(source.encode(), try_sites(source.encode())) == least


def test_doc_examples_that_rustdoc_compiles() -> None:
    source = b"""\
/// Text with try!(a).
/// ```
/// # fn f() { try!(hidden) }
/// try!(b);
/// ```
/// ```text
/// try!(c)
/// ```
/// ```rust,no_run
/// try!(d)
/// ```
/// ```ignore
/// try!(e)
/// ```
//// ```
//// try!(not documentation)
//// ```
fn f() { try!(code) }
"""
    assert list(doc_examples(source)) == [b"fn f() { try!(hidden) }\ntry!(b);", b"try!(d)"]
    assert doc_try_count(source) == 3


def test_doc_example_in_a_block_comment() -> None:
    assert doc_try_count(b"/*!\n * ```\n * try!(x)\n * ```\n */\n") == 1


def test_line_and_column_count_characters() -> None:
    source = "\ufeffa\n  é try!(x)".encode()
    assert line_and_column(source, source.index(b"try")) == (2, 5)
    assert line_and_column(source, source.index(b"a")) == (1, 1)
