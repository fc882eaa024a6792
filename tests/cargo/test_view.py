from __future__ import annotations

from pathlib import Path

import pytest

from codemods.cargo.view import View, private_view


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in (
        ".cargo/bin",
        ".rustup",
        "tools/gcc/bin",
        "tools/gcc/lib",
        "headers",
        "secret",
        ".ssh",
        "bin",
    ):
        (tmp_path / "home" / name).mkdir(parents=True)
    (tmp_path / "home/.cargo/config.toml").write_text("")
    (tmp_path / "home/.cargo/credentials.toml").write_text("")
    return tmp_path / "home"


def shown(home: Path, view: View) -> set[str]:
    return {str(path.relative_to(home)) for path in view.readable if path.is_relative_to(home)}


CARGO = {".cargo", ".cargo/config.toml", ".cargo/config", ".rustup"}


def test_a_home_is_empty_but_for_cargo_and_rustup(home: Path) -> None:
    view = private_view({"HOME": str(home)}, {})

    assert home in view.private
    assert Path("/tmp") in view.private
    assert shown(home, view) == CARGO


def test_what_the_environment_names_is_shown(home: Path) -> None:
    allowed = {
        "PATH": f"/usr/bin:{home}/tools/gcc/bin:{home}/bin",
        "CFLAGS": f"-O2 -I{home}/headers",
        "HOME": str(home),
        "TMPDIR": f"{home}/secret",
    }

    named = shown(home, private_view({"HOME": str(home)}, allowed)) - CARGO

    assert named == {"tools/gcc/bin", "tools/gcc/lib", "headers", "bin"}


def test_what_the_own_cargo_configuration_names_is_shown(home: Path) -> None:
    (home / ".cargo/config.toml").write_text(f'[target.x]\nlinker = "{home}/tools/gcc/bin/cc"\n')

    named = shown(home, private_view({"HOME": str(home)}, {})) - CARGO

    assert named == {"tools/gcc/bin/cc", "tools/gcc/bin", "tools/gcc/lib"}


def test_a_variable_that_names_the_home_does_not_show_it(home: Path) -> None:
    view = private_view({"HOME": str(home)}, {"CFLAGS": f"-I{home} -I/tmp -I/"})

    assert shown(home, view) == CARGO
    assert Path("/tmp") not in view.readable


@pytest.mark.parametrize("home", ["/", "/usr", "/var"])
def test_a_home_that_holds_the_system_is_not_hidden(home: str) -> None:
    assert Path(home) not in private_view({"HOME": home}, {}).private


def test_keys_in_what_is_shown_are_hidden_and_scratch_comes_last(home: Path) -> None:
    view = private_view({"HOME": str(home)}, {})
    scratch = home / "scratch"

    mounts = [(kind, path) for kind, path in view.mounts([scratch]) if path.startswith(str(home))]

    assert mounts == [
        ("empty", str(home)),
        ("read", str(home / ".cargo")),
        ("read", str(home / ".cargo/config.toml")),
        ("read", str(home / ".rustup")),
        ("null", str(home / ".cargo/credentials.toml")),
        ("write", str(scratch)),
        ("seal", str(home)),
    ]


def test_a_folder_is_hidden_before_those_in_it() -> None:
    view = private_view({"HOME": "/tmp/home", "TMPDIR": "/nowhere"}, {})

    assert view.private.index(Path("/tmp")) < view.private.index(Path("/tmp/home"))
