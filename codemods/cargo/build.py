"""One way to build a workspace (a configuration), and what all builds share: where, with which tools."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from codemods.cargo.process import Runner
from codemods.cargo.toolchain import Toolchain

TEMPORARY = "codemod-tmp"


@cache
def _no_wrapper() -> str:
    """Return a wrapper round rustc that does nothing, in place of the one that the user may have configured.

    A compiler cache needs a server or the network, which are not there in the cage. An empty name would do,
    but then cargo does not keep what rustc says of itself: three starts of rustc more in each build.
    """
    return shutil.which("env") or ""


@dataclass(frozen=True, slots=True)
class Features:
    """The features to build with, as cargo's options name them."""

    names: tuple[str, ...] = ()
    all: bool = False
    no_default: bool = False

    def arguments(self) -> list[str]:
        """Return them as cargo's options."""
        options = ["--features", ",".join(self.names)] if self.names else []
        options += ["--all-features"] if self.all else []
        return options + (["--no-default-features"] if self.no_default else [])


@dataclass(frozen=True, slots=True)
class Configuration:
    """One way to build: features, target and profile; `cargo check` builds tests and non-tests alike.

    `target` is a triple (None: the host's, without `--target`). `packages` limits it to these members
    (empty: all that the run is about).
    """

    features: Features = Features()
    target: str | None = None
    release: bool = False
    packages: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What a person calls it: "default", "all-features", "features:a,b@x86_64-pc-windows-gnu"."""
        names = "features:" + ",".join(self.features.names) if self.features.names else ""
        none = "no-default-features" if self.features.no_default else ""
        said = "all-features" if self.features.all else "+".join(part for part in (none, names) if part)
        target = f"@{self.target}" if self.target else ""
        members = f"({','.join(self.packages)})" if self.packages else ""
        return (said or "default") + ("+release" if self.release else "") + target + members

    def arguments(self) -> list[str]:
        """Return it as cargo's options, without the packages."""
        options = [*self.features.arguments(), *(["--release"] if self.release else [])]
        return options + (["--target", self.target] if self.target else [])


@dataclass(frozen=True, slots=True)
class Build:
    """How one workspace is built in a scratch checkout.

    `repository_root` is the root of the scratch checkout, `workspace_root` lies in it. `target_directory`
    is our own, kept between runs. `packages` limits what is built (empty: all members).
    `config` are cargo's `--config` arguments for files above the repository.
    """

    repository_root: Path
    workspace_root: Path
    target_directory: Path
    toolchain: Toolchain
    runner: Runner
    configuration: Configuration = Configuration()
    packages: tuple[str, ...] = ()
    config: tuple[str, ...] = ()

    def command(self, subcommand: str, *arguments: str, selected: bool = True) -> list[str]:
        """Return the cargo command line; `selected` adds the packages and the configuration."""
        names = self.configuration.packages or self.packages
        packages = [part for name in names for part in ("-p", name)] or ["--workspace"]
        selection = [*packages, *self.configuration.arguments()] if selected else []
        return [str(self.toolchain.cargo), subcommand, "--offline", *self.config, *selection, *arguments]

    def environment(self) -> dict[str, str]:
        """Return what is laid over the runner's environment for cargo."""
        return {
            **self.toolchain.environment(self.runner.environment.get("PATH", "")),
            "CARGO_TARGET_DIR": str(self.target_directory),
            "CARGO_BUILD_BUILD_DIR": str(self.target_directory),
            "CARGO_NET_OFFLINE": "true",
            "CARGO_TERM_COLOR": "never",
            "CARGO_TERM_PROGRESS_WHEN": "never",
            "CARGO_TERM_QUIET": "false",
            "CARGO_TERM_VERBOSE": "false",
            "RUSTC_WRAPPER": _no_wrapper(),
            "TMPDIR": str(self.temporary),
        }

    @property
    def temporary(self) -> Path:
        """The folder for temporary files; the system's is not writable in the cage."""
        return self.target_directory / TEMPORARY

    def writable(self, *more: Path) -> Sequence[Path]:
        """Return the folders that a build may write below, made where they are missing."""
        self.temporary.mkdir(parents=True, exist_ok=True)
        return (self.repository_root, self.target_directory, *more)
