"""Measure one crate: what is there, what codemod makes of it, and what other tools make of it."""

from __future__ import annotations

import shutil
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tools import ours
from tools.builds import Check, Place, Tests, check, test
from tools.crates import Crate, changed_lines, fresh_clone, repository, rust_files
from tools.peers import PeerResult, Setting, Tool, converted_places, measure_peer, unreported
from tools.processes import must, run
from tools.tokens import doc_try_count, line_and_column, try_sites


@dataclass(frozen=True, slots=True)
class Options:
    """What a run of the corpus measures besides codemod itself."""

    cache: Path
    tests: bool
    peers: dict[str, Tool]


@dataclass(frozen=True, slots=True)
class Before:
    """What the untouched crate holds, counted without codemod."""

    reported: int  # uses of std's macro, from rustc's own deprecation report
    in_code: int  # `try!` counted by the lexer outside comments and literals
    in_docs: int  # the same in doc examples
    seconds: float  # the baseline check


@dataclass(frozen=True, slots=True)
class Branch:
    """What the branch holds, read with git and cargo."""

    commits: int
    broken_commits: int
    new_errors: int
    left_reported: int  # uses of std's macro that rustc still reports
    converted: frozenset[Place]  # seen by the lexer before and gone now
    own: int  # of these, uses of the crate's own macro
    not_compiled: int  # of these, in code that this build does not compile


@dataclass(frozen=True, slots=True)
class Diff:
    """Lines removed plus lines added, `.rs` files only, and the fewest that the applied sites need."""

    lines: int = 0
    least: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """Everything measured on one crate."""

    crate: Crate
    before: Before
    applied: ours.Applied
    tested: ours.Applied  # a dry run with the tests, for the grades
    branch: Branch
    unaccounted: frozenset[Place]  # seen by the lexer, absent from the run document
    diff: Diff  # in files that were not rustfmt-clean
    diff_clean: Diff  # in files that were
    tests_before: Tests | None
    tests_after: Tests | None
    second_applied: int
    seconds_scan: float
    peers: tuple[PeerResult, ...]


def measure(crate: Crate, options: Options) -> Row:
    """Run everything over one crate and return its row."""
    origin = repository(crate, options.cache)
    runs, target = options.cache / "runs" / crate.slug, options.cache / "targets" / crate.slug
    shutil.rmtree(runs, ignore_errors=True)
    folder = fresh_clone(origin, runs / "codemod")
    setting = Setting(origin, runs, target, rust_files(folder), check(folder, target))
    before = _before(setting)
    # Each doc test is a program of its own, minutes in some crates: only where one holds a site.
    run_tests = partial(test, folder, target, docs=before.in_docs > 0)
    tests_before = run_tests() if options.tests else None
    scanned = ours.scan(folder, runs)
    applied = ours.apply(folder, runs)
    tested = ours.apply(folder, runs, "--test", "--dry-run") if options.tests else applied
    tip = applied.document["tip"]
    diff, diff_clean = _diffs(folder, setting.files, applied, tip)
    return Row(
        crate,
        before=before,
        applied=applied,
        tested=tested,
        branch=_branch(folder, setting, tip),
        unaccounted=_code_places(setting.files) - applied.places(),
        diff=diff,
        diff_clean=diff_clean,
        tests_before=tests_before,
        tests_after=run_tests() if options.tests else None,
        second_applied=ours.apply(folder, runs).count("applied") if tip else 0,
        seconds_scan=scanned.wall,
        peers=tuple(measure_peer(name, tool, setting) for name, tool in options.peers.items()),
    )


def verdict_changes(row: Row) -> Counter[tuple[str, str]]:
    """Return the test verdicts that differ before and after, with how often."""
    if row.tests_before is None or row.tests_after is None:
        return Counter()
    before, after = row.tests_before.verdicts, row.tests_after.verdicts
    return (before - after) + (after - before)


def is_formatted(path: Path, source: bytes, folder: Path) -> bool:
    """Return whether rustfmt, as the package configures it, leaves `source` as it is."""
    manifest = tomllib.loads((folder / "Cargo.toml").read_text())
    edition = str(manifest.get("package", {}).get("edition", "2015"))
    finished = run(["rustfmt", "--edition", edition, "--emit", "stdout"], cwd=path.parent, stdin=source)
    return finished.code == 0 and finished.stdout == source


def _before(setting: Setting) -> Before:
    return Before(
        reported=len(setting.baseline.try_uses),
        in_code=sum(len(try_sites(source)) for source in setting.files.values()),
        in_docs=sum(doc_try_count(source) for source in setting.files.values()),
        seconds=setting.baseline.seconds,
    )


def _diffs(
    folder: Path, files: dict[str, bytes], applied: ours.Applied, tip: str | None
) -> tuple[Diff, Diff]:
    """Return the diff of the branch outside and inside files that were rustfmt-clean."""
    changed = changed_lines(folder, "HEAD", tip) if tip else {}
    least = ours.least_for_applied(files, applied.records("applied"))
    sums = {False: Diff(), True: Diff()}
    for path in sorted({*changed, *least}):
        clean = is_formatted(folder / path, files.get(path, b""), folder)
        so_far = sums[clean]
        sums[clean] = Diff(so_far.lines + changed.get(path, 0), so_far.least + least.get(path, 0))
    return sums[False], sums[True]


def _branch(folder: Path, setting: Setting, tip: str | None) -> Branch:
    """Build each commit up to `tip` and leave that one checked out."""
    listed = ours.commits(folder, "HEAD", tip) if tip else []
    built, broken = setting.baseline, 0
    for commit in listed:
        must(["git", "checkout", "-q", "--detach", commit], cwd=folder)
        built = check(folder, setting.target)
        broken += 1 if _new_errors(built, setting.baseline) else 0
    after = rust_files(folder)
    converted = {
        place
        for path, source in setting.files.items()
        for place in converted_places(path, source, after.get(path, b""))
    }
    own, not_compiled = unreported(converted, setting)
    return Branch(
        commits=len(listed),
        broken_commits=broken,
        new_errors=_new_errors(built, setting.baseline),
        left_reported=len(built.try_uses),
        converted=frozenset(converted),
        own=own,
        not_compiled=not_compiled,
    )


def _new_errors(built: Check, baseline: Check) -> int:
    return sum((built.errors - baseline.errors).values())


def _code_places(files: dict[str, bytes]) -> frozenset[Place]:
    return frozenset(
        Place(path, *line_and_column(source, site.start))
        for path, source in files.items()
        for site in try_sites(source)
    )
