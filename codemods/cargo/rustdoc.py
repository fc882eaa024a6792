"""The rustdoc commands for the examples and the public items of a library, from its captured rustc command.

Kept is what decides whether code compiles: cfg, dependencies, search paths, edition, target. Cargo
gives lints to rustc alone, so they do not apply to examples.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codemods.cargo.build import Build
from codemods.cargo.capture import codegen_option, option, source_argument
from codemods.cargo.replay import mover
from codemods.cargo.report import Unit

# Older ones may have them under other names; without, only `compile_fail` examples are judged less well.
_BUILD_ARGUMENTS_SINCE = (1, 95, 0)
_DOCUMENTED_CRATES = frozenset({"lib", "rlib", "dylib", "proc-macro"})
_KEPT = frozenset({"--cfg", "--check-cfg", "-L", "--target", "--cap-lints", "--sysroot", "-Z"})
_KEPT_CODEGEN = ("panic=", "target-cpu=", "target-feature=")


def documents(unit: Unit) -> bool:
    """Whether rustdoc tests the examples of this unit: only libraries have doc tests."""
    kinds = {kind for value in _options(unit.argv, "--crate-type") for kind in value.split(",")}
    return not unit.is_test and bool(kinds & _DOCUMENTED_CRATES)


@dataclass(frozen=True)
class Sources:
    """The unit's sources: at `root`, which stands for the repository where the unit was captured."""

    unit: Unit
    build: Build
    root: Path

    @property
    def cwd(self) -> Path:
        """Where rustc and rustdoc run."""
        return Path(self.moved(self.unit.cwd))

    @property
    def crate_root(self) -> str:
        """The library's first file, as seen from the root."""
        return self.relative(self.moved(source_argument(self.unit.argv)))

    def moved(self, text: str) -> str:
        """Return `text` with paths in the repository led to `root`."""
        original = self.build.repository_root
        if self.root == original:
            return text
        return mover(original, self.root, keep=self.build.target_directory)(text)

    def relative(self, path: str) -> str:
        """Return `path`, seen from the unit's working directory, as seen from the root."""
        full = os.path.normpath(self.cwd / path)
        inside = Path(full).is_relative_to(self.root)
        return Path(full).relative_to(self.root).as_posix() if inside else full

    def text(self, path: str) -> str | None:
        """Return the content of `path`, seen from the root."""
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None


def own_library(unit: Unit) -> Path | None:
    """Return what the unit wrote and examples link to: metadata, or a procedural macro."""
    folder = Path(unit.cwd, option(unit.argv, "--out-dir") or "")
    stem = f"lib{_crate_name(unit)}{codegen_option(unit.argv, 'extra-filename') or ''}"
    candidates = (folder / f"{stem}{suffix}" for suffix in (".rmeta", ".so", ".dylib"))
    return next((path for path in candidates if path.exists()), None)


def _crate_name(unit: Unit) -> str:
    return option(unit.argv, "--crate-name") or ""


def examples_command(
    sources: Sources,
    *,
    library: Path,
    test_unit: Unit | None,
    paths: Collection[str] | None,
) -> list[str]:
    """Return the command that compiles the examples in `paths` (all where `None`) and reports in JSON."""
    unit, build = sources.unit, sources.build
    name = _crate_name(unit)
    externs = [*_externs(unit), *(_externs(test_unit) if test_unit is not None else ())]
    arguments = ["--edition", unit.edition, "--crate-name", name, "--test", "--no-run", "-Zunstable-options"]
    arguments += [f"--crate-type={kind}" for kind in _options(unit.argv, "--crate-type")]
    arguments += _kept_arguments(unit.argv)
    arguments += [part for extern in dict.fromkeys(externs) for part in ("--extern", extern)]
    arguments += ["--extern", f"{name}={library}"]
    if build.toolchain.release >= _BUILD_ARGUMENTS_SINCE:
        # Without metadata-only, what should not compile would "fail" for want of linkable dependencies.
        arguments += ["--doctest-build-arg=--emit=metadata", "--merge-doctests=no"]
    arguments += ["--test-args", " ".join(["-Zunstable-options", "--format=json", *_filters(paths, sources)])]
    return [str(build.toolchain.rustdoc), *arguments, sources.moved(source_argument(unit.argv))]


