"""Rust's keywords, and since which edition a word is one."""

from __future__ import annotations

# Without those that are segments of paths: `self`, `super`, `crate`, `Self`.
_KEYWORDS = frozenset(
    {
        "abstract",
        "as",
        "async",
        "await",
        "become",
        "box",
        "break",
        "const",
        "continue",
        "do",
        "dyn",
        "else",
        "enum",
        "extern",
        "false",
        "final",
        "fn",
        "for",
        "gen",
        "if",
        "impl",
        "in",
        "let",
        "loop",
        "macro",
        "match",
        "mod",
        "move",
        "mut",
        "override",
        "priv",
        "pub",
        "ref",
        "return",
        "static",
        "struct",
        "trait",
        "true",
        "try",
        "type",
        "typeof",
        "unsafe",
        "unsized",
        "use",
        "virtual",
        "where",
        "while",
        "yield",
    }
)
_LOOSE_KEYWORDS = {"async": "2018", "await": "2018", "dyn": "2018", "try": "2018", "gen": "2024"}


def is_keyword(word: str, edition: str) -> bool:
    """Whether a word other than `self`, `super`, `crate`, `Self` is reserved, used or not, in `edition`."""
    return word in _KEYWORDS and edition >= _LOOSE_KEYWORDS.get(word, "2015")
