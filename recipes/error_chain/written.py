"""The items that `error_chain!` made, written out: same names, same texts, same chain of sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import Template
from textwrap import indent

from codemods.recipe import Source

from . import templates
from .declaration import Declaration
from .items import Items, conditions, conversion, lines
from .kinds import KindWriter

_WIDTH = 96  # of a line at a margin of four


@dataclass(frozen=True, slots=True)
class Written:
    """The text of the items, without indentation; whether it needs thiserror."""

    text: str
    needs_thiserror: bool


def write(source: Source, declaration: Declaration, items: Items) -> Written:
    """Return the items of `declaration`, whose clauses stand in `source`, for `indented`."""
    kinds = KindWriter(source, declaration, items)
    writer = _Writer(declaration, items, kinds)
    return Written("\n\n".join(writer.blocks()), kinds.derives)


@dataclass(frozen=True, slots=True)
class _Writer:
    declaration: Declaration
    items: Items
    kinds: KindWriter

    def blocks(self) -> Iterator[str]:
        """Yield the items in the order in which a reader wants them."""
        uses = self.items.uses
        if self.declaration.comments:
            yield "\n".join(self.declaration.comments)
        yield self._named(templates.ERROR)
        keeps = self.items.keeps_backtraces
        yield self._named(templates.STATE_WITH_BACKTRACE if keeps else templates.STATE)
        yield self._methods()
        yield self._named(templates.DISPLAY)
        yield self._std_error()
        if "deref" in uses:
            yield self._named(templates.DEREF)
        yield from self._conversions()
        yield from self.kinds.blocks()
        if "extension" in uses:
            yield from map(self._named, templates.EXTENSION)
        if self.declaration.result and "result" in uses:
            yield self._named(templates.RESULT)

    def _named(self, template: Template, **more: str) -> str:
        declaration, keeps = self.declaration, self.items.keeps_backtraces
        text = template.substitute(
            more,
            backtrace="self.1.backtrace.as_deref()" if keeps else "None",
            behind=templates.BACKTRACE_BEHIND if keeps else "",
            error=declaration.error,
            kind=declaration.kind,
            extension=declaration.extension,
            result=declaration.result,
            state=self.items.state,
        )
        return _made_by_new(text, self.items.state) if keeps else text

    def _methods(self) -> str:
        uses = self.items.uses
        chosen = {name: template for name, template in templates.METHODS.items() if name in uses}
        if "with_chain" in uses and "with_boxed_chain" not in uses:
            chosen["with_chain"] = templates.CHAINED_ALONE
        methods = [_fitting(self._named(template)) for template in chosen.values()]
        mark = "#[allow(dead_code)]\n" if self.items.allows_dead_code else ""
        body = "\n\n".join(indent(text, "    ") for text in methods)
        return f"{mark}impl {self.declaration.error} {{\n{body}\n}}"

    def _std_error(self) -> str:
        described = [templates.DESCRIPTION] if "description" in self.items.uses else []
        body = "\n\n".join(indent(text, "    ") for text in (*described, self._source()))
        return f"impl std::error::Error for {self.declaration.error} {{\n{body}\n}}"

    def _source(self) -> str:
        """Return the method: the next error, else what a foreign error says itself."""
        if not self.declaration.foreign_links:
            return templates.SOURCE
        if self.kinds.derives:
            return self._named(
                templates.SOURCE_OF_FOREIGN, none="        None => std::error::Error::source(&self.0),"
            )
        arms = []
        for link in self.declaration.foreign_links:
            path = f"{self.declaration.kind}::{link.name}(error)"
            arms += [*conditions(link), f"{path} => std::error::Error::source(error),"]
        arms = ["None => match &self.0 {", *(f"    {arm}" for arm in (*arms, "_ => None,")), "},"]
        return self._named(templates.SOURCE_OF_FOREIGN, none=indent("\n".join(arms), "        "))

    def _conversions(self) -> Iterator[str]:
        error, kind = self.declaration.error, self.declaration.kind
        yield conversion(kind, error, "kind", f"{error}::from_kind(kind)")
        if self.declaration.has_message and "message" in self.items.uses:
            for text in ("&str", "String"):
                yield conversion(text, error, "message", f"{error}::from_kind(message.into())")
        for link in self.declaration.links:
            value = self._named(templates.LINKED, link=link.name)
            yield lines(*conditions(link), conversion(link.error, error, "error", value))
        for link in self.declaration.foreign_links:
            value = f"{error}::from_kind({kind}::{link.name}(error))"
            yield lines(*conditions(link), conversion(link.error, error, "error", value))


def _fitting(method: str) -> str:
    """Return a method whose signature has its parameters below each other where it is too long."""
    written = []
    for line in method.split("\n"):
        if len(line) <= _WIDTH or not line.startswith("pub fn"):
            written.append(line)
            continue
        head, _, rest = line.partition("(")
        parameters, _, result = rest.rpartition(") -> ")
        written += [f"{head}(", *(f"    {each}," for each in parameters.split(", ")), f") -> {result}"]
    return "\n".join(written)


def _made_by_new(text: str, state: str) -> str:
    """Return a text in which states are made by their function, which takes the backtrace."""
    made = re.compile(rf"{state} \{{\s*next_error: ([^,}}]*?),?\s*\}}")
    return made.sub(rf"{state}::new(\1)", text)
