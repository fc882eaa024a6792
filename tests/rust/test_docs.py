"""Doc examples are found where rustdoc finds them (checked against `rustdoc --test -- --list`)."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.rust.docs import DocExample
from codemods.rust.source import Source


def examples(text: str, path: str = "src/lib.rs", edition: str = "2015") -> tuple[DocExample, ...]:
    return Source(PurePosixPath(path), text.encode(), edition).doc_examples


def codes(text: str, path: str = "src/lib.rs") -> list[str]:
    return [
        "".join(text.encode()[span.start : span.end].decode() for span in example.code_ranges)
        for example in examples(text, path)
        if example.is_rust
    ]


def page(text: str) -> list[str]:
    return codes(text, "README.md")


@pytest.mark.parametrize(
    "info",
    [
        "",
        "rust",
        "no_run",
        "should_panic",
        "edition2018",
        "rust no_run",
        "ignore",
        "compile_fail E0277",
        "rust text",
        "no_run text",
        "ignore-wasm32",
        "standalone_crate",
    ],
)
def test_fences_that_are_rust(info: str) -> None:
    assert [example.is_rust for example in examples(f"/// ```{info}\n/// x\n/// ```\nfn f() {{}}")] == [True]


@pytest.mark.parametrize(
    "info", ["text", "sh", "toml", "text,no_run", "edition2018,c", "custom,rust", "{.rust}", "console"]
)
def test_fences_of_other_languages(info: str) -> None:
    assert [example.is_rust for example in examples(f"/// ```{info}\n/// x\n/// ```\nfn f() {{}}")] == [False]


@pytest.mark.parametrize(
    ("info", "compiled"),
    [
        ("", True),
        ("no_run", True),
        ("should_panic", True),
        ("ignore", False),
        ("compile_fail", False),
        ("text", False),
    ],
)
def test_whether_an_example_must_compile(info: str, compiled: bool) -> None:
    (example,) = examples(f"/// ```{info}\n/// x\n/// ```\nfn f() {{}}")

    assert example.is_compiled is compiled


def test_what_an_example_says_about_itself() -> None:
    (example,) = examples("//! Text.\n//!\n//! ```rust,no_run,edition2018\n//! x\n//! ```\n")

    assert example.attributes == {"rust", "no_run", "edition2018"}
    assert example.edition == "2018"
    assert example.language == ""
    assert example.first_line == 4


def test_code_goes_without_prefixes_and_hidden_line_markers() -> None:
    text = "/// ```\n/// # use a;\n///   #\n/// ## x\n/// #[b]\n/// #!c\n///\n/// d\n/// ```\nfn f() {}"

    assert codes(text) == [" use a;\n\n# x\n#[b]\n#!c\n\nd\n"]


@pytest.mark.parametrize(
    "text",
    [
        "/// ```\n/// a\n/// ```\nfn f() {}",
        "///```\n///a\n///```\nfn f() {}",
        "//! ~~~\n//! a\n//! ~~~\n",
        "/// ```\n/// a\n/// `````\nfn f() {}",
        "/// ```\n/// a\nfn f() {}",
        "    /// ```\r\n    /// a\r\n    /// ```\r\n    fn f() {}",
        "/** ```\n    a\n    ``` */ fn f() {}",
        "/**\n * ```\n * a\n * ```\n */ fn f() {}",
        "/// Text\n///\n///     a\n///\n/// more\nfn f() {}",
        "/// - item\n///\n///   ```\n///   a\n///   ```\nfn f() {}",
        "/// > ```\n/// > a\n/// > ```\nfn f() {}",
        "/// ```\n// plain\n#[inline]\n/// a\n/// ```\nfn f() {}",
        "/// # Examples\n/// ```\n/// a\n/// ```\nfn f() {}",
    ],
)
def test_shapes_of_one_example(text: str) -> None:
    assert [code.strip().strip("> ") for code in codes(text)] == ["a"]


@pytest.mark.parametrize(
    "text",
    [
        "// ```\n// a\n// ```\nfn f() {}",
        "//// ```\n//// a\n//// ```\nfn f() {}",
        "/*** ```\na\n``` */ fn f() {}",
        "/// Text\n///     a\nfn f() {}",
        "/// - item\n///\n///     a\nfn f() {}",
        "/// ``\n/// a\n/// ``\nfn f() {}",
        "/// ``` `a`\n/// text\nfn f() {}",
        "/// ```\n/// ```\nfn f() {}",
        '#[doc = "```"]\n#[doc = "a"]\n#[doc = "```"]\nfn f() {}',
        '/// Text\n#[doc = "```ignore"]\n/// a\n/// ```\n/// more\nfn f() {}',
        "/// <pre>\n/// ```\n/// a\n/// ```\n/// </pre>\nfn f() {}",
        "/// <!-- \n/// ```\n/// a\n/// ```\n/// -->\nfn f() {}",
        'const X: &str = "/// ```\n/// a\n/// ```";',
    ],
)
def test_what_is_no_example(text: str) -> None:
    assert codes(text) == []


def test_items_have_examples_of_their_own() -> None:
    assert codes("/// ```\n/// a\nfn f() {}\n/// b\n/// ```\nfn g() {}") == ["a\n"]


def test_blank_lines_and_indentation_belong_to_an_indented_example() -> None:
    assert page("Text\n\n    a {\n\n      b\n    }\n\nText\n") == ["    a {\n\n      b\n    }\n"]


def test_a_page_has_its_fences_in_order() -> None:
    text = (
        "\ufeff```rust\na\n```\n1. x\n   ```\n   b\n   ```\n<details>\n\n```\nc\n```\n</details>\n\n```sh\n"
    )

    assert [code.strip() for code in page(text)] == ["a", "b", "c"]


def test_a_nested_fence_needs_fewer_marks() -> None:
    assert page("````\n```\na\n```\n````\n") == ["```\na\n```\n"]
