"""Find how the macros are defined that sites are given to: in their crate or one it depends on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from codemods.cargo.report import Unit
from codemods.engine.oracle import Answers
from codemods.engine.rivals import Externs, Read
from codemods.recipe.facts import Answer, Fact, Known, MacroRules, Unknown
from codemods.recipe.site import Site
from codemods.rust.spans import Span
from codemods.rust.tokens import TokenKind, matching, tokens
from codemods.rust.trees import TreeKind


def answer_macro_rules(
    fact: MacroRules, sites: Sequence[Site], units: Sequence[Unit], read: Read, externs: Externs
) -> Answers:
    """Answer `fact` for every site, from the sources that the units compiling it and their crates have."""
    definitions = _Definitions(units, read, externs)
    facts: dict[tuple[str, Fact], Answer] = {
        (site.id, fact): definitions.answer(site, _names_around(site) - fact.known) for site in sites
    }
    return Answers(facts, {})


def _names_around(site: Site) -> frozenset[str]:
    """Return the names of the macros in whose arguments the site stands."""
    trees = (site.tree, *site.tree.ancestors())
    calls = (tree.macro for tree in trees if tree.kind is TreeKind.MACRO_ARGUMENT)
    return frozenset(call.last_name for call in calls if call is not None)


class _Definitions:
    def __init__(self, units: Sequence[Unit], read: Read, externs: Externs) -> None:
        self._units = units
        self._read = read
        self._externs = externs
        self._found: dict[tuple[str, str], tuple[str, ...]] = {}  # by unit and name

    def answer(self, site: Site, names: frozenset[str]) -> Answer:
        units = [unit for unit in self._units if str(site.source.path) in unit.files]
        texts = dict.fromkeys(
            text for name in sorted(names) for unit in units for text in self._definitions(unit, name)
        )
        if not texts:
            return Unknown("no definition of the macros around it was found")
        return Known("\n".join(texts), f"{len(texts)} definitions of {', '.join(sorted(names))}")

    def _definitions(self, unit: Unit, name: str) -> tuple[str, ...]:
        key = (unit.id, name)
        if key not in self._found:
            paths = [*sorted(unit.files), *sorted(self._externs(unit) - unit.files)]
            contents = (self._read(path) or b"" for path in paths if path.endswith(".rs"))
            self._found[key] = tuple(text for content in contents for text in _definitions_in(content, name))
        return self._found[key]


def _definitions_in(content: bytes, name: str) -> Iterator[str]:
    """Yield the text of each `macro_rules!` definition of `name` in `content`."""
    pattern = re.compile(rb"macro_rules!\s*(?:r#)?" + re.escape(name.encode()) + rb"\s*(?=[{(\[])")
    for found in pattern.finditer(content):
        code = [
            token
            for token in tokens(content, Span(found.end(), len(content)))
            if token.kind is not TokenKind.COMMENT
        ]
        closing = matching(code).get(0)
        if closing is not None:
            yield content[found.start() : code[closing].span.end].decode(errors="replace")
