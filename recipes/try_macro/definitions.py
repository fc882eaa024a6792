"""What a `macro_rules!` definition does with an argument: reads it as an expression, or copies it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codemods.recipe import Span, Token, TokenKind, matching, tokens

from .spelling import STD_ROOTS

# Macros of std that evaluate their arguments and never print their source text.
EVALUATING = frozenset(
    [
        "print",
        "println",
        "eprint",
        "eprintln",
        "format",
        "format_args",
        "write",
        "writeln",
        "panic",
        "vec",
        "matches",
        "todo",
        "unimplemented",
        "unreachable",
        "assert_eq",
        "assert_ne",
        "debug_assert_eq",
        "debug_assert_ne",
        "thread_local",
        "try",
    ]
)
_SEPARATORS = (b",", b";", b"=>")
_ONE_TOKEN = (b"ident", b"tt", b"lifetime")


@dataclass(frozen=True, slots=True)
class Argument:
    """Where in a macro's arguments something stands: in which separated piece, in which token tree."""

    piece: int
    tree: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a definition, without the delimiters and without comments."""

    matcher: tuple[Token, ...]
    body: tuple[Token, ...]


def argument_at(content: bytes, inner: Span, offset: int) -> Argument:
    """Return where `offset` stands in the arguments inside of `inner`."""
    piece = tree = depth = 0
    for token in _code(content, inner):
        if token.span.start >= offset:
            break
        depth += (token.kind is TokenKind.OPEN) - (token.kind is TokenKind.CLOSE)
        if depth == 0:
            tree += 1
            piece += token.text in _SEPARATORS
    return Argument(piece, tree)


def rules_of(content: bytes, inner: Span) -> tuple[Rule, ...]:
    """Return the rules written inside of `inner`; none where something else stands there."""
    code = _code(content, inner)
    partners = matching(code)
    rules: list[Rule] = []
    at = 0
    while at < len(code):
        arrow = partners.get(at, len(code)) + 1
        body = arrow + 1
        if arrow >= len(code) or code[arrow].text != b"=>" or body not in partners:
            return ()
        rules.append(Rule(tuple(code[at + 1 : arrow - 1]), tuple(code[body + 1 : partners[body]])))
        at = partners[body] + 1
        if at < len(code) and code[at].text == b";":
            at += 1
    return tuple(rules)


def rules_in(text: bytes, name: str) -> list[tuple[Rule, ...]]:
    """Return the rules of each `macro_rules!` definition of `name` in `text`."""
    code = _code(text, Span(0, len(text)))
    partners = matching(code)
    wanted = [b"macro_rules", b"!", name.encode()]
    return [
        rules_of(text, Span(code[at + 3].span.end, code[partners[at + 3]].span.start))
        for at in range(len(code))
        if _texts(code, at, 3) == wanted and at + 3 in partners
    ]


def hands_on(rules: Sequence[Rule], argument: Argument, evaluating: frozenset[str] = EVALUATING) -> bool:
    """Whether any expression at `argument` is evaluated as it stands, whichever tokens it is made of.

    That holds when every rule takes the argument as `$x:expr`, or when there is one
    rule only, which copies the argument's tokens; and when no rule prints it, or hands it to
    a macro other than those that are `evaluating`.
    """
    if not rules:
        return False
    if all(_takes_expression(rule, argument, evaluating) for rule in rules):
        return True
    return len(rules) == 1 and _copies(rules[0], argument, evaluating)


def _takes_expression(rule: Rule, argument: Argument, evaluating: frozenset[str]) -> bool:
    """Whether the pieces up to the argument are `$x:expr`, so that no rule looks at their tokens.

    Only `,`, `;` and `=>` may follow an `expr`; an operand has none of them outside of brackets,
    except between generic arguments: there the piece is counted too high, which only asks for more.
    """
    names, pieces, is_whole = _leading_expressions(rule.matcher)
    if not is_whole and argument.piece >= pieces:
        return False
    return all(_is_evaluated(rule.body, name, evaluating) for name in names)


def _leading_expressions(matcher: Sequence[Token]) -> tuple[list[bytes], int, bool]:
    """Return the names of the leading `$x:expr`, how many pieces they are, and whether they are all.

    After a repetition nobody knows which piece comes next: the rest must be expressions too.
    """
    names: list[bytes] = []
    partners = matching(matcher)
    at, repeats = 0, False
    while at < len(matcher):
        if matcher[at].text in _SEPARATORS:
            at += 1
        elif _texts(matcher, at, 4)[2:] == [b":", b"expr"]:
            names.append(matcher[at + 1].text)
            at += 4
        elif _texts(matcher, at, 2) == [b"$", b"("]:
            inner, _, is_whole = _leading_expressions(matcher[at + 2 : partners[at + 1]])
            if not is_whole:
                return names, 0 if repeats else len(names), False
            names, repeats = names + inner, True
            at = _after_repetition(matcher, partners[at + 1])
        else:
            return names, 0 if repeats else len(names), False
    return names, len(names), True


def _copies(rule: Rule, argument: Argument, evaluating: frozenset[str]) -> bool:
    """Whether the rule ends in `$($x:tt)*`, which holds the argument, and pastes that as it came."""
    matcher, head = rule.matcher, 0
    at = 0
    while at < len(matcher) and _texts(matcher, at, 2) != [b"$", b"("]:
        if matcher[at].text == b"$":
            if matcher[at + 3].text not in _ONE_TOKEN:
                return False
            at += 4
        elif matcher[at].kind in (TokenKind.OPEN, TokenKind.CLOSE):
            return False
        else:
            at += 1
        head += 1
    tail = [token.text for token in matcher[at:]]
    if len(tail) != 8 or tail[:3] != [b"$", b"(", b"$"] or tail[4:7] != [b":", b"tt", b")"]:
        return False
    if tail[7] not in (b"*", b"+") or argument.tree < head:
        return False
    return _is_pasted(rule.body, tail[3]) and _is_evaluated(rule.body, tail[3], evaluating)


def _is_pasted(body: Sequence[Token], name: bytes) -> bool:
    """Whether each `$name` stands alone in its repetition: `$($name)*`."""
    uses = list(_uses(body, name))
    alone = [
        _texts(body, at - 2, 2) == [b"$", b"("] and _texts(body, at + 2, 2) in ([b")", b"*"], [b")", b"+"])
        for at in uses
    ]
    return bool(uses) and all(alone)


def _is_evaluated(body: Sequence[Token], name: bytes, evaluating: frozenset[str]) -> bool:
    """Whether `$name` reaches no macro but those that evaluate their arguments."""
    return all(_macros_around(body, at) <= evaluating for at in _uses(body, name))


def _uses(body: Sequence[Token], name: bytes) -> Iterator[int]:
    return (at for at in range(len(body)) if _texts(body, at, 2) == [b"$", name])


def _macros_around(body: Sequence[Token], at: int) -> frozenset[str]:
    """Return the names of std's macros in whose arguments `body[at]` stands; `""` for anything else."""
    names: set[str] = set()
    for opening, closing in matching(body).items():
        if not opening < at < closing or opening == 0:
            continue
        before = body[opening - 1].text
        if before == b"!" and opening > 1:
            names.add(_name_of_std(body, opening - 2))
        elif before in (b"#", b"!") or _texts(body, opening - 3, 2) == [b"macro_rules", b"!"]:
            names.add("")
    return frozenset(names)


