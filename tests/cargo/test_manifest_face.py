"""Tests of what other crates see of a manifest."""

from __future__ import annotations

import pytest

from codemods.cargo.manifest_face import compatible_versions, feature_names, read_manifest_face

MANIFEST = b"""
[package]
name = "url"
[dependencies]
failure = { version = "0.1.8", optional = true }
serde = { version = "1.0", optional = true }
old = { package = "tokio-core", version = "0.1" }
shared = { workspace = true, optional = true }
plain = "2"
[target.'cfg(unix)'.dependencies]
nix = { version = "0.23", optional = true }
[dev-dependencies]
tempfile = { version = "3" }
[features]
default = ["std"]
std = []
with-serde = ["dep:serde"]
"""
ROOT = b'[workspace.dependencies]\nshared = { version = "0.0.7" }\n'


def test_optional_dependencies_are_features_unless_something_says_dep() -> None:
    assert feature_names(MANIFEST) == {"default", "std", "with-serde", "failure", "shared", "nix"}


def test_versions_are_those_that_cargo_keeps_apart() -> None:
    assert compatible_versions(MANIFEST, ROOT) == {
        "failure": "0.1",
        "serde": "1",
        "tokio_core": "0.1",
        "shared": "0.0.7",
        "plain": "2",
        "nix": "0.23",
    }


@pytest.mark.parametrize(
    ("requirement", "version"),
    [("^0.2.1", "0.2"), ("=1.2.3", "1"), ("0", "0"), ("1.*", "1"), ("*", "*"), (">=1, <3", ">=1, <3")],
)
def test_requirements_come_to_their_compatible_part(requirement: str, version: str) -> None:
    manifest = f'[dependencies]\ntokio = "{requirement}"\n'.encode()
    assert compatible_versions(manifest, b"") == {"tokio": version}


def test_only_what_both_mean_and_in_another_version_is_unlike() -> None:
    old, new = (
        read_manifest_face(f'[dependencies]\ntokio = "{tokio}"\nsame = "1.0"\n{more} = "1"\n'.encode(), b"")
        for tokio, more in (("0.2", "gone"), ("1.20", "come"))
    )
    assert (old.unlike(new), new.unlike(old)) == ({"tokio": "0.2"}, {"tokio": "1"})


def test_a_broken_manifest_shows_nothing() -> None:
    face = read_manifest_face(b"[dependencies", b"")
    assert (face.features, face.versions) == (frozenset(), {})
