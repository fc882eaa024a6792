"""Where a package meets another one that still speaks failure.

failure's errors do not convert into anyhow's. A dependency outside of the workspace whose functions return
them is either upgraded first, or its errors are taken apart where they come in: message by message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from codemods.recipe import (
    Answer,
    Capture,
    Compiles,
    ConversionOf,
    Edit,
    Facts,
    ItemOf,
    Known,
    Site,
    Source,
    Span,
)

from .boundary_search import BoundaryKind
from .calls import ARGUMENT, CONTEXTS, ITEM, RECEIVER, VALUE, is_context
from .rewrites import Left, Outcome, Rewrite, Stranger, insertion, rewrite

RECEIVER_ITEM = ItemOf("receiver")
CONVERSION = ConversionOf("")
OPTIONS = (
    ("shim", "its errors become messages, one for each link of the chain; nothing can be downcast"),
    ("keep", "nothing changes until the dependency has a release without failure"),
)
_ERROR = "failure::Error"
# rustc shortens paths by what any crate calls the trait: serde exports it as `StdError`.
_NOT_STD = re.compile(r": [\w:]*Error` is not satisfied")
_ASKED = (
    ".map_err(|error| { fn is_std<E: ::std::error::Error + Send + Sync + 'static>(_: &E) {}"
    " is_std(&error); error })"
)
_RESULT = "std::result::Result<"


def ask_std_error(site: Site) -> Sequence[Edit]:
    """Return the edit that compiles if the error of a result is one of std's; none for any other place."""
    kind = site["name"].text
    if kind == BoundaryKind.TRY:
        return [insertion(site["call"].span.end, _ASKED)]
    if kind == BoundaryKind.MAPPED or is_context(site):
        return [insertion(site["receiver"].span.end, _ASKED)]
    return []


IS_STD_ERROR = Compiles(ask_std_error)


@dataclass(frozen=True, slots=True)
class Boundary:
    """Crates outside of the workspace that depend on failure, and what to do about their errors.

    `versions` are those of each, as the lock file has them. `function` is the path of the function that
    takes errors apart, as the file at hand calls it.
    """

    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    takes_apart: bool = False
    downcasts: bool = False  # the component looks for types, which errors that are taken apart do not keep
    function: str = ""

    def crate_of(self, answer: Answer) -> str | None:
        """Return the crate that defines an item, or a type, if it is one of these."""
        crate = answer.value.partition("::")[0] if isinstance(answer, Known) else ""
        return crate if crate in self.versions else None

    def crate_of_error(self, answer: Answer) -> str | None:
        """Return the crate that defines the error of a result, or a type itself, if it is one of these."""
        return self.crate_of(Known(error_of(answer.value), "")) if isinstance(answer, Known) else None

    def of_type(self, crate: str, site: Site, facts: Facts) -> Left | Stranger | None:
        """Return what is settled of an error type of `crate`, None where the error is taken apart.

        One that is also an error of std needs nothing. Where nobody knows, and it stays, rustc judges.
        """
        answer = facts.about(site.id, IS_STD_ERROR)
        if ask_std_error(site) and isinstance(answer, Known) and answer.value == "yes":
            return Stranger()
        left = self.left(crate)
        is_certain = isinstance(answer, Known) and _NOT_STD.search(answer.evidence) is not None
        return left if left is None or is_certain else Stranger()

    def left(self, crate: str) -> Left | None:
        """Return why errors of `crate` stand in the way, if they do."""
        if self.takes_apart and not self.downcasts:
            return None
        named = " ".join([f"`{crate}`", *self.versions[crate][:1]])
        reason = (
            f"{named}, a dependency outside of this workspace, returns errors of failure; it moves first (a"
            " newer release of it may return std errors)"
        )
        if self.takes_apart:
            return Left("dependency-speaks", f"{reason}, because types of errors are looked for here")
        return Left("dependency-speaks", reason, OPTIONS)

    def mapped(self, result: Capture, source: Source, crate: str) -> Rewrite:
        """Return that a result gets an error of anyhow, on a line of its own below a call that has one."""
        text = f"{_line_start(result, source)}.map_err({self.function})"
        return self._taken([insertion(result.span.end, text)], crate)

    def wrapped(self, span: Span, crate: str) -> Rewrite:
        """Return that the error at `span` becomes one of anyhow."""
        return self._taken([insertion(span.start, f"{self.function}("), insertion(span.end, ")")], crate)

    def replaced(self, site: Site, crate: str) -> Rewrite:
        """Return that the conversion of a receiver, which is the whole site, becomes one of anyhow."""
        receiver, call = site["receiver"].span, site["call"].span
        start = insertion(receiver.start, f"{self.function}(")
        return self._taken([start, Edit(Span(receiver.end, call.end), ")")], crate)

    def _taken(self, edits: list[Edit], crate: str) -> Rewrite:
        return replace(rewrite(edits), taken_apart=frozenset({crate}))


