"""The recipe `quick-error` over several files: what moves together, and what is said."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.recipe import (
    Change,
    Dependency,
    Edit,
    Edited,
    Facts,
    Needs,
    Package,
    Packages,
    Proposal,
    Retires,
    Site,
    Skipped,
    Source,
    find_sites,
)
from codemods.rust.edits import apply_edits
from tests.recipes.quick_error.helpers import declared, derived, package, quick_error


def planned(
    files: dict[str, str], given: Package, settings: dict[str, object] | None = None
) -> tuple[dict[str, Site], tuple[Proposal, ...]]:
    """Return the sites by id, and what is proposed."""
    sources = [Source(PurePosixPath(path), text.encode(), given.edition) for path, text in files.items()]
    sites = [site for source in sources for site in find_sites(quick_error, source)]
    return {site.id: site for site in sites}, quick_error.plan(
        sites, Facts({}), settings or {}, Packages((given,))
    )


MANIFEST = '[package]\nname = "given"\n\n[dependencies]\nquick-error = "2"\n'
ROOT = "#[macro_use]\nextern crate quick_error;\nmod a;\nmod b;\n"
A, B = declared('A { display("a") }', "A"), declared('B { display("b") }', "B")


def test_declarations_move_one_by_one_and_the_dependency_after_them() -> None:
    files = {"Cargo.toml": MANIFEST, "src/lib.rs": ROOT, "src/a.rs": A, "src/b.rs": B}
    sites, proposals = planned(files, package("2.0.1"))

    first, second, closing = [each for each in proposals if isinstance(each, Change)]
    assert [str(sites[id].source.path) for id in first.sites + second.sites] == ["src/a.rs", "src/b.rs"]
    assert closing.requires == {first.id, second.id}
    assert {str(sites[id].source.path) for id in closing.sites} == {"Cargo.toml", "src/lib.rs"}
    manifest = PurePosixPath("Cargo.toml")
    assert first.forms[0].dependencies == (Needs(manifest, "thiserror", "2", instead_of="quick-error"),)
    assert closing.forms[0].dependencies == (Retires(manifest, "quick-error"),)


def test_a_declaration_that_stays_keeps_what_it_needs() -> None:
    files = {
        "Cargo.toml": MANIFEST,
        "src/lib.rs": ROOT,
        "src/a.rs": A,
        "src/b.rs": "quick_error! { nothing }\n",
    }
    sites, proposals = planned(files, package("2.0.1"))

    assert [len(each.sites) for each in proposals if isinstance(each, Change)] == [1]
    left = {
        (str(sites[id].source.path), each.code)
        for each in proposals
        if isinstance(each, Skipped)
        for id in each.sites
    }
    assert left == {("src/b.rs", "unreadable"), ("src/lib.rs", "still-used"), ("Cargo.toml", "still-used")}
    reason = next(
        each.reason for each in proposals if isinstance(each, Skipped) and each.code == "still-used"
    )
    assert "src/b.rs:1" in reason


WORKSPACE = """[workspace]
members = ["one", "two"]

