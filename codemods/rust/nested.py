"""Reading the trees inside a tree: macro arguments, macro bodies, doc examples.

A token tree is parsed in place. As a list of expressions its own brackets make a tuple or an
array of it; where the delimiters are others, the bytes beside a piece are lent as
parentheses for the time of the parse. So offsets never change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from tree_sitter import Node, QueryCursor

from codemods.errors import CodemodError
from codemods.rust.docs import DocExample
from codemods.rust.grammar import query
from codemods.rust.metavariables import body_masks, repetitions
from codemods.rust.sheet import Sheet
from codemods.rust.spans import Span
from codemods.rust.tokens import TokenKind, macro_calls, split, tokens
from codemods.rust.trees import MacroCall, SyntaxTree, TreeKind, span_of

if TYPE_CHECKING:
    from codemods.rust.source import Source

_MACROS = "[(macro_invocation) (macro_definition)] @macro"
_SEPARATORS = frozenset({b",", b";", b"=>"})
_COMMENTS = frozenset({"line_comment", "block_comment"})
_TEMPLATES = frozenset({"quote", "quote_spanned", "parse_quote", "parse_quote_spanned", "quote_tokens"})
_TEMPLATE_MARK = re.compile(rb"#(?!\s*!?\s*\[)")
_LISTS = frozenset({"tuple_expression", "array_expression", "parenthesized_expression"})
# Bytes that may be parsed or lexed again, beyond a small multiple of the file.
_ALLOWANCE = 2_000_000
# rustc's own recursion limit.
_MAX_DEPTH = 128

Piece = tuple[Node, Span, bool]


class SourceTooDeep(CodemodError):
    """Macro calls are nested so deeply that reading them would take too long."""


def _always(span: Span) -> bool:  # noqa: ARG001 - the shape of a predicate over spans
    return True


class NestedReader:
    """Reads the nested trees of one source."""

    def __init__(self, source: Source, shadow: bytes) -> None:
        self._source = source
        self._shadow = shadow
        self._sheet = self._file = Sheet(source.content, shadow)
        self._edition = source.edition
        self._allowance = 0
        self._is_wanted: Callable[[Span], bool] = _always
        self._window: Span | None = None

    def read(
        self,
        tree: SyntaxTree | None,
        examples: Iterable[DocExample],
        is_wanted: Callable[[Span], bool] = _always,
        window: Span | None = None,
    ) -> tuple[SyntaxTree, ...]:
        """Return the wanted trees in `tree` and `examples`, by position, outer before inner.

        What lies inside of an unwanted span, or outside of `window`, is not looked at.

        Raises:
            SourceTooDeep: reading them all would take time out of proportion.
        """
        self._allowance = _ALLOWANCE + 16 * len(self._shadow)
        self._is_wanted, self._window = is_wanted, window
        found = [
            self._example_tree(example, tree)
            for example in examples
            if example.is_rust and self._is_wanted(example.span)
        ]
        level = [tree, *found] if tree is not None else found
        for _ in range(_MAX_DEPTH):
            level = [child for parent in level for child in self._children(parent)]
            found += level
        if level:
            raise self._too_deep()
        return tuple(sorted(found, key=lambda tree: (tree.span.start, -tree.span.end)))

    @cached_property
    def _documents(self) -> Sheet:
        # One of its own: in a macro's input, what is an example is a comment to the macro.
        return Sheet(self._source.content, self._shadow)

    def _turn_to(self, tree: SyntaxTree) -> None:
        """Take the sheet and the edition that `tree` is read with."""
        examples = (each.example for each in (tree, *tree.ancestors()) if each.example is not None)
        example = next(examples, None)
        self._sheet = self._file if example is None else self._documents
        self._edition = self._source.edition if example is None else example.edition

    def _children(self, tree: SyntaxTree) -> Iterator[SyntaxTree]:
        self._turn_to(tree)
        known: list[Span] = []
        if tree.exact or tree.kind is TreeKind.FILE:
            for node in self._macros(tree.root):
                known.append(span_of(node))
                if not self._is_wanted(known[-1]):
                    continue
                if node.type == "macro_definition":
                    yield from self._bodies(node, tree)
                else:
                    yield from self._arguments(self._call_of(node), tree)
        if not tree.exact:
            yield from self._token_calls(tree, known)

    def _macros(self, root: Node) -> Sequence[Node]:
        cursor = QueryCursor(query(_MACROS))
        if self._window is not None:
            cursor.set_byte_range(self._window.start, max(self._window.end, self._window.start + 1))
        return cursor.captures(root).get("macro", ())

    def _token_calls(self, tree: SyntaxTree, known: list[Span]) -> Iterator[SyntaxTree]:
        """Yield the arguments of the outermost calls that only the tokens of `tree` show."""
        self._spend(len(tree.span))
        seen = sorted(known, key=lambda span: span.start, reverse=True)
        reach = 0  # where the outermost call that has begun ends
        for call in macro_calls(self._sheet.code, tree.span):
            while seen and seen[-1].start <= call.span.start:
                reach = max(reach, seen.pop().end)
            if call.span.end <= reach:
                continue
            reach = call.span.end
            if self._is_wanted(call.span):
                whole = self._macro_call(call.path_span, call.name_span, call.args, call.span)
                yield from self._arguments(whole, tree)

    def _call_of(self, node: Node) -> MacroCall:
        path, args = node.child_by_field_name("macro"), node.children[-1]
        assert path is not None, "the grammar gives every macro invocation a path"
        name = path.child_by_field_name("name") or path
        return self._macro_call(span_of(path), span_of(name), span_of(args), span_of(node))

    def _macro_call(
        self, path: Span, name: Span, args: Span, whole: Span, arm: Span | None = None
    ) -> MacroCall:
        text = "".join(self._source.text(path).split())
        delimiter = chr(self._source.content[args.start])
        return MacroCall(text, name, path, args, whole, delimiter, arm)

    def _arguments(self, call: MacroCall, parent: SyntaxTree) -> Iterator[SyntaxTree]:
        inner = Span(call.args.start + 1, max(call.args.start + 1, call.args.end - 1))
        is_named = self._is_wanted(Span(call.path_span.start, inner.start))
        for root, span, exact in self._pieces(call, inner, is_named):
            if is_named or self._is_wanted(span):
                yield SyntaxTree(TreeKind.MACRO_ARGUMENT, root, span, self._source, parent, call, None, exact)

    def _pieces(self, call: MacroCall, inner: Span, is_named: bool) -> Iterator[Piece]:
        if call.last_name in _TEMPLATES or self._is_template(inner):
            yield self._parse_between(inner, b"{}"), inner, False
            return
        whole = self._as_block(inner) if call.delimiter == "{" else self._as_list(inner)
        if whole is None and (call.delimiter == "{" or b";" in self._sheet.code[inner.start : inner.end]):
            whole = self._as_list(inner) if call.delimiter == "{" else self._as_block(inner)
        if whole is not None:
            yield from whole
            return
        self._spend(len(inner))
        for span in split(self._sheet.code, inner, _SEPARATORS):
            if is_named or self._is_wanted(span):
                yield self._piece(span)

    def _is_template(self, inner: Span) -> bool:
        """Whether the tokens hold `#name` or `#(…)*`, as those of `quote!` do."""
        if self._sheet.code.find(b"#", inner.start, inner.end) < 0:
            return False
        self._spend(len(inner))
        return any(
            token.text == b"#" and _TEMPLATE_MARK.match(self._sheet.code, token.span.start)
            for token in tokens(self._sheet.code, inner)
        )

    def _piece(self, span: Span) -> Piece:
        as_list = self._as_list(span, b"()")
        if as_list is not None and len(as_list) == 1:
            return as_list[0]
        statement = self._sheet.parse_statements(span)
        only = None if statement.has_error else _only(_code(statement))
        if only is not None:
            return only, span, not self._splits_repetition(only, span)
        return self._parse_between(span, b"()"), span, False

    def _as_list(self, inner: Span, lent: bytes | None = None) -> list[Piece] | None:
        """Return the elements of `inner` between brackets, or None if it is no list of expressions."""
        if lent is None and self._sheet.code[inner.start - 1] == ord("{"):
            lent = b"()"
        root = self._parse_between(inner, lent)
        statement = _only(_code(root)) if not root.has_error else None
        listed = statement.children[0] if statement is not None and statement.children else None
        if listed is None or listed.type == "unit_expression":
            return None if listed is None else []
        if listed.type not in _LISTS or listed.end_byte < inner.end:
            return None
        return list(self._elements(listed, inner))

    def _elements(self, listed: Node, inner: Span) -> Iterator[Piece]:
        start, nodes = inner.start, list[Node]()
        for child in listed.children[1:]:
            if child.is_named:
                nodes += [child] if child.type not in _COMMENTS else []
                continue
            if nodes:
                span = Span(start, child.start_byte)
                yield nodes[-1], span, len(nodes) == 1 and not self._splits_repetition(nodes[-1], span)
            start, nodes = child.end_byte, []

    def _splits_repetition(self, root: Node, span: Span) -> bool:
        """Whether `root` goes without a part of a repetition that belongs to the piece.

        An element of a repeated list may stand alone, an operand made of a repetition may not.
        """
        own = span_of(root)
        return any(
            each.span.overlaps(own) and each.span not in own and not (each.is_list and own in each.span)
            for each in repetitions(self._sheet.code, span)
        )

    def _as_block(self, inner: Span) -> list[Piece] | None:
        """Return the statements of `inner` as one piece; its only expression if it is just that."""
        root = self._parse_between(inner, b"{}")
        statement = _only(_code(root)) if not root.has_error else None
        block = statement.children[0] if statement is not None and statement.children else None
        if block is None or block.type != "block" or block.end_byte < inner.end:
            return None
        statements = list(_code(block))
        if not statements:
            return []
        first = statements[0]
        if first.type == "expression_statement" and first.child_count == 1:
            if len(statements) == 1:
                return [(first.children[0], inner, not self._splits_repetition(first.children[0], inner))]
            # `{ a } - 1` is two statements, but one expression where a macro takes one.
            as_list = self._as_list(inner, b"()")
            if as_list is not None and len(as_list) == 1:
                return as_list
        if len(statements) == 1 and _is_expression(first):
            return [(first, inner, not self._splits_repetition(first, inner))]
        return [(block, inner, True)]

    def _bodies(self, definition: Node, parent: SyntaxTree) -> Iterator[SyntaxTree]:
        name = definition.child_by_field_name("name")
        if name is None:
            return
        for rule in definition.named_children:
            left, right = rule.child_by_field_name("left"), rule.child_by_field_name("right")
            if rule.type != "macro_rule" or left is None or right is None:
                continue
            body, arm = span_of(right), span_of(left)
            if self._is_wanted(body):
                call = self._macro_call(span_of(name), span_of(name), body, span_of(definition), arm)
                yield self._body(call, arm, parent)

    def _body(self, call: MacroCall, arm: Span, parent: SyntaxTree) -> SyntaxTree:
        inner = Span(call.args.start + 1, max(call.args.start + 1, call.args.end - 1))
        self._spend(len(call.span) + len(inner))
        masks = list(body_masks(self._sheet.code, arm, inner))
        for mask in masks:
            self._sheet.mask(inner, self._edition, mask)
            pieces = self._as_block(inner) or self._as_list(inner, b"()")
            if pieces is not None and len(pieces) == 1:
                root, _, exact = pieces[0]
                exact = exact and not self._has_dollar(inner)
                return SyntaxTree(TreeKind.MACRO_BODY, root, inner, self._source, parent, call, None, exact)
        self._sheet.mask(inner, self._edition, masks[0])
        root = self._parse_between(inner, b"{}")
        is_empty = not any(token.kind is not TokenKind.COMMENT for token in tokens(self._sheet.code, inner))
        return SyntaxTree(TreeKind.MACRO_BODY, root, inner, self._source, parent, call, None, is_empty)

    def _has_dollar(self, inner: Span) -> bool:
        """Whether masking left a `$`, as in the `$$x` of a macro that defines a macro."""
        text = self._sheet.masked_at(inner)
        return b"$" in text and any(token.text == b"$" for token in tokens(text))

    def _example_tree(self, example: DocExample, parent: SyntaxTree | None) -> SyntaxTree:
        self._spend(len(example.span))
        self._documents.blank_between(example.code_ranges)
        self._documents.mask(example.span, example.edition)
        root = self._documents.parse_statements(example.span)
        exact = not root.has_error
        return SyntaxTree(
            TreeKind.DOC_EXAMPLE, root, example.span, self._source, parent, None, example, exact
        )

    def _parse_between(self, inner: Span, lent: bytes | None) -> Node:
        self._spend(len(inner))
        return self._sheet.parse_between(inner, lent)

    def _spend(self, count: int) -> None:
        self._allowance -= count
        if self._allowance < 0:
            raise self._too_deep()

    def _too_deep(self) -> SourceTooDeep:
        return SourceTooDeep(
            "macro calls are nested too deeply to be read",
            where=str(self._source.path),
            hint="Leave the file out with `--exclude`.",
        )


def _code(node: Node) -> Iterator[Node]:
    """Yield the named children that are neither comments nor the sentinel's empty statement."""
    return (
        child
        for child in node.named_children
        if child.type not in _COMMENTS and child.type != "empty_statement"
    )


def _only(nodes: Iterable[Node]) -> Node | None:
    found = list(nodes)
    return found[0] if len(found) == 1 else None


def _is_expression(node: Node) -> bool:
    return not node.type.endswith(("_item", "_statement", "_declaration", "_definition"))
