"""What equal trees do not say: values of `Location::caller()`, and types of two crates of one name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from codemods.cargo.report import Unit
from codemods.cargo.thir_places import Position
from codemods.engine.overlay import EditedFile, Overlay
from codemods.engine.prove_edits import EVALUATING
from codemods.engine.store import step_key
from codemods.engine.workbench import Workbench
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.vcs.linediff import opcodes

LOCATED = "{body} calls {crate}, which asks where it is called from, and the change moves the call"
ALIKE = "{body} names a type of `{name}`, and two things of this build have that name"

TRACKED = "{body} calls `{name}`, of which an implementation here asks where it is called from"

_LOCATION = re.compile(rb"Location\s*::\s*caller|caller_location")
_CALL = re.compile(
    rb"kind: Call \{\n +ty: FnDef\(\n +DefId\(\d+:\d+ ~ (\w+)\[.*?"
    rb"\n +fn_span: ([^\n]*?):(\d+):(\d+): [^\n]*\(#(\d+)\)",
    re.DOTALL,
)
# A method of a trait of std, which any crate may implement: what is called then is not in the tree.
_TRAIT_METHOD = re.compile(rb"DefId\(\d+:\d+ ~ (?:core|std|alloc)\[\w+\]::(?:\w+::)*[A-Z]\w*::(\w+)\)")
_TRACKED = re.compile(rb"\btrack_caller\b[^{};]*\bfn\s+(\w+)")
_THROUGH = {
    b"from_residual": b"from",
    b"into": b"from",
}  # std's, that call another one for the caller
_ASKED = re.compile(
    rb"kind: Call \{\n +ty: FnDef\(\n +DefId\(\d+:\d+ ~ core\[\w+\]::panic::location::[^\n]*caller\).*?"
    rb"\n +fn_span: ([^\n]*?):(\d+):(\d+): [^\n]*\(#(\d+)\)",
    re.DOTALL,
)
_CRATE = re.compile(rb"DefId\(\d+:\d+ ~ (\w+)\[")
_MACRO = re.compile(rb"(\w+)\s*!\s*[(\[{]")
_LINES = re.compile(rb"span: ([^\n]*?):(\d+):\d+: (\d+):\d+ \(#0\)")
_SYSROOT = frozenset({b"std", b"core", b"alloc", b"proc_macro", b"test"})  # they only say it in panics
_MODULE = re.compile(rb"\b(?:mod|fn|as)\s+(\w+)")  # `extern crate` names the crate itself


@dataclass(frozen=True, slots=True)
class Moved:
    """What stands elsewhere after the edits of one file: stretches of the new text, by position.

    `macro_lines` are the lines on which a macro that may call anything is called in what was moved.
    `keeps_lines`: every line has the number that it had.
    """

    source: Source
    spans: tuple[Span, ...]
    macro_lines: tuple[int, ...]
    keeps_lines: bool

    def holds(self, position: Position) -> bool:
        """Whether the code at `position` was moved."""
        offset = self.source.offset(*position)
        return any(span.start <= offset <= span.end for span in self.spans)


def moved(file: EditedFile) -> Moved:
    """Return what the edits of `file` and its layout move: the rest of a changed line, and shifted lines."""
    old, new = file.old.splitlines(keepends=True), file.compiled.splitlines(keepends=True)
    starts = [0]
    for line in new:
        starts.append(starts[-1] + len(line))
    spans: list[Span] = []
    for run in opcodes(old, new):
        is_paired = run.old == run.new and run.old_end == run.new_end
        for at in range(run.new, run.new_end):
            if not is_paired:
                spans.append(Span(starts[at], starts[at + 1]))
            elif old[at] != new[at]:
                spans.append(Span(starts[at] + _same_start(old[at], new[at]), starts[at + 1]))
    source = Source(file.path, file.compiled)
    macros = (found for span in spans for found in _MACRO.finditer(file.compiled, span.start, span.end))
    lines = {source.position(found.start()).line for found in macros if found[1] not in EVALUATING}
    return Moved(source, tuple(spans), tuple(sorted(lines)), len(old) == len(new))


def _same_start(one: bytes, other: bytes) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def moved_call(
    text: bytes,
    files: Mapping[str, Moved],
    locating: Collection[bytes],
    path_of: Callable[[bytes], str],
) -> tuple[bytes, bool] | None:
    """Return the first of the crates `locating` that a body calls from a place that moved, or None.

    With it, whether the call is a macro's.
    """
    asked = [(b"core", *place) for place in _ASKED.findall(text)] if b"::panic::location::" in text else []
    locating = {*locating, b"core"} if asked else locating
    if not any(b" ~ %b[" % crate in text for crate in locating):
        return None
    calls = (call for call in _CALL.findall(text) if call[0] != b"core")
    for crate, file, line, column, context in (*asked, *calls):
        if crate not in locating:
            continue
        if context != b"0":  # a macro's: rustc does not print where that was called
            if _has_macro(text, files, path_of):
                return bytes(crate), True
            continue
        there = files.get(path_of(file))
        if there is not None and there.holds((int(line), int(column))):
            return bytes(crate), False
    return None


def _has_macro(text: bytes, files: Mapping[str, Moved], path_of: Callable[[bytes], str]) -> bool:
    """Whether a macro that may call anything was moved, on a line that the body reaches over."""
    if not any(file.macro_lines for file in files.values()):
        return False
    lines: dict[bytes, list[int]] = {}
    for file, first, last in _LINES.findall(text):
        lines.setdefault(file, []).extend((int(first), int(last)))
    for file, found in lines.items():
        there = files.get(path_of(file))
        if there is not None and any(min(found) <= line <= max(found) for line in there.macro_lines):
            return True
    return False


def called_crates(bodies: Iterable[bytes]) -> frozenset[bytes]:
    """Return the names of the crates that the bodies call, but for those of rustc itself."""
    return frozenset(name for text in bodies for name in _CRATE.findall(text)) - _SYSROOT


def extern_crates(unit: Unit) -> frozenset[bytes]:
    """Return the names of the unit's own crate and of those that rustc is given for it, not their aliases."""
    given = (after for option, after in pairwise(unit.argv) if option == "--extern" and "=" in after)
    files = (each.rpartition("/")[2] for each in given)
    names = {name.removeprefix("lib").rpartition("-")[0] for name in files if "-" in name}
    own = (after for option, after in pairwise(unit.argv) if option == "--crate-name")
    return frozenset(name.encode() for name in (*names, *own))


