from __future__ import annotations

from pathlib import Path

from codemods.cargo.probe import probe
from codemods.cargo.targets import installed_targets
from codemods.cargo.toolchain import Toolchain


def toolchain(folder: Path, *programs: str) -> Toolchain:
    binaries = folder / "bin"
    binaries.mkdir()
    for name in programs:
        (binaries / name).touch()
    return Toolchain(
        name="stable-x",
        chosen_by="test",
        cargo=binaries / "cargo",
        rustc=binaries / "rustc",
        rustdoc=binaries / "rustdoc",
        rustfmt=None,
        sysroot=folder,
        rustc_verbose="rustc 1.70.0\nhost: x\nrelease: 1.70.0\n",
        cargo_version="cargo 1.70.0",
    )


def test_missing_pieces_say_how_to_get_them(tmp_path: Path) -> None:
    environ = {"PATH": str(tmp_path / "empty"), "HOME": str(tmp_path)}
    found = {f.name: f for f in probe(toolchain(tmp_path, "cargo", "rustc", "rustdoc"), environ)}

    assert found["rustc"].detail == "1.70.0 (stable-x)"
    assert found["rustdoc"].is_present
    assert not found["rustfmt"].is_present
    assert found["rustfmt"].detail == "rustup component add rustfmt --toolchain stable-x"
    assert not found["clippy"].is_present
    assert (found["git"].is_present, found["git"].detail) == (False, "not on PATH")
    # Where bubblewrap is not there, the kernel alone may do.
    assert found["sandbox"].detail.startswith(
        "user namespaces (bubblewrap is not there): no network"
        if found["sandbox"].is_present
        else "none: bwrap not found"
    )
    assert "1024 processes" in found["limits"].detail or not found["limits"].is_present
    assert not found["nightly"].is_present
    assert all(finding.adds for finding in found.values())


def test_targets_are_those_with_a_standard_library(tmp_path: Path) -> None:
    for name, library in (("x", "libstd-1.rlib"), ("wasm32-x", "libstd-2.rlib"), ("src", "other")):
        folder = tmp_path / "lib" / "rustlib" / name / "lib"
        folder.mkdir(parents=True)
        (folder / library).touch()

    assert installed_targets(toolchain(tmp_path)) == ("wasm32-x", "x")
