"""Put statements into a copy of a unit's sources, and read what rustc says of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from codemods.cargo.diagnostics import Diagnostic, Place
from codemods.cargo.messages import PathMap
from codemods.cargo.replay import Replayed, root_file
from codemods.cargo.report import Unit
from codemods.engine.typed_unit import Spot
from codemods.rust.edits import Edit, apply_edits
from codemods.rust.probes import leaves, place_of_probe
from codemods.rust.source import Source
from codemods.rust.spans import Span

Read = Callable[[str], bytes | None]  # a source of the tree, by path
Replay = Callable[[Mapping[str, bytes], str], Replayed]  # with changed files, and what rustc is to emit

ROUNDS = 4  # in each, the probes that do not compile are left out

_MODULE = b"""
mod __codemod {
    #![allow(warnings)]
    pub struct Token<T>(core::marker::PhantomData<fn(T)>);
    pub struct Needs<T, const PROBE: usize>(core::marker::PhantomData<fn(T)>);
    impl<T, const PROBE: usize> Needs<T, PROBE> {
        pub const DROP: Token<T> = {
            if core::mem::needs_drop::<T>() { panic!("codemod: needs drop") }
            Token(core::marker::PhantomData)
        };
        pub const NOTHING: Token<T> = {
            if !core::mem::needs_drop::<T>() { panic!("codemod: needs no drop") }
            Token(core::marker::PhantomData)
        };
    }
    pub fn ask<T>(_: &T, _: Token<T>, _: Token<T>) {}
    pub fn perhaps() -> bool { true }
}
"""
_EVALUATED = re.compile(r"Needs::<.*, (\d+)>::(?:DROP|NOTHING)` failed here$", re.S)
_NO_MIR = "missing optimized MIR"
_NAME_PROBES = {"value": "{{ let _ = {}; }}", "type": "{{ let _: {}; }}", "macro": "{{ {}!{{}} }}"}
_UNRESOLVED = frozenset({"E0405", "E0412", "E0425", "E0433"})


@dataclass(frozen=True, slots=True)
class Probe:
    """A statement at a byte of a source."""

    source: Source
    at: int
    text: str

    @property
    def path(self) -> str:
        """The file, relative to the repository."""
        return str(self.source.path)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What rustc said of the probes by number: its errors in each, or that it is not to be relied on."""

    errors: Mapping[int, tuple[Diagnostic, ...]]
    others: tuple[Diagnostic, ...]


def ask_needs_drop(
    unit: Unit, root: str, spots: Sequence[Spot], read: Read, replay: Replay
) -> dict[int, bool]:
    """Return for the spots by their number whether their values need to be dropped, where rustc tells.

    Each probe names a constant that fails to evaluate for one of the two answers; rustc evaluates those
    whose type is fully known when it writes MIR. A probe stands where control never comes back from, so
    it moves nothing; one that still does not compile is left out.
    """
    probes = {n: probe for n, spot in enumerate(spots) if (probe := _drop_probe(n, spot)) is not None}
    paths = PathMap(root, unit.cwd)
    root_path = paths(root_file(unit))
    for _ in range(ROUNDS):
        if not probes:
            return {}
        files = _with_probes(probes.values(), read)
        files[root_path] = (files.get(root_path) or read(root_path) or b"") + _MODULE
        replayed = replay(files, "mir")
        broken = _broken(probes, replayed.diagnostics)
        if broken is None:
            return {}
        if not broken:
            return _evaluated(replayed.diagnostics)
        probes = {n: probe for n, probe in probes.items() if n not in broken}
    return {}


def ask_names(questions: Sequence[tuple[Spot, str, str]], read: Read, replay: Replay) -> dict[int, bool]:
    """Return for questions (place, name, namespace) by number whether the name means nothing there."""
    probes = {
        n: Probe(spot.source, at, _NAME_PROBES[namespace].format(name) + " ")
        for n, (spot, name, namespace) in enumerate(questions)
        if (at := place_of_probe(spot.source, spot.span)) is not None
    }
    if not probes:
        return {}
    replayed = replay(_with_probes(probes.values(), read), "metadata")
    places = _places_of(probes)
    free: set[int] = set()
    for error in (each for each in replayed.diagnostics if each.is_error and _primary(each) is not None):
        inside = _probe_at(places, _primary(error))
        if inside is None and not free:
            return {}  # something else is wrong, perhaps before names are looked up
        if inside is not None and _is_unresolved(error):
            free.add(inside)
    return {n: n in free for n in probes}


