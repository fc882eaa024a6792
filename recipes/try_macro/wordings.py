"""The ways to write `try!(operand)` with `?`, in order of preference.

The plain one comes first. `try!` matched its operand against `Result`, `?` does not: where
that fixed a type, rustc rejects the plain form and a later one names the type. Each form
either means the same or does not compile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from codemods.recipe import Edit, Span

from .calls import Call, shape_of, stands_in_head
from .layout import Wording
from .outline import GroupKind
from .statements import begins_statement

# Methods that return whatever type is asked for, with it as their only type parameter.
_ANY_RESULT = (b"collect", b"sum", b"product")
# In the file the name may be an alias of one parameter, as in `use std::io::Result`.
_OTHER_RESULT = re.compile(
    rb"\b(?:type|struct|enum|as)\s+Result\b|^\s*(?:pub\b[^;\n]*)?\buse\s[^;]*\bResult\b(?!\s+as\b)",
    re.MULTILINE,
)
# Shapes (see `shape_of`) of what `.as_ref()` can follow as it is, and of what is all that a `&` takes.
_PLACE = re.compile(r"p?w(pw)*(!?[GB]|!C)?(\.[wl]|[GB?])*|[GB](\.[wl]|[GB?])*")
_REFERENT = re.compile(rf"[&*-]*({_PLACE.pattern})")
_ROOT = re.compile(r"(?:::)?\b(?:std|core)\b(?:::)?")
MIN_RUST = {"identity": "1.33"}  # by the first word of a form's name: what it needs beyond `?`
_BLOCKS = (b"{", b"unsafe", b"match", b"if", b"loop", b"while", b"for", b"async", b"const")


def wordings_of(call: Call, gone: frozenset[int]) -> Iterator[tuple[str, Wording]]:
    """Yield the forms of `call` by name; none where its operand is a reference that has no other form."""
    referent = _referent(call)
    if referent is not None:
        yield from _of_reference(call, referent, gone)
        return
    needs_parentheses = (
        call.binds_loosely
        or (call.shows_braces and stands_in_head(call.outline, call.first, gone))
        or _would_end_early(call, call.start, gone)
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


def meaning_of(name: str) -> str:
    """Return the same for the names of forms that reach the same items through std and through core."""
    return _ROOT.sub("", name)


def _referent(call: Call) -> int | None:
    """Return where `x` begins when the whole operand is `&x` or `&mut x`; None for any other."""
    outline = call.outline
    if outline.text(call.start) not in (b"&", b"&&"):
        return None
    value = call.start + (2 if outline.text(call.start + 1) == b"mut" else 1)
    if call.tree is not None and "$G" not in call.shape:
        return value if call.tree.root.type == "reference_expression" else None
    return value if _REFERENT.fullmatch(shape_of(outline, value, call.end)) else None


def _of_reference(call: Call, value: int, gone: frozenset[int]) -> Iterator[tuple[str, Wording]]:
    """Yield the form for `&x` and `&mut x`: `?` takes no reference, `x.as_ref()?` means the same.

    Both match through the reference and convert a `&E`; no other operand is known to be one.
    """
    outline = call.outline
    if outline.text(call.start) == b"&&" or outline.text(value) in (b"&", b"&&"):
        return
    method = "as_mut" if value - call.start == 2 else "as_ref"
    needs_parentheses = (
        _PLACE.fullmatch(shape_of(outline, value, call.end)) is None
        or (call.shows_braces and stands_in_head(outline, call.first, gone))
        or _would_end_early(call, value, gone)
    )
    before, after = ("(", f").{method}()?") if needs_parentheses else ("", f".{method}()?")
    borrow = [outline.code[index].span for index in range(call.start, value)]
    taken = tuple(Edit(_with_space(outline.content, span), "") for span in borrow)
    first = Edit(taken[0].span, before)
    yield method, Wording(inner=(first, *taken[1:]), after=after)


def _with_space(content: bytes, span: Span) -> Span:
    """Return `span` with the spaces behind it, on its line."""
    rest = content[span.end :]
    return Span(span.start, span.end + len(rest) - len(rest.lstrip(b" \t")))


def _would_end_early(call: Call, start: int, gone: frozenset[int]) -> bool:
    """Whether the operand from `start` on begins with a block that would be a statement of its own."""
    outline = call.outline
    has_block_head = outline.text(start) in _BLOCKS and call.shows_braces
    if not has_block_head and re.match(r"p?w(pw)*!C[^.?]", shape_of(outline, start, call.end)) is None:
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
    """Return the names for std's `Result` here, the short one only where nothing gives it another sense.

    In a macro's body the name would mean whatever it means where the macro is used.
    """
    full = tuple(f"{root}::result::Result" for root in _roots(call))
    has_other_sense = _is_in_definition(call) or _has_other_result(call.outline.original)
    return full if has_other_sense else ("Result", *full)


@lru_cache(maxsize=1)
def _has_other_result(content: bytes) -> bool:
    # Asked for every site of a file, one after another.
    return _OTHER_RESULT.search(content) is not None


def _roots(call: Call) -> tuple[str, ...]:
    """Return the paths to std or core: in 2015 std is a crate at the root, and core only without std."""
    if call.outline.edition == "2015":
        return ("::std", "::core")
    return ("::core",) if _is_in_definition(call) else ("core",)


def _is_in_definition(call: Call) -> bool:
    groups = call.outline.groups_around(call.first)
    return any(group.kind is GroupKind.DEFINITION for group in groups)
