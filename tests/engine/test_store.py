"""A finished step is found again; a damaged or foreign value is made anew."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from codemods.engine.store import StepStore, step_key
from codemods.errors import MachineError


@dataclass(frozen=True)
class Value:
    name: str
    parts: tuple[int, ...]


def test_a_step_is_made_once(tmp_path: Path) -> None:
    made = []

    def make() -> Value:
        made.append(1)
        return Value("a", (1, 2))

    for _ in range(2):
        with StepStore(tmp_path / "steps") as store:
            assert store.remember("k", Value, make) == Value("a", (1, 2))
    assert made == [1]


def test_what_another_version_wrote_is_made_anew(tmp_path: Path) -> None:
    with StepStore(tmp_path / "steps") as store:
        store.put("k", b'{"other": 1}')

        assert store.remember("k", Value, lambda: Value("new", ())) == Value("new", ())


def test_keys_tell_inputs_apart() -> None:
    keys = {
        step_key("a", "x"),
        step_key("b", "x"),
        step_key("a", b"x"),
        step_key("a", "x", "y"),
        step_key("a", ["x", "y"]),
        step_key("a", {"x": "y"}),
    }

    assert len(keys) == 6
    assert step_key("a", {"x": 1, "y": 2}) == step_key("a", {"y": 2, "x": 1})


def test_a_store_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(MachineError) as raised:
        StepStore(tmp_path / "file" / "steps")

    assert raised.value.where == str(tmp_path / "file" / "steps")


def test_a_killed_writer_leaves_whole_values(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from codemods.engine.store import StepStore\n"
        "store = StepStore(Path(sys.argv[1]))\n"
        "for i in range(10**6): store.put(str(i % 50), b'x' * 10000)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "steps")])
    time.sleep(0.7)
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()

    with StepStore(tmp_path / "steps") as store:
        values = {store.get(str(i)) for i in range(50)} - {None}

    assert values <= {b"x" * 10000}
