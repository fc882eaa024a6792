"""A finished step is found again; a damaged or foreign value is made anew."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from codemods.engine.store import DAY, KEEP_SECONDS, StepStore, step_key
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


def test_equal_inputs_have_equal_keys() -> None:
    assert step_key("a", map(str, [1, 2]), {"y", "x"}, Path("p")) == step_key(
        "a", ["1", "2"], {"x", "y"}, "p"
    )
    with pytest.raises(TypeError):
        step_key("a", object())


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


HAMMER = """\
import sys; from pathlib import Path; from codemods.engine.store import StepStore
for _ in range(20):
    with StepStore(Path(sys.argv[1]), 1 << 20) as store:
        for i in range(20):
            assert store.get(str(i)) in (None, str(i).encode() * 5000)
            store.put(str(i), str(i).encode() * 5000)
"""


@pytest.mark.parametrize("before", ["nothing", "another version", "no database"])
def test_many_writers_at_once(tmp_path: Path, before: str) -> None:
    path = tmp_path / "steps"
    if before == "another version":
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE steps (key TEXT PRIMARY KEY, value BLOB, used REAL)")
        database.close()
    elif before == "no database":
        path.write_bytes(b"this was a cache once" * 1000)
    command = [sys.executable, "-c", HAMMER, str(path)]
    writers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]

    errors = [writer.communicate(timeout=60)[1] for writer in writers]

    assert errors == ["", "", "", ""]
    with StepStore(path) as store:
        assert [store.get(str(i)) for i in range(20)] == [str(i).encode() * 5000 for i in range(20)]


def test_what_is_asked_for_stays(tmp_path: Path) -> None:
    path = tmp_path / "steps"
    with StepStore(path) as store:
        store.put("asked", b"1")
        store.put("forgotten", b"2")
    _age(path, KEEP_SECONDS - DAY)
    with StepStore(path) as store:
        assert store.get("asked") == b"1"
    _age(path, 2 * DAY)

    with StepStore(path) as store:
        assert store.get("asked") == b"1"
        assert store.get("forgotten") is None


def test_of_too_much_the_oldest_goes(tmp_path: Path) -> None:
    path = tmp_path / "steps"
    with StepStore(path) as store:
        for number in range(40):
            store.put(str(number), b"x" * 100_000)
            _age(path, 60)

    with StepStore(path, keep_bytes=2_000_000) as store:
        left = [number for number in range(40) if store.get(str(number)) is not None]

    assert left == list(range(40))[-len(left) :]
    assert 10 <= len(left) <= 15
    assert path.stat().st_size < 2_000_000


def test_damage_found_on_the_way_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "steps"
    with StepStore(path) as store:
        for number in range(50):
            store.put(str(number), bytes([number]) * 50_000)
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)  # the header is whole
    path.write_bytes(content)

    with StepStore(path) as store:
        assert {store.get(str(number)) for number in range(50)} <= {
            None,
            *(bytes([n]) * 50_000 for n in range(50)),
        }
        assert store.remember("new", int, lambda: 3) == 3
    with StepStore(path) as store:
        store.put("again", b"1")
        assert store.get("again") == b"1"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(MachineError):
        StepStore(tmp_path / "steps")


def _age(path: Path, seconds: float) -> None:
    """Let `seconds` pass for what is kept."""
    database = sqlite3.connect(path)
    with database:
        database.execute("UPDATE steps SET used = used - ?", (seconds,))
    database.close()
