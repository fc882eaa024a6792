"""Grade what people changed between two published versions of a crate, and write `docs/migrations.md`.

    python -m tools.migrations                 every pair of tools/corpus.toml
    python -m tools.migrations --crate gif     the pairs of one crate

Each pair becomes a repository of two commits; `codemod verify HEAD^..HEAD --test` says what it shows.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tools.corpus import versions
from tools.crates import (
    LIST,
    NOT_FROM_THE_AUTHOR,
    SAME_EVERYWHERE,
    Crate,
    cache_folder,
    fresh_clone,
    repository,
    source_folder,
)
from tools.markdown import table
from tools.ours import CODEMOD, homes
from tools.processes import ToolError, must, run

PAGE = Path(__file__).parents[1] / "docs" / "migrations.md"
GRADES = ("A", "B", "C", "U")
INTRODUCTION = """\
# What people changed, graded

Measured on {day} with {tools}, by

    python -m tools.migrations

Each row is what people published between two versions of a crate: `codemod verify HEAD^..HEAD --test` on a
repository of these two commits. An **item** is a function, another item, or a file that differs. **A** is
proved to be the same program, **B** run by a test with the same verdicts, **C** compiled, **U** compiled by
no build here; **broken** fails to compile or breaks a test; **no code** is read by no build; **public**
counts the items of the public surface whose signature differs.

"""


@dataclass(frozen=True, slots=True)
class Migration:
    """Two versions of one crate."""

    old: Crate
    new: Crate
    note: str

    @property
    def slug(self) -> str:
        """Return `name old → new`."""
        return f"{self.old.name} {self.old.version} → {self.new.version}"


@dataclass(frozen=True, slots=True)
class Graded:
    """What `codemod verify` printed; `failure` where it printed no document."""

    migration: Migration
    document: dict[str, Any] | None
    code: int
    seconds: float
    failure: str

    @property
    def cells(self) -> list[str]:
        """Return one row of the table."""
        if self.document is None:
            return [self.migration.slug, f"not graded: {self.failure}", *[""] * 10]
        sites = self.document["sites"]
        grades = Counter(site["grade"] for site in sites)
        broken = sum(site["outcome"] == "rejected" for site in sites)
        without = sum(site["code"] == "no-code" for site in sites)
        public = sum(e["check"] == "api" for site in sites for e in site["evidence"])
        configurations = sum(not each["dropped"] for each in self.document["configurations"])
        numbers = [len(sites), *(grades[grade] for grade in GRADES), broken, without, public, configurations]
        return [self.migration.slug, self.migration.note, *map(str, numbers), f"{self.seconds:.1f}"]


def main(arguments: list[str] | None = None) -> int:
    """Grade the pairs, print the page, write it where all were graded; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.migrations", description=__doc__)
    parser.add_argument("--crate", help="only the pairs of this crate")
    chosen = parser.parse_args(arguments).crate
    pairs = [pair for pair in read_pairs() if chosen in (None, pair.old.name)]
    if not pairs:
        sys.stderr.write(f"error: no pair of the list is of a crate called {chosen}\n")
        return 2
    graded = [_told(grade(pair, cache_folder())) for pair in pairs]
    text = page(graded)
    sys.stdout.write(text)
    if chosen is None:
        PAGE.write_text(text)
    return 1 if any(each.document is None for each in graded) else 0


def read_pairs(path: Path = LIST) -> tuple[Migration, ...]:
    """Return the pairs of the list, in its order."""
    rows = tomllib.loads(path.read_text()).get("migration", [])
    return tuple(
        Migration(Crate(row["name"], row["version"]), Crate(row["name"], row["to"]), row["note"])
        for row in rows
    )


def grade(pair: Migration, cache: Path) -> Graded:
    """Grade one pair in a repository below `cache`."""
    try:
        folder = _two_commits(pair, cache)
    except ToolError as error:  # yanked, say
        return Graded(pair, None, 1, 0.0, str(error).strip().rpartition("\n")[2])
    command: list[str | Path] = [CODEMOD, "verify", "HEAD^..HEAD", "--test", "--json", "-C", folder]
    finished = run(command, cwd=folder, env=homes(cache / "runs" / "migrations"))
    try:
        document = json.loads(finished.stdout)
    except ValueError:
        lines = finished.stderr.decode(errors="replace").strip().splitlines()
        return Graded(pair, None, finished.code, finished.wall, lines[0] if lines else "no message")
    return Graded(pair, document, finished.code, finished.wall, "")


def page(graded: Sequence[Graded]) -> str:
    """Return the page as Markdown."""
    head = ["crate", "what it was", "items", *GRADES, "broken", "no code", "public", "configurations", "s"]
    introduction = INTRODUCTION.format(day=date.today().isoformat(), tools=", ".join(versions()))
    parts = [introduction, table(head, [each.cells for each in graded])]
    for each in graded:
        parts += _broken(each)
    return "".join(parts)


def _broken(graded: Graded) -> list[str]:
    """Return what does not hold, one line each."""
    sites = (graded.document or {}).get("sites", [])
    lines = [
        f"- {site['path']}:{site['line']} {site['item']}: {_first_line(site['reason'])}\n"
        for site in sites
        if site["outcome"] == "rejected"
    ]
    return [f"\n## {graded.migration.slug}: what does not hold\n\n", *lines[:20]] if lines else []


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


def _two_commits(pair: Migration, cache: Path) -> Path:
    """Return a repository that holds the older version and, on top, the newer one."""
    new = source_folder(pair.new, cache)
    folder = cache / "runs" / "migrations" / f"{pair.old.slug}-{pair.new.version}"
    fresh_clone(repository(pair.old, cache), folder)
    for path in folder.iterdir():
        if path.name not in (".git", "Cargo.lock"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(
        new, folder, ignore=shutil.ignore_patterns(*NOT_FROM_THE_AUTHOR, "Cargo.lock"), dirs_exist_ok=True
    )
    for command in (
        ["add", "--all", "--force", "."],
        ["commit", "-q", "--no-verify", "-m", "The next version"],
    ):
        must(["git", "-c", "core.autocrlf=false", "-c", "commit.gpgsign=false", *command], cwd=folder,
             env=SAME_EVERYWHERE)  # fmt: skip
    run(["cargo", "fetch"], cwd=folder)  # what the newer one depends on; the lock file is not part of it
    return folder


def _told(graded: Graded) -> Graded:
    sys.stderr.write(f"{graded.migration.slug}: {graded.seconds:.1f} s {graded.failure}\n")
    return graded


if __name__ == "__main__":
    sys.exit(main())
