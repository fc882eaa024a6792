"""The one step that uses the network: `cargo fetch`, only when something is not there yet."""

from __future__ import annotations

from pathlib import Path

from codemods.cargo.build import Build
from codemods.cargo.manifest import MANIFEST
from codemods.cargo.metadata import cargo_error
from codemods.cargo.process import Completed, Runner
from codemods.cargo.report import CheckReport
from codemods.cargo.sources import repository_sources
from codemods.cargo.toolchain import cargo_home
from codemods.errors import MachineError

FETCHING = "cargo fetch"  # where the error of a download says that it happened
_SIGNS = (
    "--offline",
    "offline mode",
    "failed to download",
    "no matching package named",
    "failed to get `",
    "unable to update registry",
    "can't checkout from",
    "Read-only file system",  # a downloaded crate that is not unpacked yet
)


def needs_network(text: str) -> bool:
    """Whether cargo, run without the network, failed for want of it."""
    return any(sign in text for sign in _SIGNS)


def lacks_dependencies(report: CheckReport) -> bool:
    """Whether nothing was built because a dependency is not on this machine."""
    return not report.units and any(needs_network(found.rendered) for found in report.others)


def fetch_dependencies(build: Build, fetcher: Runner | None = None) -> None:
    """Download what the lock file names. It runs no code of the workspace, so it may use the network.

    `fetcher` is what starts it (absent: the build's runner).

    Raises:
        MachineError: it failed; nothing was changed.
    """
    done = run_with_network(build, ["fetch"], fetcher)
    if not done.succeeded:
        reason = "it took too long" if done.timed_out else cargo_error(done.stderr, build.repository_root)
        raise MachineError(
            f"the dependencies are not on this machine and cannot be downloaded: {reason}",
            where=FETCHING,
            hint="Run `cargo fetch` in the workspace, then try again. Nothing was changed.",
        )


def run_with_network(build: Build, arguments: list[str], fetcher: Runner | None = None) -> Completed:
    """Return how `cargo` with `arguments` ended, with the network and a writable cargo home."""
    runner = fetcher or build.runner
    home = cargo_home(runner.environment)
    home.mkdir(parents=True, exist_ok=True)
    sources = repository_sources(build.workspace_root, build.repository_root)
    manifest = str(build.workspace_root / MANIFEST)
    return runner.run(
        [build.toolchain.cargo, *arguments, "--manifest-path", manifest, *_own(build), *sources.arguments],
        # Away from the workspace: programs that its configuration names would have the network and the keys.
        cwd=Path("/"),
        extra={**build.environment(), "CARGO_NET_OFFLINE": "false", "RUSTC_WORKSPACE_WRAPPER": ""},
        writable=build.writable(Path(home)),
        network="anonymous" if sources.is_anonymous else "own",
        limit="silence",
    )


def _own(build: Build) -> list[str]:
    """Return the user's own configuration files, above the repository, as arguments."""
    files = [part for part in build.config if part != "--config"]
    own = [file for file in files if not Path(file).is_relative_to(build.repository_root)]
    return [part for file in own for part in ("--config", file)]
