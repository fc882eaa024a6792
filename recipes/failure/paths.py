"""Paths into failure: its types, traits and functions, wherever an import does not say it all."""

from __future__ import annotations

from codemods.recipe import Edit, Mention, MentionKind, Source, Span

from .fail_trait import STD_ERROR, rewrite_fail
from .finding import CRATES
from .rewrites import Left, Outcome, Rewrite, rewrite

_KEEP = ("keep", "nothing changes")
_LEFT = {
    "AsFail": Left("as-fail", "`AsFail` has no counterpart: callers of a generic over it must be looked at"),
    "Backtrace": Left(
        "backtrace", "failure's `Backtrace` is a type of its own; std's has other methods and another text"
    ),
    "Compat": Left(
        "compat",
        "`Compat` hides the causes of an error on purpose; what it wraps will be a std error",
        (("unwrapped", "the type becomes the error itself, so its causes are seen"), _KEEP),
    ),
    "Context": Left(
        "context-value",
        "`Context` as a type has no counterpart in anyhow; `anyhow::Error` is what carries contexts",
        (("anyhow", "the value becomes `anyhow::Error`: no `get_context`, no type parameter"), _KEEP),
    ),
    "ResultExt": Left(
        "extension-trait", "failure's `ResultExt` is named as a trait; anyhow's has other methods"
    ),
    "SyncFailure": Left(
        "sync-failure",
        "`SyncFailure` makes an error `Sync` that is not; anyhow has nothing like it",
        (("message", '`anyhow!("{}", error)`: the same text, the type is lost'), _KEEP),
    ),
}
_RENAMED = {
    "Causes": "anyhow::Chain",
    "Fallible": "anyhow::Result",
    "ResultExt::context": "anyhow::Context::context",
}
_FUNCTIONS = {"from_boxed_compat": "from_boxed", "iter_chain": "chain", "find_root_cause": "root_cause"}
_NO_FUNCTIONS = frozenset({"cause", "as_fail", "iter_causes", "causes", "name", "backtrace"})
_DOWNCASTS = frozenset({"downcast", "downcast_ref", "downcast_mut"})


def rewrite_path(source: Source, mention: Mention, *, error_name: str | None) -> Outcome:
    """Return what becomes of a path, other than an import, a macro or a derive.

    `error_name` is what `failure::Error` is called where the path stands, if it has a name there.
    """
    item, rest = mention.path[1], mention.path[2:]
    message = f"{error_name or 'anyhow::Error'}::msg"
    is_message = item == "Context" and rest in (("new",), ("from",)) and _is_text(source, mention)
    if item == "Error":
        return _error(source, mention, "".join(rest[:1]))
    if item == "err_msg" or is_message:
        return rewrite([Edit(mention.span, message)])
    renamed = _RENAMED.get("::".join(mention.path[1:]))
    if renamed is not None:
        return rewrite([Edit(mention.span, renamed)])
    return _trait_or_left(source, mention)


def crate_edit(source: Source, mention: Mention) -> list[Edit]:
    """Return the edit of the crate's name in a path that begins with it; none where an import gives that."""
    first = mention.segments[0]
    if mention.kind is MentionKind.DOC_LINK:
        return _link_edit(source, mention.span)
    if len(mention.path) > len(mention.segments) or source.text(first) not in CRATES:
        return []
    return [Edit(first, "anyhow")]


def _link_edit(source: Source, span: Span) -> list[Edit]:
    text = source.text(span)
    head = text.removeprefix("::").partition("::")[0]
    start = span.start + (2 if text.startswith("::") else 0)
    return [Edit(Span(start, start + len(head)), "anyhow")] if head in CRATES else []


def _error(source: Source, mention: Mention, function: str) -> Outcome:
    edits = crate_edit(source, mention)
    if function in _FUNCTIONS:
        return rewrite([*edits, Edit(mention.segments[-1], _FUNCTIONS[function])])
    if function == "compat":
        return Left("compat", "`Error::compat` makes one flat message of an error", _LEFT["Compat"].options)
    if function in _NO_FUNCTIONS:
        return Left("method", f"`Error::{function}` as a function has no counterpart in anyhow")
    if function in _DOWNCASTS:
        return Left("downcast-context", f"`Error::{function}` as a function also finds what contexts wrap")
    return rewrite(edits)


def _trait_or_left(source: Source, mention: Mention) -> Outcome:
    item = mention.path[1]
    is_trait = mention.path[1:] == ("Fail",)
    if mention.kind is MentionKind.DOC_LINK:
        return Rewrite((Edit(mention.span, STD_ERROR),) if is_trait else ())
    if is_trait:
        return rewrite_fail(source, mention)
    return _LEFT.get(item) or Left("item", f"`{'::'.join(mention.path)}` has no counterpart")


def _is_text(source: Source, mention: Mention) -> bool:
    """Whether the first argument is a text, so that nobody gets the context out again."""
    rest = source.content[mention.span.end : mention.span.end + 24].lstrip()
    texts = (b'"', b"format!", b'r"', b"String::from")
    return rest.startswith(b"(") and rest[1:].lstrip().startswith(texts)
