from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.cargo.toolchain import choose, find_toolchain, read_toolchain_file, version_numbers
from codemods.errors import CodemodError, MachineError, UsageError

HOST = "x86_64-unknown-linux-gnu"
SAYS = """case $1 in
-vV) echo "rustc 1.70.0"; echo "host: x86_64-unknown-linux-gnu"; echo "release: 1.70.0" ;;
-V) echo "cargo 1.70.0" ;;
--print=sysroot) echo /usr ;;
esac
echo asked >>"$0.log"
"""


def program(path: Path, text: str = SAYS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """A rustup with two toolchains; the proxies fail when they are started."""
    rustup = program(tmp_path / "bin" / "rustup", "exit 99")
    for name in ("cargo", "rustc"):
        (tmp_path / "bin" / name).symlink_to(rustup)
    home = tmp_path / "rustup"
    for name in (f"stable-{HOST}", f"1.70.0-{HOST}"):
        for tool in ("cargo", "rustc", "rustdoc", "rustfmt"):
            program(home / "toolchains" / name / "bin" / tool)
    (home / "settings.toml").write_text(
        f'default_toolchain = "stable-{HOST}"\ndefault_host_triple = "{HOST}"\n'
    )
    (tmp_path / "repo" / "member").mkdir(parents=True)
    return {"PATH": str(tmp_path / "bin"), "RUSTUP_HOME": str(home), "HOME": str(tmp_path)}


def test_the_default_is_used_without_starting_rustup(machine: dict[str, str], tmp_path: Path) -> None:
    found = find_toolchain(tmp_path / "repo", environ=machine, repository_root=tmp_path / "repo")

    assert (found.name, found.chosen_by) == (f"stable-{HOST}", "rustup default")
    assert found.rustc == tmp_path / "rustup" / "toolchains" / f"stable-{HOST}" / "bin" / "rustc"
    assert (found.rustc_version, found.release, found.host) == ("1.70.0", (1, 70, 0), HOST)


def test_an_answer_is_remembered(machine: dict[str, str], tmp_path: Path) -> None:
    kept: dict[str, str] = {}

    def remember(key: str, ask: Callable[[], str]) -> str:
        if key not in kept:
            kept[key] = ask()
        return kept[key]

    for _ in range(3):
        found = find_toolchain(
            tmp_path / "repo", environ=machine, repository_root=tmp_path / "repo", remember=remember
        )

    assert found.rustc.with_name("rustc.log").read_text() == "asked\n"


def test_the_toolchain_file_of_the_commit_counts_not_that_on_disk(
    machine: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "repo" / "rust-toolchain").write_text("1.70.0\n")
    (tmp_path / "scratch" / "member").mkdir(parents=True)

    found = find_toolchain(
        tmp_path / "repo" / "member",
        environ=machine,
        repository_root=tmp_path / "repo",
        scratch_root=tmp_path / "scratch",
    )
    assert found.name == f"stable-{HOST}"

    (tmp_path / "scratch" / "rust-toolchain.toml").write_text('[toolchain]\nchannel = "1.70.0"\n')
    found = find_toolchain(
        tmp_path / "repo" / "member",
        environ=machine,
        repository_root=tmp_path / "repo",
        scratch_root=tmp_path / "scratch",
    )
    assert (found.name, found.chosen_by) == (f"1.70.0-{HOST}", str(tmp_path / "repo" / "rust-toolchain.toml"))


def test_a_toolchain_that_is_not_installed_is_named_with_its_file(
    machine: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "repo" / "rust-toolchain").write_text("1.31.0\n")

    with pytest.raises(UsageError, match=r"`1\.31\.0` is not installed") as caught:
        find_toolchain(tmp_path / "repo", environ=machine, repository_root=tmp_path / "repo")

    assert caught.value.where == str(tmp_path / "repo" / "rust-toolchain")
    assert "--toolchain" in (caught.value.hint or "")


def test_the_command_line_beats_everything(machine: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "repo" / "rust-toolchain").write_text("1.31.0\n")
    environ = {**machine, "RUSTUP_TOOLCHAIN": "nightly"}

    found = find_toolchain(
        tmp_path / "repo", environ=environ, repository_root=tmp_path / "repo", override="+1.70.0"
    )

    assert (found.name, found.chosen_by) == (f"1.70.0-{HOST}", "--toolchain")


def test_the_environment_beats_files(machine: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "repo" / "rust-toolchain").write_text("1.31.0\n")
    environ = {**machine, "RUSTUP_TOOLCHAIN": "1.70.0"}

    found = find_toolchain(tmp_path / "repo", environ=environ, repository_root=tmp_path / "repo")

    assert found.chosen_by == "RUSTUP_TOOLCHAIN"


def test_the_nearest_of_overrides_and_files_wins(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    settings = {"overrides": {str(tmp_path / "a"): "overridden"}, "default_toolchain": "default"}

    def chosen(directory: Path) -> str:
        choice = choose(directory, {}, settings, repository_root=tmp_path)
        assert choice is not None
        return choice.name

    assert chosen(inner) == "overridden"
    (inner / "rust-toolchain").write_text("in-file")
    assert chosen(inner) == "in-file"
    assert chosen(tmp_path / "a") == "overridden"
    assert chosen(tmp_path) == "default"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("rust-toolchain", "nightly-2020-01-01\n", "nightly-2020-01-01"),
        ("rust-toolchain", '[toolchain]\nchannel = "1.60"\ncomponents = ["clippy"]\n', "1.60"),
        ("rust-toolchain.toml", 'toolchain.channel = "stable"', "stable"),
        ("rust-toolchain.toml", '[toolchain]\ncomponents = ["clippy"]\n', None),
    ],
)
def test_toolchain_files_are_read(tmp_path: Path, name: str, text: str, expected: str | None) -> None:
    (tmp_path / name).write_text(text)

    choice = read_toolchain_file(tmp_path)

    assert (choice.name if choice else None) == expected


