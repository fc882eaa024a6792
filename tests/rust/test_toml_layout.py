from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.rust.toml_layout import Pair, Section, TomlError, Value, ValueKind, read_layout

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8)
KEYS = st.text("ab-_1", min_size=1, max_size=3)


def evaluated(sections: tuple[Section, ...]) -> dict[str, Any]:
    """Return what tomllib would, as far as strings, lists and tables go; all else as it is written."""
    result: dict[str, Any] = {}
    for section in sections:
        table = result
        for position, name in enumerate(section.names):
            is_new = section.is_array and position == len(section.names) - 1
            found = table.setdefault(name, [] if is_new else {})
            if is_new:
                found.append({})
            table = found[-1] if isinstance(found, list) else found
        _fill(table, section.pairs)
    return result


def _fill(table: dict[str, Any], pairs: tuple[Pair, ...]) -> None:
    for pair in pairs:
        *above, last = [key.name for key in pair.keys]
        inner = table
        for name in above:
            inner = inner.setdefault(name, {})
        inner[last] = _value(pair.value)


def _value(value: Value) -> Any:
    match value.kind:
        case ValueKind.ARRAY:
            return [_value(item) for item in value.items]
        case ValueKind.TABLE:
            table: dict[str, Any] = {}
            _fill(table, value.pairs)
            return table
        case ValueKind.STRING:
            return value.text
    return tomllib.loads(f"x = {value.text}")["x"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a = 1",
        "# only a comment",
        "a = 'x' # why\n\n[b]\nc.d = true\n",
        "[a.'b.c'.\"d\\u0065\"]\n\"k k\" = [1, [2,\n # in between\n 3,], {x = {y = '#'}}]\n",
        "[[bin]]\nname = 'a'\n[[bin]]\nname = 'b'\n[bin.more]\nx = 1979-05-27 07:32:00Z\n",
        'a = """\nfirst\\\n   second "" quoted"""\nb = \'\'\'it\'s\n\'\'\'\n',
        'a = """x"""""\nb = "\\t\\"\\\\\\U0001F600"\r\nc=-1_000.5e3\r\n',
        "\ufeffa=1\n",
        " [ a . b ] # header\n  x = inf",
    ],
)
def test_what_stands_in_the_file_is_what_it_means(text: str) -> None:
    assert evaluated(read_layout(text.encode())) == tomllib.loads(text.removeprefix("\ufeff"))


def test_spans_are_those_of_the_bytes() -> None:
    content = "\ufeff# é\n[a.'b']\nc.d = [\"é\", 2] # x\n".encode()
    _, section = read_layout(content)
    (pair,) = section.pairs

    assert section.header and section.header.of(content) == b"[a.'b']"
    assert pair.span.of(content) == 'c.d = ["é", 2]'.encode()
    assert [key.span.of(content) for key in (*section.keys, *pair.keys)] == [b"a", b"'b'", b"c", b"d"]
    assert [item.span.of(content) for item in pair.value.items] == ['"é"'.encode(), b"2"]


def test_an_inline_table_may_have_line_breaks_and_a_comma_at_its_end() -> None:
    (section,) = read_layout(b"a = {\n  b = 1, # why\n  c = 2,\n}\n")

    assert [pair.keys[0].name for pair in section.pairs[0].value.pairs] == ["b", "c"]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"a = 1\nb =\n", "Cargo.toml:2"),
        (b"[a\nb = 1", "Cargo.toml:1"),
        (b"a = 'x\n'", "Cargo.toml:1"),
        (b"a = 1 b = 2", "Cargo.toml:1"),
        (b"a\n", "Cargo.toml:1"),
        (b"a = [1 2]", "Cargo.toml:1"),
        (b"\n\n\xff = 1", "Cargo.toml:3"),
        (b"a = {b = 1", "Cargo.toml:1"),
    ],
)
def test_what_is_no_toml_is_refused_with_its_line(content: bytes, where: str) -> None:
    with pytest.raises(TomlError) as raised:
        read_layout(content)

    assert raised.value.where == where


@given(st.recursive(TEXT | st.booleans(), lambda inner: st.lists(inner, max_size=3)), KEYS)
def test_every_value_is_read_as_tomllib_reads_it(value: Any, key: str) -> None:
    text = f"{key} = {_written(value)}\n"

    assert evaluated(read_layout(text.encode())) == tomllib.loads(text)


@given(st.text("ab.='\"[]{}#\n\\ ,1", max_size=25))
def test_whatever_tomllib_takes_is_read_the_same(text: str) -> None:
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return

    assert evaluated(read_layout(text.encode())) == expected


def _written(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
