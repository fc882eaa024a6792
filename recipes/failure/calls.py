"""Method calls that may be failure's: found by name, judged by what the compiler says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.recipe import Edit, ItemOf, Site, Source, Span, TypeOf

from .rewrites import Left

if TYPE_CHECKING:
    from tree_sitter import Node

ITEM, RECEIVER, ARGUMENT, VALUE = ItemOf("call"), TypeOf("receiver"), TypeOf("argument"), TypeOf("call")
CONTEXTS = ("context", "with_context")
TYPE_NAME = "name"
# Methods of more common names (`map`, `get_ref`) are left to the compiler: a type that has them is named
# somewhere, and refused there.
NAMES = (
    *CONTEXTS,
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
    TYPE_NAME,
)
_OPERANDS = frozenset(
    [
        "await_expression",
        "binary_expression",
        "field_expression",
        "index_expression",
        "try_expression",
        "type_cast_expression",
        "unary_expression",
    ]
)
_STARS = {"failure::Error": "*", "&failure::Error": "**", "&mut failure::Error": "**"}


@dataclass(frozen=True, slots=True)
class Call:
    """A method call: `name` at `name_span`, its arguments, and what its turbofish holds.

    `type_` is the receiver's type as the compiler knows it, "" where it does not; `value` is its own.
    """

    source: Source
    name: str
    name_span: Span
    node: Node
    receiver: Node
    arguments: tuple[Node, ...]
    turbofish: str | None
    type_: str = ""
    value: str = ""

    @property
    def receiver_text(self) -> str:
        """The receiver as it is written."""
        return self.source.text(Span(self.receiver.start_byte, self.receiver.end_byte))

    @property
    def rest(self) -> Span:
        """All of it behind the receiver."""
        return Span(self.receiver.end_byte, self.node.end_byte)

    @property
    def whole(self) -> Span:
        """All of it."""
        return Span(self.node.start_byte, self.node.end_byte)

    @property
    def is_operand(self) -> bool:
        """Whether an operator or another call takes its value, so that what replaces it needs brackets."""
        return self.node.parent is not None and self.node.parent.type in _OPERANDS

    @property
    def stars(self) -> str | None:
        """The dereferences that lead from the receiver, a `failure::Error`, to the error inside of it."""
        return _STARS.get(self.type_)

    @property
    def gone(self) -> Edit:
        """The edit that leaves the receiver alone."""
        return Edit(self.rest, "")


def is_call(site: Site) -> bool:
    """Whether the site is a call of a method."""
    name = site.captures.get("name")
    return name is not None and name.text in NAMES and bool(site["call"].nodes)


def is_context(site: Site) -> bool:
    """Whether the site gives something a context."""
    return is_call(site) and site["name"].text in CONTEXTS


def call_of(site: Site, type_: str = "", value: str = "") -> Call:
    """Return the call of a site of a method, whose receiver is of the type `type_`, itself of `value`."""
    node, receiver = site["call"].node, site["receiver"].node
    function, listed = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    assert function is not None and listed is not None, "the search demands them"
    generics = function.child_by_field_name("type_arguments")
    turbofish = None
    if generics is not None:
        turbofish = site.source.text(Span(generics.start_byte + 1, generics.end_byte - 1))
    arguments = tuple(child for child in listed.named_children if not child.type.endswith("_comment"))
    name = site["name"]
    return Call(site.source, name.text, name.span, node, receiver, arguments, turbofish, type_, value)


def unknown_receiver(call: Call, why: str = "") -> Left:
    """Return that nothing tells what `call` is a method of."""
    reason = f"nothing here tells what `.{call.name}()` is called on"
    return Left("unknown-receiver", f"{reason}: {why}" if why else reason)


def flat_message() -> Left:
    """Return why `compat()` stays."""
    reason = "`.compat()` makes one flat message of an error, for code that takes std errors"
    return Left("compat", reason)
