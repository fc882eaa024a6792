"""What of the tools is on this machine, and what each missing piece would add (`codemod doctor`)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from codemods.cargo.environment import allowed_environment
from codemods.cargo.limits import Limits
from codemods.cargo.sandbox import find_sandbox
from codemods.cargo.targets import installed_targets
from codemods.cargo.toolchain import Toolchain, cargo_home, installed_toolchains
from codemods.cargo.view import private_view


@dataclass(frozen=True, slots=True)
class Finding:
    """One tool. `detail` is its version or place, or why it is not there; `adds` what it is good for."""

    name: str
    is_present: bool
    detail: str
    adds: str


def probe(toolchain: Toolchain, environ: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return what is there for `toolchain`; starts a few short processes of ours, none of a workspace."""
    return (
        Finding("rustc", True, f"{toolchain.rustc_version} ({toolchain.name})", "every verification"),
        Finding("cargo", True, toolchain.cargo_version.removeprefix("cargo "), "every verification"),
        _program("git", environ, "the branch", "--version"),
        _sandbox(environ),
        _limits(),
        _component("rustfmt", toolchain, "keeps files formatted that were formatted before"),
        _component("rustdoc", toolchain, "checks examples in documentation"),
        _component("clippy-driver", toolchain, "compares clippy's lints", component="clippy"),
        _program("timeout", environ, "stops a single rustc that hangs", "--version"),
        _program("cargo-semver-checks", environ, "a second opinion on the public API", "--version"),
        _nightly(environ),
        _targets(toolchain),
        _bootstrap(environ),
    )


def _program(name: str, environ: Mapping[str, str], adds: str, question: str) -> Finding:
    extra = str(cargo_home(environ) / "bin")
    found = shutil.which(name, path=environ.get("PATH")) or shutil.which(name, path=extra)
    if found is None:
        return Finding(name, False, "not on PATH", adds)
    return Finding(name, True, _first_line([found, question]) or found, adds)


def _first_line(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=10, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = done.stdout.decode(errors="replace").splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else ""


def _sandbox(environ: Mapping[str, str]) -> Finding:
    view = private_view(environ, allowed_environment(environ)[0])
    found, line = find_sandbox("auto", environ.get("PATH"), view)
    return Finding("sandbox", found is not None, line, "keeps analysed code off the network and your files")


def _limits() -> Finding:
    is_linux = sys.platform.startswith("linux")
    detail = Limits().describe() if is_linux else "time, output and the memory of each single process"
    adds = "ends a tree of processes that takes too much"
    return Finding("limits", is_linux, detail, adds)


def _component(program: str, toolchain: Toolchain, adds: str, component: str = "") -> Finding:
    name = component or program
    path = toolchain.cargo.parent / program
    if path.exists():
        return Finding(name, True, str(path), adds)
    return Finding(name, False, _install(name, toolchain), adds)


def _install(component: str, toolchain: Toolchain) -> str:
    if toolchain.name == "system":
        return "not beside cargo"
    return f"rustup component add {component} --toolchain {toolchain.name}"


def _nightly(environ: Mapping[str, str]) -> Finding:
    names = [name for name in installed_toolchains(environ) if name.startswith("nightly")]
    detail = ", ".join(names) or "rustup toolchain install nightly"
    return Finding("nightly", bool(names), detail, "tries features that stable does not have yet")


def _targets(toolchain: Toolchain) -> Finding:
    names = installed_targets(toolchain)
    detail = ", ".join(names) or "no standard library found"
    return Finding("targets", bool(names), detail, "each one more verifies code for that platform")


def _bootstrap(environ: Mapping[str, str]) -> Finding:
    is_set = "RUSTC_BOOTSTRAP" in environ
    detail = "set: passed on to builds" if is_set else "not set, as it should be"
    return Finding("RUSTC_BOOTSTRAP", True, detail, "lets stable rustc take unstable options")
