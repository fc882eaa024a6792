"""Write, put in, take out and alter one dependency of a manifest, in the style of its neighbours. Pure.

Every function takes the bytes of a manifest and gives new ones; what is not edited stays byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from codemods.rust.edits import Edit, apply_edits
from codemods.rust.manifest_places import Entry, Style, entries_of
from codemods.rust.spans import Span
from codemods.rust.toml_edits import (
    comment_behind,
    line_start,
    newline_of,
    quoted,
    whole_lines,
    with_items,
    without_items,
    written_key,
)
from codemods.rust.toml_layout import Pair, Section, Value, ValueKind, read_layout

_BLANK_LINES = re.compile(rb"(?:[ \t]*\r?\n)*")
_NO_COMMENT_BELOW = re.compile(rb"[ \t]*+\r?+\n?+(?![ \t]*#)")
_DEPENDENCIES = ("dependencies", "dev-dependencies", "build-dependencies", "target")


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A dependency to be written: its key, and what is said of it, as TOML.

    `comment` goes behind it on its line, with the blanks before it.
    """

    key: str
    fields: tuple[tuple[str, str], ...]
    comment: str = ""


def put_beside(content: bytes, model: Entry, new: NewEntry) -> bytes:
    """Return `content` with `new` in the table of `model`, in its style: sorted where its neighbours are."""
    sections = read_layout(content)
    if model.style is Style.SECTION:
        return _put_section(content, model, new)
    container = _container(sections, model.parts[0])
    if container is not None:
        text = f"{written_key(new.key)} = {_value(new)}"
        return apply_edits(content, with_items(content, container, [text]))
    text = "".join(_lines(content, model, new))
    return _insert_lines(content, _place(content, sections, model, new.key), text)


def put_into_table(content: bytes, table: Sequence[str], new: NewEntry) -> bytes:
    """Return `content` with `new` in the table of these keys, which is made where it is missing."""
    sections = read_layout(content)
    siblings = [entry for entry in entries_of(sections) if entry.table == tuple(table)]
    if siblings:
        lines = [entry for entry in siblings if entry.style is not Style.SECTION]
        return put_beside(content, (lines or siblings)[-1], new)
    newline = newline_of(content)
    text = f"{written_key(new.key)} = {_value(new)}{new.comment}"
    section = next((each for each in sections if each.header and each.names == tuple(table)), None)
    if section is not None and section.header is not None:
        return _insert_lines(content, _last_line(content, section.header), text + newline)
    header = ".".join(map(written_key, table))
    above = _last_line(content, _before_new_table(sections))
    return _insert_lines(content, above, f"{newline}[{header}]{newline}{text}{newline}")


def take_out(content: bytes, entry: Entry) -> bytes:
    """Return `content` without `entry`, and without its table where that is empty now."""
    sections = read_layout(content)
    if entry.style is Style.SECTION:
        return _without_section(content, entry.span)
    edits: list[Edit] = []
    for part in entry.parts:
        container = _container(sections, part)
        if container is None:
            edits.append(Edit(whole_lines(content, part) or part, ""))
        else:
            index = [pair.span for pair in container.pairs].index(part)
            edits += without_items(content, container, [index])
    return _without_empty_table(apply_edits(content, edits), entry.table)


def set_field(content: bytes, entry: Entry, name: str, value: str) -> bytes:
    """Return `content` with the field `name` of `entry` set to `value`, which is TOML."""
    field = entry.field(name, name.replace("-", "_"))
    if field is not None:
        return apply_edits(content, [Edit(field.value.span, value)])
    return _add_field(content, entry, name, value)


def drop_field(content: bytes, entry: Entry, name: str) -> bytes:
    """Return `content` with nothing said of `name` in `entry`."""
    field = entry.field(name, name.replace("-", "_"))
    if field is None:
        return content
    container = _container(read_layout(content), field.span)
    if container is None:
        return apply_edits(content, [Edit(whole_lines(content, field.span) or field.span, "")])
    index = [pair.span for pair in container.pairs].index(field.span)
    return apply_edits(content, without_items(content, container, [index]))


def add_features(content: bytes, entry: Entry, names: Sequence[str]) -> bytes:
    """Return `content` with `names` among the features that are asked of `entry`."""
    missing = [name for name in dict.fromkeys(names) if name not in entry.features]
    field = entry.field("features")
    if not missing:
        return content
    if field is None:
        return _add_field(content, entry, "features", listed(missing))
    like = field.value.items[0].span.of(content) if field.value.items else b'"'
    texts = [quoted(name, like) for name in missing]
    return apply_edits(content, with_items(content, field.value, texts))


def set_requirement(content: bytes, entry: Entry, requirement: str) -> bytes:
    """Return `content` with this version requirement, in the quotes that are there."""
    field = entry.field("version")
    like = field.value.span.of(content) if field else b'"'
    return set_field(content, entry, "version", quoted(requirement, like))


