"""Measured rows made by hand."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tools.builds import Tests
from tools.crates import Crate
from tools.ours import Applied
from tools.rows import Before, Branch, Diff, Row


def record(
    outcome: str, line: int = 1, reason: str | None = None, code: str | None = None, grade: str | None = "A"
) -> dict[str, Any]:
    return {
        "path": "src/lib.rs",
        "line": line,
        "column": 5,
        "span": [0, 7],
        "outcome": outcome,
        "reason": reason,
        "code": code,
        "grade": grade,
        "evidence": [
            {"check": "compile", "status": "passed", "detail": "cargo check; compiled in a lib a"},
            {
                "check": "prove",
                "status": "passed" if grade == "A" else "failed",
                "detail": f"`x{line}` is not y",
            },
            {"check": "executed", "status": "skipped", "detail": "no passing test runs it"},
        ],
    }


def applied(*sites: dict[str, Any], code: int = 0, tip: str | None = "tip") -> Applied:
    totals = Counter(site["outcome"] for site in sites)
    names = ("applied", "refused", "rejected", "unverified")
    document = {
        "totals": {name: totals[name] for name in names} | {"found": len(sites)},
        "sites": list(sites),
        "tip": tip,
        "compiles": 2,
        "configurations": [{"id": "default", "dropped": None}, {"id": "all-features", "dropped": "E0425"}],
        "seconds": {"prove": 0.5, "test": 2.0},
    }
    return Applied(document, code, seconds=1.5, cpu=2.0)


def verdicts(*passed: str, failed: tuple[str, ...] = ()) -> Tests:
    counted = Counter([(name, "ok") for name in passed] + [(name, "FAILED") for name in failed])
    return Tests(counted, built=True, seconds=1.0)


def row(**changes: Any) -> Row:
    values: dict[str, Any] = {
        "crate": Crate("zip", "0.4.2"),
        "before": Before(reported=1, in_code=1, in_docs=0, seconds=1.0),
        "applied": applied(record("applied")),
        "tested": applied(record("applied")),
        "branch": Branch(1, 0, 0, left_reported=0, converted=frozenset(), own=0, not_compiled=0),
        "unaccounted": frozenset(),
        "diff": Diff(2, 2),
        "diff_clean": Diff(),
        "tests_before": verdicts("a"),
        "tests_after": verdicts("a"),
        "second_applied": 0,
        "seconds_scan": 0.1,
        "peers": (),
    }
    return Row(**(values | changes))
