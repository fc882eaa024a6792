"""What contexts may stand before the errors of a component, so that failure's downcasts do not see those."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from codemods.recipe import Facts, Known, Site, Span

from .calls import ARGUMENT, ITEM, RECEIVER, call_of, is_call, is_context

_TEXTS = re.compile(r"&(?:'\w+ )?str|std::string::String")
_MADE_TEXT = re.compile(r'\|[^|]*\|\s*(?:\{\s*)?(?:format!|String::from|r?#*")')
_RESULT = re.compile(r"std::result::Result<.*, (?P<error>[^,<>]+)>")


@dataclass(frozen=True, slots=True)
class Hidden:
    """The last names of the types that contexts wrap, or are; with `is_anything`, it may be any.

    `is_looked_for`: some call looks for the type of an error at all.
    """

    names: frozenset[str] = frozenset()
    is_anything: bool = False
    is_looked_for: bool = False

    def may_be(self, target: str | None) -> bool:
        """Whether an error of the type `target` (None: nobody knows) may be below a context, or be one."""
        if target is None:
            return self.is_anything or bool(self.names)
        return self.is_anything or _last(target) in self.names


def hidden_by(sites: Sequence[Site], facts: Facts) -> Hidden:
    """Return what the contexts among `sites` may hide."""
    looked_for = _downcasts(sites, facts)
    names: set[str] = set()
    for site in sites:
        if is_context(site) and _may_be_failures(site, facts):
            found = _types(site, facts)
            if found is None:
                return Hidden(is_anything=True, is_looked_for=looked_for)
            names |= found
    return Hidden(frozenset(names), is_looked_for=looked_for)


def _downcasts(sites: Sequence[Site], facts: Facts) -> bool:
    """Whether some of `sites` look for the type of an error."""
    return any(
        is_call(site) and site["name"].text.startswith("downcast") and _may_be_failures(site, facts)
        for site in sites
    )


def _may_be_failures(site: Site, facts: Facts) -> bool:
    item = facts.about(site.id, ITEM)
    return not isinstance(item, Known) or item.value.startswith("failure::")


def _types(site: Site, facts: Facts) -> set[str] | None:
    """Return the names of the error and of the context; None where one may be anything."""
    error, context = _error(site, facts), _context(site, facts)
    return None if error is None or context is None else {_last(error)} | ({_last(context)} - {""})


def _error(site: Site, facts: Facts) -> str | None:
    answer = facts.about(site.id, RECEIVER)
    if not isinstance(answer, Known):
        return None
    result = _RESULT.fullmatch(answer.value)
    type_ = result["error"] if result is not None else answer.value
    is_certain = "::" in type_ and "<" not in type_ and "dyn " not in type_ and "failure::" not in type_
    return type_ if is_certain else None


def _context(site: Site, facts: Facts) -> str | None:
    """Return the type of the context, "" for a text."""
    call = call_of(site)
    if call.name == "context":
        answer = facts.about(site.id, ARGUMENT)
        if not isinstance(answer, Known):
            return None
        return "" if _TEXTS.fullmatch(answer.value) else answer.value
    span = Span(call.arguments[0].start_byte, call.arguments[0].end_byte) if call.arguments else site.span
    return "" if _MADE_TEXT.match(site.source.text(span)) else None


def _last(type_: str) -> str:
    return type_.partition("<")[0].rpartition("::")[2].strip()
