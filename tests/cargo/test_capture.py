from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from codemods.cargo.capture import (
    Record,
    codegen_option,
    install_wrapper,
    option,
    read_records,
    time_limit,
)

UNIT = ("--crate-name", "my_lib", "--edition=2018", "src/lib.rs", "--error-format=json")
HASH = ("-C", "metadata=aaa", "-C", "extra-filename=-bbb", "--out-dir", "/t/deps")


class Wrapped:
    """The wrapper round a rustc that is a script."""

    def __init__(self, folder: Path, rustc: str) -> None:
        self.wrapper = install_wrapper(folder / "cache")
        self.capture = folder / "capture"
        self.cwd = folder
        self.rustc = folder / "rustc"
        self.rustc.write_text(f"#!/bin/sh\n{rustc}\n")
        self.rustc.chmod(0o755)

    def run(self, *argv: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
        environment = {
            "PATH": os.environ["PATH"],
            "CODEMOD_CAPTURE": str(self.capture),
            "CODEMOD_RUN": "r1",
            **variables,
        }
        command = [str(self.wrapper), str(self.rustc), *argv]
        return subprocess.run(command, cwd=self.cwd, env=environment, capture_output=True, check=False)

    def record(self) -> Record:
        (record,) = read_records(self.capture)
        return record


def test_a_unit_is_recorded(tmp_path: Path) -> None:
    wrapped = Wrapped(tmp_path, "echo '{}' >&2; echo out; exit 7")

    done = wrapped.run(
        *UNIT, *HASH, CARGO_PKG_NAME="my-lib", CARGO_MANIFEST_DIR="/ws/a b", MULTI="two\nlines"
    )

    assert (done.returncode, done.stdout, done.stderr) == (7, b"out\n", b"")
    record = wrapped.record()
    assert (record.id, record.run, record.status) == ("my_lib-bbb", "r1", 7)
    assert record.argv == (str(wrapped.rustc), *UNIT, *HASH)
    assert record.cwd == str(tmp_path)
    assert record.stderr == b"{}\n"
    assert (record.crate_name, record.edition, record.source) == ("my_lib", "2018", "src/lib.rs")
    assert record.manifest_directory == "/ws/a b"
    assert dict(record.environment)["MULTI"] == "two\nlines"
    assert record.depinfo == Path("/t/deps/my_lib-bbb.d")
    assert not record.is_test


def test_our_own_variables_do_not_reach_rustc(tmp_path: Path) -> None:
    wrapped = Wrapped(tmp_path, "env >&2")

    wrapped.run(*UNIT, CODEMOD_RUSTC_ARGS="--cap-lints=warn", CODEMOD_LIMIT="", CODEMOD_NEXT="")

    assert b"CODEMOD" not in wrapped.record().stderr
    assert not any(name.startswith("CODEMOD") for name, _ in wrapped.record().environment)


def test_arguments_are_added_and_recorded(tmp_path: Path) -> None:
    wrapped = Wrapped(tmp_path, 'printf "%s|" "$@" >&2')

    wrapped.run(*UNIT, "a * b", CODEMOD_RUSTC_ARGS="--force-warn=deprecated\n--cfg=a b")

    assert wrapped.record().stderr.decode().split("|")[-4:-1] == [
        "a * b",
        "--force-warn=deprecated",
        "--cfg=a b",
    ]
    assert wrapped.record().argv[-3:] == ("a * b", "--force-warn=deprecated", "--cfg=a b")


def test_messages_go_to_cargo_only_when_asked(tmp_path: Path) -> None:
    wrapped = Wrapped(tmp_path, "echo message >&2")

    assert wrapped.run(*UNIT).stderr == b""
    assert wrapped.run(*UNIT, CODEMOD_SHOW="1").stderr == b"message\n"


@pytest.mark.parametrize(
    "argv", [("-vV",), ("-", "--crate-name", "___", "--print=cfg"), ("-", "--print=sysroot")]
)
def test_questions_of_cargo_pass_through(tmp_path: Path, argv: tuple[str, ...]) -> None:
    wrapped = Wrapped(tmp_path, 'echo "$@"; echo said >&2; exit 3')

    done = wrapped.run(*argv, CODEMOD_RUSTC_ARGS="--cap-lints=warn")

    assert (done.returncode, done.stdout, done.stderr) == (3, " ".join(argv).encode() + b"\n", b"said\n")
    assert list(read_records(wrapped.capture)) == []


def test_a_wrapper_of_the_user_is_called_in_between(tmp_path: Path) -> None:
    wrapped = Wrapped(tmp_path, "echo rustc >&2")
    mine = tmp_path / "my wrapper"
    mine.write_text('#!/bin/sh\necho mine >&2; exec "$@"\n')
    mine.chmod(0o755)

    wrapped.run(*UNIT, CODEMOD_NEXT=str(mine))

    assert wrapped.record().stderr == b"mine\nrustc\n"


def test_a_rustc_that_hangs_is_stopped(tmp_path: Path) -> None:
    if not time_limit(0.2):
        pytest.skip("no timeout(1)")
    wrapped = Wrapped(tmp_path, "exec sleep 60")

    assert wrapped.run(*UNIT, CODEMOD_LIMIT=time_limit(0.2)).returncode == 124
    assert wrapped.record().status == 124


def test_a_unit_that_runs_has_no_status(tmp_path: Path) -> None:
    wrapped = Wrapped(tmp_path, f"cat {tmp_path}/capture/my_lib-bbb/status >&2; exit 5")

    wrapped.run(*UNIT, *HASH)
    wrapped.run(*UNIT, *HASH)

    assert (wrapped.record().stderr, wrapped.record().status) == (b"", 5)
    (wrapped.record().folder / "status").write_text("")
    assert wrapped.record().status is None


def test_arguments_in_a_file_are_recorded(tmp_path: Path) -> None:
    wrapped = Wrapped(tmp_path, 'echo "$@" >&2')
    (tmp_path / "args").write_text("\n".join([*UNIT, *HASH]))

    wrapped.run(f"@{tmp_path}/args", CODEMOD_RUSTC_ARGS="--cap-lints=warn")

    assert wrapped.record().id == "my_lib-bbb"
    assert wrapped.record().argv[1:] == (*UNIT, *HASH, "--cap-lints=warn")
    assert wrapped.record().stderr == f"@{tmp_path}/args --cap-lints=warn\n".encode()


def test_the_wrapper_is_installed_once(tmp_path: Path) -> None:
    path = install_wrapper(tmp_path)
    before = path.stat().st_mtime_ns

    assert install_wrapper(tmp_path) == path
    assert path.stat().st_mtime_ns == before
    assert os.access(path, os.X_OK)


def test_half_a_record_is_none(tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "run").write_text("r1")

    assert list(read_records(tmp_path)) == []
    assert list(read_records(tmp_path / "missing")) == []


def test_options_are_read_in_both_spellings() -> None:
    assert option(("--edition", "2018"), "--edition") == "2018"
    assert option(("--edition=2021",), "--edition") == "2021"
    assert option(("--editions=2021",), "--edition") is None
    assert codegen_option(("-C", "metadata=a"), "metadata") == "a"
    assert codegen_option(("-Cmetadata=b",), "metadata") == "b"
    assert codegen_option(("metadata=c",), "metadata") is None


@pytest.mark.parametrize(
    ("more", "is_test"), [(("--test",), True), (("--cfg", "test"), True), (("--cfg", "tests"), False)]
)
def test_a_test_without_the_harness_is_one(tmp_path: Path, more: tuple[str, ...], is_test: bool) -> None:
    wrapped = Wrapped(tmp_path, "exit 0")
    wrapped.run(*UNIT, *HASH, *more)

    assert wrapped.record().is_test is is_test
