"""`bail!`, `ensure!` and `quick_main!` written out, token by token: what they are given stays as it stands.

`bail!(x)` returns `Err(x.into())` and formats only where there are arguments behind the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from codemods.recipe import (
    Edit,
    Source,
    Span,
    Token,
    TokenKind,
    TokenMacroCall,
    is_string_literal,
    macro_calls,
    matching,
    tokens,
    without_formatting,
)

_WORDS_BEFORE_OPERAND = frozenset(
    b"as async box break const continue else fn for if in let loop match move mut ref return static"
    b" unsafe while yield".split()
)
_LITERALS = frozenset({TokenKind.STRING, TokenKind.CHAR, TokenKind.NUMBER})


class CallError(Exception):
    """A call is in a form that is not rewritten; `code` and text go to the ledger."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Call:
    """One macro call; `arguments` are the spans between the commas of its input, comments included."""

    source: Source
    path: Span
    opening: Span
    closing: Span
    arguments: tuple[Span, ...]
    next_text: bytes = b""
    next_span: Span | None = None

    @property
    def text(self) -> str:
        """The name of the macro."""
        return self.source.text(self.path).rpartition("::")[2].strip()

    @property
    def head(self) -> Span:
        """From the path to the opening delimiter."""
        return Span(self.path.start, self.opening.end)


def call_at(source: Source, place: Span) -> Call:
    """Return the call that stands at `place`.

    Raises:
        CallError: there is none.
    """
    whole = Span(place.start, len(source.content))
    found: TokenMacroCall | None = next(
        (call for call in macro_calls(source.content, place) if call.span == place), None
    )
    if found is None:
        raise CallError("unparsed", "this macro call is not understood")
    opening, closing = (
        Span(found.args.start, found.args.start + 1),
        Span(found.args.end - 1, found.args.end),
    )
    behind = next(
        (
            token
            for token in tokens(source.content, Span(closing.end, whole.end))
            if token.kind is not TokenKind.COMMENT
        ),
        None,
    )
    return Call(
        source,
        found.path_span,
        opening,
        closing,
        _arguments(source, Span(opening.end, closing.start)),
        behind.text if behind is not None else b"",
        behind.span if behind is not None else None,
    )


def returned(call: Call) -> list[Edit]:
    """Return the edits that make `return Err(….into())` of a `bail!`.

    Raises:
        CallError: it has no argument.
    """
    first, last = _wrap(call, call.arguments)
    end = "" if call.next_text in (b";", b",", b")", b"}", b"") else ";"
    head, tail = _ends(call) if len(call.arguments) == 1 else (call.head, call.closing)
    return [Edit(head, f"return Err({first}"), Edit(tail, f"{last}.into()){end}")]


def checked(call: Call) -> list[Edit]:
    """Return the edits that make an `if` of an `ensure!`.

    Raises:
        CallError: it has not two arguments or more.
    """
    condition, *rest = call.arguments or (call.opening,)
    first, last = _wrap(call, rest)
    margin, newline = _margin(call.source, call.path.start), call.source.newline
    before, after = ("", "") if is_operand(call.source, condition) else ("(", ")")
    comma = Span(condition.end, _skip_space(call.source, rest[0].start))
    head, tail = _ends(call)
    edits = [
        Edit(head, f"if !{before}"),
        Edit(comma, f"{after} {{{newline}{margin}    return Err({first}"),
        Edit(tail, f"{last}.into());{newline}{margin}}}"),
    ]
    if call.next_text == b";" and call.next_span is not None:
        edits.append(Edit(call.next_span, ""))
    return edits


def with_anyhow(call: Call) -> list[Edit]:
    """Return the edits that make anyhow's macro of the same name say the same.

    It formats a lone literal, so that its braces are doubled; any other lone value it takes as it is.
    """
    edits = [Edit(call.path, f"anyhow::{call.text}")] if "::" in call.source.text(call.path) else []
    message = call.arguments[1:] if call.text == "ensure" else call.arguments
    if len(message) == 1:
        literal = _code_span(call.source, message[0])
        text = call.source.text(literal)
        if is_string_literal(text) and without_formatting(text) != text:
            edits.append(Edit(literal, without_formatting(text)))
    return edits


