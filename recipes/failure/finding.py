"""Where failure stands: imports, paths, macros, derives, links, attributes of its derive, methods by name.

What a bare `bail!` is depends on the root of its crate, what a method is on types. So both are found
where they may be failure's, and judged later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from codemods.recipe import (
    Capture,
    Condition,
    Finder,
    HasType,
    Match,
    Mention,
    MentionKind,
    Names,
    Query,
    Resolves,
    Source,
    Span,
    TokenKind,
    mentions_of,
    tokens,
)

from .bindings import binding_of
from .boundary_search import find_boundaries
from .calls import NAMES, TYPE_NAME
from .nodes import expression_at
from .printing import FORWARDED, SPECIAL, forwarded, printed_specially

CRATES = {"failure": "failure", "failure_derive": "failure_derive"}
PACKAGES = tuple(CRATES.values())
EXPORTS = {
    "failure": (
        "AsFail",
        "Backtrace",
        "Causes",
        "Compat",
        "Context",
        "Error",
        "Fail",
        "Fallible",
        "ResultExt",
        "SyncFailure",
        "bail",
        "ensure",
        "err_msg",
        "format_err",
    ),
    "failure_derive": ("Fail",),
}
SHOWN_TYPE = "ErrorMessage {"
_EMPTY = Capture(Span(0, 0), "", "nodes")
_CALLS = Query(
    """
    [
      (call_expression
        function: (field_expression value: (_) @receiver field: (field_identifier) @name)
        arguments: (arguments . (_)? @argument)) @site
      (call_expression
        function: (generic_function
          function: (field_expression value: (_) @receiver field: (field_identifier) @name))
        arguments: (arguments . (_)? @argument)) @site
    ]
    """
)
_HELPERS = Query("(attribute_item (attribute (identifier) @name)) @site")
_IS_FAILURE = Condition(Resolves("call", PACKAGES), or_unknown=True)


@lru_cache(maxsize=64)
def mentions_in(source: Source, macro_uses: tuple[str, ...] = PACKAGES) -> tuple[Mention, ...]:
    """Return where `source` names an item of failure, if these packages' macros are in scope everywhere."""
    names = names_of(source, macro_uses)
    found = [mention for package in PACKAGES for mention in mentions_of(names, package)]
    return tuple(sorted(found, key=lambda each: (each.span, each.kind is MentionKind.DOC_LINK)))


@lru_cache(maxsize=64)
def names_of(source: Source, macro_uses: tuple[str, ...]) -> Names:
    """Return the names of `source`."""
    return Names(source, CRATES, macro_uses, EXPORTS)


def find_mentions(source: Source) -> Iterator[Match]:
    """Yield each mention, methods aside, and the attributes `#[fail(…)]` and `#[cause]`."""
    if source.is_manifest:
        return
    mentions = mentions_in(source)
    for mention in mentions:
        yield Match(mention.tree, mention.node, _captures(), mention.span)
    derives = any(mention.kind is MentionKind.DERIVE for mention in mentions)
    for match in _HELPERS.find(source) if derives else ():
        if match.captures["name"].text in ("fail", "cause"):
            yield replace(match, captures=_captures(name=match.captures["name"]))


def find_methods(source: Source) -> Iterator[Match]:
    """Yield each call of a method that may be failure's: from its name to its end."""
    if source.is_manifest or not _MAY_CALL.search(source.content):
        return
    for match in _CALLS.find(source):
        name = match.captures["name"]
        if name.text in NAMES:
            node = match.node
            whole = Span(node.start_byte, node.end_byte)
            call = Capture(whole, source.text(whole), node.type, (node,))
            span = Span(name.span.start, node.end_byte)
            captures = _captures(**{**match.captures, "call": call})
            condition = replace(_IS_FAILURE, is_unlikely=name.text == TYPE_NAME)
            yield replace(match, captures=captures, span=span, conditions=(condition,))


def find_printed(source: Source) -> Iterator[Match]:
    """Yield each placeholder that prints an error with flags or a width, or may."""
    if source.is_manifest:
        return
    for printed in printed_specially(source):
        found = expression_at(source, printed.argument or printed.literal)
        if found is None:
            continue
        tree, node = found
        value = node if printed.argument is not None else None
        if printed.argument is None and printed.name is not None:
            value = binding_of(source, printed.name, printed.literal)
        if value is not None:
            span = Span(value.start_byte, value.end_byte)
            receiver = Capture(span, source.text(span), value.type, (value,))
            yield Match(tree, node, _captures(receiver=receiver), printed.span, conditions=(_IS_ERROR,))


def find_forwarded(source: Source) -> Iterator[Match]:
    """Yield each `fmt` that hands the flags of a formatter on to what may be an error."""
    if source.is_manifest:
        return
    for match in forwarded(source):
        found = match.captures
        whole = Span(match.node.start_byte, match.node.end_byte)
        call = Capture(whole, source.text(whole), FORWARDED)
        captures = _captures(
            receiver=found["value"], argument=found["formatter"], name=found["name"], call=call
        )
        yield replace(match, captures=captures, conditions=(_IS_ERROR,))


def find_shown_types(source: Source) -> Iterator[Match]:
    """Yield each string that holds what `{:?}` prints of a message of failure, as an assertion may."""
    if source.file_tree is None:
        return
    for token in tokens(source.content):
        if token.kind is TokenKind.STRING and SHOWN_TYPE.encode() in token.text:
            name = Capture(token.span, SHOWN_TYPE, "string")
            yield Match(source.file_tree, source.file_tree.root, _captures(name=name), token.span)


def _captures(**given: Capture) -> dict[str, Capture]:
    """Return captures under all names that facts are about."""
    return {"call": _EMPTY, "receiver": _EMPTY, "argument": _EMPTY, "name": _EMPTY, **given}


_ERRORS = ("failure::Error", "failure::Context<_>")
_POINTERS = ("{}", "std::boxed::Box<{}>", "std::rc::Rc<{}>", "std::sync::Arc<{}>")
_HELD = tuple(f"{reference}{pointer}" for pointer in _POINTERS for reference in ("", "&", "&&", "&mut "))
_IS_ERROR = Condition(
    HasType("receiver", tuple(form.format(each) for each in _ERRORS for form in _HELD)),
    or_unknown=True,
    is_unlikely=True,
)
_MAY_CALL = re.compile(rb"\.\s*(?:" + "|".join(NAMES).encode() + rb")\s*(?:\(|::)")

SEARCHES = (
    *(
        Finder(find_mentions, (needle,))
        for needle in (b"failure", b"bail!", b"ensure!", b"format_err!", b"Fail")
    ),
    Finder(find_shown_types, (SHOWN_TYPE.encode(),)),
    Finder(find_forwarded, (b"fmt",)),  # before operands, which it is one of where it stands at the end
    Finder(find_boundaries, (b"(",)),
    Finder(find_printed, (b"{",), SPECIAL),
    *(Finder(find_methods, (b"." + name.encode(),)) for name in NAMES),
)
