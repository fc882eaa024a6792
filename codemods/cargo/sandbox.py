"""The cage that cargo, rustc and tests of the analysed code run in.

Bubblewrap, where it works; else namespaces that `launch.py` makes; else none. In a cage
the whole file system is read-only but for the folders named by the caller, there is no network and no
other process is visible. The user's home and key files are hidden. Where no cage can
be had, the limits, the environment and the end of every process hold all the same (`process.py`).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from codemods.cargo.view import Mount, View, key_files
from codemods.errors import MachineError

SandboxMode = Literal["auto", "require", "off"]
Network = Literal["none", "anonymous", "own"]

_NO_VIEW = View()
_NEW_PROC = ("--proc", "/proc")
_NEW_USER = ("--unshare-user",)  # also for root: else it may trace processes outside
_TEMPORARY_BYTES = str(1 << 30)  # of each folder in memory: it counts for no process
_LACKING = "analysed code may use the network, read and write your files, and see your other processes"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A cage that was seen to work here. `options` are what this machine allows of bubblewrap's.

    `program` is bubblewrap's, or `None` for namespaces made by `launch.py`.
    """

    program: Path | None
    version: str
    options: tuple[str, ...] = (*_NEW_USER, *_NEW_PROC)
    view: View = field(default_factory=View)

    def describe(self) -> str:
        """Return one line for the ledger: what is in force, and what it lacks."""
        lacks = "" if "/proc" in self.options else "; lacks: processes of the machine can be seen"
        return f"{self.version}: no network, read-only outside scratch, {self.view.describe()}{lacks}"

    def wrap(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        writable: Sequence[Path] = (),
        network: Network = "none",
        environment: Mapping[str, str] | None = None,
    ) -> list[str]:
        """Return the command that runs `argv` inside; folders in `writable` must exist.

        `network` is for the one fetch step, which runs no code of the workspace: "own" sees the
        credentials that a private registry needs, "anonymous" does not.
        """
        hidden = self.view.hidden or key_files(environment or {})
        shown = {
            "none": self.view if self.view.hidden else View(hidden=hidden),
            "anonymous": View(hidden=hidden),
            "own": View(),
        }
        mounts = shown[network].mounts(writable)
        if self.program is None:
            plan = {"mounts": mounts, "network": network != "none", "proc": "/proc" in self.options}
            return [*launcher(), json.dumps(plan), *argv]
        return [
            str(self.program),
            *(
                "--ro-bind",
                "/",
                "/",
                "--dev",
                "/dev",
                *self.options,
                "--die-with-parent",
                "--cap-drop",
                "ALL",
            ),
            *("--remount-ro", "/dev", "--size", _TEMPORARY_BYTES, "--tmpfs", "/dev/shm"),
            *("--unshare-pid", "--unshare-ipc", *(["--unshare-net"] if network == "none" else [])),
            *(part for mount in mounts for part in _bubblewrap(mount)),
            *("--chdir", str(cwd), "--"),
            *argv,
        ]


def find_sandbox(
    mode: SandboxMode, search_path: str | None = None, view: View = _NO_VIEW
) -> tuple[Sandbox | None, str]:
    """Return the sandbox to use, and one line about it for the ledger. `view` is what it shows.

    Raises:
        MachineError: `mode` is "require" and there is none that works.
    """
    if mode == "off":
        return None, f"none: switched off; {_LACKING}"
    found, reason = _probe_all(search_path, view)
    if found is None and view.private:  # better a cage with a view of the home than none
        found, _ = _probe_all(search_path, replace(view, private=(), readable=()))
    if found is not None:
        return found, found.describe()
    if mode == "require":
        raise MachineError(
            f"no sandbox: {reason}",
            where="--sandbox require",
            hint="Install bubblewrap (package `bubblewrap`), or run with `--sandbox auto`.",
        )
    return None, f"none: {reason}; {_LACKING}"


def launcher() -> list[str]:
    """Return the command that `launch.py` is run by; a plan and the command follow."""
    return [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py"))]


def _bubblewrap(mount: Mount) -> list[str]:
    kind, path = mount
    match kind:
        case "empty" | "temporary":
            return ["--size", _TEMPORARY_BYTES, "--tmpfs", path]
        case "read":
            return ["--ro-bind", path, path]
        case "write":
            return ["--bind", path, path]
        case "null":
            return ["--ro-bind", "/dev/null", path]
        case "seal":
            return ["--remount-ro", path]


def _probe_all(search_path: str | None, view: View) -> tuple[Sandbox | None, str]:
    program = shutil.which("bwrap", path=search_path)
    found, reason = (None, "bwrap not found") if program is None else _probe(Path(program), view)
    if found is not None:
        return found, ""
    found, why = _probe_namespaces(view)
    return found, f"{reason}, {why}"


def _probe(program: Path, view: View) -> tuple[Sandbox | None, str]:
    """Start `true` inside once; containers often forbid a fresh /proc, so try without as well."""
    version = _run([str(program), "--version"]).stdout.decode(errors="replace").strip() or "bubblewrap"
    reason = ""
    for options in ((*_NEW_USER, *_NEW_PROC), _NEW_PROC, _NEW_USER, ()):
        sandbox = Sandbox(program, version, options, view)
        reason = _try(sandbox)
        if not reason:
            return sandbox, ""
    return None, f"{version} does not work here ({reason})"


def _probe_namespaces(view: View) -> tuple[Sandbox | None, str]:
    if not sys.platform.startswith("linux"):
        return None, "namespaces are Linux's"
    reason = ""
    for options in (_NEW_PROC, ()):
        sandbox = Sandbox(None, "user namespaces (bubblewrap is not there)", options, view)
        reason = _try(sandbox)
        if not reason:
            return sandbox, ""
    return None, f"user namespaces do not work here ({reason})"


def _try(sandbox: Sandbox) -> str:
    """Return why the sandbox does not start; "" where it does."""
    done = _run(sandbox.wrap(["true"], cwd=Path("/")))
    said = done.stderr.decode(errors="replace").strip().splitlines() or ["it does not start"]
    return "" if done.returncode == 0 else said[-1]


def _run(argv: list[str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            argv, capture_output=True, timeout=10, check=False, stdin=subprocess.DEVNULL, cwd="/"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(argv, 1, b"", str(error).encode())
