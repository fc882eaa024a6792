"""Measure the speed of `codemod` as ratios, in one run, and write `docs/benchmarks.md`.

    python -m tools.bench                everything
    python -m tools.bench --only scan    start | scan | isolate | apply
    python -m tools.bench --crate zip    apply over one crate of the corpus alone

Ends with 1 when a ratio is over its limit.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tools.apply_bench import measure_apply
from tools.corpus import choose, versions
from tools.crates import Crate, cache_folder, read_list
from tools.isolate_bench import CHANGES, measure_isolation
from tools.markdown import table
from tools.ours import CODEMOD, homes
from tools.peers import EXPERT_RULE, install_ast_grep, peer_versions
from tools.processes import Finished, must, peak_memory
from tools.trees import Tree, rust_tree

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
ROUNDS = 3
START_LIMIT = 0.25  # seconds of CPU
MEMORY_LIMIT = 200e6  # bytes
SECTIONS = ("start", "scan", "isolate", "apply")
WAYS = {"--no-prove": 1.25, "--prove": 2.0}  # of `codemod apply`, with the limit over plain cargo
BAD = (0, 1, 5)  # of a hundred changes
INTRODUCTION = """\
# Benchmarks

Measured on {day} with {tools}, by

    {command}

Ratios are codemod over the other tool. The best of {rounds} runs each, except `apply`, one run a crate:
`cold` with nothing built, `warm` with dependencies built and every file of the crate changed. Plain cargo is
`cargo check --all-targets` in each configuration that codemod used, `git apply` of the same edits, and the
same checks again in one target folder. CPU is user and system time of a process and of all processes it
waited for; memory is that of a process and its children together, shared pages counted once.

A hundred changes are those of a crate made for this: the bad ones look right and do not compile. One by one
is each edit, a check of the whole tree, and the edit taken back where that fails.

