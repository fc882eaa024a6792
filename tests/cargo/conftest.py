"""A place to run a real cargo in: checkout, target folder, wrapper and records."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from codemods.cargo.build import Build, Configuration, Features
from codemods.cargo.capture import install_wrapper
from codemods.cargo.check import CheckRequest
from codemods.cargo.metadata import Workspace, load_workspace
from codemods.cargo.process import Limits, Runner, allowed_environment
from codemods.cargo.sandbox import find_sandbox
from codemods.cargo.toolchain import Toolchain, find_toolchain


@dataclass(frozen=True)
class Bench:
    """A checkout with everything needed to build it."""

    root: Path
    toolchain: Toolchain
    runner: Runner
    request: CheckRequest

    @property
    def workspace(self) -> Workspace:
        return self.request.workspace

    @property
    def build(self) -> Build:
        return self.request.build

    def write(self, path: str, text: str | bytes) -> None:
        write_files(self.root, {path: text})

    def limited(self, **limits: float) -> CheckRequest:
        runner = replace(self.runner, limits=Limits(**limits))  # type: ignore[arg-type]
        return replace(self.request, build=replace(self.build, runner=runner))

    def with_features(self, features: Features) -> CheckRequest:
        return replace(self.request, build=replace(self.build, configuration=Configuration(features)))


def write_files(root: Path, files: Mapping[str, str | bytes]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


MakeBench = Callable[..., Bench]


@pytest.fixture(scope="module")
def make_bench(tmp_path_factory: pytest.TempPathFactory) -> MakeBench:
    """Return a function that lays out files as a checkout; `directory` is where the workspace is."""

    def make(files: Mapping[str, str | bytes], directory: str = ".") -> Bench:
        base = tmp_path_factory.mktemp("bench")
        root = base / "scratch"
        write_files(root, files)
        environment, _ = allowed_environment(os.environ)
        runner = Runner(environment, Limits(seconds=120), find_sandbox("auto")[0])
        toolchain = find_toolchain(root, environ=os.environ, repository_root=root)
        workspace = load_workspace(root / directory, repository_root=root, toolchain=toolchain, runner=runner)
        build = Build(root, workspace.root, base / "target", toolchain, runner)
        request = CheckRequest(build, workspace, install_wrapper(base / "cache"), base / "capture")
        return Bench(root, toolchain, runner, request)

    return make