def listed(names: Sequence[str]) -> str:
    """Return names as a list."""
    return "[" + ", ".join(map(quoted, names)) + "]"


def comment_of(content: bytes, entry: Entry) -> str:
    """Return the comment on the line of `entry`, with the blanks before it."""
    if entry.style is Style.SECTION:
        end = content.find(b"]", entry.key.end) + 1
        return comment_behind(content, Span(entry.span.start, end))
    found = [comment_behind(content, part) for part in entry.parts]
    return next((comment for comment in found if comment), "")


def _add_field(content: bytes, entry: Entry, name: str, value: str) -> bytes:
    """Say one thing more, in the entry's own style; a plain version becomes an inline table."""
    last = entry.parts[-1]
    if entry.style is Style.STRING:
        version = entry.fields[0].value.span
        text = f"{{ version = {version.of(content).decode()}, {name} = {value} }}"
        return apply_edits(content, [Edit(version, text)])
    if entry.style is Style.INLINE:
        table = _table_at(read_layout(content), last)
        return apply_edits(content, with_items(content, table, [f"{name} = {value}"]))
    if entry.style is Style.SECTION:
        return _insert_lines(content, _last_line(content, last), f"{name} = {value}{newline_of(content)}")
    written = content[last.start : entry.fields[-1].value.span.start].decode()
    text = f"{written.rpartition('.')[0]}.{name} = {value}"
    container = _container(read_layout(content), last)
    if container is not None:
        return apply_edits(content, with_items(content, container, [text]))
    indent = content[line_start(content, last.start) : last.start].decode()
    return _insert_lines(content, _last_line(content, last), indent + text + newline_of(content))


def _value(new: NewEntry) -> str:
    if [name for name, _ in new.fields] == ["version"]:
        return new.fields[0][1]
    return "{ " + ", ".join(f"{name} = {value}" for name, value in new.fields) + " }"


def _lines(content: bytes, model: Entry, new: NewEntry) -> list[str]:
    """Return `new` as lines like those of `model`: its indentation, prefix, blanks and quotes."""
    part, newline = model.parts[0], newline_of(content)
    before = content[line_start(content, part.start) : model.key.start].decode()
    key = written_key(new.key)
    if model.style is Style.DOTTED:
        lines = [f"{before}{key}.{name} = {value}" for name, value in new.fields]
    else:
        gap = content[model.key.end : _value_start(content, model)].decode()
        lines = [f"{before}{key}{_gap(content, model, gap, key)}{_value(new)}"]
    lines[0] += new.comment
    return [line + newline for line in lines]


def _gap(content: bytes, model: Entry, gap: str, key: str) -> str:
    """Return what stands between a key and its value: in line with the others where they are."""
    left, equals, right = gap.partition("=")
    if not left:
        return gap
    before = line_start(content, model.key.start)
    column = model.key.end - before + len(left)
    rows = [
        line for line in content[before:].split(b"\n")[1:2] + content[:before].split(b"\n")[-2:-1] if line
    ]
    is_aligned = len(left) > 1 or any(line[column - 2 : column + 1] in (b"  =",) for line in rows)
    width = len(model.key) + len(left) - len(key.encode()) if is_aligned else 1
    return " " * max(1, width) + equals + right


def _value_start(content: bytes, model: Entry) -> int:
    at = content.index(b"=", model.key.end) + 1
    return at + len(content[at:]) - len(content[at:].lstrip(b" \t"))


def _place(content: bytes, sections: Sequence[Section], model: Entry, key: str) -> int:
    """Return where a line for `key` goes: sorted among the lines around `model`, else below it."""
    rows = _rows_around(content, sections, model)
    names = list(dict.fromkeys(name for name, _ in rows))
    smaller = [part for name, part in rows if name < key]
    first = line_start(content, rows[0][1].start)
    if len(names) > 1 and names == sorted(names) and smaller:
        return _last_line(content, smaller[-1])
    if len(names) > 1 and names == sorted(names) and not _has_comment_above(content, first):
        return first
    return _last_line(content, model.parts[-1])


def _has_comment_above(content: bytes, start: int) -> bool:
    """Whether the line above is a comment: it may be about what stands below it, or about the whole group."""
    return content[line_start(content, start - 1) : start].lstrip().startswith(b"#") if start else False


def _rows_around(content: bytes, sections: Sequence[Section], model: Entry) -> list[tuple[str, Span]]:
    """Return the entries of the table without an empty line between them and `model`, line by line."""
    found = [
        (each.name, part)
        for each in entries_of(sections)
        for part in each.parts
        if each.table == model.table and each.style is not Style.SECTION and whole_lines(content, part)
    ]
    found.sort(key=lambda row: row[1])
    at = next(index for index, (_, part) in enumerate(found) if part == model.parts[0])
    first = last = at
    while first > 0 and _is_close(content, found[first - 1][1], found[first][1]):
        first -= 1
    while last + 1 < len(found) and _is_close(content, found[last][1], found[last + 1][1]):
        last += 1
    return found[first : last + 1]


