"""Formatting goes through a real rustfmt (10 ms a start); a fake one shows what is asked of it."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from codemods.cargo.process import Runner, allowed_environment
from codemods.cargo.rustfmt import Formatter, SourceFile, formatter
from codemods.cargo.toolchain import Toolchain, find_toolchain

CLEAN = b"fn main() {\n    let x = 1;\n}\n"
UGLY = b"fn main() {\n  let x=1;\n}\n"
BOM = b"\xef\xbb\xbf"


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    here = Path(__file__).parent
    found = find_toolchain(here, environ=os.environ, repository_root=here)
    if found.rustfmt is None:
        pytest.skip("this toolchain has no rustfmt")
    return found


@pytest.fixture
def rustfmt(toolchain: Toolchain, tmp_path: Path) -> Formatter:
    (tmp_path / "scratch" / "src").mkdir(parents=True)
    (tmp_path / "user" / "project").mkdir(parents=True)
    runner = Runner(allowed_environment(os.environ)[0])
    return formatter(toolchain, runner, tmp_path / "scratch", tmp_path / "user" / "project")


def _file(rustfmt: Formatter, name: str = "src/a.rs") -> Path:
    return rustfmt.root / name


@pytest.mark.parametrize(
    ("content", "clean"),
    [
        (CLEAN, True),
        (UGLY, False),
        (CLEAN.replace(b"\n", b"\r\n"), True),
        (UGLY.replace(b"\n", b"\r\n"), False),
        (BOM + CLEAN, True),
        (CLEAN.replace(b"{\n", b"{\r\n"), False),
        (CLEAN.removesuffix(b"\n"), False),
        (b"fn main( {\n", False),
        (b"mod not_there;\n", True),
        (b"async fn f() {}\n", True),
    ],
    ids=["clean", "ugly", "crlf", "ugly crlf", "bom", "mixed", "no newline", "broken", "mod", "edition"],
)
def test_clean_is_what_rustfmt_would_leave(rustfmt: Formatter, content: bytes, clean: bool) -> None:
    assert rustfmt.is_clean(_file(rustfmt), content, "2018") is clean


def test_formatting_keeps_crlf_and_byte_order_mark(rustfmt: Formatter) -> None:
    ugly = BOM + UGLY.replace(b"\n", b"\r\n")

    assert rustfmt.format(_file(rustfmt), ugly, "2021") == BOM + CLEAN.replace(b"\n", b"\r\n")


def test_a_word_of_a_later_edition_needs_that_edition_given(rustfmt: Formatter) -> None:
    named_async = b"fn async() {}\n"

    assert rustfmt.is_clean(_file(rustfmt), named_async, "2015")
    assert rustfmt.format(_file(rustfmt), named_async, "2018") is None


def test_the_nearest_configuration_applies(rustfmt: Formatter) -> None:
    (rustfmt.root / "rustfmt.toml").write_text("tab_spaces = 2\n")
    (rustfmt.root / "src" / ".rustfmt.toml").write_text("tab_spaces = 8\n")

    assert rustfmt.format(_file(rustfmt, "a.rs"), CLEAN, "2021") == CLEAN.replace(b"    ", b"  ")
    assert rustfmt.format(_file(rustfmt), CLEAN, "2021") == CLEAN.replace(b"    ", b"        ")


def test_a_configuration_above_the_users_checkout_applies(rustfmt: Formatter) -> None:
    assert rustfmt.original_root is not None
    (rustfmt.original_root.parent / "rustfmt.toml").write_text("tab_spaces = 2\n")

    assert not rustfmt.is_clean(_file(rustfmt), CLEAN, "2021")


def test_a_configuration_inside_the_users_checkout_is_not_the_commits(rustfmt: Formatter) -> None:
    assert rustfmt.original_root is not None
    (rustfmt.original_root / "rustfmt.toml").write_text("tab_spaces = 2\n")

    assert rustfmt.is_clean(_file(rustfmt), CLEAN, "2021")


def test_windows_line_ends_in_the_configuration_do_not_double(rustfmt: Formatter) -> None:
    (rustfmt.root / "rustfmt.toml").write_text('newline_style = "Windows"\n')

    assert rustfmt.is_clean(_file(rustfmt), CLEAN.replace(b"\n", b"\r\n"), "2021")


@pytest.mark.parametrize(
    "options",
    [
        "disable_all_formatting = true",
        'ignore = ["src"]',
        'ignore = ["/src/"]',
        'ignore = ["src/a.rs"]',
        'ignore = ["a.rs"]',
        'ignore = ["**/a.rs"]',
        "tab_spaces = 'many'",
        "not toml",
    ],
)
def test_what_the_project_does_not_want_formatted_is_never_clean(rustfmt: Formatter, options: str) -> None:
    (rustfmt.root / "rustfmt.toml").write_text(options + "\n")

    assert not rustfmt.is_clean(_file(rustfmt), CLEAN, "2021")
    assert rustfmt.format(_file(rustfmt), UGLY, "2021") is None


@pytest.mark.parametrize("options", ['ignore = ["src/b.rs", "other", "rc"]', 'imports_granularity = "Crate"'])
def test_other_options_do_not_stop_it(rustfmt: Formatter, options: str) -> None:
    (rustfmt.root / "rustfmt.toml").write_text(options + "\n")

    assert rustfmt.format(_file(rustfmt), UGLY, "2021") == CLEAN
    assert rustfmt.is_clean(_file(rustfmt), CLEAN, "2021")


def test_many_files_are_answered_one_by_one(rustfmt: Formatter) -> None:
    contents = {"a.rs": CLEAN, "b.rs": UGLY, "c.rs": b"fn ("}
    files = [SourceFile(_file(rustfmt, name), content, "2021") for name, content in contents.items()]

    assert list(rustfmt.format_files(files).values()) == [CLEAN, CLEAN, None]


def test_without_rustfmt_nothing_is_clean(rustfmt: Formatter, toolchain: Toolchain) -> None:
    bare = dataclasses.replace(toolchain, rustfmt=None)

    assert not formatter(bare, rustfmt.runner, rustfmt.root).is_clean(_file(rustfmt), CLEAN, "2021")
