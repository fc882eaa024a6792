"""One invocation of the macro: where it stands, what it declares, what replaces it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from codemods.recipe import (
    Edit,
    Names,
    Namespace,
    Site,
    Skipped,
    Span,
    Token,
    TokenKind,
    TreeKind,
    matching,
    tokens,
)

from .declarations import Declaration, DeclarationError, read_declaration
from .designs import Design, Policy, Release, design_of
from .enums import enum_lines
from .finding import KIND, invocation_at, stands_in
from .impls import impl_items
from .layout import Dialect, placed


@dataclass(frozen=True, slots=True)
class Invocation:
    """An invocation that can be replaced: `inside` of its braces, `whole` with a `;` behind it."""

    site: Site
    declaration: Declaration
    inside: Span
    whole: Span

    def edit(self, design: Design, more: Sequence[list[str]] = ()) -> Edit:
        """Return the edit that writes the declaration as `design` says, and the lines of `more` items."""
        source, dialect = self.site.source, self.dialect
        items = [
            enum_lines(source, self.inside, design, dialect),
            *impl_items(source, design, dialect),
            *more,
        ]
        lines = [line for index, item in enumerate(items) for line in ([""] if index else []) + item]
        return Edit(self.whole, placed(source, self.whole.start, lines))

    def design(self, release: Release, policy: Policy) -> Design:
        """Return how to write it."""
        return design_of(self.site.source, self.declaration, release, policy)

    @property
    def dialect(self) -> Dialect:
        """How the file writes where the invocation stands."""
        source = self.site.source
        meaning = Names(source, {}).meaning("fmt", self.whole.start, Namespace.TYPE)
        fmt = "fmt" if meaning in (("std", "fmt"), ("core", "fmt")) else "std::fmt"
        return Dialect(fmt, conditions_before(source.content, self.whole.start))


def invocation_of(site: Site) -> Invocation | Skipped:
    """Return the invocation at a site of the macro; or why it is left alone."""
    reason = _objection(site)
    if reason is not None:
        return reason
    found = invocation_at(site.source, site[KIND].span)
    if found is None:
        return Skipped("unreadable", "the macro is named here, but not called", (site.id,))
    inside, whole = found
    try:
        declaration = read_declaration(site.source, inside)
    except DeclarationError as error:
        return Skipped(
            "unreadable", f"this is not a declaration that quick-error 1 or 2 takes: {error}", (site.id,)
        )
    if not declaration.variants:
        return Skipped("no-variants", f"`{declaration.enum}` has no variants", (site.id,))
    return Invocation(site, declaration, inside, whole)


def _objection(site: Site) -> Skipped | None:
    if stands_in(site.tree, TreeKind.DOC_EXAMPLE):
        return Skipped("example", "it stands in a documentation example", (site.id,))
    if stands_in(site.tree, TreeKind.MACRO_BODY):
        return Skipped(
            "macro-body", "another macro makes the declaration, out of parts not known here", (site.id,)
        )
    if b"$" in site.text.encode() and re.search(r"\$\w", site.text):
        return Skipped("macro-body", "the declaration holds variables of another macro", (site.id,))
    return None


def conditions_before(content: bytes, start: int) -> tuple[str, ...]:
    """Return the `#[cfg(…)]` attributes that stand before the byte `start`."""
    code = [token for token in tokens(content, Span(0, start)) if token.kind is not TokenKind.COMMENT]
    openings = {closing: opening for opening, closing in matching(code).items()}
    found: list[str] = []
    last = len(code) - 1
    while last in openings and code[openings[last] - 1].text == b"#":
        opening = openings[last]
        if _is_cfg(code, opening):
            text = content[code[opening - 1].span.start : code[last].span.end].decode()
            found.insert(0, " ".join(text.split()))
        last = opening - 2
    return tuple(found)


def _is_cfg(code: list[Token], opening: int) -> bool:
    return code[opening].text == b"[" and code[opening + 1].text == b"cfg"
