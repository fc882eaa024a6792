from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from codemods.cargo.lockfile import LockSource, prepare_lock
from codemods.cargo.metadata import Workspace, load_workspace, read_workspace
from codemods.cargo.msrv import known_msrv
from codemods.cargo.process import Runner, allowed_environment
from codemods.cargo.toolchain import find_toolchain
from codemods.errors import UsageError
from tests.cargo.conftest import Bench, write_files

PACKAGE = '[package]\nname = "{0}"\nversion = "0.1.0"\nedition = "2021"\n'


def member(name: str, folder: Path, **more: Any) -> dict[str, Any]:
    target = {
        "name": name,
        "kind": ["cdylib", "rlib"],
        "crate_types": ["cdylib", "rlib"],
        "src_path": str(folder / "src/lib.rs"),
        "edition": "2018",
        "test": True,
        "doctest": True,
    }
    return {
        "id": f"path+file://{folder}#{name}@1.2.3",
        "name": name,
        "version": "1.2.3",
        "manifest_path": str(folder / "Cargo.toml"),
        "edition": "2018",
        "rust_version": None,
        "features": {"default": ["std"], "std": []},
        "targets": [target],
        "publish": None,
        **more,
    }


def workspace(root: Path, *members: dict[str, Any]) -> Workspace:
    ids = [found["id"] for found in members]
    metadata = {
        "workspace_root": str(root / "ws"),
        "packages": list(members),
        "workspace_members": ids,
        "workspace_default_members": ids[:1],
    }
    return read_workspace(metadata, root)


def test_packages_and_targets_are_read(tmp_path: Path) -> None:
    found = workspace(tmp_path, member("a-b", tmp_path / "ws/a"), member("c", tmp_path / "ws/c", publish=[]))

    first = found.members[0]
    assert (first.manifest, first.root) == (PurePosixPath("ws/a/Cargo.toml"), PurePosixPath("ws/a"))
    assert (first.publish, found.members[1].publish) == (True, False)
    target = first.targets[0]
    assert (target.kind, target.crate_name, target.path) == ("lib", "a_b", PurePosixPath("ws/a/src/lib.rs"))
    assert found.default_members == (first,)
    assert found.root_path == PurePosixPath("ws")


def test_packages_are_selected_by_name_or_version(tmp_path: Path) -> None:
    found = workspace(tmp_path, member("alpha", tmp_path / "ws/a"), member("beta", tmp_path / "ws/b"))

    assert found.select([]) == found.members
    assert [package.name for package in found.select(["beta", "alpha@1.2.3"])] == ["alpha", "beta"]


def test_an_unknown_package_gets_the_nearest_name(tmp_path: Path) -> None:
    found = workspace(tmp_path, member("alpha", tmp_path / "ws/a"))

    with pytest.raises(UsageError, match="no package `alhpa`") as caught:
        found.select(["alhpa"])
    assert caught.value.hint == "Did you mean `alpha`?"
    with pytest.raises(UsageError) as caught:
        found.select(["zzz"])
    assert caught.value.hint == "There are: alpha."


def test_a_root_outside_of_the_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="lies outside"):
        read_workspace(
            {"workspace_root": str(tmp_path), "packages": [], "workspace_members": []}, tmp_path / "repo"
        )


def test_path_dependencies_are_followed(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "ws/a/Cargo.toml": '[dependencies]\nc = { path = "../c" }\nx = { path = "../../x" }\n'
            'gone = { path = "gone" }\n',
            "ws/c/Cargo.toml": "",
            "x/Cargo.toml": '[dependencies]\ny = { path = "y" }\n',
            "x/y/Cargo.toml": '[dependencies]\nx = { path = ".." }\n',
        },
    )

    found = workspace(tmp_path, member("a", tmp_path / "ws/a"), member("c", tmp_path / "ws/c"))

    assert found.path_dependencies == ("x", "x/y")


@pytest.mark.parametrize(
    ("files", "rust_version", "expected"),
    [
        ({}, "1.40", ("1.40", "rust-version in ws/a/Cargo.toml")),
        ({"ws/clippy.toml": 'msrv = "1.30"'}, None, ("1.30", "msrv in ws/clippy.toml")),
        ({"ws/clippy.toml": "msrv = 1"}, None, None),
        ({"rust-toolchain": "1.45.2\n"}, None, ("1.45.2", "toolchain file rust-toolchain")),
        ({"rust-toolchain": "nightly-2020-01-01\n"}, None, None),
        ({"rust-toolchain": "stable\n"}, None, None),
        ({}, None, None),
    ],
)
def test_the_lowest_rust_is_found(
    tmp_path: Path, files: dict[str, str], rust_version: str | None, expected: tuple[str, str] | None
) -> None:
    write_files(tmp_path, files)
    found = workspace(tmp_path, member("a", tmp_path / "ws/a", rust_version=rust_version))

    msrv = known_msrv(found.members[0], found)

    assert ((msrv.version, msrv.source) if msrv else None) == expected


