"""Repositories for the tests of this room, made by plain git with a known identity."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Run git as a user would; return what it prints."""
    command = ["git", "-c", "protocol.file.allow=always", *arguments]
    environment = {**os.environ, **IDENTITY}
    done = subprocess.run(command, cwd=folder, env=environment, input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return os.fsdecode(done.stdout).removesuffix("\n")


def make_repository(
    folder: Path, files: Mapping[str, bytes | str] | None = None, *, object_format: str = "sha1"
) -> Path:
    """Make a repository with one commit and a configured user; return its folder."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main", f"--object-format={object_format}")
    git(folder, "config", "user.name", "Ada")
    git(folder, "config", "user.email", "ada@example.org")
    write(folder, files if files is not None else {"src/lib.rs": "fn a() {}\n", "Cargo.toml": "[package]\n"})
    commit(folder)
    return folder


def write(folder: Path, files: Mapping[str, bytes | str]) -> None:
    """Write `files` below `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def commit(folder: Path, message: str = "commit") -> str:
    """Commit everything; return the hash."""
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def fingerprint(folder: Path) -> str:
    """Return a hash over every name, mode, link, byte and mtime below `folder`, `.git` included."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        digest.update(f"{path}\0{status.st_mode}\0{status.st_mtime_ns}\0".encode(errors="surrogateescape"))
        if path.is_symlink():
            digest.update(os.fsencode(path.readlink()))
        elif stat.S_ISREG(status.st_mode):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def arm_hooks(folder: Path, witness: Path) -> None:
    """Install every hook that git may run here; each leaves a line in `witness` and fails."""
    for name in (
        "pre-commit",
        "commit-msg",
        "prepare-commit-msg",
        "post-commit",
        "post-checkout",
        "post-index-change",
        "post-rewrite",
        "reference-transaction",
        "fsmonitor-watchman",
    ):
        hook = folder / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\necho {name} >> '{witness}'\nexit 1\n")
        hook.chmod(0o755)
    git(folder, "config", "core.fsmonitor", str(folder / ".git/hooks/fsmonitor-watchman"))
