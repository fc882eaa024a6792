"""Measure one crate: what is there, what codemod makes of it, and what other tools make of it."""

from __future__ import annotations

import shutil
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tools import ours
from tools.builds import Check, Place, Tests, check, test
from tools.crates import Crate, changed_lines, fresh_clone, repository, rust_files
from tools.peers import PeerResult, Setting, Tool, converted_places, measure_peer
from tools.processes import must, run
from tools.tokens import doc_try_count, line_and_column, try_sites


@dataclass(frozen=True, slots=True)
class Options:
    """What a run of the corpus measures besides codemod itself."""

    cache: Path
    tests: bool
    peers: dict[str, Tool]


@dataclass(frozen=True, slots=True)
class Row:
    """Everything measured on one crate. Diff lines are lines removed plus lines added, `.rs` files only."""

    crate: Crate
    reported: int  # uses of std's macro, from rustc's own deprecation report
    in_code: int  # `try!` counted by the lexer outside comments and literals
    in_docs: int  # the same in doc examples
    applied: ours.Applied
    left_reported: int  # uses rustc still reports on the branch
    converted: frozenset[Place]  # seen by the lexer before and gone from the branch
    wrong: int  # of these, how many rustc does not report as uses of std's macro
    unaccounted: frozenset[Place]  # seen by the lexer, absent from the run document
    commits: int
    broken_commits: int
    new_errors: int
    diff_lines: int  # in files that were not rustfmt-clean
    least: int
    diff_lines_clean: int  # in files that were
    least_clean: int
    tests_before: Tests | None
    tests_after: Tests | None
    second_applied: int
    seconds_scan: float
    seconds_baseline: float
    peers: tuple[PeerResult, ...]


def measure(crate: Crate, options: Options) -> Row:
    """Run everything over one crate and return its row."""
    origin = repository(crate, options.cache)
    runs = options.cache / "runs" / crate.slug
    target = options.cache / "targets" / crate.slug
    shutil.rmtree(runs, ignore_errors=True)
    folder = fresh_clone(origin, runs / "codemod")
    base = must(["git", "rev-parse", "HEAD"], cwd=folder).stdout.decode().strip()
    files = rust_files(folder)
    baseline = check(folder, target)
    tests_before = test(folder, target) if options.tests else None
    scanned = ours.scan(folder, runs)
    applied = ours.apply(folder, runs)
    branch = _read_branch(folder, target, base, applied, baseline)
    changed = changed_lines(folder, base, branch.tip)
    least = ours.least_for_applied(files, applied.records("applied"))
    clean = {path for path in changed if is_formatted(folder / path, files.get(path, b""), folder)}
    after = rust_files(folder, branch.tip)
    converted = frozenset(
        place for path in files for place in converted_places(path, files[path], after.get(path, b""))
    )
    setting = Setting(origin, runs, target, files, baseline)
    return Row(
        crate,
        reported=len(baseline.try_uses),
        in_code=sum(len(try_sites(source)) for source in files.values()),
        in_docs=sum(doc_try_count(source) for source in files.values()),
        applied=applied,
        left_reported=len(branch.try_uses),
        converted=converted,
        wrong=len(converted - baseline.try_uses),
        unaccounted=_code_places(files) - applied.places(),
        commits=branch.commits,
        broken_commits=branch.broken,
        new_errors=branch.new_errors,
        diff_lines=sum(lines for path, lines in changed.items() if path not in clean),
        least=sum(lines for path, lines in least.items() if path not in clean),
        diff_lines_clean=sum(lines for path, lines in changed.items() if path in clean),
        least_clean=sum(lines for path, lines in least.items() if path in clean),
        tests_before=tests_before,
        tests_after=test(folder, target) if options.tests else None,
        second_applied=ours.apply(folder, runs / "second").count("applied") if applied.document["tip"] else 0,
        seconds_scan=scanned.wall,
        seconds_baseline=baseline.seconds,
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


@dataclass(frozen=True, slots=True)
class _Branch:
    """What the branch holds; `folder` is left with its tip checked out."""

    tip: str
    commits: int
    broken: int
    new_errors: int
    try_uses: frozenset[Place]


def _read_branch(folder: Path, target: Path, base: str, applied: ours.Applied, baseline: Check) -> _Branch:
    tip = applied.document["tip"]
    if tip is None:
        return _Branch(base, 0, 0, 0, baseline.try_uses)
    listed = ours.commits(folder, base, tip)
    broken, built = 0, baseline
    for commit in listed:
        must(["git", "checkout", "-q", "--detach", commit], cwd=folder)
        built = check(folder, target)
        broken += 1 if built.errors - baseline.errors else 0
    return _Branch(tip, len(listed), broken, sum((built.errors - baseline.errors).values()), built.try_uses)


def _code_places(files: dict[str, bytes]) -> frozenset[Place]:
    return frozenset(
        Place(path, *line_and_column(source, site.start))
        for path, source in files.items()
        for site in try_sites(source)
    )
