"""An `impl` of failure's trait as it is written, read from the tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codemods.recipe import Mention, Span

from .declarations import Code, attributes_from

# Methods that only `Fail` has.
GONE = ("backtrace", "name", "__private_get_type_id__")


@dataclass(frozen=True, slots=True)
class Method:
    """One method by token index: attributes from `start`, its name, body `opening..closing`, all to `end`."""

    name: str
    start: int
    name_at: int
    opening: int
    end: int


@dataclass(frozen=True, slots=True)
class Implementation:
    """`impl … for target { … }` by token index."""

    code: Code
    mention: Mention
    start: int
    target: str
    opening: int
    methods: tuple[Method, ...]

    @property
    def closing(self) -> int:
        """The `}` of the whole."""
        return self.code.partners[self.opening]

    @property
    def span(self) -> Span:
        """All of it, from `impl` on."""
        return self.code.span(self.start, self.closing + 1)

    @property
    def type_name(self) -> str:
        """The last name of the type's path, without its parameters."""
        return self.target.partition("<")[0].rpartition("::")[2]


def implementation_at(code: Code, mention: Mention) -> Implementation | None:
    """Return the `impl` whose trait the path `mention` is; None where the path is something else.

    Raises nothing: an `impl` with other things than methods has them under an empty name.
    """
    first, last = code.at(mention.span.start), code.at(mention.span.end - 1)
    start = _impl_before(code, first)
    if start is None or code.text(last + 1) != b"for":
        return None
    opening = last + 2
    while opening < len(code.tokens) and code.text(opening) != b"{":
        opening = code.after(opening)
    if opening not in code.partners:
        return None
    end = next((at for at in range(last + 2, opening) if code.text(at) == b"where"), opening)
    methods = tuple(_methods(code, opening + 1, code.partners[opening]))
    return Implementation(code, mention, start, code.words(last + 2, end), opening, methods)


def type_around(code: Code, at: int) -> str:
    """Return the type of the innermost `impl` around the token `at`, as it is written; "" without one."""
    for opening in sorted((start for start, end in code.partners.items() if start < at < end), reverse=True):
        start = _impl_of(code, opening)
        if start is not None:
            words = [code.text(each) for each in range(start, opening)]
            first = start + words.index(b"for") + 1 if b"for" in words else start + 1
            return code.words(first, opening)
    return ""


def _impl_of(code: Code, opening: int) -> int | None:
    """Return the `impl` that the brace `opening` belongs to; None for another one."""
    if code.text(opening) != b"{":
        return None
    at = opening - 1
    while at >= 0 and code.text(at) not in (b";", b"}", b"{", b"impl"):
        at -= 1
    return (
        at if at >= 0 and code.text(at) == b"impl" and code.text(at - 1) not in (b"->", b":", b"(") else None
    )


def _impl_before(code: Code, at: int) -> int | None:
    """Return the index of the `impl` before the path at `at`, with or without parameters between."""
    before = at - 1
    if code.text(before) == b">":
        depth = 0
        while before >= 0:
            depth += (code.text(before) == b">") - (code.text(before) == b"<")
            before -= 1
            if depth == 0:
                break
    return before if code.text(before) == b"impl" else None


def _methods(code: Code, at: int, end: int) -> Iterator[Method]:
    while at < end:
        start = at
        _, at = attributes_from(code, at)
        if code.text(at) != b"fn":
            yield Method("", start, at, at, end)
            return
        name_at = at + 1
        while at < end and code.text(at) not in (b"{", b";"):
            at = code.after(at)
        opening, at = at, code.after(at)
        yield Method(code.text(name_at).decode(), start, name_at, opening, at)
