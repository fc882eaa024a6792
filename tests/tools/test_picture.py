"""The picture of a terminal."""

from __future__ import annotations

from xml.etree import ElementTree

from tools.picture import draw


def words(svg: str) -> str:
    return "".join(ElementTree.fromstring(svg).itertext()).replace("\xa0", " ")


def test_text_and_colours_are_drawn() -> None:
    svg = draw("\x1b[1m$ codemod scan\x1b[0m\n\x1b[32m+ let a = b?;\x1b[0m\n")

    assert "$ codemod scan" in words(svg)
    assert "+ let a = b?;" in words(svg)
    assert "font-weight: bold" in svg


def test_code_stays_text() -> None:
    svg = draw("fn f() -> Vec<u8> { a && b } </svg><script>alert()</script>")

    assert "<script" not in svg
    assert "Vec<u8>" in words(svg)


def test_nothing_is_loaded() -> None:
    assert "url(http" not in draw("text")
    assert "@font-face" not in draw("text")


def test_the_same_text_gives_the_same_picture() -> None:
    assert draw("\x1b[31mtext") == draw("\x1b[31mtext")
