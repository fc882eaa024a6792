"""Where the dependencies stand in a `Cargo.toml`, and what is written of each. Pure; cargo is not asked.

Every table that cargo knows: normal, dev and build dependencies (in the spelling of 2015 too), those of a
target, of the workspace, patches and replacements; as `name = "1"`, as inline table, with dotted
keys, as a section of its own, or as parts of a larger inline table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from codemods.rust.spans import Span
from codemods.rust.toml_layout import Key, Pair, Section, Value, ValueKind, read_layout

KINDS = {
    "dependencies": "normal",
    "dev-dependencies": "dev",
    "dev_dependencies": "dev",
    "build-dependencies": "build",
    "build_dependencies": "build",
}
DEPENDENCY_KINDS = ("normal", "dev", "build")


class Style(StrEnum):
    """How an entry is written."""

    STRING = "string"  # name = "1"
    INLINE = "inline table"  # name = { version = "1" }
    DOTTED = "dotted keys"  # name.version = "1"
    SECTION = "section"  # [dependencies.name]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is said of a dependency, such as `optional = true`; `span` is all of it."""

    name: str
    value: Value
    span: Span

    @property
    def flag(self) -> bool:
        """Whether it is `true`."""
        return self.value.text == "true" and self.value.kind is ValueKind.OTHER

    @property
    def texts(self) -> tuple[str, ...]:
        """The strings of a list."""
        return tuple(item.text for item in self.value.items if item.kind is ValueKind.STRING)


@dataclass(frozen=True, slots=True)
class Entry:
    """One dependency in one table.

    `name` is its key, `package` what it is called where it comes from (as far as this file says it).
    `kind` is "normal", "dev", "build", "workspace" (a table to inherit from) or "patch" (`[patch]` and
    `[replace]`); `target` the condition of a `[target.….dependencies]` table. `table` names the table by
    its keys; `key` is where the dependency is named, `parts` everywhere that it stands: a line each for
    dotted keys, one part otherwise.
    """

    name: str
    package: str
    kind: str
    target: str | None
    table: tuple[str, ...]
    style: Style
    key: Span
    parts: tuple[Span, ...]
    fields: tuple[Field, ...]

    @property
    def span(self) -> Span:
        """From its first byte to its last; with dotted keys, others may stand between."""
        return Span(self.parts[0].start, max(part.end for part in self.parts))

    def field(self, *names: str) -> Field | None:
        """Return the first field of one of these names."""
        return next((field for field in self.fields if field.name in names), None)

    @property
    def requirement(self) -> str | None:
        """The version requirement, if one is written."""
        return self._text("version")

    @property
    def inherited(self) -> bool:
        """Whether the workspace says the rest: `workspace = true`."""
        return self._flag("workspace")

    @property
    def optional(self) -> bool:
        """Whether it is there for a feature only."""
        return self._flag("optional")

    @property
    def features(self) -> tuple[str, ...]:
        """The features that are asked of it here."""
        field = self.field("features")
        return field.texts if field else ()

    @property
    def default_features(self) -> bool:
        """Whether its default features are on, as far as this entry says it."""
        field = self.field("default-features", "default_features")
        return field is None or field.flag

    @property
    def path(self) -> str | None:
        """The folder of a path dependency."""
        return self._text("path")

    @property
    def git(self) -> str | None:
        """The address of a git dependency."""
        return self._text("git")

    @property
    def registry(self) -> str | None:
        """The name or index of a registry other than the usual one."""
        return self._text("registry") or self._text("registry-index")

    @property
    def source(self) -> str:
        """Where it comes from: "path", "git" or "registry"; a workspace says it for those that inherit."""
        if self.path is not None:
            return "path"
        return "git" if self.git is not None else "registry"

    def _text(self, name: str) -> str | None:
        field = self.field(name)
        return field.value.text if field and field.value.kind is ValueKind.STRING else None

    def _flag(self, name: str) -> bool:
        field = self.field(name)
        return field is not None and field.flag


def entries(content: bytes, where: str = "Cargo.toml") -> tuple[Entry, ...]:
    """Return the dependencies that the manifest `content` names, in all tables, by position.

    Raises:
        TomlError: this is no TOML.
    """
    return entries_of(read_layout(content, where))


def entries_of(sections: Sequence[Section]) -> tuple[Entry, ...]:
    """Return the same of a file that is read already."""
    found: dict[tuple[tuple[str, ...], str], Entry] = {}
    for part in (part for section in sections for part in _parts(section)):
        place = (part.table, part.name)
        before = found.get(place)
        found[place] = part if before is None else _joined(before, part)
    named = (replace(entry, package=entry._text("package") or entry.name) for entry in found.values())
    return tuple(sorted(named, key=lambda entry: entry.span))


def table_of(names: Sequence[str]) -> tuple[int, str, str | None] | None:
    """Return how many of these keys name a dependency table, its kind and target; None where none does."""
    match tuple(names):
        case (name, *_) if name in KINDS:
            return 1, KINDS[name], None
        case ("target", target, name, *_) if name in KINDS:
            return 3, KINDS[name], target
        case ("workspace", "dependencies", *_):
            return 2, "workspace", None
        case ("patch", _, *_):
            return 2, "patch", None
        case ("replace", *_):
            return 1, "patch", None
    return None


def _joined(entry: Entry, more: Entry) -> Entry:
    return replace(entry, parts=(*entry.parts, *more.parts), fields=(*entry.fields, *more.fields))


def _parts(section: Section) -> Iterator[Entry]:
    """Yield the entries that stand in `section`; of one with dotted keys, each line as one."""
    found = table_of(section.names)
    if found is not None and len(section.keys) == found[0] + 1:
        yield _section_entry(section, *found)
    elif found is None or len(section.keys) == found[0]:
        for pair in section.pairs:
            yield from _entries_in(section.keys, pair)


def _section_entry(section: Section, depth: int, kind: str, target: str | None) -> Entry:
    fields = tuple(_field(pair.keys, pair) for pair in section.pairs)
    header = section.header or section.span
    part = Span(header.start, section.pairs[-1].span.end if section.pairs else header.end)
    return _entry(section.keys, depth, kind, target, Style.SECTION, part, fields)


def _entries_in(above: tuple[Key, ...], pair: Pair) -> Iterator[Entry]:
    keys = (*above, *pair.keys)
    found = table_of([key.name for key in keys])
    if found is None or len(keys) <= found[0]:  # a table around the entries, or around their tables
        for inner in pair.value.pairs:
            yield from _entries_in(keys, inner)
        return
    depth = found[0]
    if len(keys) > depth + 1:
        yield _entry(keys, *found, Style.DOTTED, pair.span, (_field(keys[depth + 1 :], pair),))
    elif pair.value.kind is ValueKind.TABLE:
        fields = tuple(_field(inner.keys, inner) for inner in pair.value.pairs)
        yield _entry(keys, *found, Style.INLINE, pair.span, fields)
    elif pair.value.kind is ValueKind.STRING:
        version = Field("version", pair.value, pair.value.span)
        yield _entry(keys, *found, Style.STRING, pair.span, (version,))


def _field(keys: Sequence[Key], pair: Pair) -> Field:
    return Field(".".join(key.name for key in keys), pair.value, pair.span)


def _entry(
    keys: Sequence[Key],
    depth: int,
    kind: str,
    target: str | None,
    style: Style,
    part: Span,
    fields: tuple[Field, ...],
) -> Entry:
    key, table = keys[depth], tuple(key.name for key in keys[:depth])
    return Entry(key.name, key.name, kind, target, table, style, key.span, (part,), fields)
