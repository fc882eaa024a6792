"""What one unit's typed tree says of places in its files."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from codemods.cargo.typed_dump import DumpError, Stretch, TypedBinding, TypedBody, TypedExpression
from codemods.cargo.typed_types import Definition, Names, definition_of, read_function, read_type
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.trees import span_of
from codemods.rust.types import Type

if TYPE_CHECKING:
    from tree_sitter import Node

_CALLEE = re.compile(r"Call \{ ty: (FnDef\(.*\)), fun: e\d+, args: \[")
_SCRUTINEE = re.compile(r"Match \{ scrutinee: e(\d+),")
_NAMED = re.compile(r"(?:NamedConst|StaticRef|ThreadLocalRef) \{.*?\bdef_id: (DefId\([^)]*\))")
_PATHS = frozenset({"identifier", "scoped_identifier", "generic_function", "self"})
_DEREFERENCES = frozenset({"Deref", "Index"})
_ADJUSTMENTS = _DEREFERENCES | {"Borrow", "RawBorrow", "Scope", "PointerCoercion", "NeverToAny"}
# In a macro body what these become can't be told from what they are made of.
_DESUGARED = frozenset({"try_expression", "await_expression", "for_expression", "while_expression"})
_STATICS = frozenset({"StaticRef", "ThreadLocalRef"})

FROM, INTO = "std::convert::From::from", "std::convert::Into::into"
RESIDUAL = "std::ops::try_trait::FromResidual::from_residual"
RESULT = "std::result::Result"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that is asked about: a node of a source."""

    source: Source
    span: Span
    node: Node
    is_macro_body: bool = False  # every expansion of it counts, and they must agree

    @property
    def path(self) -> str:
        """The file, relative to the repository."""
        return str(self.source.path)


