"""Probes of errors: edits of a throw-away copy by which functions tell what the errors say that they return.

The body of a function becomes a closure that is called once, so that every way out of it, each `?` too,
comes by the probe. What kind of error the value holds is found by method lookup (the first of several
traits that fits), so one text serves for every type, and a value that holds no error tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from codemods.rust.edits import Edit
from codemods.rust.error_reader import MODULE, reader_levels, reader_module
from codemods.rust.items import item_name
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.statements import StatementRole, statement_role
from codemods.rust.trees import SyntaxTree, path_to, span_of

_CALLS = frozenset({"call_expression", "macro_invocation"})
_BODIES = frozenset({"function_item", "closure_expression"})
_FALLIBLE = re.compile(r"\w*(?:Result|Fallible)\w*")
_RESULT = re.compile(r"\w*(?:Result|Fallible)\w*|\w*(?:Err(?:or)?|Fail\w*|ErrorKind|Context)\b")


@dataclass(frozen=True, slots=True)
class ErrorFunction:
    """A function that may return an error: its path, where its name stands, its block, what it returns.

    `depth` counts the inline modules around it; `is_fallible` says that it returns a kind of `Result`, so
    that an error there is an outcome; else it makes errors for others.
    """

    path: str
    name: Span
    block: Span
    returns: str
    depth: int
    is_fallible: bool = True
    is_async: bool = False


@dataclass(frozen=True, slots=True)
class ErrorExpression:
    """A call whose value may be or hold an error; `depth` counts the inline modules around it."""

    span: Span
    depth: int


@dataclass(frozen=True, slots=True)
class Wrapping:
    """Text to put before and behind what stands at `span`."""

    span: Span
    before: str
    after: str


def error_functions(source: Source, aliases: Iterable[str] = ()) -> tuple[ErrorFunction, ...]:
    """Return the functions of `source` whose written return type may hold an error, by position.

    `aliases` are names of types beside those that say so by themselves. Left out are functions that can't be
    watched: without a body, `const`, returning `impl Trait`, made by macros.
    """
    tree = source.file_tree
    if tree is None:
        return ()
    return tuple(_functions(tree, tree.root, (), 0, frozenset(aliases)))


def result_aliases(source: Source) -> frozenset[str]:
    """Return the names of type aliases in `source` that stand for a kind of `Result`."""
    found = re.findall(rb"\btype\s+(\w+)[^=;]*=[^;]*\b\w*(?:Result|Fallible)\b", source.content)
    return frozenset(name.decode() for name in found)


def error_expression(source: Source, span: Span) -> ErrorExpression | None:
    """Return the call of which `span` is in the name, as `context` of `x.context(y)`, or which it is.

    None where there is none in the file's own tree, or the call is a statement of a macro.
    """
    tree = source.file_tree
    if tree is None:
        return None
    path = path_to(tree.root, span)
    called = next((node for node in reversed(path) if _names_call(node, span)), None)
    if called is None or called.has_error or not any(node.type in _BODIES for node in path):
        return None
    if called.type == "macro_invocation" and statement_role(called, tree) is not StatementRole.PART:
        return None
    return ErrorExpression(span_of(called), sum(node.type == "mod_item" for node in path))


def call_at(source: Source, span: Span) -> ErrorExpression | None:
    """Return the call that stands exactly at `span`."""
    tree = source.file_tree
    if tree is None:
        return None
    path = path_to(tree.root, span)
    node = next((n for n in path if span_of(n) == span and n.type in _CALLS), None)
    return ErrorExpression(span, sum(n.type == "mod_item" for n in path)) if node is not None else None


def function_wrapping(function: ErrorFunction, number: int, levels: int) -> Wrapping:
    """Return the text by which a function notes, under its number, the errors that it returns.

    `levels`: see `helper_edit`, whose text it needs at the end of the file. Lines do not move.
    """
    module = helper_path(function.depth)
    look = observing("codemod_value", number, module, levels)
    head, tail = f"run(move || -> {function.returns} {{", "})"
    if function.is_async:
        head, tail = f"typed::<{function.returns}, _>(async move {{", "}).await"
    inside = Span(function.block.start + 1, function.block.end - 1)
    return Wrapping(inside, f" let codemod_value = {module}::{head}", f"{tail}; {look} codemod_value ")


def expression_wrapping(expression: ErrorExpression, number: int, levels: int) -> Wrapping:
    """Return the text by which a call notes, under its number, the error that its value is or holds.

    A `match` ends no temporary of what it looks at before the statement around it ends.
    """
    look = observing("codemod_value", number, helper_path(expression.depth), levels)
    return Wrapping(expression.span, "(match ", f" {{ codemod_value => {{ {look} codemod_value }} }})")


def helper_path(depth: int) -> str:
    """Return how the module of `helper_edit` is called from within `depth` inline modules of its file."""
    return f"self::{'super::' * depth}{MODULE}"


def observing(value: str, number: int, module: str, levels: int) -> str:
    """Return a statement that notes what the variable `value` says, if it is or holds an error."""
    return f"{{ use {module}::*; ({'&' * levels}Seen(&{value})).codemod_see({number}); }}"


def helper_edit(source: Source, notes: str, traits: Sequence[tuple[str, str, str]]) -> tuple[Edit, int]:
    """Return the edit that puts what probes of `source` need at its end, and its number of levels.

    `notes` is the file to write to. `traits` are a crate that can be named here, the path of a trait in it
    whose types are errors, and the name of its method that returns the next link.
    """
    end = len(source.content)
    return Edit(Span(end, end), f"\n{reader_module(notes, traits)}"), reader_levels(traits)


def _functions(
    tree: SyntaxTree, node: Node, path: tuple[str, ...], depth: int, aliases: frozenset[str]
) -> Iterator[ErrorFunction]:
    for child in node.named_children:
        name = item_name(child, tree)
        inside = (*path, name) if name else path
        if child.type == "function_item":
            found = _function(tree, child, "/".join(inside), depth, aliases)
            if found is not None:
                yield found
        if child.type not in ("macro_definition", "token_tree"):
            yield from _functions(tree, child, inside, depth + (child.type == "mod_item"), aliases)


def _function(
    tree: SyntaxTree, node: Node, path: str, depth: int, aliases: frozenset[str]
) -> ErrorFunction | None:
    name, block, returns = (node.child_by_field_name(field) for field in ("name", "body", "return_type"))
    if name is None or block is None or returns is None or node.has_error or not block.named_children:
        return None
    text, modifiers = _one_line(tree, returns), _modifiers(node)
    is_error = _is_error(text, aliases) or (text == "Self" and _makes_from(tree, node))
    if not is_error or modifiers & {"const", "extern_modifier", "gen"}:
        return None
    is_fallible = _FALLIBLE.search(text) is not None or not aliases.isdisjoint(re.findall(r"\w+", text))
    return ErrorFunction(path, span_of(name), span_of(block), text, depth, is_fallible, "async" in modifiers)


def _names_call(node: Node, span: Span) -> bool:
    """Whether `span` is in what `node` calls, as far as that is a name."""
    if node.type not in _CALLS or span_of(node) == span:
        return node.type in _CALLS
    name = node.child_by_field_name("macro" if node.type == "macro_invocation" else "function")
    if name is not None and name.type == "generic_function":
        name = name.child_by_field_name("function")
    if name is not None and name.type == "field_expression":
        name = name.child_by_field_name("field")
    return name is not None and span in span_of(name)


def _is_error(returns: str, aliases: frozenset[str]) -> bool:
    """Whether a value of the type may hold an error, as far as the type's name tells, and can be noted."""
    words = set(re.findall(r"\w+", returns))
    if returns.endswith("fmt::Result"):
        return False  # a formatter, which probes call
    if "impl" in words or "//" in returns or "/*" in returns:
        return False
    return _RESULT.search(returns) is not None or not aliases.isdisjoint(words)


def _makes_from(tree: SyntaxTree, function: Node) -> bool:
    """Whether the function is that of an `impl From<…> for …`."""
    around = function.parent.parent if function.parent is not None else None
    return around is not None and item_name(around, tree).startswith(("impl From<", "impl ::std::convert::"))


def _modifiers(function: Node) -> set[str]:
    modifiers = next((child for child in function.children if child.type == "function_modifiers"), None)
    return {child.type for child in modifiers.children} if modifiers is not None else set()


def _one_line(tree: SyntaxTree, node: Node) -> str:
    return " ".join(tree.source.text(span_of(node)).split())
