from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from codemods.cargo.process import Completed, Limits, Runner, allowed_environment
from codemods.errors import MachineError

ROOT = Path("/")
NO_LIMITS = Limits()
ENVIRONMENT = {"PATH": os.environ["PATH"]}


def run(script: str, limits: Limits = NO_LIMITS, **options: object) -> Completed:
    return Runner(ENVIRONMENT, limits).run(["sh", "-c", script], cwd=ROOT, **options)  # type: ignore[arg-type]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie whose parent is init or a container's first process is dead for our purposes.
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


def await_death(pid: int) -> bool:
    for _ in range(50):
        if not is_alive(pid):
            return True
        time.sleep(0.02)
    return False


def test_a_command_gives_its_output_and_code() -> None:
    done = run("echo out; echo err >&2; exit 3")

    assert (done.returncode, done.stdout, done.stderr) == (3, b"out\n", b"err\n")
    assert not done.succeeded


def test_standard_input_is_given_whole_and_closed() -> None:
    data = bytes(range(256)) * 5000

    assert Runner(ENVIRONMENT).run(["cat"], cwd=ROOT, stdin=data).stdout == data


def test_standard_input_is_empty_when_none_is_given() -> None:
    assert run("cat; echo end").stdout == b"end\n"


def test_a_command_that_does_not_read_its_input_is_no_error() -> None:
    assert Runner(ENVIRONMENT).run(["true"], cwd=ROOT, stdin=b"x" * 1_000_000).succeeded


def test_only_the_given_environment_is_seen() -> None:
    assert run("env", extra={"A": "1"}).stdout.splitlines().count(b"A=1") == 1
    assert b"HOME=" not in run("env").stdout


def test_the_time_limit_kills_grandchildren_too() -> None:
    done = run("sleep 60 & echo $!; wait", Limits(seconds=0.3))

    assert done.timed_out
    assert not done.succeeded
    assert await_death(int(done.stdout))


def test_a_process_that_ignores_sigterm_is_killed() -> None:
    done = run("trap '' TERM; sleep 60 & echo $!; while :; do sleep 1; done", Limits(seconds=0.2))

    assert done.timed_out
    assert done.seconds < 10
    assert await_death(int(done.stdout))


def test_a_child_left_behind_is_killed_and_not_waited_for() -> None:
    done = run("sleep 60 & echo $!")

    assert done.succeeded
    assert done.seconds < 10
    assert await_death(int(done.stdout))


def test_too_much_output_ends_the_process() -> None:
    done = run("yes", Limits(output_bytes=100_000))

    assert done.truncated
    assert not done.succeeded
    assert 100_000 < len(done.stdout) < 400_000


def test_silence_is_counted_from_the_last_output() -> None:
    script = "for i in 1 2 3 4 5 6; do echo $i; sleep 0.15; done"

    assert run(script, Limits(seconds=0.6), limit="silence").succeeded
    assert run(script, Limits(seconds=0.6), limit="total").timed_out
    assert run("echo once; sleep 60", Limits(seconds=0.3), limit="silence").timed_out


def test_standard_error_is_passed_on_as_it_comes() -> None:
    chunks: list[bytes] = []

    done = run("echo a >&2; echo b >&2", on_stderr=chunks.append)

    assert b"".join(chunks) == done.stderr == b"a\nb\n"


def test_an_interrupted_run_leaves_no_process() -> None:
    found: list[int] = []

    def interrupt(chunk: bytes) -> None:
        found.append(int(chunk))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run("echo $$ >&2; sleep 60", on_stderr=interrupt)

    assert await_death(found[0])


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(MachineError, match="cannot start `no-such-program`"):
        Runner(ENVIRONMENT).run(["no-such-program"], cwd=ROOT)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="prlimit is Linux's")
