"""The same upgrade by other tools: rustfmt, ast-grep and `cargo fix --edition`."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from tools.builds import Check, Place, check
from tools.crates import changed_lines, fresh_clone
from tools.processes import Finished, must, run
from tools.tokens import TrySite, defines_try, least_diff, line_and_column, try_sites

EXPERT_RULE = Path(__file__).with_name("ast_grep_expert.yml")
NESTING = 4  # passes of ast-grep: it rewrites one level of a nested call in each


@dataclass(frozen=True, slots=True)
class Setting:
    """One crate as every tool gets it: its repository, and what was counted there before."""

    origin: Path
    folder: Path  # clones go below
    target: Path
    files: dict[str, bytes]
    baseline: Check


@dataclass(frozen=True, slots=True)
class PeerResult:
    """What one tool made of one crate."""

    name: str
    converted: int
    left: int
    own: int  # converted although it is the crate's own macro
    not_compiled: int  # converted in code that this build does not compile
    new_errors: int
    diff_lines: int
    least: int
    seconds: float
    failure: str | None  # the tool itself ended with an error


Tool = Callable[[Path, Path], Finished]


def peer_tools(ast_grep: Path) -> dict[str, Tool]:
    """Return each tool as a function of work tree and target folder that edits the tree in place."""

    def plain(folder: Path, _target: Path) -> Finished:
        command: list[str | Path] = [
            ast_grep,
            "run",
            "--lang",
            "rust",
            "--pattern",
            "try!($A)",
            "--rewrite",
            "$A?",
            "-U",
            ".",
        ]
        finished = run(command, cwd=folder)
        return _as_success(finished, codes=(0, 1))  # 1: no match

    def expert(folder: Path, _target: Path) -> Finished:
        passes = [run([ast_grep, "scan", "-r", EXPERT_RULE, "-U", "."], cwd=folder) for _ in range(NESTING)]
        last = passes[-1]
        return Finished(
            last.code,
            last.stdout,
            last.stderr,
            sum(each.wall for each in passes),
            sum(each.cpu for each in passes),
        )

    return {"rustfmt": _rustfmt, "ast-grep plain": plain, "ast-grep expert": expert, "cargo fix": _cargo_fix}


def measure_peer(name: str, tool: Tool, setting: Setting) -> PeerResult:
    """Run one tool over a fresh clone, count what it did and compile the result."""
    folder = fresh_clone(setting.origin, setting.folder / re.sub(r"\W+", "-", name))
    finished = tool(folder, setting.target)
    after = {path: (folder / path).read_bytes() for path in setting.files}
    converted = {
        place for path in after for place in converted_places(path, setting.files[path], after[path])
    }
    left = sum(len(try_sites(source)) for source in after.values())
    built = check(folder, setting.target)
    return PeerResult(
        name,
        len(converted),
        left,
        *unreported(converted, setting),
        sum((built.errors - setting.baseline.errors).values()),
        sum(changed_lines(folder, "HEAD").values()),
        sum(_least_for(path, setting.files[path], converted) for path in after),
        finished.wall,
        None if finished.code == 0 else finished.stderr.decode(errors="replace").strip()[:200],
    )


def converted_places(path: str, before: bytes, after: bytes) -> list[Place]:
    """Return where in `before` the `try!` stood that are gone from `after`.

    Sites are recognised by the words of their operand and by their order, not by their place.
    """
    old, new = try_sites(before), try_sites(after)
    matcher = SequenceMatcher(
        None, [_words(site.operand) for site in old], [_words(site.operand) for site in new], autojunk=False
    )
    gone: list[TrySite] = []
    for _, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        # A site whose operand was edited stands against another one: it is still there.
        gone += old[old_start + (new_end - new_start) : old_end]
    return [Place(path, *line_and_column(before, site.start)) for site in gone]


def unreported(converted: set[Place], setting: Setting) -> tuple[int, int]:
    """Return how many converted sites rustc does not report: of the crate's own macro, and not compiled.

    A crate that defines a `try!` is taken to mean that one wherever rustc does not name std's.
    """
    number = len(converted - setting.baseline.try_uses)
    has_own = any(defines_try(source) for source in setting.files.values())
    return (number, 0) if has_own else (0, number)


def install_ast_grep(folder: Path) -> Path:
    """Return the ast-grep program, installed from PyPI into a virtual environment on first use."""
    program = folder / "bin" / "ast-grep"
    if not program.exists():
        must([sys.executable, "-m", "venv", folder], cwd=Path.cwd())
        must([folder / "bin" / "pip", "install", "--quiet", "ast-grep-cli"], cwd=Path.cwd())
    return program


def peer_versions(ast_grep: Path) -> tuple[str, ...]:
    """Return one line a tool that says which version was measured."""
    commands: list[list[str | Path]] = [["rustfmt", "--version"], [ast_grep, "--version"]]
    return tuple(must(command, cwd=Path.cwd()).stdout.decode().strip() for command in commands)


def _rustfmt(folder: Path, _target: Path) -> Finished:
    return run(["cargo", "fmt", "--", "--config", "use_try_shorthand=true"], cwd=folder)


def _cargo_fix(folder: Path, target: Path) -> Finished:
    # No benches: those of old crates need nightly, and one broken target ends the whole command.
    kinds = ["--lib", "--bins", "--tests", "--examples"]
    command = ["cargo", "fix", "--edition", "--allow-dirty", "--offline", *kinds]
    return run(command, cwd=folder, env={"CARGO_TARGET_DIR": str(target)})


def _as_success(finished: Finished, codes: tuple[int, ...]) -> Finished:
    code = 0 if finished.code in codes else finished.code
    return Finished(code, finished.stdout, finished.stderr, finished.wall, finished.cpu)


def _least_for(path: str, before: bytes, converted: set[Place]) -> int:
    sites = [
        site for site in try_sites(before) if Place(path, *line_and_column(before, site.start)) in converted
    ]
    return least_diff(before, sites)


def _words(operand: bytes) -> bytes:
    return re.sub(rb"\b(?:r#)?try\b|[!?(){}\[\],\s]", b"", operand)
