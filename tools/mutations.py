"""Prove the prover: make wrong edits that compile, show that none is called equal; write `docs/mutations.md`.

    python -m tools.mutations                       traps, and every crate of tools/corpus.toml
    python -m tools.mutations --traps               the traps alone
    python -m tools.mutations --crate zip           one crate (every version of it that is listed)
    python -m tools.mutations --edits 40 --seed 3   fewer edits, others for another seed

Ends with 1 when a wrong edit is called equal or another target is missed.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from datetime import date
from pathlib import Path

from codemods.engine.proof import ProofVerdict
from tools.corpus import choose, versions
from tools.crates import Crate, cache_folder, read_list
from tools.mutation_report import TrapAnswer, missed, page
from tools.mutation_subjects import Amount, CrateAnswers, crate_answers, trap_answers
from tools.mutation_traps import TRAPS, WIDE

EDITIONS = ("2021", "2024")  # temporaries of tails and conditions die earlier in the later one
PAGE = Path(__file__).parents[1] / "docs" / "mutations.md"


def main(arguments: list[str] | None = None) -> int:
    """Mutate, ask, print the page, write it where a whole run was asked for; return the exit code."""
    options = _parser().parse_args(arguments)
    crates = () if options.traps else choose(read_list(), options.crate, None, 0)
    if options.crate and not crates:
        sys.stderr.write(f"error: no crate of the list is called {options.crate}\n")
        return 2
    is_whole = crates == read_list()
    amount = Amount(options.edits, options.rounds, options.seed)
    answers = _all_crates(crates, amount, cache_folder())
    traps = _all_traps(cache_folder()) if is_whole or options.traps else ()
    command = shlex.join(
        ["python", "-m", "tools.mutations", *(sys.argv[1:] if arguments is None else arguments)]
    )
    text = page(answers, traps, date.today().isoformat(), versions(), command)
    sys.stdout.write(text)
    if is_whole:
        PAGE.write_text(text)
    complaints = missed(answers, traps, is_whole)
    sys.stderr.write("".join(f"missed: {complaint}\n" for complaint in complaints))
    return 1 if complaints else 0


def _all_crates(crates: tuple[Crate, ...], amount: Amount, cache: Path) -> tuple[CrateAnswers, ...]:
    answers = []
    for number, crate in enumerate(crates, 1):
        sys.stderr.write(f"[{number}/{len(crates)}] {crate.slug}\n")
        answers.append(crate_answers(crate, cache, amount))
        wrong = answers[-1].wrong
        equal = [answer.mutation.id for answer in wrong if answer.proof.verdict is ProofVerdict.EQUAL]
        sys.stderr.write(f"    {len(wrong)} wrong edits compile, {len(equal)} called equal\n")
        sys.stderr.write("".join(f"    {id}\n" for id in equal))
    return tuple(answers)


def _all_traps(cache: Path) -> tuple[TrapAnswer, ...]:
    sys.stderr.write("traps\n")
    return tuple(
        answer
        for edition in EDITIONS
        for traps in (TRAPS, WIDE)
        for answer in trap_answers(traps, edition, cache)
    )


def _parser() -> argparse.ArgumentParser:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(prog="python -m tools.mutations", description=__doc__.splitlines()[0])
    parser.add_argument("--traps", action="store_true", help="only the wrong edits made by hand")
    parser.add_argument("--crate", metavar="NAME", help="only this crate (NAME or NAME-VERSION)")
    parser.add_argument("--edits", type=int, default=100, metavar="N", help="tried at once (default 100)")
    parser.add_argument("--rounds", type=int, default=1, metavar="N", help="how often (default 1)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="which edits (default 0)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
