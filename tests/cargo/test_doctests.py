"""Doc examples of a small library are compiled by a real rustdoc against metadata alone."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from codemods.cargo.build import Build
from codemods.cargo.doctests import ExamplesReport, check_examples
from codemods.cargo.process import Completed, Runner, allowed_environment
from codemods.cargo.report import Unit
from codemods.cargo.rustdoc import documents
from codemods.cargo.toolchain import Toolchain, find_toolchain

LIB = """\
//! ```
//! assert_eq!(sample::one(), 1);
//! ```

#![doc = include_str!("../README.md")]
pub mod inner;

/// ```
/// let wrong: u8 = "";
/// ```
/// ```compile_fail
/// let right: u8 = 1;
/// ```
/// ```ignore
/// let x
/// ```
/// ```no_run
/// # fn f() -> Result<(), std::num::ParseIntError> {
/// let n: u8 = "1".parse()?; loop {}
/// # }
/// ```
pub fn one() -> u8 { 1 }

macro_rules! made { ($name:ident) => {
    /// ```
    /// let x = 1;
    /// ```
    pub fn $name() {}
} }
made!(two);
"""
INNER = """\
/// Text.
#[inline]
/// ```
/// #[cfg(feature = "extra")] let wrong: u8 = "";
/// dev::help();
/// ```
pub fn deep() {}
"""
README = (
    "# Sample\n\n```rust\nsample::one();\n```\n\n```text\nno code\n```\n\n```\nsample::not_there();\n```\n"
)


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    here = Path(__file__).parent
    return find_toolchain(here, environ=os.environ, repository_root=here)


class FakeRunner(Runner):
    """Answers every command with one result, and keeps what it was asked."""

    def __init__(self, completed: Completed) -> None:
        super().__init__({})
        object.__setattr__(self, "completed", completed)
        object.__setattr__(self, "asked", [])

    def run(self, argv, **options):  # type: ignore[no-untyped-def]
        self.asked.append((argv, options))  # type: ignore[attr-defined]
        return self.completed  # type: ignore[attr-defined]


def _build(root: Path, toolchain: Toolchain, runner: Runner | None = None) -> Build:
    target = root.parent / "target"
    target.mkdir(exist_ok=True)
    return Build(root, root, target, toolchain, runner or Runner(allowed_environment(os.environ)[0]))


def _unit(root: Path, *more: str, test: bool = False) -> Unit:
    out = root.parent / "target"
    argv = ["rustc", "--crate-name", "sample", "--edition=2018", "src/lib.rs", "--error-format=json"]
    argv += ["--test"] if test else ["--crate-type", "lib"]
    argv += ["--emit=dep-info,metadata", "-C", "extra-filename=-1f", "--out-dir", str(out), *more]
    return Unit(
        id="sample-1f",
        package="sample",
        target="sample",
        kind="lib",
        is_test=test,
        edition="2018",
        argv=tuple(argv),
        environment=(("CARGO_MAKEFLAGS", "-j --jobserver-fds=3,4"),),
        cwd=str(root),
        files=frozenset({"src/lib.rs", "src/inner.rs", "README.md"}),
        succeeded=True,
        diagnostics=(),
    )


def _write(root: Path) -> None:
    (root / "src").mkdir(parents=True)
    (root / "src" / "lib.rs").write_text(LIB)
    (root / "src" / "inner.rs").write_text(INNER)
    (root / "README.md").write_text(README)


def _rustc(toolchain: Toolchain, *arguments: str | Path, cwd: Path) -> None:
    subprocess.run([toolchain.rustc, *arguments], cwd=cwd, check=True, capture_output=True)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, toolchain: Toolchain) -> Path:
    """Return the root of the library, compiled as `cargo check` does: no object code anywhere."""
    root = tmp_path_factory.mktemp("examples") / "root"
    _write(root)
    target = _build(root, toolchain).target_directory
    (target / "dev.rs").write_text("pub fn help() {}")
    metadata = ("--crate-type=lib", "--emit=metadata", "--out-dir", target)
    _rustc(toolchain, target / "dev.rs", *metadata, cwd=root)
    unit = _unit(root)
    _rustc(toolchain, *[a for a in unit.argv[1:] if a != "--error-format=json"], cwd=root)
    return root


def _statuses(report: ExamplesReport) -> dict[tuple[str, int], str]:
    assert report.reason is None
    return {(verdict.path, verdict.line): verdict.status for verdict in report.verdicts}


@pytest.mark.cargo
def test_each_example_has_a_verdict_at_its_own_place(sample: Path, toolchain: Toolchain) -> None:
    dev = _unit(sample, "--extern", f"dev={sample.parent / 'target' / 'libdev.rmeta'}", test=True)

    report = check_examples(_unit(sample), _build(sample, toolchain), test_unit=dev)

    assert _statuses(report) == {
        ("README.md", 3): "passed",
        ("README.md", 11): "failed",
        ("src/inner.rs", 3): "passed",
        ("src/lib.rs", 0): "passed",
        ("src/lib.rs", 1): "passed",
        ("src/lib.rs", 8): "failed",
        ("src/lib.rs", 11): "failed",
        ("src/lib.rs", 14): "ignored",
        ("src/lib.rs", 17): "passed",
    }
    messages = {(verdict.path, verdict.line): verdict.message for verdict in report.verdicts}
    assert "E0308" in messages["src/lib.rs", 8]
    assert "E0425" in messages["README.md", 11]
    assert not messages["src/lib.rs", 1]


@pytest.mark.cargo
def test_only_examples_of_the_wanted_files_are_compiled(sample: Path, toolchain: Toolchain) -> None:
    build = _build(sample, toolchain)

    inner = check_examples(_unit(sample, "--cfg", 'feature="extra"'), build, paths={"src/inner.rs"})
    page = check_examples(_unit(sample), build, paths={"README.md"})

    assert _statuses(inner) == {("src/inner.rs", 3): "failed"}
    assert _statuses(page) == {("README.md", 3): "passed", ("README.md", 11): "failed"}


@pytest.mark.cargo
def test_a_shadow_copy_is_read_in_its_place(sample: Path, toolchain: Toolchain, tmp_path: Path) -> None:
    shadow = tmp_path / "shadow"
    _write(shadow)
    (shadow / "src" / "lib.rs").write_text(LIB.replace('u8 = ""', "u8 = 2"))

    report = check_examples(_unit(sample), _build(sample, toolchain), root=shadow, paths={"src/lib.rs"})

    assert _statuses(report)["src/lib.rs", 8] == "passed"


@pytest.mark.cargo
def test_a_library_that_rustdoc_cannot_read_is_a_reason(
    sample: Path, toolchain: Toolchain, tmp_path: Path
) -> None:
    shadow = tmp_path / "shadow"
    _write(shadow)
    (shadow / "src" / "inner.rs").write_text("fn (")

    report = check_examples(_unit(sample), _build(sample, toolchain), root=shadow)

    assert report.verdicts == ()
    assert report.reason is not None and report.reason.startswith("rustdoc failed: error")


def test_a_test_harness_and_a_binary_have_no_examples(tmp_path: Path, toolchain: Toolchain) -> None:
    harness = _unit(tmp_path, test=True)
    binary = replace(harness, is_test=False, argv=("rustc", "--crate-name", "x", "--crate-type", "bin"))

    assert [documents(unit) for unit in (_unit(tmp_path), harness, binary)] == [True, False, False]
    assert check_examples(binary, _build(tmp_path, toolchain)).reason is not None


def test_a_rustdoc_without_the_option_is_a_reason(tmp_path: Path, toolchain: Toolchain) -> None:
    verbose = "rustc 1.40.0\nrelease: 1.40.0\nhost: x86_64-unknown-linux-gnu\n"
    old = replace(toolchain, rustc_verbose=verbose)

    report = check_examples(_unit(tmp_path), _build(tmp_path, old), library=tmp_path)

    assert report.reason == "rustdoc 1.40.0 cannot compile examples alone; 1.50.0 can"


def test_no_bootstrap_and_no_metadata_are_reasons(tmp_path: Path, toolchain: Toolchain) -> None:
    build = _build(tmp_path, toolchain)

    strict = check_examples(_unit(tmp_path), build, library=tmp_path, bootstrap=False)
    missing = check_examples(_unit(tmp_path), build)

    assert strict.reason is not None and "unstable" in strict.reason
    assert missing.reason is not None and "metadata is not there" in missing.reason


def _answer(*lines: str, timed_out: bool = False, stderr: bytes = b"") -> FakeRunner:
    return FakeRunner(Completed(101, "\n".join(lines).encode(), stderr, 7.0, timed_out))


SUITE = '{"type": "suite", "event": "started", "test_count": 1}'
STARTED = '{"type": "test", "event": "started", "name": "src/lib.rs - (line 1)"}'


def test_an_example_that_never_ended_failed(tmp_path: Path, toolchain: Toolchain) -> None:
    _write(tmp_path / "root")
    runner = _answer(SUITE, STARTED, '{"type": "te', timed_out=True)

    report = check_examples(
        _unit(tmp_path / "root"), _build(tmp_path / "root", toolchain, runner), library=tmp_path
    )

    assert _statuses(report) == {("src/lib.rs", 1): "failed"}
    assert report.verdicts[0].message == "rustdoc was stopped after 7 s"


def test_what_rustdoc_is_asked(tmp_path: Path, toolchain: Toolchain) -> None:
    root = tmp_path / "root"
    _write(root)
    flags = ("--cfg", "a", "--cfg=b", "-Lnative=x", "-C", "opt-level=3", "-Cpanic=abort", "-W", "unused")
    externs = ("--extern", "x=/x.rmeta", "--force-warn=deprecated", "-C", "incremental=/i")
    runner = _answer(SUITE)

    check_examples(_unit(root, *flags, *externs), _build(root, toolchain, runner), library=Path("/own.rmeta"))

    [(argv, options)] = runner.asked  # type: ignore[attr-defined]
    text = " ".join(argv)
    assert "--cfg a --cfg b -L native=x -C panic=abort --extern x=/x.rmeta --extern sample=/own.rmeta" in text
    assert not any(
        word in text for word in ("opt-level", "unused", "force-warn", "incremental", "--emit=dep")
    )
    assert options["extra"]["RUSTC_BOOTSTRAP"] == "1"
    assert options["extra"]["CARGO_MAKEFLAGS"] == ""
