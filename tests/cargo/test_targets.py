"""Target platforms: what is installed, and what holds on each."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.cargo.targets import Targets, is_of_target, require_targets
from codemods.cargo.toolchain import Toolchain
from codemods.errors import UsageError
from codemods.rust.cfg import Option, parse

CFGS = {
    "x86_64-unknown-linux-gnu": 'debug_assertions\ntarget_os="linux"\ntarget_family="unix"\nunix\n',
    "x86_64-pc-windows-gnu": 'target_os="windows"\ntarget_family="windows"\nwindows\n',
    "wasm32-x": 'target_arch="wasm32"\n',
}


@pytest.fixture
def targets(tmp_path: Path) -> Targets:
    """Made-up targets: two are installed, rustc is never started."""
    for triple in ("x86_64-unknown-linux-gnu", "wasm32-x"):
        library = tmp_path / "lib" / "rustlib" / triple / "lib"
        library.mkdir(parents=True)
        (library / "libstd-0.rlib").touch()
    (tmp_path / "lib" / "rustlib" / "x86_64-pc-windows-gnu" / "lib").mkdir(parents=True)  # without std
    nothing = tmp_path / "nothing"
    toolchain = Toolchain(
        "1.95.0", "test", nothing, nothing, nothing, None, tmp_path, "host: x86_64-unknown-linux-gnu\n", ""
    )
    return Targets(toolchain, lambda key, _: CFGS.get(key.rpartition(":")[2], ""))


def test_installed_are_those_with_a_standard_library(targets: Targets) -> None:
    assert targets.installed == ("wasm32-x", "x86_64-unknown-linux-gnu")


def test_a_target_that_is_not_installed_is_refused(targets: Targets) -> None:
    require_targets(targets.toolchain, ["wasm32-x"])
    with pytest.raises(UsageError) as caught:
        require_targets(targets.toolchain, ["x86_64-pc-windows-gnu"])
    assert "rustup target add x86_64-pc-windows-gnu --toolchain 1.95.0" in (caught.value.hint or "")


def test_what_holds_on_a_target(targets: Targets) -> None:
    linux = targets.options("x86_64-unknown-linux-gnu")
    assert Option("unix") in linux and Option("debug_assertions") not in linux
    assert targets.holds(parse(b"windows"), "x86_64-pc-windows-gnu") is True
    assert targets.holds(parse(b"windows"), "wasm32-x") is False
    assert targets.holds(parse(b'any(windows, feature = "x")'), "wasm32-x") is None


def test_a_target_for_a_condition(targets: Targets) -> None:
    assert targets.example_of(parse(b"not(unix)")) == "wasm32-x", "an installed one first"
    assert targets.example_of(parse(b"windows")) == "x86_64-pc-windows-gnu"
    assert targets.example_of(parse(b'target_os = "none"')) is None


def test_whose_options_are_the_targets() -> None:
    of_target = {
        name for name in ("unix", "target_os", "feature", "test", "loom") if is_of_target(Option(name))
    }
    assert of_target == {"unix", "target_os"}