def test_the_command_line_says_the_lowest_rust(tmp_path: Path) -> None:
    found = workspace(tmp_path, member("a", tmp_path / "ws/a", rust_version="1.40"))

    msrv = known_msrv(found.members[0], found, "1.20")
    assert msrv is not None
    assert msrv.release == (1, 20, 0)
    with pytest.raises(UsageError, match="not a Rust version: 'new'"):
        known_msrv(found.members[0], found, "new")


def load(root: Path, directory: str = ".") -> Workspace:
    environment, _ = allowed_environment(os.environ)
    return load_workspace(
        root / directory,
        repository_root=root,
        toolchain=find_toolchain(root, environ=os.environ, repository_root=root),
        runner=Runner(environment),
    )


@pytest.mark.cargo
def test_a_workspace_is_found_from_a_folder_in_it(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "ws/Cargo.toml": '[workspace]\nmembers = ["m"]\n[workspace.package]\nrust-version = "1.60"\n',
            "ws/m/Cargo.toml": PACKAGE.format("m") + "rust-version.workspace = true\n",
            "ws/m/src/main.rs": "fn main() {}\n",
        },
    )

    found = load(tmp_path, "ws/m/src")

    assert found.root == tmp_path / "ws"
    assert [(p.name, p.rust_version) for p in found.members] == [("m", "1.60")]
    assert not (tmp_path / "ws/Cargo.lock").exists()


def test_no_manifest_is_said(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()

    with pytest.raises(UsageError, match=r"no Cargo\.toml") as caught:
        load(tmp_path, "deep")
    assert caught.value.where == "deep"


@pytest.mark.cargo
def test_a_broken_manifest_is_shown_as_cargo_shows_it(tmp_path: Path) -> None:
    write_files(tmp_path, {"Cargo.toml": PACKAGE.format("a") + "[dependencies]\nb = {{\n", "src/lib.rs": ""})

    with pytest.raises(UsageError, match="cargo cannot read the workspace") as caught:
        load(tmp_path)
    assert "Cargo.toml:6" in caught.value.message
    assert str(tmp_path) not in caught.value.message


@pytest.mark.cargo
def test_a_lock_file_that_nobody_has_is_resolved_once(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    bench = make_bench({"Cargo.toml": PACKAGE.format("a"), "src/lib.rs": ""})
    user, state = tmp_path / "user", tmp_path / "state"
    user.mkdir()

    def prepare() -> LockSource:
        lock = prepare_lock(
            bench.workspace, bench.build, is_committed=False, user_workspace_root=user, state=state
        )
        return lock.source

    assert prepare() is LockSource.RESOLVED
    resolved = bench.workspace.lock_file.read_bytes()
    bench.workspace.lock_file.unlink()
    assert prepare() is LockSource.KEPT
    assert bench.workspace.lock_file.read_bytes() == resolved
    assert list(user.iterdir()) == []

    bench.write("Cargo.toml", PACKAGE.format("a") + "[features]\nx = []\n")
    assert prepare() is LockSource.RESOLVED


@pytest.mark.cargo
def test_an_untracked_lock_file_is_copied_and_a_committed_one_stays(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    bench = make_bench({"Cargo.toml": PACKAGE.format("a"), "src/lib.rs": "", "Cargo.lock": "# committed\n"})
    write_files(tmp_path, {"Cargo.lock": "# mine\n"})

    def prepare(is_committed: bool) -> LockSource:
        lock = prepare_lock(
            bench.workspace,
            bench.build,
            is_committed=is_committed,
            user_workspace_root=tmp_path,
            state=tmp_path / "state",
        )
        return lock.source

    assert prepare(is_committed=True) is LockSource.COMMITTED
    assert bench.workspace.lock_file.read_text() == "# committed\n"
    assert prepare(is_committed=False) is LockSource.COPIED
    assert bench.workspace.lock_file.read_text() == "# mine\n"


@pytest.mark.cargo
def test_requirements_that_contradict_are_said(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    needs = '[dependencies]\nb = { path = "b", version = "2" }\n'
    bench = make_bench(
        {
            "Cargo.toml": PACKAGE.format("a") + needs,
            "src/lib.rs": "",
            "b/Cargo.toml": PACKAGE.format("b"),
            "b/src/lib.rs": "",
        }
    )

    with pytest.raises(UsageError, match="cannot resolve"):
        prepare_lock(
            bench.workspace,
            bench.build,
            is_committed=False,
            user_workspace_root=tmp_path,
            state=tmp_path / "s",
        )
