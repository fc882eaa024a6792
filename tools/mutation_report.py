"""The page `docs/mutations.md`: what the prover said of wrong edits, and of right ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from codemods.engine.proof import Proof, ProofVerdict
from tools.markdown import table
from tools.mutation_subjects import Answer, CrateAnswers
from tools.mutation_traps import Trap

LEAST_WRONG = 500
LEAST_SHARE = 0.99
TrapAnswer = tuple[Trap, Proof | None]  # None: it does not compile

INTRODUCTION = """\
# Proving the prover

Measured on {day} with {tools}, by

    {command}

Wrong edits that compile, made in published crates as they are and beside their right upgrade; two of
three are given to the prover as an edit of the whole expression or statement. Its answer must be
*different* or *not comparable*; **equal** is a bug. **Traps** are wrong edits written by hand
(`tools/mutation_traps.txt`): what a dump of the compiler leaves out, prints alike or does not compile. The
other way round, what is the same must be proved: the upgrade's own sites (without those in documentation
examples, which are never proved), and edits of layout and comments.
"""


def page(
    crates: Sequence[CrateAnswers], traps: Sequence[TrapAnswer], day: str, tools: Sequence[str], command: str
) -> str:
    """Return the whole page as Markdown."""
    parts = [
        INTRODUCTION.format(day=day, tools=", ".join(tools), command=command),
        _targets(crates, traps),
        "## By crate\n\n" + _by_crate(crates),
        "## By kind\n\n" + _by_kind(crates),
        "## Traps\n\n" + _trap_table(traps),
        "## Why not comparable\n\n" + _reasons(crates),
        "## Right edits that are not proved\n\n" + _unproved(crates),
    ]
    return "\n".join(parts)


def missed(crates: Sequence[CrateAnswers], traps: Sequence[TrapAnswer], is_whole: bool) -> list[str]:
    """Return what a target misses: each wrong equal, too few edits, too few proofs."""
    found = [
        f"called equal: {answer.crate}: {answer.mutation.id}"
        for answer in _wrong(crates)
        if _equal(answer.proof)
    ]
    found += [f"called equal: trap {_name(trap)}" for trap, proof in traps if trap.is_wrong and _equal(proof)]
    found += [
        f"not proved: {_name(trap)}" for trap, proof in traps if not trap.is_wrong and not _equal(proof)
    ]
    found += [f"a trap does not compile: {_name(trap)}" for trap, proof in traps if proof is None]
    if is_whole and len(_wrong(crates)) < LEAST_WRONG:
        found.append(f"{len(_wrong(crates))} wrong edits compile: fewer than {LEAST_WRONG}")
    proved, sites = _sites(crates)
    if sites and proved < LEAST_SHARE * sites:
        found.append(f"{proved} of {sites} sites of the upgrade are proved: less than {LEAST_SHARE:.0%}")
    return found


def _targets(crates: Sequence[CrateAnswers], traps: Sequence[TrapAnswer]) -> str:
    wrong, same = _wrong(crates), [answer for crate in crates for answer in crate.same]
    equal = [answer for answer in wrong if _equal(answer.proof)]
    proved, sites = _sites(crates)
    compiled = [(trap, proof) for trap, proof in traps if trap.is_wrong and proof is not None]
    fooled = [_name(trap) for trap, proof in compiled if _equal(proof)]
    lines = [
        f"- wrong edits that compile: {len(wrong)}; called equal: {len(equal)} (target 0)",
        f"- traps: {len(compiled)}; called equal: {len(fooled)} (target 0)",
        f"- sites of the upgrade: {sites}; proved: {proved} ({proved / (sites or 1):.2%}, target 99%)",
        f"- edits of layout and comments: {len(same)}; proved: {sum(_equal(a.proof) for a in same)}",
        *(f"- **called equal**: {each.crate}: `{each.mutation.id}`" for each in equal),
        *(f"- **called equal**: the trap `{name}`" for name in fooled),
    ]
    return "## Result\n\n" + "\n".join(lines) + "\n"


def _by_crate(crates: Sequence[CrateAnswers]) -> str:
    head = [
        "crate",
        "tried",
        "compile",
        "different",
        "not comparable",
        "equal",
        "sites",
        "proved",
        "layout",
        "proved",
    ]
    return table(head, [_crate_row(crate) for crate in crates])


def _crate_row(crate: CrateAnswers) -> list[str]:
    proved, sites = _sites([crate])
    same = sum(_equal(answer.proof) for answer in crate.same)
    counted = [crate.tried, len(crate.wrong), *_verdict_counts(answer.proof for answer in crate.wrong)]
    return [crate.crate, *map(str, [*counted, sites, proved, len(crate.same), same])]


def _by_kind(crates: Sequence[CrateAnswers]) -> str:
    kinds: dict[tuple[str, str], list[Proof]] = {}
    for answer in _wrong(crates):
        kinds.setdefault((answer.mutation.where.value, answer.mutation.kind), []).append(answer.proof)
    head = ["where", "kind", "compile", "different", "not comparable", "equal"]
    body = [
        [*key, str(len(proofs)), *map(str, _verdict_counts(proofs))] for key, proofs in sorted(kinds.items())
    ]
    return table(head, body)


def _trap_table(traps: Sequence[TrapAnswer]) -> str:
    head = ["traps", "written", "compile", "different", "not comparable", "equal"]
    return table(head, [_trap_row(name, rows) for name, rows in _grouped(traps).items()])


def _grouped(traps: Sequence[TrapAnswer]) -> dict[str, list[TrapAnswer]]:
    grouped: dict[str, list[TrapAnswer]] = {}
    for trap, proof in traps:
        name = ("wrong" if trap.is_wrong else "right") + (
            ", whole expression" if trap.is_wide else ", tokens"
        )
        grouped.setdefault(name, []).append((trap, proof))
    return grouped


def _trap_row(name: str, rows: Sequence[TrapAnswer]) -> list[str]:
    proofs = [proof for _, proof in rows if proof is not None]
    return [name, *map(str, [len(rows), len(proofs), *_verdict_counts(proofs)])]


def _reasons(crates: Sequence[CrateAnswers]) -> str:
    unknown = (a.proof for a in _wrong(crates) if a.proof.verdict is ProofVerdict.NOT_COMPARABLE)
    return _counted("wrong edits", unknown)


def _unproved(crates: Sequence[CrateAnswers]) -> str:
    same = [answer.proof for crate in crates for answer in crate.same]
    sites = [proof for crate in crates for proof, count in crate.upgrade.values() for _ in range(count)]
    return _counted("edits", (proof for proof in same + sites if not _equal(proof)))


def _counted(what: str, proofs: Iterable[Proof]) -> str:
    counts = Counter(_without_names(proof.detail) for proof in proofs)
    if not counts:
        return "None.\n"
    return table(["reason", what], [[reason, str(count)] for reason, count in counts.most_common()])


def _without_names(detail: str) -> str:
    words = ("…" if "::" in word or ".rs:" in word else word for word in detail.split())
    return " ".join(words)


def _wrong(crates: Sequence[CrateAnswers]) -> list[Answer]:
    return [answer for crate in crates for answer in crate.wrong]


def _sites(crates: Sequence[CrateAnswers]) -> tuple[int, int]:
    each = [(proof, count) for crate in crates for proof, count in crate.upgrade.values()]
    return sum(count for proof, count in each if _equal(proof)), sum(count for _, count in each)


def _verdict_counts(proofs: Iterable[Proof]) -> list[int]:
    counts = Counter(proof.verdict for proof in proofs)
    return [counts[v] for v in (ProofVerdict.DIFFERENT, ProofVerdict.NOT_COMPARABLE, ProofVerdict.EQUAL)]


def _equal(proof: Proof | None) -> bool:
    return proof is not None and proof.verdict is ProofVerdict.EQUAL


def _name(trap: Trap) -> str:
    return trap.name + (" (whole expression)" if trap.is_wide else "")
