"""The page `docs/results-errors.md`, made from measured rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tools.builds import Tests
from tools.error_rows import APPLIED_SHARE, FREE_SHARE, Row, applied_share, free_share, missed
from tools.markdown import cell, table

INTRODUCTION = """\
# `failure`, `error-chain` and `quick-error` over real crates

Measured on {day} with {tools}, by

    {command}

**Found** are the sites that `codemod` counts: each mention of an item of the old crate. **Words** and
**calls** are counted without it, before and after: words that mean the old crate, found by a hand-written
lexer outside of comments and literals, and calls that rustc's MIR resolves into it (all targets, default
features). A package is **free** when its manifest no longer names the old crate. **Tests** are cargo's
verdicts before and after, and error texts are compared with `--test`; a crate whose tests need Docker, a
network or many minutes is run without. **Seconds** are of this run; an earlier one may have built the
dependencies. The last column is the commit of `codemod` that the row was measured with.
"""


def page(rows: Sequence[Row], day: str, tools: Sequence[str], command: str) -> str:
    """Return the whole page as Markdown."""
    return "\n".join(
        [
            INTRODUCTION.format(day=day, tools=", ".join(tools), command=command),
            _targets(rows),
            "## Sites\n\n" + _sites(rows),
            "## Packages\n\n" + _packages(rows),
            "## Not applied, by reason\n\n" + _reasons(rows),
            "## What changes for callers\n\n" + _api(rows),
            HUMAN + _human(rows),
        ]
    )


HUMAN = """\
## Beside what people did

The next release in which people had left the crate: the error crates both depend on now, and of the public
items whose signature we changed and that their release still has, how many they gave the same one.
Signatures are compared as text: `anyhow::Result<T>` and `Result<T, anyhow::Error>` differ. Their release
holds other work too.

"""


def _targets(rows: Sequence[Row]) -> str:
    complaints = missed(rows)
    lines = [
        f"- applied: {applied_share(rows):.1%} of the sites (target {APPLIED_SHARE:.0%})",
        f"- free: {free_share(rows):.0%} of the packages, tests unchanged (target {FREE_SHARE:.0%})",
        *(f"- **missed**: {cell(complaint)}" for complaint in complaints),
    ]
    if not complaints:
        lines.append("- every commit builds, verdicts identical, second runs apply nothing")
    return "## Targets\n\n" + "\n".join(lines) + "\n"


def _sites(rows: Sequence[Row]) -> str:
    outcomes = ("found", "applied", "refused", "rejected", "unverified")
    head = ["crate", "recipe", "options", *outcomes, "A", "B", "C", "U", "words", "left", "calls", "left"]
    body = []
    for row in rows:
        grades = Counter(site["grade"] for site in row.applied.records("applied"))
        numbers = [
            *(row.applied.count(outcome) for outcome in outcomes),
            *(grades[grade] for grade in "ABCU"),
            *(row.before.words, row.words_left, row.before.calls, row.calls_left),
        ]
        body.append([row.crate.slug, row.recipe, " ".join(row.options), *map(str, numbers)])
    sums = [str(sum(int(cells[at]) for cells in body)) for at in range(3, len(head))]
    return table(head, [*body, ["**all**", "", "", *sums]])


def _packages(rows: Sequence[Row]) -> str:
    head = [
        *("crate", "recipe", "depends on, before", "after", "free", "commits broken"),
        *(
            "tests before",
            "tests after",
            "texts compared at",
            "second run",
            "seconds",
            "codemod",
        ),
    ]
    return table(head, [_package(row) for row in rows])


def _package(row: Row) -> list[str]:
    return [
        row.crate.slug,
        row.recipe,
        ", ".join(sorted(row.before.dependencies)),
        ", ".join(sorted(row.dependencies)),
        "yes" if row.is_free else "no",
        str(row.broken_commits),
        _verdicts(row.before.tests),
        _verdicts(row.tests),
        _texts(row.applied.document),
        str(row.second_applied),
        f"{row.applied.seconds:.1f}",
        row.commit,
    ]


def _texts(document: dict[str, Any]) -> str:
    """Return how many sites stand where error texts were compared."""
    shown = [
        evidence["status"]
        for site in document["sites"]
        if site["outcome"] == "applied"
        for evidence in site["evidence"]
        if evidence["check"] == "error-texts"
    ]
    return str(shown.count("passed"))


def _verdicts(tests: Tests) -> str:
    if not tests.built:
        return "do not build"
    return f"{tests.count('ok')} ok, {tests.count('FAILED')} failed"


def _reasons(rows: Sequence[Row]) -> str:
    body = [
        [row.crate.slug, row.recipe, reason, str(number)]
        for row in rows
        for reason, number in row.applied.reasons().most_common()
    ]
    return table(["crate", "recipe", "reason", "sites"], body) if body else "None.\n"


def _api(rows: Sequence[Row]) -> str:
    body = []
    for row in rows:
        changes = row.applied.document.get("api") or []
        kinds = Counter(change["kind"] for change in changes)
        bumps = sorted({change["bump"] for change in changes})
        told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
        body.append([row.crate.slug, row.recipe, told or "nothing", ", ".join(bumps)])
    return table(["crate", "recipe", "public items", "asks for"], body)


def _human(rows: Sequence[Row]) -> str:
    body = [
        [
            f"{row.crate.slug} → {row.human.version}",
            row.recipe,
            ", ".join(sorted(row.human.dependencies)),
            ", ".join(sorted(row.dependencies)),
            f"{row.human.same} of {row.human.touched}",
            "; ".join(row.human.differing),
        ]
        for row in rows
        if row.human is not None
    ]
    return table(["crate", "recipe", "theirs", "ours", "same signatures", "others, for example"], body)
