"""Fold the `match` of std's `try!` and the one of `?` into one node, because they mean the same.

For `Result<T, E>` in a body that returns `Result<U, F>` std's `Try::branch` and `from_residual` are
`Ok`/`Err` to `Continue`/`Break` and `Err(From::from(e))`. Everything of both forms is looked at: the
definitions by their full paths, both arms for guards, modes and extra statements, and the types. What is
not exactly one of them stays a `match`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from codemods.cargo.thir_text import Node, Value, inline

Fold = Callable[[Node], Node | None]
_Items = list[tuple[bytes, Value]]

_RESULTS = (b"std::result::Result", b"core::result::Result")
_FLOWS = (b"std::ops::ControlFlow", b"core::ops::ControlFlow")
_NEVERS = (b"std::convert::Infallible", b"core::convert::Infallible")
_CORE = re.compile(rb"DefId\([1-9]\d*:\d+ ~ core\[[0-9a-f]+\]::(.*)\)")
_BRANCH = b"ops::try_trait::Try::branch"
_FROM_RESIDUAL = b"ops::try_trait::FromResidual::from_residual"
_FROM = b"convert::From::from"


def fold_question_mark(expression: Node) -> Node | None:
    """Return the folded node where the kind of `expression` is one of the two forms, else None."""
    match = kind_of(expression, b"Match")
    if match is None:
        return None
    source, scrutinee, arms = match.get(b"match_source"), match.get(b"scrutinee"), match.get(b"arms")
    if not (isinstance(scrutinee, Node) and isinstance(arms, Node)):
        return None
    read = {_arm(arm) for _, arm in arms.items}
    by_index = {arm.index: arm for arm in read if arm is not None}
    if len(arms.items) != 2 or by_index.keys() != {b"0", b"1"}:
        return None
    items = None
    if source == b"Normal":
        items = _of_macro(by_index[b"0"], by_index[b"1"], scrutinee)
    elif isinstance(source, Node) and source.name == b"TryDesugar":
        items = _of_operator(by_index[b"0"], by_index[b"1"], scrutinee)
    return Node(b"Try", b"{", [(b"ty", expression.get(b"ty") or b""), *items]) if items else None


def kind_of(expression: Value | None, name: bytes) -> Node | None:
    """Return the expression's kind where it is the one called `name`."""
    kind = expression.get(b"kind") if isinstance(expression, Node) else None
    return kind if isinstance(kind, Node) and kind.name == name else None


@dataclass(frozen=True, slots=True, eq=False)
class _Arm:
    """An arm whose pattern is a variant with one field, bound by value: `Ok(v) => …`."""

    adt: bytes
    index: bytes
    args: tuple[bytes, ...]
    variable: Value
    identity: bytes
    type: bytes
    body: Node


@dataclass(frozen=True, slots=True)
class _Call:
    """A call of a function of core with one argument."""

    types: tuple[bytes, ...]
    argument: Node


def _of_macro(value: _Arm, error: _Arm, operand: Node) -> _Items | None:
    """Read `match S { Ok(v) => …, Err(e) => return Err(From::from(e)) }`."""
    inner = (value.type, error.type)
    if not (value.adt == error.adt in _RESULTS and value.args == error.args == inner):
        return None
    returned = _returned(error.body)
    outer = _converted_types(returned, value.adt, error)
    if returned is None or outer is None:
        return None
    result = _generic(value.adt, outer)
    if _type(operand) != _generic(value.adt, inner) or _type(returned) != result:
        return None
    return _folded(value, error.type, result, operand)


def _converted_types(returned: Node | None, result: bytes, error: _Arm) -> tuple[bytes, ...] | None:
    """Return U and F of `Result::<U, F>::Err(<F as From<E>>::from(e))`, or None."""
    adt = _only(kind_of(returned, b"Adt"), b"AdtExpr")
    if adt is None or adt.get(b"adt_def") != result or adt.get(b"variant_index") != b"1":
        return None
    field = _only(adt.get(b"fields"), b"FieldExpr")
    if field is None or field.get(b"name") != b"0" or adt.get(b"base") != b"None":
        return None
    outer = _types(adt.get(b"args"))
    call = _call(field.get(b"expr"), _FROM)
    if call is None or len(outer) != 2 or call.types != (outer[1], error.type):
        return None
    return outer if _is_variable(call.argument, error) else None


def _of_operator(value: _Arm, error: _Arm, scrutinee: Node) -> _Items | None:
    """Read `match branch(S) { Break(r) => return from_residual(r), Continue(v) => … }`."""
    branched, returned = _call(scrutinee, _BRANCH), _call(_returned(error.body), _FROM_RESIDUAL)
    if branched is None or returned is None or len(branched.types) != 1 or len(returned.types) != 2:
        return None
    if not (value.adt == error.adt in _FLOWS and value.args == error.args == (error.type, value.type)):
        return None
    for result, never in zip(_RESULTS, _NEVERS, strict=True):
        error_type = _second_type(branched.types[0], result, value.type)
        if error_type is None or error.type != _generic(result, (never, error_type)):
            continue
        is_whole = _type(branched.argument) == branched.types[0] and returned.types[1] == error.type
        is_result = returned.types[0].startswith(result + b"<")
        if is_whole and is_result and _is_variable(returned.argument, error):
            return _folded(value, error_type, returned.types[0], branched.argument)
    return None


