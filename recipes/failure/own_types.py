"""What becomes of one error type that a package declares: the answers of `types` and `hand_written`."""

from __future__ import annotations

from dataclasses import dataclass

from codemods.recipe import Edit, Span


@dataclass(frozen=True, slots=True)
class TypeRewrite:
    """The edits that make a type a `std::error::Error`.

    `span` is the type with its attributes, or the `impl`. `covers` are the places of the old crate that the
    edits settle: derive entry, attributes, the trait of an `impl`. `speaks` are mentions inside of `span`
    that are left to the caller (a field of type `failure::Error`, a bound): with them the type cannot move
    before the rest does. `needs` are crates. `notes` are differences by design.
    """

    name: str
    span: Span
    edits: tuple[Edit, ...]
    covers: tuple[Span, ...]
    speaks: tuple[Span, ...] = ()
    needs: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def moves_alone(self) -> bool:
        """Whether the type can move while the rest stays with the old crate, which still takes it."""
        return not self.speaks


@dataclass(frozen=True, slots=True)
class TypeRefused:
    """A type that stays as it is; `at` is the place that is the reason."""

    name: str
    span: Span
    covers: tuple[Span, ...]
    code: str
    reason: str
    at: Span


@dataclass(frozen=True, slots=True)
class TypeChoice:
    """A type with several right answers: id, what it changes for callers, and the rewrite, for each.

    Without a rewrite the type stays as it is.
    """

    name: str
    span: Span
    covers: tuple[Span, ...]
    code: str
    reason: str
    options: tuple[tuple[str, str, TypeRewrite | None], ...]


OwnType = TypeRewrite | TypeRefused | TypeChoice


class Refusal(Exception):
    """Why something cannot be said without the old crate: a code of the recipe, the reason, and the place."""

    def __init__(self, code: str, reason: str, at: Span | None = None) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.at = at


# The codes of `TypeRefused` and `TypeChoice`, for the recipe's list.
CODES = {
    "attribute-clash": "a field or variant has an attribute that `thiserror` would take for its own.",
    "backtrace-field": "the type holds a backtrace, and not all code that handles it is understood.",
    "backtrace-shown": "the message prints the backtrace.",
    "captured-name": "the message of a type names something of the surrounding code.",
    "cause-body": "a hand-written `cause` does more than hand out a field.",
    "comment-inside": "a comment stands inside of what is replaced, and has no place afterwards.",
    "context-value": "the type holds a `Context`, for which there is no type elsewhere.",
    "debug-text": "its message prints an error by `{:?}` or with a width, which reads differently now.",
    "display-argument": "the arguments of a message are not all fields.",
    "enum-display": "a display attribute stands on the enum itself, where it never had a meaning.",
    "fail-attribute": "a `fail` attribute has a form that is not understood.",
    "fail-method": "an `impl Fail` has a method that the trait does not have.",
    "format-string": "the message of a type is not understood as a format string.",
    "macro-fields": "a macro repeats the fields that a message names by position.",
    "macro-message": "a macro's caller writes the message, or the attributes of the type.",
    "pointer-format": "the message prints an address.",
    "unknown-type": "the derive does not stand at a type that is understood.",
}
