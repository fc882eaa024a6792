"""How to see by hand what was said of one change: plain git, cargo and rustc commands, as a shell script.

The script runs the analysed code without a cage, in two worktrees that it makes and removes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from shlex import join, quote

from codemods.engine.document import ConfigurationRecord
from codemods.engine.reproduction import Subject, Test, Unit
from codemods.engine.stand_in import StandIn

# What differs though nothing does: spans, numbers of nodes, and the brackets around what is left out.
_DROPPED = (
    "^ *((span|ty_span|fn_span|var_span|hir_id|from_hir_call|temp_scope_id|flags|repr|variants):|[][(){},]*$)"
)
_MASKED = (
    "s/^( *)\\1\\1\\1/\\1/; s/DefId\\([0-9]+:[0-9]+/DefId(/g;"
    " s/(Node|IfThen|Destruction|CallSite|Arguments)\\([0-9]+\\)/\\1/g;"
    " s/[^ ]+:[0-9]+:[0-9]+: [0-9]+:[0-9]+( \\(#[0-9]+\\))?/SPAN/g"
)
# Variables are told apart by number alone: counted in each body as they come, a swap is still seen.
_NUMBERED = (
    '/^DefId/ { split("", seen); count = 0 } { while (match($0, /HirId\\(DefId\\([^)]*\\)\\.[0-9]+\\)/)) {'
    " id = substr($0, RSTART, RLENGTH); if (!(id in seen)) seen[id] = ++count;"
    ' $0 = substr($0, 1, RSTART - 1) "variable " seen[id] substr($0, RSTART + RLENGTH) } print }'
)
_MIR_MASKED = "s/DefId\\(0:[0-9]+/DefId(0:/g; s/\\{closure@[^}]*\\}/{closure}/g; s/ *\\/\\/ (in )?scope .*//"


def script(subject: Subject) -> str:
    """Return a shell script, to be run in the repository, that shows what the ledger says of `subject`."""
    return "\n".join(_lines(subject)) + "\n"


def _lines(subject: Subject) -> Iterator[str]:
    yield from _head(subject)
    yield from _worktrees(subject)
    yield from _checks(subject)
    yield from _tests(subject)
    yield from _proof(subject)
    yield from _end()


def _head(subject: Subject) -> Iterator[str]:
    document, change = subject.document, subject.change
    places = ", ".join(f"{site.path}:{site.line}" for site in subject.sites)
    grade = change.grade.value if change.grade else "none"
    yield _comment(f"{change.recipe} at {places}: grade {grade}. Run this in the repository, with sh.")
    yield _comment(f"The grade was given with rustc {document.tool.rustc}; what follows uses your own.")
    yield _comment("Build scripts, macros and tests of the code run here without a cage.")
    toolchain = document.settings.get("toolchain")
    if isinstance(toolchain, str):
        yield f"export RUSTUP_TOOLCHAIN={quote(toolchain)}"


def _worktrees(subject: Subject) -> Iterator[str]:
    yield from _title("1. The trees before and after, side by side")
    yield "dir=$(mktemp -d)"
    yield f'git -c core.hooksPath=/dev/null worktree add --quiet --detach "$dir/base" {subject.document.base}'
    yield f'git -c core.hooksPath=/dev/null worktree add --quiet --detach "$dir/tip" {subject.tip}'
    shown = ["git", "--no-pager", "diff", subject.document.base, subject.tip, "--"]
    yield join([*shown, *(f":(top,literal){subject.in_repository(path)}" for path in subject.change.paths)])


def _checks(subject: Subject) -> Iterator[str]:
    if not subject.configurations:
        yield from _title("2. Nothing here compiled it, so there is nothing to build")
        yield from map(_comment, dict.fromkeys(site.reason for site in subject.sites if site.reason))
        return
    yield from _title("2. Both build, in each configuration that compiled it")
    dropped = subject.document.baseline.dropped if subject.document.baseline else ()
    for target in dropped:
        yield _comment(f"Expected to fail on both sides: {target}")
    for number, configuration in enumerate(subject.configurations):
        line = join(["cargo", "check", *_members(subject, configuration), "--all-targets", "--keep-going",
                     *_arguments(configuration)])  # fmt: skip
        for tree in ("base", "tip"):
            yield _in(subject, tree, line) + (" || true" if dropped else "")
            if tree == "base" and number == 0 and not subject.has_lock:
                lock = subject.in_repository("Cargo.lock")
                yield f'cp "$dir/base"/{quote(lock)} "$dir/tip"/{quote(lock)}  # the same dependencies'


def _tests(subject: Subject) -> Iterator[str]:
    found = [found for site in subject.sites for found in site.evidence if found.check == "test"]
    if not any(each.status == "passed" for each in found) and not subject.is_example:
        yield from _title("3. The tests were not compared")
        return
    yield from _title("3. Tests that run it pass on both sides" if subject.tests else "3. The tests")
    for arguments in dict.fromkeys(map(tuple, _test_commands(subject))):
        for tree in ("base", "tip"):
            yield _in(subject, tree, join(["cargo", "test", *arguments]))


def _test_commands(subject: Subject) -> Iterator[list[str]]:
    first = subject.document.configurations[:1]
    options = [option for each in first for option in _arguments(each)]
    for test in subject.tests:
        yield [*test.unit.selection, *options, *_filter(test)]
    if not subject.tests and subject.is_example:
        yield ["--workspace", "--doc", *options, "--", posixpath.basename(subject.sites[0].path)]
    elif not subject.tests:
        yield ["--workspace", "--no-fail-fast", *options]


def _filter(test: Test) -> list[str]:
    if test.name is None:
        return []
    if test.unit.kind == "doc":  # its line may have moved; the item's name stays
        return ["--", re.sub(r" #\d+$", "", test.name)]
    return ["--", "--exact", test.name]


def _proof(subject: Subject) -> Iterator[str]:
    units = [unit for unit in subject.units if all(path.endswith(".rs") for path in subject.change.paths)]
    if not units or not subject.configurations:
        yield from _title("4. There is no code of a target to compare")
        return
    options = _arguments(subject.configurations[0])
    if subject.stand_in is not None and units[0].kind == "lib" and not units[0].is_test:
        yield from _same_mir(subject, subject.stand_in, units[0], options)
    else:
        yield from _typed_trees(subject, units[0], options)


def _same_mir(subject: Subject, macro: StandIn, unit: Unit, options: Sequence[str]) -> Iterator[str]:
    yield from _title("4. rustc makes the same MIR of both, if the old macro is defined as what replaces it")
    yield _comment("With the definition in both trees, the text before means what the recipe says it means.")
    yield _comment("So `diff` must print nothing, and the last line is `same`.")
    command = f"{macro.line}s/^/{macro.escaped} /"
    for tree in ("base", "tip"):
        file = f'"$dir/{tree}"/{quote(str(macro.root))}'
        yield f'sed {quote(command)} {file} > "$dir/root.rs" && cp "$dir/root.rs" {file}'
    for tree in ("base", "tip"):
        line = join(["cargo", "rustc", *unit.selection, *options, "--", "--cap-lints=allow"])
        yield _in(subject, tree, f'{line} --emit=mir="$dir/{tree}.mir"')
        yield f'sed -E {quote(_MIR_MASKED)} "$dir/{tree}.mir" > "$dir/{tree}.txt"'
    yield 'diff "$dir/base.txt" "$dir/tip.txt" && echo same'


def _typed_trees(subject: Subject, unit: Unit, options: Sequence[str]) -> Iterator[str]:
    yield from _title("4. What rustc makes of it: the typed trees, without places and numbers")
    yield _comment("Look at each difference: it must be the recipe's documented rewrite, and nothing else")
    yield _comment(f"(`codemod explain {subject.change.recipe}`). Where temporaries end is not shown.")
    yield _comment("The variable is for members alone, since build scripts of dependencies ask for it.")
    yield r"""printf '#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec "$@"\n' > "$dir/unstable" """.rstrip()
    yield 'chmod +x "$dir/unstable"'
    profile = [] if "--release" in options else ["--profile", "test" if unit.is_test else "check"]
    line = join(["cargo", "rustc", *unit.selection, *profile, *options, "--", "-Zunpretty=thir-tree"])
    for tree in ("base", "tip"):
        wrapped = f'RUSTC_WORKSPACE_WRAPPER="$dir/unstable" {line}'
        yield _in(subject, tree, wrapped) + f' > "$dir/{tree}.thir"'
        yield f'grep -vE {quote(_DROPPED)} "$dir/{tree}.thir" > "$dir/{tree}.kept"'
        yield f'awk {quote(_NUMBERED)} "$dir/{tree}.kept" > "$dir/{tree}.numbered"'
        yield f'sed -E {quote(_MASKED)} "$dir/{tree}.numbered" > "$dir/{tree}.txt"'
    yield 'diff -b "$dir/base.txt" "$dir/tip.txt" | head -n 200'


def _end() -> Iterator[str]:
    yield from _title("5. Clean up")
    yield 'git worktree remove --force "$dir/base"'
    yield 'git worktree remove --force "$dir/tip"'
    yield 'rm -r "$dir"'


# Pieces


def _title(text: str) -> Iterator[str]:
    yield ""
    yield _comment(text)


def _comment(text: str) -> str:
    """Return a comment of one line; whatever is in the text, it stays one."""
    return "# " + " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _in(subject: Subject, tree: str, command: str) -> str:
    folder = f"/{quote(subject.folder)}" if subject.folder != "." else ""
    return f'(cd "$dir/{tree}"{folder} && {command})'


def _members(subject: Subject, configuration: ConfigurationRecord) -> list[str]:
    asked = subject.document.settings.get("package")
    names = configuration.packages or (asked if isinstance(asked, list) else ())
    return [f"--package={name}" for name in names] or ["--workspace"]


def _arguments(configuration: ConfigurationRecord) -> list[str]:
    options = [f"--features={','.join(configuration.features)}"] if configuration.features else []
    options += ["--all-features"] if configuration.all_features else []
    options += [] if configuration.default_features else ["--no-default-features"]
    options += ["--release"] if configuration.release else []
    is_named = f"@{configuration.target}" in configuration.id  # else it is the host's, without `--target`
    return [*options, *([f"--target={configuration.target}"] if is_named else [])]
