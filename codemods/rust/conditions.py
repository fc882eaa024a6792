"""Under which condition a place of a file is compiled, as far as its syntax says.

Counted are `#[cfg]`, `#![cfg]` and `#[cfg_attr(…, cfg(…))]` on everything around the place, `#[test]` and
`#[bench]`, the arms of `cfg_if!` and `cfg_select!`, and macros of the crate that do nothing but put `#[cfg]`
before each item they are given. `if cfg!(…)` gates nothing; of other macros only the compiler can say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tree_sitter import Node

from codemods.rust.cfg import ALWAYS, Option, Predicate, all_of, any_of, negate, parse
from codemods.rust.items import attributes_of
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.tokens import Token, TokenKind, matching, tokens
from codemods.rust.trees import path_to, span_of

Gates = Mapping[str, Predicate]  # what a macro of the crate puts before each item it is given, by name

_ATTRIBUTES = frozenset({"attribute_item", "inner_attribute_item"})
_OF_TESTS = frozenset({"test", "bench"})


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a macro's input that is compiled where `condition` holds."""

    condition: Predicate
    span: Span


def condition_at(source: Source, span: Span, gates: Gates | None = None) -> Predicate:
    """Return the condition under which `span` of `source` is compiled, if the file itself is."""
    found: list[Predicate] = []
    for tree in source.trees_at(span):
        call = tree.macro
        if call is not None and call.arm is None:
            parts = gated_parts(source.content, call.last_name, call.args, gates or {})
            part = next((part for part in parts if span in part.span), None)
            if part is not None:
                inner = condition_at(view(source, part.span), span, gates)
                return all_of([*found, part.condition, inner])
        found += gates_around(source, path_to(tree.root, span))
    return all_of(found)


def gates_around(source: Source, path: Iterable[Node]) -> Iterator[Predicate]:
    """Yield what the attributes on the nodes of `path` ask for, outermost first."""
    for node in path:
        for attribute in attributes_of(node):
            yield gate(attribute_text(source, attribute))
        if node.type in _ATTRIBUTES:
            yield _condition_of_attribute(attribute_text(source, node))


def attribute_text(source: Source, attribute: Node) -> bytes:
    """Return what stands between the brackets of `#[…]` or `#![…]`."""
    text = span_of(attribute).of(source.content)
    return text[text.find(b"[") + 1 : text.rfind(b"]")]


def gate(text: bytes) -> Predicate:
    """Return what the attribute `text` asks for, so that what it stands on is compiled."""
    name, inner = named(text)
    if name in _OF_TESTS:
        return Option("test")
    if name == "cfg" and inner is not None:
        return parse(inner)
    if name == "cfg_attr" and inner is not None:
        condition, attributes = conditional(inner)
        gates = all_of(gate(each) for each in attributes)
        return ALWAYS if gates == ALWAYS else any_of([negate(condition), gates])
    return ALWAYS


def _condition_of_attribute(text: bytes) -> Predicate:
    """Return when the attribute itself is in force."""
    name, inner = named(text)
    return conditional(inner)[0] if name == "cfg_attr" and inner is not None else ALWAYS


def named(text: bytes) -> tuple[str, bytes | None]:
    """Return the path of an attribute, and what stands in the parentheses after it."""
    head, bracket, rest = text.partition(b"(")
    name = "".join(token.text.decode() for token in tokens(head) if token.kind is not TokenKind.COMMENT)
    return name, rest[: rest.rfind(b")")] if bracket else None


def conditional(inner: bytes) -> tuple[Predicate, tuple[bytes, ...]]:
    """Return the predicate and the attributes in `cfg_attr(…)`."""
    parts = [inner[part.start : part.end] for part in _commas(inner)]
    return (parse(parts[0]), tuple(parts[1:])) if parts else (ALWAYS, ())


def gated_parts(content: bytes, name: str, args: Span, gates: Gates) -> tuple[Part, ...]:
    """Return the parts of a macro's input that it compiles under conditions; none of macros not known.

    `args` is the input with its delimiters.
    """
    inner = Span(args.start + 1, max(args.start + 1, args.end - 1))
    if name in gates:
        return (Part(gates[name], inner),)
    code = [token for token in tokens(content, inner) if token.kind is not TokenKind.COMMENT]
    if name == "cfg_if":
        return tuple(_chained(_if_arms(content, code)))
    if name == "cfg_select":
        return tuple(_chained(_select_arms(content, code, inner.end)))
    return ()


@lru_cache(maxsize=32)
def view(source: Source, span: Span) -> Source:
    """Return `source` with all bytes outside of `span` blank, so that it parses alone at its place."""
    content = source.content
    return Source(source.path, b" " * span.start + content[span.start : span.end], source.edition)