def test_the_memory_limit_holds() -> None:
    code = "import time; time.sleep(0.2); x = bytearray(2 << 30)"
    done = Runner(ENVIRONMENT, Limits(memory_bytes=1 << 30)).run([sys.executable, "-c", code], cwd=ROOT)

    assert b"MemoryError" in done.stderr


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "CARGO_HOME",
        "RUSTFLAGS",
        "CC",
        "CFLAGS_x86_64_unknown_linux_gnu",
        "PKG_CONFIG_PATH",
        "LC_ALL",
        "OPENSSL_DIR",
        "SQLITE3_LIB_DIR",
        "https_proxy",
        "CARGO_PROFILE_DEV_DEBUG",
        "SOURCE_DATE_EPOCH",
    ],
)
def test_what_a_build_needs_is_let_through(name: str) -> None:
    assert allowed_environment({name: "x"}) == ({name: "x"}, ())


@pytest.mark.parametrize(
    "name",
    [
        "AWS_SECRET_ACCESS_KEY",
        "GITHUB_TOKEN",
        "CARGO_REGISTRY_TOKEN",
        "CARGO_REGISTRIES_MINE_CREDENTIAL_PROVIDER",
        "CARGO_REGISTRIES_X_TOKEN",
        "SSH_AUTH_SOCK",
        "DATABASE_URL",
        "OPENAI_API_KEY",
        "CMAKE_PASSWORD",
        "PGPASS",
    ],
)
def test_what_may_be_a_secret_is_withheld_and_named(name: str) -> None:
    assert allowed_environment({name: "x"}) == ({}, (name,))
    assert allowed_environment({name: "x"}, [name]) == ({name: "x"}, ())


def test_an_address_with_a_password_is_withheld() -> None:
    assert allowed_environment({"HTTPS_PROXY": "http://me:word@proxy:1"}) == ({}, ("HTTPS_PROXY",))
    assert allowed_environment({"HTTPS_PROXY": "http://proxy:1"})[1] == ()


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


@linux
def test_what_leaves_the_session_is_killed_without_a_cage() -> None:
    done = run("setsid -f sh -c 'trap \"\" TERM; echo $$; exec sleep 60 >/dev/null 2>&1'; sleep 0.3")

    assert done.succeeded
    assert await_death(int(done.stdout))


@linux
def test_the_time_limit_reaches_what_left_the_session() -> None:
    done = run("setsid -f sh -c 'echo $$; exec sleep 60 >/dev/null 2>&1'; sleep 60", Limits(seconds=0.5))

    assert done.timed_out
    assert done.broke == "it took longer than 0.5 s"
    assert await_death(int(done.stdout))


@linux
def test_a_tree_of_processes_is_counted() -> None:
    done = run("for i in $(seq 40); do sleep 60 & done; wait", Limits(processes=30))

    assert done.broke == "it started more than 30 processes"
    assert not done.succeeded


@linux
def test_memory_is_added_up_over_a_tree() -> None:
    hold = f"{sys.executable} -c 'x = bytearray(60_000_000); import time; time.sleep(60)'"

    done = run(f"{hold} & {hold} & {hold} & wait", Limits(memory_bytes=120_000_000, seconds=30))

    assert done.broke == "it used more than 114 MB of memory"


@linux
def test_a_file_has_a_largest_size() -> None:
    done = run("head -c 3000000 /dev/zero >$PLACE", Limits(file_bytes=1 << 20), extra={"PLACE": "/dev/null"})
    assert done.succeeded, "a device is no file"


@linux
def test_a_file_that_grows_too_large_ends_the_process(tmp_path: Path) -> None:
    done = run(f"exec head -c 3000000 /dev/zero >{tmp_path}/all", Limits(file_bytes=1 << 20))

    assert not done.succeeded
    assert (tmp_path / "all").stat().st_size == 1 << 20


@linux
def test_a_signal_is_told_as_it_was() -> None:
    assert run("kill -SEGV $$").returncode == -11


@linux
def test_a_broken_pipe_ends_a_command_as_in_a_shell() -> None:
    assert run("yes | head -1").stderr == b""


def test_too_much_output_is_named() -> None:
    assert run("yes", Limits(output_bytes=1 << 20)).broke == "it wrote more than 1 MB"


def test_an_address_with_a_token_for_a_name_is_withheld() -> None:
    assert allowed_environment({"CARGO_REGISTRIES_X_INDEX": "https://tok@host/x"})[0] == {}
    assert allowed_environment({"CARGO_REGISTRIES_X_INDEX": "ssh://git@host/x"})[1] == ()
