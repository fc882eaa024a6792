"""Starting git: with a clean environment, no hooks, no prompts, no optional locks, no locale.

git is started directly. GitPython hands its caller's whole environment to git and cannot
take a variable away, so inside a hook (`GIT_DIR`, `GIT_INDEX_FILE` are set there) it would
work on the wrong repository or index; its import also costs more CPU than all of our calls.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from codemods.errors import CodemodError, MachineError
from codemods.vcs.disk import FULL_HINT, says_full

# What `git rev-parse --local-env-vars` names, without the `GIT_CONFIG_*` that carry a
# user's own settings (`safe.directory` on build servers): these choose a repository.
_CHOOSES_A_REPOSITORY = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_OBJECT_DIRECTORY",
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_GRAFT_FILE",
        "GIT_INDEX_FILE",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_REPLACE_REF_BASE",
        "GIT_PREFIX",
        "GIT_SHALLOW_FILE",
        "GIT_COMMON_DIR",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_NAMESPACE",
        "GIT_QUARANTINE_PATH",
        "GIT_DEFAULT_HASH",
        "GIT_TEMPLATE_DIR",
        "GIT_EXTERNAL_DIFF",
        "GIT_DIFF_OPTS",
        "GIT_ATTR_SOURCE",
        "GIT_ICASE_PATHSPECS",
        "GIT_GLOB_PATHSPECS",
        "GIT_NOGLOB_PATHSPECS",
    }
)

_ALWAYS = {
    "GIT_OPTIONAL_LOCKS": "0",  # reading must not refresh the user's index
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone must not start to download
    "GIT_NO_REPLACE_OBJECTS": "1",  # a commit is what its hash says
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_EDITOR": ":",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
    "LANGUAGE": "C",
}

# `/dev/null` as hooks folder also silences `reference-transaction`, which plumbing would run.
_OPTIONS = tuple(
    word
    for setting in (
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "core.quotePath=false",
        "commit.gpgSign=false",
        "gc.auto=0",
        "maintenance.auto=false",
        "advice.graftFileDeprecated=false",
    )
    for word in ("-c", setting)
)

# For git directories of our own: whatever the user configured (autocrlf, filters) stays out.
ISOLATED = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_COUNT": "0",
    "GIT_CONFIG_PARAMETERS": "",  # of a `git -c … codemod`
}

_LINES_SHOWN = 3


class GitError(CodemodError):
    """git refused; the message is git's own."""

    def __init__(self, arguments: tuple[str, ...], status: int, stderr: str) -> None:
        command = next((word for word in arguments if not word.startswith("-")), "git")
        super().__init__(f"git {command} failed ({status}): {shortened(stderr)}")
        self.arguments = arguments
        self.status = status
        self.stderr = stderr


@dataclass(frozen=True, slots=True)
class Output:
    """How one git command ended. `stderr` is for people."""

    status: int
    stdout: bytes
    stderr: str


@dataclass(frozen=True, slots=True)
class Git:
    """git, started in `directory` with `options` before every command.

    A `shielded` one is in a session of its own: what kills our whole group, or a Ctrl-C, lets it finish.
    """

    directory: Path
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    shielded: bool = False

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Return what the command prints.

        Raises:
            GitError: it failed.
            MachineError: git is not installed, or the disk is full.
        """
        output = self.attempt(*arguments, stdin=stdin)
        if output.status != 0:
            raise GitError(arguments, output.status, output.stderr)
        return output.stdout

    def text(self, *arguments: str) -> str:
        """Return what the command prints, without the newline at its end."""
        return os.fsdecode(self.run(*arguments).removesuffix(b"\n"))

    def attempt(self, *arguments: str, stdin: bytes = b"") -> Output:
        """Return how the command ended, whatever its status.

        Raises:
            MachineError: git is not installed, or the disk is full.
        """
        with self.start(*arguments) as process:
            stdout, stderr = process.communicate(stdin)
        output = Output(process.returncode, stdout, os.fsdecode(stderr))
        if output.status != 0 and says_full(output.stderr):
            raise MachineError(
                f"git could not write: {shortened(output.stderr)}",
                where=str(self.directory),
                hint=FULL_HINT,
            )
        return output

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Return the running command; the caller talks to it and waits for it."""
        try:
            return subprocess.Popen(
                ["git", *_OPTIONS, *self.options, *arguments],
                cwd=self.directory,
                env=clean_environment(self.environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=self.shielded,
            )
        except FileNotFoundError as error:
            if not self.directory.is_dir():
                raise MachineError("the directory is gone", where=str(self.directory)) from error
            raise MachineError(
                "git is not installed, or not on the PATH", hint="Install git 2.31 or newer."
            ) from error


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for git: the user's, without what would choose another repository."""
    kept = {name: value for name, value in os.environ.items() if name not in _CHOOSES_A_REPOSITORY}
    return {**kept, **_ALWAYS, **extra}


def shortened(stderr: str) -> str:
    """Return the first lines of what git said; it may name thousands of files."""
    lines = stderr.strip().splitlines() or ["without a message"]
    more = [f"and {len(lines) - _LINES_SHOWN} more lines"] if len(lines) > _LINES_SHOWN else []
    return "\n".join([*lines[:_LINES_SHOWN], *more])


def nul_joined(items: Iterable[str]) -> bytes:
    """Return `items` as the NUL-terminated list that git's `-z` commands read."""
    return b"".join(os.fsencode(item) + b"\0" for item in items)


def nul_split(output: bytes) -> list[str]:
    """Return the items of a NUL-terminated list."""
    return [os.fsdecode(item) for item in output.split(b"\0")[:-1]]
