"""Tests of commands that a person names: which are taken, and what running one leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.cargo.commands import Command, parse_command, run_command
from codemods.errors import UsageError
from tests.cargo.conftest import MakeBench


def test_words_are_read_as_a_shell_would_quote_them() -> None:
    assert parse_command("cargo run -- 'a b' c") == Command(
        "cargo run -- 'a b' c", ("cargo", "run", "--", "a b", "c")
    )
    assert parse_command("./smoke.sh --fast").words == ("./smoke.sh", "--fast")


@pytest.mark.parametrize(
    "text", ["", "  ", "'open", "a | b", "a && b", "a > b", "cargo", "cargo test", "cargo +nightly run"]
)
def test_what_cannot_be_compared_is_an_error_with_a_hint(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_command(text)
    assert caught.value.hint and "--run" in (caught.value.where or "")


@pytest.mark.cargo
def test_a_script_runs_where_the_workspace_is_and_leaves_nothing_behind(make_bench: MakeBench) -> None:
    lines = ["#!/bin/sh", "wc -l <Cargo.toml", "mkdir -p made/deep", "echo x >made/deep/file", "pwd >&2"]
    script = "\n".join([*lines, "exit 4"])
    bench = make_bench(
        {"Cargo.toml": '[package]\nname = "a"\nversion = "0.1.0"\n', "src/lib.rs": "", "run.sh": script}
    )
    (bench.root / "run.sh").chmod(0o755)

    done = run_command(parse_command("./run.sh"), bench.build)

    assert (done.stdout.strip(), done.returncode, done.problem) == ("3", 4, None)
    assert done.stderr == "<scratch>\n"
    assert not (Path(bench.root) / "made").exists()


@pytest.mark.cargo
def test_what_cargo_does_not_build_and_what_is_not_there_is_a_problem(make_bench: MakeBench) -> None:
    bench = make_bench(
        {"Cargo.toml": '[package]\nname = "a"\nversion = "0.1.0"\n', "src/main.rs": "fn main() { oops }"}
    )

    broken = run_command(parse_command("cargo run"), bench.build)
    absent = run_command(parse_command("cargo run --bin other"), bench.build)
    missing = run_command(parse_command("no-such-program"), bench.build)

    assert broken.problem is not None and broken.problem.startswith("cargo does not build it: ")
    assert absent.problem is not None and "other" in absent.problem
    assert missing.problem == "there is no program `no-such-program`"
