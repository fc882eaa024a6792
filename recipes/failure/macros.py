"""`bail!`, `ensure!` and `format_err!`: the same names in anyhow, other rules for a single argument.

failure does not format the only argument of `bail!` (nor the message of `ensure!`), anyhow formats a
literal and takes anything else as the error itself. failure's `format_err!` formats what is no literal
too, anyhow's `anyhow!` does not. All of that is read from the macros of failure 0.1.8 and anyhow 1.0.
"""

from __future__ import annotations

import re

from codemods.recipe import Edit, Source, Span, is_string_literal, without_formatting

from .arguments import Arguments, arguments_of
from .conditions import stringified
from .rewrites import Left, Need, Outcome, insertion, rewrite

NAMES = ("bail", "ensure", "format_err")
_NEEDS = {"bail": Need.BAIL, "ensure": Need.ENSURE, "format_err": Need.ANYHOW_MACRO}
# Their value is a `String` or `&str`: anyhow takes that as a message, as failure did.
_TEXTS = re.compile(
    r"(?:(?:std::|alloc::)?(?:format|concat|stringify|env)!|(?:std::string::)?String::from\()"
)


def rewrite_macro(
    source: Source, name: str, name_span: Span, args: Span, *, new_ensure_text: bool
) -> Outcome:
    """Return what becomes of the call of failure's macro `name`, whose last word is at `name_span`.

    `args` is its token tree with delimiters. What stands before the last word is for others.
    """
    arguments = arguments_of(source, args)
    if (
        name == "format_err"
        and len(arguments.spans) == 1
        and source.text(arguments.spans[0]).startswith("$(")
    ):
        return rewrite([Edit(name_span, "anyhow"), *_formatted(source, arguments)], Need.ANYHOW_MACRO)
    if any("$" in source.text(span) and "$(" in source.text(span) for span in arguments.spans):
        return Left("macro-arguments", f"`{name}!` gets its arguments from a repetition of another macro")
    match name:
        case "bail":
            edits: list[Edit] | Left = _message(source, arguments, 0)
        case "ensure":
            edits = _ensure(source, arguments, new_ensure_text=new_ensure_text)
        case _:
            edits = [Edit(name_span, "anyhow"), *_formatted(source, arguments)]
    return edits if isinstance(edits, Left) else rewrite(edits, _NEEDS[name])


def _ensure(source: Source, arguments: Arguments, *, new_ensure_text: bool) -> list[Edit] | Left:
    if len(arguments.spans) > 1:
        return _message(source, arguments, 1)
    if new_ensure_text or not arguments.spans:
        return []
    condition = arguments.spans[0]
    text = stringified(source, condition)
    if text is None:
        return Left(
            "ensure-text",
            "`ensure!` without a message prints its condition as rustc lays it out, which is not known for"
            " this one; `--set failure.ensure_text=new` takes anyhow's own text",
            (
                ("new", "the message becomes anyhow's: `Condition failed: …`, with the values compared"),
                ("keep", "nothing changes; write the message out by hand"),
            ),
        )
    return [insertion(condition.end, f', "{{}}", stringify!({text})')]


def _message(source: Source, arguments: Arguments, index: int) -> list[Edit]:
    """Return the edits that keep a message, the arguments from `index` on, as failure printed it."""
    if len(arguments.spans) != index + 1:
        return []  # a format string and its arguments, for both
    span = arguments.spans[index]
    text = source.text(span)
    if arguments.has_trailing_comma:
        return _formatted(source, arguments, index)  # failure takes this rule for more arguments
    if is_string_literal(text):
        escaped = without_formatting(text)
        return [] if escaped == text else [Edit(span, escaped)]
    if _TEXTS.match(text) and text.endswith(")"):
        return []
    return [insertion(span.start, '"{}", ')]


def _formatted(source: Source, arguments: Arguments, index: int = 0) -> list[Edit]:
    """Return the edits that have the only argument formatted, whatever it is."""
    if len(arguments.spans) != index + 1 or is_string_literal(source.text(arguments.spans[index])):
        return []
    span = arguments.spans[index]
    return [insertion(span.start, '"{}", format_args!('), insertion(span.end, ")")]
