from __future__ import annotations

from pathlib import Path

import pytest

from codemods.cargo.manifest import edition_near, find_manifest, read_manifest
from codemods.errors import UsageError


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_nearest_manifest_gives_the_edition(tmp_path: Path) -> None:
    write(tmp_path / "Cargo.toml", '[package]\nname = "a"\nedition = "2018"\n')
    write(tmp_path / "inner" / "Cargo.toml", '[package]\nname = "b"\n')
    (tmp_path / "inner" / "src").mkdir()

    assert edition_near(tmp_path / "src", tmp_path) == "2018"
    assert edition_near(tmp_path / "inner" / "src", tmp_path) == "2015"


def test_an_inherited_edition_is_looked_up_in_the_workspace(tmp_path: Path) -> None:
    write(tmp_path / "Cargo.toml", '[workspace]\nmembers = ["m"]\n[workspace.package]\nedition = "2021"\n')
    write(tmp_path / "m" / "Cargo.toml", '[package]\nname = "m"\nedition.workspace = true\n')

    assert edition_near(tmp_path / "m" / "src", tmp_path) == "2021"


def test_a_virtual_or_broken_manifest_gives_none(tmp_path: Path) -> None:
    write(tmp_path / "Cargo.toml", "[workspace]\n")
    write(tmp_path / "broken" / "Cargo.toml", "[package")

    assert edition_near(tmp_path / "src", tmp_path) == "2015"
    assert edition_near(tmp_path / "broken", tmp_path) == "2015"


def test_the_search_ends_at_the_root_of_the_repository(tmp_path: Path) -> None:
    write(tmp_path / "Cargo.toml", '[package]\nname = "outside"\nedition = "2024"\n')
    (tmp_path / "repo" / "src").mkdir(parents=True)

    assert find_manifest(tmp_path / "repo" / "src", tmp_path / "repo") is None
    assert edition_near(tmp_path / "repo" / "src", tmp_path / "repo") == "2015"


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
