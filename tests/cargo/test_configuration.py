from __future__ import annotations

from pathlib import Path

import pytest

from codemods.cargo.configuration import config_arguments, workspace_wrapper


def write(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def arguments(tmp_path: Path) -> tuple[str, ...]:
    return config_arguments(
        tmp_path / "outer" / "repo" / "ws",
        repository_root=tmp_path / "outer" / "repo",
        scratch_root=tmp_path / "scratch",
        cargo_home=tmp_path / ".cargo",
    )


def test_without_files_above_cargo_finds_its_own(tmp_path: Path) -> None:
    write(tmp_path / "scratch" / ".cargo" / "config.toml")
    write(tmp_path / ".cargo" / "config.toml")

    assert arguments(tmp_path) == ()


def test_the_nearer_file_comes_later(tmp_path: Path) -> None:
    far = write(tmp_path / "outer" / ".cargo" / "config.toml")
    near = write(tmp_path / "scratch" / ".cargo" / "config.toml")
    nearest = write(tmp_path / "scratch" / "ws" / ".cargo" / "config")
    write(tmp_path / "scratch" / "ws" / ".cargo" / "config.toml")  # `config` wins
    write(tmp_path / "outer" / "repo" / ".cargo" / "config.toml")  # the commit's counts

    assert arguments(tmp_path) == ("--config", str(far), "--config", str(near), "--config", str(nearest))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[build]\nrustc-workspace-wrapper = 'clippy-driver'\n", "clippy-driver"),
        ("[build]\nrustc-workspace-wrapper = 'tools/wrap'\n", "{}/tools/wrap"),
        ("[build]\njobs = 1\n", ""),
        ("broken [", ""),
    ],
)
def test_the_users_wrapper_is_found(tmp_path: Path, text: str, expected: str) -> None:
    write(tmp_path / ".cargo" / "config.toml", text)

    found = workspace_wrapper({}, tmp_path / "ws", repository_root=tmp_path, cargo_home=tmp_path / "home")

    assert found == expected.format(tmp_path)


def test_the_environment_names_the_wrapper_first(tmp_path: Path) -> None:
    write(tmp_path / ".cargo" / "config.toml", "[build]\nrustc-workspace-wrapper = 'a'\n")

    found = workspace_wrapper(
        {"RUSTC_WORKSPACE_WRAPPER": "b"}, tmp_path, repository_root=tmp_path, cargo_home=tmp_path / "home"
    )

    assert found == "b"
