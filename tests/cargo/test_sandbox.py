from __future__ import annotations

import os
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from codemods.cargo import sandbox as sandboxes
from codemods.cargo.process import Runner
from codemods.cargo.sandbox import Sandbox, find_sandbox
from codemods.cargo.view import View
from codemods.errors import MachineError


@pytest.fixture(scope="module", params=["bubblewrap", "namespaces"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    found, reason = find_sandbox("auto", None if request.param == "bubblewrap" else "/nowhere")
    if found is None:
        pytest.skip(reason)
    return found


def script(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def no_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandboxes, "launcher", lambda: ["false"])


def test_switched_off_is_said() -> None:
    found, line = find_sandbox("off")

    assert found is None
    assert line.startswith("none: switched off; analysed code may use the network")


@pytest.mark.usefixtures("no_namespaces")
def test_auto_does_without_where_there_is_none(tmp_path: Path) -> None:
    found, line = find_sandbox("auto", str(tmp_path))

    assert found is None
    assert line.startswith("none: bwrap not found, user namespaces do not work here (it does not start); ")


@pytest.mark.usefixtures("no_namespaces")
def test_require_fails_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="bwrap not found"):
        find_sandbox("require", str(tmp_path))


@pytest.mark.usefixtures("no_namespaces")
def test_a_bubblewrap_that_does_not_start_counts_as_none(tmp_path: Path) -> None:
    script(
        tmp_path,
        "bwrap",
        'case "$1" in --version) echo "bubblewrap 9" ;; *) echo "no way" >&2; exit 1 ;; esac',
    )

    found, line = find_sandbox("auto", f"{tmp_path}:{os.environ['PATH']}")

    assert found is None
    assert line.startswith("none: bubblewrap 9 does not work here (no way), user namespaces")


def test_only_the_named_folders_are_writable(sandbox: Sandbox, tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    runner = Runner({"PATH": os.environ["PATH"]}, sandbox=sandbox)

    done = runner.run(["sh", "-c", f"touch {inside}/a; touch {outside}/b"], cwd=inside, writable=[inside])

    assert not done.succeeded
    assert [path.name for path in tmp_path.glob("*/*")] == ["a"]


def test_there_is_no_network(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
        runner = Runner({"PATH": os.environ["PATH"]}, sandbox=sandbox)

        assert not runner.run(["python3", "-c", code], cwd=Path("/")).succeeded
        assert runner.run(["python3", "-c", code], cwd=Path("/"), network="own").succeeded


def test_keys_are_hidden_but_from_the_fetch_step(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "id").write_text("secret")
    (tmp_path / ".cargo").mkdir()
    (tmp_path / ".cargo" / "credentials.toml").write_text("secret")
    runner = Runner({"PATH": os.environ["PATH"], "HOME": str(tmp_path)}, sandbox=sandbox)
    command = ["sh", "-c", f"cat {tmp_path}/.ssh/id {tmp_path}/.cargo/credentials.toml"]

    assert runner.run(command, cwd=tmp_path).stdout == b""
    assert runner.run(command, cwd=tmp_path, network="own").stdout == b"secretsecret"


def test_a_process_of_the_cage_dies_with_it(sandbox: Sandbox, tmp_path: Path) -> None:
    runner = Runner({"PATH": os.environ["PATH"]}, sandbox=sandbox)

    # Outside of the process group: only the end of the process namespace reaches it.
    runner.run(
        ["sh", "-c", f"setsid sh -c 'sleep 1; touch {tmp_path}/late' &"], cwd=tmp_path, writable=[tmp_path]
    )
    runner.run(["sleep", "1.2"], cwd=tmp_path)

    assert not (tmp_path / "late").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root could")
def test_root_cannot_make_it_writable_again(sandbox: Sandbox, tmp_path: Path) -> None:
    runner = Runner({"PATH": os.environ["PATH"]}, sandbox=sandbox)

    done = runner.run(["sh", "-c", f"mount -o remount,rw,bind /; touch {tmp_path}/a"], cwd=Path("/"))

    assert not done.succeeded
    assert not (tmp_path / "a").exists()


def test_the_disks_of_the_machine_are_not_there(sandbox: Sandbox) -> None:
    devices = Runner({"PATH": os.environ["PATH"]}, sandbox=sandbox).run(["ls", "/dev"], cwd=Path("/"))

    names = set(devices.stdout.decode().split())
    assert {"null", "zero", "urandom", "shm", "fd"} <= names
    assert not any(name.startswith(("sd", "vd", "nvme", "mem", "kmsg", "loop")) for name in names)


def test_a_socket_below_a_private_folder_is_out_of_reach(sandbox: Sandbox, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as agent:
        agent.bind(str(tmp_path / "agent"))
        agent.listen()
        code = f"import socket; socket.socket(socket.AF_UNIX).connect('{tmp_path}/agent')"
        environment = {"PATH": os.environ["PATH"]}
        hidden = replace(sandbox, view=View(private=(tmp_path,), hidden=(tmp_path / "x",)))

        assert Runner(environment, sandbox=sandbox).run([sys.executable, "-c", code], cwd=Path("/")).succeeded
        assert (
            not Runner(environment, sandbox=hidden).run([sys.executable, "-c", code], cwd=Path("/")).succeeded
        )


def test_processes_outside_are_invisible(sandbox: Sandbox) -> None:
    runner = Runner({"PATH": os.environ["PATH"]}, sandbox=sandbox)

    done = runner.run(["sh", "-c", "cat /proc/[0-9]*/cmdline"], cwd=Path("/"))

    if "lacks" not in sandbox.describe():
        assert b"pytest" not in done.stdout


def test_the_anonymous_network_has_no_keys(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / ".cargo").mkdir()
    (tmp_path / ".cargo" / "credentials.toml").write_text("secret")
    runner = Runner({"PATH": os.environ["PATH"], "HOME": str(tmp_path)}, sandbox=sandbox)

    done = runner.run(["cat", f"{tmp_path}/.cargo/credentials.toml"], cwd=Path("/"), network="anonymous")

    assert done.stdout == b""
