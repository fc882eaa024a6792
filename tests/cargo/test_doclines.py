"""The numbers here are those that rustdoc 1.95 prints for these very files."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from codemods.cargo.doclines import ExampleName, example_lines, parse_name
from codemods.cargo.toolchain import find_toolchain

README = "# Title\n```rust\nlet a = 1;\n```\n\n```\nlet b = 1;\n```\n"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("src/lib.rs - one (line 12)", ExampleName("src/lib.rs", "one", 12)),
        ("src/lib.rs - (line 3)", ExampleName("src/lib.rs", "", 3)),
        ("src/a.rs - a::Foo<T>::b (line 11) - compile fail", ExampleName("src/a.rs", "a::Foo<T>::b", 11)),
        ("a b/m - n.rs - m::x (line 1) - should panic", ExampleName("a b/m", "n.rs - m::x", 1)),
        ("src/../README.md - Dt (line 6)", ExampleName("src/../README.md", "Dt", 6)),
    ],
)
def test_a_name_is_taken_apart(name: str, expected: ExampleName) -> None:
    assert parse_name(name) == expected


@pytest.mark.parametrize("name", ["", "tests::one", "src/lib.rs - one", "(line 12)"])
def test_other_names_are_not(name: str) -> None:
    assert parse_name(name) is None


BLOCKS = [
    ("line comments", "/// a\n/// ```\n/// x\n/// ```\nfn f() {}\n", {2: 2, 4: 4}),
    ("blank line between", "/// a\n\n/// ```\nfn f() {}\n", {2: 3}),
    ("attribute and comment between", "/// a\n#[inline]\n// why\n/// ```\nfn f() {}\n", {2: 4}),
    ("attribute before", "#[inline]\n/// a\n/// ```\nfn f() {}\n", {3: 3}),
    ("attribute of several lines", "/// a\n#[cfg(\n  not(f)\n)]\n/// ```\nfn f() {}\n", {2: 5}),
    ("bracket in a string", '/// a\n#[cfg(not(f = "["))]\n/// ```\nfn f() {}\n', {2: 3}),
    ("doc string of two lines", '/// a\n#[doc = "x\\ny"]\n/// ```\nfn f() {}\n', {4: 3}),
    ("raw doc string", '/// a\n#[doc = r#"x "\ny"#]\n/// ```\nfn f() {}\n', {4: 4}),
    ("empty first line of a block comment", "/**\n```\nx\n```\n*/\nfn f() {}\n", {1: 2, 3: 4}),
    ("block comment", "/** a\n```\n*/ fn f() {}\n/// ```\nfn g() {}\n", {2: 2, 4: 4}),
    ("indented code", "/// a\n///\n///     let x = 1;\nfn f() {}\n", {3: 3}),
    ("tildes", "/// ~~~\n/// x\n/// ~~~\nfn f() {}\n", {1: 1, 3: 3}),
    ("code on the line of an attribute", "/// a\n#[x] fn f() {}\n\n/// ```\nfn g() {}\n", {4: 4}),
    ("inner after outer of a module", "/// a\n\n/// b\nmod m {\n    //! ```\n}\n", {3: 5}),
    ("inner after a function's outer", "/// a\nfn f() { g(); }\nmod m {\n    //! ```\n}\n", {4: 4}),
    ("four slashes are no documentation", "//// ```\nfn f() {}\n", {}),
    ("inner of the file after attributes", "#![x]\n\n//! a\n\n//! ```\n", {4: 5}),
    ("CRLF and a byte order mark", "\ufeff/// a\r\n\r\n/// ```\r\nfn f() {}\r\n", {2: 3}),
]


@pytest.mark.parametrize(("content", "expected"), [b[1:] for b in BLOCKS], ids=[b[0] for b in BLOCKS])
def test_rustdocs_numbers_lead_to_lines(content: str, expected: dict[int, int]) -> None:
    found = example_lines(content, lambda _: None)

    assert {number: lines[0].line for number, lines in found.items()} == expected


@pytest.mark.cargo
@pytest.mark.parametrize("content", [b[1] for b in BLOCKS], ids=[b[0] for b in BLOCKS])
def test_rustdoc_counts_as_we_do(content: str, tmp_path: Path) -> None:
    (tmp_path / "lib.rs").write_bytes(re.sub(r"#(!?)\[x\]", r"#\1[allow(unused)]", content).encode())
    toolchain = find_toolchain(tmp_path, environ=os.environ, repository_root=tmp_path)
    command = [str(toolchain.rustdoc), "--crate-name=c", "--test", "lib.rs", "--test-args", "--list"]

    listed = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    names = [parse_name(line.removesuffix(": test")) for line in listed.splitlines()]
    numbers = {name.line for name in names if name is not None}
    assert numbers <= example_lines(content, lambda _: None).keys()
    assert numbers or "```" not in content or "////" in content


@pytest.mark.parametrize(
    ("content", "first"),
    [
        ('#[doc = include_str!("README.md")]\n/// tail\n/// ```\nfn f() {}\n', 1),
        ('/// x\n#[doc = include_str!("README.md")]\nfn f() {}\n', 2),
        ('#[cfg_attr(doctest,\n    doc = include_str!("README.md"))]\nstruct S;\n', 2),
        ('mod a;\ndoc_comment::doctest!("README.md");\n', 2),
        ('doctest!(include_str!("README.md"));\n', 1),
    ],
)
def test_an_included_page_counts_from_what_includes_it(content: str, first: int) -> None:
    found = example_lines(content, {"README.md": README}.get)

    assert [line.included for line in found[first + 1]] == ["README.md"]
    assert [found[first + offset][0].line for offset in (1, 3, 5, 7)] == [2, 4, 6, 8]


def test_what_follows_an_included_page_is_found() -> None:
    found = example_lines(
        '#[doc = include_str!("README.md")]\n/// tail\n/// ```\n', {"README.md": README}.get
    )

    assert (found[10][0].line, found[10][0].included) == (3, None)


def test_one_number_can_stand_for_two_places() -> None:
    content = '#![doc = include_str!("README.md")]\n/// ```\nfn f() {}\n'

    page, item = example_lines(content, {"README.md": README}.get)[2]

    assert (page.included, page.line, page.opens_file) == ("README.md", 2, True)
    assert (item.included, item.line, item.opens_file) == (None, 2, False)


def test_a_page_that_is_not_there_has_no_lines() -> None:
    assert example_lines('#![doc = include_str!("README.md")]\n', lambda _: None) == {}
