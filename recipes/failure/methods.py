"""The methods of failure's types and traits. What a call means is the compiler's answer, never its name's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.recipe import Edit, Facts, ItemOf, Known, Site, Source, Span, TypeOf

from .closures import without_parameter
from .rewrites import Left, Need, Outcome, Rewrite, Stranger, insertion, rewrite

if TYPE_CHECKING:
    from tree_sitter import Node

ITEM, RECEIVER, ARGUMENT = ItemOf("call"), TypeOf("receiver"), TypeOf("argument")
FACTS = (ITEM, RECEIVER, ARGUMENT)

# Found by name. Methods of more common names (`name`, `map`, `get_ref`) are left to the compiler: a type
# that has them is named somewhere, and refused there.
NAMES = (
    "context",
    "with_context",
    "compat",
    "cause",
    "causes",
    "iter_chain",
    "iter_causes",
    "find_root_cause",
    "root_cause",
    "downcast",
    "downcast_ref",
    "downcast_mut",
    "as_fail",
    "backtrace",
    "get_context",
)
# No other crate in wide use has methods of these names.
_TELLING = frozenset({"iter_chain", "iter_causes", "find_root_cause", "as_fail"})
DEEPER = (
    "What walks over the chain of an error (`chain`, `root_cause`) now also sees the sources inside of std"
    " errors, at the end; failure stopped at the first std error."
)
_BOXED = "std::boxed::Box<dyn failure::Fail>"
DOWNCAST = (
    ("plain", "`downcast` also finds the error below contexts, so a branch that was never taken may be"),
    ("keep", "nothing changes"),
)


@dataclass(frozen=True, slots=True)
class Call:
    """A method call: `name` at `name_span`, `arguments` without its parentheses."""

    source: Source
    name: str
    name_span: Span
    node: Node
    receiver: Node
    arguments: tuple[Node, ...]
    turbofish: str | None

    @property
    def receiver_text(self) -> str:
        """The receiver as it is written."""
        return self.source.text(Span(self.receiver.start_byte, self.receiver.end_byte))


@dataclass(frozen=True, slots=True)
class Policy:
    """What a person may set about calls, and what the other calls of the component are."""

    backtrace: str = "refuse"
    downcast: str = "exact"
    contexts_may_hide: bool = True  # a context may stand before the error that a downcast looks for


def is_call(site: Site) -> bool:
    """Whether the site is a call of a method."""
    name = site.captures.get("name")
    return name is not None and name.text in NAMES and bool(site["call"].nodes)


def call_of(site: Site) -> Call:
    """Return the call of a site of a method."""
    node, receiver = site["call"].node, site["receiver"].node
    function, listed = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    assert function is not None and listed is not None, "the search demands them"
    generics = function.child_by_field_name("type_arguments")
    name = site["name"]
    arguments = tuple(child for child in listed.named_children if not child.type.endswith("_comment"))
    turbofish = None
    if generics is not None:
        turbofish = site.source.text(Span(generics.start_byte + 1, generics.end_byte - 1))
    return Call(site.source, name.text, name.span, node, receiver, arguments, turbofish)


def rewrite_call(
    call: Call, site: Site, facts: Facts, policy: Policy, *, mentions: bool, is_local: bool
) -> Outcome:
    """Return what becomes of a call that may be one of failure's.

    `mentions`: the file names failure elsewhere. `is_local`: its traits are in scope, and no other trait of
    such methods.
    """
    item = facts.about(site.id, ITEM)
    receiver = facts.about(site.id, RECEIVER)
    type_ = receiver.value if isinstance(receiver, Known) else ""
    if isinstance(item, Known):
        parts = item.value.split("::")
        if parts[0] != "failure":
            return Stranger()
        return _known(call, tuple(parts[1:-1]), type_, policy)
    if item.contested and mentions:
        return Left(
            "unknown-receiver", f"nothing here tells what `.{call.name}()` is called on: {item.reason}"
        )
    return Stranger() if item.contested else _by_syntax(call, policy, is_local=is_local)


def _by_syntax(call: Call, policy: Policy, *, is_local: bool) -> Outcome:
    """Return what becomes of a call that no build compiles."""
    if call.name in _TELLING - {"as_fail"}:
        return _of_error(call, "failure::Error", policy)
    if not is_local:
        return Stranger()
    if call.name in ("context", "with_context") and call.arguments:
        return _result_context(call)
    return Left("unknown-receiver", f"nothing here tells what `.{call.name}()` is called on")


def _known(call: Call, parent: tuple[str, ...], type_: str, policy: Policy) -> Outcome:
    """Return what becomes of a call whose method stands in `parent`: modules, then a trait or an `{impl}`."""
    match parent:
        case (*_, "ResultExt"):
            return _of_result(call, type_)
        case (*_, "Fail" | "AsFail"):
            return _of_fail(call, type_)
        case ("{impl}",):
            return _of_dyn(call, type_)
        case ("error", *_, "{impl}"):
            return _of_error(call, type_, policy)
    reason = f"`{call.name}` of failure's `{parent[0] if parent else ''}` has no counterpart in anyhow"
    return Left("method", reason)


def _of_result(call: Call, type_: str) -> Outcome:
    if call.name == "compat":
        if type_ and "failure::" not in type_:
            return rewrite([_gone(call)])
        return Left("compat", "`.compat()` makes one flat message of an error for code that takes std errors")
    if call.name not in ("context", "with_context") or not call.arguments:
        return Left("method", f"`ResultExt` is not known to have a `{call.name}` like this")
    return _result_context(call)


def _result_context(call: Call) -> Outcome:
    if call.name == "context":
        return rewrite((), Need.CONTEXT)
    closure = call.arguments[0]
    parameters = without_parameter(call.source, closure)
    if parameters is not None:
        return rewrite([parameters], Need.CONTEXT)
    return rewrite(_as_map_err(call, closure))


def _as_map_err(call: Call, closure: Node) -> list[Edit]:
    """Return `map_err` for a closure that looks at the error; it still gets a reference to it."""
    inside, behind = "error", "anyhow::Error::from(error).context(context)"
    span = Span(closure.start_byte, closure.end_byte)
    text = call.source.text(span)
    if closure.type != "closure_expression":
        new = f"|{inside}| {{ let context = ({text})(&{inside}); {behind} }}"
        return [Edit(call.name_span, "map_err"), Edit(span, new)]
    parameters, body = closure.child_by_field_name("parameters"), closure.child_by_field_name("body")
    assert parameters is not None and body is not None, "every closure has them"
    pattern = call.source.text(Span(parameters.start_byte + 1, parameters.end_byte - 1)).strip().rstrip(",")
    start = Span(closure.start_byte, body.start_byte)
    return [
        Edit(call.name_span, "map_err"),
        Edit(start, f"|{inside}| {{ let context = {{ let {pattern} = &{inside}; "),
        insertion(closure.end_byte, f" }}; {behind} }}"),
    ]


def _of_fail(call: Call, type_: str) -> Outcome:
    receiver = Span(call.receiver.start_byte, call.receiver.end_byte)
    match call.name:
        case "context" if "failure::Context<" in type_ or _last(type_) == "failure::Error":
            return rewrite()
        case "context" | "cause" if not type_:
            return Left("unknown-receiver", f"nothing here tells what `.{call.name}()` is called on")
        case "context":
            make = "from_boxed" if type_.startswith("std::boxed::Box<dyn") else "new"
            return rewrite(
                [insertion(receiver.start, f"anyhow::Error::{make}("), insertion(receiver.end, ")")]
            )
        case "cause":
            needs = () if "dyn failure::Fail" in type_ else (Need.SOURCE,)
            return Rewrite((Edit(call.name_span, "source"),), frozenset(needs))
        case "compat" if type_ and "failure::" not in type_:
            return Rewrite((_gone(call),))
        case "compat":
            return Left(
                "compat", "`.compat()` makes one flat message of an error for code that takes std errors"
            )
        case "backtrace":
            return Left("backtrace", "the backtrace of a `Fail` type has no counterpart on std's trait")
        case "as_fail" if _last(type_) == "failure::Error":
            return _itself(call, type_)
        case "as_fail" if _is_dyn(type_):
            return Rewrite((_gone(call),))
        case "causes" | "root_cause":
            return _of_chain(call, "" if type_.startswith("&") else "&")
    return Left("method", f"`Fail::{call.name}` has no counterpart")


def _of_dyn(call: Call, type_: str) -> Outcome:
    """Return what becomes of the methods of `dyn Fail` itself."""
    if call.name in ("downcast_ref", "downcast_mut"):
        return Rewrite()
    reference = {"&dyn failure::Fail": "", f"{_BOXED}": "&*", f"&{_BOXED}": "&**"}.get(type_)
    if reference is None:
        return Left("unknown-receiver", f"nothing here tells how `.{call.name}()` gets at the error")
    return _of_chain(call, reference)


def _of_chain(call: Call, reference: str) -> Outcome:
    behind = {
        "iter_chain": "",
        "causes": "",
        "iter_causes": ".skip(1)",
        "find_root_cause": '.last().expect("a chain begins with the error itself")',
        "root_cause": '.last().expect("a chain begins with the error itself")',
    }.get(call.name)
    if behind is None:
        return Left("method", f"`dyn Fail` has a `{call.name}`, `dyn Error` has none")
    start = insertion(call.receiver.start_byte, f"anyhow::Chain::new({reference}")
    end = Edit(Span(call.receiver.end_byte, call.node.end_byte), f"){behind}")
    return rewrite([start, end], notes=[DEEPER])


def _of_error(call: Call, type_: str, policy: Policy) -> Outcome:
    match call.name:
        case "context":
            return rewrite()
        case "iter_chain" | "causes":
            return rewrite([Edit(call.name_span, "chain")], notes=[DEEPER])
        case "iter_causes":
            edits = [Edit(call.name_span, "chain"), insertion(call.node.end_byte, ".skip(1)")]
            return rewrite(edits, notes=[DEEPER])
        case "find_root_cause" | "root_cause":
            edits = [] if call.name == "root_cause" else [Edit(call.name_span, "root_cause")]
            return rewrite(edits, notes=[DEEPER])
        case "cause" | "as_fail":
            return _itself(call, type_)
        case "downcast" | "downcast_ref" | "downcast_mut":
            return _downcast(call, type_, policy)
        case "backtrace" if policy.backtrace == "std":
            return rewrite(notes=["`backtrace()` returns std's `Backtrace`, which prints in its own way."])
        case "backtrace":
            return Left(
                "backtrace",
                "`backtrace()` returns failure's own type; anyhow returns std's",
                (("std", "std's `Backtrace`: another text, other methods"), ("keep", "nothing changes")),
            )
        case "compat":
            return Left(
                "compat", "`.compat()` makes one flat message of an error for code that takes std errors"
            )
    return Left("method", f"`failure::Error::{call.name}` has no counterpart")


def _itself(call: Call, type_: str) -> Outcome:
    """Return what becomes of the error as `&dyn Fail`: its own value, dereferenced."""
    stars = {"failure::Error": "*", "&failure::Error": "**", "&mut failure::Error": "**"}.get(type_)
    if stars is None:
        return Left("unknown-receiver", f"nothing here tells how `.{call.name}()` gets at the error")
    opening, closing = ("(", ")") if _is_operand(call) else ("", "")
    start = insertion(call.receiver.start_byte, f"{opening}&{stars}")
    return rewrite([start, Edit(Span(call.receiver.end_byte, call.node.end_byte), closing)])


def _downcast(call: Call, type_: str, policy: Policy) -> Outcome:
    """Return a downcast that finds what failure's found: the outermost error, not what contexts wrap."""
    if policy.downcast == "plain" or not policy.contexts_may_hide:
        notes = ["A `downcast` of an error now also finds what stands below its contexts."]
        return rewrite(notes=notes if policy.contexts_may_hide else ())
    stars = {"failure::Error": "*", "&failure::Error": "**", "&mut failure::Error": "**"}.get(type_)
    if call.name != "downcast" and stars is not None:
        start = insertion(call.receiver.start_byte, f"({stars}")
        return rewrite([start, insertion(call.receiver.end_byte, ")")])
    target, error = call.turbofish, call.receiver_text
    if call.name == "downcast" and target is not None and call.receiver.type == "identifier":
        text = (
            f"(if (*{error}).is::<{target}>() {{ {error}.downcast::<{target}>() }} else {{ Err({error}) }})"
        )
        return rewrite([Edit(Span(call.node.start_byte, call.node.end_byte), text)])
    return Left(
        "downcast-context",
        f"`{call.name}` of an error with a context finds nothing today; anyhow's finds what the context wraps",
        DOWNCAST,
    )


def _is_operand(call: Call) -> bool:
    """Whether an operator or another call takes the value of the call, so that what replaces it needs brackets."""
    parent = call.node.parent
    kinds = (
        "field_expression",
        "try_expression",
        "index_expression",
        "binary_expression",
        "type_cast_expression",
    )
    return parent is not None and parent.type in (*kinds, "unary_expression", "await_expression")


def _gone(call: Call) -> Edit:
    return Edit(Span(call.receiver.end_byte, call.node.end_byte), "")


def _is_dyn(type_: str) -> bool:
    return type_.lstrip("&").removeprefix("mut ").lstrip("(").startswith("dyn failure::Fail")


def _last(type_: str) -> str:
    return type_.removeprefix("&").removeprefix("mut ")
