"""Whether the macros around a `try!` let it change: most evaluate it, some look at its tokens."""

from __future__ import annotations

from codemods.recipe import Skipped, Span, TokenKind

from .calls import is_transparent
from .definitions import EVALUATING, Rule, argument_at, hands_on, rules_in, rules_of
from .outline import Group, GroupKind, Outline
from .spelling import STD_ROOTS

STRINGIFIED = "stringified"

# They show the source text of their condition, unless they are given a message instead.
_ASSERTING = frozenset({"assert", "debug_assert"})
_SHOWING = frozenset({"dbg"})
_TEMPLATES = frozenset(
    [
        "quote",
        "quote_spanned",
        "parse_quote",
        "parse_quote_spanned",
        "quote_expr",
        "quote_stmt",
        "quote_item",
        "quote_block",
        "quote_tokens",
        "quote_token",
    ]
)


def objection(outline: Outline, index: int, gone: frozenset[int], elsewhere: bytes) -> Skipped | None:
    """Return why the macros around the token at `index` do not let it change; None if they do.

    `elsewhere` are definitions of macros that other files hold. With the code `STRINGIFIED`, the
    program would be the same but for a text it may print.
    """
    stringified = None
    is_in_definition = False
    for group in outline.groups_around(index):
        match group.kind:
            case GroupKind.CALL if not is_transparent(group, gone):
                found = _objection_of_call(outline, group, index, elsewhere)
                if found is not None and found.code != STRINGIFIED:
                    return found
                stringified = stringified or found
            case GroupKind.DEFINITION:
                found = _objection_of_definition(outline, group, index, is_in_definition)
                if found is not None:
                    return found
                is_in_definition = True
            case GroupKind.ATTRIBUTE:
                return Skipped("attribute-input", "it is part of an attribute, which reads its tokens")
            case GroupKind.TRY_BLOCK:
                return Skipped("try-block", "in a `try` block `?` leaves the block, `try!` the function")
    return stringified


def _objection_of_call(outline: Outline, group: Group, index: int, elsewhere: bytes) -> Skipped | None:
    name = group.name
    if name in _TEMPLATES:
        return Skipped(
            "token-template", f"`{name}!` makes code of these tokens, for a crate of unknown edition"
        )
    definitions = _definitions_in_scope(outline, group)
    if definitions:
        rules = [rules_of(outline.content, _inner(outline, each)) for each in definitions]
        own = outline.imported | {each.name for each in outline.definitions()}
        return _objection_of_rules(outline, group, index, rules, EVALUATING - own)
    is_std = _is_std(outline, group)
    if is_std and name in ("stringify", "concat"):
        return Skipped("source-text", f"`{name}!` makes the source text a value of the program")
    if is_std and (name in _SHOWING or (name in _ASSERTING and not _has_message(outline, group))):
        return Skipped(STRINGIFIED, f"`{name}!` prints the source text of its argument")
    if is_std and name in (EVALUATING | _ASSERTING) - {"try"}:  # an own `try!` is not std's
        return None
    return _objection_of_rules(outline, group, index, rules_in(elsewhere, name))


def _objection_of_rules(
    outline: Outline,
    group: Group,
    index: int,
    definitions: list[tuple[Rule, ...]],
    evaluating: frozenset[str] = EVALUATING,
) -> Skipped | None:
    """Return why a macro with one of these definitions may not be given other tokens; None if it may."""
    argument = argument_at(outline.content, _inner(outline, group), outline.code[index].span.start)
    if definitions and all(hands_on(each, argument, evaluating) for each in definitions):
        return None
    reason = f"`{group.name}!` may look at the tokens it is given rather than evaluate them"
    return Skipped("unknown-macro", reason)


def _is_std(outline: Outline, group: Group) -> bool:
    """Whether the macro's name leads to std, as far as the file shows."""
    if not group.is_qualified:
        return group.name not in outline.imported
    first = outline.text(group.first)
    return (outline.text(group.first + 1) if first == b"::" else first) in STD_ROOTS


def _objection_of_definition(
    outline: Outline, group: Group, index: int, is_in_definition: bool
) -> Skipped | None:
    if is_in_definition:
        return Skipped("nested-macro", f"it is in a macro that the macro `{group.name}!` defines")
    part = index
    while outline.parents[part] != group.opening:
        part = outline.parents[part]
    if outline.text(part - 1) != b"=>":
        return Skipped("macro-matcher", f"`try!` is part of what callers of `{group.name}!` write")
    return None


def _definitions_in_scope(outline: Outline, group: Group) -> list[Group]:
    """Return the definitions in this file of the macro that `group` calls, as far as they may reach it."""
    if group.is_qualified:
        return []
    around = {-1, *(each.opening for each in outline.groups_around(group.opening))}
    return [
        each
        for each in outline.definitions()
        if each.name == group.name
        and (_is_marked(outline, each.first, b"macro_export") or _reaches(outline, each, group, around))
    ]


def _reaches(outline: Outline, definition: Group, group: Group, around: set[int]) -> bool:
    """Whether a definition is in textual scope: it goes on behind a module that has `#[macro_use]`."""
    scope = outline.parents[definition.opening]
    while scope >= 0 and scope not in around:
        module = scope - 2
        if outline.text(module) != b"mod" or not _is_marked(outline, module, b"macro_use"):
            return False
        scope = outline.parents[scope]
    return definition.opening < group.first


def _is_marked(outline: Outline, item: int, attribute: bytes) -> bool:
    """Whether the item that begins at the token `item` has the attribute, perhaps only by a `cfg_attr`."""
    at = item - 1
    while at >= 0 and outline.text(at) not in (b";", b"}", b"{"):
        opening = outline.openings.get(at, at)
        if any(token.text == attribute for token in outline.code[opening:at]):
            return True
        at = opening - 1
    return False


def _has_message(outline: Outline, group: Group) -> bool:
    """Whether an assertion has more than a condition."""
    at = group.opening + 1
    while at < group.closing - 1:
        # A comma between generic arguments separates no message; a message in a variable is rare.
        if outline.text(at) == b"," and outline.code[at + 1].kind is TokenKind.STRING:
            return True
        at = outline.partners.get(at, at) + 1
    return False


def _inner(outline: Outline, group: Group) -> Span:
    return Span(outline.code[group.opening].span.end, outline.code[group.closing].span.start)
