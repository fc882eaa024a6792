from __future__ import annotations

from pathlib import Path

import pytest

from codemods.cargo.manifest import find_manifest, read_manifest
from codemods.errors import UsageError


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_search_ends_at_the_root_of_the_repository(tmp_path: Path) -> None:
    write(tmp_path / "Cargo.toml", '[package]\nname = "outside"\nedition = "2024"\n')
    (tmp_path / "repo" / "src").mkdir(parents=True)

    assert find_manifest(tmp_path / "repo" / "src", tmp_path / "repo") is None


def test_a_broken_manifest_is_an_error_with_its_place() -> None:
    with pytest.raises(UsageError, match="is broken") as caught:
        read_manifest(b"[package", "a/Cargo.toml")

    assert caught.value.where == "a/Cargo.toml"


def test_path_dependencies_are_found_in_every_table() -> None:
    manifest = read_manifest(
        b"""
[dependencies]
a = { path = "../a" }
plain = "1"
[dev-dependencies.b]
path = "b"
[target.'cfg(unix)'.build-dependencies]
c = { path = "c" }
[patch.crates-io]
d = { path = "d" }
[workspace.dependencies]
e = { path = "e", version = "1" }
""",
        "Cargo.toml",
    )

    assert sorted(manifest.path_dependencies()) == ["../a", "b", "c", "d", "e"]