@dataclass(frozen=True)
class TypedUnit:
    """Typed bodies of one unit, by file and place. Every answer is None where nothing stands there.

    Where the same code is compiled several times in the unit (a macro's argument that is used twice, a file
    that is two modules) and they differ, that is a `DumpError`.
    """

    bodies: Sequence[TypedBody]
    names: Names
    _at: dict[tuple[str, Stretch], list[tuple[TypedBody, TypedExpression]]] = field(default_factory=dict)
    _made: dict[tuple[str, Stretch], list[tuple[TypedBody, TypedExpression]]] = field(default_factory=dict)
    _bound: dict[tuple[str, int, int, str], list[TypedBinding]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for body in self.bodies:
            for each in body.expressions:
                places = self._at if each.is_written else self._made
                places.setdefault((each.path, each.at), []).append((body, each))
            for bound in body.bindings:
                if bound.is_written:
                    key = (bound.path, bound.at.end_line, bound.at.end_column, bound.name)
                    self._bound.setdefault(key, []).append(bound)

    def type_at(self, spot: Spot) -> Type | None:
        """Return the type of the expression, or of the variable that is bound there."""
        spot = _without_semicolon(spot)
        texts = {bound.type for bound in self._bindings(spot)}
        texts = texts or {each.type for _, each in self._expressions(spot)}
        return _single({read_type(text, self.names) for text in texts})

    def callee_at(self, spot: Spot) -> Definition | None:
        """Return what is called there, or what the path there means."""
        spot = _call_around(spot)
        read = _named if spot.node.type in _PATHS else _called
        found = [read(each) for _, each in self._all_at(spot)]
        return _single({each for each in found if each is not None})

    def is_method_call(self, spot: Spot) -> bool:
        """Whether `spot` is a method call, or the `receiver.method` of one."""
        return _is_method_call(_call_around(spot).node)

    def conversion_at(self, spot: Spot) -> str | None:
        """Return which conversion runs there, as `<F as From<E>>`; "" for none."""
        if spot.node.type == "try_expression":
            return _single(set(self._of_question_mark(spot)))
        if spot.node.type == "macro_invocation":
            return _single(set(self._of_try_macro(spot)))
        found = [_callee_text(each) for _, each in self._all_at(_call_around(spot))]
        return _single({text for each in found if each and (text := self._written(each)) is not None})

    def _written(self, callee: str) -> str | None:
        definition, arguments = read_function(callee, self.names)
        if definition.path == FROM and len(arguments) == 2:
            return f"<{arguments[0]} as From<{arguments[1]}>>"
        if definition.path == INTO and len(arguments) == 2:
            return f"<{arguments[0]} as Into<{arguments[1]}>>"
        return None

    def _of_question_mark(self, spot: Spot) -> Iterator[str]:
        stretch = stretch_of(spot.source, spot.span)
        for _, each in self._made.get((spot.path, stretch), ()):
            text = _callee_text(each)
            if text and "::FromResidual::from_residual)" in text:
                yield self._of_residual(text)

    def _of_residual(self, callee: str) -> str:
        definition, arguments = read_function(callee, self.names)
        if definition.path != RESIDUAL or len(arguments) != 2:
            raise DumpError(f"`?` calls {definition.path} here")
        target, residual = arguments
        if target.name == residual.name == RESULT:
            return f"<{target.arguments[1]} as From<{residual.arguments[1]}>>"
        if target.name == residual.name == "std::option::Option":
            return ""
        raise DumpError(f"`?` turns {residual} into {target} here")

    def _of_try_macro(self, spot: Spot) -> Iterator[str]:
        """Yield the conversion that the macro runs between its operand and the end of its `match`."""
        operand = _operand(spot)
        if operand is None:
            return
        for body, scrutinee in self._at.get((spot.path, stretch_of(spot.source, operand)), ()):
            match = next((m for m in body.expressions if _scrutinee(m) == scrutinee.index), None)
            if match is None or match.is_written:
                continue
            between = body.expressions[scrutinee.index + 1 : match.index]
            callees = [text for each in between if (text := _callee_text(each)) is not None]
            written = [text for callee in callees if (text := self._written(callee)) is not None]
            if len(written) != len(callees) or len(callees) > 1:
                raise DumpError(f"the macro calls {len(callees)} functions besides its operand")
            yield written[0] if written else ""

    def _bindings(self, spot: Spot) -> Sequence[TypedBinding]:
        if spot.node.type not in ("identifier", "shorthand_field_identifier"):
            return ()
        at = stretch_of(spot.source, spot.span)
        name = spot.source.text(spot.span).removeprefix("r#")
        return self._bound.get((spot.path, at.end_line, at.end_column, name), ())

    def _expressions(self, spot: Spot) -> Iterator[tuple[TypedBody, TypedExpression]]:
        """Yield the expression at the place as it was written, once for each body that has it."""
        groups: dict[str, tuple[TypedBody, list[TypedExpression]]] = {}
        for body, each in self._all_at(spot):
            groups.setdefault(body.name, (body, []))[1].append(each)
        for body, here in groups.values():
            first = _as_written(here, spot)
            if first is not None:
                yield body, first

    def _all_at(self, spot: Spot) -> list[tuple[TypedBody, TypedExpression]]:
        """Return every expression at the place; brackets round it count as a part of it for rustc."""
        node: Node | None = spot.node
        span = spot.span
        while node is not None:
            key = (spot.path, stretch_of(spot.source, span))
            found = self._at.get(key)
            if found is None and spot.is_macro_body and spot.node.type not in _DESUGARED:
                found = self._made.get(key)
            if found is not None:
                return found
            node = node.parent
            if node is None or node.type != "parenthesized_expression":
                break
            span = Span(node.start_byte, node.end_byte)
        return []


def stretch_of(source: Source, span: Span) -> Stretch:
    """Return a span as rustc prints it."""
    start, end = source.position(span.start), source.position(span.end)
    return Stretch(start.line, start.column, end.line, end.column)


def _as_written(expressions: Sequence[TypedExpression], spot: Spot) -> TypedExpression | None:
    """Return the first of the expressions at one place that is what stands there, not a step to it."""
    node = _without_brackets(spot.node)
    kind = node.type
    steps_to_place = kind == "index_expression" or spot.source.text(span_of(node)).startswith("*")
    if _is_method_call(node):  # the receiver's automatic dereferences have the place of the whole call
        expressions = [each for each in expressions if _callee_text(each) is not None]
    for each in expressions:
        if each.type.startswith("FnDef(") and kind not in _PATHS:
            continue  # what an operator calls
        if each.name in _STATICS:
            continue  # a static's address; the place itself follows
        if steps_to_place and _is_step(each, expressions):
            continue  # `*x` calls `deref` first
        _refuse_copies(each, expressions)
        return each
    return None


def _without_brackets(node: Node) -> Node:
    while node.type == "parenthesized_expression" and node.named_child_count == 1:
        node = node.named_children[0]
    return node


def _is_step(expression: TypedExpression, expressions: Iterable[TypedExpression]) -> bool:
    """Whether it only leads to a dereference at the same place."""
    if expression.name in _DEREFERENCES:
        return False
    return any(each.name in _DEREFERENCES and each.index > expression.index for each in expressions)


def _refuse_copies(first: TypedExpression, expressions: Iterable[TypedExpression]) -> None:
    """Refuse a place that is compiled twice in one body, as another type each time."""
    if first.name in _ADJUSTMENTS:
        return
    types = {each.type for each in expressions if each.name == first.name}
    if len(types) > 1:
        raise DumpError(f"a macro compiles this twice, as two types: {' and '.join(sorted(types))}")


def _is_method_call(node: Node) -> bool:
    function = node.child_by_field_name("function")
    if function is not None and function.type == "generic_function":
        function = function.child_by_field_name("function")
    return function is not None and function.type == "field_expression"


def _without_semicolon(spot: Spot) -> Spot:
    if spot.node.type != "expression_statement" or not spot.node.named_children:
        return spot
    inner = spot.node.named_children[0]
    return replace(spot, span=span_of(inner), node=inner)


def _call_around(spot: Spot) -> Spot:
    """Return the call, where `spot` is the `receiver.method` of one, or a statement that is one."""
    spot = _without_semicolon(spot)
    node = spot.node
    method = node.type == "field_expression" or (
        node.type == "generic_function" and _function(node, "function", "field_expression") is not None
    )
    parent = node.parent
    if method and parent is not None and parent.type == "generic_function":
        node, parent = parent, parent.parent
    if method and parent is not None and _function(parent, "function", node.type) == node:
        node = parent
    return spot if node == spot.node else replace(spot, span=span_of(node), node=node)


def _function(node: Node, name: str, kind: str) -> Node | None:
    child = node.child_by_field_name(name)
    return child if child is not None and child.type == kind else None


def _callee_text(expression: TypedExpression) -> str | None:
    """Return `FnDef(…)` of a call that stands in the file, or that a macro or desugaring writes."""
    found = _CALLEE.match(expression.kind)
    return found[1] if found is not None and ", from_hir_call: true," in expression.kind else None


def _called(expression: TypedExpression) -> Definition | None:
    text = _callee_text(expression)
    return None if text is None else definition_of(text)


def _named(expression: TypedExpression) -> Definition | None:
    """Return which function, constant or static a path means."""
    if expression.type.startswith("FnDef("):
        return definition_of(expression.type)
    found = _NAMED.match(expression.kind)
    return None if found is None else definition_of(found[1])


def _scrutinee(expression: TypedExpression) -> int | None:
    found = _SCRUTINEE.match(expression.kind)
    return None if found is None else int(found[1])


def _operand(spot: Spot) -> Span | None:
    """Return the single argument of a macro call, without a trailing comma."""
    call = spot.source.text(spot.span)
    opening = re.search(r"!\s*[(\[{]", call)
    if opening is None:
        return None
    inner = call[opening.end() : -1]
    kept = inner.rstrip().removesuffix(",").rstrip()
    start = spot.span.start + len(call[: opening.end()].encode())
    start += len(inner[: len(inner) - len(inner.lstrip())].encode())
    return Span(start, start + len(kept.lstrip().encode()))


Value = TypeVar("Value")


def _single(found: Collection[Value]) -> Value | None:
    """Return the one value; None for none.

    Raises:
        DumpError: there are several.
    """
    if len(found) > 1:
        shown = " and ".join(sorted(map(str, found))[:2])
        raise DumpError(f"it is compiled more than once here, and means {shown}")
    return next(iter(found), None)