def error_of(type_: str) -> str:
    """Return the error of a type that is a result; any other type is the error itself."""
    if not type_.startswith(_RESULT):
        return type_
    depth, start = 0, len(_RESULT)
    for at, character in enumerate(type_[: -len(">")]):
        is_arrow = character == ">" and type_[at - 1] == "-"
        depth += (character in "<([") - (character in ">)]" and not is_arrow)
        if character == "," and depth == 1:
            start = at + 1
    return type_[start:-1].strip()


def _line_start(result: Capture, source: Source) -> str:
    """Return the line break and indentation before the last method of `result`, if it has its own line."""
    function = result.node.child_by_field_name("function") if result.nodes else None
    name = function.child_by_field_name("field") if function is not None else None
    if name is None:
        return ""
    before = source.content[: name.start_byte - 1]
    line = before[before.rfind(b"\n") :]
    return line.decode() if line.startswith(b"\n") and not line.strip() else ""


def rewrite_boundary(site: Site, facts: Facts, boundary: Boundary) -> Outcome:
    """Return what becomes of a place where an error of a dependency may come in."""
    match site["name"].text:
        case BoundaryKind.RETURNED:
            return _of_returned(site, facts, boundary)
        case BoundaryKind.TRY:
            value = facts.about(site.id, VALUE)
            if isinstance(value, Known) and error_of(value.value) not in (_ERROR, value.value):
                return _of_foreign_operand(site, facts, boundary)
            return _of_returned(site, facts, boundary)
    return _of_conversion(site, facts, boundary)


def with_foreign_receiver(outcome: Outcome, site: Site, facts: Facts, boundary: Boundary) -> Outcome:
    """Return the outcome of a method call, with regard to where its receiver comes from."""
    type_ = facts.about(site.id, RECEIVER)
    if not isinstance(type_, Known):
        return outcome
    crate = boundary.crate_of(facts.about(site.id, RECEIVER_ITEM))
    if crate is None or "failure::" not in type_.value:
        return _with_foreign_type(outcome, site, facts, type_, boundary)
    left = boundary.left(crate)
    if left is not None or not isinstance(outcome, Rewrite):
        return left or outcome
    if not type_.value.startswith(_RESULT):
        return Left("dependency-speaks", f"an error of `{crate}` is asked for what only failure knows")
    return _joined(boundary.mapped(site["receiver"], site.source, crate), outcome)


def _of_returned(site: Site, facts: Facts, boundary: Boundary) -> Outcome:
    """Return what becomes of a call whose value is, or may hold, `failure::Error`."""
    crate = boundary.crate_of(facts.about(site.id, ITEM))
    if crate is None:
        return Stranger()  # of this workspace: what it calls moves as well
    value, span = facts.about(site.id, VALUE), site["call"].span
    is_error = isinstance(value, Known) and value.value == _ERROR
    taken = boundary.wrapped(span, crate) if is_error else boundary.mapped(site["call"], site.source, crate)
    return boundary.left(crate) or taken


def _of_foreign_operand(site: Site, facts: Facts, boundary: Boundary) -> Outcome:
    """Return what becomes of the operand of a `?` that makes `failure::Error` of an error."""
    conversion = facts.about(site.id, CONVERSION)
    if not isinstance(conversion, Known) or not conversion.value.startswith(f"<{_ERROR} as "):
        return Stranger()
    crate = boundary.crate_of_error(facts.about(site.id, VALUE))
    if crate is None:
        return Stranger()
    return boundary.of_type(crate, site, facts) or boundary.mapped(site["call"], site.source, crate)


def _of_conversion(site: Site, facts: Facts, boundary: Boundary) -> Outcome:
    """Return what becomes of a call that makes `failure::Error` of an error."""
    kind = site["name"].text
    crate = boundary.crate_of_error(facts.about(site.id, ARGUMENT if kind == BoundaryKind.FROM else RECEIVER))
    if crate is None:
        return Stranger()
    settled = boundary.of_type(crate, site, facts)
    if settled is not None:
        return settled
    if kind == BoundaryKind.FROM:
        return boundary.wrapped(site["argument"].span, crate)
    if kind == BoundaryKind.MAPPED:
        return boundary.mapped(site["receiver"], site.source, crate)
    return boundary.replaced(site, crate)


def _with_foreign_type(
    outcome: Outcome, site: Site, facts: Facts, type_: Known, boundary: Boundary
) -> Outcome:
    """Return the outcome of a method call on an error of a dependency's own, or on a result with one."""
    crate = boundary.crate_of_error(type_)
    if crate is None or site["name"].text not in CONTEXTS or not isinstance(outcome, Rewrite):
        return outcome
    settled = boundary.of_type(crate, site, facts)
    if settled is not None:
        return settled if isinstance(settled, Left) else outcome
    if type_.value.startswith(_RESULT):
        return _joined(boundary.mapped(site["receiver"], site.source, crate), outcome)
    return boundary.wrapped(site["receiver"].span, crate)


def _joined(taken: Rewrite, outcome: Rewrite) -> Rewrite:
    return replace(outcome, edits=(*taken.edits, *outcome.edits), taken_apart=taken.taken_apart)
