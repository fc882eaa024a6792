"""Put together what one cargo run printed with the records of its rustc processes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codemods.cargo.capture import TIMED_OUT, Record, read_records
from codemods.cargo.depinfo import read_depinfo
from codemods.cargo.diagnostics import Diagnostic
from codemods.cargo.messages import PathMap, is_diagnostic, read_diagnostic, read_messages
from codemods.cargo.metadata import Package, Target, Workspace, target_kind
from codemods.cargo.process import Completed, Limits
from codemods.cargo.report import CheckReport, Unit
from codemods.cargo.stderr import CargoErrors, errors_of_cargo, started_packages

CAP_LINTS = "--cap-lints=warn"
STOPPED = "stopped by a limit"


@dataclass(frozen=True, slots=True)
class _Artifact:
    """A unit that cargo calls done, built now or before."""

    manifest: str
    target: str
    kind: str
    source: str
    is_test: bool
    filenames: tuple[str, ...]
    is_local: bool


class Outcome:
    """One cargo run with the records it left, put together."""

    def __init__(
        self, workspace: Workspace, capture: Path, limits: Limits, run: str, done: Completed
    ) -> None:
        self._workspace_root = str(workspace.root)
        self._limits = limits
        self._run = run
        self._done = done
        self._root = str(workspace.repository_root)
        self._packages = {
            os.path.join(self._root, package.manifest): package  # noqa: PTH118 - text, compared
            for package in workspace.members
        }
        self._records = list(read_records(capture))
        self._messages = list(_messages(done.stdout))
        self._artifacts = [_read_artifact(m) for m in self._messages if m["reason"] == "compiler-artifact"]

    @property
    def packages_without_record(self) -> frozenset[str]:
        """Names of members that cargo finds fresh, and whose messages we do not have."""
        return frozenset(
            self._packages[artifact.manifest].name
            for artifact in self._artifacts
            if artifact.manifest in self._packages and self._record(artifact) is None
        )

    def report(self, seconds: float) -> CheckReport:
        """Return the report."""
        # Cargo ends its jobs in any order; a report is the same each time.
        units = tuple(sorted(self._units(), key=lambda unit: (unit.name, unit.id)))
        return CheckReport(
            units=units,
            others=tuple(self._others(units)),
            foreign_files=frozenset(self._foreign_files()),
            capped_lints=any(CAP_LINTS in unit.argv for unit in units),
            seconds=seconds,
        )

    def _units(self) -> Iterator[Unit]:
        shown: set[str] = set()
        for artifact in self._artifacts:
            package = self._packages.get(artifact.manifest)
            record = self._record(artifact) if package is not None else None
            if package is not None and record is not None and record.id not in shown:
                shown.add(record.id)
                yield self._unit(record, package, artifact.target, artifact.kind, artifact.is_test)
        for record in self._records:
            if record.run == self._run and record.id not in shown and record.status != 0:
                owner = self._owner(record)
                if owner is not None:
                    package, target = owner
                    yield self._unit(record, package, target.name, target.kind, record.is_test)

    def _unit(self, record: Record, package: Package, target: str, kind: str, is_test: bool) -> Unit:
        paths = PathMap(self._root, record.cwd)
        diagnostics = read_messages(record.stderr, paths)
        diagnostics += _failure(record, diagnostics, self._limits.seconds)
        return Unit(
            id=record.id,
            package=package.name,
            target=target,
            kind=kind,
            is_test=is_test,
            edition=record.edition,
            argv=record.argv,
            environment=record.environment,
            cwd=record.cwd,
            files=frozenset(_unit_files(record, diagnostics, paths)),
            succeeded=record.status == 0,
            diagnostics=diagnostics,
        )

    def _record(self, artifact: _Artifact) -> Record | None:
        """Return the record of the artifact: the one of this run, else the one named in its files."""
        fitting = [record for record in self._records if self._fits(record, artifact)]
        named = [r for r in fitting if any(_hash(r) in name for name in artifact.filenames)]
        now = [record for record in fitting if record.run == self._run]
        return next(iter([*named, *now, *(fitting if len(fitting) == 1 else [])]), None)

    def _fits(self, record: Record, artifact: _Artifact) -> bool:
        return (
            record.status == 0
            and record.is_test == artifact.is_test
            and record.crate_name == artifact.target.replace("-", "_")
            and os.path.join(record.cwd, record.source) == artifact.source  # noqa: PTH118
        )

    def _owner(self, record: Record) -> tuple[Package, Target] | None:
        """Return whose unit it is: by the manifest's folder, the crate's name and root file."""
        package = self._packages.get(os.path.join(record.manifest_directory, "Cargo.toml"))  # noqa: PTH118
        if package is None:
            return None
        source = PathMap(self._root, record.cwd)(record.source)
        kinds = _kinds(record)
        for target in package.targets:
            fits = target.crate_name == record.crate_name and str(target.path) == source
            if fits and (record.is_test or target.kind in kinds):
                return package, target
        return None

    def _others(self, units: Sequence[Unit]) -> Iterator[Diagnostic]:
        done = self._done
        if done.broke is not None and not done.timed_out:
            # First, because what cargo says of it is only what came of it.
            running = f"; being built: {self._running()}" if done.returncode < 0 else ""
            yield _error(f"{STOPPED}: {done.broke}{running}")
        paths = PathMap(self._root, self._workspace_root)
        for message in self._messages:
            if message["reason"] == "compiler-message" and message["manifest_path"] not in self._packages:
                inner = message["message"]
                if is_diagnostic(inner) and inner["level"].startswith("error"):
                    yield read_diagnostic(inner, paths)
        cargo = CargoErrors(done.stderr, self._root)
        if done.returncode != 0:  # that decides; cargo has its own errors for people only
            yield from errors_of_cargo(cargo)
        if done.timed_out:
            waited = f"nothing happened for {self._limits.seconds:g} s"  # as given: cargo's own is longer
            yield _error(f"{waited}; being built: {self._running()}")
        elif (
            done.broke is None
            and done.returncode != 0
            and not cargo.blocks
            and all(unit.succeeded for unit in units)
        ):
            yield _error(f"cargo check failed with code {done.returncode}", cargo.text)

    def _running(self) -> str:
        running = [r.crate_name for r in self._records if r.run == self._run and r.status is None]
        finished = {artifact.target.replace("-", "_") for artifact in self._artifacts}
        started = [
            name for name in started_packages(self._done.stderr) if name.replace("-", "_") not in finished
        ]
        names = ", ".join(f"`{name}`" for name in dict.fromkeys([*running, *started]))
        return names or "nothing yet"

    def _foreign_files(self) -> Iterator[str]:
        for artifact in self._artifacts:
            if artifact.is_local and artifact.manifest not in self._packages:
                paths = PathMap(self._root, os.path.dirname(artifact.manifest))  # noqa: PTH120
                yield paths(artifact.source)
                for depinfo in _depinfo_beside(artifact.filenames):
                    yield from (paths(path) for path in read_depinfo(depinfo.read_bytes()))


def _messages(stdout: bytes) -> Iterator[dict[str, Any]]:
    for line in stdout.split(b"\n"):
        if line.startswith(b'{"reason":"compiler-'):
            try:
                yield json.loads(line)
            except ValueError:
                continue  # the last line of a cargo that was killed


def _read_artifact(message: dict[str, Any]) -> _Artifact:
    target = message["target"]
    return _Artifact(
        manifest=message["manifest_path"],
        target=target["name"],
        kind=target_kind(target["kind"]),
        source=target["src_path"],
        is_test=message["profile"]["test"],
        filenames=tuple(message["filenames"]),
        is_local="path+file:" in message["package_id"],
    )


def _hash(record: Record) -> str:
    return record.id[len(record.crate_name) :] or "\0"


def _kinds(record: Record) -> frozenset[str]:
    """Return the kinds that a unit with this command line may be."""
    types = [b for a, b in zip(record.argv, record.argv[1:], strict=False) if a == "--crate-type"]
    types += [a.partition("=")[2] for a in record.argv if a.startswith("--crate-type=")]
    if "proc-macro" in types:
        return frozenset({"proc-macro"})
    return frozenset({"bin", "custom-build", "example"} if types == ["bin"] else {"lib", "example"})


def _failure(record: Record, diagnostics: tuple[Diagnostic, ...], seconds: float) -> tuple[Diagnostic, ...]:
    """Return a diagnostic for a rustc that failed and did not say why."""
    if record.status == TIMED_OUT:
        return (_error(f"rustc took longer than {seconds:g} s"),)
    if record.status is None:
        return (_error("rustc was stopped before it ended"),)
    if record.status != 0 and not any(diagnostic.is_error for diagnostic in diagnostics):
        text = record.stderr.decode(errors="replace")
        return (_error(f"rustc failed with code {record.status}", text),)
    return ()


def _error(message: str, rendered: str = "") -> Diagnostic:
    return Diagnostic("error", None, message, (), (), rendered or f"error: {message}")


def _unit_files(record: Record, diagnostics: tuple[Diagnostic, ...], paths: PathMap) -> Iterator[str]:
    """Yield the files the unit read. After a parse error rustc writes no list: then the list
    of the build before stands, with the files of the messages."""
    yield paths(record.source)
    depinfo = record.depinfo
    is_current = False
    if depinfo is not None and depinfo.exists():
        is_current = depinfo.stat().st_mtime >= record.started
        yield from (paths(path) for path in read_depinfo(depinfo.read_bytes()))
    if not is_current:
        yield from (place.path for found in diagnostics for place in found.places)


def _depinfo_beside(filenames: Sequence[str]) -> Iterator[Path]:
    for name in filenames:
        path = Path(name)
        plain = path.with_name(path.name.removeprefix("lib")).with_suffix(".d")
        if plain.exists():
            yield plain
