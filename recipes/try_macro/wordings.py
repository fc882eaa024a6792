"""The ways to write `try!(operand)` with `?`, in order of preference.

The plain one comes first. `try!` matched its operand against `Result`, `?` does not: where
that fixed a type, rustc rejects the plain form and a later one names the type. Each form
either means the same or does not compile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemods.recipe import Edit, Span

from .calls import Call, shape_of, stands_in_head
from .layout import Wording
from .statements import begins_statement

# Methods that return whatever type is asked for, with it as their only type parameter.
_ANY_RESULT = (b"collect", b"sum", b"product")
# In the file the name may be an alias of one parameter, as in `use std::io::Result`.
_OTHER_RESULT = re.compile(
    rb"\b(?:type|struct|enum|as)\s+Result\b|^\s*(?:pub\b[^;\n]*)?\buse\s[^;]*\bResult\b(?!\s+as\b)",
    re.MULTILINE,
)
MIN_RUST = {"identity": "1.33"}  # by the first word of a form's name: what it needs beyond `?`
_BLOCKS = (b"{", b"unsafe", b"match", b"if", b"loop", b"while", b"for", b"async", b"const")


def wordings_of(call: Call, gone: frozenset[int]) -> Iterator[tuple[str, Wording]]:
    """Yield the forms of `call` by name."""
    if call.outline.text(call.start) in (b"&", b"&&"):
        yield from _of_reference(call)
        return
    needs_parentheses = (
        call.binds_loosely
        or (call.shows_braces and stands_in_head(call.outline, call.first, gone))
        or _would_end_early(call, gone)
    )
    plain = Wording("(", ")?") if needs_parentheses else Wording()
    yield "plain", plain
    results = _results(call)
    name = _method_of_any_result(call)
    if name is not None:
        for result in results:
            yield (
                f"annotated {result}",
                Wording(plain.before, plain.after, (Edit(Span(name.end, name.end), f"::<{result}<_, _>>"),)),
            )
    for result in results:
        for root in _roots(call):
            is_short = result == "Result"
            if is_short or result.startswith(f"{root}::"):
                before = f"{root}::convert::identity::<{result}<_, _>>("
                yield f"identity {root} {result}", Wording(before, ")?")


def _of_reference(call: Call) -> Iterator[tuple[str, Wording]]:
    """Yield the form for `&x` and `&mut x`: `?` takes no reference, `x.as_ref()?` means the same.

    Both match through the reference and convert a `&E`; no other operand is known to be one.
    """
    outline = call.outline
    is_mutable = outline.text(call.start + 1) == b"mut"
    value = call.start + (2 if is_mutable else 1)
    if outline.text(call.start) == b"&&" or value >= call.end:
        return
    method = "as_mut" if is_mutable else "as_ref"
    borrow = Span(outline.code[call.start].span.start, outline.code[value - 1].span.end)
    rest = outline.between(borrow.end, outline.code[call.end - 1].span.end)[0]
    borrow = Span(borrow.start, rest.span.start)
    is_plain = re.fullmatch(r"p?w(pw)*(!?[GB])?(\.[wl]|[GB?])*|G", shape_of(outline, value, call.end))
    before, after = ("", f".{method}()?") if is_plain else ("(", f").{method}()?")
    yield method, Wording(inner=(Edit(borrow, before),), after=after)


def _would_end_early(call: Call, gone: frozenset[int]) -> bool:
    """Whether the operand begins with a block that at the start of a statement would be a statement."""
    outline = call.outline
    has_block_head = outline.text(call.start) in _BLOCKS and call.shows_braces
    if not has_block_head and re.match(r"p?w(pw)*!C[^.?]", call.shape) is None:
        return False
    before = outline.text(call.first - 1)
    return before == b"=>" or begins_statement(outline, call.first, gone)


def _method_of_any_result(call: Call) -> Span | None:
    """Return where the name of a last call `.collect()` stands; None if it is another or has types."""
    outline, end = call.outline, call.end
    is_call = outline.text(end - 1) == b")" and outline.text(end - 2) == b"("
    if not is_call or outline.text(end - 3) not in _ANY_RESULT or outline.text(end - 4) != b".":
        return None
    return outline.code[end - 3].span if end - 4 > call.start else None


def _results(call: Call) -> tuple[str, ...]:
    """Return the names for std's `Result` here, the short one only where the file gives it no other sense."""
    full = tuple(f"{root}::result::Result" for root in _roots(call))
    return full if _OTHER_RESULT.search(call.outline.original) else ("Result", *full)


def _roots(call: Call) -> tuple[str, ...]:
    """Return the paths to std or core: in 2015 std is a crate at the root, and core only without std."""
    return ("::std", "::core") if call.outline.edition == "2015" else ("core",)