def json_command(sources: Sources, folder: Path, *, everything: bool = False) -> list[str]:
    """Return the command that writes the library's public items into `folder`, as JSON; or all items."""
    unit = sources.unit
    arguments = ["--edition", unit.edition, "--crate-name", _crate_name(unit), "-Zunstable-options"]
    arguments += ["--output-format", "json", "--out-dir", str(folder), "--cap-lints", "allow"]
    arguments += ["--document-private-items", "--document-hidden-items"] if everything else []
    arguments += [f"--crate-type={kind}" for kind in _options(unit.argv, "--crate-type")]
    kept = _pairs(tuple(_kept_arguments(unit.argv)))
    arguments += [part for name, value in kept if name != "--cap-lints" for part in (name, value)]
    arguments += [part for extern in _externs(unit) for part in ("--extern", extern)]
    return [str(sources.build.toolchain.rustdoc), *arguments, sources.moved(source_argument(unit.argv))]


def examples_environment(sources: Sources) -> Mapping[str, str]:
    """Return what cargo gave to rustc, with the bootstrap variable, for rustdoc alone."""
    # Cargo's jobserver is gone: its file descriptors mean something else by now.
    gone = ("CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS")
    captured = {key: sources.moved(value) for key, value in sources.unit.environment if key not in gone}
    return {
        **captured,
        **dict.fromkeys(gone, ""),
        "RUSTC_BOOTSTRAP": "1",
        "TMPDIR": str(sources.build.temporary),
    }


def _filters(paths: Collection[str] | None, sources: Sources) -> list[str]:
    """Return words for the test filter: rustdoc splits at blanks and matches parts of names.

    They let more through than wanted (the verdicts are filtered again), never less.
    """
    if paths is None:
        return []
    wanted = {*paths, *_includers({path for path in paths if not path.endswith(".rs")}, sources)}
    return sorted({_filter(os.path.relpath(sources.root / path, sources.cwd)) for path in wanted})


def _filter(path: str) -> str:
    """Return what rustdoc's names for `path` surely hold: they may have `x/../` in front of the last part."""
    parts = PurePosixPath(path).parts
    kept = parts[-2:] if path.endswith(".rs") else parts[-1:]
    return "/".join(kept).split()[-1]


def _includers(pages: set[str], sources: Sources) -> Iterator[str]:
    """Yield the sources that mention one of `pages`: its examples are named after what includes it."""
    names = {PurePosixPath(page).name for page in pages}
    for path in sources.unit.files if names else ():
        text = sources.text(path) if path.endswith(".rs") else None
        if text is not None and any(name in text for name in names):
            yield path


def _kept_arguments(argv: tuple[str, ...]) -> Iterator[str]:
    """Yield the arguments of rustc that matter to what compiles, and that rustdoc knows."""
    for name, value in _pairs(argv):
        if name in _KEPT or (name == "-C" and value.startswith(_KEPT_CODEGEN)):
            yield from (name, value)


def _externs(unit: Unit) -> list[str]:
    return _options(unit.argv, "--extern")


def _options(argv: tuple[str, ...], wanted: str) -> list[str]:
    return [value for name, value in _pairs(argv) if name == wanted]


def _pairs(argv: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield options with values, however they are spelled: `--cfg x`, `--cfg=x`, `-Lx`, `-L x`."""
    valued = _KEPT | {"-C", "--extern", "--crate-type"}
    arguments = iter(argv)
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if argument in valued:
            yield argument, next(arguments, "")
        elif equals and name in valued:
            yield name, value
        elif argument[:2] in valued and len(argument) > 2:
            yield argument[:2], argument[2:]
