from __future__ import annotations

from codemods.cargo.depinfo import read_depinfo


def test_sources_are_listed_once() -> None:
    content = (
        b"/t/a-1.d: src/lib.rs src/b.rs\n\n/t/liba-1.rmeta: src/lib.rs src/b.rs\n\nsrc/lib.rs:\nsrc/b.rs:\n"
    )

    assert read_depinfo(content) == ("src/lib.rs", "src/b.rs")


def test_spaces_in_names_are_kept() -> None:
    content = b"/t/a.d: src/my\\ lib.rs src/b.rs\n\nsrc/my\\ lib.rs:\n"

    assert read_depinfo(content) == ("src/my lib.rs", "src/b.rs")


def test_variables_are_no_files() -> None:
    content = b"/t/a.d: src/lib.rs\n\nsrc/lib.rs:\n\n# env-dep:CARGO_PKG_NAME=a: b\n# env-dep:NONE\n"

    assert read_depinfo(content) == ("src/lib.rs",)


def test_an_empty_file_names_nothing() -> None:
    assert read_depinfo(b"") == ()