def test_a_broken_toolchain_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "rust-toolchain.toml").write_text("[toolchain")

    with pytest.raises(UsageError) as caught:
        read_toolchain_file(tmp_path)

    assert caught.value.where == str(tmp_path / "rust-toolchain.toml")


def test_rust_without_rustup_works(tmp_path: Path) -> None:
    for tool in ("cargo", "rustc", "rustdoc"):
        program(tmp_path / tool)
    (tmp_path / "rust-toolchain").write_text("1.31.0\n")  # means nothing to it

    found = find_toolchain(
        tmp_path, environ={"PATH": f"{tmp_path}:/bin", "HOME": "/x"}, repository_root=tmp_path
    )

    assert (found.name, found.rustfmt, found.sysroot) == ("system", None, Path("/usr"))
    assert "RUSTUP_TOOLCHAIN" not in found.environment()


def test_no_rust_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="no Rust toolchain"):
        find_toolchain(
            tmp_path, environ={"PATH": str(tmp_path), "HOME": str(tmp_path)}, repository_root=tmp_path
        )


def test_versions_are_numbers() -> None:
    assert version_numbers("1.56") == (1, 56, 0)
    assert version_numbers("1.97.0-nightly") == (1, 97, 0)
    with pytest.raises(ValueError, match="invalid literal"):
        version_numbers("stable")


def test_errors_carry_a_hint(machine: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(CodemodError) as caught:
        find_toolchain(
            tmp_path / "repo", environ=machine, repository_root=tmp_path / "repo", override="no-such"
        )

    assert caught.value.where == "--toolchain"
    assert "rustup toolchain install no-such" in (caught.value.hint or "")


@pytest.mark.parametrize("text", ['[toolchain]\npath = "tools"\n', '[toolchain]\nchannel = "./tools"\n'])
def test_the_repository_cannot_bring_its_own_programs(
    machine: dict[str, str], tmp_path: Path, text: str
) -> None:
    programs = tmp_path / "repo" / "tools" / "bin"
    programs.mkdir(parents=True)
    for name in ("rustc", "cargo", "rustdoc"):
        (programs / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
        (programs / name).chmod(0o755)
    (tmp_path / "repo" / "rust-toolchain.toml").write_text(text)

    with pytest.raises(UsageError, match="names a folder of programs") as caught:
        find_toolchain(tmp_path / "repo", environ=machine, repository_root=tmp_path / "repo")

    assert "--toolchain" in (caught.value.hint or "")
    assert not (tmp_path / "started").exists()
