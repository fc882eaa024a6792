"""What one build of a workspace showed: its units, and what went wrong outside of them."""

from __future__ import annotations

from dataclasses import dataclass

from codemods.cargo.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Unit:
    """One rustc invocation for one target of a member package: "url lib", "url lib (test)".

    `argv` begins with the rustc executable; `environment` and `cwd` are what cargo gave it.
    `files` are the sources it read, from rustc's dep-info, relative to the repository
    (absolute where they lie outside). `diagnostics` are its messages, in order.
    """

    id: str
    package: str
    target: str
    kind: str  # "lib", "bin", "test", "example", "bench", "custom-build", "proc-macro"
    is_test: bool
    edition: str
    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    cwd: str
    files: frozenset[str]
    succeeded: bool
    diagnostics: tuple[Diagnostic, ...]

    @property
    def name(self) -> str:
        """What a person calls it."""
        return f"{self.package} {self.kind} {self.target}" + (" (test)" if self.is_test else "")


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The outcome of one `cargo check`.

    `units` are those of member packages, built now or fresh from an earlier build.
    `others` are errors outside of them: dependencies, build scripts, cargo itself.
    `foreign_files` are sources of path dependencies that are no members: compiled, never
    edited. `capped_lints` says that lint errors were lowered to warnings to get through.
    """

    units: tuple[Unit, ...]
    others: tuple[Diagnostic, ...]
    foreign_files: frozenset[str]
    capped_lints: bool
    seconds: float

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Every error, of the units and outside."""
        return tuple(d for u in self.units for d in u.diagnostics if d.is_error) + self.others