def gating_macros(source: Source) -> dict[str, Predicate]:
    """Return the macros that `source` defines to put `#[cfg]` before each item they are given."""
    if b"macro_rules" not in source.content or b"cfg" not in source.content:
        return {}
    found = {}
    code = [token for token in tokens(source.content) if token.kind is not TokenKind.COMMENT]
    partners = matching(code)
    for index, token in enumerate(code):
        if token.text == b"macro_rules" and index + 3 in partners and code[index + 1].text == b"!":
            condition = _gate_of_macro(source.content, code[index + 4 : partners[index + 3]])
            if condition is not None:
                found[code[index + 2].text.decode()] = condition
    return found


def _gate_of_macro(content: bytes, code: Sequence[Token]) -> Predicate | None:
    """Return the condition of `($($x:item)*) => { $( #[cfg(…)] $x )* }`; None where it is another macro."""
    while code and code[-1].text == b";":
        code = code[:-1]
    matcher = [token.text for token in code[:10]]
    match matcher:
        case [b"(" | b"{" | b"[", b"$", b"(", b"$", name, b":", b"item" | b"tt", b")", b"*" | b"+", _]:
            body = code[10:]
        case _:
            return None
    texts = [token.text for token in body]
    if texts[:4] != [b"=>", b"{", b"$", b"("] or texts[-5:-2] != [b"$", name, b")"] or len(texts) < 9:
        return None
    partners = matching(body)
    if partners.get(3) != len(body) - 3 or partners.get(1) != len(body) - 1:
        return None
    return _gate_of_attributes(content, body[4:-5])


def _gate_of_attributes(content: bytes, code: Sequence[Token]) -> Predicate | None:
    partners = matching(code)
    gates, at = [], 0
    while at < len(code):
        if code[at].text != b"#" or at + 1 not in partners:
            return None
        end = partners[at + 1]
        gates.append(gate(content[code[at + 1].span.end : code[end].span.start]))
        at = end + 1
    return all_of(gates)


# Arms


def _chained(arms: Iterable[Part]) -> Iterator[Part]:
    """Yield the arms, each on the condition that those before it do not hold."""
    before: list[Predicate] = []
    for arm in arms:
        yield Part(all_of([*before, arm.condition]), arm.span)
        before.append(negate(arm.condition))


def _if_arms(content: bytes, code: Sequence[Token]) -> Iterator[Part]:
    """Yield the arms of `if #[cfg(…)] { … } else if #[cfg(…)] { … } else { … }`."""
    partners = matching(code)
    at = 0
    while at < len(code):
        condition: Predicate = ALWAYS
        if [token.text for token in code[at : at + 3]] == [b"if", b"#", b"["] and at + 2 in partners:
            end = partners[at + 2]
            condition = gate(content[code[at + 2].span.end : code[end].span.start])
            at = end + 1
        if at not in partners or code[at].text != b"{":
            return
        yield Part(condition, _between(code, at, partners[at]))
        at = partners[at] + 1
        if at < len(code) and code[at].text != b"else":
            return
        at += 1


def _select_arms(content: bytes, code: Sequence[Token], end: int) -> Iterator[Part]:
    """Yield the arms of `unix => { … } _ => expression,`."""
    partners = matching(code)
    start = at = 0
    while at < len(code):
        if code[at].text != b"=>" or at == start or at + 1 == len(code):
            at = partners.get(at, at) + 1
            continue
        text = content[code[start].span.start : code[at].span.start]
        condition = ALWAYS if text.strip() == b"_" else parse(text)
        body = at + 1
        if code[body].text == b"{" and body in partners:
            yield Part(condition, _between(code, body, partners[body]))
            at = partners[body] + 1
        else:
            at = body
            while at < len(code) and code[at].text != b",":
                at = partners.get(at, at) + 1
            yield Part(condition, Span(code[body].span.start, code[at].span.start if at < len(code) else end))
        if at < len(code) and code[at].text == b",":
            at += 1
        start = at


def _between(code: Sequence[Token], opening: int, closing: int) -> Span:
    return Span(code[opening].span.end, code[closing].span.start)


def _commas(text: bytes) -> Iterator[Span]:
    depth, start = 0, 0
    for token in tokens(text):
        depth += (token.kind is TokenKind.OPEN) - (token.kind is TokenKind.CLOSE)
        if depth == 0 and token.text == b",":
            yield Span(start, token.span.start)
            start = token.span.end
    if text[start:].strip():
        yield Span(start, len(text))
