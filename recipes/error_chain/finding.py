"""Where error-chain stands: imports, paths, macros, and methods that only its traits have.

Whether a bare `bail!` is error-chain's is decided at the root of its crate: here it is taken for one, and
`mentions_in` with what the root really imports says later which are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from codemods.recipe import (
    Capture,
    Finder,
    ManifestEntry,
    Match,
    Mention,
    MentionKind,
    Names,
    Query,
    Source,
    Span,
    SyntaxTree,
    macro_calls,
    mentions_of,
)

if TYPE_CHECKING:
    from tree_sitter import Node

PACKAGE = "error-chain"
CRATE = "error_chain"
MACROS = ("error_chain", "bail", "ensure", "quick_main")
METHODS = ("chain_err", "display_chain", "description", "backtrace", "iter")
_CRATES = {CRATE: PACKAGE}
# What `error_chain!` calls, and code of the edition 2018 had to import for 0.12.0.
INNER_MACROS = (
    "call_to_deprecated_description",
    "error_chain_processing",
    "impl_error_chain_cause_or_source",
    "impl_error_chain_kind",
    "impl_error_chain_processed",
    "impl_extract_backtrace",
    "stringify_internal",
    "write_internal",
)
_ITEMS = ("Backtrace", "ChainedError", "DisplayChain", "ExitCode", "Iter", "State")
_EXPORTS = {PACKAGE: (*MACROS, *INNER_MACROS, *_ITEMS)}
_NOTHING = Capture(Span(0, 0), "", "nodes")
_CALLS = Query(
    """
    [
      (call_expression function: (field_expression field: (field_identifier) @name)) @site
      (call_expression
        function: (generic_function function: (field_expression field: (field_identifier) @name))) @site
    ]
    """
)
_MESSAGES = Query(
    """
    (call_expression
      function: (identifier) @_err
      arguments: (arguments .
        (call_expression
          function: (field_expression
            value: [(string_literal) (raw_string_literal) (macro_invocation)] @value
            field: (field_identifier) @name)
          arguments: (arguments)) @site .)
      (#eq? @_err "Err") (#eq? @name "into"))
    """
)
_MAY_CALL = re.compile(rb"\.\s*(?:" + "|".join(METHODS).encode() + rb")\b")


def find_mentions(source: Source) -> Iterator[Match]:
    """Yield each import, path and macro call that may be error-chain's; a call with all of its input."""
    if source.is_manifest:
        return
    for mention in mentions_in(source, takes_macros=True):
        yield Match(mention.tree, mention.node, _captures(), place_of(mention))


def find_methods(source: Source) -> Iterator[Match]:
    """Yield each call of a method that may be error-chain's, or its macro's: from its name to its end."""
    if source.is_manifest or not _MAY_CALL.search(source.content):
        return
    for match in _CALLS.find(source):
        name, node = match.captures["name"], match.node
        if name.text in METHODS and not _is_declared(match.tree) and _may_be_ours(name.text, node):
            whole = Span(node.start_byte, node.end_byte)
            call = Capture(whole, source.text(whole), node.type, (node,))
            span = Span(name.span.start, node.end_byte)
            damaged = match.damaged and name.text == "chain_err"  # the others are only read
            yield Match(match.tree, node, _captures(call=call, name=name), span, damaged)


def find_messages(source: Source) -> Iterator[Match]:
    """Yield each text that may become an error of the macro's: `"text".into()` in `Err(…)`."""
    if source.is_manifest or b".into()" not in source.content or b"Err(" not in source.content:
        return
    for match in _MESSAGES.find(source):
        node, value = match.node, match.captures["value"]
        is_text = value.kind != "macro_invocation" or value.text.startswith("format!")
        if is_text and not _is_declared(match.tree):
            whole = Span(node.start_byte, node.end_byte)
            call = Capture(whole, source.text(whole), node.type, (node,))
            yield Match(match.tree, node, _captures(call=call, name=match.captures["name"]), whole)


@lru_cache(maxsize=256)
def mentions_in(source: Source, *, takes_macros: bool) -> tuple[Mention, ...]:
    """Return where `source` names an item of error-chain, links in documentation aside.

    `takes_macros`: the root of its crate takes error-chain's macros by `#[macro_use]`.
    """
    names = Names(source, _CRATES, (PACKAGE,) if takes_macros else (), _EXPORTS)
    return tuple(each for each in mentions_of(names, PACKAGE) if each.kind is not MentionKind.DOC_LINK)


def place_of(mention: Mention) -> Span:
    """Return the span of its site: of a macro call from its path to the closing delimiter."""
    if mention.kind is not MentionKind.MACRO:
        return mention.span
    return call_of(mention.tree, mention.span) or mention.span


def call_of(tree: SyntaxTree, path: Span) -> Span | None:
    """Return the span of the macro call whose path stands at `path`."""
    found = (call for call in macro_calls(tree.source.content, tree.span) if call.path_span == path)
    call = next(found, None)
    return call.span if call is not None else None


def _may_be_ours(name: str, node: Node) -> bool:
    """Whether a call may be meant: everything has an `iter()`, but one skips the first error of a chain."""
    if name != "iter":
        return True
    around = node.parent.parent if node.parent is not None else None
    text = around.text if around is not None else None
    return text is not None and text.endswith(b"skip(1)")


def _is_declared(tree: SyntaxTree) -> bool:
    """Whether the tree is input of `error_chain!`: what stands there is no call yet."""
    around = (tree, *tree.ancestors())
    return any(each.macro is not None and each.macro.last_name == CRATE for each in around)


def _captures(**given: Capture) -> dict[str, Capture]:
    """Return captures under all names that facts are about."""
    return {"call": _NOTHING, "name": _NOTHING, **given}


SEARCHES: tuple[Finder | ManifestEntry, ...] = (
    *(Finder(find_mentions, (needle,)) for needle in (b"error_chain", b"bail!", b"ensure!", b"quick_main!")),
    *(Finder(find_methods, (b"." + name.encode() + b"(",)) for name in METHODS[1:-1]),
    Finder(find_methods, (b"chain_err",)),
    Finder(find_methods, (b".iter()", b"skip(1)")),
    Finder(find_messages, (b".into()", b"Err(")),
    ManifestEntry(PACKAGE),
)
