"""Which items are written for a declaration, and how their texts come together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from textwrap import indent

from codemods.recipe import string_value

from .declaration import Link, Variant
from .display import LINE_BREAK
from .templates import CONVERSION

EVERYTHING = frozenset(
    {
        "from_kind",
        "with_chain",
        "with_boxed_chain",
        "kind",
        "iter",
        "chain_err",
        "description",
        "kind_from_error",
        "extension",
        "result",
        "message",
    }
)
"""What an API keeps. `display_chain` came from a trait of the crate: it is written where it is called."""


class Rest(StrEnum):
    """What stands for the hidden variant that kept callers from listing all kinds."""

    NONE = "none"
    ATTRIBUTE = "attribute"  # `#[non_exhaustive]`
    VARIANT = "variant"  # the variant itself, as the macro wrote it


@dataclass(frozen=True, slots=True)
class Items:
    """Which items are written.

    `uses` are words of `EVERYTHING`, "display_chain", "backtrace" and "deref". `allows_dead_code` marks
    methods as the macro did, `state` names the struct that holds the next error of the chain.
    `describes_foreign`: the description of a foreign error is its own. `derives`: thiserror prints kinds
    where it can. `has_backtraces`: the method `backtrace` gives one.
    """

    uses: frozenset[str] = EVERYTHING
    rest: Rest = Rest.ATTRIBUTE
    allows_dead_code: bool = False
    state: str = "State"
    describes_foreign: bool = False
    derives: bool = True
    has_backtraces: bool = False

    @property
    def keeps_backtraces(self) -> bool:
        """Whether errors remember where they were made."""
        return self.has_backtraces and "backtrace" in self.uses


def indented(text: str, margin: str, newline: str) -> str:
    """Return a written text with `margin` before its lines, and the line breaks of its strings put back."""
    # Texts from a file with other line breaks bring theirs.
    lines = [f"{margin}{line}" if line else "" for line in text.replace("\r\n", "\n").split("\n")]
    return newline.join(lines).replace(LINE_BREAK, newline)


def lines(*texts: str) -> str:
    """Return the texts below each other."""
    return "\n".join(texts)


def conversion(of: str, to: str, name: str, value: str) -> str:
    """Return an `impl From<of> for to` whose argument is `name` and whose value is `value`."""
    return CONVERSION.substitute(of=of, to=to, name=name, value=indent(value, "        "))


def conditions(of: Link | Variant) -> list[str]:
    """Return the attributes that must stand wherever it is mentioned: all but documentation."""
    return [text for text in of.attributes if not _is_documentation(text)]


def documented(attribute: str) -> str:
    """Return `#[doc = "text"]` as a doc comment where it is one line, else the attribute as it is."""
    match = re.fullmatch(r'#\s*\[\s*doc\s*=\s*("(?:[^"\\]|\\.)*")\s*\]', attribute)
    text = string_value(match[1]) if match else "\n"
    if "\n" in text:
        return attribute
    return f"///{text}" if text.startswith(" ") else f"/// {text}".rstrip()


def _is_documentation(attribute: str) -> bool:
    return attribute.startswith("/") or re.match(r"#\s*\[\s*doc\b", attribute) is not None
