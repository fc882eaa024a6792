"""Run the rustc of one unit again with some files changed, in a shadow copy, without cargo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from codemods.cargo.replay import Replayed, replay_unit
from codemods.cargo.report import Unit
from codemods.engine.workbench import Workbench
from codemods.errors import BaselineError


def replay_changed(
    bench: Workbench,
    unit: Unit,
    files: Mapping[str, bytes],
    *,
    extra: tuple[str, ...] = (),
    environment: dict[str, str] | None = None,
    output_bytes: int | None = None,
    emit: str = "metadata",
) -> Replayed:
    """Return what rustc says of `unit` with `files` (content by path) in place of those in scratch.

    `extra` follows rustc's own arguments; `environment` is laid over that of the unit; `output_bytes`
    is the limit of its output where it is expected to be large.

    Raises:
        BaselineError: rustc ran into the time limit.
    """
    build = bench.builder.build
    runner = build.runner
    if output_bytes is not None:
        runner = replace(runner, limits=replace(runner.limits, output_bytes=output_bytes))
    bench.builder.compiles += 1
    with TemporaryDirectory(prefix="codemod-shadow-", dir=bench.scratch.writable.parent) as folder:
        shadow = Path(folder)
        _lay_out_shadow(shadow, bench.scratch.root, unit.files, files)
        replayed = replay_unit(
            unit,
            runner,
            scratch_root=bench.scratch.root,
            shadow_root=shadow,
            target_directory=build.target_directory,
            extra=extra,
            environment=environment,
            emit=emit,
        )
    if replayed.timed_out:
        raise BaselineError(
            f"rustc took longer than {build.runner.limits.seconds:g} s on a copy of {unit.name}",
            hint="Give it more time with --timeout SECONDS.",
        )
    return replace(replayed, root=str(shadow))


def _lay_out_shadow(shadow: Path, root: Path, files: Iterable[str], changed: Mapping[str, bytes]) -> None:
    """Make `shadow` look like `root` for one unit: links to the files it reads, the changed ones in place.

    What else lies beside them is linked, too: a procedural macro may read it.
    """
    for name in sorted({*files, *changed}):
        if PurePosixPath(name).is_absolute():
            continue
        place = shadow / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if name in changed:
            place.write_bytes(changed[name])
        else:
            place.symlink_to(root / name)
    _link_the_rest(shadow, root)


def _link_the_rest(shadow: Path, root: Path) -> None:
    folders = [place for place in shadow.rglob("*") if place.is_dir() and not place.is_symlink()]
    for folder in (shadow, *folders):
        original = root / folder.relative_to(shadow)
        for entry in original.iterdir() if original.is_dir() else ():
            place = folder / entry.name
            if entry.name != ".git" and not place.exists() and not place.is_symlink():
                place.symlink_to(entry)