def tracked_methods(bench: Workbench, unit: Unit, overlay: Overlay) -> frozenset[bytes]:
    """Return the names of the functions with `#[track_caller]` in the unit's crate and those it is given."""
    own = (name for text in bench.sources(unit, overlay) for name in _TRACKED.findall(text))
    names = {name.decode() for name in own}
    target, store = bench.builder.build.target_directory, bench.builder.store
    for crate in extern_crates(unit):
        name = crate.decode()
        for record in sorted([*target.glob(f"*/deps/{name}-*.d"), *target.glob(f"*/*/deps/{name}-*.d")]):
            content = record.read_bytes()
            found = partial(_tracked, content, bench.builder.build.workspace_root)
            names |= store.remember(step_key("tracked", content), frozenset[str], found)
    return frozenset(name.encode() for name in names)


def tracked_call(text: bytes, tracked: Collection[bytes]) -> bytes | None:
    """Return a method of a trait of std that a body calls and that is one of the `tracked`, or None."""
    for name in dict.fromkeys(_TRAIT_METHOD.findall(text)):
        if name in tracked or _THROUGH.get(name) in tracked:
            return bytes(name)
    return None


def locating_crates(
    bench: Workbench, unit: Unit, overlay: Overlay, names: Iterable[bytes]
) -> frozenset[bytes]:
    """Return those crates whose sources ask where they are called from; of unknown ones all."""
    own = next((unit.argv[i + 1] for i, a in enumerate(unit.argv) if a == "--crate-name"), "").encode()
    return frozenset(
        name
        for name in names
        if (
            any(_LOCATION.search(text) for text in bench.sources(unit, overlay))
            if name == own
            else _locates(bench, name.decode())
        )
    )


def _locates(bench: Workbench, name: str) -> bool:
    store = bench.builder.store
    target = bench.builder.build.target_directory
    records = sorted([*target.glob(f"*/deps/{name}-*.d"), *target.glob(f"*/*/deps/{name}-*.d")])
    if not records:
        return True
    for record in records:
        content = record.read_bytes()
        found = partial(_mentions, content, bench.builder.build.workspace_root)
        if store.remember(step_key("locates", content), bool, found):
            return True
    return False


def _mentions(record: bytes, root: Path) -> bool:
    """Whether a source that a dep-info file names speaks of locations."""
    return any(text is None or _LOCATION.search(text) is not None for text in _sources(record, root))


def _tracked(record: bytes, root: Path) -> frozenset[str]:
    """Return the functions with `#[track_caller]` in the sources that a dep-info file names."""
    texts = [text for text in _sources(record, root) if text is not None]
    if not any(_LOCATION.search(text) for text in texts):
        return frozenset()  # it would say it in panics only
    return frozenset(name.decode() for text in texts for name in _TRACKED.findall(text))


def _sources(record: bytes, root: Path) -> Iterator[bytes | None]:
    """Yield the Rust files that a dep-info file names; None for one that is not there."""
    first = record.partition(b"\n")[0].partition(b": ")[2]
    for name in re.split(rb"(?<!\\) ", first):
        path = root / os.fsdecode(name.replace(b"\\ ", b" "))
        if path.suffix == ".rs":
            yield path.read_bytes() if path.is_file() else None


def names_alike(bench: Workbench, unit: Unit, overlay: Overlay) -> frozenset[bytes]:
    """Return the names under which two crates, or a crate and something of this crate, are printed."""
    crates = {b"std", b"core", b"alloc", b"test"}
    alike: set[bytes] = set()
    for at, argument in enumerate(unit.argv):
        if argument == "--extern":
            name, _, file = unit.argv[at + 1].rpartition(":")[2].partition("=")
            crates.add(name.encode())
            real = Path(file).name.removeprefix("lib").rpartition("-")[0]
            if file and real and real != name:
                alike |= {name.encode(), real.encode()}
    declared = {name for text in bench.sources(unit, overlay) for name in _MODULE.findall(text)}
    return frozenset(alike | (crates & declared) | _twice_in_lock(bench))


def _twice_in_lock(bench: Workbench) -> frozenset[bytes]:
    try:
        lock = bench.workspace.lock_file.read_bytes()
    except OSError:
        return frozenset()
    names = re.findall(rb'(?m)^name = "([^"]+)"', lock)
    return frozenset(name.replace(b"-", b"_") for name in names if names.count(name) > 1)


def first_alike(text: bytes, alike: Collection[bytes]) -> bytes | None:
    """Return the first of the names `alike` that begins a path in a body, or None."""
    if not alike:
        return None
    found = re.search(rb"(?<![\w:\]])(" + b"|".join(map(re.escape, sorted(alike))) + rb")::", text)
    return found[1] if found else None
