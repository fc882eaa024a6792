"""Run the recipes that leave an old error crate over real crates, and write `docs/results-errors.md`.

    python -m tools.errors                    every crate of tools/corpus_errors.toml
    python -m tools.errors --crate rustwide   one crate (every version of it that is listed)
    python -m tools.errors --recipe failure   the crates of one recipe
    python -m tools.errors --kept             with the rows that an earlier run measured

Ends with 1 when a target is missed, and says which and where.
"""

from __future__ import annotations

import argparse
import pickle
import shlex
import shutil
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path, PurePosixPath

from codemods.rust.source import Source
from codemods.rust.surface import public_items
from tools import ours
from tools.builds import Check, Tests, check, test
from tools.corpus import versions
from tools.crates import Crate, cache_folder, fresh_clone, repository, rust_files
from tools.error_pages import page
from tools.error_rows import CRATES, Before, Human, Row, missed
from tools.processes import must
from tools.resolved import resolved_calls
from tools.tokens import Kind, tokens

LIST = Path(__file__).with_name("corpus_errors.toml")
RESULTS = Path(__file__).parents[1] / "docs" / "results-errors.md"
SUCCESSORS = ("anyhow", "thiserror", "failure", "failure_derive", "error-chain", "quick-error")
DEPENDENCY_TABLES = ("dependencies", "dev-dependencies", "build-dependencies")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list: a crate, the recipe for it, and what a user would add."""

    crate: Crate
    recipe: str
    human: str | None
    options: tuple[str, ...]
    fresh_lock: bool = False
    untested: bool = False


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the page, write it where a whole run was asked for; return the exit code."""
    options = _parser().parse_args(arguments)
    everything = read_list()
    chosen = [
        each
        for each in everything
        if options.crate in (None, each.crate.name, each.crate.slug) and options.recipe in (None, each.recipe)
    ]
    if not chosen:
        sys.stderr.write("error: no crate of the list is called so\n")
        return 2
    rows = []
    for number, listed in enumerate(chosen, 1):
        sys.stderr.write(f"[{number}/{len(chosen)}] {listed.crate.slug} {listed.recipe}\n")
        rows.append(_row(listed, cache_folder(), may_be_kept=options.kept))
    command = shlex.join(
        ["python", "-m", "tools.errors", *(sys.argv[1:] if arguments is None else arguments)]
    )
    text = page(rows, date.today().isoformat(), versions(), command)
    sys.stdout.write(text)
    if options.write or len(chosen) == len(everything):
        RESULTS.write_text(text)
    return 1 if missed(rows) else 0


def read_list(path: Path = LIST) -> list[Listed]:
    """Return the crates of the list, in its order."""
    return [
        Listed(
            Crate(row["name"], row["version"], row.get("note", "")),
            row["recipe"],
            row.get("human"),
            tuple(row.get("options", ())),
            row.get("fresh_lock", False),
            row.get("untested", False),
        )
        for row in tomllib.loads(path.read_text())["crate"]
    ]


def _row(listed: Listed, cache: Path, *, may_be_kept: bool) -> Row:
    """Return the row of one crate, measured now or, where it may be, by an earlier run."""
    kept = cache / "error-rows" / f"{listed.crate.slug}-{listed.recipe}.pickle"
    if may_be_kept and kept.is_file():
        row: Row = pickle.loads(kept.read_bytes())  # of our own making, in our own cache
        return row
    row = measure(listed, cache)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(pickle.dumps(row))
    return row


def measure(listed: Listed, cache: Path) -> Row:
    """Run everything over one crate and return its row."""
    crate, crates = listed.crate, CRATES[listed.recipe]
    runs = cache / "runs" / f"{crate.slug}-{listed.recipe}"
    target = cache / "targets" / crate.slug
    shutil.rmtree(runs, ignore_errors=True)
    folder = fresh_clone(repository(crate, cache, fresh_lock=listed.fresh_lock), runs / "codemod")
    baseline = check(folder, target)
    run_tests = _no_tests if listed.untested else partial(test, folder, target, docs=False)
    before = Before(
        _words(folder, listed.recipe),
        resolved_calls(folder, target, crates),
        run_tests(),
        dependencies(folder),
    )
    homes = cache / "homes" / f"{crate.slug}-{listed.recipe}"  # kept: what is built, stays built
    applied = apply(listed, folder, homes)
    tip = applied.document["tip"]
    broken = sum(_breaks(folder, target, commit, baseline) for commit in _commits(folder, tip))
    if tip:
        must(["git", "checkout", "-q", "--detach", tip], cwd=folder)
        must(["cargo", "fetch"], cwd=folder)
    return Row(
        commit=must(["git", "rev-parse", "--short", "HEAD"], cwd=LIST.parent).stdout.decode().strip(),
        crate=crate,
        recipe=listed.recipe,
        options=listed.options,
        before=before,
        applied=applied,
        words_left=_words(folder, listed.recipe),
        calls_left=resolved_calls(folder, target, crates) if tip else before.calls,
        dependencies=dependencies(folder),
        tests=run_tests() if tip else before.tests,
        broken_commits=broken,
        second_applied=apply(listed, folder, homes).count("applied") if tip else 0,
        human=_human(listed, folder, cache) if listed.human else None,
    )


