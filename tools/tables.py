"""The page `docs/results.md`, made from measured rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from tools.builds import Tests
from tools.grades import grades_table, proved_share, unproved_table
from tools.markdown import cell, table
from tools.peers import PeerResult
from tools.rows import Row
from tools.targets import (
    APPLIED_SHARE,
    DIFF_RATIO,
    PROVED_SHARE,
    applied_share,
    diff_ratio,
    missed,
)

INTRODUCTION = """\
# `try-macro` over real crates

Measured on {day} with {tools}, by

    {command}

Nothing here is counted by `codemod` itself unless the column says so. **rustc** is the number of distinct
places where the compiler's own deprecation report (`--force-warn deprecated`, all targets, default features)
names std's macro; **tokens** is the number of `try!` that a hand-written lexer finds outside comments and
literals; **docs** the same in doc examples that rustdoc compiles. **Least** is the smallest number of lines
(out plus in) with which a line diff can show the same sites rewritten in place.
"""


def page(rows: Sequence[Row], day: str, tools: Sequence[str], command: str) -> str:
    """Return the whole page as Markdown."""
    parts = [
        INTRODUCTION.format(day=day, tools=", ".join(tools), command=command),
        _targets(rows),
        "## Sites\n\n" + _sites(rows),
        "## Result\n\n" + _results(rows),
        GRADES + grades_table(rows),
        "### Not proved, by reason\n\n" + unproved_table(rows),
        "## Not applied, by reason\n\n" + _reasons(rows),
    ]
    if any(row.peers for row in rows):
        parts.append(PEERS + _peers(rows))
        parts.append("### Summed over the crates\n\n" + _peer_totals(rows))
    return "\n".join(parts)


GRADES = """\
## Grades

From a second, dry run with `--test`: **A** proved to be the same program, **B** run by a passing test, **C**
compiled, **U** compiled nowhere. **Compiled by cargo** are applied sites that `cargo check` compiles in some
configuration; the others are documentation examples, which rustdoc compiles and nothing proves.
How many wrong edits the prover was shown, and what it said of them, is on [another page](mutations.md).

"""

PEERS = """\
## Other tools on the same crates

**Converted** and **left** are counted by the lexer, in code. **Own** are those converted although the crate
defines a `try!` itself and rustc names no use of std's macro there: the meaning changed. **Not compiled** are
converted in code that no target of this build reaches, so nobody checked them. **Errors** are new compile
errors. `cargo fix --edition` writes `r#try!`, so it converts none. ast-grep runs once with the plain
pattern `try!($A)` and once with an expert's rules for the ERROR nodes its grammar makes
(`tools/ast_grep_expert.yml`).

