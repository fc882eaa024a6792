"""Run `try-macro` over real crates, print what came of it, and write `docs/results.md`.

    python -m tools.corpus                      every crate of tools/corpus.toml
    python -m tools.corpus --crate zip          one crate (every version of it that is listed)
    python -m tools.corpus --sample 3 --seed 7  three crates, the same ones for the same seed

Ends with 1 when a target is missed, and says which and where.
"""

from __future__ import annotations

import argparse
import random
import shlex
import sys
from datetime import date
from pathlib import Path

from tools.crates import Crate, cache_folder, read_list
from tools.peers import install_ast_grep, peer_tools, peer_versions
from tools.processes import must
from tools.rows import Options, Row, measure
from tools.tables import page
from tools.targets import missed

RESULTS = Path(__file__).parents[1] / "docs" / "results.md"


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the page, write it where a whole run was asked for; return the exit code."""
    options = _parser().parse_args(arguments)
    crates = choose(read_list(), options.crate, options.sample, options.seed)
    if not crates:
        sys.stderr.write(f"error: no crate of the list is called {options.crate}\n")
        return 2
    cache = cache_folder()
    ast_grep = None if options.no_peers else install_ast_grep(cache / "ast-grep")
    peers = {} if ast_grep is None else peer_tools(ast_grep)
    rows = _measure_all(crates, Options(cache, tests=not options.no_tests, peers=peers))
    tools = versions() + (() if ast_grep is None else peer_versions(ast_grep))
    command = shlex.join(
        ["python", "-m", "tools.corpus", *(sys.argv[1:] if arguments is None else arguments)]
    )
    text = page(rows, date.today().isoformat(), tools, command)
    sys.stdout.write(text)
    if options.write or crates == read_list():
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(text)
    return 1 if missed(rows) else 0


def choose(crates: tuple[Crate, ...], name: str | None, sample: int | None, seed: int) -> tuple[Crate, ...]:
    """Return the crates called `name`, or a sample that depends on `seed` alone, or all of them."""
    if name is not None:
        return tuple(crate for crate in crates if name in (crate.name, crate.slug))
    if sample is not None:
        picked = random.Random(seed).sample(range(len(crates)), min(sample, len(crates)))
        return tuple(crates[at] for at in sorted(picked))
    return crates


def versions() -> tuple[str, ...]:
    """Return the versions of the toolchain that the numbers depend on."""
    commands = (["rustc", "--version"], ["cargo", "--version"], ["git", "--version"])
    return tuple(must(command, cwd=Path.cwd()).stdout.decode().strip() for command in commands)


def _measure_all(crates: tuple[Crate, ...], options: Options) -> list[Row]:
    rows = []
    for number, crate in enumerate(crates, 1):
        sys.stderr.write(f"[{number}/{len(crates)}] {crate.slug}\n")
        rows.append(measure(crate, options))
        for complaint in missed(rows[-1:]):
            sys.stderr.write(f"    {complaint}\n")
    return rows


def _parser() -> argparse.ArgumentParser:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(prog="python -m tools.corpus", description=__doc__.splitlines()[0])
    parser.add_argument("--crate", metavar="NAME", help="only this crate (NAME or NAME-VERSION)")
    parser.add_argument("--sample", type=int, metavar="N", help="only N crates, chosen by the seed")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="seed of the sample (default 0)")
    parser.add_argument("--no-tests", action="store_true", help="do not run the crates' tests")
    parser.add_argument("--no-peers", action="store_true", help="do not run other tools beside codemod")
    parser.add_argument(
        "--write", action="store_true", help="write docs/results.md for a part of the list too"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
