"""Calls of failure's methods. What a call means is the compiler's answer, never its name's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.recipe import Answer, Edit, Facts, Known, Site, Span

from .calls import CONTEXTS, ITEM, RECEIVER, TYPE_NAME, VALUE, Call, call_of, flat_message, unknown_receiver
from .chains import DEEPER, Policy, of_error, of_trait_object
from .closures import without_parameter
from .rewrites import Left, Need, Outcome, Rewrite, Stranger, insertion, rewrite

if TYPE_CHECKING:
    from tree_sitter import Node

# No other crate in wide use has methods of these names; all are the same of any receiver that has them.
_TELLING = frozenset({"iter_chain", "iter_causes", "find_root_cause"})
TYPE_NAME_CODE = "type-name"
_PARAMETER = re.compile(r"&*(?:mut )?[A-Z]\w*")  # a type parameter: its bounds bring the methods
NOT_FLAT = "`compat()` hid the causes of an error from std's `source()`, which returns them now."
_BOXED = "std::boxed::Box<dyn failure::Fail>"
_TRAIT_OBJECTS = {"&dyn failure::Fail": "", _BOXED: "&*", f"&{_BOXED}": "&**"}


def rewrite_call(site: Site, facts: Facts, policy: Policy, *, mentions: bool, is_local: bool) -> Outcome:
    """Return what becomes of a call that may be one of failure's.

    `mentions`: the file names failure elsewhere. `is_local`: its traits are in scope, and no other trait of
    such methods.
    """
    item = facts.about(site.id, ITEM)
    call = call_of(
        site, _known_text(facts.about(site.id, RECEIVER)), _known_text(facts.about(site.id, VALUE))
    )
    if isinstance(item, Known):
        crate, *parent = item.value.split("::")[:-1] or [""]
        return _known(call, tuple(parent), policy) if crate == "failure" else Stranger()
    if call.name == TYPE_NAME:
        return Stranger()  # of hardly any error: rustc rejects what remains of failure's
    if item.contested:
        return unknown_receiver(call, item.reason) if mentions else Stranger()
    return _by_syntax(call, policy, mentions=mentions, is_local=is_local)


def _known_text(answer: Answer) -> str:
    return answer.value if isinstance(answer, Known) else ""


def _by_syntax(call: Call, policy: Policy, *, mentions: bool, is_local: bool) -> Outcome:
    """Return what becomes of a call that no build compiles."""
    if call.name in _TELLING:
        return of_error(call, policy)
    if is_local and call.name in CONTEXTS and call.arguments:
        return _result_context(call)
    return unknown_receiver(call) if mentions else Stranger()


def _known(call: Call, parent: tuple[str, ...], policy: Policy) -> Outcome:
    """Return what becomes of a call whose method stands in `parent`: modules, then a trait or an `{impl}`."""
    if call.name == TYPE_NAME:
        return Left(
            TYPE_NAME_CODE, "`name()` gives the path of an error's type, which std errors do not know"
        )
    match parent:
        case (*_, "ResultExt"):
            return _of_result(call)
        case (*_, "Fail" | "AsFail"):
            return _of_fail(call)
        case ("{impl}",):
            return _of_dyn(call)
        case ("error", *_, "{impl}"):
            return of_error(call, policy)
    reason = f"`{call.name}` of failure's `{parent[0] if parent else ''}` has no counterpart in anyhow"
    return Left("method", reason)


def _of_result(call: Call) -> Outcome:
    if call.name == "compat":
        is_own = call.type_ and "failure::" not in call.type_
        return rewrite([call.gone], notes=[NOT_FLAT]) if is_own else flat_message()
    if call.name not in CONTEXTS or not call.arguments:
        return Left("method", f"`ResultExt` is not known to have a `{call.name}` like this")
    return _result_context(call)


def _result_context(call: Call) -> Rewrite:
    if call.name == "context":
        return rewrite((), Need.CONTEXT)
    closure = call.arguments[0]
    parameters = without_parameter(call.source, closure)
    if parameters is not None:
        return rewrite([parameters], Need.CONTEXT)
    return rewrite(_as_map_err(call, closure))


def _as_map_err(call: Call, closure: Node) -> list[Edit]:
    """Return `map_err` for a closure that looks at the error; it still gets a reference to it."""
    behind = "anyhow::Error::from(error).context(context)"
    span = Span(closure.start_byte, closure.end_byte)
    renamed = Edit(call.name_span, "map_err")
    parameters, body = closure.child_by_field_name("parameters"), closure.child_by_field_name("body")
    if closure.type != "closure_expression" or parameters is None or body is None:
        text = call.source.text(span)
        return [renamed, Edit(span, f"|error| {{ let context = ({text})(&error); {behind} }}")]
    inside = Span(parameters.start_byte + 1, parameters.end_byte - 1)
    pattern = call.source.text(inside).strip().rstrip(",")
    start = f"|error| {{ let context = {{ let {pattern} = &error; "
    return [
        renamed,
        Edit(Span(span.start, body.start_byte), start),
        insertion(span.end, f" }}; {behind} }}"),
    ]


def _of_fail(call: Call) -> Outcome:
    """Return what becomes of a method of the trait `Fail`, on whatever implements it."""
    match call.name:
        case "context":
            return _value_context(call)
        case "cause" if call.type_:
            has_methods = "dyn failure::Fail" in call.type_ or _PARAMETER.fullmatch(call.type_)
            needs = () if has_methods else (Need.SOURCE,)
            notes = () if call.type_.lstrip("&").startswith("crate::") else (DEEPER,)
            return Rewrite((Edit(call.name_span, "source"),), frozenset(needs), notes)
        case "causes" | "root_cause" if call.type_:
            return of_trait_object(call, "" if call.type_.startswith("&") else "&")
        case "compat" if call.type_ and "failure::" not in call.type_:
            return Rewrite((call.gone,), notes=(NOT_FLAT,))
    return _of_fail_left(call)


def _of_fail_left(call: Call) -> Outcome:
    if call.name == "compat":
        return flat_message()
    if call.name == "backtrace":
        return Left("backtrace", "the backtrace of a `Fail` type has no counterpart on std's trait")
    if call.name == "as_fail" and call.type_ in _TRAIT_OBJECTS and not _TRAIT_OBJECTS[call.type_]:
        return Rewrite((call.gone,))
    return unknown_receiver(call)


def _value_context(call: Call) -> Outcome:
    """Return what becomes of a context for an error itself: std errors have no such method, anyhow's have."""
    if not call.type_:
        return unknown_receiver(call)
    if "failure::Context<" in call.type_ or call.type_.lstrip("&") == "failure::Error":
        return rewrite()
    make = "from_boxed" if call.type_.startswith("std::boxed::Box<dyn") else "new"
    start = insertion(call.receiver.start_byte, f"anyhow::Error::{make}(")
    return rewrite([start, insertion(call.receiver.end_byte, ")")])


def _of_dyn(call: Call) -> Outcome:
    """Return what becomes of the methods of `dyn Fail` itself."""
    if call.name in ("downcast_ref", "downcast_mut"):
        return Rewrite()
    reference = _TRAIT_OBJECTS.get(call.type_)
    return unknown_receiver(call) if reference is None else of_trait_object(call, reference)
