"""Which builds compile each changed item: by canaries in the new code, by file lists for everything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.cargo.build_scripts import may_read
from codemods.cargo.report import CheckReport, Unit
from codemods.engine.baseline import Baseline
from codemods.engine.canary_spans import canary_spans
from codemods.engine.changed_items import ChangedItem
from codemods.engine.oracle import Answers
from codemods.engine.overlay import Overlay
from codemods.engine.workbench import Workbench
from codemods.recipe.proposals import Created, Deleted
from codemods.rust.bodies import OwnerKind
from codemods.rust.docs import DocExample
from codemods.rust.source import Source
from codemods.rust.spans import Span

_LIBRARIES = ("lib", "proc-macro")
_MANIFESTS = ("Cargo.toml", "Cargo.lock")
_ATTRIBUTES = ("attribute_item", "inner_attribute_item")
_TOOLCHAINS = ("rust-toolchain", "rust-toolchain.toml")
_CONFIGURATION = ".cargo/config*"
_NO_EXAMPLE = "rustdoc compiles no such example"
NO_CODE = "no build is known to read it"


@dataclass(frozen=True, slots=True)
class Reached:
    """Where an item is compiled (`detail`, `configurations`), or why it is not.

    `is_code`: it is something that a compiler should have seen.
    """

    detail: str
    configurations: tuple[str, ...] = ()
    why_not: str | None = None
    is_code: bool = True


@dataclass(frozen=True, slots=True)
class Spot:
    """A changed place in the file as it is now, for a canary."""

    id: str
    source: Source
    span: Span


class ItemReach:
    """Finds the units of the changed tree that compile the changed items.

    `report` is the build of that tree, `overlay` what makes it of the analysed commit, and `answers`
    which of the `spots_of` the items its units compile.
    """

    def __init__(
        self, bench: Workbench, before: Baseline, report: CheckReport, overlay: Overlay, answers: Answers
    ) -> None:
        self._bench = bench
        self._report = report
        self._overlay = overlay
        self._answers = answers
        self._before = before.units
        self._units = {unit.id: unit for unit in report.units if unit.succeeded}

    def of(self, item: ChangedItem) -> Reached:
        """Return where an item is compiled."""
        reached = self._reached(item, spots_of(item), self._answers)
        if reached.why_not is not None or _is_example(item) or not _examples(item):
            return reached
        broken = self._broken_example(item)
        return reached if broken is None else Reached("", why_not=broken)

    def _reached(self, item: ChangedItem, spots: Sequence[Spot], answers: Answers) -> Reached:
        if spots:
            return self._by_canaries(spots, answers)
        if _is_example(item):
            return self._by_rustdoc(item)
        path = str(item.path)
        if item.path.name in (*_MANIFESTS, *_TOOLCHAINS) or item.path.match(_CONFIGURATION):
            return self._by_cargo(item.path)
        if isinstance(item.file, Deleted):
            gone = [unit for unit in self._before if path in unit.files]
            return self._compiled(gone, "builds without it; it was part of") if gone else _no_code(item)
        units = [unit for unit in self._units.values() if path in unit.files]
        if units:
            return self._compiled(units, "compiled in")
        file = self._bench.workspace.repository_root / item.path
        made = [unit for unit in self._units.values() if may_read(unit, file)]
        return self._compiled(made, "the build script may read it, of") if made else _no_code(item)

    def _by_cargo(self, path: PurePosixPath) -> Reached:
        """Say of a file that cargo or rustup reads whether these builds are made with it."""
        workspace = self._bench.workspace
        inside = {package.manifest.parent for package in workspace.members} | {workspace.root_path}
        if path.name in _TOOLCHAINS and workspace.root_path.is_relative_to(path.parent):
            version = self._bench.toolchain.rustc_version
            return Reached("", why_not=f"it may choose another compiler; both sides are built with {version}")
        if path.name == "Cargo.toml":
            there = path.parent in inside or str(path.parent) in workspace.path_dependencies
        elif path.name == "Cargo.lock":
            there = path.parent == workspace.root_path
        else:
            there = workspace.root_path.is_relative_to(path.parent.parent)
        if not there:
            return Reached("", why_not="it belongs to no package of this workspace")
        names = dict.fromkeys(name for unit in self._units.values() for name in unit.configurations)
        return Reached("cargo check --workspace --all-targets with this file", tuple(names))

    def _by_rustdoc(self, item: ChangedItem) -> Reached:
        """Compile the examples of the library that shows the file; cargo check does not see them."""
        path = str(item.path)
        libraries = [u for u in self._units.values() if u.kind in _LIBRARIES and not u.is_test]
        for unit in (unit for unit in libraries if path in unit.files):
            found = self._bench.builder.examples(self._overlay, self._report, unit, {path})
            here = {verdict.line: verdict for verdict in found.verdicts if verdict.path == path}
            for example in _examples(item):
                verdict = here.get(example.first_line - 1) or here.get(example.first_line)
                if verdict is None or verdict.status != "passed":
                    said = found.reason or (verdict.message if verdict else "") or _NO_EXAMPLE
                    return Reached("", why_not=f"line {example.first_line} now: {said}")
            detail = f"rustdoc on the documentation examples; with the flags of {unit.name}"
            return Reached(detail, unit.configurations[:1])
        return Reached("", why_not="no library that builds here shows this example")

    def _broken_example(self, item: ChangedItem) -> str | None:
        """Return what rustdoc has against an example that comes with other code."""
        path = str(item.path)
        starts = {example.first_line: example for example in _examples(item)}
        for unit in (unit for unit in self._units.values() if unit.kind in _LIBRARIES and not unit.is_test):
            if path not in unit.files:
                continue
            found = self._bench.builder.examples(self._overlay, self._report, unit, {path})
            if found.reason:
                return f"its documentation examples: {found.reason}"
            for verdict in found.verdicts:
                is_here = verdict.path == path and not starts.keys().isdisjoint(
                    (verdict.line, verdict.line + 1)
                )
                if is_here and verdict.status == "failed":
                    return f"the example in line {verdict.line + 1} now: {verdict.message}"
        return None

    def _by_canaries(self, spots: Sequence[Spot], answers: Answers) -> Reached:
        units: list[Unit] = []
        for spot in spots:
            reached = answers.reached.get(spot.id)
            if not reached:
                line = spot.source.position(spot.span.start).line
                return Reached("", why_not=f"line {line} now: {answers.why_not.get(spot.id, 'not compiled')}")
            units += [self._units[id] for id in sorted(reached)]
        return self._compiled(units, "compiled in")

    def _compiled(self, units: Iterable[Unit], how: str) -> Reached:
        found = {unit.id: unit for unit in units}.values()
        names = ", ".join(sorted({unit.name for unit in found}))
        order = [configuration.id for configuration in self._bench.configurations]
        configurations = {name for unit in found for name in unit.configurations}
        detail = f"cargo check --workspace --all-targets; {how} {names}"
        return Reached(detail, tuple(sorted(configurations, key=order.index)))


def _is_example(item: ChangedItem) -> bool:
    if item.kind is OwnerKind.EXAMPLE:
        return True
    code = [piece for piece in item.pieces if len(piece.new) and not piece.is_layout]
    return bool(code) and all(_in_example(item, piece.new) for piece in code)


def _in_example(item: ChangedItem, span: Span) -> bool:
    return item.source is not None and any(span in each.span for each in item.source.doc_examples)


def _examples(item: ChangedItem) -> list[DocExample]:
    """Return the examples, as they are now, that hold what is changed."""
    examples = item.source.doc_examples if item.source is not None else ()
    if isinstance(item.file, Created):
        return list(examples)
    return [
        each
        for each in examples
        if any(piece.new in each.span or piece.new.overlaps(each.span) for piece in item.pieces)
    ]


def _no_code(item: ChangedItem) -> Reached:
    if item.path.suffix == ".rs":
        return Reached("", why_not="no target that builds here compiles this file")
    return Reached("", why_not=NO_CODE, is_code=False)


def spots_of(item: ChangedItem) -> list[Spot]:
    """Return where canaries go: at each changed piece, at each item of a new file; nowhere for layout."""
    return [] if _is_example(item) else list(_spots(item))


def _spots(item: ChangedItem) -> Iterator[Spot]:
    if item.source is None:
        return
    if not item.pieces:
        spans = list(canary_spans(item.source, Span(0, len(item.source.content))))
    else:
        # Where an item is gone there is nothing to hear of: then the file tells.
        is_body = item.kind is not OwnerKind.ITEM
        pieces = [piece for piece in item.pieces if not piece.is_layout and (is_body or len(piece.new))]
        # Of examples no rustc hears, but rustdoc's.
        told = (piece.new for piece in pieces if is_body or not _in_example(item, piece.new))
        trimmed = (_trimmed(span, item.source.content) for span in told)
        spans = [each for span in trimmed for each in canary_spans(item.source, span)]
    for number, span in enumerate(dict.fromkeys(spans)):
        yield Spot(f"{item.id}-{number}", item.source, span)


def _trimmed(span: Span, content: bytes) -> Span:
    """Return `span` without the white space around it, so that a node fits it."""
    text = span.of(content)
    start = span.start + len(text) - len(text.lstrip())
    return Span(min(start, span.end), max(min(start, span.end), span.start + len(text.rstrip())))
