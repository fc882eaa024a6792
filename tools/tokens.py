"""A hand-written Rust lexer that counts `try!`, so that the tool's own parser is not its own judge."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

TRY = (b"try", b"r#try")
CLOSING = {b"(": b")", b"[": b"]", b"{": b"}"}
BLOCK_WORDS = {b"match", b"if", b"loop", b"while", b"for", b"unsafe", b"{", b"async", b"const"}
# A doc example in one of these languages is compiled; `ignore` and the like are not counted.
COMPILED_FENCES = {
    "",
    "rust",
    "should_panic",
    "no_run",
    "edition2015",
    "edition2018",
    "edition2021",
    "edition2024",
}


class Kind(StrEnum):
    """What a token is, as far as counting needs it."""

    WORD = "word"
    LITERAL = "literal"
    LIFETIME = "lifetime"
    PUNCTUATION = "punctuation"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Token:
    """A token and its half-open byte range."""

    kind: Kind
    start: int
    end: int
    text: bytes


@dataclass(frozen=True, slots=True)
class TrySite:
    """One `try!(…)`: where it stands, and which bytes any rewrite to `?` has to touch.

    `removed` are the starts of tokens that must go; `kept` the start of the token after which `?` comes.
    """

    start: int
    end: int
    removed: tuple[int, ...]
    kept: int
    operand: bytes


CHARACTER = rb"[\x00-\x7f]|[\xc0-\xff][\x80-\xbf]*"
LEXER = re.compile(
    rb"(?P<space>[\s\xa0]+|\xef\xbb\xbf)"
    rb"|(?P<line>//[^\n]*)"
    rb"|(?P<block>/\*)"
    rb"|(?P<raw>(?:b|c)?r(?P<hashes>#*)\")"
    rb"|(?P<string>(?:b|c)?\"(?:[^\"\\]|\\.)*\")"
    rb"|(?P<char>b?'(?:\\(?:x[0-9a-fA-F]{2}|u\{[^}]*\}|.)|(?!['\\\n])(?:" + CHARACTER + rb"))')"
    rb"|(?P<lifetime>'(?:r#)?[A-Za-z_\x80-\xff][\w\x80-\xff]*)"
    rb"|(?P<word>(?:r#)?[A-Za-z_\x80-\xff][\w\x80-\xff]*)"
    rb"|(?P<number>[0-9]\w*(?:\.[0-9]\w*)?)"
    rb"|(?P<punctuation>.)",
    re.DOTALL,
)
COMMENT_EDGE = re.compile(rb"/\*|\*/")
KINDS = {
    "line": Kind.COMMENT,
    "block": Kind.COMMENT,
    "raw": Kind.LITERAL,
    "string": Kind.LITERAL,
    "char": Kind.LITERAL,
    "lifetime": Kind.LIFETIME,
    "word": Kind.WORD,
    "number": Kind.LITERAL,
    "punctuation": Kind.PUNCTUATION,
}


def tokens(source: bytes) -> Iterator[Token]:
    """Yield the tokens of `source` in order, comments among them, white space left out."""
    at = 0
    while at < len(source):
        match = LEXER.match(source, at)
        assert match is not None and match.lastgroup is not None
        group, end = match.lastgroup, match.end()
        if group == "block":
            end = _comment_end(source, end)
        elif match["raw"] is not None:
            group, end = "raw", _raw_end(source, end, match["hashes"])
        if group != "space":
            yield Token(KINDS[group], at, end, source[at:end])
        at = end


def try_sites(source: bytes) -> tuple[TrySite, ...]:
    """Return every `try!(…)`, `r#try![…]`, `std::try!{…}` outside comments and literals, also nested."""
    code = [token for token in tokens(source) if token.kind is not Kind.COMMENT]
    partner = _partners(code)
    return tuple(
        _site(code, at, partner[at + 2]) for at in range(len(code)) if _invokes_try(code, at, partner)
    )


def defines_try(source: bytes) -> bool:
    """Return whether `source` holds a `macro_rules! try`."""
    code = [token.text for token in tokens(source) if token.kind is not Kind.COMMENT]
    triples = zip(code, code[1:], code[2:], strict=False)
    return any((first, second) == (b"macro_rules", b"!") and third in TRY for first, second, third in triples)


def doc_try_count(source: bytes) -> int:
    """Return how many `try!` stand in those doc examples of `source` that rustdoc compiles."""
    return sum(len(try_sites(example)) for example in doc_examples(source))


def doc_examples(source: bytes) -> Iterator[bytes]:
    """Yield the code of each doc example that rustdoc compiles, hidden lines included."""
    fence: list[str] | None = None
    language = ""
    for line in _doc_lines(source):
        if line.lstrip().startswith(("```", "~~~")):
            if fence is None:
                fence, language = [], line.strip().lstrip("`~").strip()
            else:
                if _is_compiled(language):
                    yield "\n".join(fence).encode()
                fence = None
        elif fence is not None:
            fence.append(re.sub(r"^\s*#( |$)", "", line))


def least_diff(source: bytes, sites: Iterable[TrySite]) -> int:
    """Return the fewest lines a line diff can show for these sites rewritten in place.

    A line that holds a token to remove, or one that gets `?` after it, is one line out and one line
    in; a line that holds nothing but tokens to remove is only one line out. So is one that is left with
    the `;` or `,` behind a site alone, where the `?` stands on an earlier line: it goes there.
    """
    starts = _line_starts(source)
    gone = {offset for site in sites for offset in site.removed}
    touched = {_line(starts, offset) for site in sites for offset in (*site.removed, site.kept)}
    found = list(tokens(source))
    ends = {site.end: site for site in sites}
    for before, token in pairwise(found):
        site = ends.get(before.end)
        line = _line(starts, token.start)
        if site is not None and token.text in (b";", b",") and _line(starts, site.kept) < line:
            gone.add(token.start)
    left_over = {_line(starts, token.start) for token in found if token.start not in gone}
    return len(touched) + len(touched & left_over)


def line_and_column(source: bytes, offset: int) -> tuple[int, int]:
    """Return line and column, both from 1, the column in characters."""
    start = source.rfind(b"\n", 0, offset) + 1
    before = source[start:offset].removeprefix(b"\xef\xbb\xbf") if start == 0 else source[start:offset]
    return source.count(b"\n", 0, offset) + 1, len(before.decode(errors="replace")) + 1


def _comment_end(source: bytes, at: int) -> int:
    depth = 1
    for edge in COMMENT_EDGE.finditer(source, at):
        depth += 1 if edge[0] == b"/*" else -1
        if depth == 0:
            return edge.end()
    return len(source)


def _raw_end(source: bytes, at: int, hashes: bytes) -> int:
    found = source.find(b'"' + hashes, at)
    return len(source) if found < 0 else found + 1 + len(hashes)


def _partners(code: list[Token]) -> dict[int, int]:
    """Return, for the index of each opening delimiter that is closed, the index of the closing one."""
    partner, open_at = {}, []
    for at, token in enumerate(code):
        if token.kind is not Kind.PUNCTUATION:
            continue
        if token.text in CLOSING:
            open_at.append(at)
        elif open_at and token.text == CLOSING[code[open_at[-1]].text]:
            partner[open_at.pop()] = at
    return partner


def _invokes_try(code: list[Token], at: int, partner: dict[int, int]) -> bool:
    return (
        at + 2 < len(code)
        and code[at].text in TRY
        and code[at + 1].text == b"!"
        and at + 2 in partner
        and not (at > 0 and code[at - 1].text == b"$")
    )


def _site(code: list[Token], at: int, close: int) -> TrySite:
    first = _path_start(code, at)
    opening, last = at + 2, close - 1
    removed = [*range(first, opening + 1), close]
    if code[last].text == b"," and last > opening:
        removed.append(last)
        last -= 1
    if code[opening + 1].text in BLOCK_WORDS and code[last].text == b"}":
        # The parentheses of the macro stay as those round the block: only `try!` goes, `?` follows.
        removed, last = [*range(first, opening)], close
    operand = b" ".join(token.text for token in code[opening + 1 : close])
    return TrySite(
        code[first].start, code[close].end, tuple(code[i].start for i in removed), code[last].start, operand
    )


def _path_start(code: list[Token], at: int) -> int:
    """Return the index where the path that ends in `try` at `at` begins: only std's and core's count."""
    if at >= 3 and (code[at - 1].text, code[at - 2].text) == (b":", b":"):
        if code[at - 3].text not in (b"std", b"core"):
            return at
        at -= 3
        if at >= 2 and (code[at - 1].text, code[at - 2].text) == (b":", b":"):
            at -= 2
    return at


def _doc_lines(source: bytes) -> Iterator[str]:
    for token in tokens(source):
        if token.kind is not Kind.COMMENT:
            continue
        text = token.text.decode(errors="replace")
        if re.match(r"///(?!/)|//!", text):
            yield text[3:].removeprefix(" ")
        elif re.match(r"/\*\*(?![*/])|/\*!", text):
            yield from (re.sub(r"^\s*\* ?", "", line) for line in text[3:-2].splitlines())


def _is_compiled(language: str) -> bool:
    return all(word in COMPILED_FENCES for word in re.split(r"[,\s]+", language))


def _line_starts(source: bytes) -> list[int]:
    return [0, *(match.end() for match in re.finditer(rb"\n", source))]


def _line(starts: list[int], offset: int) -> int:
    return bisect_right(starts, offset)
