from __future__ import annotations

from pathlib import PurePosixPath

from codemods.recipe import Applicability, ManifestEntry, Site, Skipped, TreeKind, find_sites, recipe
from codemods.rust.source import Source

SEARCH = ManifestEntry("failure", "failure_derive")
MANIFEST = b"""\xef\xbb\xbf[package]
name = "x"
[dependencies]
failure = "0.1"
fail = { package = "failure", version = "0.0.1" }
failures = "1"
[dev-dependencies.failure_derive]
version = "0.1"
[patch.crates-io]
failure = { path = "f" }
[features]
failure = []
"""


def source(content: bytes = MANIFEST, path: str = "sub/Cargo.toml") -> Source:
    return Source(PurePosixPath(path), content)


@recipe(
    summary="Look at manifests",
    epoch="2018",
    min_rust="1.0",
    applicability=Applicability.MAYBE_INCORRECT,
    pattern=SEARCH,
)
def looking(site: Site) -> Skipped:
    return Skipped("seen", site.text)


def test_each_entry_of_the_packages_is_found_by_its_key() -> None:
    found = [(match.place.of(MANIFEST), match.captures["package"].text) for match in SEARCH.find(source())]

    assert found == [(b"failure", "failure"), (b"fail", "failure"), (b"failure_derive", "failure_derive")]


def test_matches_stand_in_the_tree_of_the_manifest() -> None:
    first, *_ = SEARCH.find(source())

    assert first.tree.kind is TreeKind.MANIFEST
    assert first.captures["table"].text == "dependencies"


def test_entries_are_sites_with_ids_of_their_own() -> None:
    sites = find_sites(looking, source())

    assert [(site.text, str(site.position)) for site in sites] == [
        ("failure", "4:1"),
        ("fail", "5:1"),
        ("failure_derive", "7:19"),
    ]
    assert len({site.id for site in sites}) == len(sites)


def test_other_files_and_broken_manifests_have_none() -> None:
    assert not list(SEARCH.find(source(b"fn failure() {}", "src/lib.rs")))
    assert not list(SEARCH.find(source(b"[dependencies\nfailure = 1")))


def test_a_byte_search_tells_who_need_not_be_read() -> None:
    assert SEARCH.may_match(MANIFEST)
    assert not SEARCH.may_match(b"[dependencies]\nanyhow = '1'\n")
    assert not SEARCH.may_match(b"use failure::Error;")
