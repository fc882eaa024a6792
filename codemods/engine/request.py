"""What a run is asked to do. Everything it depends on is in here; it reads no global state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from codemods.engine.document import RunDocument
from codemods.errors import ExitCode


class CommitPer(StrEnum):
    """How the branch is cut into commits; a change is never split."""

    RUN = "run"
    PACKAGE = "package"
    FILE = "file"


class ApiPolicy(StrEnum):
    """What becomes of changes that alter the public API of a library."""

    ALLOW = "allow"  # nobody looks
    REPORT = "report"
    KEEP = "keep"  # they are rejected


class SandboxMode(StrEnum):
    """Whether the analysed code must run in a sandbox."""

    AUTO = "auto"
    REQUIRE = "require"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the tool keeps its own things; never inside the user's repository."""

    cache: Path  # scratch checkouts, target directories, steps: may be emptied at any time
    state: Path  # ledgers, resolved lock files, trusted recipes

    @property
    def steps(self) -> Path:
        """The step store's file."""
        return self.cache / "steps.sqlite"

    @property
    def trust(self) -> Path:
        """The content hashes of the workspace recipes that the user trusts."""
        return self.state / "trusted-recipes.json"


@dataclass(frozen=True, slots=True)
class Request:
    """One call of the engine: which repository, which recipes, and every option.

    `environment` is the caller's environment; an allow-listed part of it reaches the
    analysed code. `settings` are `RECIPE.KEY=VALUE` pairs.
    """

    directory: Path
    recipes: tuple[str, ...]
    folders: Folders
    environment: Mapping[str, str]
    dry_run: bool = False
    branch: str | None = None
    test: bool = False
    run: tuple[str, ...] = ()  # commands whose output is compared; from the user alone
    prove: bool | None = None  # None: where the recipe claims that nothing changes
    features: tuple[str, ...] = ()
    all_features: bool = False
    targets: tuple[str, ...] = ()  # triples to build for, beside the host
    max_configurations: int = 8
    include_unverified: bool = False
    timeout: float = 300.0
    limits: tuple[str, ...] = ()  # `NAME=VALUE`: see `cargo.limits`
    toolchain: str | None = None
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    msrv: str | None = None
    commit_per: CommitPer = CommitPer.PACKAGE
    api: ApiPolicy = ApiPolicy.REPORT
    sandbox: SandboxMode = SandboxMode.AUTO
    pass_environment: tuple[str, ...] = ()
    strict_stable: bool = False
    trust_recipes: bool = False
    configured: frozenset[str] = frozenset()  # the settings that stand in a file, for whatever recipe runs
    configuration_hash: str | None = None  # of the workspace's `codemod.toml`


@dataclass(frozen=True, slots=True)
class Result:
    """What a run came to: the document, and the exit code that says it in short."""

    document: RunDocument
    exit_code: ExitCode
