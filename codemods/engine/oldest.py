"""Compile the result with the oldest Rust that it is to support, where that is named and installed.

New dependencies may need a newer Rust than the code does. `--msrv 1.70` with a toolchain of that name shows
it; the untouched tree is built so too, for what fails there is not the changes' fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.cargo.check import CheckRequest, check_workspace
from codemods.cargo.report import CheckReport
from codemods.cargo.toolchain import Toolchain, find_toolchain
from codemods.engine.overlay import Chosen, Overlay
from codemods.engine.verify import lost_units
from codemods.errors import CodemodError

if TYPE_CHECKING:
    from codemods.engine.workbench import Workbench

CODE = "msrv-fails"


class OldestStep:
    """Builds trees with the toolchain that `--msrv` names."""

    def __init__(self, bench: Workbench, base: Overlay) -> None:
        self._bench = bench
        self._base = base

    def objection(self, chosen: Sequence[Chosen], overlay: Overlay) -> str | None:
        """Return what no longer builds with the oldest Rust in the tree of `chosen`; None where all does.

        Nothing is built where no change edits a dependency, or where no such toolchain is installed.
        """
        version = self._bench.request.msrv
        if version is None or not any(choice.form.dependencies for choice in chosen):
            return None
        toolchain = self._toolchain(version)
        if toolchain is None:
            self._bench.note(f"not compiled with Rust {version}: no toolchain of that name is installed")
            return None
        before, after = (self._built(toolchain, tree) for tree in (self._base, overlay))
        if not any(unit.succeeded for unit in before.units):
            self._bench.note(
                f"the untouched code does not build with Rust {version}, so nothing is said of it"
            )
            return None
        lost = lost_units(before, after)
        if not lost:
            self._bench.note(f"compiled with Rust {version}, too: all that built before builds")
            return None
        error = next((found for found in after.errors), None)
        told = (error.rendered or error.message).strip() if error else "without a message"
        return f"with Rust {version} {lost[0].name} no longer builds:\n{told}"

    def _toolchain(self, version: str) -> Toolchain | None:
        request, repository = self._bench.request, self._bench.repository
        try:
            return find_toolchain(
                Path(request.directory).resolve(),
                environ=request.environment,
                repository_root=repository.root,
                scratch_root=self._bench.scratch.root,
                override=version,
            )
        except CodemodError:
            return None

    def _built(self, toolchain: Toolchain, overlay: Overlay) -> CheckReport:
        builder = self._bench.builder
        key = builder.key("oldest-build", overlay, toolchain.rustc_verbose)
        return builder.remember(key, CheckReport, lambda: self._build(toolchain, overlay))

    def _build(self, toolchain: Toolchain, overlay: Overlay) -> CheckReport:
        builder = self._bench.builder
        builder.lay_out(overlay)
        self._bench.listener.phase("verify", f"with Rust {toolchain.rustc_version}")
        target = builder.build.target_directory.with_name("target-oldest")
        report = check_workspace(
            CheckRequest(
                build=replace(builder.build, toolchain=toolchain, target_directory=target),
                workspace=builder.workspace,
                wrapper=builder.wrapper,
                capture=target / "codemod-capture",
                cap_lints=True,
                next_wrapper=builder.next_wrapper,
            )
        )
        name = builder.build.configuration.id  # by which units with other dependencies are found again
        return replace(report, units=tuple(replace(unit, configurations=(name,)) for unit in report.units))