[workspace.dependencies]
quick-error = "2"
"""


@pytest.mark.parametrize("second", [B, "quick_error! { nothing }\n"], ids=["all move", "one stays"])
def test_the_entry_of_the_workspace_goes_with_the_last_member(second: str) -> None:
    entry = Dependency("quick-error", "quick-error", resolved=("2.0.1",))
    members = tuple(
        Package(name, PurePosixPath(name, "Cargo.toml"), dependencies=(entry,)) for name in ("one", "two")
    )
    files = {"Cargo.toml": WORKSPACE, "one/src/lib.rs": ROOT + A, "two/src/lib.rs": ROOT + second}
    sources = [Source(PurePosixPath(path), text.encode()) for path, text in files.items()]
    sites = [site for source in sources for site in find_sites(quick_error, source)]
    (shared,) = [site.id for site in sites if site.source.is_manifest]

    proposals = quick_error.plan(sites, Facts({}), {}, Packages(members))

    (settling,) = [each for each in proposals if shared in each.sites]
    if second == B:
        assert isinstance(settling, Change)
        assert len(settling.requires) == len(members)
    else:
        assert isinstance(settling, Skipped)
        assert settling.code == "still-used"


def test_a_description_that_a_message_prints_is_never_dropped() -> None:
    own = declared('A { display(x) -> ("{}", x.description()) description("a") }', "A")
    _, proposals = planned({"src/a.rs": own, "src/b.rs": B}, package("1.2.2"), {"description": "drop"})

    changes = [each for each in proposals if isinstance(each, Change)]
    assert all("fn description(&self)" in edit.text for change in changes[:2] for edit in _edits(change))


def _edits(change: Change) -> list[Edit]:
    return [edit for file in change.forms[0].files if isinstance(file, Edited) for edit in file.edits]


def test_edition_2015_moves_at_once() -> None:
    files = {"Cargo.toml": MANIFEST, "src/lib.rs": ROOT, "src/a.rs": A, "src/b.rs": B}
    sites, proposals = planned(files, package("2.0.1", edition="2015"))

    (change,) = proposals
    assert isinstance(change, Change)
    assert set(change.sites) == set(sites)


def test_edition_2015_has_both_crates_where_one_declaration_stays() -> None:
    files = {"src/lib.rs": ROOT, "src/a.rs": A, "src/b.rs": "quick_error! { nothing }\n"}
    _, proposals = planned(files, package("2.0.1", edition="2015"))

    (change,) = [each for each in proposals if isinstance(each, Change)]
    assert _text(change, "src/lib.rs", ROOT).startswith(
        "#[macro_use]\nextern crate quick_error;\nextern crate thiserror;\n"
    )


def test_contexts_are_defined_once_and_imported_elsewhere() -> None:
    user = (
        "use quick_error::{Context, ResultExt};\nfn f() -> Result<(), Context<u8, u8>> { g().context(2) }\n"
    )
    context = declared('A(a: u8, b: u8) { display("a") context(a: u8, b: u8) -> (a, b) }', "A")
    _, proposals = planned({"src/lib.rs": ROOT, "src/a.rs": context, "src/b.rs": user}, package("2.0.1"))

    (change,) = proposals
    assert isinstance(change, Change)
    assert _text(change, "src/b.rs", user).startswith("use crate::a::{Context, ResultExt};\n")
    assert "pub(crate) trait ResultExt" in _text(change, "src/a.rs", context)


def test_a_conversion_from_a_context_that_nobody_makes_goes_and_is_named() -> None:
    context = declared('A(a: u8, b: u8) { display("a") context(a: u8, b: u8) -> (a, b) }', "A")
    _, proposals = planned({"src/a.rs": context}, package("2.0.1"))

    change = next(each for each in proposals if isinstance(each, Change))
    assert _text(change, "src/a.rs", context) == derived('#[error("a")]\nA(u8, u8),', "A")
    assert any("`Context` is gone" in note for note in change.notes)


def test_a_form_without_thiserror_is_there_where_rustc_rejects_the_first() -> None:
    _, proposals = planned({"src/a.rs": A}, package("2.0.1"))

    change = next(each for each in proposals if isinstance(each, Change))
    assert [form.name for form in change.forms] == ["derived", "written"]
    assert change.forms[1].dependencies == ()


@pytest.mark.parametrize(
    ("variant", "version", "words"),
    [
        ("A", "1.2.3", "still prints its Debug text"),
        ("A", "1.2.2", "still prints its description or its name"),
        (
            'A(e: E) { cause(e) display("a") }',
            "1.2.3",
            "`source()` now returns what only `cause()` returned (A)",
        ),
        ('A(e: E) { from() display("a") }', "2.0.1", "because `#[from]` would add a source"),
    ],
)
def test_notes_say_what_differs_or_was_decided(variant: str, version: str, words: str) -> None:
    _, proposals = planned({"src/a.rs": declared(variant)}, package(version))

    change = next(each for each in proposals if isinstance(each, Change))
    assert any(words in note for note in change.notes)


def _text(change: Change, path: str, before: str) -> str:
    files = [each for each in change.forms[0].files if isinstance(each, Edited) and str(each.path) == path]
    return apply_edits(before.encode(), files[0].edits).decode()
