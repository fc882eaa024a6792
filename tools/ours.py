"""Run `codemod` as a user would, and read what it left with git."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.builds import Place
from tools.processes import Finished, must, run
from tools.tokens import least_diff, try_sites

CODEMOD = Path(sys.executable).with_name("codemod")
RECIPE = "try-macro"


@dataclass(frozen=True, slots=True)
class Applied:
    """One finished `codemod apply --json`: its run document and its cost."""

    document: dict[str, Any]
    code: int
    seconds: float
    cpu: float

    def count(self, outcome: str) -> int:
        """Return the number of sites the document's totals give for `outcome` (or `found`)."""
        return int(self.document["totals"][outcome])

    def records(self, *outcomes: str) -> list[dict[str, Any]]:
        """Return the site records with one of these outcomes."""
        return [site for site in self.document["sites"] if site["outcome"] in outcomes]

    def reasons(self) -> Counter[str]:
        """Return how many sites that are not applied stand under each reason code."""
        left = self.records("refused", "rejected", "unverified")
        return Counter(f"{site['outcome']}: {site['code'] or 'no code'}" for site in left)

    def places(self) -> frozenset[Place]:
        """Return where each recorded site begins."""
        return frozenset(Place(site["path"], site["line"], site["column"]) for site in self.document["sites"])


def apply(folder: Path, caches: Path, *options: str, recipe: str = RECIPE) -> Applied:
    """Run `codemod apply --json` over HEAD of `folder`, its caches and state below `caches`."""
    command: list[str | Path] = [CODEMOD, "apply", recipe, "--json", *options, "-C", folder]
    finished = run(command, cwd=folder, env=homes(caches))
    return read_applied(finished)


def read_applied(finished: Finished) -> Applied:
    """Return the run document a finished `codemod apply` printed; an empty one where it printed none."""
    try:
        document = json.loads(finished.stdout)
    except ValueError:
        message = finished.stderr.decode(errors="replace").strip()[-2000:]
        none = dict.fromkeys(("found", "applied", "refused", "rejected", "unverified"), 0)
        document = {
            "totals": none,
            "sites": [],
            "branch": None,
            "tip": None,
            "compiles": 0,
            "failure": message,
        }
        document |= {"seconds": {"baseline": 0.0}, "changes": []}
    return Applied(document, finished.code, finished.wall, finished.cpu)


def scan(folder: Path, caches: Path) -> Finished:
    """Run `codemod scan try-macro --json` over the files of `folder`."""
    return run([CODEMOD, "scan", RECIPE, "--json", "-C", folder], cwd=folder, env=homes(caches))


def homes(caches: Path) -> dict[str, str]:
    """Return where codemod shall keep its caches and state, so that a measurement can begin with none.

    Python keeps its bytecode, as for anyone who has installed it.
    """
    return {
        "XDG_CACHE_HOME": str(caches / "cache"),
        "XDG_STATE_HOME": str(caches / "state"),
        "PYTHONDONTWRITEBYTECODE": "",
    }


def commits(folder: Path, base: str, tip: str) -> list[str]:
    """Return the commits after `base` up to `tip`, oldest first."""
    listing = must(["git", "rev-list", "--reverse", f"{base}..{tip}"], cwd=folder)
    return listing.stdout.decode().split()


def least_for_applied(files: dict[str, bytes], applied: list[dict[str, Any]]) -> dict[str, int]:
    """Return, by path, the fewest diff lines with which the applied sites can be rewritten in place.

    Sites the lexer does not see (in doc examples, under another name) count as the lines of their two ends.
    """
    least = {}
    for path in sorted({str(site["path"]) for site in applied}):
        source = files.get(path, b"")
        spans = [site["span"] for site in applied if site["path"] == path]
        seen = {site.start: site for site in try_sites(source)}
        known = [seen[start] for start, _ in spans if start in seen]
        unknown = {_line(source, at) for start, end in spans if start not in seen for at in (start, end - 1)}
        least[path] = least_diff(source, known) + 2 * len(unknown)
    return least


def _line(source: bytes, offset: int) -> int:
    return source.count(b"\n", 0, offset)