def _is_close(content: bytes, first: Span, second: Span) -> bool:
    between = content[first.end : second.start]
    return not re.search(rb"\n[ \t]*\r?\n", between) and b"\n[" not in between


def _put_section(content: bytes, model: Entry, new: NewEntry) -> bytes:
    """Put a section of its own behind that of `model`, or where its name belongs among sorted ones."""
    newline = newline_of(content)
    siblings = [
        each
        for each in entries_of(read_layout(content))
        if each.table == model.table and each.style is Style.SECTION
    ]
    names = [each.name for each in siblings]
    header = content[model.span.start : model.key.start].decode() + written_key(new.key) + "]" + new.comment
    lines = [header, *(f"{name} = {value}" for name, value in new.fields)]
    text = "".join(line + newline for line in lines)
    is_sorted = len(names) > 1 and names == sorted(names)
    smaller = [each for each in siblings if each.name < new.key]
    first = line_start(content, siblings[0].span.start)
    if is_sorted and not smaller and not _has_comment_above(content, first):
        return _insert_lines(content, first, text + newline)
    behind = smaller[-1] if is_sorted and smaller else model
    return _insert_lines(content, _last_line(content, behind.span), newline + text)


def _without_section(content: bytes, span: Span) -> bytes:
    """Return `content` without these lines and the empty ones that set them apart."""
    start, end = line_start(content, span.start), _last_line(content, span)
    blanks = _BLANK_LINES.match(content, end)
    end_of_blanks = blanks.end() if blanks else end
    before = content[:start]
    if end_of_blanks == len(content):
        kept = before.rstrip(b" \t\r\n")
        break_behind = before[len(kept) :].partition(b"\n")[:2] if content[:end].endswith(b"\n") else ()
        return kept + b"".join(break_behind)
    set_apart = not before.strip() or re.search(rb"\n[ \t]*\r?\n\Z", before) is not None
    return before + content[end_of_blanks if set_apart else end :]


def _without_empty_table(content: bytes, table: tuple[str, ...]) -> bytes:
    """Return `content` without the header, or the pair, of a table that holds nothing, not even a comment."""
    for section in read_layout(content):
        body = content[section.header.end : section.span.end] if section.header else b""
        if section.names == table and not section.pairs and _NO_COMMENT_BELOW.match(body):
            return _without_section(content, section.header or section.span)
        for pair in section.pairs:
            names = (*section.names, *(key.name for key in pair.keys))
            if names == table and pair.value.kind is ValueKind.TABLE and not pair.value.pairs:
                lines = whole_lines(content, pair.span)
                return apply_edits(content, [Edit(lines or pair.span, "")])
    return content


def _container(sections: Sequence[Section], span: Span) -> Value | None:
    """Return the inline table that the pair at `span` stands in; None where it stands in a section."""
    pairs = [
        pair for section in sections for pair in section.pairs if span in pair.span and span != pair.span
    ]
    return _innermost(pairs, span)


def _innermost(pairs: Sequence[Pair], span: Span) -> Value | None:
    for pair in pairs:
        if any(inner.span == span for inner in pair.value.pairs):
            return pair.value
        found = _innermost(pair.value.pairs, span)
        if found is not None:
            return found
    return None


def _table_at(sections: Sequence[Section], span: Span) -> Value:
    """Return the inline table that is the value of the pair at `span`."""
    pairs = [pair for section in sections for pair in section.pairs]
    while pairs:
        pair = pairs.pop()
        if pair.span == span:
            return pair.value
        pairs += pair.value.pairs
    raise LookupError(f"no pair at {span}")


def _before_new_table(sections: Sequence[Section]) -> Span:
    """Return the section that a new table of dependencies goes behind."""
    tables = [each for each in sections if each.names[:1] and each.names[0] in _DEPENDENCIES]
    package = [each for each in sections if each.names in (("package",), ("project",))]
    section = (tables or package or sections)[-1]
    end = section.pairs[-1].span.end if section.pairs else (section.header or section.span).end
    return Span(section.span.start, end)


def _last_line(content: bytes, span: Span) -> int:
    """Return where the line that `span` ends in ends, its line break included."""
    end = content.find(b"\n", span.end)
    return len(content) if end < 0 else end + 1


def _insert_lines(content: bytes, at: int, text: str) -> bytes:
    """Insert whole lines at the start of a line; a file without a last line break keeps to that."""
    if at and at == len(content) and not content.endswith(b"\n"):
        newline = newline_of(content)
        text = newline + text.removesuffix(newline)
    return apply_edits(content, [Edit(Span(at, at), text)])
