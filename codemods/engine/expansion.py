"""Compare what macros make of the text before and after: whatever they do with it must be the same.

A macro may look at the tokens it is given: count them, print them, choose a rule by them. So where an
edit lies in a macro's arguments or body, or under an attribute macro, or where line numbers are values,
each unit is expanded twice by rustc (`-Zunpretty=expanded`, on the replayed command alone). In the
tree before, the macro at each site is replaced by one of equal length that stands for what the recipe says
(`try!(e)` for `e?`); then both expansions must be equal, token for token.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.recipe.site import Site
from codemods.rust.edits import Edit
from codemods.rust.items import attributes_before
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.tokens import Token, TokenKind, matching, tokens
from codemods.rust.trees import SyntaxTree, TreeKind, path_to
from codemods.vcs.linediff import opcodes

# Attributes that rustc itself reads; any other may be a macro that is given the item's tokens.
_BUILT_IN = frozenset(
    b"allow automatically_derived cfg cold deny deprecated derive doc expect export_name forbid"
    b" global_allocator ignore inline link link_name link_section macro_export macro_use must_use naked"
    b" no_mangle non_exhaustive path repr should_panic target_feature test track_caller unsafe used"
    b" warn".split()
)
_OPERANDS = frozenset({TokenKind.WORD, TokenKind.NUMBER, TokenKind.STRING, TokenKind.CHAR})
_PREFIX_WORDS = frozenset(b"as break box continue dyn in let move mut ref return static yield".split())
_TOOLS = (b"rustfmt::", b"clippy::", b"rustdoc::", b"diagnostic::", b"miri::")
_BLOCKS = frozenset({b"match", b"if", b"loop", b"while", b"for", b"unsafe", b"async", b"const", b"{"})
_POSITIONS = re.compile(rb"\b(?:line|column)\s*!|\binclude_(?:str|bytes)\s*!\s*\(\s*\"[^\"]*\.rs\"")
_NUMBER_OF_POSITION = re.compile(rb"\d+u32")


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two expansions differ first: the function, and a few tokens of both."""

    functions: frozenset[str]
    before: str
    after: str


def is_seen_by_macros(site: Site, changed: frozenset[Span]) -> bool:
    """Whether a macro other than those of the `changed` sites is given the site's tokens."""
    trees = (site.tree, *site.tree.ancestors())
    for tree in trees:
        if tree.kind is TreeKind.MACRO_BODY:
            return True
        if tree.kind is TreeKind.MACRO_ARGUMENT and (tree.macro is None or tree.macro.span not in changed):
            return True
    return any(has_attribute_macro(tree, site.span) for tree in trees)


def has_attribute_macro(tree: SyntaxTree, span: Span) -> bool:
    """Whether an attribute that may be a macro is given the code at `span`."""
    content = tree.source.content
    for node in path_to(tree.root, span):
        for attribute in attributes_before(node):
            text = content[attribute.start_byte : attribute.end_byte].lstrip(b"#![ \t\r\n")
            name = re.split(rb"[^\w:]", text, maxsplit=1)[0]
            if not is_built_in(name):
                return True
    return False


def is_built_in(attribute: bytes) -> bool:
    """Whether rustc itself reads the attribute of that name, so that no macro is given anything for it."""
    return attribute in _BUILT_IN or attribute.startswith(_TOOLS)


def placeholder_edits(sites: Iterable[Site], name: str) -> dict[PurePosixPath, tuple[Edit, ...]]:
    """Return the edits that call the macro at each site `name`, padded to the length it had."""
    edits: dict[PurePosixPath, list[Edit]] = {}
    for site in sites:
        path = site.node.child_by_field_name("macro")
        if path is not None:
            span = Span(path.start_byte, path.end_byte)
            edits.setdefault(site.source.path, []).append(Edit(span, name.ljust(len(span))))
    return {path: tuple(found) for path, found in edits.items()}


def placeholder_name(sites: Sequence[Site], contents: Iterable[bytes]) -> str | None:
    """Return a macro name that fits in each site's path and stands in none of `contents`."""
    nodes = [site.node.child_by_field_name("macro") for site in sites]
    room = min((node.end_byte - node.start_byte for node in nodes if node is not None), default=0)
    text = b"\n".join(contents)
    candidates = ("__t", "__q", "_z_", "_q_", "zq_", "_z", "zq", "z", "q")
    return next((c for c in candidates if len(c) <= room and c.encode() not in text), None)


def definition_edit(source: Source, name: str, rules: str) -> Edit:
    """Return the edit that defines `name` by `rules` on the line of the first item of a crate's root."""
    tree = source.file_tree
    at = len(source.content)
    for node in tree.root.children if tree is not None else ():
        is_inner_doc = node.type in ("line_comment", "block_comment")
        if node.type not in ("inner_attribute_item", "shebang") and not is_inner_doc:
            at = node.start_byte
            break
    return Edit(Span(at, at), f"macro_rules! {name} {{ {rules} }} ")


def compare(before: bytes, after: bytes, *, with_positions: bool) -> Difference | None:
    """Return how two expansions differ, or None: the same but for layout, comments, macro definitions.

    Without `with_positions` numbers like those of `line!()` count as equal: macros for logging
    carry them, and there they are locations.
    """
    if _lines_agree(before, after, with_positions=with_positions):
        return None
    first, second = (_normal(text, with_positions=with_positions) for text in (before, after))
    if first == second:
        return None
    return _difference(first, second)