"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page: what was measured, against what, and the limit of the value in its unit."""

    name: str
    measured: str
    value: float | None  # None: not measured, and `measured` says why
    limit: float | None  # None: there is none
    unit: str = "x"

    @property
    def is_over(self) -> bool:
        """Return whether the value was measured and is over its limit."""
        return self.value is not None and self.limit is not None and self.value > self.limit


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the page, write it where everything was measured; return the exit code."""
    options = _parser().parse_args(arguments)
    cache = cache_folder()
    ast_grep = install_ast_grep(cache / "ast-grep")
    sections = {
        "start": lambda: start(cache),
        "scan": lambda: scan(rust_tree(cache), ast_grep, cache),
        "isolate": lambda: isolate(cache),
        "apply": lambda: apply(options.crate, cache),
    }
    lines = [line for name in (options.only or SECTIONS) for line in sections[name]()]
    command = shlex.join(["python", "-m", "tools.bench", *(sys.argv[1:] if arguments is None else arguments)])
    text = page(lines, (*versions(), *peer_versions(ast_grep)), command)
    sys.stdout.write(text)
    if options.only is None and options.crate is None:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(text)
    return 1 if any(line.is_over for line in lines) else 0


def start(cache: Path) -> list[Line]:
    """Measure how much CPU the command line needs before it does anything."""
    env = homes(cache / "bench")
    lines = []
    for words in (["--help"], ["list"]):
        must([CODEMOD, *words], cwd=cache, env=env)  # writes bytecode and warms the recipe cache
        best = _best([CODEMOD, *words], cache, env)
        name = f"codemod {' '.join(words)}"
        lines.append(Line(f"{name}, CPU", f"{best.cpu:.3f} s", best.cpu, START_LIMIT, "s"))
    return lines


def scan(tree: Tree, ast_grep: Path, cache: Path) -> list[Line]:
    """Measure `codemod scan` against ripgrep and ast-grep over the same tree, page cache warm."""
    scanning: list[str | Path] = [CODEMOD, "scan", "try-macro", "-C", tree.folder]
    pattern: list[str | Path] = [ast_grep, "run", "--lang", "rust", "--pattern", "try!($A)", tree.folder]
    ours = _best(scanning, cache, homes(cache / "bench"))
    plain = _best(pattern, cache)
    expert = _best([ast_grep, "scan", "-r", EXPERT_RULE, tree.folder], cache)
    peak = peak_memory(scanning, cwd=cache)
    where = f"{tree.size / 1e6:.0f} MB in {tree.count} files"
    return [
        Line(f"scan / ast-grep, CPU ({where})", _against(ours.cpu, plain.cpu), ours.cpu / plain.cpu, 0.1),
        Line("scan / ast-grep, wall", _against(ours.wall, plain.wall), ours.wall / plain.wall, 1 / 3),
        Line("scan / ast-grep expert rules, CPU", _against(ours.cpu, expert.cpu), ours.cpu / expert.cpu, 0.1),
        _against_ripgrep(ours, tree, cache),
        Line("scan, peak memory", f"{peak / 1e6:.0f} MB", peak / 1e6, MEMORY_LIMIT / 1e6, "MB"),
    ]


def isolate(cache: Path) -> list[Line]:
    """Measure how a hundred changes of which some are bad compare to trying one after another."""
    lines = []
    for bad in BAD:
        found = measure_isolation(bad, cache / "bench" / f"isolate-{bad}")
        title = f"{CHANGES} changes, {bad} bad"
        counted = f"{found.trees} / {found.naive_trees}"
        apart = [f"{found.commits} of commits"] * bool(found.commits)
        apart += [f"{found.parts} of single crates"] * bool(found.parts)
        besides = f" (and {', '.join(apart)})" if apart else ""
        lines += [
            Line(f"{title} / one by one, builds", counted + besides, found.trees, found.limit, ""),
            Line(
                f"{title} / one by one, wall",
                _against(found.seconds, found.naive_seconds),
                found.seconds / found.naive_seconds,
                None,
            ),
        ]
    return lines


def apply(name: str | None, cache: Path) -> list[Line]:
    """Measure `codemod apply`, without and with proof, against the cargo work it cannot avoid."""
    crates = choose(read_list(), name, None, 0)
    return [line for way in WAYS for line in _apply(way, crates, cache)]


def _apply(way: str, crates: Sequence[Crate], cache: Path) -> list[Line]:
    """Return the ratios summed over `crates`, with nothing and with the dependencies built before."""
    measured = []
    for number, crate in enumerate(crates, 1):
        sys.stderr.write(f"[{number}/{len(crates)}] {way}: {crate.slug}\n")
        measured.append(measure_apply(crate, cache, way))
    lines = []
    for state in ("cold", "warm"):
        # Wall time alone: the CPU of a sandboxed compiler is lost with the sandbox's own first process.
        ours = sum(getattr(each, state).ours for each in measured)
        cargo = sum(getattr(each, state).cargo for each in measured)
        title = f"apply {way} / plain cargo, {state}, wall ({len(crates)} crates)"
        lines.append(Line(title, _against(ours, cargo), ours / cargo, WAYS[way]))
    return lines


def page(lines: list[Line], tools: tuple[str, ...], command: str) -> str:
    """Return the whole page as Markdown."""
    body = [[line.name, line.measured, _value(line), _limit(line), _word(line)] for line in lines]
    made = INTRODUCTION.format(
        day=date.today().isoformat(), tools=", ".join(tools), command=command, rounds=ROUNDS
    )
    return made + table(["what", "measured", "value", "limit", ""], body)


def _best(command: list[str | Path], cwd: Path, env: dict[str, str] | None = None) -> Finished:
    # A command that fails early is fast and says nothing.
    rounds = [must(command, cwd=cwd, env=env) for _ in range(ROUNDS)]
    return min(rounds, key=lambda each: each.cpu)


def _against_ripgrep(ours: Finished, tree: Tree, cache: Path) -> Line:
    name = "scan / rg 'try!', CPU"
    if shutil.which("rg") is None:
        return Line(name, "skipped: no `rg` here (Debian package ripgrep)", None, 8)
    # Without a path and with a pipe as input rg would search its input.
    ripgrep = _best(["rg", "try!", tree.folder], cache)
    return Line(name, _against(ours.cpu, ripgrep.cpu), ours.cpu / ripgrep.cpu, 8)


def _against(ours: float, theirs: float) -> str:
    return f"{ours:.2f} s / {theirs:.2f} s"


def _value(line: Line) -> str:
    return "" if line.value is None else f"{line.value:.3g} {line.unit}".rstrip()


def _limit(line: Line) -> str:
    return "" if line.limit is None else f"{line.limit:.3g} {line.unit}".rstrip()


def _word(line: Line) -> str:
    if line.value is None:
        return "skipped"
    if line.limit is None:
        return ""
    return "**over**" if line.is_over else "met"


def _parser() -> argparse.ArgumentParser:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", choices=SECTIONS, help="only this part (repeatable)")
    parser.add_argument("--crate", metavar="NAME", help="`apply` over this crate alone")
    return parser


if __name__ == "__main__":
    sys.exit(main())