def _folded(value: _Arm, error_type: bytes, result: bytes, operand: Node) -> _Items:
    """The variable stands before its uses, so that two variables are never taken for one."""
    return [
        (b"value", value.type),
        (b"error", error_type),
        (b"returned", result),
        (b"operand", operand),
        (b"variable", value.variable),
        (b"ok", value.body),
    ]


def _arm(arm: Value) -> _Arm | None:
    if not isinstance(arm, Node) or arm.get(b"guard") != b"None":
        return None
    pattern, body = arm.get(b"pattern"), arm.get(b"body")
    variant = kind_of(pattern, b"Variant")
    field = _only(_field(variant, b"subpatterns"), b"FieldPat")
    inner = _field(field, b"pattern")
    binding = kind_of(inner, b"Binding")
    variable = _field(binding, b"var")
    identity = _variable(variable)
    if not (isinstance(pattern, Node) and isinstance(body, Node) and isinstance(inner, Node)):
        return None
    if variant is None or field is None or binding is None or variable is None or identity is None:
        return None
    is_first = field.get(b"field") == b"0" and pattern.get(b"extra") == inner.get(b"extra") == b"None"
    if not (is_first and _binds_by_value(binding) and _type(inner) == _type(binding)):
        return None
    adt, index = inline(variant.get(b"adt_def") or b""), inline(variant.get(b"variant_index") or b"")
    return _Arm(adt, index, _types(variant.get(b"args")), variable, identity, _type(binding), body)


def _binds_by_value(binding: Node) -> bool:
    mode = binding.get(b"mode")
    is_mode = isinstance(mode, Node) and [value for _, value in mode.items] == [b"No", b"Not"]
    return is_mode and binding.get(b"subpattern") == b"None"


def _returned(body: Node) -> Node | None:
    """Return what is returned where `body` does nothing but return."""
    expression: Node | None = _peeled(body)
    never = kind_of(expression, b"NeverToAny")
    if never is not None:
        expression = _peeled(never.get(b"source"))
    block = kind_of(expression, b"Block")
    if block is not None:
        expression = _peeled(_only_expression(block.get(b"block")))
    value = _only(_field(kind_of(expression, b"Return"), b"value"), b"Expr")
    return _peeled(value)


def _only_expression(block: Value | None) -> Value | None:
    """Return the one expression or statement of a safe block."""
    if not isinstance(block, Node) or block.get(b"safety_mode") != b"Safe":
        return None
    if block.get(b"targeted_by_break") != b"false":
        return None
    statements, last = block.get(b"stmts"), block.get(b"expr")
    if statements == b"[]":
        return _only(last, b"Expr")
    statement = _only(statements, b"Stmt")
    return _field(kind_of(statement, b"Expr"), b"expr") if last == b"None" else None


def _call(expression: Value | None, path: bytes) -> _Call | None:
    """Return the call where `expression` calls the function of core called `path`."""
    call = kind_of(_peeled(expression), b"Call")
    function = _field(call, b"ty")
    argument = _only(_field(call, b"args"), b"Expr")
    if call is None or argument is None or not (isinstance(function, Node) and function.name == b"FnDef"):
        return None
    definition, arguments = (value for _, value in function.items)
    found = _CORE.fullmatch(definition) if isinstance(definition, bytes) else None
    called = _peeled(call.get(b"fun"))
    is_named = kind_of(called, b"ZstLiteral") is not None
    if (
        found is None
        or found[1] != path
        or not is_named
        or called is None
        or _type(called) != inline(function)
    ):
        return None
    return _Call(_types(arguments), argument)


def _is_variable(expression: Value | None, arm: _Arm) -> bool:
    """Whether `expression` is the variable that `arm` binds, nothing done to it."""
    peeled = _peeled(expression)
    variable = _variable(_field(kind_of(peeled, b"VarRef"), b"id"))
    return peeled is not None and variable == arm.identity and _type(peeled) == arm.type


def _variable(value: Value | None) -> bytes | None:
    is_variable = isinstance(value, Node) and value.name == b"LocalVarId" and len(value.items) == 1
    text = value.items[0][1] if isinstance(value, Node) and is_variable else None
    return text if isinstance(text, bytes) else None


def _peeled(expression: Value | None) -> Node | None:
    """Return the expression below all scopes."""
    while (scope := kind_of(expression, b"Scope")) is not None:
        expression = scope.get(b"value")
    return expression if isinstance(expression, Node) else None


def _field(node: Node | None, key: bytes) -> Value | None:
    return node.get(key) if node is not None else None


def _only(value: Value | None, name: bytes) -> Node | None:
    """Return the one item of a list, tuple or `Some` where it is a node called `name`."""
    items = value.items if isinstance(value, Node) and value.kind in (b"[", b"(") else []
    first = items[0][1] if len(items) == 1 else None
    return first if isinstance(first, Node) and first.name == name else None


def _types(value: Value | None) -> tuple[bytes, ...]:
    """Return the items of a list of types."""
    return tuple(inline(item) for _, item in value.items) if isinstance(value, Node) else ()


def _type(expression: Node) -> bytes:
    return inline(expression.get(b"ty") or b"")


def _generic(name: bytes, types: tuple[bytes, ...]) -> bytes:
    return name + b"<" + b", ".join(types) + b">"


def _second_type(text: bytes, name: bytes, first: bytes) -> bytes | None:
    """Return E where `text` is `name<first, E>`."""
    start = name + b"<" + first + b", "
    return text[len(start) : -1] if text.startswith(start) and text.endswith(b">") else None
