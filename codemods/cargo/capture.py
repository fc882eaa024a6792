"""The wrapper round rustc: install it, and read what it recorded (see `capture.sh`)."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

# The jobserver's pipes are closed when cargo ends; `_` is the shell's own.
_PASSING = frozenset({"CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS", "_", "PWD", "OLDPWD"})


@dataclass(frozen=True)
class Record:
    """What one rustc invocation was asked, and how it ended (`status` is `None` if it did not)."""

    folder: Path
    run: str
    cwd: str
    argv: tuple[str, ...]
    status: int | None

    @property
    def id(self) -> str:
        """Crate name and hash: the same for the same target, features and toolchain."""
        return self.folder.name

    @cached_property
    def environment(self) -> tuple[tuple[str, str], ...]:
        """The variables that cargo gave to rustc, by name."""
        pairs = (item.partition("=") for item in _strings(self.folder / "env"))
        kept = ((name, value) for name, equals, value in pairs if equals and name not in _PASSING)
        return tuple(sorted(kept))

    @property
    def stderr(self) -> bytes:
        """What rustc wrote: its JSON messages."""
        return (self.folder / "stderr").read_bytes()

    @property
    def started(self) -> float:
        """When rustc started (seconds since the epoch, by the file system's clock)."""
        return (self.folder / "argv").stat().st_mtime

    @cached_property
    def crate_name(self) -> str:
        """The crate's name, with `_`."""
        return option(self.argv, "--crate-name") or ""

    @property
    def is_test(self) -> bool:
        """Whether it is built as a test: with the harness, or by `harness = false` with the cfg alone."""
        return "--test" in self.argv or ("--cfg", "test") in pairwise(self.argv)

    @property
    def edition(self) -> str:
        """The edition it is compiled for."""
        return option(self.argv, "--edition") or "2015"

    @cached_property
    def source(self) -> str:
        """The crate's root file, as given to rustc."""
        return source_argument(self.argv)

    @property
    def manifest_directory(self) -> str:
        """The folder of the package's manifest."""
        return dict(self.environment).get("CARGO_MANIFEST_DIR", "")

    @property
    def depinfo(self) -> Path | None:
        """Where rustc writes which files it read."""
        out = option(self.argv, "--out-dir")
        name = self.crate_name + (codegen_option(self.argv, "extra-filename") or "")
        return Path(self.cwd, out, f"{name}.d") if out else None


def install_wrapper(folder: Path) -> Path:
    """Return the wrapper's path below `folder`, written there if it is not yet.

    The path depends on its content alone, because cargo rebuilds when the wrapper's path changes.
    """
    content = files("codemods.cargo").joinpath("capture.sh").read_bytes()
    path = folder / f"rustc-{hashlib.sha256(content).hexdigest()[:16]}.sh"
    if not (path.exists() and path.read_bytes() == content):
        folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(content)
        temporary.chmod(0o755)
        temporary.replace(path)
    return path


@cache
def time_limit(seconds: float) -> str:
    """Return the command to run one rustc under, empty where the machine has no `timeout`.

    In the foreground, so that it stays in the process group that is killed as a whole.
    """
    program = shutil.which("timeout")
    if program is None or "busybox" in str(Path(program).resolve()) or " " in program:
        return ""
    return f"{program} --foreground -k 5 {seconds:g}"


TIMED_OUT = 124  # exit code of timeout(1)


def read_records(capture: Path) -> Iterator[Record]:
    """Yield all records, of this and earlier builds."""
    for folder in sorted(capture.iterdir()) if capture.is_dir() else ():
        record = _read_record(folder)
        if record is not None:
            yield record


def option(argv: tuple[str, ...], name: str) -> str | None:
    """Return the last value of `--name value` or `--name=value`."""
    found = None
    for index, argument in enumerate(argv):
        if argument == name and index + 1 < len(argv):
            found = argv[index + 1]
        elif argument.startswith(f"{name}="):
            found = argument[len(name) + 1 :]
    return found


def codegen_option(argv: tuple[str, ...], name: str) -> str | None:
    """Return the last value of `-C name=value`."""
    found = None
    for index, argument in enumerate(argv):
        text = argument[2:] if argument.startswith("-C") and len(argument) > 2 else argument
        separate = index > 0 and argv[index - 1] == "-C"
        if (separate or text is not argument) and text.startswith(f"{name}="):
            found = text[len(name) + 1 :]
    return found


def source_argument(argv: tuple[str, ...]) -> str:
    """Return the root file: cargo gives it right after the crate's name and edition."""
    if "--crate-name" not in argv:
        return ""
    for argument in argv[argv.index("--crate-name") + 2 :]:
        if not argument.startswith("--edition"):
            return argument
    return ""


def _read_record(folder: Path) -> Record | None:
    """Return the record in `folder`; `None` if the wrapper was killed while it wrote."""
    try:
        run = (folder / "run").read_text()
        cwd = (folder / "cwd").read_text().rstrip("\n")
        argv = tuple(_strings(folder / "argv"))
        status = _read_status(folder / "status")
        (folder / "env").stat()
        (folder / "stderr").stat()
    except OSError:
        return None
    return Record(folder, run, cwd, argv, status)


def _read_status(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (FileNotFoundError, ValueError):
        return None


def _strings(path: Path) -> list[str]:
    return [os.fsdecode(item) for item in path.read_bytes().split(b"\0")[:-1]]
