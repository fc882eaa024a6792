from __future__ import annotations

from pathlib import Path

import pytest

from codemods.cargo.replay import changed_externs, command_difference, hashed_like, mover, replay_arguments


def test_outputs_and_incremental_state_are_left_out() -> None:
    argv = ("rustc", "--crate-name", "a", "src/lib.rs", "--emit=dep-info,metadata", "-C", "incremental=/t/i")
    more = (
        "-Cincremental=/t/i",
        "-C",
        "debuginfo=2",
        "--out-dir",
        "/t/deps",
        "--extern",
        "b=/t/deps/libb.rmeta",
    )

    assert replay_arguments(argv + more) == (
        ["rustc", "--crate-name", "a", "src/lib.rs", "-C", "debuginfo=2", "--extern", "b=/t/deps/libb.rmeta"]
    )


def test_paths_of_the_checkout_are_moved(tmp_path: Path) -> None:
    move = mover(tmp_path / "scratch", tmp_path / "shadow", keep=tmp_path / "scratch" / "target")

    assert move(f"{tmp_path}/scratch") == f"{tmp_path}/shadow"
    assert move(f"{tmp_path}/scratch/src/lib.rs") == f"{tmp_path}/shadow/src/lib.rs"
    assert (
        move(f"-L{tmp_path}/scratch/lib:{tmp_path}/scratch") == f"-L{tmp_path}/shadow/lib:{tmp_path}/shadow"
    )


def test_other_paths_stay(tmp_path: Path) -> None:
    move = mover(tmp_path / "scratch", tmp_path / "shadow", keep=tmp_path / "scratch" / "target")

    for text in (
        f"{tmp_path}/scratch/target/debug/build/out",
        f"{tmp_path}/scratch2/src",
        f"{tmp_path}/scratch.old",
        "src/lib.rs",
    ):
        assert move(text) == text


def test_a_target_folder_above_the_checkout_does_not_hold_it_back(tmp_path: Path) -> None:
    move = mover(tmp_path / "cache" / "scratch", tmp_path / "shadow", keep=tmp_path / "cache" / "target")

    assert move(f"{tmp_path}/cache/scratch/a") == f"{tmp_path}/shadow/a"
    assert move(f"{tmp_path}/cache/target/a") == f"{tmp_path}/cache/target/a"


@pytest.mark.parametrize(
    ("after", "difference"),
    [
        ("rustc --edition=2018 -C metadata=b -C extra-filename=-b --cfg x src/lib.rs", None),
        ("rustc --edition=2021 -C metadata=a --cfg x --check-cfg cfg(y) src/lib.rs", None),
        ("rustc --edition=2018 -C metadata=a --cfg x --extern one=/deps/libone-2.rmeta src/lib.rs", None),
        ("rustc --edition=2024 -C metadata=a --cfg x src/lib.rs", "`--edition=2018` became `--edition=2024`"),
        ("rustc --edition=2018 -C metadata=a --cfg z src/lib.rs", "`x` became `z`"),
        ("rustc --edition=2018 -C metadata=a src/lib.rs", "`--cfg` became `src/lib.rs`"),
        ("rustc --edition=2018 -C metadata=a --cfg x src/main.rs", "`src/lib.rs` became `src/main.rs`"),
    ],
)
def test_commands_that_compile_in_the_same_way(after: str, difference: str | None) -> None:
    before = "rustc --edition=2018 -C metadata=a -C extra-filename=-a --cfg x src/lib.rs"
    assert command_difference(before.split(), after.split()) == difference


def test_other_builds_of_dependencies_are_named() -> None:
    before = ["rustc", "--extern", "one=/d/libone-1.rmeta", "--extern", "priv:two=/d/libtwo-1.rmeta"]
    after = ["rustc", "--extern", "one=/d/libone-1.rmeta", "--extern", "priv:two=/d/libtwo-2.rmeta"]
    assert changed_externs(before, after) == {"two"}
    assert changed_externs(before, before) == frozenset()


def test_a_command_takes_the_hashes_of_another() -> None:
    command = ["rustc", "-C", "metadata=new", "-C", "extra-filename=-new", "src/lib.rs"]
    other = ["rustc", "-C", "metadata=old", "-C", "extra-filename=-old", "src/lib.rs"]
    assert hashed_like(command, other) == tuple(other)
