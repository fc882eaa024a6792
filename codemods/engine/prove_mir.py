"""The second look of the prover: bodies whose typed trees differ, and whose MIR may be the same.

A block more or less is another tree and need not be another program: rustc's MIR, before anything is
folded, says what is evaluated and dropped, and when. It says less than a tree about *which* item a name
means, so both trees must name the same items, and none that are printed alike.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codemods.cargo.mir_compare import ARGUMENTS, MirDump, compare_owners, owner_key, read_dump
from codemods.cargo.mir_text import UnknownMirError
from codemods.cargo.replay import Replayed
from codemods.cargo.report import Unit
from codemods.cargo.thir import BodyComparison, Likeness
from codemods.cargo.thir_normal import owner_of
from codemods.engine.overlay import Overlay
from codemods.engine.prove_doubts import ALIKE, first_alike, names_alike
from codemods.engine.workbench import Workbench

CONDITIONAL = "a `cfg` in the function may leave out what ends with a scope"
EMIT = "mir=-"  # to standard output
TESTED = frozenset({"1.95.0"})  # the releases with whose MIR all tests of the comparison were run

_DEFINITION = re.compile(rb"DefId\(\d+:\d+ ~ ([^()\s\"]*)\)")
_HASH = re.compile(rb"(?<=\w)\[[0-9a-f]+\]|(?<=[\w\]])#\d+(?![\w}])")
_LOCAL_NAMES = re.compile(
    rb"\b(?:fn|struct|enum|union|trait|type|mod|const|static|as)\s+(?:_|bb|alloc)\d+\b"
    rb"|[<,]\s*(?:_|bb|alloc)\d+\s*[,:>=]"
)
_CFG = re.compile(rb"#\s*!?\s*\[\s*cfg(?:_attr)?\b|\bcfg_if\s*!")
_SPAN = re.compile(rb"span: ([^\n]*?):(\d+):\d+: (\d+):\d+ \(#0\)")
_SYSROOT = (b"std::", b"core::", b"alloc::")
_NO_MIR = "missing optimized MIR"

Bodies = Mapping[bytes, bytes]  # typed trees by path
Dump = Callable[[Unit, Overlay, tuple[str, ...], str], Replayed]  # of a unit, with arguments and emission


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Compares the MIR of a unit before and after; `dump` runs rustc."""

    bench: Workbench
    before: Overlay
    after: Overlay
    dump: Dump

    def same(
        self, unit: Unit, now: Unit, old: Bodies, new: Bodies, unequal: Iterable[bytes]
    ) -> dict[bytes, BodyComparison]:
        """Return what the MIR of the bodies `unequal` shows, of those that it can show something of.

        `old` and `new` are the typed trees; `now` is the unit after the change.

        Raises:
            BaselineError: rustc ran into the time limit.
        """
        groups: dict[bytes, list[bytes]] = {}
        for path in unequal:
            groups.setdefault(owner_of(path), []).append(path)
        looked_at = {owner: why_not_named(owner, old, new) for owner in groups}
        hopeful = [owner for owner, why_not in looked_at.items() if why_not is None]
        found = {owner: _unknown(why) for owner, why in looked_at.items() if why is not None}
        for owner in [owner for owner in hopeful if self._is_conditional(unit, owner, old, new)]:
            hopeful.remove(owner)
            found[owner] = _unknown(CONDITIONAL)
        if hopeful:
            reason = self._why_not(unit)
            found |= (
                self._compared(unit, now, new, hopeful)
                if reason is None
                else dict.fromkeys(hopeful, _unknown(reason))
            )
        return {path: found[owner] for owner, paths in groups.items() for path in paths}

    def _is_conditional(self, unit: Unit, owner: bytes, old: Bodies, new: Bodies) -> bool:
        """Whether something in a function has a `cfg`: a scope ends for what it leaves out, too."""
        sides = ((old, self.before), (new, self.after))
        return any(
            _CFG.search(self._text(unit, overlay, file, lines)) is not None
            for bodies, overlay in sides
            for file, lines in _lines(_group(owner, bodies).values()).items()
        )

    def _text(self, unit: Unit, overlay: Overlay, file: bytes, lines: list[int]) -> bytes:
        root = self.bench.scratch.root
        path = os.path.relpath(os.path.normpath(Path(unit.cwd, os.fsdecode(file))), root)
        try:
            content = self.bench.read(PurePosixPath(path), overlay)
        except OSError:
            return b""  # made by a build script
        return b"".join(content.splitlines(keepends=True)[min(lines) - 1 : max(lines)])

    def _why_not(self, unit: Unit) -> str | None:
        release = re.search(r"^release: (\S+)", self.bench.toolchain.rustc_verbose, re.MULTILINE)
        if release is None or release[1] not in TESTED:
            return f"the MIR of this rustc ({release[1] if release else 'unknown'}) is not known here"
        for overlay in (self.before, self.after):
            for source in self.bench.sources(unit, overlay):
                if found := _LOCAL_NAMES.search(source):
                    return f"`{found[0].decode(errors='replace')}` is written like a local of the MIR"
        return None

    def _compared(
        self, unit: Unit, now: Unit, new: Bodies, owners: list[bytes]
    ) -> dict[bytes, BodyComparison]:
        alike = names_alike(self.bench, unit, self.after)
        try:
            with ThreadPoolExecutor(2) as pool:
                before, after = pool.map(self._read, (unit, now), (self.before, self.after))
        except UnknownMirError as unknown:
            return dict.fromkeys(owners, _unknown(f"the MIR of {unit.name}: {unknown}"))
        keys = {owner: owner_key(owner.decode(errors="replace")) for owner in owners}
        answers = compare_owners(before, after, keys.values())
        return {
            owner: _unless_alike(key, _group(owner, new), alike) or answers[key]
            for owner, key in keys.items()
        }

    def _read(self, unit: Unit, overlay: Overlay) -> MirDump:
        replayed = self.dump(unit, overlay, ARGUMENTS, EMIT)
        errors = [found.message for found in replayed.diagnostics if found.is_error]
        # Dependencies that were only checked have no MIR; by then that of this crate is written.
        real = [error for error in errors if _NO_MIR not in error and "aborting due to" not in error]
        if real or not (replayed.succeeded or errors):
            raise UnknownMirError(real[0] if real else "rustc does not print it")
        return read_dump(replayed.stdout)


