from __future__ import annotations

from pathlib import Path

from codemods.cargo.replay import mover, replay_arguments


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
