"""A package that supports an older Rust gets no form that needs a newer one."""

from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

import pytest

from codemods.cargo.metadata import Package, Workspace
from codemods.engine.overlay import Chosen
from codemods.engine.rust_versions import RustVersions
from codemods.recipe.proposals import Change, Edited, Form, Skipped
from codemods.rust.edits import Edit
from codemods.rust.spans import Span

PATH = PurePosixPath("a/src/lib.rs")
RECIPE: Any = SimpleNamespace(id="r", min_rust="1.13")
PLAIN = Form((Edited(PATH, (Edit(Span(0, 1), "x"),)),))
NEWER = Form((Edited(PATH, (Edit(Span(0, 1), "y"),)),), "identity", "1.33")


def bench(rust_version: str | None, msrv: str | None = None) -> Any:
    package = Package(
        "a",
        "a",
        "1.0.0",
        PurePosixPath("a/Cargo.toml"),
        PurePosixPath("a"),
        "2015",
        rust_version,
        {},
        (),
        True,
    )
    notes: list[str] = []
    root = Path("/nonexistent")
    return SimpleNamespace(
        workspace=Workspace(root, root, (package,), (package,), ()),
        request=SimpleNamespace(msrv=msrv),
        package_of=lambda path: "a" if path.parts[0] == "a" else "",
        note=notes.append,
        notes=notes,
    )


def test_sites_of_a_package_that_is_too_old_are_refused() -> None:
    site: Any = SimpleNamespace(id="s", source=SimpleNamespace(path=PATH))

    (refused,) = RustVersions(bench("1.12")).refused(RECIPE, [site])

    assert refused == Skipped(
        "msrv", "needs Rust 1.13; a supports 1.12 (rust-version in a/Cargo.toml)", ("s",)
    )
    assert RustVersions(bench("1.13")).refused(RECIPE, [site]) == ()
    assert RustVersions(bench(None)).refused(RECIPE, [site]) == ()


@pytest.mark.parametrize(
    ("version", "forms"), [("1.20", (PLAIN,)), ("1.33", (PLAIN, NEWER)), (None, (PLAIN, NEWER))]
)
def test_forms_that_need_more_are_not_tried(version: str | None, forms: tuple[Form, ...]) -> None:
    assert RustVersions(bench(version)).supported(Change(("s",), (PLAIN, NEWER))) == Change(("s",), forms)


def test_a_change_with_no_form_left_is_refused() -> None:
    refused = RustVersions(bench(None, msrv="1.20")).supported(Change(("s",), (NEWER,)))

    assert refused == Skipped("msrv", "needs Rust 1.33; a supports 1.20 (--msrv)", ("s",))


def test_the_lowest_version_is_told_where_no_minimum_is_known() -> None:
    unknown, known = bench(None), bench("1.60")
    kept = [Chosen(Change(("s",), (PLAIN, NEWER)), 1)]

    RustVersions(unknown).note_lowest(RECIPE, kept)
    RustVersions(known).note_lowest(RECIPE, kept)

    assert len(unknown.notes) == 1
    assert "needs Rust 1.33 or newer" in unknown.notes[0]
    assert known.notes == []
