"""The cage that cargo, rustc and tests of the analysed code run in: bubblewrap, where it works.

Inside it the whole file system is read-only but for the folders named by the caller, there is no
network and no other process is visible. The user's key files are hidden. Where no
cage can be had, the limits of time, output and environment in `process.py` hold all the same.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from codemods.errors import MachineError

SandboxMode = Literal["auto", "require", "off"]

# Folders and files below HOME that hold keys. Nothing a build needs is in them.
_SECRET_FOLDERS = (".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".config/gcloud", ".config/gh")
_SECRET_FILES = (".netrc", ".git-credentials", ".npmrc", ".pypirc")
_CARGO_SECRETS = ("credentials", "credentials.toml")
_NEW_PROC = ("--proc", "/proc")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Bubblewrap that was seen to work here. `proc` mounts a fresh /proc where that is allowed."""

    program: Path
    version: str
    proc: tuple[str, ...] = _NEW_PROC

    def describe(self) -> str:
        """Return one line for the ledger."""
        return f"{self.version}: no network, read-only outside scratch"

    def wrap(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        writable: Sequence[Path] = (),
        network: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> list[str]:
        """Return the command that runs `argv` inside; folders in `writable` must exist.

        `network` is for the one fetch step, which runs no code of the workspace: it keeps the
        network and sees the credentials that a private registry needs.
        """
        return [
            str(self.program),
            *("--ro-bind", "/", "/", "--dev", "/dev", *self.proc, "--die-with-parent", "--unshare-pid"),
            *([] if network else ["--unshare-net", *_hide_secrets(environment or {})]),
            *(part for path in writable for part in ("--bind", str(path), str(path))),
            *("--chdir", str(cwd), "--"),
            *argv,
        ]


def find_sandbox(mode: SandboxMode, search_path: str | None = None) -> tuple[Sandbox | None, str]:
    """Return the sandbox to use, and one line about it for the ledger.

    Raises:
        MachineError: `mode` is "require" and there is none that works.
    """
    if mode == "off":
        return None, "none: switched off"
    program = shutil.which("bwrap", path=search_path)
    if program is None:
        found, reason = None, "bwrap not found"
    else:
        found, reason = _probe(Path(program))
    if found is not None:
        return found, found.describe()
    if mode == "require":
        raise MachineError(
            f"no sandbox: {reason}",
            where="--sandbox require",
            hint="Install bubblewrap (package `bubblewrap`), or run with `--sandbox auto`.",
        )
    return None, f"none: {reason}"


def _probe(program: Path) -> tuple[Sandbox | None, str]:
    """Start `true` inside once; containers often forbid a fresh /proc, so try without as well."""
    version = _run([str(program), "--version"]).stdout.decode(errors="replace").strip() or "bubblewrap"
    reason = ""
    for proc in (_NEW_PROC, ()):
        sandbox = Sandbox(program, version, proc)
        done = _run(sandbox.wrap(["true"], cwd=Path("/")))
        if done.returncode == 0:
            return sandbox, ""
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["it does not start"]
        reason = f"{version} does not work here ({said[-1]})"
    return None, reason


def _run(argv: list[str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(argv, capture_output=True, timeout=10, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(argv, 1, b"", str(error).encode())


def _hide_secrets(environment: Mapping[str, str]) -> list[str]:
    home = Path(environment.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 - may not raise
    cargo_home = Path(environment.get("CARGO_HOME") or home / ".cargo")
    folders = [home / name for name in _SECRET_FOLDERS]
    files = [home / name for name in _SECRET_FILES] + [cargo_home / name for name in _CARGO_SECRETS]
    options: list[str] = []
    for folder in folders:
        if folder.is_dir():
            options += ["--tmpfs", str(folder)]
    for file in files:
        if file.is_file():
            options += ["--ro-bind", "/dev/null", str(file)]
    return options
