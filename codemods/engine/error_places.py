"""Which functions and which values are probed for what their errors say, with one number in both trees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.cargo.report import CheckReport
from codemods.engine.error_probing import Plan
from codemods.engine.overlay import EditedFile
from codemods.recipe.site import Site
from codemods.rust.error_probes import ErrorFunction, error_functions, result_aliases
from codemods.rust.error_values import ErrorValue, error_values, module_end
from codemods.rust.source import Source
from codemods.rust.spans import Span

Sources = Mapping[PurePosixPath, Source]


@dataclass(frozen=True, slots=True)
class ErrorPlace:
    """A probed place: what it is called, and the bytes of the untouched file that it speaks for.

    `type` is the name of a type whose value it is; else it is a function.
    """

    number: int
    path: PurePosixPath
    name: str
    span: Span
    type: str = ""

    def holds(self, site: Site) -> bool:
        """Whether the site stands here: in the function, or in the type's definition."""
        return site.source.path == self.path and self.span.overlaps(site.span)


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


def error_places(before: Sources, after: Sources, edited: Mapping[PurePosixPath, EditedFile]) -> ErrorPlaces:
    """Return what can be probed in both trees: functions of both, values of types that were edited."""
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
    return numbering.places()


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

    def add_function(self, path: PurePosixPath, old: ErrorFunction, new: ErrorFunction) -> None:
        """Count a function that is in both trees."""
        number = len(self._places)
        span = Span(old.name.start, old.block.end)
        self._places[number] = ErrorPlace(number, path, f"`{old.path}` of {path}", span)
        for functions, function in zip(self._functions, (old, new), strict=True):
            functions.setdefault(path, {})[number] = function

    def add_value(self, path: PurePosixPath, value: ErrorValue, old: Source, file: EditedFile) -> None:
        """Count a value whose module is in both trees."""
        if module_end(old, value.modules) is None:
            return
        number = len(self._places)
        start = file.to_old(value.item.start)
        span = Span(start, max(file.to_old(value.item.end), start + 1))
        type_name = value.label.partition("::")[0]
        self._places[number] = ErrorPlace(number, path, f"`{value.label}` of {path}", span, type_name)
        for values in self._values:
            values.setdefault(path, {})[number] = value

    def places(self) -> ErrorPlaces:
        """Return all that was counted."""
        before, after = (Plan(f, v) for f, v in zip(self._functions, self._values, strict=True))
        return ErrorPlaces(self._places, before, after)