def apply(listed: Listed, folder: Path, homes: Path) -> ours.Applied:
    """Run the recipe over HEAD of `folder`, with the tests where it has some, its caches below `homes`."""
    tests = [] if listed.untested else ["--test"]
    return ours.apply(folder, homes, *tests, *listed.options, recipe=listed.recipe)


def _no_tests() -> Tests:
    return Tests(Counter(), built=True, seconds=0.0)


def dependencies(folder: Path) -> frozenset[str]:
    """Return which error crates the package in `folder` depends on."""
    manifest = tomllib.loads((folder / "Cargo.toml").read_text())
    tables = [manifest, *manifest.get("target", {}).values()]
    found = {
        value.get("package", name) if isinstance(value, dict) else name
        for table in tables
        for kind in DEPENDENCY_TABLES
        for name, value in table.get(kind, {}).items()
    }
    return frozenset(found) & frozenset(SUCCESSORS)


def _words(folder: Path, recipe: str) -> int:
    """Return how often a word that means the old crate stands in code, counted by a lexer."""
    wanted = WORDS[recipe]
    return sum(
        token.kind is Kind.WORD and token.text in wanted
        for content in rust_files(folder).values()
        for token in tokens(content)
    )


# Words that are hardly ever anything else in a package that depends on the crate.
WORDS = {
    "failure": {
        *(b"failure", b"failure_derive", b"Fail", b"Fallible", b"ResultExt", b"err_msg", b"format_err"),
        *(b"SyncFailure", b"iter_chain", b"iter_causes", b"find_root_cause", b"compat"),
    },
    "error-chain": {
        *(b"error_chain", b"chain_err", b"quick_main", b"display_chain", b"ChainedError", b"foreign_links"),
    },
    "quick-error": {b"quick_error"},
}


def _commits(folder: Path, tip: str | None) -> list[str]:
    return ours.commits(folder, "HEAD", tip) if tip else []


def _breaks(folder: Path, target: Path, commit: str, baseline: Check) -> bool:
    must(["git", "checkout", "-q", "--detach", commit], cwd=folder)
    must(["cargo", "fetch"], cwd=folder)
    built = check(folder, target)
    must(["git", "checkout", "-q", "main"], cwd=folder)
    return bool((built.errors - baseline.errors).total())


def _human(listed: Listed, folder: Path, cache: Path) -> Human:
    """Compare the tree in `folder` with what people published next."""
    assert listed.human is not None
    theirs = repository(Crate(listed.crate.name, listed.human), cache)
    base = public_surface(repository(listed.crate, cache))
    ours_now, theirs_now = public_surface(folder), public_surface(theirs)
    touched = [item for item in base if ours_now.get(item) != base[item] and item in theirs_now]
    return Human(
        version=listed.human,
        dependencies=dependencies(theirs),
        touched=len(touched),
        same=sum(ours_now.get(item) == theirs_now[item] for item in touched),
        differing=tuple(item for item in touched if ours_now.get(item) != theirs_now[item])[:5],
    )


def public_surface(folder: Path) -> dict[str, str]:
    """Return the signatures of the items that may be public below `src`, by file and path."""
    return dict(_items(folder))


def _items(folder: Path) -> Iterator[tuple[str, str]]:
    for path, content in rust_files(folder).items():
        if not path.startswith(("tests/", "examples/", "benches/")):
            for item, signature in public_items(Source(PurePosixPath(path), content)).items():
                yield f"{path} {item}", signature


def _parser() -> argparse.ArgumentParser:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(prog="python -m tools.errors", description=__doc__.splitlines()[0])
    parser.add_argument("--crate", metavar="NAME", help="only this crate (NAME or NAME-VERSION)")
    parser.add_argument(
        "--recipe", metavar="NAME", help="only the crates of this recipe", choices=sorted(CRATES)
    )
    parser.add_argument("--kept", action="store_true", help="take rows that an earlier run has measured")
    parser.add_argument("--write", action="store_true", help="write the page for a part of the list too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