"""


def _targets(rows: Sequence[Row]) -> str:
    complaints = missed(rows)
    ratio = f"{diff_ratio(rows):.3f} x the least possible"
    lines = [
        f"- applied: {applied_share(rows):.2%} of the compiled `try!` (target {APPLIED_SHARE:.0%})",
        f"- diff: {ratio} outside rustfmt-clean files (target {DIFF_RATIO})",
        f"- proved: {proved_share(rows):.2%} of the applied sites cargo compiles (target {PROVED_SHARE:.0%})",
        *(f"- **missed**: {cell(complaint)}" for complaint in complaints),
    ]
    if not complaints:
        lines.append(
            "- every site accounted for, every commit builds, verdicts identical, second runs apply nothing"
        )
    return "## Targets\n\n" + "\n".join(lines) + "\n"


def _sites(rows: Sequence[Row]) -> str:
    numbers: list[Callable[[Row], int]] = [
        lambda row: row.before.reported,
        lambda row: row.before.in_code,
        lambda row: row.before.in_docs,
        *(_counter(outcome) for outcome in ("found", "applied", "refused", "rejected", "unverified")),
        lambda row: row.branch.left_reported,
        lambda row: len(row.unaccounted),
    ]
    head = (
        "crate, rustc, tokens, docs, found, applied, refused, rejected, unverified, left (rustc), unaccounted"
    )
    body = [[row.crate.slug, *(str(number(row)) for number in numbers)] for row in rows]
    total = ["**all**", *(str(sum(number(row) for row in rows)) for number in numbers)]
    return table(head.split(", "), [*body, total])


def _results(rows: Sequence[Row]) -> str:
    head = (
        "crate, compiles, commits, broken, diff, least, ratio, diff / least (rustfmt-clean files), "
        "tests before, tests after, second run, scan s, baseline s, ours s"
    )
    return table(head.split(", "), [_result(row) for row in rows])


def _result(row: Row) -> list[str]:
    return [
        row.crate.slug,
        str(row.applied.document["compiles"]),
        str(row.branch.commits),
        str(row.branch.broken_commits),
        str(row.diff.lines),
        str(row.diff.least),
        f"{row.diff.lines / row.diff.least:.2f}" if row.diff.least else "",
        f"{row.diff_clean.lines} / {row.diff_clean.least}" if row.diff_clean.least else "",
        _verdicts(row.tests_before),
        _verdicts(row.tests_after),
        str(row.second_applied),
        f"{row.seconds_scan:.2f}",
        f"{row.before.seconds:.1f}",
        f"{row.applied.seconds:.1f}",
    ]


def _verdicts(tests: Tests | None) -> str:
    if tests is None:
        return "not run"
    if not tests.built:
        return "do not build"
    return f"{tests.count('ok')} ok, {tests.count('FAILED')} failed"


def _reasons(rows: Sequence[Row]) -> str:
    totals: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for reason, number in row.applied.reasons().items():
            totals[row.crate.slug, reason] += number
    if not totals:
        return "None.\n"
    return table(["crate", "reason", "sites"], [[*key, str(number)] for key, number in totals.items()])


def _peers(rows: Sequence[Row]) -> str:
    head = "crate, tool, converted, left, own, not compiled, errors, diff, least, ratio, s"
    body = [[row.crate.slug, *_peer(peer)] for row in rows for peer in (_ourselves(row), *row.peers)]
    return table(head.split(", "), body)


def _peer_totals(rows: Sequence[Row]) -> str:
    by_name: dict[str, list[PeerResult]] = {}
    for row in rows:
        for peer in (_ourselves(row), *row.peers):
            by_name.setdefault(peer.name, []).append(peer)
    head = "tool, converted, left, own, not compiled, errors, diff, least, ratio, s"
    return table(head.split(", "), [_peer(_sum(name, peers)) for name, peers in by_name.items()])


def _ourselves(row: Row) -> PeerResult:
    return PeerResult(
        name="codemod",
        converted=len(row.branch.converted),
        left=row.before.in_code - len(row.branch.converted),
        own=row.branch.own,
        not_compiled=row.branch.not_compiled,
        new_errors=row.branch.new_errors,
        diff_lines=row.diff.lines + row.diff_clean.lines,
        least=row.diff.least + row.diff_clean.least,
        seconds=row.applied.seconds,
        failure=None if row.applied.code == 0 else f"exit code {row.applied.code}",
    )


def _sum(name: str, peers: Sequence[PeerResult]) -> PeerResult:
    failures = sum(1 for peer in peers if peer.failure)
    return PeerResult(
        name,
        sum(peer.converted for peer in peers),
        sum(peer.left for peer in peers),
        sum(peer.own for peer in peers),
        sum(peer.not_compiled for peer in peers),
        sum(peer.new_errors for peer in peers),
        sum(peer.diff_lines for peer in peers),
        sum(peer.least for peer in peers),
        sum(peer.seconds for peer in peers),
        f"on {failures} crates" if failures else None,
    )


def _peer(peer: PeerResult) -> list[str]:
    numbers = (
        peer.converted,
        peer.left,
        peer.own,
        peer.not_compiled,
        peer.new_errors,
        peer.diff_lines,
        peer.least,
    )
    name = peer.name if peer.failure is None else f"{peer.name} (failed: {peer.failure})"
    ratio = f"{peer.diff_lines / peer.least:.2f}" if peer.least else ""
    return [name, *(str(number) for number in numbers), ratio, f"{peer.seconds:.1f}"]


def _counter(outcome: str) -> Callable[[Row], int]:
    return lambda row: row.applied.count(outcome)