def _unless_alike(name: str, texts: Bodies, alike: Collection[bytes]) -> BodyComparison | None:
    crate = next(filter(None, (first_alike(text, alike) for text in texts.values())), None)
    if crate is None:
        return None
    return _unknown(ALIKE.format(body=name, name=crate.decode(errors="replace")))


def why_not_named(owner: bytes, old: Bodies, new: Bodies) -> str | None:
    """Return why MIR can't stand for the trees of a function: other items, or some that are written alike."""
    sides = (_group(owner, old), _group(owner, new))
    if owner not in sides[0] or sides[0].keys() != sides[1].keys():
        return "its closures or constants are other ones"
    named = [{name for text in side.values() for name in _DEFINITION.findall(text)} for side in sides]
    if named[0] != named[1]:
        other = sorted(named[0] ^ named[1])[0].decode(errors="replace")
        return f"only one side names {other}"
    printed = {_HASH.sub(b"", name) for name in named[0]}
    if len(printed) != len(named[0]):
        return "two items that it names are written alike"
    inside = _inside(owner)
    for text in (text for side in sides for text in side.values()):
        paths = (found[1] or b"" for found in inside.finditer(_DEFINITION.sub(b"", text)))
        if any(not path.startswith(_SYSROOT) for path in paths):
            return "it names a type that is declared in it"
    return None


def _inside(owner: bytes) -> re.Pattern[bytes]:
    """Return what finds the path of an item in the function `owner`."""
    last = re.escape(owner.rpartition(b"::")[2].partition(b"#")[0])
    return re.compile(rb"(?:(?<![\w:])((?:\w+::)*)|(?<=>::))" + last + rb"::(?:\{[^{}\n]*\}::)*\w")


def _lines(texts: Iterable[bytes]) -> dict[bytes, list[int]]:
    """Return by file the lines where something of the trees begins or ends."""
    found: dict[bytes, list[int]] = {}
    for text in texts:
        for file, first, last in _SPAN.findall(text):
            found.setdefault(file, []).extend((int(first), int(last)))
    return found


def _group(owner: bytes, bodies: Bodies) -> dict[bytes, bytes]:
    """Return the body of a function and those of its closures."""
    return {path: text for path, text in bodies.items() if path.startswith(owner) and owner_of(path) == owner}


def _unknown(reason: str) -> BodyComparison:
    return BodyComparison(Likeness.NOT_COMPARABLE, reason)
