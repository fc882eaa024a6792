"""What the grades of a run rest on, read from its document: proofs, tests, configurations, by reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tools.markdown import table
from tools.rows import Row

GRADES = ("A", "B", "C", "U")
_CHECKED_BY_CARGO = "cargo check"
_PLACES = re.compile(r"`[^`]*`|\S+::\S+|\S+\.rs:\d+|\b\d+\b")


@dataclass(frozen=True, slots=True)
class Graded:
    """The applied sites of one run with `--test`, by grade and by what was shown of them."""

    grades: Counter[str]
    compiled: int  # applied sites that cargo check compiles (examples are rustdoc's)
    proved: int  # of these, those of grade A
    executed: int  # applied sites that a passing test runs
    unproved: Counter[str]  # why the others are not, in words without names
    configurations: tuple[str, ...]
    dropped: tuple[str, ...]
    seconds: dict[str, float]


def graded(document: dict[str, Any]) -> Graded:
    """Return what the run document says of its applied sites."""
    applied = [site for site in document["sites"] if site["outcome"] == "applied"]
    compiled = [site for site in applied if _is_checked_by_cargo(site)]
    return Graded(
        grades=Counter(site["grade"] for site in applied),
        compiled=len(compiled),
        proved=sum(site["grade"] == "A" for site in compiled),
        executed=sum(_status(site, "executed") == "passed" for site in applied),
        unproved=Counter(_why_unproved(site) for site in applied if _status(site, "prove") != "passed"),
        configurations=tuple(each["id"] for each in document["configurations"] if not each["dropped"]),
        dropped=tuple(each["id"] for each in document["configurations"] if each["dropped"]),
        seconds=document["seconds"],
    )


def proved_share(rows: Sequence[Row]) -> float:
    """Return which part of the applied sites that cargo check compiles is of grade A."""
    runs = [graded(row.tested.document) for row in rows]
    compiled = sum(run.compiled for run in runs)
    return sum(run.proved for run in runs) / compiled if compiled else 1.0


def grades_table(rows: Sequence[Row]) -> str:
    """Return the table of grades by crate."""
    head = [
        "crate",
        *GRADES,
        "compiled by cargo",
        "of these A",
        "run by a test",
        "configurations",
        "prove s",
        "test s",
    ]
    body = []
    for row in rows:
        run = graded(row.tested.document)
        ways = ", ".join(run.configurations) + (
            f" (dropped: {', '.join(run.dropped)})" if run.dropped else ""
        )
        numbers = [*(run.grades[grade] for grade in GRADES), run.compiled, run.proved, run.executed]
        seconds = [f"{run.seconds.get(phase, 0.0):.1f}" for phase in ("prove", "test")]
        body.append([row.crate.slug, *map(str, numbers), ways, *seconds])
    columns = [[int(cells[at]) for cells in body] for at in range(1, 8)]
    body.append(["**all**", *(str(sum(column)) for column in columns), "", "", ""])
    return table(head, body)


def unproved_table(rows: Sequence[Row]) -> str:
    """Return why applied sites are not proved, by crate."""
    body = [
        [row.crate.slug, reason, str(number)]
        for row in rows
        for reason, number in graded(row.tested.document).unproved.most_common()
    ]
    return table(["crate", "not proved because", "sites"], body) if body else "None.\n"


def _is_checked_by_cargo(site: dict[str, Any]) -> bool:
    return any(
        each["check"] == "compile"
        and each["status"] == "passed"
        and each["detail"].startswith(_CHECKED_BY_CARGO)
        for each in site["evidence"]
    )


def _status(site: dict[str, Any], check: str) -> str:
    return next(iter(_of(site["evidence"], check, "status")), "")


def _why_unproved(site: dict[str, Any]) -> str:
    detail = next(iter(_of(site["evidence"], "prove", "detail")), "nothing was compared")
    return _PLACES.sub("…", detail)[:120]


def _of(evidence: Iterable[dict[str, Any]], check: str, key: str) -> Iterable[str]:
    return [str(each[key]) for each in evidence if each["check"] == check]
