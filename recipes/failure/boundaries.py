"""Where a package meets another one that still speaks failure.

failure's errors do not convert into anyhow's. A dependency outside of the workspace whose functions return
them is either upgraded first, or its errors are taken apart where they come in: message by message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from codemods.recipe import Answer, Capture, ConversionOf, Edit, Facts, ItemOf, Known, Site, Source, Span

from .boundary_search import BoundaryKind
from .calls import ARGUMENT, CONTEXTS, ITEM, RECEIVER, VALUE
from .rewrites import Left, Outcome, Rewrite, Stranger, insertion, rewrite

RECEIVER_ITEM = ItemOf("receiver")
CONVERSION = ConversionOf("")
OPTIONS = (
    ("shim", "its errors become messages, one for each link of the chain; nothing can be downcast"),
    ("keep", "nothing changes until the dependency has a release without failure"),
)
_ERROR = "failure::Error"
_RESULT = "std::result::Result<"


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
        case BoundaryKind.FROM:
            crate = boundary.crate_of_error(facts.about(site.id, ARGUMENT))
            return _converted(boundary, crate, lambda crate: boundary.wrapped(site["argument"].span, crate))
        case BoundaryKind.MAPPED:
            crate = boundary.crate_of_error(facts.about(site.id, RECEIVER))
            result = site["receiver"]
            return _converted(boundary, crate, lambda crate: boundary.mapped(result, site.source, crate))
    crate = boundary.crate_of_error(facts.about(site.id, RECEIVER))
    return _converted(boundary, crate, lambda crate: boundary.replaced(site, crate))


def with_foreign_receiver(outcome: Outcome, site: Site, facts: Facts, boundary: Boundary) -> Outcome:
    """Return the outcome of a method call, with regard to where its receiver comes from."""
    type_ = facts.about(site.id, RECEIVER)
    if not isinstance(type_, Known):
        return outcome
    crate = boundary.crate_of(facts.about(site.id, RECEIVER_ITEM))
    if crate is None or "failure::" not in type_.value:
        return _with_foreign_type(outcome, site, type_, boundary)
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
    return _converted(boundary, crate, lambda crate: boundary.mapped(site["call"], site.source, crate))


def _with_foreign_type(outcome: Outcome, site: Site, type_: Known, boundary: Boundary) -> Outcome:
    """Return the outcome of a method call on an error of a dependency's own, or on a result with one."""
    crate = boundary.crate_of_error(type_)
    is_context = site["name"].text in CONTEXTS
    if (
        crate is None
        or boundary.left(crate) is not None
        or not is_context
        or not isinstance(outcome, Rewrite)
    ):
        return outcome
    if type_.value.startswith(_RESULT):
        return _joined(boundary.mapped(site["receiver"], site.source, crate), outcome)
    return boundary.wrapped(site["receiver"].span, crate)


def _converted(boundary: Boundary, crate: str | None, taken: Callable[[str], Rewrite]) -> Outcome:
    """Return what `taken` gives for an error of `crate`; rustc judges where such errors are left."""
    if crate is None or boundary.left(crate) is not None:
        return Stranger()
    return taken(crate)


def _joined(taken: Rewrite, outcome: Rewrite) -> Rewrite:
    return replace(outcome, edits=(*taken.edits, *outcome.edits), taken_apart=taken.taken_apart)