def _is_unresolved(error: Diagnostic) -> bool:
    """Whether rustc finds nothing of the name, or only something in another namespace."""
    elsewhere = error.message.startswith(("expected value, found", "expected type, found"))
    return error.code in _UNRESOLVED or elsewhere or error.message.startswith("cannot find macro")


def _drop_probe(number: int, spot: Spot) -> Probe | None:
    at = place_of_probe(spot.source, spot.span)
    if at is None or spot.is_macro_body:
        return None
    expression = spot.source.text(spot.span).removesuffix(";")
    # In a closure rustc also evaluates what it leaves alone in an `async` body.
    closure = "" if leaves(spot.node) else "let _ = || "
    needs = f"crate::__codemod::Needs::<_, {number}>"
    ask = f"crate::__codemod::ask(&({expression}), {needs}::DROP, {needs}::NOTHING)"
    return Probe(spot.source, at, f" if crate::__codemod::perhaps() {{ {closure}{ask}; loop {{}} }} ")


def _with_probes(probes: Iterable[Probe], read: Read) -> dict[str, bytes]:
    """Return the files with the probes put in; several at one place follow each other."""
    texts: dict[str, dict[int, str]] = {}
    for probe in probes:
        here = texts.setdefault(probe.path, {})
        here[probe.at] = here.get(probe.at, "") + probe.text
    return {
        path: apply_edits(read(path) or b"", [Edit(Span(at, at), text) for at, text in here.items()])
        for path, here in texts.items()
    }


def _places_of(probes: Mapping[int, Probe]) -> dict[int, tuple[str, Span]]:
    """Return where each probe stands in the files of `_with_probes`."""
    moved: dict[str, int] = {}
    found: dict[int, tuple[str, Span]] = {}
    for number, probe in sorted(probes.items(), key=lambda item: (item[1].path, item[1].at, item[0])):
        start = probe.at + moved.get(probe.path, 0)
        size = len(probe.text.encode())
        found[number] = (probe.path, Span(start, start + size))
        moved[probe.path] = moved.get(probe.path, 0) + size
    return found


def _probe_at(places: Mapping[int, tuple[str, Span]], place: Place | None) -> int | None:
    if place is None:
        return None
    return next((n for n, (path, span) in places.items() if path == place.path and place.span in span), None)


def _primary(diagnostic: Diagnostic) -> Place | None:
    return next((place for place in diagnostic.places if place.is_primary), None)


def _broken(probes: Mapping[int, Probe], diagnostics: Iterable[Diagnostic]) -> set[int] | None:
    """Return the probes that do not compile; None where something else does not."""
    places = _places_of(probes)
    broken: set[int] = set()
    for error in diagnostics:
        if not error.is_error or _NO_MIR in error.message or _number(error) is not None or not error.places:
            continue
        inside = {_probe_at(places, place) for place in error.places} - {None}
        if not inside:
            return None
        broken |= {number for number in inside if number is not None}
    return broken


def _evaluated(diagnostics: Iterable[Diagnostic]) -> dict[int, bool]:
    found: dict[int, bool] = {}
    for diagnostic in diagnostics:
        number = _number(diagnostic)
        if number is not None:
            found[number] = diagnostic.message.endswith("needs drop")
    return found


def _number(diagnostic: Diagnostic) -> int | None:
    """Return the number of the probe whose constant rustc could not evaluate, as it was meant to."""
    if diagnostic.code != "E0080" or "codemod: needs" not in diagnostic.message:
        return None
    labels = (place.label or "" for place in diagnostic.places)
    found = next((found for label in labels if (found := _EVALUATED.search(label))), None)
    return None if found is None else int(found[1])