def _lines_agree(before: bytes, after: bytes, *, with_positions: bool) -> bool:
    """Whether the lines that differ have the same tokens; saves reading all the others.

    Runs of lines are compared one by one where that is enough; parentheses may reach over several.
    """
    old, new = _code_lines(before), _code_lines(after)
    runs = [run for run in opcodes(old, new) if run.tag == "change"]

    def agree(first: Sequence[bytes], second: Sequence[bytes]) -> bool:
        texts = (_normal(b"\n".join(lines), with_positions=with_positions) for lines in (first, second))
        return next(texts) == next(texts)

    doubtful = [run for run in runs if not agree(old[run.old : run.old_end], new[run.new : run.new_end])]
    if not doubtful:
        return True
    first, last = doubtful[0], doubtful[-1]
    return agree(old[first.old : last.old_end], new[first.new : last.new_end])


def _code_lines(expanded: bytes) -> list[bytes]:
    """Return the lines without those of `macro_rules!` definitions that begin on a line of their own."""
    lines = [line.strip() for line in expanded.splitlines()]
    kept: list[bytes] = []
    at = 0
    while at < len(lines):
        if lines[at].startswith(b"macro_rules!"):
            at += _lines_of_definition(lines, at)
        else:
            kept.append(lines[at])
            at += 1
    return kept


def _lines_of_definition(lines: Sequence[bytes], at: int) -> int:
    """Return how many lines from `at` on the first bracketed group takes."""
    for count in (1, 10, 100, len(lines)):
        text = b"\n".join(lines[at : at + count])
        depth = 0
        for token in tokens(text):
            depth += (token.kind is TokenKind.OPEN) - (token.kind is TokenKind.CLOSE)
            if depth == 0 and token.kind is TokenKind.CLOSE:
                return text.count(b"\n", 0, token.span.end) + 1
    return 1


def _normal(expanded: bytes, *, with_positions: bool) -> list[bytes]:
    code = [token for token in tokens(expanded) if token.kind is not TokenKind.COMMENT]
    texts = [token.text for token in _without_redundant_parentheses(_without_definitions(code))]
    if with_positions:
        return texts
    return [b"0u32" if _NUMBER_OF_POSITION.fullmatch(text) else text for text in texts]


def _without_definitions(code: list[Token]) -> list[Token]:
    """Leave out `macro_rules! name { … }`: what matters is what the macros make."""
    partners = matching(code)
    kept: list[Token] = []
    at = 0
    while at < len(code):
        is_definition = code[at].text == b"macro_rules" and at + 3 < len(code) and code[at + 1].text == b"!"
        if is_definition and at + 3 in partners:
            at = partners[at + 3] + 1
            at += at < len(code) and code[at].text == b";"
            continue
        kept.append(code[at])
        at += 1
    return kept


def _without_redundant_parentheses(code: list[Token]) -> Iterator[Token]:
    """Leave out parentheses before `?` that change nothing: rustc prints those that were written.

    They change nothing around one block (`(match … { … })?`), and around a path, call, field or
    index, in which no operator stands outside of brackets.
    """
    partners = matching(code)
    left_out: set[int] = set()
    for opening, closing in partners.items():
        is_tried = closing + 1 < len(code) and code[closing + 1].text == b"?"
        if not (is_tried and code[opening].text == b"(" and opening + 1 < closing):
            continue
        inner = range(opening + 1, closing)
        is_block = code[opening + 1].text in _BLOCKS and code[closing - 1].text == b"}"
        if is_block or _is_postfix(code, inner, partners):
            left_out |= {opening, closing}
    return (token for at, token in enumerate(code) if at not in left_out)


def _is_postfix(code: Sequence[Token], inner: range, partners: Mapping[int, int]) -> bool:
    """Whether the tokens are a path, literal, call, field, index or macro call, and nothing more."""
    at = inner.start
    while at < inner.stop:
        token = code[at]
        is_operand = token.kind in _OPERANDS and token.text not in _PREFIX_WORDS
        if not is_operand and at not in partners and token.text not in (b".", b":", b"::", b"!", b"?"):
            return False
        if at == inner.start and token.text in (b"!", b".", b"?"):
            return False
        at = partners.get(at, at) + 1
    return True


def _difference(first: Sequence[bytes], second: Sequence[bytes]) -> Difference:
    at = next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None)
    at = min(len(first), len(second)) if at is None else at
    around = slice(max(0, at - 3), at + 8)
    shown = [b" ".join(text[around]).decode(errors="replace") for text in (first, second)]
    return Difference(_differing_functions(first, second), shown[0], shown[1])


def _differing_functions(first: Sequence[bytes], second: Sequence[bytes]) -> frozenset[str]:
    """Return the names of the functions whose text is not in both, as often."""
    one, other = Counter(_functions(first)), Counter(_functions(second))
    return frozenset(name for name, _ in (one - other) + (other - one))


def _functions(texts: Sequence[bytes]) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    """Yield the text from each `fn name` to the next."""
    starts = [i for i, text in enumerate(texts) if text == b"fn"]
    for start, end in zip(starts, [*starts[1:], len(texts)], strict=True):
        name = texts[start + 1].decode(errors="replace") if start + 1 < len(texts) else ""
        yield name, tuple(texts[start:end])


def functions_around(site: Site) -> frozenset[str]:
    """Return the names of the functions that the site stands in."""
    item = site.source.enclosing_item(site.span)
    return frozenset(part.removeprefix("fn ") for part in item.split("/") if part.startswith("fn "))


def has_position_values(contents: Iterable[bytes]) -> bool:
    """Whether some source makes lines, columns or the text of a source values of the program."""
    return any(_POSITIONS.search(content) is not None for content in contents)
