"""The methods of `failure::Error` itself, and those that walk over the chain of an error."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from codemods.recipe import Edit, imports_of

from .calls import Call, flat_message, unknown_receiver
from .contexts import Hidden
from .rewrites import Left, Outcome, Rewrite, insertion, rewrite

DEEPER = (
    "What walks over the chain of an error (`chain`, `root_cause`, `source`) now also sees the sources inside"
    " of std errors, at the end; failure stopped at the first std error."
)
_BACKTRACE = (("std", "std's `Backtrace`: another text, other methods"), ("keep", "nothing changes"))
# How anyhow calls it, and what follows.
_ON_ERROR = {
    "iter_chain": ("chain", ""),
    "causes": ("chain", ""),
    "iter_causes": ("chain", ".skip(1)"),
    "find_root_cause": ("root_cause", ""),
    "root_cause": ("root_cause", ""),
}
_FOUND = re.compile(r"std::(?:result::Result|option::Option)<(?:&(?:mut )?)?(?P<target>[\w:]+)(?:, .*)?>")
_OUTERMOST = (
    "fn outermost<T: std::error::Error + Send + Sync + 'static>(error: anyhow::Error)"
    " -> std::result::Result<T, anyhow::Error>"
    " { if (*error).is::<T>() { error.downcast() } else { Err(error) } }"
)
_LAST = '.last().expect("a chain begins with the error itself")'
_ON_TRAIT_OBJECT = {
    "iter_chain": "",
    "causes": "",
    "iter_causes": ".skip(1)",
    "find_root_cause": _LAST,
    "root_cause": _LAST,
}


@dataclass(frozen=True, slots=True)
class Policy:
    """What a person may set about calls, and what the other calls of the component are."""

    backtrace: str = "refuse"
    downcast: str = "exact"
    hidden: Hidden = field(default_factory=lambda: Hidden(is_anything=True))  # by contexts, from downcasts


def of_error(call: Call, policy: Policy) -> Outcome:
    """Return what becomes of a method of `failure::Error`."""
    match call.name:
        case "context":
            return rewrite()
        case "cause" | "as_fail":
            return _itself(call)
        case "downcast" | "downcast_ref" | "downcast_mut":
            return _downcast(call, policy)
        case name if name in _ON_ERROR:
            return _chain(call)
    return _without_counterpart(call, policy)


def of_trait_object(call: Call, reference: str) -> Outcome:
    """Return what becomes of a walk over a `dyn Fail`, to which `reference` and the receiver lead."""
    behind = _ON_TRAIT_OBJECT.get(call.name)
    if behind is None:
        return Left("method", f"`dyn Fail` has a `{call.name}`, `dyn Error` has none")
    start = insertion(call.receiver.start_byte, f"anyhow::Chain::new({reference}")
    return rewrite([start, Edit(call.rest, f"){behind}")], notes=[DEEPER])


def _chain(call: Call) -> Rewrite:
    name, behind = _ON_ERROR[call.name]
    edits = [Edit(call.name_span, name)] if name != call.name else []
    edits += [insertion(call.node.end_byte, behind)] if behind else []
    return rewrite(edits, notes=[DEEPER])


def _itself(call: Call) -> Outcome:
    """Return what becomes of the error as `&dyn Fail`: its own value, dereferenced."""
    if call.stars is None:
        return unknown_receiver(call)
    opening, closing = ("(", ")") if call.is_operand else ("", "")
    start = insertion(call.receiver.start_byte, f"{opening}&{call.stars}")
    return rewrite([start, Edit(call.rest, closing)])


def _downcast(call: Call, policy: Policy) -> Outcome:
    """Return a downcast that finds what failure's found: the outermost error, not what contexts wrap."""
    if not policy.hidden.may_be(_target(call)):
        return rewrite()
    if policy.downcast == "plain":
        return rewrite(notes=["A `downcast` of an error now also finds what stands below its contexts."])
    if call.name != "downcast" and call.stars is not None:
        start = insertion(call.receiver.start_byte, f"({call.stars}")
        return rewrite([start, insertion(call.receiver.end_byte, ")")])
    spelled = call.turbofish or _spelled(call)
    if call.name != "downcast":
        return unknown_receiver(call)
    if spelled is not None and call.receiver.type == "identifier":
        return rewrite([Edit(call.whole, _guarded(call, spelled))])
    return rewrite(_by_function(call))


def _by_function(call: Call) -> list[Edit]:
    """Return the downcast by a function that infers what it looks for, as the method did."""
    opening, closing = ("({ ", " })") if call.is_operand else ("{ ", " }")
    generics = f"::<{call.turbofish}>" if call.turbofish is not None else ""
    return [
        insertion(call.receiver.start_byte, f"{opening}{_OUTERMOST} outermost{generics}("),
        Edit(call.rest, f"){closing}"),
    ]


def _target(call: Call) -> str | None:
    """Return the type that the downcast looks for; None where it is not known."""
    found = _FOUND.fullmatch(call.value)
    return call.turbofish or (found["target"] if found is not None else None)


def _spelled(call: Call) -> str | None:
    """Return the name of the type that a downcast infers, where an import of the file has it."""
    target = _target(call)
    name = target.rpartition("::")[2] if target is not None else ""
    imported = [each for each in imports_of(call.source) if each.name == name and each.path[-1:] == (name,)]
    is_in_scope = any(call.whole in each.scope for each in imported)
    return name if name and is_in_scope else None


def _guarded(call: Call, target: str) -> str:
    error = call.receiver_text
    text = f"if (*{error}).is::<{target}>() {{ {error}.downcast::<{target}>() }} else {{ Err({error}) }}"
    return f"({text})" if call.is_operand else text


def _without_counterpart(call: Call, policy: Policy) -> Outcome:
    if call.name == "compat":
        return flat_message()
    if call.name != "backtrace":
        return Left("method", f"`failure::Error::{call.name}` has no counterpart")
    if policy.backtrace == "std":
        return rewrite(notes=["`backtrace()` returns std's `Backtrace`, which prints in its own way."])
    return Left("backtrace", "`backtrace()` returns failure's own type; anyhow's returns std's", _BACKTRACE)