def main_function(call: Call, code: str, failure: Sequence[str]) -> list[Edit]:
    """Return the edits that write the `main` of a `quick_main!`.

    `code` is the arm for what it returns, `failure` are lines that print the variable `error`.

    Raises:
        CallError: it has not one argument.
    """
    if len(call.arguments) != 1:
        raise CallError("unparsed", "`quick_main!` takes one function")
    argument = call.source.text(_code_span(call.source, call.arguments[0]))
    newline, is_named = call.source.newline, re.fullmatch(r"[\w:]+", argument) is not None
    head = ["fn main() {", "    std::process::exit(match " if is_named else "    let run = "]
    tail = ["() {"] if is_named else [";", "    std::process::exit(match run() {"]
    tail += [
        f"        {code}",
        "        Err(error) => {",
        *(f"            {line}" for line in failure),
        "            1",
        "        }",
        "    });",
        "}",
    ]
    before, behind = _ends(call)
    if call.next_text == b";" and call.next_span is not None:
        behind = Span(behind.start, call.next_span.end)
    return [Edit(before, newline.join(head)), Edit(behind, newline.join(tail))]


def is_operand(source: Source, span: Span) -> bool:
    """Whether the expression keeps its meaning behind `!` and before `.into()` without parentheses."""
    code = [token for token in tokens(source.content, span) if token.kind is not TokenKind.COMMENT]
    partners = matching(code)
    at = 0
    while at < len(code):
        token = code[at]
        if token.text in _WORDS_BEFORE_OPERAND or token.text == b"{":
            return False
        if at in partners:
            at = partners[at] + 1
            continue
        is_part = token.kind is TokenKind.WORD or token.kind in _LITERALS
        is_part |= token.text in (b".", b"::", b"?") or _is_macro_mark(code, at) or _is_turbofish(code, at)
        if not is_part:
            return False
        at += 1
    return bool(code)


def _wrap(call: Call, message: Sequence[Span]) -> tuple[str, str]:
    """Return what stands before and behind the message so that it is one value."""
    if not message:
        raise CallError("unparsed", f"`{call.text}!` has no message here")
    if len(message) > 1:
        return "format!(", ")"
    return ("", "") if is_operand(call.source, message[0]) else ("(", ")")


def _arguments(source: Source, inside: Span) -> tuple[Span, ...]:
    code = [token for token in tokens(source.content, inside) if token.kind is not TokenKind.COMMENT]
    partners, cuts, at = matching(code), [], 0
    while at < len(code):
        if at in partners:
            at = partners[at]
        elif _is_turbofish(code, at) and code[at].text == b"<":
            at = _angle_end(code, at)
        elif code[at].text == b",":
            cuts.append(code[at].span)
        at += 1
    starts = [inside.start, *(cut.end for cut in cuts)]
    ends = [*(cut.start for cut in cuts), inside.end]
    spans = [Span(start, end) for start, end in zip(starts, ends, strict=True)]
    return tuple(span for span in spans if _has_code(source, span))


def _has_code(source: Source, span: Span) -> bool:
    return any(token.kind is not TokenKind.COMMENT for token in tokens(source.content, span))


def _code_span(source: Source, span: Span) -> Span:
    code = [token for token in tokens(source.content, span) if token.kind is not TokenKind.COMMENT]
    return Span(code[0].span.start, code[-1].span.end)


def _ends(call: Call) -> tuple[Span, Span]:
    """Return what stands before and behind the input, with the white space on its inner side."""
    content = call.source.content
    start = _skip_space(call.source, call.opening.end)
    inside = content[start : call.closing.start]
    code = list(tokens(content, Span(start, call.closing.start)))
    is_line_comment = bool(code) and code[-1].text.startswith(b"//")
    end = call.closing.start if is_line_comment else start + len(inside.rstrip())
    return Span(call.path.start, start), Span(end, call.closing.end)


def _skip_space(source: Source, at: int) -> int:
    """Return where the white space behind `at` ends, unless a comment follows it."""
    end = at
    while end < len(source.content) and source.content[end : end + 1].isspace():
        end += 1
    return end


def _is_macro_mark(code: Sequence[Token], at: int) -> bool:
    is_behind = at > 0 and code[at - 1].kind is TokenKind.WORD
    follows = code[at + 1].kind is TokenKind.OPEN if at + 1 < len(code) else False
    return code[at].text == b"!" and is_behind and follows


def _is_turbofish(code: Sequence[Token], at: int) -> bool:
    """Whether the token is the `<` of a `::<`, or stands behind one up to its `>`."""
    if code[at].text == b"<":
        return at > 0 and code[at - 1].text == b"::"
    opened = next((each for each in range(at, 0, -1) if code[each].text == b"<"), None)
    return opened is not None and code[opened - 1].text == b"::" and _angle_end(code, opened) >= at


def _angle_end(code: Sequence[Token], at: int) -> int:
    depth = 0
    for index in range(at, len(code)):
        depth += code[index].text.count(b"<") if code[index].text in (b"<", b"<<") else 0
        depth -= 1 if code[index].text == b">" else 0
        if depth == 0:
            return index
    return len(code) - 1


def _margin(source: Source, at: int) -> str:
    line = source.text(source.line_span(at))
    return line[: len(line) - len(line.lstrip())]
