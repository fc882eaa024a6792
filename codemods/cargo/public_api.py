"""What a library offers to other crates, read from rustdoc's JSON: items, their signatures, trait impls.

An item is public where it can be reached from the crate's root, through `pub use`, too. What is
hidden from the documentation (`#[doc(hidden)]`) is no part of it. Implementations that follow from others
(blanket ones) are left out; of the traits that the compiler implements by itself five are looked at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from codemods.cargo.api_text import Json, UnknownShapeError, Writer
from codemods.cargo.api_words import attributes, header, named_in, plain_text

Bump = Literal["major", "minor"]

_AUTO_TRAITS = frozenset({"Send", "Sync", "Unpin", "UnwindSafe", "RefUnwindSafe"})
_COMPILERS_OWN = frozenset({"StructuralPartialEq", "StructuralEq"})  # made by derives, nobody can name them
_TYPES = frozenset({"struct", "enum", "union", "trait"})
_SKIPPED = frozenset({"impl", "primitive", "keyword", "attribute"})


@dataclass(frozen=True, slots=True)
class ItemPlace:
    """Where an item stands: a file as rustdoc names it, first and last line (from 1)."""

    file: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class PublicItem:
    """One item, by the path that other crates reach it by; `kind` is rustdoc's word for it.

    `signature` has all paths in full; in `meaning` the crate's own aliases are written out as well.
    An implementation's path is its header, and its signature adds the associated types.
    `adding` is what it asks of the version to add it: a variant of an enum that others match on is major.
    `owners` are the paths of what it belongs to: the type of a field or method, the type and the trait of an
    implementation.
    """

    path: str
    kind: str
    signature: str
    meaning: str
    adding: Bump = "minor"
    place: ItemPlace | None = None
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicApi:
    """All public items of one library; several of one path and kind are told apart by their order."""

    crate: str
    items: tuple[PublicItem, ...]


def read_public_api(crate: Json) -> PublicApi:
    """Return the public items in rustdoc's JSON.

    Raises:
        UnknownShapeError: the JSON has a shape that is not known here.
    """
    try:
        items = _Reading(crate).items()
        return PublicApi(crate["index"][str(crate["root"])]["name"], tuple(sorted(items, key=_order)))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnknownShapeError(
            f"rustdoc's JSON (format {crate.get('format_version')}) has an unknown shape: {error!r}"
        ) from error


def _order(item: PublicItem) -> tuple[str, str, str]:
    return item.path, item.kind, item.signature


class _Reading:
    """Walks from the root, breadth first, so that an item's members are named by its shortest path."""

    def __init__(self, crate: Json) -> None:
        self.index: Mapping[str, Any] = crate["index"]
        self.root = str(crate["root"])
        self.plain = Writer(crate)
        self.deep = Writer(crate, expands=True)
        self.reached: dict[str, str] = {}  # ids, with the first path
        self.found: list[PublicItem] = []

    def items(self) -> list[PublicItem]:
        """Return everything."""
        queue = deque([(self.root, self.index[self.root]["name"], frozenset[str]())])
        while queue:
            id, path, within = queue.popleft()
            item = self.index.get(id)
            if item is None or id in within:
                continue  # of another crate; or a module that uses itself
            kind, inner = next(iter(item["inner"].items()))
            if kind == "module":
                names = self._names(inner["items"], path)
                queue.extend((child, name, within | {id}) for child, name in names)
            elif kind not in _SKIPPED:
                self._item(id, path, kind, item, inner)
        self._implementations()
        return self.found

    def _names(self, ids: Iterable[object], path: str) -> Iterator[tuple[str, str]]:
        """Yield what a module shows: ids with their paths; what it uses of other crates is kept."""
        for id in map(str, ids):
            item = self.index.get(id)
            if item is None:
                continue
            use = item["inner"].get("use")
            if use is None:
                yield id, f"{path}::{item['name']}"
            else:
                yield from self._used(item, use, path)

    def _used(self, item: Json, use: Json, path: str) -> Iterator[tuple[str, str]]:
        target = str(use["id"])
        known = self.index.get(target)
        is_own = known is not None and known["crate_id"] == 0
        if is_own and use["is_glob"]:
            kind, inner = next(iter(known["inner"].items()))  # type: ignore[index]
            children = inner["items"] if kind == "module" else inner["variants"]
            yield from self._names(children, path)
        elif is_own:
            yield target, f"{path}::{use['name']}"
        else:
            name = "*" if use["is_glob"] else use["name"]
            full = self.plain.path(use["id"], use["source"]) + ("::*" if use["is_glob"] else "")
            self._add(f"{path}::{name}", "re-export", [f"pub use {full}"] * 2, item)

    def _item(self, id: str, path: str, kind: str, item: Json, inner: Any) -> None:
        name = path.rpartition("::")[2]
        is_first = id not in self.reached
        self.reached.setdefault(id, path)
        front = attributes(item, hides=kind == "enum" and inner["has_stripped_variants"])
        texts = [front + self._text(writer, kind, name, inner) for writer in self._writers]
        adding: Bump = "major" if kind == "variant" else "minor"  # a variant by itself: `pub use Enum::*`
        self._add(path, kind, texts, item, adding)
        if is_first and kind in _TYPES:
            self._members(path, kind, item, inner)

    @property
    def _writers(self) -> tuple[Writer, Writer]:
        return self.plain, self.deep

    def _add(
        self,
        path: str,
        kind: str,
        texts: list[str],
        item: Json,
        adding: Bump = "minor",
        owners: tuple[str, ...] = (),
    ) -> None:
        self.found.append(PublicItem(path, kind, texts[0], texts[1], adding, _place(item), owners))

    def _text(self, writer: Writer, kind: str, name: str, inner: Any) -> str:
        """Return what others see of an item that is no member of another one."""
        if kind in ("struct", "union", "enum", "trait", "trait_alias"):
            return self._type_text(writer, kind, name, inner)
        if kind == "variant":
            return self._variant(writer, name, inner)
        return plain_text(writer, kind, name, inner)

    def _type_text(self, writer: Writer, kind: str, name: str, inner: Json) -> str:
        angle, where = writer.generics(inner["generics"])
        if kind in ("trait", "trait_alias"):
            bounds = writer.bounds(inner.get("bounds", inner.get("params", ())))
            words = f"{'unsafe ' if inner.get('is_unsafe') else ''}{'auto ' if inner.get('is_auto') else ''}"
            objects = "" if inner.get("is_dyn_compatible", True) else " /* no `dyn` */"
            return f"{words}trait {name}{angle}{': ' + bounds if bounds else ''}{where}{objects}"
        if kind == "enum":
            return f"enum {name}{angle}{where}"
        return f"{kind} {name}{angle}{self._fields_text(writer, inner)}{where}"

    def _fields_text(self, writer: Writer, inner: Json) -> str:
        """Return a tuple's fields, and of others whether all can be named: then others can make one."""
        kind = inner.get("kind", {"plain": inner})  # a union has its fields in itself
        if kind == "unit":
            return ""
        if "tuple" in kind:
            fields = ["_" if id is None else self._field_type(writer, id) for id in kind["tuple"]]
            return f"({', '.join(fields)})"
        return " { .. }" if kind["plain"]["has_stripped_fields"] else " {}"

    def _field_type(self, writer: Writer, id: object) -> str:
        return writer.type(self.index[str(id)]["inner"]["struct_field"])

    def _variant(self, writer: Writer, name: str, inner: Json) -> str:
        number = inner["discriminant"]
        value = f" = {number['value']}" if number is not None else ""
        if inner["kind"] == "plain":
            return name + value
        if "tuple" in inner["kind"]:
            types = ["_" if id is None else self._field_type(writer, id) for id in inner["kind"]["tuple"]]
            return f"{name}({', '.join(types)}){value}"
        fields = inner["kind"]["struct"]
        shown = [f"{self.index[str(id)]['name']}: {self._field_type(writer, id)}" for id in fields["fields"]]
        hidden = [".."] if fields["has_stripped_fields"] else []
        return f"{name} {{ {', '.join([*sorted(shown), *hidden])} }}{value}"

    # What belongs to a type or trait

    def _members(self, path: str, kind: str, item: Json, inner: Json) -> None:
        is_open = any("non_exhaustive" in str(attribute) for attribute in item["attrs"])
        if kind == "enum":
            is_open = is_open or inner["has_stripped_variants"]
            for id in map(str, inner["variants"]):
                self._member(path, id, "minor" if is_open else "major")
        elif kind == "trait":
            for id in map(str, inner["items"]):
                self._trait_item(path, id)
        else:
            plain = inner.get("kind", {"plain": inner})
            named = plain["plain"] if isinstance(plain, Mapping) and "plain" in plain else None
            is_open = is_open or (named is not None and named["has_stripped_fields"])
            for id in map(str, named["fields"] if named is not None else ()):
                self._field(path, id, "minor" if is_open else "major")
        for id in map(str, inner.get("impls", ())):
            self._inherent(path, id)

    def _member(self, path: str, id: str, adding: Bump) -> None:
        item = self.index[id]
        kind, inner = next(iter(item["inner"].items()))
        texts = [attributes(item) + self._text(w, kind, item["name"], inner) for w in self._writers]
        self._add(f"{path}::{item['name']}", kind, texts, item, adding, (path,))

    def _field(self, path: str, id: str, adding: Bump) -> None:
        item = self.index[id]
        texts = [f"{item['name']}: {self._field_type(writer, id)}" for writer in self._writers]
        self._add(f"{path}::{item['name']}", "field", texts, item, adding, (path,))

    def _trait_item(self, path: str, id: str) -> None:
        item = self.index.get(id)
        if item is None:
            return  # hidden
        kind, inner = next(iter(item["inner"].items()))
        if kind == "function":
            has_default = inner["has_body"]
        else:
            has_default = inner["value" if kind == "assoc_const" else "type"] is not None
        end = " { .. }" if has_default else ""
        texts = [self._trait_item_text(writer, kind, item["name"], inner) + end for writer in self._writers]
        adding: Bump = "minor" if has_default else "major"
        self._add(f"{path}::{item['name']}", kind, texts, item, adding, (path,))

    def _trait_item_text(self, writer: Writer, kind: str, name: str, inner: Json) -> str:
        if kind != "assoc_type":
            return self._text(writer, kind, name, inner)
        angle, where = writer.generics(inner["generics"])
        bounds = writer.bounds(inner["bounds"])
        return f"type {name}{angle}{': ' + bounds if bounds else ''}{where}"

    def _inherent(self, path: str, id: str) -> None:
        implementation = self.index.get(id)
        if implementation is None or implementation["inner"]["impl"]["trait"] is not None:
            return
        inner = implementation["inner"]["impl"]
        heads = [header(writer, inner) for writer in self._writers]
        has_conditions = inner["generics"]["params"] or inner["generics"]["where_predicates"]
        for child in map(str, inner["items"]):
            item = self.index.get(child)
            if item is None:
                continue  # private, or hidden
            kind, own = next(iter(item["inner"].items()))
            texts = []
            for writer, head in zip(self._writers, heads, strict=True):
                text = (
                    f"type {item['name']} = {writer.type(own['type'])}"
                    if kind == "assoc_type"
                    else self._text(writer, kind, item["name"], own)
                )
                texts.append(f"{head} {{ {text} }}" if has_conditions else text)
            self._add(f"{path}::{item['name']}", kind, texts, item, owners=(path,))

    # Implementations of traits

    def _implementations(self) -> None:
        for item in self.index.values():
            inner = item["inner"].get("impl")
            if inner is None or item["crate_id"] != 0 or not self._counts(inner):
                continue
            types = [self._associated(writer, inner) for writer in self._writers]
            heads = [header(w, inner, its) for w, its in zip(self._writers, types, strict=True)]
            texts = [head + its for head, its in zip(heads, types, strict=True)]
            owners = tuple(path for id in named_in(inner) if (path := self.reached.get(id)) is not None)
            self._add(heads[0], "impl", texts, item, owners=owners)

    def _counts(self, inner: Json) -> bool:
        """Whether others can see the implementation, and it does not follow from another one."""
        if inner["trait"] is None or inner["blanket_impl"] is not None or inner["is_negative"]:
            return False
        name = inner["trait"]["path"].rpartition("::")[2]
        if name in _COMPILERS_OWN or (inner["is_synthetic"] and name not in _AUTO_TRAITS):
            return False
        return all(self._is_visible(id) for id in named_in(inner))

    def _is_visible(self, id: str) -> bool:
        item = self.index.get(id)
        return item is None or item["crate_id"] != 0 or id in self.reached

    def _associated(self, writer: Writer, inner: Json) -> str:
        types = []
        for id in map(str, inner["items"]):
            item = self.index.get(id)
            if item is not None and (found := item["inner"].get("assoc_type")) is not None:
                types.append(f"type {item['name']} = {writer.type(found['type'])}")
        return f" {{ {'; '.join(sorted(types))} }}" if types else ""


def _place(item: Json) -> ItemPlace | None:
    span = item["span"]
    if span is None:
        return None
    return ItemPlace(span["filename"], span["begin"][0], span["end"][0])
