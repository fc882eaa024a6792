"""Which functions and which values are probed for what their errors say, with one number in both trees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from codemods.cargo.report import CheckReport
from codemods.engine.error_probing import Plan
from codemods.engine.overlay import EditedFile
from codemods.recipe.site import Site
from codemods.rust.error_probes import (
    ErrorExpression,
    ErrorFunction,
    call_at,
    error_expression,
    error_functions,
    result_aliases,
)
from codemods.rust.error_values import ErrorValue, error_values, impl_spans, module_end, type_spans
from codemods.rust.source import Source
from codemods.rust.spans import Span

_SHOWN = 60  # characters of a call

Sources = Mapping[PurePosixPath, Source]


class PlaceKind(StrEnum):
    """What is probed at a place."""

    FUNCTION = "function"  # what it returns
    VALUE = "value"  # one that is built to be compared
    CALL = "call"  # at a site: what it gives


@dataclass(frozen=True, slots=True)
class ErrorPlace:
    """A probed place: what it is called, and the bytes of the untouched file that it speaks for.

    `kind` says what is probed. An error that a function returns is an outcome: where `is_outcome`
    does not hold it is made for others, and how many there are says nothing.
    """

    number: int
    path: PurePosixPath
    name: str
    span: Span
    kind: PlaceKind
    is_outcome: bool = True
    more: tuple[Span, ...] = ()  # of a value: the head of its type, its impls, what is made of it

    def holds(self, site: Site) -> bool:
        """Whether the site stands here: in the function, in the variant or in what is of its type."""
        spans = (self.span, *self.more)
        return site.source.path == self.path and any(span.overlaps(site.span) for span in spans)


@dataclass(frozen=True, slots=True)
class ErrorPlaces:
    """The places by number, and the probes of them in the untouched and in the changed tree."""

    places: Mapping[int, ErrorPlace]
    before: Plan
    after: Plan


def probed_files(report: CheckReport, edited: Iterable[PurePosixPath]) -> frozenset[PurePosixPath]:
    """Return the Rust files of the repository in the packages that compile an edited file.

    Build scripts are left alone: they run before there is anything to compare.
    """
    wanted = {str(path) for path in edited}
    units = [unit for unit in report.units if unit.kind != "custom-build"]
    packages = {unit.package for unit in units if unit.files & wanted}
    files = {file for unit in units if unit.package in packages for file in unit.files}
    paths = map(PurePosixPath, files)
    return frozenset(path for path in paths if path.suffix == ".rs" and not path.is_absolute())


def error_places(
    before: Sources, after: Sources, edited: Mapping[PurePosixPath, EditedFile], sites: Iterable[Site]
) -> ErrorPlaces:
    """Return what can be probed in both trees.

    That is functions of both, values of types that were edited, and calls at `sites` that are one in both.
    """
    numbering = _Numbering()
    aliases = frozenset().union(*(result_aliases(s) for s in (*before.values(), *after.values())))
    for path in sorted(before.keys() & after.keys()):
        file = edited.get(path)
        old = error_functions(before[path], aliases)
        new = {f.name.start: f for f in error_functions(after[path], aliases)}
        for function in old:
            at = file.to_compiled(function.name.start) if file is not None else function.name.start
            counterpart = new.get(at)
            if counterpart is not None and counterpart.path.rpartition("/")[2] == _last(function):
                numbering.add_function(path, function, counterpart)
        if file is not None:
            for value in error_values(after[path], _is_edited(file)):
                numbering.add_value(path, value, before[path], file)
    for site in sites:
        path = site.source.path
        if path in before and path in after:
            _add_call(numbering, site, before[path], after[path], edited.get(path))
    return numbering.places()


def _add_call(
    numbering: _Numbering, site: Site, before: Source, after: Source, file: EditedFile | None
) -> None:
    old = error_expression(before, site.span)
    if old is None:
        return
    ends = (old.span.start, old.span.end)
    start, end = ends if file is None else map(file.to_compiled, ends)
    new = call_at(after, Span(start, max(start, end)))
    if new is not None:
        numbering.add_call(site, old, new)


def _old_span(file: EditedFile, span: Span) -> Span:
    start = file.to_old(span.start)
    return Span(start, max(file.to_old(span.end), start + 1))


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


def _last(function: ErrorFunction) -> str:
    return function.path.rpartition("/")[2]


def _is_edited(file: EditedFile) -> Callable[[Span], bool]:
    """Return whether a span of the compiled text holds an edit."""
    touched: list[Span] = []
    for edit in file.edits.edits:
        start = file.to_compiled(edit.span.start)
        end = max(file.to_compiled(edit.span.end), start + len(edit.text.encode()), start + 1)
        touched.append(Span(start, end))
    return lambda span: any(each.overlaps(span) for each in touched)


class _Numbering:
    """Gives the same number to the same place in both trees."""

    def __init__(self) -> None:
        self._places: dict[int, ErrorPlace] = {}
        self._functions: tuple[dict[PurePosixPath, dict[int, ErrorFunction]], ...] = ({}, {})
        self._values: tuple[dict[PurePosixPath, dict[int, ErrorValue]], ...] = ({}, {})
        self._calls: tuple[dict[PurePosixPath, dict[int, ErrorExpression]], ...] = ({}, {})

    def add_function(self, path: PurePosixPath, old: ErrorFunction, new: ErrorFunction) -> None:
        """Count a function that is in both trees."""
        number = len(self._places)
        span = Span(old.name.start, old.block.end)
        name = f"`{old.path}` of {path}"
        self._places[number] = ErrorPlace(number, path, name, span, PlaceKind.FUNCTION, old.is_fallible)
        for functions, function in zip(self._functions, (old, new), strict=True):
            functions.setdefault(path, {})[number] = function

    def add_value(self, path: PurePosixPath, value: ErrorValue, old: Source, file: EditedFile) -> None:
        """Count a value whose module is in both trees."""
        if module_end(old, value.modules) is None:
            return
        number = len(self._places)
        name, own = f"`{value.label}` of {path}", _old_span(file, value.own)
        impls, types = impl_spans(old), type_spans(old)
        made = (*types.get(value.made, ()), *impls.get(value.made, ()))
        more = (_old_span(file, value.head), *impls.get(value.type, ()), *made)
        self._places[number] = ErrorPlace(number, path, name, own, PlaceKind.VALUE, more=more)
        for values in self._values:
            values.setdefault(path, {})[number] = value

    def add_call(self, site: Site, old: ErrorExpression, new: ErrorExpression) -> None:
        """Count a call that is in both trees; one with several sites counts once."""
        path = site.source.path
        if any(each.span == old.span for each in self._calls[0].get(path, {}).values()):
            return
        number = len(self._places)
        name = f"`{_shown(site.source.text(old.span))}` at {path}:{site.position.line}"
        self._places[number] = ErrorPlace(number, path, name, site.span, PlaceKind.CALL)
        for calls, call in zip(self._calls, (old, new), strict=True):
            calls.setdefault(path, {})[number] = call

    def places(self) -> ErrorPlaces:
        """Return all that was counted."""
        before, after = map(Plan, self._functions, self._values, self._calls)
        return ErrorPlaces(self._places, before, after)
