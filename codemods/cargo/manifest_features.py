"""The features of a manifest that speak of a dependency which goes, or gets a companion. Pure.

A feature of a package is part of its public face: others turn it on by name. So none ever vanishes; one
that has nothing left to do stays, empty, and a note says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from codemods.cargo.manifest_entry import listed
from codemods.cargo.requirements import allowed
from codemods.rust.edits import Edit, apply_edits
from codemods.rust.spans import Span
from codemods.rust.toml_edits import newline_of, quoted, with_items, without_items, written_key
from codemods.rust.toml_layout import Pair, Section, Value, ValueKind, read_layout

_NAMESPACED = (1, 60, 0)  # the first Rust that knows `dep:name`


@dataclass(frozen=True, slots=True)
class Gone:
    """What became of the dependency with the key `name`, an optional one or not.

    `instead` are the keys of optional dependencies that do its work now. With `stays` it is still there
    beside them. `features` says which feature of them does what one of its own did. With `always` it was
    optional, and is so no longer.
    """

    name: str
    was_optional: bool
    instead: tuple[str, ...] = ()
    stays: bool = False
    always: bool = False
    features: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class FeatureEdit:
    """The new manifest, and what a reader should know."""

    content: bytes
    notes: tuple[str, ...]


def knows_namespaced(content: bytes) -> bool:
    """Whether the manifest may say `dep:name`: its Rust is not known to be too old for that."""
    for section in read_layout(content):
        for pair in section.pairs:
            names = (*section.names, *(key.name for key in pair.keys))
            if names == ("package", "rust-version") and pair.value.kind is ValueKind.STRING:
                found = allowed(pair.value.text)
                return found is None or found.lower >= _NAMESPACED
    return True


def implied_feature(content: bytes, name: str) -> bool:
    """Whether an optional dependency is a feature: nobody says `dep:name`, no feature is called so."""
    lists = _lists(read_layout(content))
    said = {item.text for _, value in lists for item in value.items}
    return f"dep:{name}" not in said and name not in {feature for feature, _ in lists}


def carry_features(content: bytes, gone: Gone) -> FeatureEdit:
    """Return the manifest with features that speak of what is there now; before `gone` is taken out."""
    is_implied = gone.was_optional and implied_feature(content, gone.name)
    sections = read_layout(content)
    declared = {feature for feature, _ in _lists(sections)} | ({gone.name} if is_implied else set())
    edits: list[Edit] = []
    notes: list[str] = []
    for owner, value in _mentioning(sections):
        kept = _new_items(value, gone, declared)
        edits += _list_edits(content, value, kept)
        if value.items and not any(kept):
            notes.append(f"{owner} is empty now: what it turned on is gone with `{gone.name}`")
        elif _dropped(value, kept):
            notes.append(f"{owner} no longer turns on {_dropped(value, kept)}")
    result = apply_edits(content, edits)
    if is_implied:
        result, note = _declared(result, gone)
        notes.append(note)
    return FeatureEdit(result, tuple(notes))


def _new_items(value: Value, gone: Gone, declared: set[str]) -> list[tuple[str, ...]]:
    """Return for each item of a list what stands there afterwards."""
    said: set[str] = set()
    result: list[tuple[str, ...]] = []
    for item in value.items:
        new = _new_item(item.text, gone, declared)
        result.append(tuple(text for text in new if text not in said or text == item.text))
        said.update(new)
    return result


def _new_item(text: str, gone: Gone, declared: set[str]) -> tuple[str, ...]:
    name, slash, feature = text.partition("/")
    if text == f"dep:{gone.name}":
        own = (text,) if gone.stays else ()
        return own + tuple(f"dep:{each}" for each in gone.instead)
    if not slash or name.removesuffix("?") != gone.name:
        return (text,)
    if gone.always:
        return (f"{gone.name}/{feature}",)
    own = (text,) if gone.stays else ()
    mark = "?" if name.endswith("?") else ""
    carried = gone.features.get(feature)
    passed = tuple(f"{each}{mark}/{carried}" for each in gone.instead) if carried else ()
    if passed or mark or not gone.was_optional:
        return own + passed
    if gone.name in declared:  # `x/y` turned on the feature `x` too
        return own + (() if gone.stays else (gone.name,))
    return own + tuple(f"dep:{each}" for each in gone.instead)


def _list_edits(content: bytes, value: Value, kept: Sequence[tuple[str, ...]]) -> list[Edit]:
    """Return the edits that put `kept` in place of the items, one by one."""
    out = [index for index, texts in enumerate(kept) if not texts]
    edits = without_items(content, value, out) if out else []
    for item, texts in zip(value.items, kept, strict=True):
        if texts and texts != (item.text,):
            like = item.span.of(content)
            edits.append(Edit(item.span, ", ".join(quoted(text, like) for text in texts)))
    return edits


def _dropped(value: Value, kept: Sequence[tuple[str, ...]]) -> str:
    texts = [item.text for item, new in zip(value.items, kept, strict=True) if not new]
    return ", ".join(f"`{text}`" for text in texts)


def _declared(content: bytes, gone: Gone) -> tuple[bytes, str]:
    """Write the feature that an optional dependency was by itself."""
    deps = [*([gone.name] if gone.stays else []), *gone.instead]
    texts = [f"dep:{each}" if knows_namespaced(content) else each for each in deps]
    result = _with_feature(content, gone.name, texts)
    does = f"turns on {', '.join(f'`{each}`' for each in deps)}" if deps else "does nothing"
    return result, f"the feature `{gone.name}`, which others may name, stays and {does} now"


def _with_feature(content: bytes, name: str, items: Sequence[str]) -> bytes:
    sections = read_layout(content)
    text = f"{written_key(name)} = {listed(items)}"
    newline = newline_of(content)
    for section in sections:
        if section.names == ("features",) and section.header is not None:
            last = section.pairs[-1].span if section.pairs else section.header
            at = content.find(b"\n", last.end)
            if at < 0:
                return content + (newline + text).encode()
            return apply_edits(content, [Edit(Span(at + 1, at + 1), text + newline)])
        for pair in section.pairs:
            if [*section.names, *(key.name for key in pair.keys)] == ["features"]:
                return apply_edits(content, with_items(content, pair.value, [text]))
    gap = "" if content.endswith(b"\n") or not content else newline
    return content + f"{gap}{newline}[features]{newline}{text}{newline}".encode()


def _lists(sections: Sequence[Section]) -> list[tuple[str, Value]]:
    """Return the features and the lists of what they turn on."""
    return [(feature, value) for feature, value in _found(sections) if feature]


def _mentioning(sections: Sequence[Section]) -> Iterator[tuple[str, Value]]:
    """Yield the lists that may name a dependency: features, and what targets require."""
    for feature, value in _found(sections):
        yield (f"the feature `{feature}`" if feature else "`required-features` of a target"), value


def _found(sections: Sequence[Section]) -> Iterator[tuple[str, Value]]:
    for section in sections:
        for pair in section.pairs:
            yield from _in_pair(section.names, pair)


def _in_pair(above: tuple[str, ...], pair: Pair) -> Iterator[tuple[str, Value]]:
    names = (*above, *(key.name for key in pair.keys))
    if pair.value.kind is ValueKind.TABLE:
        for inner in pair.value.pairs:
            yield from _in_pair(names, inner)
    elif pair.value.kind is ValueKind.ARRAY and names[0] == "features" and len(names) == 2:
        yield names[1], pair.value
    elif pair.value.kind is ValueKind.ARRAY and names[-1] == "required-features" and names[0] != "package":
        yield "", pair.value
