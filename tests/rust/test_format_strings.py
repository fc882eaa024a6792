"""Format strings are taken apart as rustc does it, and written back as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.rust.format_strings import (
    Count,
    FormatStringError,
    Placeholder,
    Spec,
    Text,
    is_string_literal,
    parse_format_string,
    string_literal,
    string_value,
    without_formatting,
)

WRITTEN = [
    r'"plain"',
    r'""',
    r'"a {} {{b}} {0:>1$} {n:?} {:.*} {x:.p$}\n \u{41} \x41"',
    r'"{:05}{:0$}{:}<5}{ }{0 :? }{:#010x?}"',
    'r#"a "{}" \\ {1}"#',
    '"one \\\n     line {}"',
    '"two\nlines {name}"',
    '"é {:é^5} {größe}"',
]


@pytest.mark.parametrize("literal", WRITTEN)
def test_a_string_is_written_back_as_it_was(literal: str) -> None:
    assert str(parse_format_string(literal)) == literal


def test_the_parts_of_a_string() -> None:
    format_string = parse_format_string('"a {0:é>#08.n$x?}{{ {}"')

    assert format_string.pieces == (
        Text("a "),
        Placeholder(0, Spec("é", ">", "#0", Count(8), Count(argument="n"), "x?")),
        Text("{{ "),
        Placeholder(),
    )
    assert format_string.arguments == (0, "n", None)


@pytest.mark.parametrize(
    ("literal", "numbered"),
    [
        ('"{} {}"', '"{0} {1}"'),
        ('"{1} {} {0} {}"', '"{1} {0} {0} {1}"'),
        ('"{:.*} {}"', '"{1:.0$} {2}"'),
        ('"{2:.*} {}"', '"{2:.0$} {1}"'),
        ('"{:>1$} {n}"', '"{0:>1$} {n}"'),
        ('"{:0$}"', '"{0:0$}"'),
    ],
)
def test_the_next_argument_is_counted_as_rustc_does(literal: str, numbered: str) -> None:
    assert str(parse_format_string(literal).numbered()) == numbered


def test_every_argument_can_be_named_anew() -> None:
    names = {0: "a", 1: "b", "n": "c"}

    renamed = parse_format_string('"{:>1$} {n:.n$} {:.3}"').mapped(names.__getitem__)

    assert str(renamed) == '"{a:>b$} {c:.c$} {b:.3}"'


@pytest.mark.parametrize(
    ("literal", "offset"),
    [
        ('"{"', 1),
        ('"a }"', 3),
        ('"{ 0}"', 1),
        ('"{0: ?}"', 1),
        ('"{a.b}"', 1),
        ('"{r#type}"', 1),
        (r'"\x7b}"', 1),
        (r'"{:\u{41}<5}"', 1),
        (r'"\q"', 1),
        (r'"\u{110000}"', 1),
        ('"a" "b"', 0),
        ('b"x"', 0),
        ('r#"x"', 0),
        ('r"a"b"', 0),
        ('"a\\"', 0),
        ("concat!()", 0),
    ],
)
def test_what_is_no_format_string_is_said(literal: str, offset: int) -> None:
    with pytest.raises(FormatStringError) as raised:
        parse_format_string(literal)

    assert raised.value.offset == offset


def test_one_literal_is_told_from_other_things() -> None:
    assert is_string_literal(r'"a \" b"')
    assert is_string_literal('r##"a "# b"##')
    assert not is_string_literal('"a", "b"')
    assert not is_string_literal('r"a", r"b"')


@pytest.mark.parametrize(
    ("literal", "doubled"),
    [
        ('"a {x} }"', '"a {{x}} }}"'),
        ('r"{{"', 'r"{{{{"'),
        (r'"\u{7b} \u{41} \n"', r'"\u{7b}\u{7b} \u{41} \n"'),
    ],
)
def test_a_text_becomes_a_format_string_that_prints_it(literal: str, doubled: str) -> None:
    assert without_formatting(literal) == doubled


def test_the_value_of_a_literal() -> None:
    assert string_value('"a\\n\\u{4_1}\\x41\\\r\n   b\r\nc\\r\\n"') == "a\nAAb\nc\r\n"
    assert string_value('r#"a\\n"#') == "a\\n"


@given(st.text())
def test_a_literal_stands_for_its_text(text: str) -> None:
    literal = string_literal(text)

    assert string_value(literal) == text
    assert is_string_literal(literal)
    assert parse_format_string(without_formatting(literal)).placeholders == ()


@given(st.text(alphabet="{}:.*$<0a n?\\", max_size=12))
def test_reading_never_changes_a_byte(body: str) -> None:
    literal = f'"{body}"'
    try:
        parsed = parse_format_string(literal)
    except FormatStringError:
        return
    assert str(parsed) == literal
