"""Tokens are read from the bytes alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.rust.spans import Span
from codemods.rust.tokens import macro_calls, split, tokens


def texts(code: str) -> list[str]:
    return [token.text.decode() for token in tokens(code.encode())]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("a::b!(c)", ["a", "::", "b", "!", "(", "c", ")"]),
        (
            "'a 'a' '\\'' '\"' b'x' 'é' '\\u{1F600}'",
            ["'a", "'a'", "'\\''", "'\"'", "b'x'", "'é'", "'\\u{1F600}'"],
        ),
        ('"a\\"b" // "c', ['"a\\"b"', '// "c']),
        ('r#"a"b"# br"\\" r##"x"#"##', ['r#"a"b"#', 'br"\\"', 'r##"x"#"##']),
        ("/* a /* b */ c */ d", ["/* a /* b */ c */", "d"]),
        ("r#try! x != y => z", ["r#try", "!", "x", "!=", "y", "=>", "z"]),
        ("0..1 1.5e3 0xffu8 x.0", ["0", "..", "1", "1.5e3", "0xffu8", "x", ".", "0"]),
        ('bar"x"', ["bar", '"x"']),
        ("/* open", ["/* open"]),
        ("é ü_1", ["é", "ü_1"]),
    ],
)
def test_tokens(code: str, expected: list[str]) -> None:
    assert texts(code) == expected


@given(st.text(max_size=60))
def test_tokens_never_overlap_and_leave_only_whitespace(code: str) -> None:
    content = code.encode()
    at = 0
    for token in tokens(content):
        assert not content[at : token.span.start].strip()
        assert len(token.span) > 0
        at = token.span.end
    assert not content[at:].strip()


def test_macro_calls_show_path_name_and_tree() -> None:
    content = b'#e std::try!(a, b!{c}) "d!(e)" macro_rules! x { () => { ::m![] } } $crate::n!() try != (3)'
    calls = list(macro_calls(content, Span(0, len(content))))

    assert [call.path_span.of(content) for call in calls] == [b"std::try", b"b", b"::m", b"$crate::n"]
    assert [call.name_span.of(content) for call in calls] == [b"try", b"b", b"m", b"n"]
    assert [call.args.of(content) for call in calls] == [b"(a, b!{c})", b"{c}", b"[]", b"()"]


def test_split_sees_only_separators_outside_of_brackets() -> None:
    content = b"a(b, c), /* , */ d => [e; f]; "
    spans = split(content, Span(0, len(content)), frozenset({b",", b";", b"=>"}))

    assert [span.of(content) for span in spans] == [b"a(b, c)", b" /* , */ d ", b" [e; f]"]
