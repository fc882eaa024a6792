"""The tree-sitter grammar of Rust, loaded once."""

from __future__ import annotations

from functools import cache

import tree_sitter_rust
from tree_sitter import Language, Parser, Query


@cache
def language() -> Language:
    """Return the Rust grammar."""
    return Language(tree_sitter_rust.language())


def new_parser() -> Parser:
    """Return a parser of its own: parsers hold state and are not shared."""
    return Parser(language())


@cache
def query(text: str) -> Query:
    """Return the compiled tree-sitter query.

    Raises:
        tree_sitter.QueryError: `text` is no query, or names a node the grammar lacks.
    """
    return Query(language(), text)