def _name_of_std(body: Sequence[Token], last: int) -> str:
    """Return the name of the macro whose path ends at `last`; `""` for `$name` and paths not into std."""
    start = last
    while _texts(body, start - 1, 1) == [b"::"] and start >= 2 and body[start - 2].kind is TokenKind.WORD:
        start -= 2
    is_variable = _texts(body, start - 1, 1) == [b"$"]
    if is_variable or (start < last and body[start].text not in STD_ROOTS):
        return ""
    is_path_of_crate = start == last and _texts(body, start - 1, 1) == [b"::"]
    return "" if is_path_of_crate else body[last].text.decode(errors="replace").removeprefix("r#")


def _after_repetition(matcher: Sequence[Token], closing: int) -> int:
    """Return the index after the separator, if any, and the operator of a repetition."""
    if matcher[closing + 1].text in (b"*", b"+", b"?") and not _is_operator(matcher, closing + 2):
        return closing + 2
    return closing + (2 if matcher[closing + 1].text in (b"*", b"+", b"?") else 3)


def _is_operator(matcher: Sequence[Token], at: int) -> bool:
    return _texts(matcher, at, 1) in ([b"*"], [b"+"])


def _texts(code: Sequence[Token], at: int, count: int) -> list[bytes]:
    return [token.text for token in code[max(at, 0) : at + count]] if at >= 0 else []


def _code(content: bytes, inner: Span) -> list[Token]:
    return [token for token in tokens(content, inner) if token.kind is not TokenKind.COMMENT]
