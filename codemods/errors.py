"""Errors that are raised on purpose, and the exit codes they end in.

Anything that is not a `CodemodError` is a bug of ours (exit code 70).
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a script may rely on; documented in `docs/exit-codes.md`."""

    DONE = 0
    FOUND = 1  # `scan --check`, `apply --dry-run --check`
    USAGE = 2  # the command or configuration is wrong, or there is nothing to work on
    BASELINE = 3  # the untouched commit does not build
    NOTHING_APPLIED = 4  # sites were found; none applied, at least one rejected or unverified
    BUG = 70
    MACHINE = 74  # disk, network
    INTERRUPTED = 130


class CodemodError(Exception):
    """Base of every error raised on purpose: what happened, where, and what to try next."""

    exit_code: ExitCode = ExitCode.USAGE
    hint: str | None = None

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        if hint is not None:
            self.hint = hint


class UsageError(CodemodError):
    """The command, its options or the configuration are wrong."""


class BaselineError(CodemodError):
    """The untouched commit does not build here."""

    exit_code = ExitCode.BASELINE


class MachineError(CodemodError):
    """The machine failed: no disk space, no network, a tool that is not there."""

    exit_code = ExitCode.MACHINE
