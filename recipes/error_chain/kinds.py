"""The enum of kinds: its variants, what they print and describe, and what becomes one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import indent

from codemods.recipe import Source

from .declaration import Declaration, Link, Shape, Variant
from .display import Writer
from .items import Items, Rest, conditions, conversion, documented, lines


@dataclass
class KindWriter:
    """Writes the kinds of `declaration`, whose clauses stand in `source`.

    `derives`: thiserror prints them.
    """

    source: Source
    declaration: Declaration
    items: Items
    derives: bool = field(init=False)
    texts: Writer = field(init=False)

    def __post_init__(self) -> None:
        self.texts = Writer(self.source, self.declaration.kind)
        self.derives = self.items.derives and self._can_derive()

    def blocks(self) -> Iterator[str]:
        """Yield the enum and what belongs to it."""
        yield self._enum()
        if not self.derives:
            yield self._display()
        if "description" in self.items.uses:
            yield self._descriptions()
        yield from self._conversions()

    def _enum(self) -> str:
        derive = "#[derive(Debug, thiserror::Error)]" if self.derives else "#[derive(Debug)]"
        mark = ["#[non_exhaustive]"] if self.items.rest is Rest.ATTRIBUTE else []
        body = [indent(text, "    ") for text in self._variants()]
        return lines(
            "/// The kind of an error.", derive, *mark, f"pub enum {self.declaration.kind} {{", *body, "}"
        )

    def _variants(self) -> Iterator[str]:
        if self.declaration.has_message:
            lead = ["/// A convenient variant for String."]
            yield lines(*lead, *self._attribute('"{0}"'), "Msg(String),")
        for link in self.declaration.links:
            yield self._link(link, link.kind, '"{0}"')
        for link in self.declaration.foreign_links:
            yield self._link(link, link.error, "transparent")
        for variant in self.declaration.variants:
            attribute = self.texts.attribute(variant) if self.derives else None
            lead = [documented(text) for text in variant.leading]
            yield lines(
                *lead, *([attribute] if attribute else []), _behind(_variant(variant), variant.trailing)
            )
        if self.items.rest is Rest.VARIANT:
            yield lines("#[doc(hidden)]", *self._attribute('""'), "__Nonexhaustive {},")

    def _link(self, link: Link, type: str, content: str) -> str:
        lead = [documented(text) for text in link.leading]
        return lines(*lead, *self._attribute(content), _behind(f"{link.name}({type}),", link.trailing))

    def _attribute(self, content: str) -> list[str]:
        return [f"#[error({content})]"] if self.derives else []

    def _can_derive(self) -> bool:
        """Whether thiserror prints each variant as it was, and takes no field for something else."""
        has_some = self.declaration.has_message or self.declaration.variants
        types = [field.type for variant in self.declaration.variants for field in variant.fields]
        types += [
            link.kind or link.error for link in (*self.declaration.links, *self.declaration.foreign_links)
        ]
        if not has_some or any(re.search(r"\bBacktrace\s*$", type) for type in types):
            return False
        return all(self.texts.attribute(variant) is not None for variant in self.declaration.variants)

    def _display(self) -> str:
        kind, names = self.declaration.kind, self._field_names()
        formatter = "f" if "f" not in names else "formatter"
        arms: list[str] = []
        if self.declaration.has_message:
            arms.append(f'{kind}::Msg(message) => write!({formatter}, "{{}}", message),')
        for link in (*self.declaration.links, *self.declaration.foreign_links):
            arm = f'{kind}::{link.name}(error) => write!({formatter}, "{{}}", error),'
            arms += [*conditions(link), arm]
        for variant in self.declaration.variants:
            arms += [*conditions(variant), self.texts.display_arm(variant, formatter)]
        if self.items.rest is Rest.VARIANT:
            arms.append(f"{kind}::__Nonexhaustive {{}} => Ok(()),")
        head = f"fn fmt(&self, {formatter}: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{"
        return _match(f"impl std::fmt::Display for {kind} {{", [head], arms)

    def _descriptions(self) -> str:
        kind = self.declaration.kind
        arms = [f"{kind}::Msg(message) => message,"] if self.declaration.has_message else []
        for link in self.declaration.links:
            arms += [*conditions(link), f"{kind}::{link.name}(error) => error.description(),"]
        for link in self.declaration.foreign_links:
            arm = f'{kind}::{link.name}(_) => "",'
            if self.items.describes_foreign:
                arm = f"{kind}::{link.name}(error) => std::error::Error::description(error),"
            arms += [*conditions(link), arm]
        for variant in self.declaration.variants:
            arms += [*conditions(variant), self.texts.description_arm(variant)]
        if self.items.rest is Rest.VARIANT:
            arms.append(f'{kind}::__Nonexhaustive {{}} => "",')
        asks = self.items.describes_foreign and self.declaration.foreign_links
        head = [
            "/// A string describing the error kind.",
            *(["#[allow(deprecated)]"] if asks else []),
            "pub fn description(&self) -> &str {",
        ]
        mark = "#[allow(dead_code)]\n" if self.items.allows_dead_code else ""
        return mark + _match(f"impl {kind} {{", head, arms)

    def _conversions(self) -> Iterator[str]:
        error, kind = self.declaration.error, self.declaration.kind
        if self._converts_text:
            yield conversion("&str", kind, "message", f"{kind}::Msg(message.into())")
            yield conversion("String", kind, "message", f"{kind}::Msg(message)")
        for link in self.declaration.links:
            value = f"{kind}::{link.name}(kind)"
            yield lines(*conditions(link), conversion(link.kind, kind, "kind", value))
        if "kind_from_error" in self.items.uses:
            yield conversion(error, kind, "error", "error.0")

    @property
    def _converts_text(self) -> bool:
        return self.declaration.has_message and "message" in self.items.uses

    def _field_names(self) -> set[str]:
        return {field.name for variant in self.declaration.variants for field in variant.fields}


def _match(opening: str, head: list[str], arms: list[str]) -> str:
    return lines(
        opening,
        *(f"    {line}" for line in head),
        "        match self {",
        *(indent(arm, "            ") for arm in arms),
        "        }",
        "    }",
        "}",
    )


def _variant(variant: Variant) -> str:
    if variant.shape is Shape.UNIT:
        return f"{variant.name},"
    if variant.shape is Shape.TUPLE:
        return f"{variant.name}({', '.join(field.type for field in variant.fields)}),"
    listed = [f"{_field_name(field.name)}: {field.type}" for field in variant.fields]
    short = f"{variant.name} {{ {', '.join(listed)} }},"
    return (
        short if len(short) <= 60 else lines(f"{variant.name} {{", *(f"    {each}," for each in listed), "},")
    )


def _field_name(name: str) -> str:
    """Return the name as thiserror does not take it for the cause of the error."""
    return "r#source" if name == "source" else name


def _behind(text: str, comment: str) -> str:
    return f"{text} {comment}" if comment else text
